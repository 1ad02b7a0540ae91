"""A telephone list on a sheet of its own (通讯录): the numbers for the roster beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rosters.grid import Grid
from rosters.model import Entry
from rosters.phones import Phones, phones
from rosters.text import fold_name, form_of_address, is_name, names

#: A sheet is a telephone list where this share of its rows is a name with a number.
_SHARE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Folded name -> the numbers of everybody who is called so."""

    numbers: Mapping[str, Sequence[Phones]] = field(default_factory=dict)

    def complete(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """The entries, each without a number given the one of its name; namesakes get none."""
        return tuple(map(self._complete, entries))

    def _complete(self, entry: Entry) -> Entry:
        known = self.numbers.get(fold_name(entry.name), ())
        if entry.mobile is not None or len(known) != 1:
            return entry
        mobiles, landlines = known[0].mobiles, known[0].landlines
        landline = entry.landline or next(iter(landlines), None)
        return replace(entry, mobile=next(iter(mobiles), None), landline=landline)


def read_contacts(grid: Grid) -> Contacts | None:
    """The telephone list a sheet holds; None where it holds none."""
    found: dict[str, list[Phones]] = {}
    rows = hits = 0
    for row in grid.rows():
        name, numbers = _card(grid, row)
        if name and numbers:
            hits += 1
            known = found.setdefault(fold_name(name), [])
            if numbers not in known:
                known.append(numbers)
        rows += len(grid.columns(row)) > 1
    return Contacts(numbers=found) if hits and hits >= rows * _SHARE else None


def merged(lists: Iterable[Contacts]) -> Contacts:
    """Several lists as one."""
    found: dict[str, list[Phones]] = {}
    for one in lists:
        for name, known in one.numbers.items():
            mine = found.setdefault(name, [])
            mine.extend(numbers for numbers in known if numbers not in mine)
    return Contacts(numbers=found)


def _card(grid: Grid, row: int) -> tuple[str | None, Phones | None]:
    """The first name of a row, and its numbers; a short number (短号) is none to call from here."""
    name: str | None = None
    mobiles: list[str] = []
    landlines: list[str] = []
    for column in grid.columns(row):
        value = grid.value(row, column)
        found = phones(value)
        mobiles += found.mobiles
        landlines += found.landlines
        if name is None and not (found.mobiles or found.landlines or found.short):
            people = names(str(value))
            if len(people) == 1 and _is_whole(people[0].name):
                name = people[0].name
    if not mobiles and not landlines:
        return name, None
    return name, Phones(mobiles=tuple(mobiles), landlines=tuple(landlines))


def _is_whole(name: str) -> bool:
    return len(name) > 1 and is_name(name) and form_of_address(name) is None
