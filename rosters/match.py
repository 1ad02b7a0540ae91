"""From names to people: the directory decides, a telephone number tells namesakes apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, overload

from rosters.errors import problem
from rosters.model import Duty, Entry, PersonRef, Problem
from rosters.phones import mobile
from rosters.text import fold_name, form_of_address


@overload
def match(
    entries: Iterable[Entry], people: Sequence[PersonRef], *, create: Literal[False] = False
) -> tuple[list[Duty], list[Problem]]: ...


@overload
def match(
    entries: Iterable[Entry], people: Sequence[PersonRef], *, create: Literal[True]
) -> tuple[list[Duty], list[Problem], list[PersonRef]]: ...


def match(
    entries: Iterable[Entry], people: Sequence[PersonRef], *, create: bool = False
) -> tuple[list[Duty], list[Problem]] | tuple[list[Duty], list[Problem], list[PersonRef]]:
    """The duties of known people, and every entry that is nobody's or doubtful.

    An unknown name is an error; with `create` it becomes a new person instead, returned third
    with a provisional id ("new:UNIT:NAME:MOBILE") which the duties carry as well.
    """
    matcher = _Matcher(people, create=create)
    for order, entry in sorted(enumerate(entries), key=lambda item: matcher.turn(item[1])):
        matcher.add(order, entry)
    matcher.found.sort(key=lambda found: found.order)
    duties = matcher.joined()
    # One cell may stand for many rows: a merged leader is told of once.
    problems = {str(told): told for _, told in sorted(matcher.problems, key=lambda item: item[0])}
    if create:
        new = [person for mine in matcher.newcomers.values() for person in mine.values()]
        return duties, list(problems.values()), new
    return duties, list(problems.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    #: The entry's place in the file.
    order: int
    name: str
    duty: Duty


class _Matcher:
    def __init__(self, people: Sequence[PersonRef], *, create: bool) -> None:
        self.create = create
        self.problems: list[tuple[int, Problem]] = []
        #: (unit, name) -> mobile -> the new person.
        self.newcomers: dict[tuple[str, str], dict[str | None, PersonRef]] = {}
        self.found: list[_Found] = []
        self.order = 0
        self.by_name: dict[tuple[str, str], list[PersonRef]] = {}
        self.by_mobile: dict[tuple[str, str], list[PersonRef]] = {}
        self.by_unit: dict[str, list[PersonRef]] = {}
        for person in people:
            self.by_unit.setdefault(person.unit, []).append(person)
            self.by_name.setdefault((person.unit, fold_name(person.name)), []).append(person)
            for number in _numbers(person):
                self.by_mobile.setdefault((person.unit, number), []).append(person)

    def turn(self, entry: Entry) -> tuple[bool, bool]:
        """When an entry is looked at: a new name may stand without its number in one row and with
        it in the next, and only then is it known whose number a known person was given."""
        known = (entry.unit, fold_name(entry.name)) in self.by_name
        return entry.mobile is None, known

    def add(self, order: int, entry: Entry) -> None:
        """Find the entry's person; keep a duty only where there is no doubt who it is."""
        self.order = order
        if not entry.unit:
            self._tell("unit-missing", entry)
            return
        named = self.by_name.get((entry.unit, fold_name(entry.name)), [])
        address = None if named else form_of_address(entry.name)
        if address is not None:
            person = self._addressed(entry, *address)
        else:
            person = self._choose(entry, named) if named else self._unknown(entry)
        if person is None:
            return
        if not person.active:
            self._tell("person-inactive", entry)
            return
        duty = Duty(
            unit=entry.unit,
            role=entry.role,
            person=person.id,
            start=entry.start,
            end=entry.end,
            source=entry.source,
        )
        self.found.append(_Found(order=order, name=entry.name, duty=duty))

    def _tell(self, code: str, entry: Entry, **params: object) -> None:
        told = problem(code, entry.source, entry.name, name=entry.name, unit=entry.unit, **params)
        self.problems.append((self.order, told))

    def _choose(self, entry: Entry, named: list[PersonRef]) -> PersonRef | None:
        if entry.mobile is not None:
            fitting = [person for person in named if entry.mobile in _numbers(person)]
            if len(fitting) == 1:
                return fitting[0]
            if others := self._owners(entry) or self._newly_known_by(entry):
                self._tell("mobile-of-another", entry, mobile=entry.mobile, other=others[0].name)
                return None
        if len(named) > 1:
            serving = [person for person in named if person.active]
            if entry.mobile is not None or len(serving) != 1:
                self._tell("person-ambiguous", entry, count=len(named))
                return None
            return serving[0]
        if entry.mobile is not None and _numbers(named[0]):
            self._tell("mobile-differs", entry)
        return named[0]

    def _addressed(self, entry: Entry, surname: str, title: str) -> PersonRef | None:
        """Who is meant by 陈局 or 林书记: whose number stands there, else the one who has that
        surname and that title. Never a new person."""
        family = [
            person
            for person in self.by_unit.get(entry.unit, ())
            if person.active and fold_name(person.name).startswith(surname)
        ]
        found = [person for person in family if entry.mobile in _numbers(person)]
        if not found:
            found = [person for person in family if title[:1] in (person.title or "")]
        if len(found) != 1:
            names = "、".join(person.name for person in found or family)
            code = "address-unclear" if names else "address-nobody"
            self._tell(code, entry, names=names)
            return None
        self._tell("address-understood", entry, person=found[0].name)
        return found[0]

    def _owners(self, entry: Entry) -> list[PersonRef]:
        """Other people of the unit who are known by the entry's number."""
        name = fold_name(entry.name)
        owners = self.by_mobile.get((entry.unit, entry.mobile or ""), [])
        return [person for person in owners if fold_name(person.name) != name]

    def _newly_known_by(self, entry: Entry) -> list[PersonRef]:
        """People this file adds to the unit with the entry's number: theirs from now on."""
        return [
            person
            for (unit, _), mine in self.newcomers.items()
            for person in mine.values()
            if unit == entry.unit and entry.mobile in _numbers(person)
        ]

    def _unknown(self, entry: Entry) -> PersonRef | None:
        if others := self._owners(entry):
            self._tell("person-renamed", entry, mobile=entry.mobile, other=others[0].name)
            return None
        if not self.create:
            self._tell("person-unknown", entry)
            return None
        return self._newcomer(entry)

    def _newcomer(self, entry: Entry) -> PersonRef | None:
        name = fold_name(entry.name)
        mine = self.newcomers.setdefault((entry.unit, name), {})
        if entry.mobile is None and len(mine) == 1:
            return next(iter(mine.values()))
        if entry.mobile is None and mine:
            self._tell("person-ambiguous", entry, count=len(mine))
            return None
        if entry.mobile not in mine:
            if entry.mobile is None:
                self._tell("newcomer-no-mobile", entry)
            mine[entry.mobile] = PersonRef(
                id=f"new:{entry.unit}:{name}:{entry.mobile or ''}",
                unit=entry.unit,
                name=entry.name,
                mobile=entry.mobile,
                more_mobiles=entry.more_mobiles,
            )
        return mine[entry.mobile]

    def joined(self) -> list[Duty]:
        """The duties in the order of the file; doubles left out, overlaps with oneself joined."""
        groups: dict[tuple[str, str, str], list[_Found]] = {}
        for found in self.found:
            duty = found.duty
            groups.setdefault((duty.unit, duty.role, duty.person), []).append(found)
        kept = [found for group in groups.values() for found in self._join(group)]
        return [found.duty for found in sorted(kept, key=lambda found: found.order)]

    def _join(self, group: list[_Found]) -> list[_Found]:
        kept: list[_Found] = []
        for found in sorted(group, key=lambda found: (found.duty.start, found.order)):
            if not kept or found.duty.start >= kept[-1].duty.end:
                kept.append(found)
                continue
            first, second = sorted((kept.pop(), found), key=lambda found: found.order)
            one, two = first.duty, second.duty
            same = (one.start, one.end) == (two.start, two.end)
            code = "duplicate-row" if same else "overlap-self"
            told = problem(code, two.source, second.name, name=second.name, first=one.source)
            self.problems.append((second.order, told))
            start, end = min(one.start, two.start), max(one.end, two.end)
            kept.append(replace(first, duty=replace(one, start=start, end=end)))
        return kept


def _numbers(person: PersonRef) -> frozenset[str]:
    return frozenset(
        mobile(number) or number
        for number in (person.mobile, person.mobile2, *person.more_mobiles)
        if number
    )
