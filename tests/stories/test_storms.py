"""Many matters at once: a person gets few messages that say all, and answers all with one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from notifiers.message import Channel, Outcome, OutcomeKind
from oncall.config import load
from oncall.core.model import State
from oncall.tables import log, outbox, pages
from tests.county import TOWN, ZHAO
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
    storm.expect(*[(ZHAO, "sms")] * 5)
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
