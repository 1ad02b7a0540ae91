"""Overrides over HTTP, and what they do to an open page and to people's calendars."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from oncall import feeds
from tests.county import CITY, LI, START, TOWN, WANG, ZHANG, ZONE, person_id
from tests.web.serving import Site
from tests.web.test_calendars import events


def at(hours: float) -> str:
    """So many hours after the story begins, as callers write it."""
    return (START + timedelta(hours=hours)).astimezone(ZONE).isoformat()


def order(site: Site, kind: str, start: float, end: float, **more: Any) -> httpx.Response:
    """POST one override of the building company's primary."""
    body = {"unit": CITY, "kind": kind, "from": at(start), "to": at(end)} | more
    return site.post("/overrides", body, role=f"liaison@{CITY}")


def primary(site: Site, hours: float) -> list[tuple[str, str]]:
    """Who serves then, and where that comes from."""
    found = site.get(f"/on-duty?unit={CITY}&role=primary&at={at(hours)}".replace("+", "%2B"))
    return [(one["person"], one["source"]) for one in found.json()["on_duty"]]


def test_part_of_a_duty_is_overridden_and_the_remainder_stays(site: Site) -> None:
    """李四 has two hours of 张三's day; before and after it is 张三, from the cell it came from."""
    made = order(site, "replace", 2, 4, person="李四", replaces="张三", why="家中有事")
    assert made.status_code == 201
    body = made.json()
    assert (body["person"], body["replaces"], body["by"]) == ("李四", "张三", "liaison席")
    assert [(one["person"], one["gains"] or one["loses"]) for one in body["changes"]] == [
        ("张三", [{"start": at(2), "end": at(4)}]),
        ("李四", [{"start": at(2), "end": at(4)}]),
    ]
    number = body["id"]
    assert [primary(site, hours) for hours in (1.9, 2, 3.9, 4)] == [
        [("张三", "11月!D3")],
        [("李四", f"override {number}")],
        [("李四", f"override {number}")],
        [("张三", "11月!D3")],
    ]
    listed = site.get(f"/overrides?unit={CITY}").json()["items"]
    assert [one["id"] for one in listed] == [number]


def test_what_was_served_by_an_override_stays_served(site: Site) -> None:
    """Taken back in the middle, its first half remains the truth and the second is as before."""
    number = order(site, "replace", 0, 4, person="李四", replaces="张三").json()["id"]
    site.world.advance(hours=2)
    gone = site.call("DELETE", f"/api/v1/overrides/{number}?why=提前返岗", role="admin")
    assert gone.status_code == 200
    assert gone.json()["removed_why"] == "提前返岗"
    assert [name for hours in (1, 1.99, 2, 3) for name, _ in primary(site, hours)] == [
        "李四", "李四", "张三", "张三",
    ]  # fmt: skip
    again = site.call("DELETE", f"/api/v1/overrides/{number}", role="admin")
    assert (again.status_code, again.json()["code"]) == (409, "override_removed")


def test_an_override_counts_from_now_on(site: Site) -> None:
    """One that is entered late does not rewrite who served before; one that is over is refused."""
    made = order(site, "replace", -3, 2, person="李四", replaces="张三").json()
    assert made["from"] == at(0)
    assert [name for hours in (-1, 0) for name, _ in primary(site, hours)] == ["张三", "李四"]
    over = order(site, "add", -5, -1, person="李四")
    assert (over.status_code, over.json()["errors"][0]["code"]) == (422, "override_past")


def test_an_open_page_asks_again_at_once(site: Site) -> None:
    """Whoever is put on while a page is open is paged as coming on, without waiting for a step."""
    site.post("/transfers", {"origin": "110", "to": [CITY], "urgency": "urgent", "summary": "漏水"})
    site.world.settle()
    site.world.expect((ZHANG, "sms"))
    assert order(site, "replace", 0, 8, person="王五", replaces="张三").status_code == 201
    site.world.settle()
    site.world.expect((WANG, "sms", "接班"), (WANG, "sms", "张三 → 王五"), (ZHANG, "sms", "王五"))


def test_an_empty_override_silences_nobody(site: Site) -> None:
    """A name left out is refused with the word that would say it; vacant is taken at its word."""
    for kind in ("add", "replace", "remove"):
        refused = order(site, kind, 2, 4)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "override_empty")
    assert [name for name, _ in primary(site, 3)] == ["张三"]
    assert order(site, "vacant", 2, 4).status_code == 201
    assert primary(site, 3) == []
    both = order(site, "add", 3, 5, person="李四")
    assert (both.status_code, both.json()["code"]) == (409, "override_contradicts")


def test_another_unit_s_roster_is_none_of_a_liaison_s_business(site: Site) -> None:
    """A liaison neither orders nor takes back beyond the own unit."""
    other = site.post(
        "/overrides",
        {"unit": TOWN, "kind": "vacant", "from": at(1), "to": at(2)},
        role=f"liaison@{CITY}",
    )
    assert (other.status_code, other.json()["code"]) == (403, "not_your_unit")
    number = order(site, "vacant", 1, 2).json()["id"]
    refused = site.call("DELETE", f"/api/v1/overrides/{number}", role=f"liaison@{TOWN}")
    assert refused.status_code == 403
    assert len(site.get("/overrides").json()["items"]) == 1


def test_what_cannot_be_meant_is_refused_with_its_place(site: Site) -> None:
    """Unknown kind, role and people, the same person twice, a window that ends first or never."""
    body = {"unit": CITY, "kind": "swap", "role": "cook", "from": at(2), "to": at(1),
            "person": "无此人", "replaces": "张三"}  # fmt: skip
    errors = site.post("/overrides", body).json()["errors"]
    assert {(one["path"], one["code"]) for one in errors} == {
        ("person", "no_such_person"), ("role", "unknown_role"), ("kind", "unknown_kind"),
        ("replaces", "replaces_nothing"), ("to", "ends_before_start"),
    }  # fmt: skip
    same = order(site, "replace", 1, 2, person="张三", replaces=person_id(ZHANG))
    assert same.json()["errors"][0]["code"] == "replaces_self"
    endless = order(site, "vacant", 1, 24 * 400).json()["errors"]
    assert endless[0]["code"] == "window_too_long"
    named = order(site, "vacant", 1, 2, person="李四").json()["errors"]
    assert named[0]["code"] == "vacant_with_person"
    missing = site.get("/overrides?unit=NOWHERE")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_unit")
    backwards = site.get(f"/overrides?from={at(2)}&to={at(1)}".replace("+", "%2B"))
    assert backwards.json()["errors"][0]["code"] == "ends_before_start"
    gone = site.call("DELETE", "/api/v1/overrides/99999999999999999999", role="admin")
    assert gone.status_code == 404


# -- calendars -----------------------------------------------------------------------------


def calendar(site: Site, number: str) -> dict[str, dict[str, str]]:
    """A person's events by UID."""
    person = person_id(number)
    url = feeds.new_address(site.world.app.db, site.world.settings, person, site.world.now)
    answer = site.client.get(site.url + url.removeprefix("http://127.0.0.1:8110"))
    return {event["UID"]: event for event in events(answer)}


def utc(hours: float) -> str:
    """A moment as calendars write it."""
    moment: datetime = START + timedelta(hours=hours)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def test_an_override_changes_exactly_the_events_it_cuts(site: Site) -> None:
    """The slot keeps its UID and counts up, its other half and the stand-in's hours are new, the
    rest keeps its bytes; taken back, it counts up again and nothing is left over."""
    before = calendar(site, ZHANG)
    stand_in = calendar(site, LI)
    site.world.advance(30)
    number = order(site, "replace", 2, 4, person="李四", replaces="张三").json()["id"]
    during = calendar(site, ZHANG)
    changed = [uid for uid in before if during[uid] != before[uid]]
    assert len(changed) == 1
    assert int(during[changed[0]]["SEQUENCE"]) > int(before[changed[0]]["SEQUENCE"])
    assert during[changed[0]]["DTEND"] == utc(2)
    assert during[changed[0]]["LAST-MODIFIED"] == utc(0.5)
    [rest] = [event for uid, event in during.items() if uid not in before]
    assert (rest["DTSTART"], rest["DTEND"]) == (utc(4), utc(18))
    gained = calendar(site, LI)
    assert {uid: event for uid, event in gained.items() if uid in stand_in} == stand_in
    [news] = [event for uid, event in gained.items() if uid not in stand_in]
    assert (news["DTSTART"], news["DTEND"]) == (utc(2), utc(4))
    assert news["SUMMARY"].startswith("主班")
    site.world.advance(30)
    site.call("DELETE", f"/api/v1/overrides/{number}", role="admin")
    after = calendar(site, ZHANG)
    assert set(after) == set(before)
    assert after[changed[0]]["DTEND"] == before[changed[0]]["DTEND"]
    assert int(after[changed[0]]["SEQUENCE"]) > int(during[changed[0]]["SEQUENCE"])
    assert {uid: e for uid, e in after.items() if uid != changed[0]} == {
        uid: e for uid, e in before.items() if uid != changed[0]
    }
    assert calendar(site, LI) == stand_in
