"""The holiday table: the days on which the week is not as usual, and what must hear of a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import delete, insert, select

from oncall.core.model import WorkCalendar
from oncall.store import planned
from oncall.store.database import Tx
from oncall.store.directory import changed
from oncall.tables import holidays

#: The appointment that counts every deadline anew, after each change of the holidays.
RECOUNT = "deadlines"
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day that is off, or a weekend that is worked 调休, and what for."""

    day: date
    off: bool
    name: str


def every(tx: Tx) -> list[Holiday]:
    """All days of the table, in order."""
    query = select(holidays.c.day, holidays.c.off, holidays.c.name).order_by(holidays.c.day)
    return [Holiday(day=r.day, off=r.off, name=r.name or "") for r in tx.conn.execute(query)]


def work_calendar(tx: Tx) -> WorkCalendar:
    """The holidays and make-up days we know of."""
    days = every(tx)
    return WorkCalendar(
        off=frozenset(one.day for one in days if one.off),
        working=frozenset(one.day for one in days if not one.off),
    )


def put(tx: Tx, days: Iterable[Holiday], *, remove: Collection[date] = ()) -> None:
    """Insert or replace days, and take days out; deadlines are counted anew."""
    rows = [{"day": one.day, "off": one.off, "name": one.name or None} for one in days]
    gone = [*remove, *(row["day"] for row in rows)]
    if gone:
        tx.conn.execute(delete(holidays).where(holidays.c.day.in_(gone)))
    if rows:
        tx.conn.execute(insert(holidays), rows)
    planned.book(tx, RECOUNT, RECOUNT, _AT_ONCE)
    changed(tx)
