"""The holiday table: from the notice's file to the days everything counts by."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from oncall.admin import holidays
from oncall.admin.doctor import examine
from oncall.admin.findings import Level
from oncall.admin.holidays import SHIPPED, Span, load_shipped
from oncall.config import load
from oncall.core.errors import Invalid
from oncall.core.policies import default_book
from oncall.core.worktime import is_working
from oncall.directory import Directory
from oncall.store import holidays as rows
from oncall.store import planned
from oncall.store.database import Database
from oncall.store.holidays import RECOUNT
from tests.county import START


def shaped(*days: tuple[str, object, object], year: int = 2027) -> bytes:
    """A file as holiday-cn publishes it: (date, isOffDay, name)."""
    listed = [{"date": day, "isOffDay": off, "name": name} for day, off, name in days]
    return json.dumps({"year": year, "days": listed}, ensure_ascii=False).encode()


def week(first: str, count: int = 8) -> list[tuple[str, object, object]]:
    """So many days off in a row."""
    start = date.fromisoformat(first)
    return [((start + timedelta(days=n)).isoformat(), True, "春节") for n in range(count)]


def brought(db: Database, data: bytes, name: str = "2027.json") -> tuple[str, ...]:
    """Import one file; the units whose rotations changed."""
    with db.begin() as tx:
        return holidays.apply(tx, holidays.plan(tx, data, name), "test", START)


def codes(db: Database, data: bytes, name: str) -> list[tuple[str, str]]:
    """Where and what is wrong with a file."""
    with db.read() as tx, pytest.raises(Invalid) as refused:
        holidays.plan(tx, data, name)
    return [(fault.where, fault.code) for fault in refused.value.faults]


def test_the_shipped_table_of_2026_is_the_notice(db: Database) -> None:
    """Seven holidays with their lengths, six make-up days; a second init adds nothing."""
    with db.begin() as tx:
        assert load_shipped(tx, "init", START) == (2026,)
        assert load_shipped(tx, "init", START) == ()
        days = rows.every(tx)
        calendar = rows.work_calendar(tx)
    off = [(s.name, s.first, s.days) for s in holidays.spans(days) if s.off]
    assert off == [
        ("元旦", date(2026, 1, 1), 3), ("春节", date(2026, 2, 15), 9),
        ("清明节", date(2026, 4, 4), 3), ("劳动节", date(2026, 5, 1), 5),
        ("端午节", date(2026, 6, 19), 3), ("中秋节", date(2026, 9, 25), 3),
        ("国庆节", date(2026, 10, 1), 7),
    ]  # fmt: skip
    worked = [day.day for day in days if not day.off]
    assert [(day.month, day.day) for day in worked] == [
        (1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10),
    ]  # fmt: skip
    assert all(day.weekday() >= 5 for day in worked)
    assert is_working(date(2026, 10, 10), calendar)
    assert not is_working(date(2026, 10, 7), calendar)


def test_a_file_speaks_for_its_years(db: Database) -> None:
    """Days it names are put, days of its years it does not name go, other years stay."""
    with db.begin() as tx:
        load_shipped(tx, "init", START)
    brought(db, shaped(*week("2027-02-05"), ("2027-02-20", False, "春节")))
    with db.read() as tx:
        plan = holidays.plan(tx, shaped(*week("2027-02-06")), "2027.json")
    assert [one.day.day for one in plan.add] == [13]
    assert [one.day.isoformat() for one in plan.remove] == ["2027-02-05", "2027-02-20"]
    assert plan.unchanged == 7
    brought(db, shaped(*week("2027-02-06")))
    with db.read() as tx:
        assert [d.day.day for d in rows.every(tx) if d.day.year == 2027] == list(range(6, 14))
        assert sum(d.day.year == 2026 for d in rows.every(tx)) == 39
        again = holidays.plan(tx, shaped(*week("2027-02-06")), "2027.json")
    assert again.empty


def test_a_change_is_kept_and_heard(db: Database) -> None:
    """The log has who, what it was and what it is; deadlines are booked to be counted anew."""
    with db.read() as tx:
        assert planned.due_keys(tx, START, 10) == []
    brought(db, shaped(*week("2027-02-05")))
    with db.read() as tx:
        assert planned.due_keys(tx, START, 10) == [RECOUNT]
        told = tx.conn.exec_driver_sql(
            "SELECT who, payload FROM log WHERE event = 'HolidaysChanged'"
        ).all()
    [(who, payload)] = told
    assert who == "test"
    assert json.loads(payload)["years"] == [2027]
    assert len(json.loads(payload)["put"]) == 8


def test_a_table_of_cells(db: Database) -> None:
    """Chinese headings, 休 and 班, dates with slashes, GB18030."""
    text = "日期,类型,节日\n" + "".join(f"2027/02/{d:02},休,春节\n" for d in range(5, 13))
    brought(db, (text + "2027-02-20,班,春节\n").encode("gb18030"), "节假日.csv")
    with db.read() as tx:
        assert holidays.spans(rows.every(tx)) == [
            Span(name="春节", off=True, first=date(2027, 2, 5), last=date(2027, 2, 12)),
            Span(name="春节", off=False, first=date(2027, 2, 20), last=date(2027, 2, 20)),
        ]


def test_everything_wrong_is_told_at_once(db: Database) -> None:
    """Bad dates, words and doubles, each with its place; nothing is written."""
    bad = shaped(
        ("2027-02-30", True, "x"), ("2027-02-05", "maybe", "x"), ("2027-02-06", True, "x"),
        ("2027-02-06", True, "x"), ("1900-01-01", True, "x"), ("2027-02-07", True, 7),
        ("2027-02-08", True, "长" * 61), ("", None, None),
    )  # fmt: skip
    assert codes(db, bad, "f") == [
        ("f: days[0]", "bad_day"), ("f: days[1]", "bad_off"), ("f: days[4]", "bad_day"),
        ("f: days[5]", "control_character"), ("f: days[6]", "too_long"),
        ("f: days[7]", "bad_day"), ("f: days[7]", "bad_off"), ("f: days[3]", "given_before"),
    ]  # fmt: skip
    table = "date,off,name\n2027-13-01,休,\n2027-02-06,什么,\n".encode()
    assert codes(db, table, "t.csv") == [("t.csv:2", "bad_day"), ("t.csv:3", "bad_off")]
    with db.read() as tx:
        assert rows.every(tx) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"{", "not_json"), (b"[1]", "holidays_shape"), (b'{"days": 3}', "holidays_shape"),
     (b'{"days": []}', "nothing_in_it"), (b"", "table_unreadable"), (b"a,b\n1,2", "no_header"),
     (b"{" * 100_000, "not_json"), (b"\xff\xfe{", "table_unreadable")],
)  # fmt: skip
def test_what_is_no_table_is_refused(db: Database, data: bytes, code: str) -> None:
    """Broken JSON, another shape, nothing at all."""
    assert code in {found for _, found in codes(db, data, "f")}


def test_what_looks_wrong_is_a_warning(db: Database) -> None:
    """A make-up day in the middle of the week, and a year that is hardly there, are said."""
    with db.read() as tx:
        plan = holidays.plan(tx, shaped(("2027-02-10", False, "x")), "f")
    assert {fault.code for fault in plan.warnings} == {"holiday_plain", "holidays_few"}


def test_the_doctor_misses_next_years_table(db: Database, tmp_path: Any) -> None:
    """This year's is missed always, the next one's from November on, when its notice is out."""
    settings = load({"database_url": f"sqlite:///{tmp_path}/x.db"}, {}, cwd=tmp_path)

    def found(now: datetime = START) -> list[tuple[Level, str]]:
        seen = [f for f in examine(settings, db, lambda: now, str) if f.what == "holidays"]
        return [(one.level, one.text(str)) for one in seen]

    assert [level for level, _ in found()] == [Level.WARNING] * 2
    assert ["for 2026:" in text for _, text in found()] == [True, False]
    with db.begin() as tx:
        load_shipped(tx, "init", START)
    for day, expected in (
        (datetime(2026, 10, 31, tzinfo=UTC), Level.OK),
        (datetime(2026, 11, 1, tzinfo=UTC), Level.WARNING),
        (datetime(2026, 12, 31, tzinfo=UTC), Level.WARNING),
    ):
        [(level, text)] = found(day)
        assert level is expected
        assert "2027" in text
    brought(db, shaped(*week("2027-02-05")))
    assert [level for level, _ in found()] == [Level.OK]
    # The year of the table that is there has come; that of the one after is not yet due.
    assert [level for level, _ in found(datetime(2027, 1, 2, tzinfo=UTC))] == [Level.OK]


def test_going_by_the_week_is_said_aloud_once_a_year(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A node without this year's table says so in its log, once; with it, never."""
    directory = Directory(default_book)

    def warnings(now: datetime) -> int:
        caplog.clear()
        with caplog.at_level(logging.WARNING), db.read() as tx:
            directory.at(tx, now)
        return sum("no holiday table" in record.message for record in caplog.records)

    assert [warnings(START), warnings(START + timedelta(days=2))] == [1, 0]
    assert warnings(START + timedelta(days=80)) == 1
    with db.begin() as tx:
        load_shipped(tx, "init", START)
    directory = Directory(default_book)
    assert warnings(START) == 0


def test_every_shipped_file_is_in_the_package() -> None:
    """What is loaded on init is there to be loaded."""
    assert [path.name for path in sorted(SHIPPED.glob("*.json"))] == ["2026.json"]
