"""Files that say who serves, whatever their kind: sheets of duties, or rules that give them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.admin import rosters, rotations
from oncall.admin.rosters import Plan, Watch
from oncall.admin.rotations import RotationPlan
from oncall.admin.uploads import Upload, Wanted
from oncall.store.database import Tx
from oncall.store.directory import Batch


def mixed(uploads: Sequence[Upload]) -> bool:
    """Whether rules and sheets stand side by side, which cannot be one plan."""
    ruled = [rotations.meant([upload]) for upload in uploads]
    return any(ruled) and not all(ruled)


def plan(
    tx: Tx,
    uploads: Sequence[Upload],
    wanted: Wanted,
    now: datetime,
    zone: ZoneInfo,
    *,
    watched: Watch = iter,
) -> Plan:
    """What the files would do. Writes nothing, never raises for what stands in a file."""
    if rotations.meant(uploads):
        return rotations.plan(tx, uploads, wanted, now, zone)
    return rosters.plan(tx, uploads, wanted, now, zone, watched=watched)


def apply(
    tx: Tx, planned: Plan, now: datetime, by: str, *, seen: frozenset[object] | None = None
) -> Batch | None:
    """Carry out a plan made in this very transaction; None where there was nothing to do.

    ``seen`` is the fingerprint of what a person looked at before: Stale when it is no longer what
    would happen.
    """
    if isinstance(planned, RotationPlan):
        return rotations.apply(tx, planned, now, by, seen=seen)
    return rosters.apply(tx, planned, now, by, seen=seen)
