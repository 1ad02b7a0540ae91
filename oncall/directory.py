"""Who exists, who is on duty, how to reach them: a compiled view of the directory, always current.

A Snapshot answers from memory. Whether it still holds is one small query per transaction; a change
anywhere makes the next look compile anew, unit by unit, as units are asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from threading import Lock

from notifiers.phone import mask
from oncall.core import personal
from oncall.core.cards import Flags, Line, labels, lines
from oncall.core.errors import Fault, Invalid, NotFound
from oncall.core.ladder import OnDuty
from oncall.core.model import Ask, Channel, Contact, Source, Watch, Way, WorkCalendar
from oncall.core.policies import PolicyBook, default_book, parse
from oncall.core.words import N_
from oncall.i18n import translator
from oncall.store import contacts, handovers, holidays, sources
from oncall.store import directory as rows
from oncall.store.database import Tx
from oncall.store.directory import Person, Unit
from rosters.holding import Hold, held_roster, hold_over, is_held
from rosters.model import Duty
from rosters.resolve import Roster, compile_roster

_log = logging.getLogger(__name__)

#: How much of a roster is compiled around the present moment.
_BACK, _AHEAD = timedelta(days=2), timedelta(days=60)
#: A snapshot older than this compiles its rosters anew, long before _AHEAD runs out.
_MAX_AGE = timedelta(days=1)

_DESK = "desk:"
#: Who hands over what is entered here and comes from nowhere else.
_AT_DESK = N_("the desk")


@dataclass(slots=True, kw_only=True)
class Snapshot:
    """The directory at one version. Rosters are compiled when a unit is first asked for."""

    version: int
    made_at: datetime
    units: dict[str, Unit]
    people: dict[str, Person]
    posts: dict[tuple[str, str], tuple[Person, ...]]
    book: PolicyBook
    calendar: WorkCalendar
    #: Person -> what is known to be wrong with which of their numbers.
    flags: Mapping[str, Flags] = field(default_factory=dict)
    rosters: dict[str, Roster] = field(default_factory=dict)
    #: What was held when a unit was last asked for, and its roster with that.
    held: dict[str, tuple[list[Hold], Roster]] = field(default_factory=dict)
    #: Number -> who texts from it; made when first asked for.
    _by_number: dict[str, list[Person]] | None = None
    _lines: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    _contacts: dict[tuple[str, str], Contact] = field(default_factory=dict)

    def roster(self, tx: Tx, unit: str) -> Roster:
        """A unit's compiled roster around now, as it is planned."""
        found = self.rosters.get(unit)
        if found is None:
            start, end = self.made_at - _BACK, self.made_at + _AHEAD
            found = self.rosters[unit] = compile_roster(duties_in_force(tx, start, end, unit=unit))
        return found

    def served(self, tx: Tx, unit: str, now: datetime) -> Roster:
        """The same with whoever is held over at ``now``, until the relief takes over."""
        planned = self.roster(tx, unit)
        if not self.book.handover.holds(unit):
            return planned
        holds = handovers.holds(tx, now, now, unit=unit)
        if not holds:
            return planned
        known = self.held.get(unit)
        if known is None or known[0] != holds:
            # Whoever has left cannot stay: then the relief serves at once.
            there = [d for d in planned.all_duties if self._is_there(d.person)]
            known = self.held[unit] = holds, compile_roster(hold_over(there, holds, now))
        return known[1]

    def _is_there(self, person: str) -> bool:
        known = self.people.get(person)
        return known is not None and known.active

    def on_duty(self, tx: Tx, now: datetime) -> OnDuty:
        """The answer to the machine's questions at ``now``; an Ask must name its unit."""

        def answer(ask: Ask) -> Watch:
            unit = ask.unit or ""
            if ask.source is Source.ROSTER:
                serving = self.served(tx, unit, now).who(ask.role, now)
                who = zip(serving.people, serving.sources, strict=True)
                active = [(self.people[p], source) for p, source in who if self._is_there(p)]
                return Watch(
                    people=tuple(self._contact(p, ask.role) for p, _ in active),
                    until=serving.until,
                    held=tuple(p.name for p, source in active if is_held(source)),
                )
            if ask.source is Source.PERSON:
                named = [self.people[ask.role]] if self._is_there(ask.role) else []
                return Watch(people=tuple(self._contact(p, "team") for p in named))
            if ask.source is Source.POST:
                holders = self.posts.get((unit, ask.role), ())
                return Watch(people=tuple(self._contact(p, ask.role) for p in holders))
            return Watch(people=self._desk(unit))

        return answer

    def _contact(self, person: Person, role: str) -> Contact:
        found = self._contacts.get((person.id, role))
        if found is None:
            usable = self.lines(person.id)
            found = self._contacts[person.id, role] = Contact(
                person=person.id,
                name=person.name,
                unit=person.unit,
                role=role,
                channels=tuple(dict.fromkeys(one.channel for one in usable)),
                ways=tuple(Way(channel=one.channel, number=one.label) for one in usable),
                own=personal.read(person.rules),
            )
        return found

    def _desk(self, code: str) -> tuple[Contact, ...]:
        """The unit's duty landline 值班电话, where it has one."""
        unit = self.units.get(code)
        if unit is None or not unit.desk_phone:
            return ()
        return (
            Contact(
                person=f"{_DESK}{code}",
                name=unit.name_zh,
                unit=code,
                role="desk",
                channels=(Channel.VOICE,),
            ),
        )

    def address(self, person: str, channel: str, label: str = "") -> str | None:
        """The national number to reach a person by a channel; None where there is none.

        The one of this ``label``, else the first that may be used.
        """
        if person.startswith(_DESK):
            unit = self.units.get(person.removeprefix(_DESK))
            return unit.desk_phone if unit is not None and channel == Channel.VOICE else None
        usable = [one for one in self.lines(person) if one.channel == channel]
        named = [one for one in usable if one.label == label]
        return next((one.address for one in (*named, *usable)), None)

    def lines(self, person: str) -> tuple[Line, ...]:
        """How a person may be reached now, in order; nothing for somebody we do not know."""
        found = self._lines.get(person)
        if found is None:
            known = self.people.get(person)
            flags = self.flags.get(person)
            found = () if known is None else lines(known.numbers, known.mobiles, flags)
            self._lines[person] = found
        return found

    def label(self, person: str, address: str) -> str:
        """How a number of a person's card is called in a page."""
        known = self.people.get(person)
        return labels(known.numbers if known is not None else ()).get(address) or mask(address)

    def texting_from(self, number: str) -> list[Person]:
        """Active people who have this national number, by id."""
        if self._by_number is None:
            found: dict[str, list[Person]] = {}
            for person in sorted(self.people.values(), key=lambda one: one.id):
                for one in person.mobiles if person.active else ():
                    found.setdefault(one, []).append(person)
            self._by_number = found
        return self._by_number.get(number, [])

    def lang(self, person: str) -> str | None:
        """The language a person asked for, if any."""
        known = self.people.get(person)
        return known.lang if known is not None else None

    def unit_name(self, code: str | None, lang: str) -> str:
        """A unit's name as this reader writes it; the code itself where there is no such unit."""
        unit = self.units.get(code or "")
        if unit is None:
            return code or ""
        return unit.name_en or unit.name_zh if lang == "en" else unit.name_zh

    def names(self, lang: str) -> Callable[[str], str]:
        """What gives a unit's name for its code, for a reader of this language."""
        return partial(self.unit_name, lang=lang)

    def named(self, lang: str) -> dict[str, str]:
        """What everybody is called: people by id, units by code as this reader writes them."""
        units = {code: self.unit_name(code, lang) for code in self.units}
        return units | {person.id: person.name for person in self.people.values()}

    def origin_name(self, origin: str, lang: str) -> str:
        """Who handed a matter over: a line, a unit, or whoever sits at the desk."""
        return translator(lang)(_AT_DESK) if origin == "desk" else self.unit_name(origin, lang)

    def find(self, name_or_id: str, unit: str | None = None, *, left: bool = False) -> Person:
        """The one active person of this name, id or number; with ``left`` also of those who left,
        where nobody active is meant. NotFound for none and for several."""
        named = [p for p in self.people.values() if p.named(name_or_id) and unit in (None, p.unit)]
        found = [p for p in named if p.active] or (named if left else [])
        if not found:
            raise NotFound("no_such_person", name=name_or_id)
        if len(found) > 1:
            raise NotFound("several_people", name=name_or_id, count=str(len(found)))
        return found[0]


def above(units: Mapping[str, Unit], code: str, *, day: date) -> str | None:
    """The unit that a team belongs to, where there is one on that day."""
    unit = units.get(code)
    found = units.get(unit.parent or "") if unit is not None else None
    return found.code if found is not None and found.exists(day) else None


def unit_fault(units: Mapping[str, Unit], code: str, where: str, day: date) -> Fault | None:
    """Why a matter cannot go to the unit of this code on a day of the installation's zone.

    None where it can. One that has ended names its heir, if there is one on that day.
    """
    unit = units.get(code)
    if unit is None:
        return Fault(where=where, code="unknown_unit", value=code)
    if unit.exists(day):
        return None
    begun = unit.begun(day)
    params = {"name": unit.name_zh, "day": str(unit.valid_to if begun else unit.valid_from)}
    heir = heir_of(units, unit, day) if begun else None
    if heir is not None:
        params["heir"] = f"{heir.code} {heir.name_zh}"
    said = "unit_succeeded" if heir else "unit_ended" if begun else "unit_not_begun"
    return Fault(where=where, code=said, value=code, params=params)


def heir_of(units: Mapping[str, Unit], unit: Unit, day: date) -> Unit | None:
    """The unit that has an ended one's duties on a day, through as many mergers as there were."""
    passed = {unit.code}
    at = units.get(unit.successor or "")
    while at is not None and at.code not in passed:
        if at.exists(day):
            return at
        passed.add(at.code)
        at = units.get(at.successor or "")
    return None


class Directory:
    """Keeps one snapshot per process and hands it out while it holds."""

    def __init__(
        self, fallback: Callable[[], PolicyBook] = default_book, *, aloud: bool = True
    ) -> None:
        self._fallback = fallback
        #: Whether what is missing is told to the log; a single command has the doctor for that.
        self._aloud = aloud
        self._lock = Lock()
        self._snapshot: Snapshot | None = None
        #: Years whose missing holiday table was told of.
        self._years: set[int] = set()

    def at(self, tx: Tx, now: datetime) -> Snapshot:
        """The directory as this transaction sees it."""
        version = rows.version(tx)
        with self._lock:
            have = self._snapshot
            if have is not None and have.version == version and _fresh(have, now):
                return have
            self._snapshot = made = _load(tx, version, now, self._fallback)
            self._mind_the_year(made)
            return made

    def _mind_the_year(self, made: Snapshot) -> None:
        """Without this year's holiday table we go by the week; say so aloud, once a year."""
        year, calendar = made.made_at.year, made.calendar
        known = {day.year for day in (*calendar.off, *calendar.working)}
        if not self._aloud or year in self._years or year in known:
            return
        self._years.add(year)
        _log.warning(
            "no holiday table for %d: Monday to Friday count as working days; "
            "`oncall holiday import` mends it",
            year,
        )


def _fresh(snapshot: Snapshot, now: datetime) -> bool:
    return snapshot.made_at - _BACK / 2 <= now < snapshot.made_at + _MAX_AGE


def _load(tx: Tx, version: int, now: datetime, fallback: Callable[[], PolicyBook]) -> Snapshot:
    people = rows.all_people(tx)
    posts: dict[tuple[str, str], tuple[Person, ...]] = {}
    for person in people:
        if person.post and person.active:
            key = (person.unit, person.post)
            posts[key] = (*posts.get(key, ()), person)
    return Snapshot(
        version=version,
        made_at=now,
        units={u.code: u for u in rows.all_units(tx)},
        people={p.id: p for p in people},
        posts=posts,
        flags=contacts.flags(tx),
        book=_book(tx, fallback),
        calendar=holidays.work_calendar(tx),
    )


def _book(tx: Tx, fallback: Callable[[], PolicyBook]) -> PolicyBook:
    """The policies to page by: a stored file that no longer parses must not stop all paging."""
    try:
        return policy_in_force(tx, fallback)
    except Invalid as exc:
        faults = ", ".join(f"{f.where}: {f.code}" for f in exc.faults[:5])
        _log.error("the policy in force cannot be read, paging by the built-in one: %s", faults)
        return fallback()


def policy_in_force(tx: Tx, fallback: Callable[[], PolicyBook]) -> PolicyBook:
    """The policies for pages opened from now on; Invalid if the stored file no longer parses."""
    text = rows.policy_text(tx)
    if text is None:
        return fallback()
    book, faults = parse(text, "policy")
    if book is None:
        raise Invalid(faults)
    return book


def roster_between(tx: Tx, unit: str, start: datetime, end: datetime) -> Roster:
    """A unit's roster compiled for any stretch of time, past or future."""
    margin = timedelta(days=40)
    return compile_roster(duties_in_force(tx, start - margin, end + margin, unit=unit))


def roster_served(tx: Tx, unit: str, start: datetime, end: datetime, now: datetime) -> Roster:
    """The same as it was and is really served, by what is known at ``now``."""
    planned = roster_between(tx, unit, start, end)
    return held_roster(planned, handovers.holds(tx, start, end, unit=unit), now)


def duties_in_force(
    tx: Tx, start: datetime, end: datetime, *, unit: str | None = None
) -> list[Duty]:
    """The duties that hold in [start, end), all sources settled: what every roster is made of."""
    return sources.read(tx, start, end, unit=unit).settled(start, end)


def duties_of(tx: Tx, person: str, start: datetime, end: datetime) -> list[Duty]:
    """A person's duties that hold and touch [start, end), in every unit, by start."""
    named = sources.units_of(tx, person, start, end)
    found = [d for unit in named for d in duties_in_force(tx, start, end, unit=unit)]
    own = [d for d in found if d.person == person and d.end > start and d.start < end]
    return sorted(own, key=lambda duty: (duty.start, duty.unit, duty.role))


def names(people: Sequence[str], snapshot: Snapshot) -> list[str]:
    """The names behind ids; an id of nobody we know stays as it is."""
    return [snapshot.people[p].name if p in snapshot.people else p for p in people]
