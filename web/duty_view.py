"""A unit's duties as its page on the console shows them: now, two weeks, what waits, what was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall import duty_changes
from oncall.core.words import N_, Text, role
from oncall.core.worktime import at_wall
from oncall.directory import roster_served
from oncall.duty_changes import Conflicting, Outcome, Stage
from oncall.duty_changes.rights import deciders
from oncall.duty_changes.telling import saying
from oncall.duty_changes.words import KINDS, STATES
from oncall.store import duty_changes as rows
from oncall.store.duty_changes import Change
from rosters.changes import OPEN, Kind, State, Verb, possible
from rosters.errors import explain
from rosters.holding import HOLDOVER
from rosters.model import ROLES, Duty, Segment
from rosters.resolve import Roster

DAYS = 14
#: What was settled this long ago is still shown, and may be taken back here.
_LATELY = timedelta(days=14)
_MOST = 40

_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
#: What a duty came by, where it was not planned so.
_CAME_BY: Mapping[str, str] = {
    **{kind.value: word for kind, word in KINDS.items()},
    "override": N_("override"),
    HOLDOVER: N_("held over until confirmed"),
}
VERBS: Mapping[Verb, str] = {
    Verb.AGREE: N_("Agree"),
    Verb.REFUSE: N_("Refuse"),
    Verb.APPROVE: N_("Approve"),
    Verb.REJECT: N_("Reject"),
    Verb.WITHDRAW: N_("Call off"),
    Verb.UNDO: N_("Take back"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One stretch of one role; ``people`` is "" where nobody serves."""

    role: str
    span: str
    people: str
    #: How it came about, where it was not planned so.
    note: str = ""
    now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the calendar."""

    date: str
    weekday: str
    today: bool
    free: bool
    #: A holiday, or a make-up day; "" for any other.
    kind: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One entry to choose."""

    value: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What can be done with a change, and in whose name it would usually be."""

    verb: Verb
    word: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacant:
    """A duty of somebody on leave, and who could serve it, the best first."""

    at: str
    text: str
    standins: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One change of duty."""

    id: int
    unit: str
    title: str
    state: str
    state_text: str
    urgent: bool
    open: bool
    moves: tuple[str, ...]
    why: str
    asked: str
    decided: str
    risks: tuple[str, ...]
    acts: tuple[Act, ...]
    vacant: tuple[Vacant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """The whole page of a unit."""

    unit: str
    name: str
    clock: str
    now: tuple[Line, ...]
    days: tuple[Day, ...]
    waiting: tuple[Card, ...]
    lately: tuple[Card, ...]
    people: tuple[Option, ...]
    roles: tuple[Option, ...]
    duties: tuple[Option, ...]


class View:
    """Reads for one reader, in one transaction."""

    def __init__(self, stage: Stage, t: Text, lang: str) -> None:
        self.stage = stage
        self.t = t
        self.lang = lang
        self.zone: ZoneInfo = stage.zone
        self.saying = saying(stage.snapshot, stage.zone)

    def unit(self, code: str) -> Duties:
        """Everything of one unit."""
        stage = self.stage
        today = stage.now.astimezone(self.zone).date()
        start = at_wall(today, time(0), self.zone.key)
        end = at_wall(today + timedelta(days=DAYS), time(0), self.zone.key)
        served = roster_served(stage.tx, code, start, end, stage.now)
        roles = [one for one in ROLES if one in served.roles]
        waiting, lately = self._changes(code)
        people = [p for p in stage.snapshot.people.values() if p.unit == code and p.active]
        return Duties(
            unit=code,
            name=stage.snapshot.unit_name(code, self.lang),
            clock=self._clock(stage.now),
            now=tuple(self._now(served, roles)),
            days=tuple(self._days(served, roles, today, start, end)),
            waiting=waiting,
            lately=lately,
            people=tuple(Option(value=p.id, text=p.name) for p in people),
            roles=tuple(Option(value=one, text=role(self.t, one)) for one in roles),
            duties=tuple(self._choices(stage.snapshot.roster(stage.tx, code), end)),
        )

    def everywhere(self) -> tuple[Card, ...]:
        """What waits for an answer, in any unit."""
        found = rows.listed(self.stage.tx, open_only=True, limit=_MOST)
        return tuple(self._card(one, brief=True) for one in found)

    # -- who serves ------------------------------------------------------------------------

    def _now(self, served: Roster, roles: Sequence[str]) -> list[Line]:
        found = []
        for one in roles:
            serving = served.who(one, self.stage.now)
            until = self._moment(serving.until) if serving.until else ""
            span = self.t(N_("until {clock}")).format(clock=until) if until else ""
            found.append(self._line(served, one, self.stage.now, span))
        return found

    def _days(
        self, served: Roster, roles: Sequence[str], today: date, start: datetime, end: datetime
    ) -> list[Day]:
        lines: dict[date, list[Line]] = {}
        for one in roles:
            for segment in served.schedule(one, start, end):
                for day, span in self._shown(served, one, segment):
                    line = self._line(served, one, segment.start, span, shown=day == today)
                    lines.setdefault(day, []).append(line)
        calendar = self.stage.snapshot.calendar
        days = []
        for number in range(DAYS):
            day = today + timedelta(days=number)
            kind = ""
            if day in calendar.off:
                kind = self.t(N_("holiday"))
            elif day in calendar.working:
                kind = self.t(N_("make-up day"))
            weekend = day.weekday() >= 5 and day not in calendar.working
            days.append(
                Day(
                    date=f"{day:%m-%d}",
                    weekday=self.t(_WEEKDAYS[day.weekday()]),
                    today=number == 0,
                    free=weekend or day in calendar.off,
                    kind=kind,
                    lines=tuple(lines.get(day, ())),
                )
            )
        return days

    def _line(
        self, served: Roster, one: str, at: datetime, span: str, *, shown: bool = False
    ) -> Line:
        serving = served.who(one, at)
        notes = dict.fromkeys(self._note(source) for source in serving.sources)
        names = [self.saying.name(self.t, person) for person in serving.people]
        return Line(
            role=role(self.t, one),
            span=span,
            people=self.t(N_(", ")).join(names),
            note=self.t(N_(", ")).join(note for note in notes if note),
            now=shown and at <= self.stage.now < (serving.until or at),
        )

    def _note(self, source: str) -> str:
        word, _, number = source.partition(" ")
        if word not in _CAME_BY or not number.isdecimal():
            return ""
        return self.t(_CAME_BY[word])

    def _shown(self, served: Roster, one: str, segment: Segment) -> Iterator[tuple[date, str]]:
        """On which days a stretch stands, and with which hours: where it begins, today if it runs,
        and on every day it covers from midnight to midnight."""
        run = served.who(one, segment.start)
        began, ended = run.since or segment.start, run.until or segment.end
        start, stop = began.astimezone(self.zone), ended.astimezone(self.zone)
        first, last = segment.start.astimezone(self.zone), segment.end.astimezone(self.zone)
        if segment.end > self.stage.now:
            yield first.date(), self._span(start, stop, first.date())
        day = first.date() + timedelta(days=1)
        while day < last.date():
            yield day, self.t(N_("all day"))
            day += timedelta(days=1)

    def _span(self, start: datetime, stop: datetime, day: date) -> str:
        head = f"{start:%H:%M}" if start.date() == day else f"{start:%m-%d %H:%M}"
        if stop.date() == day:
            return f"{head}–{stop:%H:%M}"
        if stop.date() == day + timedelta(days=1):
            return f"{head}–{self.t(N_('next day {clock}')).format(clock=f'{stop:%H:%M}')}"
        return f"{head}–{stop:%m-%d %H:%M}"

    def _choices(self, planned: Roster, end: datetime) -> list[Option]:
        """The duties that can be given away, by start; pieces that follow each other are one."""
        now = self.stage.now
        own = [d for d in planned.all_duties if d.end > now and d.start < end]
        joined: list[Duty] = []
        last: dict[tuple[str, str], datetime] = {}
        for duty in sorted(own, key=lambda d: (d.start, d.role)):
            key = (duty.role, duty.person)
            if last.get(key) != duty.start or duty.cut_from is None:
                joined.append(duty)
            last[key] = duty.end
        return [
            Option(
                value=f"{d.role}|{d.person}|{max(d.start, now).isoformat()}",
                text=f"{self._moment(d.start)}–{self._moment(d.end)}"
                f" {role(self.t, d.role)} {self.saying.name(self.t, d.person)}",
            )
            for d in joined
        ]

    # -- changes ---------------------------------------------------------------------------

    def _changes(self, code: str) -> tuple[tuple[Card, ...], tuple[Card, ...]]:
        stage = self.stage
        waiting = rows.listed(stage.tx, unit=code, open_only=True, limit=_MOST)
        known = rows.listed(stage.tx, unit=code, since=stage.now - _LATELY, limit=_MOST)
        lately = [one for one in known if one.state not in OPEN]
        return (
            tuple(self._card(one) for one in waiting),
            tuple(self._card(one) for one in lately),
        )

    def _card(self, change: Change, *, brief: bool = False) -> Card:
        t, stage = self.t, self.stage
        seen: Outcome = duty_changes.look(stage, change.id)
        over = change.last_end <= stage.now
        verbs = () if over or brief else possible(change.kind, change.state)
        title = t(N_("{kind} no. {number}")).format(kind=t(KINDS[change.kind]), number=change.id)
        name = self.saying.name(t, change.person)
        moves = [self.saying.moves(t, [move]) for move in seen.moves]
        if change.kind is Kind.LEAVE:
            span = f"{self._moment(change.start_at)}–{self._moment(change.end_at)}"
            moves.insert(0, f"{name} {span}")
        unfilled: list[Conflicting] = []
        if change.kind is Kind.LEAVE and change.state is State.IN_FORCE and not over and not brief:
            unfilled = duty_changes.conflicts(stage, change)
        by = t(N_("asked by {who}, {clock}"))
        done = t(N_("settled by {who}, {clock}"))
        return Card(
            id=change.id,
            unit=change.unit,
            title=f"{stage.snapshot.unit_name(change.unit, self.lang)} · {title}"
            if brief
            else title,
            state=change.state.value,
            state_text=t(STATES[change.state]),
            urgent=change.urgent and change.state is not State.UNDONE,
            open=change.state in OPEN,
            moves=tuple(moves),
            why=change.why,
            asked=by.format(who=change.asked_by, clock=self._moment(change.asked_at)),
            decided=done.format(who=change.decided_by, clock=self._moment(change.decided_at))
            if change.decided_at and change.decided_by
            else "",
            risks=tuple(explain(p, t, stage.snapshot.names(self.lang)) for p in seen.warnings),
            acts=tuple(
                Act(verb=v, word=t(VERBS[v]), by=self._usually(change, v) or "")
                for v in verbs
                if v in VERBS
            ),
            vacant=tuple(self._vacant(one) for one in unfilled),
        )

    def _usually(self, change: Change, verb: Verb) -> str | None:
        """In whose name it is usually done, so that it stands there already."""
        if verb in (Verb.APPROVE, Verb.REJECT):
            return next(iter(deciders(self.stage, change)), None)
        if verb in (Verb.AGREE, Verb.REFUSE):
            return change.other or next(iter(change.asked_of), None)
        return change.person

    def _vacant(self, one: Conflicting) -> Vacant:
        duty, t = one.duty, self.t
        said = t(N_("{name}, {hours} h this month"))
        return Vacant(
            at=duty.start.isoformat(),
            text=f"{role(t, duty.role)} {self._moment(duty.start)}–{self._moment(duty.end)}",
            standins=tuple(
                Option(
                    value=s.person,
                    text=said.format(name=self.saying.name(t, s.person), hours=round(s.hours)),
                )
                for s in one.standins
                if s.free
            ),
        )

    def _clock(self, when: datetime) -> str:
        return f"{when.astimezone(self.zone):%H:%M}"

    def _moment(self, when: datetime) -> str:
        return f"{when.astimezone(self.zone):%m-%d %H:%M}"
