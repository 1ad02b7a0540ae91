"""The words of a roster: what a file said, who serves when, and what was wrong with it.

Every instant is an aware datetime, stored in UTC; every interval is half-open: at the very
second of a handover the new person is on duty, and only that person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

PRIMARY = "primary"
DEPUTY = "deputy"
LEADER = "leader"
TEAM = "team"
SUPERVISOR = "supervisor"

#: The roles a roster may name, in the order people read them.
ROLES = (PRIMARY, DEPUTY, LEADER, TEAM, SUPERVISOR)


class Severity(StrEnum):
    """An error keeps a file from being applied; a warning asks a person to look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a file or a roster; `rosters.errors.explain` puts it into words."""

    severity: Severity
    #: "Sheet1!B5", "file.csv:12", a file name, or "" for the roster as a whole.
    where: str
    #: A key of `rosters.errors.MESSAGES`.
    code: str
    #: What stood there, as it was written.
    value: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


def utc(moment: datetime) -> datetime:
    """The same instant in UTC; ValueError for a naive one, which is no instant at all."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def _settle(span: "Entry | Duty | Segment | Gap") -> None:
    start, end = utc(span.start), utc(span.end)
    if start >= end:
        raise ValueError(f"{start.isoformat()} to {end.isoformat()} is no interval")
    object.__setattr__(span, "start", start)
    object.__setattr__(span, "end", end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One duty as a file tells it: a name, not yet a person. ValueError if it ends too early."""

    #: The unit as the file writes it (code or name), "" where the file does not say.
    unit: str
    role: str
    name: str
    mobile: str | None
    start: datetime
    end: datetime
    source: str
    #: 局长, 书记, …: written beside the name, never part of it.
    title: str | None = None
    landline: str | None = None

    def __post_init__(self) -> None:
        _settle(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One person, one role, one half-open interval. ValueError if it ends before it starts."""

    unit: str
    role: str
    #: The person's opaque id.
    person: str
    start: datetime
    end: datetime
    source: str

    def __post_init__(self) -> None:
        _settle(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of time with the same people throughout; nobody serves where `people` is ()."""

    start: datetime
    end: datetime
    people: tuple[str, ...]

    def __post_init__(self) -> None:
        _settle(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of time without (enough) people in a role."""

    unit: str
    role: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _settle(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """Who serves at one instant; `since` and `until` are None where it was or stays so forever."""

    people: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    #: Where each person's duty was written, in the order of `people`.
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRef:
    """A person as the directory knows them; only what telling people apart needs."""

    id: str
    unit: str
    name: str
    mobile: str | None
    mobile2: str | None = None
    active: bool = True
    #: 局长, 党委书记, …: tells who is meant by 陈局 or 林书记.
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """All duties and all problems of one file, found in one go."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    #: The title lines, for matching the unit's name; "" where the file has none.
    title: str = ""
    #: The first and last local day of a one-unit table, people or no people; None where rows
    #: stand for themselves.
    days: tuple[date, date] | None = None
    #: Stretches of days between these of which the file says that the usual roster holds.
    pauses: tuple[tuple[date, date], ...] = ()

    @property
    def failed(self) -> bool:
        """Whether an error keeps the file from being applied."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the uploader said beside the file itself; nothing of it is guessed."""

    filename: str
    #: The zone of every wall clock in the file.
    tz: ZoneInfo
    unit: str | None = None
    #: Year and month, as --month says.
    month: tuple[int, int] | None = None
    #: The unit's own shifts: name -> clock range such as "08:00-20:00".
    shifts: Mapping[str, str] = field(default_factory=dict)
