"""Contact cards over HTTP: looked at, mended, proven."""

from __future__ import annotations

from tests.county import CITY, ZHANG
from tests.stories.test_verification import code_in
from tests.web.serving import Site

SECOND = "13900000031"


def test_a_card_is_mended_and_a_number_proven(site: Site) -> None:
    """Numbers keep their order, their middle stays hidden; the code proves the one it went to."""
    path = "/api/v1/people/p001"
    body = {"numbers": [ZHANG, SECOND], "lang": "zh_CN"}
    card = site.call("PATCH", path, json=body, role="admin").json()
    assert [c["number"] for c in card["contacts"] if c["channel"] == "sms"] == [
        "139****0001",
        "139****0031",
    ]
    given = {"channel": "sms", "number": SECOND}
    asked = site.call("POST", f"{path}/verification", json=given, role="admin")
    assert (asked.status_code, asked.json()["number"]) == (202, "139****0031")
    soon = site.call("POST", f"{path}/verification", json=given, role="admin")
    assert (soon.status_code, soon.json()["code"]) == (409, "code_too_soon")
    site.world.settle()
    code = code_in(site.world.last(SECOND).text)
    wrong = site.call("POST", f"{path}/verification/check", json={"code": "x"}, role="admin")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "code_wrong")
    done = site.call("POST", f"{path}/verification/check", json={"code": code}, role="admin")
    assert done.json()["number"] == "139****0031"
    contacts = site.get("/people/p001").json()["contacts"]
    assert [c["number"] for c in contacts if c["proven"]] == ["139****0031"]
    assert ZHANG not in site.get("/people/p001").text


def test_a_liaison_mends_cards_of_the_own_unit_only(site: Site) -> None:
    """The other unit's are refused with the reason; a bad number is told with its place."""
    path = "/api/v1/people/p011"
    answer = site.call("PATCH", path, json={"numbers": []}, role=f"liaison@{CITY}")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_unit")
    bad = site.call("PATCH", "/api/v1/people/p001", json={"numbers": ["12"]}, role="admin")
    assert (bad.status_code, bad.json()["errors"][0]["code"]) == (422, "bad_phone")
