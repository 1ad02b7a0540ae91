"""Figures over HTTP: what the command line prints, for whoever may read it."""

from __future__ import annotations

import io

import openpyxl

from tests.county import CITY, TOWN, ZHANG
from tests.web.serving import Site, urgent


def happened(site: Site) -> str:
    """One matter taken after four minutes; its printed number."""
    code: str = site.post("/transfers", urgent()).json()["code"]
    site.world.settle()
    site.world.advance(4)
    site.world.text(ZHANG, "1")
    site.world.advance(20)
    return code


def test_the_figures_of_a_month(site: Site) -> None:
    """Numbers with what they are made of; a liaison sees the own unit's and no other's."""
    happened(site)
    answer = site.get("/reports/kpi?month=2026-11")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["from"], told["to"]) == ("2026-11-01", "2026-11-30")
    assert told["total"]["ack_in_time"] == {"of": 1, "out_of": 1, "rate": 1.0}
    assert told["total"]["ack_time"]["median_seconds"] == 240.0
    assert told["units"][CITY]["pages"] == 1
    mine = site.get("/reports/kpi?month=2026-11", role=f"liaison@{CITY}").json()
    assert list(mine["units"]) == [CITY]
    other = f"/reports/kpi?month=2026-11&unit={TOWN}"
    assert site.get(other, role=f"liaison@{CITY}").status_code == 403
    police = site.get("/reports/kpi?month=2026-11&profile=police").json()
    assert police["total"]["solved"] is None
    for wrong in ("month=2026-13", "month=2026-11&profile=x", "month=2026-11&unit=NO", ""):
        assert site.get(f"/reports/kpi?{wrong}").status_code == 422, wrong


def test_the_figures_as_a_workbook(site: Site) -> None:
    """Three sheets, per cents as per cents, charts beside them."""
    happened(site)
    answer = site.get("/reports/kpi.xlsx?month=2026-11")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    whole, units, answers = book.worksheets
    by_name = {row[0].value: row for row in whole.iter_rows(min_row=3)}
    rate = by_name["acknowledged in time"][1]
    assert (rate.value, rate.number_format) == (1, "0.0%")
    assert by_name["acknowledged in time"][2].value == "1 / 1"
    assert units["A3"].value == "Urban Construction Group"
    assert len(units._charts) == 1
    assert [row[1].value for row in answers.iter_rows(min_row=3)] == [0, 1, 0, 0, 0]
    assert len(answers._charts) == 4


def test_visits_are_taken_whole_or_not_at_all(site: Site) -> None:
    """A number nobody knows refuses all of them; the same again is not doubled."""
    code = happened(site)
    visit = {"transfer": code, "at": "2026-11-03T14:10:00+08:00", "solved": True}
    wrong = {"visits": [visit, visit | {"transfer": "DH1"}, visit | {"at": "2026-11-02T12:00:00Z"}]}
    refused = site.post("/reports/visits", wrong)
    assert refused.status_code == 422
    paths = [error["path"] for error in refused.json()["errors"]]
    assert paths == ["visits[1].transfer", "visits[2].at"]
    assert site.post("/reports/visits", {"visits": [visit]}).json() == {"rows": 1, "new": 1}
    assert site.post("/reports/visits", {"visits": [visit]}).json() == {"rows": 1, "new": 0}
    told = site.get("/reports/public?month=2026-11").json()
    assert told["total"]["solved"] == {"of": 1, "out_of": 1, "rate": 1.0}
    assert told["categories"] == {"others": 1}


def test_the_conference_is_for_those_who_evaluate(site: Site) -> None:
    """Nothing came up yet; a liaison does not see what is disputed elsewhere."""
    assert site.get("/reports/conference?month=2026-11").json() == {"items": []}
    refused = site.get("/reports/conference?month=2026-11", role=f"liaison@{CITY}")
    assert refused.status_code == 403
