"""A person's calendar: the same bytes until a duty changes, and nobody's number in it."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from oncall import feeds
from oncall.core.errors import NotFound
from oncall.store import directory
from oncall.store.directory import Batch, Person
from rosters.model import Duty
from tests.county import CITY, TOWN, WANG, ZHANG, ZHOU, person_id
from tests.web.serving import Site
from web.quiet import HideSecrets

ME = person_id(ZHANG)


def address(site: Site, person: str = ME) -> str:
    """A new calendar address, as this server answers to it."""
    url = feeds.new_address(site.world.app.db, site.world.settings, person, site.world.now)
    assert url.startswith("http://127.0.0.1:8110/calendars/")
    assert len(url.rpartition("/")[2]) >= 22 + len(".ics")
    return site.url + url.removeprefix("http://127.0.0.1:8110")


def events(answer: httpx.Response) -> list[dict[str, str]]:
    """Every event, its fields as written."""
    found: list[Any] = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    return [{name: event[name].to_ical().decode() for name in event} for event in found]


def head(answer: httpx.Response) -> bytes:
    """What stands above the events."""
    return answer.content.partition(b"BEGIN:VEVENT")[0]


def upload(site: Site, batch: str, add: list[Duty], remove: list[int]) -> None:
    """Apply one batch now."""
    made = Batch(id=batch, at=site.world.now, by="x", files="x", sha256="0", summary="{}")
    with site.world.app.db.begin() as tx:
        directory.apply_batch(tx, made, add=add, remove=remove)


def mine(site: Site) -> list[tuple[int, Duty]]:
    """The rows of this person's duties."""
    long = timedelta(days=400)
    with site.world.app.db.read() as tx:
        return directory.duty_rows(tx, site.world.now - long, site.world.now + long, person=ME)


def test_a_calendar_holds_a_person_s_duties(site: Site) -> None:
    """Fifteen days of November, in UTC, the role first, and no number and no attendee anywhere."""
    answer = site.client.get(address(site))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = events(answer)
    assert len(found) == 15
    first = found[0]
    assert (first["DTSTART"], first["DTEND"]) == ("20261101T000000Z", "20261102T000000Z")
    assert first["SUMMARY"].startswith("主班")
    assert "县城建集团" in first["SUMMARY"]
    assert (first["TRANSP"], first["SEQUENCE"]) == ("TRANSPARENT", "0")
    assert first["DTSTAMP"] == first["LAST-MODIFIED"] == "20261029T060000Z"
    assert "2026-10-29 14:00" in first["DESCRIPTION"]
    assert len({event["UID"] for event in found}) == 15
    text = answer.text
    assert "ATTENDEE" not in text
    assert ZHANG not in text
    for line in (
        "METHOD:PUBLISH",
        "NAME:",
        "X-WR-CALNAME:",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ):
        assert line in text
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_a_reader_of_english_reads_english(site: Site) -> None:
    """The calendar speaks its owner's language."""
    with site.world.app.db.begin() as tx:
        person = Person(id="p-en", unit=TOWN, name="Lin", mobile="13900000077", lang="en")
        directory.put_people(tx, [person])
    start = site.world.now
    duty = Duty(
        unit=TOWN, role="deputy", person="p-en", start=start, end=start + timedelta(hours=8),
        source="x",
    )  # fmt: skip
    upload(site, "b-en", [duty], [])
    [event] = events(site.client.get(address(site, "p-en")))
    assert event["SUMMARY"] == "deputy\\, Xunzhong Town"


def test_the_same_duties_are_the_same_bytes(site: Site) -> None:
    """An ETag or a date that still holds is answered 304, and other duties change nothing."""
    url = address(site)
    first = site.client.get(url)
    again = site.client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    weak = site.client.get(url, headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert weak.status_code == 304
    dated = {"If-Modified-Since": first.headers["last-modified"]}
    assert site.client.get(url, headers=dated).status_code == 304
    site.world.advance(30)
    site.world.roster(TOWN, "team", ZHOU, 8)
    assert site.client.get(url).content == first.content
    assert site.client.head(url).headers["etag"] == first.headers["etag"]


def test_a_changed_duty_keeps_its_uid_and_counts_up(site: Site) -> None:
    """Only the edited event differs: same UID, higher SEQUENCE, later DTSTAMP, new ETag."""
    url = address(site)
    before = site.client.get(url)
    site.world.advance(30)
    row, duty = mine(site)[5]
    shorter = Duty(
        unit=duty.unit, role=duty.role, person=ME, start=duty.start,
        end=duty.end - timedelta(hours=2), source="x",
    )  # fmt: skip
    upload(site, "b-edit", [shorter], [row])
    after = site.client.get(url, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    old, new = events(before), events(after)
    assert [e["UID"] for e in old] == [e["UID"] for e in new]
    changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    [(was, now)] = changed
    assert "2026-11-03 14:30" in now["DESCRIPTION"]
    # What some readers copy into every event is the same, or they would copy all of them anew.
    assert head(before) == head(after)
    assert int(now["SEQUENCE"]) > int(was["SEQUENCE"])
    assert now["DTSTAMP"] == "20261103T063000Z"


def test_a_duty_that_went_to_somebody_else_is_gone(site: Site) -> None:
    """It leaves one calendar and enters the other; a reader who only knows dates hears of it."""
    url, other = address(site), address(site, person_id(WANG))
    before = site.client.get(url)
    site.world.advance(30)
    row, duty = mine(site)[5]
    moved = Duty(
        unit=CITY, role="primary", person=person_id(WANG), start=duty.start, end=duty.end,
        source="x",
    )  # fmt: skip
    upload(site, "b-move", [moved], [row])
    dated = {"If-Modified-Since": before.headers["last-modified"]}
    assert len(events(site.client.get(url, headers=dated))) == 14
    assert len(events(site.client.get(other))) == 16


def test_old_and_distant_duties_are_left_out(site: Site) -> None:
    """Thirty days back, 180 ahead."""
    for name, days in (("old", -31), ("recent", -29), ("near", 180), ("far", 182)):
        start = datetime(2026, 11, 3, 4, tzinfo=UTC) + timedelta(days=days)
        duty = Duty(
            unit=CITY, role="team", person=ME, start=start, end=start + timedelta(hours=1),
            source=name,
        )  # fmt: skip
        upload(site, name, [duty], [])
    found = [e for e in events(site.client.get(address(site))) if e["SUMMARY"].startswith("应急队")]
    assert [event["DTSTART"][:8] for event in found] == ["20261005", "20270502"]


def test_an_address_that_ended_is_not_there(site: Site) -> None:
    """A new address ends the old one, revoking ends the new one, and leaving ends any."""
    first = address(site)
    second = address(site)
    assert site.client.get(first).status_code == 404
    assert site.client.get(second).status_code == 200
    assert feeds.revoke(site.world.app.db, ME) is True
    assert feeds.revoke(site.world.app.db, ME) is False
    assert site.client.get(second).status_code == 404
    third = address(site)
    with site.world.app.db.begin() as tx:
        [person] = directory.find_people(tx, ME)
        gone = Person(id=ME, unit=person.unit, name=person.name, active=False)
        directory.put_people(tx, [gone])
    answer = site.client.get(third)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_calendar")


def test_guessing_finds_nothing(site: Site) -> None:
    """Unknown, empty-looking and endless addresses are all the same 404."""
    for token in ("x", "x" * 500, "..%2f..%2fetc", "'--"):
        assert site.client.get(f"{site.url}/calendars/{token}.ics").status_code == 404


def test_nobody_s_calendar_cannot_be_made(site: Site) -> None:
    """A name that is nobody's gives no address."""
    with pytest.raises(NotFound):
        feeds.new_address(site.world.app.db, site.world.settings, "p-none", site.world.now)
    with pytest.raises(NotFound):
        feeds.revoke(site.world.app.db, "p-none")


def test_the_last_fetch_is_remembered_once_a_minute(site: Site) -> None:
    """An administrator sees whether anybody reads it; a busy reader writes nothing."""
    url = address(site)

    def fetched() -> datetime | None:
        with site.world.app.db.read() as tx:
            return directory.feed_state(tx, ME)[1]

    assert fetched() is None
    site.client.get(url)
    first = fetched()
    assert first == site.world.now
    site.world.advance(seconds=30)
    site.client.get(url)
    assert fetched() == first
    site.world.advance(seconds=31)
    site.client.get(url)
    assert fetched() == site.world.now


def test_the_address_is_kept_as_a_hash(site: Site) -> None:
    """Whoever reads the database cannot subscribe to anybody."""
    url = address(site)
    token = url.rpartition("/")[2].removesuffix(".ics")
    with site.world.app.db.read() as tx:
        assert directory.person_of_feed(tx, token) is None


def test_the_access_log_is_filtered_while_the_door_is_open(site: Site) -> None:
    """Starting the door puts the filter in place, once."""
    site.client.get(f"{site.url}/healthz")
    filters = logging.getLogger("uvicorn.access").filters
    assert len([one for one in filters if isinstance(one, HideSecrets)]) == 1


def test_no_secret_address_is_in_the_access_log() -> None:
    """uvicorn's line has the call and the status, but not the token."""
    record = logging.LogRecord(
        "uvicorn.access",
        logging.INFO,
        __file__,
        1,
        '%s - "%s %s HTTP/%s" %d',
        ("127.0.0.1:1", "GET", "/calendars/s3cret.ics?x=1", "1.1", 200),
        None,
    )
    assert HideSecrets().filter(record)
    assert "s3cret" not in record.getMessage()
    assert "/calendars/***.ics?x=1" in record.getMessage()
