"""The duty sheet 值班表 on paper: every unit, day by day, with names and numbers.

110 must not stop when we do: this is what works when the server is dead. A duty day begins at the
clock at which most shifts begin, so that one line names one watch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from notifiers.phone import mask
from oncall.core.words import N_, Text
from oncall.core.words import role as role_word
from oncall.coverage import Coverage, roster_of
from oncall.directory import Snapshot
from oncall.papers.press import printed
from oncall.papers.proof import units_of
from oncall.store.database import Tx
from oncall.store.directory import Person, Unit
from rosters.clocks import instant
from rosters.duty_sheet import Cell, Line, Page, duty_workbook
from rosters.model import DEPUTY, LEADER, PRIMARY, ROLES, Segment, Span
from rosters.resolve import Roster

LONGEST_DAYS = 62
_COLUMNS = (LEADER, PRIMARY, DEPUTY)
#: Beside a unit whose relief must be taken over in words.
_CONFIRMED = N_("(nobody leaves before the relief has confirmed)")
_OTHERS = tuple(role for role in ROLES if role not in _COLUMNS)
_USUAL = 8 * 60
_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The pages, one a day, and of when they are."""

    made_at: datetime
    pages: tuple[Page, ...]


def duty_sheet(
    tx: Tx,
    snapshot: Snapshot,
    coverage: Coverage,
    now: datetime,
    days: int,
    *,
    units: Sequence[str] = (),
    lang: str,
    t: Text,
    full: bool,
) -> Sheet:
    """The sheet from today on; numbers are masked unless ``full``."""
    zone = coverage.zone
    today = now.astimezone(zone).date()
    codes = units_of(snapshot, units)
    start, end = instant(today, 0, zone), instant(today + timedelta(days=days + 1), 0, zone)
    rosters = {code: roster_of(tx, snapshot, code, start, end) for code in codes}
    cut = _usual_clock(rosters.values(), start, end, zone)
    if instant(today, cut, zone) > now:
        # Before the handover it is still yesterday's watch.
        today -= timedelta(days=1)
    writer = _Writer(snapshot=snapshot, coverage=coverage, lang=lang, t=t, full=full, cut=cut)
    pages = [writer.page(today + timedelta(days=n), codes, rosters) for n in range(days)]
    return Sheet(made_at=now, pages=tuple(pages))


def as_page(sheet: Sheet, lang: str, zone: ZoneInfo, county: str) -> bytes:
    """The sheet as HTML for A4: each day begins on a page of its own."""
    made = sheet.made_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return printed("sheet.html", lang, {"pages": sheet.pages, "made": made, "county": county})


def as_workbook(sheet: Sheet, zone: ZoneInfo, t: Text) -> bytes:
    """The same as a workbook, a table for each day."""
    made = sheet.made_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    heads = [t(head) for head in HEADS]
    return duty_workbook(sheet.pages, heads, t(AS_OF).format(moment=made))


HEADS = (
    N_("Unit"),
    N_("Duty room"),
    N_("Duty leader"),
    N_("Primary"),
    N_("Deputy"),
    N_("Others on duty"),
)
AS_OF = N_("As of {moment}. Later changes are not on this sheet.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    snapshot: Snapshot
    coverage: Coverage
    lang: str
    t: Text
    full: bool
    cut: int

    def page(self, day: date, codes: Sequence[str], rosters: dict[str, Roster]) -> Page:
        zone = self.coverage.zone
        span = instant(day, self.cut, zone), instant(day, self.cut + _DAY, zone)
        lines = [
            self._line(self.snapshot.units[code], rosters[code], span)
            for code in codes
            if self.snapshot.units[code].exists(day)
        ]
        said = self.t(N_("{day} {clock} until the next day {clock}"))
        clock = f"{self.cut // 60:02}:{self.cut % 60:02}"
        weekday = self.t(_WEEKDAYS[day.weekday()])
        return Page(
            title=f"{day:%m-%d} {weekday}",
            heading=said.format(day=f"{day:%Y-%m-%d} {weekday}", clock=clock),
            lines=tuple(lines),
        )

    def _line(self, unit: Unit, roster: Roster, span: Span) -> Line:
        needed = self.coverage.needs(self.snapshot, unit).roles
        columns = [self._cell(roster, role, span, role in needed) for role in _COLUMNS]
        others: list[str] = []
        gap = False
        for role in _OTHERS:
            cell = self._cell(roster, role, span, role in needed)
            gap |= cell.gap
            others += [f"{role_word(self.t, role)} {entry}" for entry in cell.entries]
        desk = unit.desk_phone or ""
        name = self.snapshot.unit_name(unit.code, self.lang)
        if self.snapshot.book.handover.holds(unit.code):
            name = f"{name} {self.t(_CONFIRMED)}"
        return Line(
            unit=name,
            desk=desk,
            cells=(*columns, Cell(entries=tuple(others), gap=gap)),
        )

    def _cell(self, roster: Roster, role: str, span: Span, needed: bool) -> Cell:
        entries: list[str] = []
        gap = False
        for segment in roster.schedule(role, *span):
            hours = "" if (segment.start, segment.end) == span else self._hours(segment)
            people = [self._person(person) for person in segment.people]
            if not people and needed:
                gap = True
                people = [self.t(N_("VACANT"))]
            entries += [f"{hours}{person}" for person in people]
        return Cell(entries=tuple(entries), gap=gap)

    def _hours(self, segment: Segment) -> str:
        zone = self.coverage.zone
        return "–".join(_clock(m.astimezone(zone)) for m in (segment.start, segment.end)) + " "

    def _person(self, person: str) -> str:
        known = self.snapshot.people.get(person)
        if known is None:
            return person
        number = _number(known)
        shown = number if self.full or not number else mask(number)
        return f"{known.name} {shown}".strip()


_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


def _clock(wall: datetime) -> str:
    """As short as it can be read: 08, or 08:30."""
    return f"{wall:%H:%M}" if wall.minute else f"{wall:%H}"


def _number(person: Person) -> str:
    return person.mobile or person.mobile2 or person.office_phone or ""


def _usual_clock(rosters: Iterable[Roster], start: datetime, end: datetime, zone: ZoneInfo) -> int:
    """Minutes after midnight at which most watches of a primary begin; 08:00 where none does."""
    clocks: Counter[int] = Counter()
    for roster in rosters:
        for segment in roster.schedule(PRIMARY, start, end):
            if segment.people and segment.start > start:
                wall = segment.start.astimezone(zone)
                clocks[wall.hour * 60 + wall.minute] += 1
    # Of several as frequent ones the earliest: a day begins in the morning.
    most = max(clocks.values(), default=0)
    return min((clock for clock, n in clocks.items() if n == most), default=_USUAL)
