"""Live transfers to which nothing will happen any more: what the nightly check would find now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from oncall.admin.findings import Finding, Level
from oncall.core.words import N_
from oncall.store import reports, transfers
from oncall.store.database import Tx
from oncall.store.reports import Brief

_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """One of them, since when nothing has moved, and whether the desk was told of it."""

    brief: Brief
    units: tuple[str, ...]
    since: datetime
    alarmed: bool


def found(tx: Tx) -> list[Orphan]:
    """Every one of them, the oldest first."""
    untold = {one.id for one in transfers.orphans(tx)}
    out = []
    for one in transfers.orphans(tx, told=True):
        brief = reports.one_transfer(tx, one.id)
        if brief is not None:
            units = tuple(s.part.unit for s in brief.shares if s.part.ended_at is None)
            alarmed = one.id not in untold
            out.append(Orphan(brief=brief, units=units, since=brief.changed_at, alarmed=alarmed))
    return out


def look(tx: Tx) -> Iterator[Finding]:
    """What the doctor says of them."""
    orphans = found(tx)
    if not orphans:
        said = N_("Something is planned for every open transfer.")
        yield Finding(what="orphans", level=Level.OK, said=said)
        return
    codes = [one.brief.transfer.code for one in orphans]
    more = "…" if len(codes) > _NAMED else ""
    yield Finding(
        what="orphans",
        level=Level.FAILURE,
        said=N_("Nothing is planned any more for {n} open transfers: {codes}."),
        mend=N_("See `oncall report orphans`: note what is done, remind, reopen or close each."),
        params={"n": str(len(codes)), "codes": ", ".join(codes[:_NAMED]) + more},
    )
