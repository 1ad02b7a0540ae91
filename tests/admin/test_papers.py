"""What is printed: who is where on which day, with the number to call; and every hole."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, timedelta

from openpyxl import load_workbook

from oncall.core.needs import Rules
from oncall.coverage import Coverage
from oncall.directory import Directory
from oncall.i18n import translator
from oncall.papers import sheet as papers
from oncall.papers.sheet import Sheet
from oncall.store import directory
from oncall.store.database import Database
from oncall.store.directory import Unit
from rosters.model import Duty
from tests.county import CITY, GOV, LI, START, TOWN, ZHANG, ZONE, person_id, put_duties


def made(db: Database, now: datetime = START, days: int = 2, **how: object) -> Sheet:
    """The sheet of the small county, Chinese, numbers in full."""
    values = {"lang": "zh_CN", "t": translator("zh_CN"), "full": True, **how}
    with db.read() as tx:
        snapshot = Directory().at(tx, now)
        return papers.duty_sheet(
            tx,
            snapshot,
            Coverage(Rules(), ZONE),
            now,
            days,
            **values,  # type: ignore[arg-type]
        )


def line(sheet: Sheet, unit: str, day: int = 0) -> tuple[list[tuple[str, ...]], list[bool]]:
    """The cells of a unit: what they say, and whether somebody is missing."""
    [found] = [one for one in sheet.pages[day].lines if one.unit == unit]
    return [cell.entries for cell in found.cells], [cell.gap for cell in found.cells]


def test_a_day_begins_when_the_watch_does(db: Database) -> None:
    """All hand over at 08:00, so a line names one watch; at seven it is still yesterday's."""
    sheet = made(db)
    assert [page.heading for page in sheet.pages] == [
        "2026-11-03 星期二 08:00 至次日 08:00",
        "2026-11-04 星期三 08:00 至次日 08:00",
    ]
    said, gaps = line(sheet, "县城建集团")
    assert said == [("陈建国 13900000003",), ("张三 13900000001",), ("李四 13900000002",), ()]
    assert gaps == [False] * 4
    assert line(sheet, "县城建集团", 1)[0][1] == ("王五 13900000010",)
    early = made(db, START - timedelta(hours=7))
    assert early.pages[0].heading.startswith("2026-11-02")


def test_a_hole_is_said_with_its_hours(db: Database) -> None:
    """From half past eight in the evening nobody is there: the cell says until when."""
    evening = datetime(2026, 12, 1, 20, 30, tzinfo=ZONE)
    duty = Duty(
        unit=TOWN, role="primary", person=person_id(ZHANG), start=evening - timedelta(hours=12.5),
        end=evening, source="x",
    )  # fmt: skip
    with db.begin() as tx:
        put_duties(tx, [duty], START)
    sheet = made(db, datetime(2026, 12, 1, 12, tzinfo=ZONE))
    said, gaps = line(sheet, "浔中镇")
    assert said[1] == ("08–20:30 张三 13900000001", "20:30–08 缺岗")
    assert gaps == [True, True, True, False]
    # A role the unit need not have is no hole.
    assert line(sheet, "110报警服务台")[1] == [False, True, False, False]


def test_others_on_duty_and_several_at_once(db: Database) -> None:
    """Supervision stands with its name; two people in one role are two lines."""
    duty = Duty(
        unit=CITY, role="deputy", person=person_id(ZHANG), start=START - timedelta(hours=6),
        end=START + timedelta(hours=18), source="x",
    )  # fmt: skip
    with db.begin() as tx:
        put_duties(tx, [duty], START)
    sheet = made(db)
    assert set(line(sheet, "县城建集团")[0][2]) == {"李四 13900000002", "张三 13900000001"}
    assert line(sheet, "县政府办")[0][3] == ("督办 吴九 13900000006",)


def test_masked_unless_somebody_said_why(db: Database) -> None:
    """Without a reason the sheet shows who, but not the number."""
    sheet = made(db, full=False, units=[CITY])
    assert line(sheet, "县城建集团")[0][1] == ("张三 139****0001",)
    assert len(sheet.pages[0].lines) == 1


def test_a_unit_that_is_closed_is_not_on_the_sheet(db: Database) -> None:
    """Its last day is the one before valid_to."""
    with db.begin() as tx:
        [unit] = [one for one in directory.all_units(tx) if one.code == GOV]
        directory.put_units(tx, [replace(unit, valid_to=date(2026, 11, 4))])
    sheet = made(db)
    assert [any(one.unit == "县政府办" for one in page.lines) for page in sheet.pages] == [
        True,
        False,
    ]


def test_both_forms_say_the_same(db: Database) -> None:
    """A page for A4 and a workbook; what looks like markup or a formula is neither."""
    with db.begin() as tx:
        directory.put_units(tx, [Unit(code="X-1", name_zh="=1+1<b>", kind="office")])
    sheet = made(db)
    page = papers.as_page(sheet, "zh_CN", ZONE, "德化县政府办").decode()
    assert "=1+1&lt;b&gt;" in page
    assert page.count("<section>") == 2
    assert "截至 2026-11-03 14:00" in page
    book = load_workbook(io.BytesIO(papers.as_workbook(sheet, ZONE, translator("zh_CN"))))
    assert book.sheetnames == ["11-03 星期二", "11-04 星期三"]
    rows = {str(r[0].value): r for r in book.worksheets[0].iter_rows(min_row=4)}
    assert "'=1+1<b>" in rows
    assert rows["县城建集团"][3].value == f"张三 {ZHANG}"
    assert rows["县城建集团"][4].value == f"李四 {LI}"
