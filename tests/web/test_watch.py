"""Handover lists and drills over HTTP: each role its own, and the same answers as elsewhere."""

from __future__ import annotations

from tests.county import CITY, ZHANG
from tests.web.serving import Site


def test_the_handover_list(site: Site) -> None:
    """What a unit has on its hands, and who comes next; a liaison sees the own unit alone."""
    sent = site.world.transfer()
    shown = site.get("/handover", params={"unit": CITY}).json()
    assert [(item["code"], item["state"]) for item in shown["items"]] == [(sent.code, "waiting")]
    primary = next(one for one in shown["changes"] if one["role"] == "primary")
    assert (primary["now"], primary["next"][0]["person"]) == (["张三"], "王五")
    mine = site.get("/handover", params={"unit": CITY}, role=f"liaison@{CITY}")
    assert mine.status_code == 200
    assert (
        site.get("/handover", params={"unit": "TWN-100"}, role=f"liaison@{CITY}").status_code == 403
    )
    assert site.get("/handover", params={"unit": "NOWHERE"}).status_code == 404
    site.world.ignore()


def test_a_drill_and_its_scorecard(site: Site) -> None:
    """The desk books one, the answer is scored; who may not is refused, and nothing is booked."""
    assert site.post("/drills", {"units": [CITY]}, role="auditor").status_code == 403
    assert site.post("/drills", {"units": ["NOWHERE"]}).status_code == 422
    wrong = site.post("/drills", {"units": [CITY], "count": 2})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "count_drill")
    made = site.post("/drills", {"units": [CITY], "minutes": 5})
    assert made.status_code == 201
    site.world.settle()
    site.world.advance(1)
    site.world.text(ZHANG, "1")
    site.world.advance(10)
    (one,) = site.get("/drills/scores").json()["units"]
    assert (one["unit"], one["asked"], one["in_time"], one["rate"]) == (CITY, 1, 1, 1.0)
    assert site.get("/drills/scores", role="liaison@TWN-100").json()["units"] == []
