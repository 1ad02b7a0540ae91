"""The roster straight from the database's driver: for a command that must answer at once.

The toolkit behind the rest of the store takes longer to load than `oncall who` may take in all
(docs/decisions). So a few plain queries stand here, and nothing else ever should: what they mean is
decided where it always is, in ``rosters.compose`` and ``rosters.resolve``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from oncall.core.errors import Unreachable
from oncall.store.revisions import newest
from rosters.holding import LONGEST_HOLD, Hold
from rosters.known import Known
from rosters.model import Duty, Override, OverrideKind, override_source
from rosters.rotation import REACH, Version
from rosters.rotation_body import version
from rosters.sources import Sources

_SQLITE = "sqlite:///"
_REVISION = "SELECT version_num FROM alembic_version"
_UNITS = "SELECT code, name_zh, name_en, aliases FROM units ORDER BY code"
_PEOPLE = "SELECT id, name, mobile, mobile2, office_phone FROM people"
_DUTIES = (
    "SELECT unit, role, person, start_at, end_at, source FROM duties"
    " WHERE removed IS NULL AND end_at > {p} AND start_at < {p}{unit} ORDER BY start_at, id"
)
_OVERRIDES = (
    "SELECT id, unit, role, kind, person, replaces, start_at, end_at, origin, removed_at"
    " FROM overrides WHERE end_at > {p} AND start_at < {p}{unit} ORDER BY id"
)
_ROTATIONS = (
    "SELECT unit, body, since, until FROM rotations"
    " WHERE (until IS NULL OR until > {p}) AND since < {p}{unit} ORDER BY id"
)
_CALENDARS = (
    "SELECT unit, role, person, start_at, end_at, source, since, until FROM calendar_duties"
    " WHERE end_at > {p} AND start_at < {p}{unit} ORDER BY start_at, id"
)
_HOLDS = (
    "SELECT id, unit, role, person, start_at, hold_until FROM handovers"
    " WHERE start_at > {p} AND start_at <= {p} AND hold_until > {p}{unit} ORDER BY start_at, id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit's code and names."""

    code: str
    name_zh: str
    name_en: str | None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person's name and numbers."""

    name: str
    mobile: str | None
    mobile2: str | None
    office_phone: str | None


class Reader(Protocol):
    """One open connection, whichever driver is behind it."""

    #: How the driver writes a value to be filled in.
    mark: str

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterable[Sequence[Any]]:
        """Every row of a query."""

    def moment(self, when: datetime) -> object:
        """A moment as this database stores it."""

    def close(self) -> None:
        """Give the connection back."""


class Glance:
    """One look: units, people, duties. Close it when done."""

    def __init__(self, url: str) -> None:
        """Raises Unreachable where there is no database, or one that must be upgraded first."""
        if url.startswith(_SQLITE):
            path = Path(unquote(url.removeprefix(_SQLITE).partition("?")[0]))
            if not path.exists():
                raise Unreachable("database_missing", database=url)
            self._reader: Reader = import_module("oncall.store.glance_sqlite").Reading(path)
        else:
            self._reader = import_module("oncall.store.glance_postgres").Reading(url)
        try:
            self._check(url)
        except BaseException:
            self.close()
            raise

    def _check(self, url: str) -> None:
        found = [str(row[0]) for row in self._reader.rows(_REVISION)]
        if not found:
            raise Unreachable("database_empty", database=url.rpartition("@")[2])
        have, need = found[0], newest()
        if have != need:
            code = "database_old" if have < need else "database_new"
            raise Unreachable(code, have=have, need=need)

    def units(self) -> dict[str, Unit]:
        """Every unit by code."""
        rows = self._reader.rows(_UNITS)
        found = {}
        for code, name_zh, name_en, aliases in rows:
            words = tuple(aliases.split("\n")) if aliases else ()
            found[code] = Unit(code=code, name_zh=name_zh, name_en=name_en, aliases=words)
        return found

    def people(self) -> dict[str, Person]:
        """Every person by id."""
        return {
            r[0]: Person(name=r[1], mobile=r[2], mobile2=r[3], office_phone=r[4])
            for r in self._reader.rows(_PEOPLE)
        }

    def sources(self, start: datetime, end: datetime, unit: str | None = None) -> Sources:
        """What all sources say of [start, end); as ``oncall.store.sources`` reads them."""
        return Sources(
            rotations=list(self._rotations(start, end, unit)),
            uploaded=self._duties(start, end, unit),
            calendars=[
                Known(duty=_duty(r), since=_utc(r[6]), until=None if r[7] is None else _utc(r[7]))
                for r in self._between(_CALENDARS, start, end, unit)
            ],
            overrides=list(self._overrides(start, end, unit)),
        )

    def holds(self, at: datetime, unit: str | None = None) -> list[Hold]:
        """What is held at a moment; as ``oncall.store.handovers`` reads it."""
        mark, moment = self._reader.mark, self._reader.moment
        where = "" if unit is None else f" AND unit = {mark}"
        values = [moment(at - LONGEST_HOLD), moment(at), moment(at)]
        values += [] if unit is None else [unit]
        return [
            Hold(id=r[0], unit=r[1], role=r[2], person=r[3], start=_utc(r[4]), until=_utc(r[5]))
            for r in self._reader.rows(_HOLDS.format(p=mark, unit=where), values)
        ]

    def _rotations(self, start: datetime, end: datetime, unit: str | None) -> Iterator[Version]:
        for r in self._between(_ROTATIONS, start - REACH, end, unit):
            since, until = _utc(r[2]), None if r[3] is None else _utc(r[3])
            if until is None or since < until:
                yield version(r[0], r[1], since, until)

    def _duties(self, start: datetime, end: datetime, unit: str | None) -> list[Duty]:
        return [_duty(r) for r in self._between(_DUTIES, start, end, unit)]

    def _overrides(self, start: datetime, end: datetime, unit: str | None) -> Iterator[Override]:
        for r in self._between(_OVERRIDES, start, end, unit):
            begins, ends = _utc(r[6]), _utc(r[7])
            ends = ends if r[9] is None else min(ends, _utc(r[9]))
            if begins < ends:
                yield Override(
                    id=r[0],
                    unit=r[1],
                    role=r[2],
                    kind=OverrideKind(r[3]),
                    person=r[4],
                    replaces=r[5],
                    start=begins,
                    end=ends,
                    source=override_source(r[8], r[0]),
                )

    def _between(
        self, query: str, start: datetime, end: datetime, unit: str | None
    ) -> Iterable[Sequence[Any]]:
        mark, moment = self._reader.mark, self._reader.moment
        where = "" if unit is None else f" AND unit = {mark}"
        values = [moment(start), moment(end), *([] if unit is None else [unit])]
        return self._reader.rows(query.format(p=mark, unit=where), values)

    def close(self) -> None:
        """Give the connection back."""
        self._reader.close()


def _duty(r: Sequence[Any]) -> Duty:
    return Duty(unit=r[0], role=r[1], person=r[2], start=_utc(r[3]), end=_utc(r[4]), source=r[5])


def _utc(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
