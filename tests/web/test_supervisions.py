"""Supervision over HTTP: issued by a supervisor alone, answered by the unit, printed in Chinese."""

from __future__ import annotations

from tests.county import CITY, TOWN
from tests.web.serving import Site, urgent


def drafted(site: Site) -> str:
    """A yellow draft; its id."""
    site.post("/transfers", urgent())
    site.world.settle()
    site.world.advance(60)
    [order] = site.get("/supervisions?state=draft").json()["items"]
    return str(order["id"])


def test_the_life_of_an_order(site: Site) -> None:
    """Draft, order, reply, end; each by whoever may, and by nobody else."""
    id = drafted(site)
    unit, other = f"liaison@{CITY}", f"liaison@{TOWN}"

    def supervised() -> list[bool]:
        """Of what is listed as under an order, whether it says so itself."""
        return [t["supervised"] for t in site.get("/transfers?supervised=true").json()["items"]]

    assert supervised() == []
    assert [t["supervised"] for t in site.get("/transfers").json()["items"]] == [False]
    assert site.get("/supervisions", role=unit).json()["items"] == []
    assert site.get(f"/supervisions/{id}", role=unit).status_code == 404
    for role in ("dispatcher", "admin", "auditor", unit):
        assert site.post(f"/supervisions/{id}/confirm", {"by": "x"}, role=role).status_code == 403
    issued = site.post(f"/supervisions/{id}/confirm", {"by": "吴九"}, role="supervisor").json()
    assert (issued["number"], issued["state"]) == ("德督办〔2026〕1号", "issued")
    number = issued["number"]
    assert supervised() == [True]
    assert site.get("/supervisions", role=other).json()["items"] == []
    assert site.get(f"/supervisions/{number}", role=unit).json()["id"] == int(id)
    reply = {"by": "张三", "text": "已处置"}
    assert site.post(f"/supervisions/{number}/reply", reply, role=other).status_code == 404
    assert site.post(f"/supervisions/{number}/reply", reply, role=unit).json()["reply"] == "已处置"
    ended = site.post(f"/supervisions/{id}/close", {"by": "吴九"}, role="supervisor").json()
    assert ended["state"] == "closed"
    assert supervised() == []
    again = site.post(f"/supervisions/{id}/confirm", {"by": "吴九"}, role="supervisor")
    assert again.status_code == 409
    drop = {"by": "吴九", "why": "误报"}
    assert site.post(f"/supervisions/{id}/drop", drop, role="supervisor").status_code == 409


def test_the_sheet_to_print(site: Site) -> None:
    """Head, number, unit and matter; nothing about the caller, and no markup from anybody."""
    caller = {"name": "林某某", "phone": "13900000077"}
    site.post("/transfers", urgent(caller=caller, category="<b>供水</b>"))
    site.world.settle()
    site.world.advance(60)
    id = str(site.get("/supervisions").json()["items"][0]["id"])
    draft = site.get(f"/supervisions/{id}/print").text
    assert "草稿" in draft
    site.post(f"/supervisions/{id}/confirm", {"by": "吴九"}, role="supervisor")
    sheet = site.get(f"/supervisions/{id}/print")
    assert sheet.headers["content-type"].startswith("text/html")
    for said in ("德化县人民政府办公室督办单", "德督办〔2026〕1号", "县城建集团：", "黄色督办"):
        assert said in sheet.text
    assert "&lt;b&gt;供水" in sheet.text
    assert "林某某" not in sheet.text
    assert "草稿" not in sheet.text
    assert site.get("/supervisions/99999999999999999999/print").status_code == 404
