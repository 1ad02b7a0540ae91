"""Clause 7 for networks that only exchange files: taken whole, once, and answered beside it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oncall.exchange import Exchange
from oncall.i18n import translator
from oncall.store import directory, reports
from tests.county import CITY, TOWN, ZHANG, ZHAO
from tests.world import World

MATTER: dict[str, Any] = {
    "origin": "12345",
    "origin_ref": "HL-1",
    "to": [CITY],
    "urgency": "urgent",
    "summary": "水管爆裂",
    "category": "供水",
    "caller": {"name": "林某某", "phone": "13900000077"},
}


@pytest.fixture
def exchange(world: World, tmp_path: Path) -> Exchange:
    """A shared folder, empty."""
    return Exchange(tmp_path / "交换", world.app.intake, translator("en"))


def drop(exchange: Exchange, name: str, content: object) -> None:
    """Somebody puts a file there."""
    box = exchange.folder / "in"
    box.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    (box / name).write_text(text, "utf-8")


def files(exchange: Exchange, folder: str) -> list[str]:
    """What lies in one of its folders."""
    return sorted(path.name for path in (exchange.folder / folder).iterdir())


def matters(world: World) -> int:
    """How many transfers there are."""
    with world.app.db.read() as tx:
        return len(reports.list_transfers(tx))


def test_a_file_is_taken_once_and_answered(world: World, exchange: Exchange) -> None:
    """People are paged; the receipt gives our number; the same again hands nothing over."""
    drop(exchange, "a.json", MATTER)
    assert exchange.pick_up(world.now, "n") == 1
    world.settle()
    world.expect((ZHANG, "sms"))
    assert files(exchange, "in") == []
    [receipt] = json.loads((exchange.folder / "done" / "a.json.receipt.json").read_text())
    assert receipt["created"] is True
    assert receipt["code"] == "DH20261103-0001"
    drop(exchange, "a.json", [MATTER])
    exchange.pick_up(world.now, "n")
    world.settle()
    world.expect()
    assert matters(world) == 1
    # The first one of this name is still there.
    assert len(files(exchange, "done")) == 4


def test_a_table_is_taken_with_chinese_headings(world: World, exchange: Exchange) -> None:
    """Several units in one cell; yes and no in either language."""
    drop(
        exchange,
        "b.csv",
        "来源,来源单号,承办单位,紧急程度,内容,涉警,受理时间\n"
        f"12345,HL-2,{CITY}；{TOWN},紧急,路面塌陷,否,2026-11-03T13:50:00+08:00\n",
    )
    exchange.pick_up(world.now, "n")
    world.settle()
    world.expect((ZHANG, "sms"), (ZHAO, "sms"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.json", "{", ["x.json", "not JSON"]),
        ("x.json", [MATTER, MATTER | {"origin_ref": ""}], ["x.json[1].origin_ref", "missing"]),
        ("x.json", MATTER | {"to": ["NO"]}, ["x.json[0].to[0]", "NO"]),
        ("x.json", MATTER | {"urgancy": 1, "police": "maybe"}, ["urgancy", "police", "maybe"]),
        ("x.json", MATTER | {"received_at": "2026-11-03 14:00"}, ["received_at", "zone"]),
        ("x.json", [], ["x.json"]),
        ("x.docx", "?", ["x.docx", ".csv"]),
        ("x.csv", "origin,summary\n110,x\n", ["urgency", "missing"]),
    ],
)
def test_a_bad_file_is_put_aside_with_its_reason(
    world: World, exchange: Exchange, name: str, content: object, said: list[str]
) -> None:
    """Every fault at once, where and how to mend it; nothing of the file is taken."""
    drop(exchange, name, content)
    exchange.pick_up(world.now, "n")
    assert files(exchange, "bad") == [name, f"{name}.reason.txt"]
    reason = (exchange.folder / "bad" / f"{name}.reason.txt").read_text("utf-8")
    assert all(word in reason for word in said), reason
    assert files(exchange, "in") == files(exchange, "done") == []
    assert matters(world) == 0


def test_half_a_file_is_left_alone(world: World, exchange: Exchange) -> None:
    """Whoever writes it renames it when it is whole."""
    for name in (".a.json", "a.json.part", "a.tmp"):
        drop(exchange, name, MATTER)
    assert exchange.pick_up(world.now, "n") == 0
    assert len(files(exchange, "in")) == 3


def test_a_file_of_a_node_that_died_is_taken_by_another(world: World, exchange: Exchange) -> None:
    """After five minutes, under its own name, and once."""
    drop(exchange, ".taken-dead-c.json", MATTER)
    taken = exchange.folder / "in" / ".taken-dead-c.json"
    moment = world.now.timestamp()
    os.utime(taken, (moment, moment))
    assert exchange.pick_up(world.now, "n") == 0
    world.let_pass(6)
    assert exchange.pick_up(world.now, "n") == 1
    assert "c.json" in files(exchange, "done")
    assert matters(world) == 1


def test_units_by_whatever_they_are_called(world: World, exchange: Exchange) -> None:
    """A name or an alias will do, and the receipt says the code; a word for two units is put aside
    with both of them named, and nothing of that file is taken."""
    with world.app.db.begin() as tx:
        units = {u.code: u for u in directory.all_units(tx)}
        directory.put_units(
            tx,
            [
                replace(units[CITY], aliases=("城建",)),
                replace(units["SOE-POST"], name_zh="城关所"),
                replace(units["PTY-EFFICIENCY"], name_zh="城关所"),
            ],
        )
    drop(exchange, "a.json", MATTER | {"to": ["城建"]})
    drop(exchange, "b.json", [MATTER | {"origin_ref": "HL-2"}, MATTER | {"to": ["城关所"]}])
    exchange.pick_up(world.now, "n")
    [receipt] = json.loads((exchange.folder / "done" / "a.json.receipt.json").read_text("utf-8"))
    assert receipt["units"] == [CITY]
    reason = (exchange.folder / "bad" / "b.json.reason.txt").read_text("utf-8")
    assert "b.json[1].to[0]" in reason
    assert "SOE-POST" in reason
    assert "PTY-EFFICIENCY" in reason
    assert matters(world) == 1
