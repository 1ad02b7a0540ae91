"""Changes asked for over HTTP: in order, none missed, the own unit's for a liaison."""

from __future__ import annotations

from tests.county import CITY, TOWN, ZHANG
from tests.web.serving import Site, urgent


def test_whoever_asks_hears_everything_once(site: Site) -> None:
    """Page by page to the end; then only what is new."""
    site.post("/transfers", urgent(origin_ref="A1", caller={"name": "林某某"}))
    site.world.settle()
    site.world.advance(1)
    site.world.text(ZHANG, "1")
    site.post("/transfers", urgent(origin="12345", to=[TOWN]))
    site.world.advance(1)
    first = site.get("/events?limit=1").json()
    assert [one["type"] for one in first["items"]] == ["transfer.accepted"]
    assert first["items"][0]["transfer"]["origin_ref"] == "A1"
    rest = site.get(f"/events?since={first['next']}")
    assert [one["type"] for one in rest.json()["items"]] == ["part.acked", "transfer.accepted"]
    assert "林某某" not in rest.text
    end = rest.json()["next"]
    assert site.get(f"/events?since={end}").json() == {"items": [], "next": end}
    of_110 = site.get("/events?origin=110").json()["items"]
    assert {one["transfer"]["origin"] for one in of_110} == {"110"}
    mine = site.get("/events", role=f"liaison@{TOWN}").json()["items"]
    assert [one["transfer"]["origin"] for one in mine] == ["12345"]
    assert site.get("/events", role=f"liaison@{CITY}").json()["items"] != mine
    for wrong in ("since=-1", "since=x", "since=99999999999999999999", "limit=0"):
        assert site.get(f"/events?{wrong}").status_code == 422, wrong
