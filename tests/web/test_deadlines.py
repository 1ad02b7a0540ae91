"""Deadlines over HTTP: in every answer about a transfer, extended only by those who may."""

from __future__ import annotations

from datetime import timedelta

from tests.county import CITY, TOWN
from tests.web.serving import Site, urgent


def test_a_transfer_says_by_when_it_must_be_finished(site: Site) -> None:
    """From the first answer on; two working days for what is urgent."""
    taken = site.post("/transfers", urgent()).json()
    assert taken["due_at"] == "2026-11-05T18:00:00+08:00"
    assert taken["overdue"] is False
    site.world.let_pass(3 * 24 * 60)
    shown = site.get(f"/transfers/{taken['id']}").json()
    assert shown["overdue"] is True
    listed = site.get("/deadlines?overdue=true").json()["items"]
    assert [one["code"] for one in listed] == [taken["code"]]


def test_a_liaison_asks_and_a_supervisor_grants(site: Site) -> None:
    """Nobody gives time to themselves, and nobody sees another unit's deadlines."""
    code = site.post("/transfers", urgent()).json()["code"]
    mine, other = f"liaison@{CITY}", f"liaison@{TOWN}"
    wish = {"by": "张三", "until": "2026-11-09T18:00:00+08:00", "why": "等配件"}
    assert site.post(f"/transfers/{code}/extend", wish, role=other).status_code == 404
    asked = site.post(f"/transfers/{code}/extend", wish, role=mine)
    assert asked.status_code == 200, asked.text
    assert asked.json()["asked"]["until"] == wish["until"]
    assert asked.json()["due_at"] == "2026-11-05T18:00:00+08:00"
    answer = {"by": "吴九", "grant": True}
    assert site.post(f"/transfers/{code}/extension", answer, role=mine).status_code == 403
    granted = site.post(f"/transfers/{code}/extension", answer, role="supervisor")
    assert granted.json()["due_at"] == wish["until"]
    assert granted.json()["extended"] == 1
    assert site.post(f"/transfers/{code}/extension", answer, role="supervisor").status_code == 409
    assert site.get("/deadlines", role=mine).json()["items"][0]["code"] == code
    assert site.get("/deadlines", role=other).json()["items"] == []
    lines = site.get(f"/transfers/{code}").json()["timeline"]
    assert {"ExtensionAsked", "ExtensionGranted"} <= {line["what"] for line in lines}


def test_a_wish_for_less_time_is_refused_with_everything_wrong(site: Site) -> None:
    """Both faults at once, with their fields; nothing changes."""
    code = site.post("/transfers", urgent()).json()["code"]
    early = (site.world.now - timedelta(days=1)).isoformat()
    answer = site.post(f"/transfers/{code}/extend", {"by": "张三", "until": early, "why": " "})
    assert answer.status_code == 422
    wrong = {error["path"]: error["value"] for error in answer.json()["errors"]}
    # On the wall of whoever typed it.
    assert wrong == {"until": "11-02 14:00", "why": ""}
