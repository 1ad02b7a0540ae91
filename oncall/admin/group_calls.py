"""A group as it is called today: who of it is still there, how many, and how they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from oncall.core.errors import Conflict, Fault, Invalid, NotFound
from oncall.core.model import Urgency
from oncall.core.transfers import Calls
from oncall.directory import Snapshot, heir_of
from oncall.store.directory import Unit
from oncall.store.groups import UnitGroup

#: The longest time a wave may be given.
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The units of a group on one day, in its order.

    ``moved`` are those that have ended, with the unit that has their duties and is called instead;
    ``gone`` have ended, or were never there, and nobody has theirs.
    """

    units: tuple[str, ...]
    moved: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What whoever calls wants otherwise than the group has it; None leaves it as it is."""

    needed: int | None = None
    wave: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What a transfer to a group is made of."""

    group: UnitGroup
    members: Members
    needed: int
    calls: Calls

    @property
    def units(self) -> tuple[str, ...]:
        """To whom it goes."""
        return self.members.units


def members(group: UnitGroup, units: Mapping[str, Unit], day: date) -> Members:
    """Who of the group is there on a day of the installation's zone."""
    there: dict[str, None] = {}
    moved, gone = [], []
    for code in group.units:
        unit = units.get(code)
        if unit is not None and unit.exists(day):
            there[code] = None
            continue
        heir = heir_of(units, unit, day) if unit is not None and unit.ended(day) else None
        if heir is None:
            gone.append(code)
        else:
            moved.append((code, heir.code))
            there[heir.code] = None
    return Members(units=tuple(there), moved=tuple(moved), gone=tuple(gone))


def group_named(known: Mapping[str, UnitGroup], name: str) -> UnitGroup:
    """The group of this name. Raises NotFound."""
    found = known.get(name.strip())
    if found is None:
        raise NotFound("no_such_group", group=name[:60])
    return found


def called(
    group: UnitGroup,
    snapshot: Snapshot,
    day: date,
    *,
    urgency: str,
    category: str | None = None,
    wish: Wish | None = None,
    beside: tuple[str, ...] = (),
) -> Called:
    """The group as it is called on a day; units named ``beside`` it are not called twice.

    Raises Conflict where none of its units is left, Invalid for a wish that cannot be.
    """
    wish = wish or Wish()
    found = members(group, snapshot.units, day)
    if not found.units:
        raise Conflict("group_over", group=group.name)
    _check(wish, len(found.units))
    rest = tuple(unit for unit in found.units if unit not in beside)
    needed = group.needed if wish.needed is None else wish.needed
    wave = group.wave if wish.wave is None else wish.wave
    minutes = group.minutes if wish.minutes is None else wish.minutes
    every = timedelta(minutes=minutes)
    if not minutes:
        # A word that is no urgency is told with all else that is wrong with the transfer.
        known = urgency if urgency in set(Urgency) else Urgency.URGENT
        every = snapshot.book.choose(category, Urgency(known)).ack_within
    return Called(
        group=group,
        members=Members(units=rest, moved=found.moved, gone=found.gone),
        needed=min(needed, len(found.units)),
        calls=Calls(group=group.name, size=wave, every=every),
    )


def must_count(size: int, snapshot: Snapshot) -> bool:
    """Whether so many units are called only by somebody who typed how many they are."""
    return snapshot.book.life.must_count(size)


def counted(group: UnitGroup, size: int, snapshot: Snapshot, count: int | None) -> None:
    """Raises Conflict unless the number of units was typed where it must be, and is right."""
    if count == size or (count is None and not must_count(size, snapshot)):
        return
    raise Conflict("count_them", group=group.name, count=str(size))


def _check(wish: Wish, size: int) -> None:
    faults = []
    for name, value, most in (
        ("needed", wish.needed, size),
        ("wave", wish.wave, size),
        ("minutes", wish.minutes, _DAY // timedelta(minutes=1)),
    ):
        if value is not None and not 0 <= value <= most:
            faults.append(
                Fault(
                    where=name,
                    code="out_of_range",
                    value=str(value),
                    params={"wanted": f"0–{most}"},
                )
            )
    if faults:
        raise Invalid(faults)
