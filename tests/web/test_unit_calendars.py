"""A unit's calendar, and one role of it: exactly the shifts that hold, before and after changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from icalendar import Calendar

from oncall import feeds
from oncall.store import directory
from oncall.store.directory import Batch, Person, Unit
from rosters.model import Duty
from tests.county import CITY, LI, TOWN, WANG, ZHANG, person_id
from tests.web.serving import Site
from tests.web.test_calendars import events, upload

ME = person_id(ZHANG)
LIAISON = f"liaison@{CITY}"


def unit_address(site: Site, unit: str = CITY, role: str | None = None) -> str:
    """A new address of a unit, as this server answers to it."""
    app, world = site.world.app, site.world
    made = feeds.new_unit_address(app.db, world.settings, unit, role, "test", world.now)
    return site.url + made.removeprefix("http://127.0.0.1:8110")


def person_address(site: Site, person: str = ME) -> str:
    """The same of a person."""
    world = site.world
    made = feeds.new_address(world.app.db, world.settings, person, world.now)
    return site.url + made.removeprefix("http://127.0.0.1:8110")


def shifts(answer: httpx.Response, word: str = "主班") -> list[tuple[datetime, datetime, str]]:
    """What a reader sees of one role: from, to, and the summary; what touches is one stretch."""
    found: list[tuple[datetime, datetime, str]] = []
    walked: list[Any] = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    for one in walked:
        start, end, said = one["DTSTART"].dt, one["DTEND"].dt, str(one["SUMMARY"])
        if found and found[-1][1:] == (start, said):
            start = found.pop()[0]
        if said.startswith(word):
            found.append((start, end, said))
    return found


def resolved(site: Site, days: int = 30) -> list[tuple[datetime, datetime, str]]:
    """What the roster says of the unit's primary."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    params = {
        "unit": CITY,
        "role": "primary",
        "from": start.isoformat(),
        "to": (start + timedelta(days=days)).isoformat(),
    }
    answer = site.get("/schedule", params=params).json()
    return [
        (
            datetime.fromisoformat(one["start"]),
            datetime.fromisoformat(one["end"]),
            f"主班联络员 {one['people'][0]}，县城建集团",
        )
        for one in answer["segments"]
        if one["people"]
    ]


def test_a_unit_s_calendar_is_its_roster_through_every_change(site: Site) -> None:
    """Before and after an override, a swap and its cancellation: the resolved shifts, each once,
    with rising numbers where something moved and the same bytes where nothing did."""
    url = unit_address(site)
    first = site.client.get(url)
    assert first.status_code == 200
    assert shifts(first) == resolved(site)
    assert len(events(first)) == 90
    assert len({event["UID"] for event in events(first)}) == 90
    assert ZHANG not in first.text
    assert "ATTENDEE" not in first.text
    site.world.advance(30)
    # An override in the middle of a duty: three pieces, the outer ones with who had it.
    body = {
        "unit": CITY, "kind": "replace", "person": "王五", "replaces": "张三",
        "from": "2026-11-05T12:00:00+08:00", "to": "2026-11-05T16:00:00+08:00",
    }  # fmt: skip
    number = site.post("/overrides", body, role="admin").json()["id"]
    second = site.client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert second.status_code == 200
    assert shifts(second) == resolved(site)
    assert len(events(second)) == 92
    site.world.advance(30)
    give = {"at": "2026-11-07T12:00:00+08:00"}
    back = {"at": "2026-11-08T12:00:00+08:00"}
    asked = {"person": "张三", "give": give, "other": "王五", "back": back}
    swap = site.post("/changes/swap", asked, role=LIAISON).json()["id"]
    assert site.client.get(url).content == second.content
    for verb, by in (("agree", "王五"), ("approve", "陈建国")):
        site.post(f"/changes/{swap}/{verb}", {"by": by}, role=LIAISON)
    third = site.client.get(url)
    assert shifts(third) == resolved(site)
    assert len(events(third)) == len(events(second))
    site.world.advance(30)
    site.post(f"/changes/{swap}/undo", {"by": "张三"}, role=LIAISON)
    site.call("DELETE", f"/api/v1/overrides/{number}", role="admin")
    last = site.client.get(url)
    assert shifts(last) == resolved(site)
    # All is as it was, and a reader who kept a number sees that it moved meanwhile.
    assert [(e["UID"], e["DTEND"]) for e in events(last)] == [
        (e["UID"], e["DTEND"]) for e in events(first)
    ]
    before = {e["UID"]: int(e["SEQUENCE"]) for e in events(first)}
    after = {e["UID"]: int(e["SEQUENCE"]) for e in events(last)}
    assert all(after[uid] >= before[uid] for uid in before)
    assert sum(after[uid] > before[uid] for uid in before) == 3


def test_a_person_s_calendar_follows_a_swap(site: Site) -> None:
    """The swapped day leaves one calendar and enters the other; cancelled, both are as before."""
    mine, theirs = person_address(site), person_address(site, person_id(WANG))
    before = site.client.get(mine), site.client.get(theirs)
    site.world.advance(30)
    asked = {"person": "张三", "give": {"at": "2026-11-07T12:00:00+08:00"}, "other": "王五"}
    swap = site.post("/changes/swap", asked, role=LIAISON).json()["id"]
    for verb, by in (("agree", "王五"), ("approve", "陈建国")):
        site.post(f"/changes/{swap}/{verb}", {"by": by}, role=LIAISON)
    assert len(events(site.client.get(mine))) == len(events(before[0])) - 1
    assert len(events(site.client.get(theirs))) == len(events(before[1])) + 1
    site.world.advance(30)
    site.post(f"/changes/{swap}/undo", {"by": "张三"}, role=LIAISON)
    for url, old in zip((mine, theirs), before, strict=True):
        assert [e["UID"] for e in events(site.client.get(url))] == [e["UID"] for e in events(old)]


def test_one_role_of_a_unit(site: Site) -> None:
    """Only that role; others' changes leave its bytes alone; its own address and no other's."""
    deputies, everybody = unit_address(site, role="deputy"), unit_address(site)
    first = site.client.get(deputies)
    assert len(events(first)) == 30
    assert {one["SUMMARY"] for one in events(first)} == {"副班 李四，县城建集团"}
    name = str(Calendar.from_ical(first.content)["X-WR-CALNAME"])
    assert "副班" in name
    assert "县城建集团" in name
    site.world.advance(30)
    start = datetime(2026, 11, 5, tzinfo=UTC)
    duty = Duty(
        unit=CITY, role="team", person=ME, start=start, end=start + timedelta(hours=8), source="x"
    )  # fmt: skip
    upload(site, "b-team", [duty], [])
    again = site.client.get(deputies, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert len(events(site.client.get(everybody))) == 91


def test_two_people_in_one_role_are_two_events(site: Site) -> None:
    """Same hours, same role: each has their own event and keeps it."""
    start = datetime(2026, 11, 4, tzinfo=UTC)
    duties = [
        Duty(
            unit=TOWN, role="team", person=person, start=start, end=start + timedelta(hours=8),
            source=person,
        )
        for person in (ME, person_id(LI))
    ]  # fmt: skip
    batch = Batch(id="two", at=site.world.now, by="x", files="x", sha256="0", summary="{}")
    with site.world.app.db.begin() as tx:
        directory.apply_batch(tx, batch, add=duties, remove=[])
    found = events(site.client.get(unit_address(site, TOWN, "team")))
    assert len(found) == len({one["UID"] for one in found}) == 2


def test_addresses_that_ended(site: Site) -> None:
    """A new one ends the old, revoking ends it, and so does the end of the unit."""
    first = unit_address(site)
    second = unit_address(site)
    roles = unit_address(site, role="primary")
    assert site.client.get(first).status_code == 404
    assert site.client.get(second).status_code == 200
    assert feeds.revoke_unit(site.world.app.db, CITY, "primary")
    assert not feeds.revoke_unit(site.world.app.db, CITY, "primary")
    assert site.client.get(roles).status_code == 404
    with site.world.app.db.begin() as tx:
        [unit] = [one for one in directory.all_units(tx) if one.code == CITY]
        closed = Unit(
            code=CITY, name_zh=unit.name_zh, kind=unit.kind,
            valid_to=(site.world.now - timedelta(days=1)).date(),
        )  # fmt: skip
        directory.put_units(tx, [closed])
    assert site.client.get(second).status_code == 404


def test_whoever_leaves_and_comes_back_needs_a_new_address(site: Site) -> None:
    """Leaving revokes: the old address stays dead."""
    url = person_address(site)
    for active in (False, True):
        with site.world.app.db.begin() as tx:
            person = Person(id=ME, unit=CITY, name="张三", mobile=ZHANG, active=active)
            directory.put_people(tx, [person])
        assert site.client.get(url).status_code == 404


def test_who_reads_which_address(site: Site) -> None:
    """The list shows whose they are and when each was last read, never the secret."""
    url = unit_address(site, role="deputy")
    person_address(site)
    site.client.get(url)
    with site.world.app.db.read() as tx:
        found = feeds.addresses(tx)
    assert [(one.unit, one.person, one.role) for one in found] == [
        (CITY, None, "deputy"),
        (CITY, "张三", None),
    ]
    assert [one.fetched_at for one in found] == [site.world.now, None]
