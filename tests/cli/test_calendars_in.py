"""Calendars that others keep, over real HTTP: read, read again, and never worse than before."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from oncall import duty, feeds
from oncall.admin.onduty import look
from oncall.calendars import LOOK_EVERY, REFRESH, Calendars, Wanted
from oncall.core.errors import Conflict, Invalid, NotFound
from oncall.feeds import Feeds
from oncall.fetching import MOST_BYTES, FetchError, fetch
from tests.cli.conftest import Cli
from tests.county import CITY, LI, START, ZHANG, ZONE, person_id
from tests.patience import PATIENCE
from tests.world import World, world

__all__ = ["world"]


def event(uid: str, who: str, start: str, end: str, *more: str) -> str:
    """One event on Shanghai's clock."""
    zone = "TZID=Asia/Shanghai"
    lines = ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{who}", f"DTSTART;{zone}:{start}",
             f"DTEND;{zone}:{end}", *more, "END:VEVENT"]  # fmt: skip
    return "".join(f"{line}\r\n" for line in lines)


def ics(*events: str) -> bytes:
    """A calendar."""
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


TODAY = event("1", "李四", "20261103T120000", "20261103T200000")
TOMORROW = event("2", "王五", "20261104T120000", "20261104T200000")
ALWAYS = event("9", "林芳", "20261101T080000", "20261102T080000", "RRULE:FREQ=DAILY")


@dataclass
class Kept:
    """A calendar server whose answer a test changes."""

    url: str = ""
    body: bytes = b""
    status: int = 200
    etag: str | None = None
    location: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Kept]:
    """A calendar server on a free port of this machine."""
    kept = Kept()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kept.asked.append(dict(self.headers))
            status = kept.status
            if kept.etag and self.headers.get("If-None-Match") == kept.etag:
                status = 304
            self.send_response(status)
            if kept.location:
                self.send_header("Location", kept.location)
            if kept.etag:
                self.send_header("ETag", kept.etag)
            self.end_headers()
            if status == 200:
                self.wfile.write(kept.body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        kept.url = f"http://127.0.0.1:{running.server_port}/private-s3cret/basic.ics"
        yield kept
        running.shutdown()
        thread.join()


def wanted(server: Kept, **changes: Any) -> Wanted:
    """The building company's team, from the server."""
    values: dict[str, Any] = {"unit": CITY, "role": "team", "name": "值班日历", "url": server.url,
                              "mapping": {}}  # fmt: skip
    return Wanted(**(values | changes))


def team(world: World, hours: float) -> list[tuple[str, str]]:
    """Who serves in the team so many hours on, by both ways of reading, and from where."""
    at = START + timedelta(hours=hours)
    with world.app.db.read() as tx:
        found = duty.who(tx, world.app.directory.at(tx, world.now), CITY, at, role="team")
    [glance] = look(world.url, at, unit=CITY, role="team").found
    assert glance == found
    return [(one.name, one.source) for one in found.on_duty]


@pytest.fixture
def kept(world: World, server: Kept) -> int:
    """A calendar that was read at START: 李四 today, 王五 tomorrow."""
    server.body = ics(TODAY, TOMORROW)
    done = world.app.calendars.add(wanted(server), world.now, "test")
    assert (done.failed, done.added, done.problems) == (False, 2, ())
    return done.calendar.id


def again(world: World, number: int) -> Any:
    """Read it again now."""
    return world.app.calendars.refresh(number, lambda: world.now)


def test_what_a_calendar_says_counts_from_when_it_is_read(world: World, kept: int) -> None:
    """It begins with the reading, in the middle of a shift too; the past before it stays empty."""
    source = [("李四", "calendar 值班日历")]
    assert [team(world, hours) for hours in (-1, 0, 5.9, 6)] == [[], source, source, []]
    assert team(world, 22) == [("王五", "calendar 值班日历")]


def test_a_new_copy_changes_the_time_to_come_alone(world: World, server: Kept, kept: int) -> None:
    """Who served until now did; who goes on serving is not cut in two; the rest is as it is now."""
    world.advance(hours=2)
    server.body = ics(event("1", "黄明", "20261103T120000", "20261103T200000"), TOMORROW)
    done = again(world, kept)
    assert (done.added, done.ended) == (1, 1)
    assert [name for hours in (0, 1.9, 2, 5) for name, _ in team(world, hours)] == [
        "李四", "李四", "黄明", "黄明",
    ]  # fmt: skip
    assert (again(world, kept).added, again(world, kept).ended) == (0, 0)


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (500, b"", "fetch_refused"),
        (404, b"", "fetch_refused"),
        (200, b"", "calendar_unreadable"),
        (200, ics(), "calendar_unreadable"),
        (200, b"<html>Sign in</html>", "calendar_unreadable"),
        (200, ics(event("1", "外人", "20261104T120000", "20261104T200000")),
         "calendar_names_nobody"),
    ],
)  # fmt: skip
def test_a_failed_reading_keeps_the_last_good_copy(
    world: World, server: Kept, kept: int, status: int, body: bytes, failure: str
) -> None:
    """Refused, empty, a page, or nobody we know: what was said stays, and its age is known."""
    world.advance(hours=1)
    server.status, server.body = status, body
    done = again(world, kept)
    assert done.failed
    assert (done.calendar.failure or "").split()[0] == failure
    assert (done.calendar.read_at, done.calendar.tried_at) == (START, world.now)
    assert [name for name, _ in team(world, 22)] == ["王五"]
    server.status, server.body = 200, ics(TODAY, TOMORROW)
    mended = again(world, kept)
    assert (mended.calendar.failure, mended.calendar.read_at) == (None, world.now)


def test_one_broken_event_leaves_the_others(world: World, server: Kept, kept: int) -> None:
    """It is listed with its line, and whoever the others name serves."""
    server.body = ics(event("1", "李四", "2026-11-03", "x"), TOMORROW)
    done = again(world, kept)
    assert (done.failed, done.ended) == (False, 1)
    assert [(p.where, p.code) for p in done.problems] == [("值班日历:3", "calendar-event")]
    assert json.loads(done.calendar.problems)[0]["where"] == "值班日历:3"
    assert team(world, 0.5) == []
    assert [name for name, _ in team(world, 22)] == ["王五"]


def test_an_unchanged_calendar_is_not_sent_again(world: World, server: Kept) -> None:
    """The ETag of the last good copy goes with the question; 304 is a good reading."""
    server.body, server.etag = ics(TODAY), '"v1"'
    number = world.app.calendars.add(wanted(server), world.now, "test").calendar.id
    world.advance(hours=1)
    done = again(world, number)
    assert server.asked[-1]["If-None-Match"] == '"v1"'
    assert (done.failed, done.calendar.read_at, done.added) == (False, world.now, 0)
    assert done.calendar.etag == '"v1"'


def test_it_is_read_again_on_schedule(world: World, server: Kept, kept: int) -> None:
    """After an hour the node fetches it by itself, in a thread of its own."""
    world.app.agenda.start(world.now)
    server.body = ics(event("1", "黄明", "20261103T120000", "20261103T200000"))

    def look() -> int:
        before = len(server.asked)
        world.let_pass(LOOK_EVERY.total_seconds() / 60)
        world.app.agenda.run_due(world.now)
        for thread in threading.enumerate():
            if thread.name == REFRESH:
                thread.join(timeout=PATIENCE)
        return len(server.asked) - before

    assert [look() for _ in range(11)] == [0] * 11
    assert look() == 1
    assert [name for name, _ in team(world, 1)] == ["黄明"]
    assert look() == 0


def test_an_open_page_hears_of_it(world: World, server: Kept) -> None:
    """Whoever a calendar puts on duty while a page is open is paged as coming on."""
    world.transfer(CITY)
    world.expect((ZHANG, "sms"))
    server.body = ics(TODAY)
    world.app.calendars.add(wanted(server, role="primary"), world.now, "test")
    world.settle()
    world.expect((LI, "sms"))


def test_calendars_of_people_count_up_with_it(world: World, server: Kept, kept: int) -> None:
    """Their own calendar has the shift with its UID, and a moved end raises its SEQUENCE."""

    def mine() -> list[str]:
        url = feeds.new_address(world.app.db, world.settings, person_id(LI), world.now)
        site = Feeds(world.app.db, world.app.directory, world.settings)
        found = site.read(url.rpartition("/")[2].removesuffix(".ics"), world.now)
        assert found is not None
        return [e for e in found.body.decode().split("BEGIN:VEVENT")[1:] if "应急队" in e]

    [before] = mine()
    world.advance(hours=1)
    server.body = ics(event("1", "李四", "20261103T120000", "20261103T220000"), TOMORROW)
    again(world, kept)
    [after] = mine()
    uid = [line for line in before.splitlines() if line.startswith("UID")]
    assert uid == [line for line in after.splitlines() if line.startswith("UID")]
    assert "SEQUENCE:0" in before
    assert "SEQUENCE:1" in after
    assert "DTEND:20261103T140000Z" in after


def test_one_that_was_removed_says_nothing_more(world: World, kept: int) -> None:
    """Its shifts end at once, what was served by it stays, and it cannot be read again."""
    world.advance(hours=1)
    world.app.calendars.remove(kept, world.now, "test")
    assert [name for name, _ in team(world, 0.5)] == ["李四"]
    assert [team(world, hours) for hours in (1, 22)] == [[], []]
    with pytest.raises(NotFound):
        again(world, kept)


def test_what_cannot_be_meant_is_not_kept(world: World, server: Kept) -> None:
    """Addresses of other kinds, with passwords, roles and people there are not: all refused."""
    calendars = world.app.calendars
    server.body = ics(TODAY)
    for url, code in (("ftp://x/y.ics", "not_a_url"), ("file:///etc/passwd", "not_a_url"),
                      ("http://u:p@127.0.0.1/x", "url_with_password"),
                      ("http://", "not_a_url")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            calendars.add(wanted(server, url=url), world.now, "test")
        assert refused.value.faults[0].code == code
    with pytest.raises(Invalid) as refused:
        calendars.add(
            wanted(server, role="cook", name="", mapping={"x": "无此人"}), world.now, "test"
        )
    assert {f.code for f in refused.value.faults} == {"unknown_role", "empty", "no_such_person"}
    with pytest.raises(NotFound):
        calendars.add(wanted(server, unit="NOWHERE"), world.now, "test")
    server.status = 403
    with pytest.raises(Invalid) as refused:
        calendars.add(wanted(server), world.now, "test")
    assert refused.value.faults[0].code == "fetch_refused"
    server.status, server.body = 200, ics()
    assert calendars.add(wanted(server), world.now, "test").failed
    file = calendars.add(wanted(server, url=None, data=ics(TODAY)), world.now, "test")
    with pytest.raises(Conflict):
        again(world, file.calendar.id)


def test_a_fetch_is_bounded_and_tells_no_address(server: Kept) -> None:
    """Too much, too slow, redirects, nobody there: refused, and only the host is said."""
    server.body = b"x" * (MOST_BYTES + 1)
    with pytest.raises(FetchError) as large:
        fetch(server.url)
    assert large.value.code == "fetch_large"
    with pytest.raises(FetchError) as slow:
        fetch(server.url, seconds=0.000_001)
    assert slow.value.code == "fetch_slow"
    server.status, server.location = 302, "file:///etc/passwd"
    with pytest.raises(FetchError) as elsewhere:
        fetch(server.url)
    server.location = server.url
    with pytest.raises(FetchError) as circle:
        fetch(server.url)
    with pytest.raises(FetchError) as nobody:
        fetch("http://127.0.0.1:9/private-s3cret/basic.ics")
    for told in (large, slow, elsewhere, circle, nobody):
        assert "s3cret" not in str(told.value)
        assert "127.0.0.1" in str(told.value)


# -- on the command line -------------------------------------------------------------------


def test_a_calendar_on_the_command_line(cli: Cli, server: Kept) -> None:
    """Added with a mapping, listed by its server alone, failing with its age, removed."""
    server.body = ics(event("1", "Lin", "20261101T080000", "20261102T080000", "RRULE:FREQ=DAILY"))
    bad = cli("calendar", "add", CITY, server.url, "--role", "team")
    assert bad.exit_code == 3
    assert "“Lin” names nobody of the unit" in bad.stderr
    done = cli("calendar", "add", CITY, server.url, "--role", "team", "--map", "Lin=林芳", "--json")
    assert done.exit_code == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["server"], made["failure"], made["problems"]) == ("127.0.0.1", None, [])
    assert made["added"] >= 400
    who = json.loads(cli("who", CITY, "--role", "team", "--json").stdout)
    assert [(o["person"], o["source"]) for o in who["on_duty"]] == [("林芳", "calendar 127.0.0.1")]
    server.status = 503
    failed = cli("calendar", "refresh", str(made["id"]))
    assert (failed.exit_code, "HTTP 503" in failed.stderr) == (1, True)
    listed = cli("calendar", "list")
    assert "What was read 0 hours ago counts" in listed.stderr
    for shown in (done, failed, listed):
        assert "s3cret" not in shown.stdout + shown.stderr
    assert cli("calendar", "remove", str(made["id"]), "--yes").exit_code == 0
    assert cli("calendar", "list").stderr.strip() == "No calendars."
    assert cli("calendar", "add", CITY, server.url, "--map", "Lin").exit_code == 2


def test_a_calendar_from_a_file(cli: Cli) -> None:
    """Read from a file, and again from the newer one; without it there is nothing to read."""
    file = cli.folder / "team.ics"
    file.write_bytes(ics(ALWAYS))
    # First what it would mean: nothing is kept, and the hours are those it then brings.
    asked = ("calendar", "add", CITY, str(file), "--role", "team")
    would = cli(*asked, "--dry-run")
    assert (would.exit_code, "林芳" in would.stdout) == (0, True)
    assert "Nothing was changed." in would.stderr + would.stdout
    told = json.loads(cli(*asked, "--dry-run", "--json").stdout)
    assert told["dry_run"]
    [lin] = told["changes"]
    assert (lin["person"], lin["loses"]) == ("林芳", [])
    assert cli("calendar", "list").stderr.strip() == "No calendars."
    made = json.loads(cli("calendar", "add", CITY, str(file), "--role", "team", "--json").stdout)
    assert (made["name"], made["server"]) == ("team.ics", None)
    nothing = cli("calendar", "refresh", str(made["id"]))
    assert (nothing.exit_code, "newer file" in nothing.stderr) == (4, True)
    file.write_bytes(ics(ALWAYS.replace("林芳", "黄明")))
    again = json.loads(cli("calendar", "refresh", str(made["id"]), str(file), "--json").stdout)
    assert again["added"] == again["ended"] >= 400
    who = json.loads(cli("who", CITY, "--role", "team", "--json").stdout)
    assert [one["person"] for one in who["on_duty"]] == ["黄明"]
    assert cli("calendar", "refresh", "99").exit_code == 1


def test_the_log_of_a_node_has_no_address(
    world: World, server: Kept, kept: int, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be read is warned of by number and reason."""
    server.status = 500
    with caplog.at_level(logging.WARNING):
        again(world, kept)
    assert "HTTP 500" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_node_keeps_calendars_in_its_own_zone(world: World) -> None:
    """Floating times are read on the installation's clock."""
    assert world.app.calendars.zone == ZONE
    assert isinstance(world.app.calendars, Calendars)
    assert datetime(2026, 11, 3, 14, tzinfo=ZONE) == START
