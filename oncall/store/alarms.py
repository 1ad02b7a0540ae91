"""Alarms: what a human at the desk must look at, shown until somebody deals with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import and_, insert, select, update

from oncall.core.model import Alarm
from oncall.store.database import Tx
from oncall.tables import alarms

#: A longer name must not keep an alarm from being raised.
_LONGEST_NAME = 60
#: These speak of a unit's people, not of one page: one open alarm for all the pages that met it.
_OF_THE_UNIT = frozenset({Alarm.GAP, Alarm.UNREACHABLE, Alarm.OPTED_OUT, Alarm.NOT_RELIEVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alarm as the desk sees it."""

    id: int
    alarm: str
    transfer: str | None
    page: str | None
    unit: str | None
    level: int
    who: str | None
    raised_at: datetime
    last_at: datetime
    times: int
    closed_at: datetime | None
    closed_by: str | None


def raise_alarm(
    tx: Tx,
    alarm: Alarm,
    now: datetime,
    *,
    unit: str | None,
    transfer: str | None = None,
    page: str | None = None,
    level: int = 0,
    who: str = "",
) -> None:
    """Open an alarm, or count once more one that is still open."""
    c = alarms.c
    who = who[:_LONGEST_NAME]
    same = [c.alarm == alarm, c.closed_at.is_(None), c.unit == unit, c.level == level]
    same.append(c.who == who if who else c.who.is_(None))
    if alarm not in _OF_THE_UNIT:
        same.append(c.page == page)
    if page is None and transfer is not None:
        same.append(c.transfer == transfer)
    done = tx.conn.execute(update(alarms).where(and_(*same)).values(times=c.times + 1, last_at=now))
    if done.rowcount == 0:
        tx.conn.execute(
            insert(alarms).values(
                alarm=alarm,
                transfer=transfer,
                page=page,
                unit=unit,
                level=level,
                who=who or None,
                raised_at=now,
                last_at=now,
                times=1,
            )
        )


def close_for_page(tx: Tx, page: str, kinds: Collection[Alarm], by: str, now: datetime) -> None:
    """A human owns the page: these alarms of it have done their work."""
    tx.conn.execute(
        update(alarms)
        .where(and_(alarms.c.page == page, alarms.c.alarm.in_(kinds), alarms.c.closed_at.is_(None)))
        .values(closed_at=now, closed_by=by[:_LONGEST_NAME])
    )


def close_for_transfer(
    tx: Tx, transfer: str, kinds: Collection[Alarm], by: str, now: datetime
) -> None:
    """What these alarms said of the matter holds no more."""
    c = alarms.c
    where = and_(c.transfer == transfer, c.alarm.in_(kinds), c.closed_at.is_(None))
    values = {"closed_at": now, "closed_by": by[:_LONGEST_NAME] or None}
    tx.conn.execute(update(alarms).where(where).values(values))


def is_open(tx: Tx, alarm: Alarm) -> bool:
    """Whether the desk is shown such an alarm."""
    query = select(alarms.c.id).where(and_(alarms.c.alarm == alarm, alarms.c.closed_at.is_(None)))
    return tx.conn.execute(query.limit(1)).first() is not None


def close_about(tx: Tx, alarm: Alarm, by: str, now: datetime, *, who: str = "") -> None:
    """What was wrong, with ``who`` where it was about somebody, is right again."""
    c = alarms.c
    named = c.who == who[:_LONGEST_NAME] if who else c.who.is_(None)
    same = and_(c.alarm == alarm, named, c.closed_at.is_(None))
    tx.conn.execute(update(alarms).where(same).values(closed_at=now, closed_by=by))


def keep(tx: Tx, alarm: Alarm, by: str, now: datetime, *, so: bool, who: str = "") -> None:
    """One open alarm, about ``who``, for as long as it is so: raised once, closed by itself."""
    if not so:
        close_about(tx, alarm, by, now, who=who)
        return
    c = alarms.c
    named = c.who == who[:_LONGEST_NAME] if who else c.who.is_(None)
    here = and_(c.alarm == alarm, named, c.closed_at.is_(None))
    if tx.conn.execute(select(c.id).where(here).limit(1)).first() is None:
        raise_alarm(tx, alarm, now, unit=None, who=who)


def close(tx: Tx, alarm_id: int, by: str, now: datetime) -> bool:
    """A human dealt with it; False when it is not open."""
    done = tx.conn.execute(
        update(alarms)
        .where(and_(alarms.c.id == alarm_id, alarms.c.closed_at.is_(None)))
        .values(closed_at=now, closed_by=by[:_LONGEST_NAME])
    )
    return done.rowcount == 1


def open_alarms(tx: Tx, limit: int = 200) -> list[Raised]:
    """What is open, the newest first."""
    columns = [alarms.c[f.name] for f in fields(Raised)]
    query = select(*columns).where(alarms.c.closed_at.is_(None)).order_by(alarms.c.last_at.desc())
    return [Raised(**row._mapping) for row in tx.conn.execute(query.limit(limit))]
