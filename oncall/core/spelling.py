"""Which unit a word means, and which ones are spelled alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Protocol, TypeVar

from oncall.core.errors import Fault, NotFound

_NEAR = 3
_SEVERAL = "several_units"


class Named(Protocol):
    """A unit, as far as this needs it."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def name_zh(self) -> str:
        """Its name."""

    @property
    def name_en(self) -> str | None:
        """Its English name."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """What else it is called."""


AUnit = TypeVar("AUnit", bound=Named)


def unit_of(units: Mapping[str, AUnit], text: str) -> AUnit:
    """The unit of this code, name or alias; a name goes before another's alias.

    NotFound names those that are spelled alike, or all of which it is the name.
    """
    word = text.strip()
    named = _named(units, word)
    if len(named) == 1:
        return named[0]
    if named:
        raise _several(word, named)
    near = similar(word, units.values())
    if near:
        raise NotFound("unknown_unit_near", unit=word, near=", ".join(near))
    raise NotFound("unknown_unit", unit=word, value=word)


def code_of(units: Mapping[str, AUnit], text: str, where: str, faults: list[Fault]) -> str:
    """The code of the unit that a word means; the word itself where it means none, or several.

    Several are a fault at ``where``. None is for the caller to find: it knows what may stand there.
    """
    try:
        return unit_of(units, text).code
    except NotFound as none:
        if none.code == _SEVERAL:
            faults.append(Fault(where=where, code=_SEVERAL, value=text, params=none.params))
        return text


def _named(units: Mapping[str, AUnit], word: str) -> list[AUnit]:
    """Every unit that a word may mean."""
    found = units.get(word) or units.get(word.upper())
    if found is not None:
        return [found]
    named = [u for u in units.values() if word and word in (u.name_zh, u.name_en)]
    return named or [u for u in units.values() if word in u.aliases]


def _several(word: str, named: Iterable[Named]) -> NotFound:
    known = ", ".join(f"{one.code} {one.name_zh}" for one in named)
    return NotFound(_SEVERAL, unit=word, near=known)


def similar(word: str, units: Iterable[Named]) -> list[str]:
    """Up to three units whose code or name is like ``word``, written "CODE name"."""
    spelled: dict[str, Named] = {}
    for unit in units:
        spelled[unit.code] = unit
        spelled |= dict.fromkeys((unit.name_zh, *unit.aliases), unit)
    near = get_close_matches(word.upper(), spelled, n=_NEAR)
    near = near or get_close_matches(word, spelled, n=_NEAR)
    near += [name for name in spelled if len(word) > 1 and word.upper() in name.upper()]
    found = dict.fromkeys(f"{spelled[name].code} {spelled[name].name_zh}" for name in near)
    return list(found)[:_NEAR]
