"""An upload taken back: what is to come is as it was, what was served stays, for any roster."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from oncall import duty_changes, overrides
from oncall.admin import history, rosters
from oncall.admin.uploads import Upload, Wanted
from oncall.core.errors import OncallError
from oncall.directory import Directory, duties_in_force
from oncall.duty_changes import Asked, By, Give, Stage
from oncall.notices import Notices
from oncall.store import directory
from oncall.store.database import Database
from oncall.store.directory import Batch
from rosters.changes import Verb
from rosters.model import Duty
from rosters.resolve import Roster, compile_roster
from tests.county import CITY, START, TOWN, ZONE, templates
from tests.databases import Templates

__all__ = ["templates"]

CREW = {CITY: ("张三", "李四", "陈建国", "王五"), TOWN: ("赵六", "孙七", "周八")}
SHIFTS = ("08:00-20:00", "20:00-08:00", "08:00-08:00", "08:00-12:00")
FIRST, LAST = datetime(2026, 11, 1, tzinfo=ZONE), datetime(2026, 11, 16, tzinfo=ZONE)
#: In `make soak` the profile asks for twenty times as many.
MANY = settings().max_examples
_MINUTE = timedelta(minutes=1)
_copies = count(1)

#: One line of a roster on one day: at most one duty of it stands in a file.
_slots = st.tuples(
    st.sampled_from([CITY, TOWN]), st.sampled_from(["主班", "副班", "带班领导"]), st.integers(1, 12)
)
_served = st.tuples(st.sampled_from(SHIFTS), st.integers(0, 3))
FILES = st.dictionaries(_slots, _served, min_size=1, max_size=8)
#: Somebody instead of, beside or without another, from an hour of the month on, so many hours.
OVERRIDES = st.tuples(
    st.sampled_from(["add", "replace", "replace everybody", "remove", "vacant"]),
    _slots,
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.integers(1, 30),
)
#: A day of whoever has it, to whom, and whether the next one comes back.
SWAPS = st.tuples(st.integers(4, 12), st.integers(0, 3), st.booleans())


def upload(file: dict[Any, Any], name: str) -> Upload:
    """The flat table of these lines."""
    lines = ["unit,date,shift,role,name,mobile"]
    for (unit, role, day), (shift, who) in file.items():
        lines.append(f"{unit},2026-11-{day:02},{shift},{role},{crew(unit, who)},")
    return Upload(name=name, data="\n".join(lines).encode())


def crew(unit: str, who: int) -> str:
    """Somebody of the unit."""
    return CREW[unit][who % len(CREW[unit])]


@dataclass
class Bench:
    """One county, and a clock that is moved by hand."""

    db: Database
    now: datetime = START

    def apply(self, file: dict[Any, Any]) -> Batch | None:
        """A minute later: these lines as one upload, a file for each unit."""
        self.now += _MINUTE
        units = sorted({unit for unit, _, _ in file})
        uploads = [
            upload({line: who for line, who in file.items() if line[0] == unit}, f"{unit}.csv")
            for unit in units
        ]
        with self.db.begin() as tx:
            planned = rosters.plan(tx, uploads, Wanted(strand=True), self.now, ZONE)
            return None if planned.failed else rosters.apply(tx, planned, self.now, "test")

    def undo(self, batch: Batch) -> None:
        """Take it back."""
        with self.db.begin() as tx:
            history.undo(tx, batch.id, "test", self.now)

    def override(self, wanted: Any) -> int | None:
        """Put one in force; None where it is refused."""
        kind, (unit, role, day), (who, other), hours = wanted
        start = datetime(2026, 11, day, 8, tzinfo=ZONE) + timedelta(hours=hours % 24)
        asked = overrides.Wanted(
            unit=unit,
            kind=kind.split()[0],
            role={"主班": "primary", "副班": "deputy"}.get(role, "leader"),
            person=None if kind == "vacant" else crew(unit, who),
            replaces=crew(unit, other) if kind == "replace" else None,
            start=start,
            end=start + timedelta(hours=hours),
        )
        with suppress(OncallError), self.db.begin() as tx:
            snapshot = Directory(aloud=False).at(tx, self.now)
            return overrides.add(tx, snapshot, asked, self.now, "test", ZONE).override.id
        return None

    def end_override(self, number: int) -> None:
        """Take it back."""
        with self.db.begin() as tx:
            overrides.remove(tx, number, self.now, "test")

    def swap(self, wanted: Any) -> None:
        """A day of the primary, asked, agreed and approved; where it is refused, nothing."""
        day, other, returns = wanted
        noon = datetime(2026, 11, day, 12, tzinfo=ZONE)
        with self.db.read() as tx:
            serving = Directory(aloud=False).at(tx, self.now).roster(tx, CITY).who("primary", noon)
        if not serving.people:
            return
        asked = Asked(
            person=serving.people[0],
            give=Give(at=noon),
            other=crew(CITY, other),
            back=Give(at=datetime(2026, 11, day + 1, 12, tzinfo=ZONE)) if returns else None,
        )
        with suppress(OncallError), self.db.begin() as tx:
            stage = Stage(
                tx=tx,
                snapshot=Directory(aloud=False).at(tx, self.now),
                now=self.now,
                by=By(account="test", free=True),
                notices=Notices(lang="zh_CN", signature="德化"),
                zone=ZONE,
                office="GOV-OFFICE",
            )
            change = duty_changes.ask_swap(stage, asked).change
            other = replace(stage, by=By(account="test", person=change.other))
            duty_changes.act(other, change.id, Verb.AGREE)
            duty_changes.act(stage, change.id, Verb.APPROVE)
            event("a swap stands above")

    def settled(self) -> list[Duty]:
        """What holds, all sources together, each duty with where it stands."""
        with self.db.read() as tx:
            found = duties_in_force(tx, FIRST, LAST)
        return sorted(found, key=lambda d: (d.unit, d.role, d.start, d.person, d.source))

    def history(self) -> list[Batch]:
        """What was applied."""
        with self.db.read() as tx:
            return directory.history(tx, 1000)


@contextmanager
def bench(url: str) -> Any:
    """A county at this address."""
    db = Database(url)
    try:
        yield Bench(db=db)
    finally:
        db.close()


def laid(on: Bench, base: list[Any], over: list[Any], swaps: list[Any]) -> None:
    """Earlier uploads, and what stands above them."""
    for file in base:
        on.apply(file)
    for wanted in over:
        on.override(wanted)
    for swap in swaps:
        on.swap(swap)


def there_and_back(on: Bench, file: dict[Any, Any], later: Any) -> None:
    """Applied and taken back, with an override that comes and goes in between."""
    before, known = on.settled(), on.history()
    batch = on.apply(file)
    if batch is None:
        event("nothing to apply")
        return
    event("applied")
    number = on.override(later)
    if number is not None:
        on.end_override(number)
    on.undo(batch)
    assert on.settled() == before
    told = on.history()
    assert [one for one in told if one.id != batch.id] == known
    [mine] = [one for one in told if one.id == batch.id]
    assert (mine.undone_at, mine.undone_by) == (on.now, "test")
    # What was taken back can be applied anew, and then it is again no change.
    again = on.apply(file)
    assert again is not None
    at_once = on.now
    assert on.apply(file) is None
    on.now = at_once
    on.undo(again)
    assert on.settled() == before


CASES: dict[str, Any] = {
    "base": st.lists(FILES, max_size=2),
    "file": FILES,
    "over": st.lists(OVERRIDES, max_size=4),
    "swaps": st.lists(SWAPS, max_size=2),
}


@settings(max_examples=MANY // 5)
@given(**CASES, later=OVERRIDES)
def test_apply_and_undo_is_nothing(
    templates: Templates,
    tmp_path_factory: pytest.TempPathFactory,
    base: Any,
    file: Any,
    over: Any,
    swaps: Any,
    later: Any,
) -> None:
    """Several units, removals, changes, overrides and swaps alive: the same schedule, and the
    same history but for the line that says so."""
    with bench(copy(templates, tmp_path_factory)) as on:
        laid(on, base, over, swaps)
        there_and_back(on, file, later)


@settings(max_examples=MANY // 40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(**CASES, later=OVERRIDES)
def test_apply_and_undo_is_nothing_on_postgresql(
    templates: Templates,
    new_pg_database: Callable[..., str],
    base: Any,
    file: Any,
    over: Any,
    swaps: Any,
    later: Any,
) -> None:
    """The same promise there."""
    with bench(new_pg_database(templates.pg())) as on:
        laid(on, base, over, swaps)
        there_and_back(on, file, later)


@settings(max_examples=MANY // 6)
@given(**CASES, hours=st.integers(1, 120))
def test_what_was_served_meanwhile_stays(
    templates: Templates,
    tmp_path_factory: pytest.TempPathFactory,
    base: Any,
    file: Any,
    over: Any,
    swaps: Any,
    hours: int,
) -> None:
    """Taken back hours or days later: until then those served who were paged, from then on the
    roster is as it was before; and before the upload nothing changed."""
    with bench(copy(templates, tmp_path_factory)) as on:
        laid(on, base, over, swaps)
        before = on.settled()
        batch = on.apply(file)
        if batch is None:
            return
        applied, began = on.settled(), on.now
        on.now += timedelta(hours=hours)
        on.undo(batch)
        after = on.settled()
    for unit in (CITY, TOWN):
        was, meanwhile, is_now = (
            compile_roster([d for d in duties if d.unit == unit])
            for duties in (before, applied, after)
        )
        for role in ("primary", "deputy", "leader"):
            for moment in moments(began, on.now):
                truth = meanwhile if began <= moment < on.now else was
                assert serving(is_now, role, moment) == serving(truth, role, moment), moment


def moments(*edges: datetime) -> list[datetime]:
    """Every half hour of the window, and the instants around these edges."""
    half = timedelta(minutes=30)
    found = [FIRST + n * half for n in range((LAST - FIRST) // half)]
    tick = timedelta(seconds=1)
    return [*found, *(edge + step for edge in edges for step in (-tick, tick * 0, tick))]


def serving(roster: Roster, role: str, moment: datetime) -> set[str]:
    """Who serves."""
    return set(roster.who(role, moment).people)


def copy(templates: Templates, folder: pytest.TempPathFactory) -> str:
    """A county of its own."""
    name = f"undo-{next(_copies)}.db"
    return templates.sqlite(Path(folder.getbasetemp()) / name)
