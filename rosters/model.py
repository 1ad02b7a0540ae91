"""The words of a roster: what a file said, who serves when, and what was wrong with it.

Every instant is an aware datetime, stored in UTC; every interval is half-open: at the very
second of a handover the new person is on duty, and only that person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from rosters.habits import Habits

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


#: From the first instant up to, but not including, the second; both UTC.
Span = tuple[datetime, datetime]


def _settle(span: "Entry | Duty | Override | Segment | Gap") -> None:
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
    #: Further mobiles of the same person.
    more_mobiles: tuple[str, ...] = ()

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
    #: The interval of the duty this is a piece of; None for a whole one.
    cut_from: Span | None = None

    def __post_init__(self) -> None:
        _settle(self)

    @property
    def whole(self) -> Span:
        """The interval of the duty before anything was cut from it."""
        return self.cut_from or (self.start, self.end)


class OverrideKind(StrEnum):
    """What an override does to a role while it lasts; whatever it does not name stays."""

    #: A person serves beside whoever does.
    ADD = "add"
    #: A person does not serve.
    REMOVE = "remove"
    #: A person serves instead of another, where that one would; or instead of everybody.
    REPLACE = "replace"
    #: Nobody serves, and that is meant.
    VACANT = "vacant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A change on top of what was planned. Later ones (by id) stand on earlier ones.

    ValueError for one without an interval, or that leaves out whom it is about: silence is only
    kept by the word `vacant`.
    """

    id: int
    unit: str
    role: str
    kind: OverrideKind
    #: Who serves, or with `remove` who does not; None only with `vacant`.
    person: str | None
    #: With `replace`: instead of whom; None is instead of everybody.
    replaces: str | None
    start: datetime
    end: datetime
    source: str

    def __post_init__(self) -> None:
        _settle(self)
        if (self.person is None) is not (self.kind is OverrideKind.VACANT):
            raise ValueError(f"{self.source}: only `vacant` names nobody")
        if self.replaces is not None and self.kind is not OverrideKind.REPLACE:
            raise ValueError(f"{self.source}: only `replace` replaces")

    @property
    def gives(self) -> str | None:
        """Who serves by this."""
        return self.person if self.kind in (OverrideKind.ADD, OverrideKind.REPLACE) else None

    @property
    def takes(self) -> str | None:
        """The one person who does not serve by this; None where it is nobody or everybody."""
        return self.person if self.kind is OverrideKind.REMOVE else self.replaces

    @property
    def takes_all(self) -> bool:
        """Whether it leaves nobody of those who were planned."""
        replaced = self.kind is OverrideKind.REPLACE and self.replaces is None
        return replaced or self.kind is OverrideKind.VACANT


def override_source(origin: str, number: int) -> str:
    """Where a duty by override came from, as `who` tells it: "override 12", "swap 12"."""
    return f"{'override' if origin == 'manual' else origin} {number}"


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
    #: Mobiles beyond the second.
    more_mobiles: tuple[str, ...] = ()
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
    #: Where there are several tables: the place where each begins -> its title lines.
    titles: Mapping[str, str] = field(default_factory=dict)
    #: The first and last local day of a one-unit table, people or no people; None where rows
    #: stand for themselves.
    days: tuple[date, date] | None = None
    #: Stretches of days between these of which the file says that the usual roster holds.
    pauses: tuple[tuple[date, date], ...] = ()
    #: Duties whose hours nobody told (that is an error), as whole days: they only serve to find
    #: out who in them is unknown, so that everything is told at once.
    unsettled: tuple[Entry, ...] = ()

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
    #: What the unit answered once about its files.
    habits: Habits = field(default_factory=Habits)
