"""Groups over HTTP and on the console: called, counted, seen, corrected, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest

from oncall.store import directory, groups
from oncall.store.groups import UnitGroup
from tests.county import CITY, DESK_12345, GOV, HE, LI, TOWN, ZHANG, ZHAO
from tests.patience import PATIENCE
from tests.web.serving import Site, serving_web
from tests.world import World
from web.app import create_app
from web.console import mount

NAME = "暴雨内涝"
PATH = f"/groups/{quote(NAME)}"
ASKED = {"urgency": "urgent", "summary": "城区内涝", "origin": "110"}


@pytest.fixture
def grouped(world: World) -> World:
    """A group of three units, one at a time, of which two must answer; and a large one."""
    flood = UnitGroup(name=NAME, units=(CITY, TOWN, DESK_12345), needed=2, wave=1, minutes=10)
    many = UnitGroup(name="全县", units=tuple(f"U-{n}" for n in range(1, 12)))
    with world.app.db.begin() as tx:
        directory.put_units(tx, [directory.Unit(code=code, name_zh=code) for code in many.units])
        groups.put(tx, [flood, many])
    return world


def test_a_call_by_http_from_its_preview_to_its_withdrawal(grouped: World, site: Site) -> None:
    """What the description promises, in both languages; the roll follows every answer."""
    world = grouped
    first, second = site.get("/groups").json()["items"]
    assert {first["name"], second["name"]} == {NAME, "全县"}
    seen = site.get(f"{PATH}/preview?urgency=urgent").json()
    assert [wave["units"][0]["people"] for wave in seen["waves"]] == [["张三"], ["赵六"], ["何二"]]
    made = site.post(f"{PATH}/calls", {**ASKED, "origin_ref": "JJ-1"})
    assert made.status_code == 201
    again = site.post(f"{PATH}/calls", {**ASKED, "origin_ref": "JJ-1"})
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    world.settle()
    world.expect((ZHANG, "sms"))
    roll_at = made.json()["roll"].removeprefix("/api/v1")
    (asked,) = site.get(roll_at).json()["waves"][0]["units"][0]["people"]
    assert (asked["name"], asked["arrival"], asked["response"]) == ("张三", "sent", "waiting")
    world.text(ZHANG, "eta 20")
    world.advance(9)
    world.ignore()
    roll = site.get(roll_at).json()
    assert [unit["response"] for wave in roll["waves"] for unit in wave["units"]] == [
        "acked", "waiting", "not_called",
    ]  # fmt: skip
    assert roll["waves"][0]["units"][0]["eta_at"] is not None
    world.advance(7)
    world.ignore()
    roll = site.get(roll_at).json()
    assert roll["waves"][1]["units"][0]["response"] == "silent"
    mine = site.get(roll_at, role=f"liaison@{TOWN}").json()
    assert [len(wave["units"]) for wave in mine["waves"]] == [0, 1, 0]
    right = site.post(f"/transfers/{made.json()['id']}/correct", {"by": "席位", "text": "城东"})
    assert right.status_code == 200
    world.settle()
    told = {m.to[-11:] for m in world.phones.sent if "更正" in m.text}
    world.ignore()
    gone = site.post(f"/transfers/{made.json()['id']}/cancel", {"by": "席位", "why": "误报"})
    assert gone.status_code == 200
    world.settle()
    assert told == {m.to[-11:] for m in world.phones.sent if "撤销" in m.text}
    assert {ZHANG, ZHAO, HE} <= told
    assert LI not in told
    world.ignore()
    words = site.get(roll_at).json()["words"]
    assert [(word["what"], word["people"]) for word in words] == [
        ("corrected", len(told)), ("withdrawn", len(told)),
    ]  # fmt: skip


def test_what_a_call_is_refused_for(grouped: World, site: Site) -> None:
    """Problems as documented: nobody is called for a wrong count, a wrong name, a wrong wish."""
    many = f"/groups/{quote('全县')}/calls"
    for path, more, status, code in (
        ("/groups/nobody/calls", {}, 404, "no_such_group"),
        (many, {}, 409, "count_them"),
        (many, {"count": 10}, 409, "count_them"),
        (f"{PATH}/calls", {"needed": 4}, 422, None),
        (f"{PATH}/calls", {"urgency": "soon"}, 422, None),
    ):
        for lang in ("en", "zh-CN"):
            answer = site.post(path, {**ASKED, **more}, headers={"Accept-Language": lang})
            assert answer.status_code == status, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert code in (None, answer.json()["code"])
    assert site.post(f"{PATH}/calls", ASKED, role=f"liaison@{TOWN}").status_code == 403
    assert site.get("/group-calls/nothing").status_code == 404
    assert site.get("/group-calls?all=true").json()["items"] == []
    broken = site.call("POST", f"/api/v1{PATH}/calls", content=b"{")
    described = site.get("/openapi.json").json()["paths"]["/api/v1/groups/{name}/calls"]["post"]
    assert {"400", "404", "409", "422", str(broken.status_code)} <= set(described["responses"])


def test_an_ended_unit_is_called_by_its_heir(grouped: World, site: Site) -> None:
    """The list says so, the call says so, and the heir is paged."""
    with grouped.app.db.begin() as tx:
        units = {unit.code: unit for unit in directory.all_units(tx)}
        day = site.world.now.date()
        ended = [
            replace(units[CITY], valid_to=day, successor=GOV),
            replace(units[DESK_12345], valid_to=day),
        ]
        directory.put_units(tx, ended)
    shown = {one["name"]: one for one in site.get("/groups").json()["items"]}[NAME]
    assert [(one["ended"], one["heir"]) for one in shown["units"]] == [
        (True, GOV), (False, None), (True, None),
    ]  # fmt: skip
    made = site.post(f"{PATH}/calls", {**ASKED, "wave": 0}).json()
    assert (made["units"], made["gone"]) == ([GOV, TOWN], [DESK_12345])
    assert made["moved"] == [{"unit": CITY, "heir": GOV}]


@contextmanager
def _desk(world: World, site: Site) -> Iterator[httpx.Client]:
    """A browser's window at the desk, signed in."""
    web = create_app(world.app, run_engine=False)
    mount(web, world.app)
    with (
        serving_web(web) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE) as client,
    ):
        client.headers["Origin"] = url
        answer = client.post("/console/sign-in", data={"token": site.token("dispatcher")})
        assert answer.status_code == 303
        yield client


def test_the_desk_calls_a_group_and_reads_its_roll(grouped: World, site: Site) -> None:
    """The list, the cost before the call, the typed count, the roll; in both languages."""
    world = grouped
    with _desk(world, site) as desk:
        assert "1人，短信1条" in desk.get(f"/console/groups/{quote(NAME)}").text
        many = f"/console/groups/{quote('全县')}"
        form = {**ASKED, "do": "call", "by": "值班员", "key": "k1"}
        refused = desk.post(many, data=form)
        assert refused.status_code == 409
        assert "请输入本次呼叫的数量：11" in refused.text
        assert desk.post(many, data={**form, "do": "preview"}).status_code == 200
        wrong = desk.post(f"/console/groups/{quote(NAME)}", data={**form, "wave": "viele"})
        assert (wrong.status_code, "viele" in wrong.text) == (422, True)
        done = desk.post(f"/console/groups/{quote(NAME)}", data=form)
        assert done.status_code == 303
        at = done.headers["location"]
        world.settle()
        world.expect((ZHANG, "sms"))
        world.text(ZHANG, "1")
        world.ignore()
        live = desk.get(f"{at}/live").text
        assert "<html" not in live
        assert "张三" in live
        english = desk.get(f"{at}?lang=en").text
        assert "Not called yet" in english
        assert f"{at}?lang=zh_CN" in english
        assert NAME in desk.get("/console/groups/live").text
        code = at.rpartition("/")[2]
        said = desk.post(
            f"/console/transfers/{code}/correct",
            data={"text": "城东", "by": "值班员"},
            headers={"Accept": "application/json"},
        )
        assert said.status_code == 200
        world.settle()
        world.expect((ZHANG, "sms", "更正"), (ZHAO, "sms", "更正"))
        assert HE not in {m.to[-11:] for m in world.phones.sent}
        elsewhere = desk.post(many, data=form, headers={"Origin": "http://elsewhere"})
        assert elsewhere.status_code == 403


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_people_are_called_by_name(world: World, site: Site) -> None:
    """By HTTP and on the console: who is in it, the cost, a line for each, an answer by phone."""
    crew = UnitGroup(
        name="抢险队", units=(CITY, TOWN), people={CITY: ("p001", "p002"), TOWN: ("p011",)},
        needed=2, wave=2, minutes=5,
    )  # fmt: skip
    with world.app.db.begin() as tx:
        groups.put(tx, [crew])
    path = f"/groups/{quote('抢险队')}"
    (listed,) = site.get("/groups").json()["items"]
    assert [one["people"] for one in listed["units"]] == [["张三", "李四"], ["赵六"]]
    seen = site.get(f"{path}/preview?urgency=urgent").json()
    assert (seen["people"], seen["first"]["people"], seen["most"]["people"]) == (3, 2, 3)
    made = site.post(f"{path}/calls", {**ASKED, "origin_ref": "JJ-2"}).json()
    assert (made["units"], made["people"]) == ([CITY, TOWN], ["张三", "李四", "赵六"])
    world.settle()
    world.expect((ZHANG, "sms"), (LI, "sms"))
    with _desk(world, site) as desk:
        assert "县城建集团（张三、李四）" in desk.get("/console/groups").text
        page = desk.get(f"/?t={made['code']}").text
        assert "县城建集团 · 张三" in page
        said = desk.post(
            f"/console/transfers/{made['code']}/ack",
            data={"unit": f"{CITY}/p001", "who": "张三", "by": "值班员"},
            headers={"Accept": "application/json"},
        )
        assert said.status_code == 200, said.text
        world.text(LI, "1")
        world.settle()
        roll = desk.get(f"/console/calls/{made['code']}").text
        assert "县城建集团 · 李四" in roll
        assert "2/2" in roll
        assert "已响应2人" in desk.get("/console/groups").text
    rolled = site.get(made["roll"].removeprefix("/api/v1")).json()
    assert [(one["person"], one["response"]) for w in rolled["waves"] for one in w["units"]] == [
        ("张三", "acked"), ("李四", "acked"), ("赵六", "not_called"),
    ]  # fmt: skip
    mine = site.get(f"/transfers/{made['id']}").json()
    assert [one["person"] for one in mine["parts"]] == ["p001", "p002"]
    world.ignore()
