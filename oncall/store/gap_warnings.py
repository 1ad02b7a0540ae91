"""Which gaps were told, and how far ahead: each once for each horizon, on whichever node."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, insert, select

from oncall.store.database import Tx
from oncall.tables import gap_warnings
from rosters.model import Gap


def note(tx: Tx, gap: Gap, horizons: Sequence[str], horizon: str, now: datetime) -> bool:
    """Remember that a gap is told at ``horizon``, and so at all of ``horizons``; False where it was
    told at that one before."""
    c = gap_warnings.c
    same = and_(c.unit == gap.unit, c.role == gap.role, c.start_at == gap.start)
    known = set(tx.conn.execute(select(c.horizon).where(same)).scalars())
    if horizon in known:
        return False
    rows = [
        {"unit": gap.unit, "role": gap.role, "start_at": gap.start, "horizon": one, "told_at": now}
        for one in horizons
        if one not in known
    ]
    tx.conn.execute(insert(gap_warnings), rows)
    return True


def forget(tx: Tx, before: datetime) -> None:
    """Gaps that began so long ago are told no more."""
    tx.conn.execute(delete(gap_warnings).where(gap_warnings.c.start_at < before))
