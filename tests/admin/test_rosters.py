"""Roster files on either database: planned, applied in one go, taken back exactly."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from oncall.admin import history, rosters, telling
from oncall.admin.rosters import Plan
from oncall.admin.uploads import Upload, Wanted
from oncall.core.errors import Conflict, NotFound, Stale
from oncall.directory import Directory
from oncall.notices import Notices
from oncall.store import directory
from oncall.store.database import Database
from oncall.store.directory import Batch
from oncall.tables import duties, outbox
from rosters.model import Duty, Severity
from rosters.template import Day, Line, l1_workbook
from tests.county import CITY, START, ZONE, person_id
from tests.world import World, world

__all__ = ["world"]

LINE = (CITY, "primary")
HEADER = "unit,date,shift,role,name,mobile\n"


def flat(*rows: str, name: str = "roster.csv") -> Upload:
    """A flat table of these rows."""
    return Upload(name=name, data=(HEADER + "\n".join(rows) + "\n").encode())


def row(day: int, name: str, shift: str = "08:00-08:00", role: str = "primary") -> str:
    """One duty of CITY in November 2026."""
    return f"{CITY},2026-11-{day:02},{shift},{role},{name},"


def plan(
    db: Database, *uploads: Upload, now: datetime = START, wanted: Wanted | None = None
) -> Plan:
    """What the files would do."""
    with db.read() as tx:
        return rosters.plan(tx, uploads, wanted or Wanted(), now, ZONE)


def apply(
    db: Database, *uploads: Upload, now: datetime = START, wanted: Wanted | None = None
) -> Batch | None:
    """Apply files, as a command does."""
    with db.begin() as tx:
        planned = rosters.plan(tx, uploads, wanted or Wanted(), now, ZONE)
        return rosters.apply(tx, planned, now, "admin")


def in_force(db: Database) -> list[Duty]:
    """Every duty in force, in order."""
    with db.read() as tx:
        long = timedelta(days=400)
        found = directory.duties_between(tx, START - long, START + long)
    return sorted(found, key=lambda d: (d.start, d.unit, d.role, d.person))


def all_rows(db: Database) -> list[tuple[object, ...]]:
    """Every row of the table as it is, removed ones too."""
    with db.read() as tx:
        return [tuple(r) for r in tx.conn.execute(select(duties).order_by(duties.c.id))]


def test_a_file_is_applied_and_taken_back_exactly(db: Database) -> None:
    """After an undo the roster is, duty by duty, what it was before."""
    before = in_force(db)
    batch = apply(db, flat(row(10, "李四"), row(11, "李四")))
    assert batch is not None
    assert in_force(db) != before
    with db.begin() as tx:
        done = history.undo(tx, batch.id[:8], "admin", START)
    assert (done.done.removed, done.done.restored) == (2, 2)
    assert in_force(db) == before


def test_the_same_file_again_changes_nothing(db: Database) -> None:
    """No batch, no row, no history line."""
    file = flat(row(10, "李四"), row(11, "王五"))
    assert apply(db, file) is not None
    rows = all_rows(db)
    assert plan(db, file).empty
    assert apply(db, file) is None
    assert all_rows(db) == rows


def test_a_plan_writes_nothing(db: Database) -> None:
    """Looking is free."""
    rows = all_rows(db)
    assert not plan(db, flat(row(10, "李四"))).empty
    assert all_rows(db) == rows


def test_whose_hours_change(db: Database) -> None:
    """One person takes on what the other gives up, to the hour."""
    planned = plan(db, flat(row(10, "李四")))
    gains = {planned.people[p.person].name: p.hours_gained - p.hours_lost for p in planned.notify}
    assert gains == {"李四": 24, "王五": -24}
    assert planned.counts == {"add": 0, "change": 1, "remove": 0, "unchanged": 0}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (f"{CITY},2026-11-10,08:00-08:00,primary,无此人,", "person-unknown"),
        (f"{CITY},2026-11-31,08:00-08:00,primary,李四,", "date-impossible"),
        (f"{CITY},2026-11-10,白夜,primary,李四,", "shift-unknown"),
        (f"{CITY},2026-11-10,08:00-08:00,国王,李四,", "role-unknown"),
        ("NOBODY,2026-11-10,08:00-08:00,primary,李四,", "unit-unknown"),
        (f"{CITY},,08:00-08:00,primary,李四,", "date-missing"),
    ],
)
def test_one_bad_row_keeps_the_whole_file_out(db: Database, bad: str, code: str) -> None:
    """The good rows are not applied without the bad one, and the bad one is named by its line."""
    planned = plan(db, flat(row(9, "李四"), bad))
    assert planned.failed
    errors = [p for p in planned.problems if p.severity is Severity.ERROR]
    assert [(p.code, p.where) for p in errors] == [(code, "roster.csv:3")]


def test_an_unknown_person_may_be_created(db: Database) -> None:
    """With --create a new name with its number becomes a person of the unit, once."""
    file = flat(f"{CITY},2026-11-10,08:00-08:00,primary,新人,13900000020")
    planned = plan(db, file, wanted=Wanted(create=True))
    assert [p.name for p in planned.newcomers] == ["新人"]
    apply(db, file, wanted=Wanted(create=True))
    assert apply(db, file, wanted=Wanted(create=True)) is None
    with db.read() as tx:
        assert [p.mobile for p in directory.find_people(tx, "新人")] == ["13900000020"]


def test_two_files_for_two_months_keep_the_month_between(db: Database) -> None:
    """What no file speaks of is not touched, although it lies between the two."""
    before = {d for d in in_force(db) if d.start.astimezone(ZONE).day == 15}
    apply(
        db,
        flat(row(10, "李四"), name="a.csv"),
        flat(row(20, "李四"), name="b.csv"),
    )
    assert before <= set(in_force(db))


def test_two_files_for_the_same_day_are_refused(db: Database) -> None:
    """Which of the two holds is not guessed."""
    planned = plan(db, flat(row(10, "李四"), name="a.csv"), flat(row(10, "王五"), name="b.csv"))
    assert [p.code for p in planned.problems if p.severity is Severity.ERROR] == ["window_shared"]


def test_the_past_of_a_file_is_left_as_recorded(db: Database) -> None:
    """A file for the whole month, sent on the third, changes nothing of the first and second."""
    before = [d for d in in_force(db) if d.end < START]
    days = [row(day, "李四") for day in range(1, 31)]
    planned = plan(db, flat(*days))
    assert planned.settled.past_kept == 2
    apply(db, flat(*days))
    assert [d for d in in_force(db) if d.end < START] == before


def test_who_is_on_duty_now_is_relieved_now(db: Database) -> None:
    """A change in the middle of a duty keeps what was served, and undo brings the whole back."""
    before = in_force(db)
    batch = apply(db, flat(row(3, "李四")))
    served = [d for d in in_force(db) if d.role == "primary" and d.unit == CITY and d.end == START]
    assert [d.person for d in served] == [person_id("13900000001")]
    assert batch is not None
    with db.begin() as tx:
        history.undo(tx, batch.id, "admin", START)
    assert in_force(db) == before


def test_coverage_that_gets_worse_is_told(db: Database) -> None:
    """Two days of which one is left without anybody: a gap, and worse than before."""
    planned = plan(db, flat(row(10, "李四", "08:00-20:00"), row(11, "李四")))
    assert planned.worse
    assert [g.role for g in planned.gaps] == ["primary"]
    assert not plan(db, flat(row(10, "李四"), row(11, "李四"))).worse


def test_what_was_seen_must_be_what_happens(db: Database) -> None:
    """While one reads the plan another applies something: the first is told, nothing is written."""
    file = flat(row(10, "李四"))
    seen = plan(db, file)
    apply(db, flat(row(10, "陈建国")))
    rows = all_rows(db)
    again = plan(db, file)
    with pytest.raises(Stale), db.begin() as tx:
        rosters.apply(tx, again, START, "admin", seen=seen.settled.fingerprint)
    assert all_rows(db) == rows


def test_taken_back_later_what_was_served_stays(db: Database) -> None:
    """Applied in the middle of a duty and taken back an hour later: that hour stays with whoever
    was paged in it, and those whose coming hours change are named."""
    before = in_force(db)
    batch = apply(db, flat(row(3, "李四"), row(4, "李四")))
    assert batch is not None
    later = START + timedelta(hours=1)
    with db.begin() as tx:
        back = history.undo(tx, batch.id, "admin", later)
    third = datetime(2026, 11, 3, 8, tzinfo=ZONE)
    found = [(d.person, d.start, d.end) for d in in_force(db) if (d.unit, d.role) == LINE]
    zhang, lee = person_id("13900000001"), person_id("13900000002")
    assert [one for one in found if third <= one[1] < third + timedelta(days=1)] == [
        (zhang, third, START),
        (lee, START, later),
        (zhang, later, third + timedelta(days=1)),
    ]
    assert [d for d in in_force(db) if d.start > later] == [d for d in before if d.start > later]
    assert {one.person for one in back.changes} == {
        zhang, lee, person_id("13900000010"),
    }  # fmt: skip
    # What it stood on can be taken back as well, though pieces of it are in force.
    with pytest.raises(Conflict), db.begin() as tx:
        history.undo(tx, batch.id, "admin", later)


def test_an_upload_others_stand_on_is_not_taken_back(db: Database) -> None:
    """The later one first; then both can be taken back, and all is as it was."""
    before = in_force(db)
    first = apply(db, flat(row(10, "李四")))
    second = apply(db, flat(row(10, "陈建国")), now=START + timedelta(minutes=1))
    assert first is not None
    assert second is not None
    with pytest.raises(Conflict), db.begin() as tx:
        history.undo(tx, first.id, "admin", START)
    for batch in (second, first):
        with db.begin() as tx:
            history.undo(tx, batch.id, "admin", START)
    assert in_force(db) == before


def test_a_removal_that_was_filled_again_is_not_taken_back(db: Database) -> None:
    """Undoing the removal would put two people where the later upload put one."""
    night = "20:00-08:00"
    first = apply(db, flat(row(10, "李四", night), row(11, "李四")))
    apply(db, flat(row(10, "陈建国", "08:00-20:00"), row(10, "李四", night)),
          now=START + timedelta(minutes=1))  # fmt: skip
    assert first is not None
    with pytest.raises(Conflict), db.begin() as tx:
        history.undo(tx, first.id, "admin", START)


@pytest.mark.parametrize("batch", ["", "zzz"])
def test_an_upload_that_is_not_there(db: Database, batch: str) -> None:
    """No id and a wrong one find nothing; the beginning of an id is enough."""
    applied = apply(db, flat(row(10, "李四")))
    assert applied is not None
    with db.read() as tx:
        assert history.find_batch(tx, applied.id[:6]) == applied
        with pytest.raises(NotFound):
            history.find_batch(tx, batch)


def test_an_export_is_read_back_without_a_change(db: Database) -> None:
    """Out and in again: the very same roster."""
    start, end = (datetime(2026, m, 1, tzinfo=ZONE) for m in (11, 12))
    with db.read() as tx:
        found = [d for d in directory.duties_between(tx, start, end) if d.start >= start]
        people = {p.id: p for p in directory.all_people(tx)}
    text = history.export_csv(found, people, ZONE)
    planned = plan(db, Upload(name="export.csv", data=text.encode()))
    assert planned.empty
    assert planned.counts["unchanged"] == len(found)


def test_the_template_is_read_back_without_a_word(db: Database) -> None:
    """What a unit fills into the workbook we made is read without any error."""
    days = [
        Day(
            day=date(2026, 12, n),
            leader="陈建国",
            shifts=(
                Line(primary="张三", mobile="13900000001", deputy="李四"),
                Line(primary="王五", mobile="13900000010", deputy="李四"),
            ),
        )
        for n in range(1, 32)
    ]
    file = Upload(name="12.xlsx", data=l1_workbook("县城建集团", days))
    planned = plan(db, file)
    assert [p.code for p in planned.problems if p.severity is Severity.ERROR] == []
    assert planned.counts["add"] == 31 * 6
    assert planned.gaps == ()


def test_open_pages_hear_of_a_new_roster(world: World) -> None:
    """Whoever comes on duty by an upload is paged for what is open, without waiting."""
    world.transfer(CITY)
    world.expect(("13900000001", "sms"))
    apply(world.app.db, flat(row(3, "王五")), now=world.now)
    world.settle()
    world.expect(("13900000010", "sms"))


def test_a_holiday_roster_leaves_the_usual_days_alone(db: Database) -> None:
    """恢复正常上班 on the 12th keeps what the month's roster has from there to the next row."""
    before = {d for d in in_force(db) if d.start.astimezone(ZONE).day in (12, 13)}
    assert before
    text = (
        "2026年11月值班表,,,\n日期,值班人员,手机,备注\n11月11日,李四,,\n11月12日,恢复正常上班,,\n"
        "11月14日,李四,,\n值班时间:8:00-次日8:00,,,\n"
    )
    apply(db, Upload(name="f.csv", data=text.encode()), wanted=Wanted(unit=CITY))
    now = in_force(db)
    assert before <= set(now)
    lee = {d.start.astimezone(ZONE).day for d in now if d.source.startswith("f.csv")}
    assert lee == {11, 14}


def test_new_gaps_are_told_apart_from_old_ones(db: Database) -> None:
    """What the file opens anew is named with its length; what was open before is only listed."""
    planned = plan(db, flat(row(10, "王五", "08:00-20:00"), row(11, "王五")))
    assert [(g.start.astimezone(ZONE).hour, g.end - g.start) for g in planned.new_gaps] == [
        (20, timedelta(hours=12))
    ]
    apply(db, flat(row(10, "王五", "08:00-20:00"), row(11, "王五")))
    again = plan(db, flat(row(10, "李四", "08:00-20:00"), row(11, "王五")))
    assert (len(again.gaps), again.new_gaps) == (1, ())


def test_those_whose_next_days_change_are_told_once(db: Database) -> None:
    """Near changes go out as one message to each; far ones, and those of nobody, do not."""
    file = flat(row(5, "李四"), row(25, "李四"))
    with db.begin() as tx:
        planned = rosters.plan(tx, [file], Wanted(), START, ZONE)
        batch = rosters.apply(tx, planned, START, "admin")
        assert batch is not None
        snapshot = Directory().at(tx, START)
        notices = Notices(lang="zh_CN", signature="德化")
        near, key = telling.to_tell(planned.notify, START), batch.id

        def told() -> int:
            return telling.tell(tx, snapshot, notices, planned.notify, key, START, ZONE)

        assert told() == len(near)
        assert told() == len(near)
        sent = [r for r in tx.conn.execute(select(outbox)) if r.key.startswith("roster/")]
    assert {planned.people[one.person].name for one in near} == {
        planned.people[r.person].name for r in sent
    }
    assert len(sent) == len(near)
    text = next(r.text for r in sent if planned.people[r.person].name == "李四")
    assert "11-05 08:00" in text
    assert "11-25" not in text
