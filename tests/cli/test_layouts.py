"""Rosters as units send them, from the file to who is on duty, as a person at the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import Cli
from tests.county import CITY, POST, WANG, ZONE, templates
from tests.databases import Templates
from tests.rosters.building import l1
from tests.rosters.drawn import L4_ROWS, L5_TEXT, l2, l3, l4, l5, l6
from tests.rosters.ugly import UGLY, written

__all__ = ["templates"]

BLANK: list[object] = [None] * 6


@pytest.fixture
def unit(templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line on a county in which one unit has neither people nor a roster yet."""
    monkeypatch.chdir(tmp_path)
    return Cli(url=templates.sqlite(tmp_path / "oncall.db"), folder=tmp_path)


def given(cli: Cli, name: str, data: bytes) -> str:
    """The file as it was sent."""
    path = cli.folder / name
    path.write_bytes(data)
    return str(path)


def apply(cli: Cli, file: str, *more: str) -> tuple[int, dict[str, Any]]:
    """What `oncall roster apply` says to a program, and its exit code."""
    done = cli("roster", "apply", file, "--unit", POST, "--create", "--yes", "--json", *more)
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return done.exit_code, found


def errors(told: dict[str, Any]) -> list[tuple[str, str]]:
    """What keeps the file out: where, and what."""
    return [(p["where"], p["code"]) for p in told["problems"] if p["severity"] == "error"]


def served(cli: Cli, month: str = "2026-11") -> list[str]:
    """Every duty in force, as a person would read it out."""
    shown = json.loads(cli("roster", "show", POST, "--month", month, "--json").stdout)
    spans = [
        (one["role"], one["person"], local(one["start"]), local(one["end"]))
        for one in shown["duties"]
    ]
    return [f"{role} {person} {start}–{end}" for role, person, start, end in spans]


def local(stamp: str) -> str:
    """A moment on the wall, as short as the tests write it."""
    return datetime.fromisoformat(stamp).astimezone(ZONE).strftime("%m-%d %H:%M")


def on_duty(cli: Cli, at: str, of: str = POST) -> set[tuple[str, str]]:
    """Who serves at a moment, by role."""
    found = json.loads(cli("who", of, "--at", at, "--json").stdout)
    return {(one["role"], one["person"]) for one in found["on_duty"]}


# -- the layouts of the specification -------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A file as it was sent; what keeps it out; the mended file; and who serves then."""

    name: str
    sent: bytes
    month: str = ""
    wrong: Sequence[tuple[str, str]] = ()
    mended: bytes = b""
    #: Answers to what the plan asked, that are not in the lines the plan itself suggests.
    answers: str = ""
    serving: Sequence[tuple[str, set[tuple[str, str]]]]


TWO_SHIFTS = "白班8:00-17:30;"
LAYOUTS = {
    "L1": Layout(
        name="11月.xlsx",
        sent=l1(),
        serving=(
            ("2026-11-03 12:00", {("leader", "陈建国"), ("primary", "张三"), ("deputy", "李四")}),
            ("2026-11-03 20:00", {("leader", "陈建国"), ("primary", "王五"), ("deputy", "赵六")}),
            ("2026-11-04 08:00", set()),
        ),
    ),
    "L2": Layout(
        name="国庆.xlsx",
        sent=l2(),
        answers='[people]\n"林书记" = "林志"\n"黄镇长" = "黄海"\n',
        serving=(
            ("2026-10-02 07:59", {("leader", "林志"), ("primary", "张三"), ("primary", "李四")}),
            ("2026-10-02 08:00", {("leader", "林志"), ("primary", "王五"), ("primary", "赵六")}),
            ("2026-10-08 12:00", set()),
            ("2026-10-10 12:00", {("leader", "黄海"), ("primary", "周八")}),
        ),
    ),
    "L3": Layout(
        name="排班.xlsx",
        sent=l3(),
        wrong=(
            ("排班!H3", "shift-missing"),
            ("排班!H3", "address-nobody"),
            ("排班!B6", "address-nobody"),
            ("排班!C6", "ditto-without"),
        ),
        mended=l3(
            rows=[
                [None, *BLANK, 1],
                ["带班", *BLANK, "陈局"],
                ["值班", *BLANK, "张三/李四"],
                [None, 2, 3],
                ["带班", "陈局", "林芳"],
                ["值班", "张三", "李四"],
            ]
        ),
        answers='hours = "08:00-08:00"\n[people]\n"陈局" = "陈建国"\n',
        serving=(
            ("2026-11-01 08:00", {("leader", "陈建国"), ("primary", "张三"), ("primary", "李四")}),
            ("2026-11-03 12:00", {("leader", "林芳"), ("primary", "李四")}),
        ),
    ),
    "L4": Layout(
        name="轮次.xlsx",
        sent=l4(),
        month="2026-11",
        wrong=(
            ("Sheet1!A2", "shift-missing"),
            ("Sheet1!F3", "person-pending"),
            ("Sheet1!F4", "person-pending"),
        ),
        mended=l4([L4_ROWS[0], [*L4_ROWS[1][:5], "郑十", "13900000003"], L4_ROWS[2]]),
        answers='hours = "08:00-08:00"\n',
        serving=(
            (
                "2026-11-08 12:00",
                {("leader", "陈建国"), ("primary", "张三"), ("deputy", "李四"),
                 ("team", "王五"), ("team", "赵六")},
            ),
            (
                "2026-11-09 08:00",
                {("leader", "林芳"), ("primary", "李四"), ("deputy", "张三"), ("team", "郑十")},
            ),
            ("2026-11-22 12:00", {("leader", "林芳"), ("primary", "吴九"), ("team", "郑十")}),
        ),
    ),
    "L5": Layout(
        name="值班.csv",
        sent=l5(),
        wrong=(("值班.csv:5", "date-far"), ("值班.csv:2", "shift-missing")),
        mended=l5(L5_TEXT.replace("45236", "2026/11/6")),
        answers='hours = "08:00-08:00"\n',
        serving=(
            ("2026-11-03 12:00", {("leader", "陈建国"), ("primary", "张三"), ("primary", "李四")}),
            ("2026-11-05 12:00", {("primary", "孙七")}),
            ("2026-11-06 12:00", {("leader", "林芳"), ("primary", "周八")}),
        ),
    ),
    "L6": Layout(
        name="值班表.xlsx",
        sent=l6(),
        month="2026-11",
        wrong=(("值班表!C5", "shift-unknown"),),
        mended=l6(note=TWO_SHIFTS),
        serving=(
            ("2026-11-03 17:29", {("primary", "张三")}),
            ("2026-11-03 17:30", {("primary", "李四")}),
            ("2026-11-19 12:00", {("primary", "吴九")}),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_from_the_file_to_who_is_on_duty(unit: Cli, name: str) -> None:
    """What is wrong is told cell by cell and changes nothing; mended and answered once, it is
    applied, the same again is no change, and taken back nobody serves."""
    layout = LAYOUTS[name]
    month = ("--month", layout.month) if layout.month else ()
    file = given(unit, layout.name, layout.sent)
    if layout.wrong:
        code, told = apply(unit, file, *month)
        assert code == 3
        assert sorted(errors(told)) == sorted(layout.wrong)
        assert served(unit) == []
        file = given(unit, layout.name, layout.mended)
    if layout.answers:
        unit.file("roster-map.toml", layout.answers)
    code, told = apply(unit, file, *month)
    assert (code in (0, 7), errors(told)) == (True, [])
    for at, expected in layout.serving:
        assert on_duty(unit, at) == expected, at
    again, same = apply(unit, file, *month)
    assert (again, same["batch"]) == (0, None)
    assert unit("roster", "undo", told["batch"], "--yes").exit_code == 0
    assert all(on_duty(unit, at) == set() for at, _ in layout.serving)


def test_what_the_plan_prints_is_the_answer(unit: Cli) -> None:
    """A roster that leaves its hours open: the printed lines, put beside it, are all it needs."""
    file = given(unit, "轮次.xlsx", l4([L4_ROWS[0]]))
    code, told = apply(unit, file, "--month", "2026-11")
    assert (code, errors(told)) == (3, [("Sheet1!A2", "shift-missing")])
    assert "08:00-08:00" in told["mapping"]
    unit.file("roster-map.toml", told["mapping"])
    assert apply(unit, file, "--month", "2026-11")[0] == 0
    assert ("primary", "张三") in on_duty(unit, "2026-11-05 12:00")


# -- the forms we hand out ------------------------------------------------------------------


def test_a_form_filled_in_from_its_own_lists(unit: Cli) -> None:
    """Names chosen from the second sheet, a day's hours in its remark: applied with its numbers,
    and handed out again it is no change."""
    out = str(unit.folder / "form.xlsx")
    assert unit("roster", "template", CITY, "--month", "2099-11", "--output", out).exit_code == 0
    book = load_workbook(out)
    form, people = book.worksheets[0], book["通讯录"]
    offered = {rule.formula1 for rule in form.data_validations.dataValidation}
    assert offered == {'"白班,夜班,24小时"', f"通讯录!$A$2:$A${people.max_row}"}
    names = [row[0].value for row in people.iter_rows(min_row=2)]
    assert {"张三", "李四", "王五", "陈建国"} <= set(names)
    for day in range(2):
        first = 4 + 2 * day
        form[f"D{first}"] = "陈建国"
        form[f"E{first}"], form[f"G{first}"] = "张三", "李四"
        form[f"E{first + 1}"] = "王五"
    form["H5"] = "17:30-次日8:00"
    book.save(out)
    done = unit("roster", "apply", out, "--unit", CITY, "--yes", "--json")
    told = json.loads(done.stdout)
    assert errors(told) == []
    by_time = {(d["person"], d["start"][:16], d["end"][:16]): d["mobile"] for d in told["duties"]}
    assert by_time["王五", "2099-11-01T17:30", "2099-11-02T08:00"] == WANG
    assert by_time["王五", "2099-11-02T20:00", "2099-11-03T08:00"] == WANG
    assert on_duty(unit, "2099-11-02 12:00", CITY) == {
        ("leader", "陈建国"), ("primary", "张三"), ("deputy", "李四"),
    }  # fmt: skip
    back = str(unit.folder / "back.xlsx")
    how = ("roster", "export", CITY, "--month", "2099-11", "--format", "xlsx", "--output", back)
    assert unit(*how).exit_code == 0
    assert unit("roster", "plan", back, "--detailed-exitcode").exit_code == 0


def test_every_workbook_prints_on_a4(unit: Cli) -> None:
    """As wide as the page, the headings on each, no row cut in two, no day shown as ####."""
    form, back, sheet = (str(unit.folder / name) for name in ("f.xlsx", "e.xlsx", "s.xlsx"))
    month, xlsx = ("--month", "2026-11"), ("--format", "xlsx", "--output")
    assert unit("roster", "template", CITY, *month, "--output", form).exit_code == 0
    assert unit("roster", "export", CITY, *month, *xlsx, back).exit_code == 0
    assert unit("roster", "sheet", "--days", "1", "--xlsx", sheet).exit_code == 0
    for path, pages, heads in ((form, 1, None), (back, 0, "$1:$2"), (sheet, 0, "$1:$3")):
        page = load_workbook(path).worksheets[0]
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, pages)
        assert str(page.page_setup.paperSize) == page.PAPERSIZE_A4
        assert page.print_title_rows == heads
    exported = load_workbook(back).worksheets[0]
    assert exported.column_dimensions["B"].width >= len("2026-11-01") + 2
    printed = load_workbook(sheet).worksheets[0]
    for row in range(4, printed.max_row + 1):
        most = max(str(cell.value or "").count("\n") + 1 for cell in printed[row])
        assert printed.row_dimensions[row].height >= 14 * most


# -- one ugly thing each --------------------------------------------------------------------


@pytest.mark.parametrize("name", UGLY)
def test_ugly_files_are_applied_or_told_exactly(unit: Cli, name: str) -> None:
    """Applied, it is the duties that stand in it, each once; refused, it says every reason and
    leaves nobody on duty."""
    ugly = UGLY[name]
    data, filename = written(ugly, ugly.rows)
    file = given(unit, filename, data)
    if ugly.mapping:
        unit.file("roster-map.toml", ugly.mapping)
    code, told = apply(unit, file)
    wrong = {code for _, code in errors(told)}
    assert {p["code"] for p in told["problems"]} >= set(ugly.told)
    if ugly.refused:
        assert (code, wrong) == (3, set(ugly.refused))
        assert served(unit) == []
    else:
        assert (code in (0, 7), wrong) == (True, set())
        assert sorted(served(unit)) == sorted(set(ugly.read))
