"""Duty notices by e-mail over a real SMTP connection: words, their calendar, refusals."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar

from notifiers.email.emulator import MailEmulator
from notifiers.email.notifier import Email, EmailSettings, Security
from notifiers.emulation import Fault, FaultKind
from notifiers.message import Channel
from oncall import overrides
from oncall.admin import history
from oncall.config import load
from oncall.core.errors import Invalid
from oncall.core.model import Alarm
from oncall.duty_changes import tell_override
from oncall.feeds import Feeds, enclosure, new_address
from oncall.store import directory
from oncall.store.alarms import open_alarms
from oncall.store.directory import Batch
from rosters.model import OverrideKind
from tests.county import CITY, LI, WANG, person_id
from tests.patience import PATIENCE
from tests.world import World

#: What a notice says has nothing to do with where rosters are kept.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@dataclass(slots=True, kw_only=True)
class Post:
    """A world whose duty notices go by e-mail, and the mail server that takes them."""

    world: World
    server: MailEmulator

    def mails(self) -> dict[str, EmailMessage]:
        """What came since the last look, by address."""
        found = {str(mail["To"]): mail for mail in self.server.mails}
        assert len(found) == len(self.server.mails)
        self.server.mails.clear()
        return found

    def stand_in(
        self, hours: float = 24, *, lasts: float = 6, person: str = "王五", replaces: str = "李四"
    ) -> overrides.Done:
        """Somebody serves instead of another, from that many hours ahead for so many."""
        now = self.world.now
        with self.world.app.db.begin() as tx:
            snapshot = self.world.app.directory.at(tx, now)
            wanted = overrides.Wanted(
                unit=CITY,
                kind=OverrideKind.REPLACE,
                role="deputy",
                start=now + timedelta(hours=hours),
                end=now + timedelta(hours=hours + lasts),
                person=person,
                replaces=replaces,
            )
            zone = self.world.app.settings.zone
            done = overrides.add(tx, snapshot, wanted, now, "值班长", zone)
            tell_override(tx, snapshot, self.world.app.notices, zone, done, now)
        self.world.settle()
        return done

    def undo(self, done: overrides.Done) -> None:
        """It is taken back, and told."""
        now = self.world.now
        with self.world.app.db.begin() as tx:
            zone = self.world.app.settings.zone
            back = overrides.remove(tx, done.override.id, now, "值班长", "不需要了")
            snapshot = self.world.app.directory.at(tx, now)
            tell_override(tx, snapshot, self.world.app.notices, zone, back, now)
        self.world.settle()

    def feed(self, number: str) -> dict[str, tuple[int, str]]:
        """A person's subscribed calendar: UID -> (SEQUENCE, start)."""
        return {uid: (seq, start) for uid, (seq, start, _) in events(self.body(number)).items()}

    def body(self, number: str) -> bytes:
        """The same as it is sent."""
        app = self.world.app
        url = new_address(app.db, app.settings, person_id(number), self.world.now)
        token = url.rpartition("/")[2].removesuffix(".ics")
        found = Feeds(app.db, app.directory, app.settings).read(token, self.world.now)
        assert found is not None
        return found.body


def events(body: bytes) -> dict[str, tuple[int, str, str]]:
    """UID -> (SEQUENCE, start, STATUS) of a calendar, which must say what it is for."""
    calendar = Calendar.from_ical(body)
    assert calendar["METHOD"] == "PUBLISH"
    return {
        str(event["UID"]): (
            int(str(event["SEQUENCE"])),
            _plain(event["DTSTART"].to_ical()),
            str(event.get("STATUS", "")),
        )
        for event in calendar.walk("VEVENT")
    }


def _plain(raw: bytes | str) -> str:
    return raw.decode() if isinstance(raw, bytes) else raw


def calendar_of(mail: EmailMessage) -> dict[str, tuple[int, str, str]]:
    """The one enclosure of a mail, read as a calendar."""
    (paper,) = mail.iter_attachments()
    assert paper.get_content_type() == "text/calendar"
    assert paper.get_param("method") == "PUBLISH"
    body = paper.get_payload(decode=True)
    assert isinstance(body, bytes)
    return events(body)


@pytest.fixture
def post(request: pytest.FixtureRequest, furnished_url: str) -> Iterator[Post]:
    """The county; 李四 and 王五 have e-mail addresses, and the setting says email (or ``how``)."""
    flags = {
        "database_url": furnished_url,
        "gather_seconds": "0",
        "duty_notices": getattr(request, "param", "email"),
    }
    world = World(furnished_url, load(flags, {}, cwd=Path("/nonexistent")))
    with world.app.db.begin() as tx:
        found = {p.id: p for p in directory.all_people(tx)}
        some = [
            replace(found[person_id(number)], email=f"{name}@unit.example")
            for number, name in ((LI, "li"), (WANG, "wang"))
        ]
        directory.put_people(tx, some)
    loop, server = asyncio.new_event_loop(), MailEmulator()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    serve = server.serve()
    try:
        host, port = asyncio.run_coroutine_threadsafe(serve.__aenter__(), loop).result(PATIENCE)
        mail = Email(
            EmailSettings(
                host=host, port=port, security=Security.NONE, sender="duty@oncall.example"
            )
        )
        routes = world.app.delivery.routes
        routes.notifiers = {**routes.notifiers, Channel.EMAIL: (mail,)}
        yield Post(world=world, server=server)
    finally:
        world.close()
        asyncio.run_coroutine_threadsafe(serve.__aexit__(None, None, None), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_a_change_comes_with_the_calendar(post: Post) -> None:
    """Both are told by mail alone; each event is the feed's own, and what is lost is cancelled."""
    before = post.feed(LI)
    done = post.stand_in()
    mails = post.mails()
    assert set(mails) == {"li@unit.example", "wang@unit.example"}
    post.world.expect()
    body = mails["wang@unit.example"].get_body(("plain",))
    assert body is not None
    assert "李四 → 王五" in body.get_content()
    gained = calendar_of(mails["wang@unit.example"])
    feed = post.feed(WANG)
    assert {uid: (seq, start) for uid, (seq, start, _) in gained.items()}.items() <= feed.items()
    assert any(start.endswith("T060000Z") for _, start, _ in gained.values())
    kept = calendar_of(mails["li@unit.example"])
    for uid, (sequence, _, status) in kept.items():
        assert status == ""
        assert uid not in before or sequence > before[uid][0]
    post.world.advance(10)
    post.undo(done)
    mails = post.mails()
    taken = calendar_of(mails["wang@unit.example"])
    cancelled = {uid: seq for uid, (seq, _, status) in taken.items() if status == "CANCELLED"}
    (uid,) = set(cancelled) & set(gained)
    assert cancelled[uid] > gained[uid][0]
    assert uid not in post.feed(WANG)


def test_whoever_opens_every_enclosure_has_what_a_subscriber_has(post: Post) -> None:
    """A duty cut in the middle, cut again, and all of it taken back: after each mail a reader that
    keeps the higher SEQUENCE and drops what is cancelled shows the subscribed calendar."""
    people = {"li": LI, "wang": WANG}
    kept = {name: _opened({}, post.body(number)) for name, number in people.items()}
    # 李四 serves from 08:00 to 08:00; each of these leaves a piece of it on either side.
    first = post.stand_in(20, lasts=4)
    _open(post, people, kept, cancelled={"li": 0, "wang": 0})
    second = post.stand_in(25, lasts=2)
    _open(post, people, kept, cancelled={"li": 0, "wang": 0})
    # An hour in the middle of the first goes to somebody who has no address for mail.
    third = post.stand_in(21, lasts=1, person="张三", replaces="王五")
    _open(post, people, kept, cancelled={"wang": 0})
    post.undo(third)
    _open(post, people, kept, cancelled={"wang": 1})
    post.undo(first)
    _open(post, people, kept, cancelled={"li": 1, "wang": 2})
    post.undo(second)
    _open(post, people, kept, cancelled={"li": 2, "wang": 1})
    post.world.ignore()


def test_the_same_where_an_upload_moves_what_an_override_cut(post: Post) -> None:
    """李四's days become 王五's under an override, and his again: pieces come and go with them."""
    app, start = post.world.app, post.world.now
    span = start + timedelta(hours=10), start + timedelta(hours=60)
    kept = {number: _opened({}, post.body(number)) for number in (LI, WANG)}

    def look() -> None:
        for number, before in list(kept.items()):
            with app.db.read() as tx:
                snapshot = app.directory.at(tx, post.world.now)
                person = snapshot.people[person_id(number)]
                body = enclosure(tx, snapshot, app.settings, person, span, post.world.now)
            assert body is not None
            kept[number] = _opened(before, body)
            assert kept[number] == _opened({}, post.body(number))
        post.world.advance(10)

    done = post.stand_in(20, lasts=4)
    look()
    with app.db.begin() as tx:
        rows = directory.duty_rows(tx, *span, unit=CITY)
        moved = {row: duty for row, duty in rows if duty.role == "deputy" and duty.start > span[0]}
        batch = Batch(id="up", at=post.world.now, by="x", files="x", sha256="0", summary="{}")
        new = [replace(duty, person=person_id(WANG)) for duty in moved.values()]
        directory.apply_batch(tx, batch, add=new, remove=list(moved))
    look()
    with app.db.begin() as tx:
        history.undo(tx, "up", "x", post.world.now)
    look()
    post.undo(done)
    look()
    post.world.ignore()


_Kept = dict[str, tuple[int, str, str]]


def _open(
    post: Post, people: dict[str, str], kept: dict[str, _Kept], *, cancelled: dict[str, int]
) -> None:
    """Open what came by mail; then every reader has what a subscriber has."""
    mails = post.mails()
    assert {address.partition("@")[0] for address in mails} == set(cancelled)
    for name, many in cancelled.items():
        (paper,) = mails[f"{name}@unit.example"].iter_attachments()
        body = paper.get_payload(decode=True)
        assert isinstance(body, bytes)
        assert body.count(b"STATUS:CANCELLED") == many
        kept[name] = _opened(kept[name], body)
        assert kept[name] == _opened({}, post.body(people[name]))
    post.world.advance(10)


def _opened(kept: _Kept, body: bytes) -> _Kept:
    """What a reader has after a file: UID -> SEQUENCE, start and end of what is not cancelled."""
    left = dict(kept)
    for event in Calendar.from_ical(body).walk("VEVENT"):
        uid, sequence = str(event["UID"]), int(str(event["SEQUENCE"]))
        if uid in left and left[uid][0] > sequence:
            continue
        start, end = (_plain(event[edge].to_ical()) for edge in ("DTSTART", "DTEND"))
        left[uid] = sequence, start, end
        if str(event.get("STATUS", "")) == "CANCELLED":
            del left[uid]
    return left


@pytest.mark.parametrize("post", ["both", "sms"], indirect=True)
def test_besides_a_text_or_not_at_all(post: Post) -> None:
    """Both: the same by text as well; by text alone no mail leaves."""
    post.stand_in()
    post.world.expect((LI, "sms", "李四 → 王五"), (WANG, "sms", "李四 → 王五"))
    both = post.world.settings.duty_notices == "both"
    assert len(post.mails()) == (2 if both else 0)


def test_whoever_has_no_address_gets_a_text(post: Post) -> None:
    """张三 has none: the override of his duty reaches him by text, the other by mail."""
    with post.world.app.db.begin() as tx:
        found = next(p for p in directory.all_people(tx) if p.id == person_id(LI))
        directory.put_people(tx, [replace(found, email=None)])
    post.stand_in()
    post.world.expect((LI, "sms", "李四 → 王五"))
    assert set(post.mails()) == {"wang@unit.example"}


def test_a_refused_address_is_texted_and_told(post: Post) -> None:
    """550: the words arrive by text instead, and the desk sees whose address is wrong."""
    post.server.fault(Fault(kind=FaultKind.REFUSE, number="li@unit.example", code="550"))
    post.stand_in()
    post.world.expect((LI, "sms", "李四 → 王五"))
    assert set(post.mails()) == {"wang@unit.example"}
    with post.world.app.db.read() as tx:
        told = [(one.alarm, one.who) for one in open_alarms(tx)]
    assert told == [(Alarm.UNREACHABLE, "李四 l***@unit.example")]


def test_a_mail_server_that_is_away_is_gone_around(post: Post) -> None:
    """Nothing for two hours: the words go by text, though no address is wrong."""
    post.server.fault(Fault(kind=FaultKind.REFUSE, code="421"))
    post.stand_in(hours=30)
    post.world.expect()
    post.world.advance(hours=3)
    arrived = {one.to[-11:] for one in post.world.phones.sent if "李四 → 王五" in one.text}
    assert arrived == {LI, WANG}
    post.world.ignore()


def test_a_reminder_is_texted_and_mailed(post: Post) -> None:
    """The text asks for a 1; the mail does not, and has the duty in it."""
    post.world.app.handovers.plan(post.world.now)
    post.world.advance(hours=20)
    texts = [one.text for one in post.world.phones.sent if one.to.endswith(WANG)]
    assert any("回复1" in text for text in texts)
    mail = post.server.mails[-1]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "回复1" not in body.get_content()
    assert [start for _, start, _ in calendar_of(mail).values()] == ["20261104T000000Z"]
    post.world.ignore()


def test_mail_without_a_mail_server_is_a_fault(backend: str) -> None:
    """The setting is refused where nobody is named who sends e-mail."""
    assert backend
    flags = {"duty_notices": "both", "channels": "sms=log,voice=log"}
    with pytest.raises(Invalid) as caught:
        load(flags, {}, cwd=Path("/nonexistent"))
    assert [fault.code for fault in caught.value.faults] == ["no_mail_provider"]
