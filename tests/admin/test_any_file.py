"""Whatever stands in a file: a plan says so, writes nothing, and apply is all or nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from oncall.admin import rosters
from oncall.admin.uploads import Upload, Wanted
from oncall.store.database import Database, Tx
from oncall.tables import batches, duties, outbox, people
from rosters.errors import explain
from rosters.model import Severity
from tests.county import CITY, START, ZONE, templates
from tests.databases import Templates
from tests.rosters.building import HEADER, NOTES, TITLE, workbook
from tests.rosters.test_fuzz import HEADS, LABELS, excel

__all__ = ["templates"]

#: In `make soak` the profile asks for twenty times as many.
MANY = settings().max_examples
_cells = st.one_of(excel, st.sampled_from(LABELS), st.sampled_from(["张三", "李四", "2026-11-09"]))
_names = st.sampled_from(["张三", "李四", "王五", "陈建国", "新人", "无", ""])
#: A row as it should be, below the header of a month.
_good = st.tuples(
    st.integers(1, 30).map("2026-11-{:02}".format),
    st.none(),
    st.sampled_from(["白班", "夜班"]),
    _names,
    _names,
    st.sampled_from(["", "13900000001", "13900000098"]),
    _names,
).map(list)
_noise = st.lists(st.lists(_cells, max_size=8), min_size=1, max_size=6)
TABLES = st.one_of(
    st.tuples(st.sampled_from([[HEADER], *HEADS]), _noise),
    st.tuples(st.just([HEADER]), st.lists(_good, min_size=1, max_size=6)),
    st.tuples(st.just([HEADER]), st.lists(st.one_of(_good, st.lists(_cells)), max_size=6)),
)


class Undone(Exception):
    """Ends a transaction so that the next example finds the county as it was."""


@pytest.fixture(scope="module")
def county(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One furnished county for all examples."""
    opened = Database(templates.sqlite(tmp_path_factory.mktemp("any") / "any.db"))
    yield opened
    opened.close()


def counts(tx: Tx) -> list[int]:
    """How many rows there are of everything a roster file could touch."""
    tables = (duties, people, batches, outbox)
    return [tx.conn.execute(select(func.count()).select_from(t)).scalar_one() for t in tables]


@settings(max_examples=MANY // 2)
@given(TABLES, st.booleans())
def test_any_cells_are_planned_or_refused(
    county: Database, written: tuple[list[list[object]], list[list[object]]], create: bool
) -> None:
    """Every problem has words and a place; what is refused leaves no trace, what is not is applied
    whole, and is no change when it comes again."""
    head, rows = written
    data = workbook([[TITLE], *head, *rows, [NOTES]])
    upload, wanted = Upload(name="f.xlsx", data=data), Wanted(unit=CITY, create=create)
    try:
        with county.begin() as tx:
            before = counts(tx)
            planned = rosters.plan(tx, [upload], wanted, START, ZONE)
            assert counts(tx) == before
            for problem in planned.problems:
                assert problem.where or problem.severity is Severity.WARNING
                assert explain(problem)
            if planned.failed or planned.empty:
                event("refused" if planned.failed else "no change")
                raise Undone
            event("applied")
            rosters.apply(tx, planned, START, "test")
            assert rosters.plan(tx, [upload], wanted, START, ZONE).empty
            raise Undone
    except Undone:
        with county.read() as tx:
            assert counts(tx) == before
