"""A group as it is called today: who of it is still there, how many, and how they are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from oncall.core.errors import Conflict, Fault, Invalid, NotFound
from oncall.core.ladder import OnDuty
from oncall.core.model import Ask, Source, Urgency
from oncall.core.transfers import Calls, Named
from oncall.core.words import N_, Text, role
from oncall.directory import Snapshot, heir_of
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.groups import TEAM, UnitGroup

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
    #: Who is called by name, and the names of those who have left.
    people: tuple[Named, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many are called: each unit, or each of the people it is called by."""
        return len(list(self.each))

    @property
    def each(self) -> Iterator[tuple[str, Named | None]]:
        """Each who is called, in turn: the unit, and the person where it is one."""
        for unit in self.units:
            mine = [one for one in self.people if one.unit == unit]
            if mine:
                yield from ((unit, one) for one in mine)
            else:
                yield unit, None


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

    @property
    def people(self) -> tuple[Named, ...]:
        """Who is called by name."""
        return self.members.people


def members(group: UnitGroup, snapshot: Snapshot, tx: Tx, now: datetime, day: date) -> Members:
    """Who of the group is there at ``now``, which is on this day of the installation's zone."""
    units = snapshot.units
    on_duty = snapshot.on_duty(tx, now)
    there: dict[str, None] = {}
    moved, gone, left = list[tuple[str, str]](), list[str](), list[str]()
    people: dict[str, Named] = {}
    for code in group.units:
        unit = units.get(code)
        if code in group.people:
            # People are called wherever they are now, whatever has become of the unit.
            for person in _people(group.people[code], code, snapshot, on_duty):
                if person.active:
                    named = Named(unit=person.unit, person=person.id, name=person.name)
                    there[person.unit] = None
                    people.setdefault(person.id, named)
                else:
                    left.append(person.name)
            continue
        if unit is not None and unit.exists(day):
            there[code] = None
            continue
        heir = heir_of(units, unit, day) if unit is not None and unit.ended(day) else None
        if heir is None:
            gone.append(code)
        else:
            moved.append((code, heir.code))
            there[heir.code] = None
    return Members(
        units=tuple(there),
        moved=tuple(moved),
        gone=tuple(gone),
        people=tuple(people.values()),
        left=tuple(left),
    )


def _people(
    words: Iterable[str], unit: str, snapshot: Snapshot, on_duty: OnDuty
) -> Iterator[Person]:
    """Whoever is named, and whoever serves in the unit's team now."""
    for word in words:
        ids = [word]
        if word == TEAM:
            ask = Ask(source=Source.ROSTER, role="team", unit=unit)
            ids = [contact.person for contact in on_duty(ask).people]
        yield from (snapshot.people[one] for one in ids if one in snapshot.people)


def names(group: UnitGroup, unit: str, snapshot: Snapshot) -> list[str]:
    """Who of a unit is called by name, wherever they are now; whoever the team has is not told."""
    ids = group.people.get(unit, ())
    return [snapshot.people[one].name for one in ids if one in snapshot.people]


def member(t: Text, group: UnitGroup, unit: str, snapshot: Snapshot, lang: str) -> str:
    """A unit as a member of a group, and who of it is called by name, for people to read."""
    who = names(group, unit, snapshot)
    if TEAM in group.people.get(unit, ()):
        who.append(role(t, "team"))
    name = snapshot.unit_name(unit, lang)
    people = t(N_(", ")).join(who)
    return t(N_("{unit} ({people})")).format(unit=name, people=people) if who else name


def group_named(known: Mapping[str, UnitGroup], name: str) -> UnitGroup:
    """The group of this name. Raises NotFound."""
    found = known.get(name.strip())
    if found is None:
        raise NotFound("no_such_group", group=name[:60])
    return found


def called(
    group: UnitGroup,
    snapshot: Snapshot,
    tx: Tx,
    now: datetime,
    day: date,
    *,
    urgency: str,
    category: str | None = None,
    wish: Wish | None = None,
    beside: tuple[str, ...] = (),
) -> Called:
    """The group as it is called now, on this day; units ``beside`` it are not called twice.

    Raises Conflict where none of its units is left, Invalid for a wish that cannot be.
    """
    wish = wish or Wish()
    found = members(group, snapshot, tx, now, day)
    if not found.units:
        raise Conflict("group_over", group=group.name)
    _check(wish, found.size)
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
        members=replace(found, units=rest, people=tuple(p for p in found.people if p.unit in rest)),
        needed=min(needed, found.size),
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
