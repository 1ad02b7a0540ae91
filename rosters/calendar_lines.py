"""A calendar's text as events of plain lines: one that is broken does not take the rest with it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from icalendar.parser import Contentline

from rosters.errors import problem
from rosters.model import Problem

#: More than this in one calendar, or in one event, is no roster.
MOST_EVENTS, MOST_LINES = 20_000, 2_000
_MOST_TOLD = 50
_ESCAPED = re.compile(r"\\([nN,;\\])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One property: its parameters by name, and its value as written."""

    params: Mapping[str, str]
    value: str


@dataclass(slots=True, kw_only=True)
class RawEvent:
    """One VEVENT: where it begins, and its properties, each with all its lines."""

    where: str
    lines: dict[str, list[Line]] = field(default_factory=dict)

    def first(self, name: str) -> Line | None:
        """The first line of a property."""
        found = self.lines.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """The first value of a property as text; "" where there is none."""
        line = self.first(name)
        return "" if line is None else _unescaped(line.value).strip()


@dataclass(slots=True, kw_only=True)
class RawCalendar:
    """Everything in a calendar that a roster may be made of."""

    events: list[RawEvent] = field(default_factory=list)
    #: X-WR-TIMEZONE, as written.
    zone: str = ""
    #: TZID -> the lines of its VTIMEZONE.
    zones: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def split(text: str, name: str) -> RawCalendar:
    """The events of a calendar and what is wrong with its lines; ``name`` stands before the line
    numbers. Nothing is raised for what stands in the text."""
    if "BEGIN:VCALENDAR" not in text.upper():
        return RawCalendar(problems=[problem("calendar-none", name)])
    splitter = _Splitter(name)
    for number, raw in _unfolded(text):
        splitter.take(number, raw)
        if len(splitter.found.events) > MOST_EVENTS:
            told = problem("calendar-too-many", name, limit=MOST_EVENTS)
            return RawCalendar(problems=[told])
    return splitter.done()


class _Splitter:
    """A walk over the lines, keeping which components they are in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found = RawCalendar()
        self._inside: list[str] = []
        self._event: RawEvent | None = None
        self._zone: list[str] = []

    def take(self, number: int, raw: str) -> None:
        key = raw.upper().strip()
        if key.startswith("BEGIN:"):
            self._begin(key.removeprefix("BEGIN:"), number)
        if "VTIMEZONE" in self._inside:
            self._zone.append(raw)
        elif key.startswith(("BEGIN:", "END:")):
            pass
        elif self._event is not None and self._inside[-1:] == ["VEVENT"]:
            self._add(self._event, raw, number)
        elif self._inside == ["VCALENDAR"] and key.startswith("X-WR-TIMEZONE"):
            self.found.zone = raw.partition(":")[2].strip()
        if key.startswith("END:") and self._inside:
            self._end(key.removeprefix("END:"))

    def done(self) -> RawCalendar:
        if self._event is not None:
            self.found.problems.append(problem("calendar-cut", self._event.where))
        if not self.found.events:
            self.found.problems.append(problem("calendar-empty", self.name))
        return self.found

    def _begin(self, component: str, number: int) -> None:
        self._inside.append(component)
        if component == "VEVENT":
            if self._event is not None:
                # The one before never ended: it is cut short, this one may be whole.
                self.found.problems.append(problem("calendar-cut", self._event.where))
            self._event = RawEvent(where=f"{self.name}:{number}")
        elif component == "VTIMEZONE":
            self._zone = []

    def _end(self, component: str) -> None:
        if component not in self._inside:
            return
        while self._inside.pop() != component:
            pass
        if component == "VTIMEZONE":
            self._keep_zone()
        elif component == "VEVENT" and self._event is not None:
            self.found.events.append(self._event)
            self._event = None

    def _add(self, event: RawEvent, raw: str, number: int) -> None:
        try:
            name, params, value = Contentline(raw).raw_parts()  # type: ignore[no-untyped-call]
        except (ValueError, IndexError):
            if len(self.found.problems) < _MOST_TOLD:
                told = problem("calendar-line", f"{self.name}:{number}", raw[:60])
                self.found.problems.append(told)
            return
        own = event.lines.setdefault(str(name).upper(), [])
        if len(own) < MOST_LINES:
            flat = {
                str(key).upper(): one if isinstance(one, str) else ",".join(map(str, one))
                for key, one in params.items()
            }
            own.append(Line(params=flat, value=str(value)))

    def _keep_zone(self) -> None:
        for line in self._zone:
            if line.upper().startswith("TZID"):
                self.found.zones[line.partition(":")[2].strip()] = "\r\n".join(self._zone)
                return


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """(number of its first line, line), with what was folded put together again."""
    held, at = "", 0
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line[:1] in (" ", "\t") and held:
            held += line[1:]
            continue
        if held.strip():
            yield at, held
        held, at = line, number
    if held.strip():
        yield at, held


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
