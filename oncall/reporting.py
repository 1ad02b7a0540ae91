"""Figures, lists and visits: the log and the rosters, read for whoever evaluates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.core.drills import scores
from oncall.core.kpi import (
    Frequent,
    Period,
    Profile,
    Published,
    Rate,
    Report,
    frequent,
    published,
    read,
    report,
)
from oncall.core.transfers import Transfer
from oncall.coverage import Coverage
from oncall.directory import Snapshot
from oncall.store import drills
from oncall.store import figures as rows
from oncall.store.database import Tx
from oncall.store.log import Entry, append


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one caller said afterwards about one transfer; None where they did not say."""

    transfer: str
    at: datetime
    solved: bool | None
    satisfied: bool | None


def kpi(
    tx: Tx,
    snapshot: Snapshot,
    coverage: Coverage,
    period: Period,
    *,
    profile: Profile = Profile.GOV,
    unit: str | None = None,
) -> Report:
    """The figures of a period; of one unit where ``unit`` is given."""
    units = [unit] if unit is not None else sorted(snapshot.units)
    return report(
        read(rows.lines(tx, period.start, period.end)),
        period,
        profile=profile,
        covered=_covered(tx, snapshot, coverage, period, units),
        reached=_reached(tx, period, unit),
        unit=unit,
    )


def _reached(tx: Tx, period: Period, unit: str | None) -> dict[str, Rate]:
    """Reachability checks of the period that are over: answered in time, of those asked."""
    found = scores(drills.between(tx, period.start, period.end, unit))
    return {one.unit: Rate(of=one.in_time, out_of=one.asked) for one in found}


def _covered(
    tx: Tx, snapshot: Snapshot, coverage: Coverage, period: Period, units: Sequence[str]
) -> dict[str, Rate]:
    """Seconds each unit had somebody on duty, of those of the period that are over and needed."""
    start, end = period.start, min(period.end, period.as_of)
    if end <= start:
        return {}
    return {
        found.unit: Rate(
            of=round(sum(role.held for role in found.roles)),
            out_of=round(sum(role.needed for role in found.roles)),
        )
        for found in coverage.survey(tx, snapshot, units, start, end)
    }


def conference(tx: Tx, period: Period, least: int) -> list[Frequent]:
    """What was returned or disputed at least so often, for the monthly 会商."""
    return frequent(read(rows.lines(tx, period.start, period.end)), period, least)


def codes(tx: Tx, found: Sequence[Frequent]) -> dict[str, str]:
    """The printed numbers of the transfers of such a list."""
    return rows.codes(tx, [id for one in found for id in one.matters])


def public(tx: Tx, period: Period) -> Published:
    """What may be published of a period."""
    reached = sum(_reached(tx, period, None).values(), Rate())
    return published(read(rows.lines(tx, period.start, period.end)), period, reached=reached)


def misdated(transfer: Transfer, at: datetime, now: datetime, zone: ZoneInfo) -> str | None:
    """The fault of a visit's moment; None where it is good. Many lists only know the day."""
    if at > now:
        return "in_future"
    first = transfer.transferred_at.astimezone(zone).date()
    return "visited_before" if at.astimezone(zone).date() < first else None


def record_visits(tx: Tx, visits: Sequence[Visit], by: str) -> int:
    """Write down what callers said; a visit that is there already is not doubled. How many new."""
    known = rows.visits(tx, [visit.transfer for visit in visits])
    by_key = {(visit.transfer, visit.at): visit for visit in visits}
    new = [visit for key, visit in by_key.items() if key not in known]
    append(
        tx,
        [
            Entry(
                transfer=visit.transfer,
                at=visit.at,
                event="Visited",
                who=by,
                payload={"solved": visit.solved, "satisfied": visit.satisfied},
            )
            for visit in new
        ],
    )
    return len(new)
