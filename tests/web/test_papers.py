"""Gaps, the proof, the sheet and the load over HTTP; and the console's page to print them."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from oncall.tables import log
from tests.county import CITY, POST, TOWN, ZHANG
from tests.patience import PATIENCE
from tests.web.serving import Site, serving_web
from web.app import create_app
from web.console import mount

# What is read is the same on either database; the web door over both is tested elsewhere.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

LIAISON = f"liaison@{CITY}"
WINDOW = "from=2026-11-03T06:00:00Z&to=2026-11-05T06:00:00Z"


def test_gaps_of_every_unit_or_one_role(site: Site) -> None:
    """A unit without a roster is one gap a role; a liaison sees the own unit's only."""
    told = site.get(f"/roster/gaps?{WINDOW}").json()
    assert told["from"] == "2026-11-03T14:00:00+08:00"
    whole = {"start": told["from"], "end": told["to"]}
    assert {"unit": POST, "role": "primary", **whole} in told["gaps"]
    assert not [gap for gap in told["gaps"] if gap["unit"] in (CITY, TOWN)]
    team = site.get(f"/roster/gaps?{WINDOW}&unit={CITY}&role=team").json()["gaps"]
    assert team == [{"unit": CITY, "role": "team", **whole}]
    assert site.get(f"/roster/gaps?{WINDOW}", role=LIAISON).json()["gaps"] == []
    assert site.get(f"/roster/gaps?unit={TOWN}", role=LIAISON).status_code == 403
    # A week from now where nothing is said.
    usual = site.get("/roster/gaps").json()
    first, last = (datetime.fromisoformat(usual[end]) for end in ("from", "to"))
    assert (first, last - first) == (site.world.now, timedelta(days=7))


def test_windows_that_make_no_sense(site: Site) -> None:
    """Each is told with its field; nothing is answered half."""
    for wrong, field, code in (
        ("from=2026-11-05T00:00:00Z&to=2026-11-04T00:00:00Z", "to", "ends_before_start"),
        ("from=2026-11-05T00:00:00Z&to=2028-11-04T00:00:00Z", "to", "window_too_long"),
        ("from=2026-11-05T00:00:00", "from", "naive_time"),
        ("unit=NO", "unit", "unknown_unit"),
    ):
        for path in ("/roster/gaps", "/roster/proof", "/reports/duty"):
            answer = site.get(f"{path}?{wrong}")
            assert answer.status_code == 422, (path, wrong)
            [told] = answer.json()["errors"]
            assert (told["path"].removeprefix("query."), told["code"]) == (field, code)
    assert site.get("/roster/gaps?role=king").status_code == 422
    assert site.get("/roster/sheet/print?days=63").status_code == 422


def test_the_proof_is_the_command_line_s(site: Site) -> None:
    """Figures, exceptions to the second and each day; the printed page says the same."""
    told = site.get(f"/roster/proof?unit={CITY}&{WINDOW}").json()
    assert told["made_at"] == "2026-11-03T14:00:00+08:00"
    assert told["summary"].items() >= {
        "units": 1, "whole": 1, "exceptions": 0, "needed_minutes": 3 * 2880,
        "held_minutes": 3 * 2880, "share": 1.0,
    }.items()  # fmt: skip
    [unit] = told["units"]
    assert [role["role"] for role in unit["roles"]] == ["primary", "deputy", "leader"]
    whole = site.get(f"/roster/proof?{WINDOW}").json()["summary"]
    assert whole["exceptions"] > 0
    for lang, title in (("zh", "值守证明"), ("en", "Proof of coverage")):
        page = site.get(f"/roster/proof/print?{WINDOW}", headers={"Accept-Language": lang})
        assert title in page.text
        assert f"{whole['whole']} / {whole['units']}" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_sheet_masks_numbers_unless_somebody_says_why(site: Site) -> None:
    """As a page and as a workbook; who saw numbers and why is in the log."""
    masked = site.get(f"/roster/sheet/print?days=2&unit={CITY}")
    assert "张三 139****0001" in masked.text
    assert ZHANG not in masked.text
    assert "Town" not in site.get("/roster/sheet/print?days=1", role=LIAISON).text
    book = site.get(f"/roster/sheet.xlsx?days=2&unit={CITY}&reveal=打印")
    assert len(load_workbook(io.BytesIO(book.content)).worksheets) == 2
    assert shown(site) == [("dispatcher席", "打印")]
    assert ZHANG in site.get("/roster/sheet/print?days=1&reveal=夜班", role=LIAISON).text
    assert shown(site)[-1] == ("liaison席", "夜班")
    assert site.get("/roster/sheet/print?days=1&reveal=x", role="auditor").status_code == 403


def shown(site: Site) -> list[tuple[str, str]]:
    """Who saw numbers in full, and why."""
    with site.world.app.db.read() as tx:
        query = select(log).where(log.c.event == "PhonesShown")
        return [(row.who, json.loads(row.payload)["why"]) for row in tx.conn.execute(query)]


def test_who_carries_how_much(site: Site) -> None:
    """Hours in the window by person; a liaison sees the own unit's people."""
    told = site.get(f"/reports/duty?{WINDOW}").json()
    by_name = {one["person"]: one for one in told["people"]}
    assert by_name["李四"]["hours"] == 48
    assert by_name["李四"]["by_role"] == {"deputy": 48}
    assert by_name["张三"]["hours"] + by_name["王五"]["hours"] == 48
    mine = site.get(f"/reports/duty?{WINDOW}", role=LIAISON).json()["people"]
    assert {one["unit"] for one in mine} == {CITY}


#: Every page of the console leads to every other, and says in its title which it is.
PLACES = {
    "/": "",
    "/console/groups": "预案组 · ",
    "/console/duties": "值班 · ",
    "/console/orders": "督办 · ",
    "/console/papers": "打印 · ",
    "/console/drills": "演练 · ",
}


def test_the_console_prints(site: Site) -> None:
    """Signed in, from the console's own page: forms, the sheet and the proof, and every fault;
    each page of the console leads to the others."""
    web = create_app(site.world.app, run_engine=False)
    mount(web, site.world.app)
    with (
        serving_web(web) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE) as client,
    ):
        assert client.get("/console/papers").headers["location"] == "/console/sign-in"
        own = {"Sec-Fetch-Site": "same-origin"}
        sign_in = {"token": site.token("dispatcher")}
        assert client.post("/console/sign-in", data=sign_in, headers=own).status_code == 303
        forms = client.get("/console/papers")
        assert all(word in forms.text for word in ("值班表", "值守证明", "县城建集团"))
        for place, name in PLACES.items():
            seen = client.get(place).text
            assert f"<title>{name}联动值班台</title>" in seen
            assert f'href="{place}" aria-current="page"' in seen.replace(' class="drill-link"', "")
            assert all(f'href="{other}"' in seen for other in PLACES), place
        asked = {"unit": CITY, "days": "1", "why": ""}
        page = client.post("/console/papers/sheet", data=asked, headers=own)
        assert "张三 139****0001" in page.text
        page = client.post("/console/papers/sheet", data=asked | {"why": "打印"}, headers=own)
        assert f"张三 {ZHANG}" in page.text
        assert shown(site) == [("dispatcher席", "打印")]
        days = {"unit": CITY, "from": "2026-11-03", "to": "2026-11-04"}
        page = client.post("/console/papers/proof", data=days, headers=own)
        assert "2026-11-05 00:00" in page.text
        for paper, wrong in (
            ("sheet", asked | {"days": "0"}),
            ("sheet", asked | {"unit": "NO"}),
            ("proof", days | {"from": "2026-11-31"}),
            ("proof", days | {"from": "2026-11-09"}),
            ("proof", days | {"to": "2028-11-09"}),
        ):
            page = client.post(f"/console/papers/{paper}", data=wrong, headers=own)
            assert (page.status_code, 'role="alert"' in page.text) == (422, True), wrong
        assert client.post("/console/papers/x", data=days, headers=own).status_code == 404
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        page = client.post("/console/papers/sheet", data=asked, headers=elsewhere)
        assert page.status_code == 403
