"""Changes of duty over HTTP: by whom, in whose name, and what programs read of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.county import CHEN, CITY, WANG, WU, ZHANG
from tests.web.serving import Site

LIAISON, STRANGER = f"liaison@{CITY}", "liaison@TWN-100"
SATURDAY, SUNDAY = "2026-11-07T12:00:00+08:00", "2026-11-08T12:00:00+08:00"


def swap(site: Site, role: str = LIAISON, **changes: Any) -> Any:
    """张三 asks 王五 to swap Saturday for Sunday."""
    body = {
        "person": "张三",
        "give": {"at": SATURDAY},
        "other": "王五",
        "back": {"at": SUNDAY},
        **changes,
    }
    return site.post("/changes/swap", body, role=role)


def act(site: Site, number: int, verb: str, by: str | None, role: str = LIAISON) -> Any:
    """One verb, in somebody's name."""
    return site.post(f"/changes/{number}/{verb}", {"by": by} if by else {}, role=role)


def test_a_swap_from_asking_to_undone(site: Site) -> None:
    """The same names at every step; the overrides it made are named and can be found."""
    asked = swap(site)
    assert asked.status_code == 201, asked.text
    made = asked.json()
    assert (made["kind"], made["state"], made["urgent"]) == ("swap", "asked", False)
    assert made["moves"] == [
        {
            "role": "primary",
            "from": "2026-11-07T08:00:00+08:00",
            "to": "2026-11-08T08:00:00+08:00",
            "old": "张三",
            "new": "王五",
        },
        {
            "role": "primary",
            "from": "2026-11-08T08:00:00+08:00",
            "to": "2026-11-09T08:00:00+08:00",
            "old": "王五",
            "new": "张三",
        },
    ]
    assert made["told"] == ["王五"]
    number = made["id"]
    assert act(site, number, "agree", "王五").json()["state"] == "agreed"
    approved = act(site, number, "approve", "陈建国").json()
    assert (approved["state"], approved["told"]) == ("in_force", ["张三", "王五"])
    assert len(approved["overrides"]) == 2
    shown = site.get(f"/changes/{number}", role=LIAISON).json()
    assert shown["state"] == "in_force"
    overrides = site.get("/overrides", params={"unit": CITY}).json()["items"]
    assert {one["origin"] for one in overrides} == {"swap"}
    assert site.get("/changes", role="dispatcher").json()["items"] == []
    listed = site.get("/changes", params={"settled": "true", "kind": "swap"}).json()["items"]
    assert [one["id"] for one in listed] == [number]
    undone = act(site, number, "undo", "王五").json()
    assert undone["state"] == "undone"
    again = act(site, number, "undo", "王五")
    assert (again.status_code, again.json()["code"]) == (409, "change_settled")


def test_a_liaison_stays_in_the_own_unit(site: Site) -> None:
    """Another unit's people, changes and rosters are refused; an auditor changes nothing."""
    assert swap(site, STRANGER).status_code in (403, 422)
    assert swap(site, STRANGER, unit=CITY).status_code == 403
    number = swap(site).json()["id"]
    for verb, by in (("agree", "王五"), ("withdraw", "张三")):
        refused = act(site, number, verb, by, STRANGER)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_your_unit")
    assert site.get(f"/changes/{number}", role=STRANGER).status_code == 403
    assert site.get("/changes", role=STRANGER).json()["items"] == []
    assert act(site, number, "agree", "王五", "auditor").status_code == 403
    assert act(site, number, "agree", None).json()["code"] == "not_the_other"
    assert act(site, number, "agree", "张三").json()["code"] == "not_the_other"
    act(site, number, "agree", "王五")
    assert act(site, number, "approve", "李四").json()["code"] == "not_a_leader"
    assert act(site, number, "approve", "张三").json()["code"] == "own_matter"
    # The desk enters what the leader said by telephone.
    assert act(site, number, "approve", None, "dispatcher").status_code == 200


def test_cover_leave_and_takeover(site: Site) -> None:
    """Each with its own body; the answers list candidates and what went where."""
    asked = site.post(
        "/changes/cover", {"person": "张三", "give": {"at": SATURDAY}, "why": "病"}, role=LIAISON
    ).json()
    assert asked["told"] == ["王五", "林芳", "黄明"]
    taken = act(site, asked["id"], "agree", "林芳").json()
    assert taken["moves"][0]["new"] == "林芳"
    late = act(site, asked["id"], "agree", "王五")
    assert (late.status_code, late.json()["code"]) == (409, "change_settled")
    leave = site.post(
        "/changes/leave",
        {"person": "王五", "from": SUNDAY, "to": "2026-11-11T00:00:00+08:00"},
        role=LIAISON,
    ).json()
    assert [one["from"] for one in leave["conflicts"]] == [
        "2026-11-08T12:00:00+08:00",
        "2026-11-10T08:00:00+08:00",
    ]
    assert leave["conflicts"][0]["candidates"][0]["free"] is True
    early = site.post(f"/changes/{leave['id']}/fill", {"person": "林芳"}, role="admin")
    assert (early.status_code, early.json()["code"]) == (409, "leave_not_approved")
    act(site, leave["id"], "approve", "陈建国")
    filled = site.post(
        f"/changes/{leave['id']}/fill",
        {"person": "林芳", "at": SUNDAY, "by": "陈建国"},
        role=LIAISON,
    ).json()
    assert filled["moves"][0]["new"] == "林芳"
    assert len(site.get(f"/changes/{leave['id']}").json()["conflicts"]) == 1
    over = site.post("/changes/takeover", {"unit": CITY, "by": "王五"}, role=LIAISON).json()
    assert (over["state"], over["moves"][0]["old"]) == ("in_force", "张三")
    on_duty = site.get("/on-duty", params={"unit": CITY, "role": "primary"}).json()["on_duty"]
    assert [one["person"] for one in on_duty] == ["王五"]
    assert on_duty[0]["source"].startswith("takeover")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/changes/swap", {}, 422),
        ("/changes/swap", {"person": "张三", "give": {"at": "2026-11-07"}, "other": "王五"}, 422),
        ("/changes/cover", {"person": "王五", "give": {"at": SATURDAY}}, 422),
        ("/changes/cover", {"person": "无此人", "give": {"at": SATURDAY}}, 422),
        ("/changes/leave", {"person": "张三", "from": SUNDAY, "to": SATURDAY}, 422),
        ("/changes/takeover", {"unit": "NOWHERE", "by": "张三"}, 404),
        ("/changes/takeover", {"unit": CITY, "by": "张三"}, 409),
        ("/changes/takeover", {"unit": CITY, "by": "王五", "until": "2026-11-01T00:00:00Z"}, 422),
        ("/changes/99/agree", {"by": "王五"}, 404),
        ("/changes/99/fill", {"person": "王五"}, 404),
        ("/changes/1/lapse", {}, 404),
        ("/changes/1/dance", {}, 422),
    ],
)
def test_what_makes_no_sense(site: Site, path: str, body: dict[str, Any], status: int) -> None:
    """A problem with its code and its mend, and nothing is changed."""
    answer = site.post(path, body, role="admin")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert site.get("/changes", params={"settled": "true"}).json()["items"] == []


def test_an_override_by_hand_tells_those_it_touches(site: Site) -> None:
    """The old and the new person, with old → new; and again when it is taken back."""
    body = {
        "unit": CITY, "kind": "replace", "person": "王五", "replaces": "张三",
        "from": SATURDAY, "to": "2026-11-07T20:00:00+08:00", "why": "培训",
    }  # fmt: skip
    number = site.post("/overrides", body, role="admin").json()["id"]
    site.world.settle()
    texts = site.world.expect((ZHANG, "sms", "张三 → 王五"), (WANG, "sms", "张三 → 王五"))
    assert "培训" in texts[0].text
    site.call("DELETE", f"/api/v1/overrides/{number}", role="admin")
    site.world.settle()
    site.world.expect((ZHANG, "sms", "王五 → 张三"), (WANG, "sms", "王五 → 张三"))
    only = {**body, "replaces": None, "role": "deputy", "person": "张三", "why": ""}
    site.post("/overrides", only, role="admin")
    site.world.settle()
    site.world.expect((ZHANG, "sms", "李四 → 张三"), ("13900000002", "sms", "李四 → 张三"))
    # Neither the leader nor the county's office is bothered with what was ordered by hand.
    assert site.world.phones.sent[-1].to not in (CHEN, WU)
