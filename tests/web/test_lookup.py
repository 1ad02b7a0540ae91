"""Rosters, units, people and alarms over HTTP."""

from oncall.core.model import Alarm
from oncall.store import alarms
from tests.county import CHEN, CITY, LI, POST, ZHANG
from tests.web.serving import Site, urgent


def test_who_serves_and_who_is_next(site: Site) -> None:
    """Everybody on duty with their end, and who comes next in each role."""
    seen = site.get(f"/on-duty?unit={CITY}").json()
    assert (seen["unit"], seen["at"]) == (CITY, "2026-11-03T14:00:00+08:00")
    assert [(one["role"], one["person"]) for one in seen["on_duty"]] == [
        ("primary", "张三"),
        ("deputy", "李四"),
        ("leader", "陈建国"),
    ]
    first = seen["on_duty"][0]
    assert first["until"] == "2026-11-04T08:00:00+08:00"
    assert first["phone"] == "139****0001"
    assert first["source"].startswith("11月!")
    coming = next(one for one in seen["next"] if one["role"] == "primary")
    assert (coming["person"], coming["from"]) == ("王五", "2026-11-04T08:00:00+08:00")


def test_the_new_person_serves_at_the_very_second_of_a_handover(site: Site) -> None:
    """Half-open: one second before eight it is 张三, at eight it is 王五, and only 王五."""

    def primary(at: str) -> list[str]:
        seen = site.get("/on-duty", params={"unit": CITY, "role": "primary", "at": at}).json()
        return [one["person"] for one in seen["on_duty"]]

    assert primary("2026-11-04T07:59:59+08:00") == ["张三"]
    assert primary("2026-11-04T08:00:00+08:00") == ["王五"]
    assert primary("2026-11-04T00:00:00Z") == ["王五"]
    assert primary("2027-06-01T00:00:00Z") == []


def test_every_unit_with_a_roster_at_once(site: Site) -> None:
    """Without a unit all are listed, but those that have no roster."""
    seen = site.get("/on-duty?role=primary").json()
    units = {one["unit"]: [p["person"] for p in one["on_duty"]] for one in seen["units"]}
    assert units[CITY] == ["张三"]
    assert POST not in units


def test_numbers_in_full_need_a_reason_and_a_role(site: Site) -> None:
    """A dispatcher may see them for a reason; an auditor may not."""
    path = f"/on-duty?unit={CITY}&role=primary&reveal=call+in"
    assert site.get(path).json()["on_duty"][0]["phone"] == ZHANG
    assert site.get(path, role="auditor").status_code == 403


def test_a_schedule_tiles_its_window(site: Site) -> None:
    """Segments follow each other without a hole, and the uncovered one has nobody."""
    seen = site.get(
        "/schedule",
        params={
            "unit": CITY,
            "role": "primary",
            "from": "2026-11-30T00:00:00+08:00",
            "to": "2026-12-02T00:00:00+08:00",
        },
    ).json()
    assert [(s["start"][5:16], s["end"][5:16], s["people"]) for s in seen["segments"]] == [
        ("11-30T00:00", "11-30T08:00", ["张三"]),
        ("11-30T08:00", "12-01T08:00", ["王五"]),
        ("12-01T08:00", "12-02T00:00", []),
    ]
    assert seen["gaps"] == [
        {"start": "2026-12-01T08:00:00+08:00", "end": "2026-12-02T00:00:00+08:00"}
    ]
    assert (seen["from"], seen["to"]) == ("2026-11-30T00:00:00+08:00", "2026-12-02T00:00:00+08:00")


def test_units_and_people_without_full_numbers(site: Site) -> None:
    """The directory can be read, but no mobile number in full."""
    units = site.get("/units").json()["items"]
    assert CITY in {unit["code"] for unit in units}
    answer = site.get(f"/people?unit={CITY}")
    people = {one["name"]: one for one in answer.json()["items"]}
    assert set(people) == {"张三", "李四", "陈建国", "林芳", "黄明", "王五"}
    assert people["张三"]["mobile"] == "139****0001"
    assert not any(number in answer.text for number in (ZHANG, LI, CHEN))


def test_an_alarm_is_shown_until_somebody_closes_it(site: Site) -> None:
    """A unit without people alarms; closing it twice is a conflict."""
    site.post("/transfers", urgent(to=[POST]))
    site.world.settle()
    shown = site.get("/alarms").json()["items"]
    assert {one["unit"] for one in shown} == {POST}
    assert all(one["text"] for one in shown)
    first = shown[0]["id"]
    closed = site.post(f"/alarms/{first}/close", {"by": "110席"}).json()
    assert (closed["closed_by"], closed["closed_at"]) == ("110席", "2026-11-03T14:00:00+08:00")
    again = site.post(f"/alarms/{first}/close", {"by": "110席"})
    assert (again.status_code, again.json()["code"]) == (409, "alarm_closed")
    assert first not in {one["id"] for one in site.get("/alarms").json()["items"]}
    assert site.post("/alarms/999999/close", {"by": "110席"}).status_code == 404


def test_a_liaison_sees_the_own_unit_s_alarms(site: Site) -> None:
    """Another unit's alarms are not theirs to read."""
    with site.world.app.db.begin() as tx:
        alarms.raise_alarm(tx, Alarm.GAP, site.world.now, unit=CITY, who="primary")
        alarms.raise_alarm(tx, Alarm.GAP, site.world.now, unit=POST, who="primary")
    shown = site.get("/alarms", role=f"liaison@{CITY}").json()["items"]
    assert [one["unit"] for one in shown] == [CITY]
    assert site.get(f"/alarms?unit={POST}", role=f"liaison@{CITY}").status_code == 403
