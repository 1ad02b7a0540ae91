"""The values of a change of duty: who acts, what moves from whom to whom, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.directory import Snapshot
from oncall.notices import Notices
from oncall.store.database import Tx
from oncall.store.duty_changes import Change
from oncall.store.overrides import Ordered
from rosters.changes import Kind
from rosters.model import Duty, OverrideKind, Problem
from rosters.standins import StandIn


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does it: the account for the records, the person in whose name, and whether the account
    may decide in anybody's."""

    account: str
    #: The person's id; None where an account acts that is nobody of the unit.
    person: str | None = None
    free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a change is played: one transaction at one moment, who acts, and how we speak."""

    tx: Tx
    snapshot: Snapshot
    now: datetime
    by: By
    notices: Notices
    zone: ZoneInfo
    #: The unit that hears of urgent changes, and decides where a unit has no leader.
    office: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Give:
    """Which duty, as people name it: the one that runs at ``at``, or up to ``until`` a part."""

    at: datetime
    until: datetime | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A swap as it is asked: who gives which duty to whom, and which one comes back, if any."""

    person: str
    give: Give
    other: str
    back: Give | None = None
    unit: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A stretch of a role that goes from one person to another; None is nobody yet, or was."""

    role: str
    start: datetime
    end: datetime
    old: str | None
    new: str | None

    @property
    def turned(self) -> Move:
        """The same the other way round."""
        return Move(role=self.role, start=self.start, end=self.end, old=self.new, new=self.old)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflicting:
    """A duty of somebody who is away, and who could serve it, the best first."""

    duty: Duty
    standins: tuple[StandIn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A change as it stands now, what it moves, whom it was told, and what is too much about it."""

    change: Change
    moves: tuple[Move, ...]
    told: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()


def moves(change: Change, ordered: Sequence[Ordered] = ()) -> tuple[Move, ...]:
    """What a change moves; a leave moves what its overrides do."""
    if change.kind is Kind.LEAVE:
        return tuple(move_of(one) for one in ordered)
    old, new = change.person, change.other
    if change.kind is Kind.TAKEOVER:
        old, new = new or "", old
    found = [
        Move(
            role=change.role or "",
            start=change.start_at,
            end=change.end_at,
            old=old or None,
            new=new,
        )
    ]
    if change.back is not None:
        start, end = change.back
        found.append(Move(role=change.back_role or "", start=start, end=end, old=new, new=old))
    return tuple(found)


def move_of(one: Ordered) -> Move:
    """What an override moves."""
    gives = one.kind in (OverrideKind.ADD, OverrideKind.REPLACE)
    takes = one.person if one.kind == OverrideKind.REMOVE else one.replaces
    return Move(
        role=one.role,
        start=one.start_at,
        end=one.end_at,
        old=takes,
        new=one.person if gives else None,
    )
