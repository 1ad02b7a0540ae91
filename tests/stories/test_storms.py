"""Many matters at once: a person gets few messages that say all, and answers all with one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from notifiers.message import (
    Capabilities,
    Channel,
    KeyPress,
    Limit,
    Message,
    Outcome,
    OutcomeKind,
)
from notifiers.testing import Phones
from oncall.config import load
from oncall.core.model import State
from oncall.spoken import Spoken
from oncall.tables import log, outbox, pages, transfers
from tests.county import SUN, TOWN, ZHAO
from tests.stories.audit import audit
from tests.stories.provider import Provider
from tests.world import DISPATCHER, World


@pytest.fixture
def provider() -> Provider:
    """The one all phones hang on."""
    return Provider()


@pytest.fixture
def storm(furnished_url: str, provider: Provider) -> Iterator[World]:
    """The county, with messages gathered as they are unless a setting says otherwise."""
    settings = load({"database_url": furnished_url}, {}, cwd=Path("/nonexistent"))
    made = World(furnished_url, settings, phones=provider)
    try:
        yield made
        audit(made.app.db, made.now)
    finally:
        made.close()


def test_the_first_goes_at_once_and_the_others_together(storm: World) -> None:
    """Five matters in ten seconds: the first text at once, one more that lists the other four."""
    sent = [storm.transfer(TOWN)]
    storm.expect((ZHAO, "sms", sent[0].code))
    for _ in range(4):
        storm.advance(seconds=2)
        sent.append(storm.transfer(TOWN))
    storm.expect()
    storm.advance(seconds=22)
    (listed,) = storm.expect((ZHAO, "sms"))
    for one in sent[1:]:
        assert one.code.rpartition("-")[2] in listed.text
    assert "迟" not in listed.text
    storm.text(ZHAO, "全部签收")
    (taken,) = storm.expect((ZHAO, "sms", "5件"))
    assert all(one.code[-4:] in taken.text for one in sent)
    with storm.app.db.read() as tx:
        assert set(tx.conn.execute(select(pages.c.state)).scalars()) == {State.ACKED}
        # Each by itself in the log, as if it had been answered alone.
        acks = select(log.c.page).where(log.c.event == "Acked")
        assert len(set(tx.conn.execute(acks).scalars())) == 5


def test_one_alone_says_what_it_would_have_said(storm: World) -> None:
    """Only one more came: after the wait it goes as itself, with its deadline."""
    storm.transfer(TOWN)
    storm.advance(seconds=10)
    second = storm.transfer(TOWN)
    storm.advance(seconds=19)
    storm.expect((ZHAO, "sms"))
    storm.advance(seconds=1)
    (text,) = storm.expect((ZHAO, "sms", second.code))
    assert "回复1" in text.text
    storm.advance(seconds=40)
    third = storm.transfer(TOWN)
    storm.expect((ZHAO, "sms", third.code))


def test_a_critical_one_is_never_held(storm: World) -> None:
    """In the middle of a storm a critical matter goes out at that very moment, by itself."""
    storm.transfer(TOWN)
    storm.advance(seconds=1)
    storm.transfer(TOWN)
    critical = storm.transfer(TOWN, urgency="critical")
    storm.expect((ZHAO, "sms"), (ZHAO, "sms", critical.code), (ZHAO, "voice"))
    storm.ignore()


def test_an_answer_takes_a_matter_out_of_the_list(storm: World) -> None:
    """What was answered meanwhile is not listed, and nobody hears of it any more."""
    storm.transfer(TOWN)
    second, third = storm.transfer(TOWN), storm.transfer(TOWN)
    storm.ignore()
    storm.app.desk.ack(second.code, "赵六", storm.now, DISPATCHER, on_behalf_of="赵六")
    storm.advance(seconds=30)
    (text,) = storm.expect((ZHAO, "sms", third.code))
    assert second.code[-4:] not in text.text


def test_after_an_outage_what_waited_is_one_message(storm: World, provider: Provider) -> None:
    """The provider was away for twelve minutes: one late text lists what is still open."""
    provider.broken = dict.fromkeys(
        Channel, Outcome(kind=OutcomeKind.UNAVAILABLE, provider="phones", code="20500")
    )
    sent = [storm.transfer(TOWN, urgency="routine") for _ in range(3)]
    storm.advance(12)
    storm.expect()
    provider.broken.clear()
    storm.advance(1)
    late = [one.text for one in provider.sent if one.channel is Channel.SMS]
    for one in sent:
        assert any(one.code[-4:] in text for text in late)
    storm.ignore()
    with storm.app.db.read() as tx:
        states = tx.conn.execute(select(outbox.c.state)).scalars()
        assert "queued" not in set(states)


def rung(storm: World) -> list[Message]:
    """The calls to ZHAO so far."""
    return [m for m in storm.phones.sent if m.channel is Channel.VOICE and m.to.endswith(ZHAO)]


def press(storm: World, digit: str, spoken: Spoken | None = None) -> Spoken:
    """ZHAO presses a key in the latest call, or where the last key of it has led."""
    key = spoken.key if spoken is not None and spoken.key else rung(storm)[-1].key
    said = storm.app.answers.key(KeyPress(key=key, provider_id="CA1", digit=digit), storm.now)
    storm.settle()
    return said


def states(storm: World) -> dict[str, State]:
    """How each matter's page stands, by the end of its number."""
    with storm.app.db.read() as tx:
        found = tx.conn.execute(
            select(transfers.c.code, pages.c.state).join(pages, pages.c.transfer == transfers.c.id)
        )
        return {row.code[-4:]: State(row.state) for row in found}


def test_twenty_pages_in_a_minute_are_one_call(storm: World) -> None:
    """Each of twenty matters would ring ZHAO in the same minute: the phone rings once, says how
    many and the first three; 1 takes all, each by itself in the log."""
    sent = []
    for _ in range(20):
        sent.append(storm.transfer(TOWN))
        storm.advance(seconds=3)
    storm.advance(5, seconds=1)
    (only,) = rung(storm)
    assert "20件待签收" in only.text
    named = [one.code[-4:] for one in sent if " ".join(one.code[-4:]) in only.text]
    assert named == [one.code[-4:] for one in sent[:3]]
    assert only.keypad
    said = press(storm, "1")
    assert "已签收20件" in said.text
    assert not said.listen
    assert set(states(storm).values()) == {State.ACKED}
    with storm.app.db.read() as tx:
        acks = tx.conn.execute(select(log.c.page).where(log.c.event == "Acked")).scalars()
        assert len(set(acks)) == 20
    storm.advance(30)
    assert len(rung(storm)) == 1
    storm.ignore()


def test_one_page_by_itself_rings_at_its_own_minute(storm: World) -> None:
    """Nobody waits for a storm that is none: five minutes after the text, to the second."""
    storm.transfer(TOWN)
    storm.advance(4.99)
    assert rung(storm) == []
    storm.advance(0.01)
    assert len(rung(storm)) == 1
    storm.ignore()


def test_one_by_one(storm: World) -> None:
    """3 reads them singly: taken, refused, skipped; the refused one goes to the next person and
    what was skipped still waits."""
    sent = [storm.transfer(TOWN) for _ in range(3)]
    storm.advance(6)
    assert len(rung(storm)) == 1
    storm.ignore()
    first = press(storm, "3")
    assert " ".join(sent[0].code[-4:]) in first.text
    assert first.listen
    second = press(storm, "1", first)
    assert " ".join(sent[1].code[-4:]) in second.text
    again = press(storm, "*", second)
    assert " ".join(sent[1].code[-4:]) in again.text
    third = press(storm, "2", again)
    assert " ".join(sent[2].code[-4:]) in third.text
    end = press(storm, "3", third)
    assert not end.listen
    now = states(storm)
    assert [now[one.code[-4:]] for one in sent] == [State.ACKED, State.WAITING, State.WAITING]
    assert SUN in {m.to[-11:] for m in storm.phones.sent}
    storm.ignore()


def test_an_answer_during_the_call_goes_on_with_the_others(storm: World) -> None:
    """One of three is acknowledged through the desk while the phone rings: the call is not ended,
    and 1 takes the two that are left."""
    sent = [storm.transfer(TOWN) for _ in range(3)]
    storm.advance(6)
    for one in sent[:1]:
        storm.app.desk.ack(one.code, "孙七", storm.now, DISPATCHER, on_behalf_of="孙七")
    storm.settle()
    assert storm.phones.stopped == []
    said = press(storm, "1")
    assert "已签收2件" in said.text
    assert "1件已由他人签收" in said.text
    assert set(states(storm).values()) == {State.ACKED}
    storm.ignore()


def test_the_call_ends_when_nothing_of_it_is_left(storm: World) -> None:
    """All of them are taken by somebody else: then it is hung up, and not before."""
    sent = [storm.transfer(TOWN) for _ in range(3)]
    storm.advance(6)
    for one in sent:
        assert storm.phones.stopped == []
        storm.app.desk.ack(one.code, "孙七", storm.now, DISPATCHER, on_behalf_of="孙七")
        storm.settle()
    assert len(storm.phones.stopped) == 1
    storm.ignore()


def test_what_comes_in_meanwhile_is_read_in_the_same_call(storm: World) -> None:
    """Another would ring while ZHAO talks to us: it is read after the key, and rings nobody."""
    storm.transfer(TOWN)
    storm.advance(0.5)
    more = storm.transfer(TOWN)
    storm.advance(4.5)
    assert len(rung(storm)) == 1
    storm.advance(0.5)
    said = press(storm, "1")
    assert said.listen
    assert " ".join(more.code[-4:]) in said.text
    done = press(storm, "1", said)
    assert not done.listen
    assert set(states(storm).values()) == {State.ACKED}
    storm.advance(10)
    assert len(rung(storm)) == 1
    storm.ignore()


def test_a_critical_one_during_the_call(storm: World) -> None:
    """It rings at once by itself, and is the first thing read after the next key in this call."""
    for _ in range(3):
        storm.transfer(TOWN)
    storm.advance(6)
    (head,) = rung(storm)
    grave = storm.transfer(TOWN, urgency="critical")
    assert len(rung(storm)) == 2
    key = KeyPress(key=head.key, provider_id="CA1", digit="1")
    said = storm.app.answers.key(key, storm.now)
    assert " ".join(grave.code[-4:]) in said.text
    assert "特急" in said.text
    assert said.listen
    done = press(storm, "1", said)
    assert not done.listen
    assert states(storm)[grave.code[-4:]] is State.ACKED
    # Its own call, which found the line busy, is ended.
    assert len(storm.phones.stopped) == 1
    storm.ignore()


def test_a_key_told_afterwards_takes_all_and_reads_nothing(storm: World) -> None:
    """A carrier that tells keys after the call: 1 takes what was said, and nothing unheard."""
    for _ in range(3):
        storm.transfer(TOWN)
    storm.advance(6)
    (head,) = rung(storm)
    storm.advance(0.2)
    late = storm.transfer(TOWN)
    told = KeyPress(key=head.key, provider_id="CA1", digit="1")
    assert storm.app.answers.pressed(told, storm.now)
    storm.settle()
    now = states(storm)
    assert now.pop(late.code[-4:]) is State.WAITING
    assert set(now.values()) == {State.ACKED}
    storm.ignore()


def test_a_paced_account_still_gathers(furnished_url: str) -> None:
    """One call and one text a second are all the account may make: the storm is one call, and one
    text beside the first, all the same."""
    pace = (Limit(count=1, span=timedelta(seconds=1)),)
    slow = dict.fromkeys(Channel, Capabilities(two_way=True, keypad=True, rate=pace))
    settings = load({"database_url": furnished_url}, {}, cwd=Path("/nonexistent"))
    storm = World(furnished_url, settings, phones=Phones(slow))
    try:
        for _ in range(6):
            storm.transfer(TOWN)
            storm.advance(seconds=2)
        storm.advance(7)
        (only,) = rung(storm)
        assert "6件待签收" in only.text
        assert len([m for m in storm.phones.sent if m.channel is Channel.SMS]) == 2
        storm.ignore()
    finally:
        storm.close()
