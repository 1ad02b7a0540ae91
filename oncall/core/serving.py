"""Who serves a unit at one moment, and who comes next: the roster's answer with names and numbers.

``rosters.resolve`` decides; nothing here knows where the rows came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from notifiers.phone import mask
from oncall.core.errors import Fault, Invalid
from rosters.holding import is_held
from rosters.model import ROLES
from rosters.resolve import Roster


class Card(Protocol):
    """A person's contact card, as far as this needs it."""

    @property
    def name(self) -> str:
        """What people call them."""

    @property
    def mobile(self) -> str | None:
        """The number that is tried first."""

    @property
    def mobile2(self) -> str | None:
        """The one after that."""

    @property
    def office_phone(self) -> str | None:
        """The one on the desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """One person on duty, or coming on: ``start`` is None for who serves now."""

    role: str
    person: str
    name: str
    start: datetime | None
    until: datetime | None
    phone: str
    source: str = ""

    @property
    def held(self) -> bool:
        """Whether they are there only because their relief has not taken over yet."""
        return is_held(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who serves a unit at one moment, and who comes next in each role."""

    unit: str
    at: datetime
    on_duty: tuple[Serving, ...]
    next: tuple[Serving, ...]


def serving(
    roster: Roster,
    unit: str,
    at: datetime,
    people: Mapping[str, Card],
    *,
    role: str | None = None,
    phones: bool = False,
) -> Who:
    """Who serves ``unit`` at ``at``, in one role or in all, and who is next.

    Numbers are masked unless ``phones``. Raises Invalid for a role no roster has.
    """
    on_duty: list[Serving] = []
    coming: list[Serving] = []
    for one in _roles(roster, role):
        now = roster.who(one, at)
        for person, source in zip(now.people, now.sources, strict=True):
            on_duty.append(_serving(people, one, person, None, now.until, phones, source))
        after = roster.following(one, at)
        if after is not None:
            for person in after.people:
                coming.append(_serving(people, one, person, after.start, after.end, phones))
    return Who(unit=unit, at=at, on_duty=tuple(on_duty), next=tuple(coming))


def unknown_role(role: str) -> Fault:
    """What is wrong with a role no roster has."""
    return Fault(where="role", code="unknown_role", value=role, params={"known": ", ".join(ROLES)})


def _roles(roster: Roster, role: str | None) -> tuple[str, ...]:
    if role is None:
        # In the order people read them; a role a library knows and we do not comes last.
        return tuple(sorted(roster.roles, key=role_order))
    if role not in ROLES:
        raise Invalid([unknown_role(role)])
    return (role,)


def role_order(role: str) -> tuple[int, str]:
    """The order in which people read roles."""
    return (ROLES.index(role) if role in ROLES else len(ROLES), role)


def _serving(
    people: Mapping[str, Card],
    role: str,
    person: str,
    start: datetime | None,
    until: datetime | None,
    phones: bool,
    source: str = "",
) -> Serving:
    known = people.get(person)
    number = (known.mobile or known.mobile2 or known.office_phone or "") if known else ""
    return Serving(
        role=role,
        person=person,
        name=known.name if known is not None else person,
        start=start,
        until=until,
        phone=number if phones or not number else mask(number),
        source=source,
    )
