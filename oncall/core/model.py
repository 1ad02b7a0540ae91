"""The values the rules speak about: policies, pages, people to reach. Frozen; nothing here acts.

Every moment is an aware UTC datetime; every interval is half-open.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

import msgspec

from oncall.core.reasons import Reason as Reason  # noqa: PLC0414 - one of the values, kept apart


class Urgency(StrEnum):
    """How fast a human must own the matter (特急, 紧急, 一般)."""

    CRITICAL = "critical"
    URGENT = "urgent"
    ROUTINE = "routine"


class Channel(StrEnum):
    """A way to reach a person."""

    SMS = "sms"
    VOICE = "voice"


class State(StrEnum):
    """Where one page stands."""

    WAITING = "waiting"
    ACKED = "acked"
    CANCELLED = "cancelled"
    EXHAUSTED = "exhausted"


class Colour(StrEnum):
    """A supervision order's label; configurable words, fixed order."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


class Source(StrEnum):
    """Where a name came from when we asked who must be reached."""

    ROSTER = "roster"
    POST = "post"
    DESK = "desk"
    #: Called by name; the role is the person's id.
    PERSON = "person"


class Notice(StrEnum):
    """Why a message is sent; chooses its words."""

    PAGE = "page"
    HANDOVER = "handover"
    ALARM = "alarm"
    CONFIRMED = "confirmed"
    ALREADY_OWNED = "already_owned"
    STOOD_DOWN = "stood_down"
    TAKEN_OVER = "taken_over"
    CANCELLED = "cancelled"
    #: As many as are needed have answered without this one.
    ENOUGH = "enough"
    #: The matter goes on without this unit, or has ended before it answered.
    NOT_NEEDED = "not_needed"
    REOPENED = "reopened"
    FIRST_ACTION = "first_action"
    #: The promised moment has passed and nothing was noted.
    ETA_PASSED = "eta_passed"
    REPLY = "reply"
    #: A ready text about no page at all: a duty that changed, a reminder, a report.
    NEWS = "news"


class Alarm(StrEnum):
    """What a human at the desk must look at; shown until somebody owns it."""

    GAP = "gap"
    NO_TARGET = "no_target"
    UNREACHABLE = "unreachable"
    #: Somebody wants no more texts, and is only called from now on.
    OPTED_OUT = "opted_out"
    EXHAUSTED = "exhausted"
    NO_FIRST_ACTION = "no_first_action"
    SILENT = "silent"
    NOT_DONE = "not_done"
    #: Whoever comes on duty has not said that they will, or has said that they cannot.
    NOT_RELIEVED = "not_relieved"
    #: Somebody who was called wants to speak to a human.
    WANTS_DESK = "wants_desk"
    #: A matter is not finished though its time is over.
    OVERDUE = "overdue"
    #: A supervision order was not answered in writing by its deadline.
    NO_REPLY = "no_reply"
    #: About a whole transfer: something the desk must decide.
    HELD = "held"
    RETURNED = "returned"
    DISPUTED = "disputed"
    NOT_JOINED = "not_joined"
    NUISANCE = "nuisance"
    #: Fewer units of a group answer than are needed.
    SHORT = "short"
    ORPHAN = "orphan"
    #: A provider is not used just now.
    DEGRADED = "degraded"
    #: A test message did not arrive.
    CANARY = "canary"
    #: Messages do not leave.
    STUCK = "stuck"
    #: The database is an old copy; and: this page is open in it.
    RESTORED = "restored"
    OPEN_IN_COPY = "open_in_copy"
    #: A calendar that somebody else keeps cannot be read for hours.
    STALE = "stale"
    #: What must stand ready for a bad day: copies, the certificate of our address, equal clocks.
    OLD_BACKUP = "old_backup"
    CERTIFICATE = "certificate"
    CLOCK = "clock"
    #: Somebody who must be told what becomes of their matters is not reached.
    NOT_TOLD = "not_told"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One question to the rosters: who holds ``role`` at ``unit`` right now?

    ``unit`` is None for the page's own unit.
    """

    source: Source
    role: str
    unit: str | None = None


class Morning(msgspec.Struct, frozen=True, kw_only=True):
    """The first working-day ``clock`` (wall time) at least ``not_before`` after paging.

    ``days_later`` asks for that many further working mornings.
    """

    clock: time
    not_before: timedelta
    days_later: int = 0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of a policy: at ``after`` (or ``morning``), ask in order until somebody is found."""

    level: int
    asks: tuple[Ask, ...]
    channels: tuple[Channel, ...]
    after: timedelta | None = None
    morning: Morning | None = None
    draft: Colour | None = None


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """Wall-clock hours in which levels from ``from_level`` up wait for ``until``."""

    since: time
    until: time
    from_level: int


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The ladder for one urgency; frozen into a page when it opens (product rule 2)."""

    name: str
    urgency: Urgency
    zone: str
    ack_within: timedelta
    steps: tuple[Step, ...]
    #: A message older than this is not sent as if it were new.
    useful_life: timedelta
    #: From the ack to the first progress note; office time when ``first_action_working``.
    first_action: timedelta
    first_action_working: bool = False
    #: From the last step to "exhausted", and between alarms from then on.
    exhausted_after: timedelta
    alarm_every: timedelta
    quiet: Quiet | None = None
    #: Office hours, wall clock, in order.
    hours: tuple[tuple[time, time], ...] = ((time(8), time(12)), (time(14, 30), time(17, 30)))
    #: Asks one person for themselves, one of several: when they cannot, whoever called them goes
    #: on, and nobody is alarmed or asked in their stead.
    alone: bool = False
    #: A step run later than this after its plan is marked late.
    late_after: timedelta = timedelta(seconds=60)


class WorkCalendar(msgspec.Struct, frozen=True, kw_only=True):
    """Where the year differs from Monday–Friday: ``off`` holidays, ``working`` make-up 调休."""

    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a person on one channel. ``number`` is a label: its middle is hidden."""

    channel: Channel
    number: str


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """One line of somebody's own rules: what they want beside the ladder, so long after a page."""

    urgency: Urgency
    after: timedelta
    channels: tuple[Channel, ...]


class Nudge(msgspec.Struct, frozen=True, kw_only=True):
    """The same for one page: at which moment."""

    at: datetime
    channels: tuple[Channel, ...]


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One person (or a duty landline) to reach, with the channels that have a number."""

    person: str
    name: str
    unit: str
    role: str
    channels: tuple[Channel, ...]
    #: Their numbers in the order of the card; none where each channel has just the one.
    ways: tuple[Way, ...] = ()
    #: Their own rules; they add to the ladder and take nothing from it.
    own: tuple[Extra, ...] = ()


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an Ask: who, and until when that answer holds (None: no end known)."""

    people: tuple[Contact, ...]
    until: datetime | None = None
    #: The names of those who are there only because their relief has not taken over yet.
    held: tuple[str, ...] = ()


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """A step with its planned moment, and when it was done."""

    step: int
    due_at: datetime
    fired_at: datetime | None = None


class Contacted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody this page has reached for, and what came of it."""

    person: str
    name: str
    role: str
    unit: str
    level: int
    at: datetime
    channels: tuple[Channel, ...]
    tried: tuple[Channel, ...] = ()
    failed: tuple[Channel, ...] = ()
    sends: int = 0
    declined: bool = False
    unreachable: bool = False
    incoming: bool = False
    #: When this person was last paged, and by which channels at that moment.
    last_at: datetime | None = None
    last_by: tuple[Channel, ...] = ()
    #: What the night keeps us from saying; said when the quiet hours end.
    owed: Notice | None = None
    #: The numbers of the card in their order, those tried, and those that failed on this page.
    ways: tuple[Way, ...] = ()
    used: tuple[Way, ...] = ()
    dead: tuple[Way, ...] = ()
    #: Their own rules, and what of them is still to come on this page.
    own: tuple[Extra, ...] = ()
    nudges: tuple[Nudge, ...] = ()

    @property
    def paged(self) -> bool:
        """Whether this person was asked to take it; level 0 was only told something."""
        return self.level > 0

    @property
    def in_play(self) -> bool:
        """Whether an answer may still come from this person."""
        return self.paged and not (self.declined or self.unreachable)

    def left(self, channel: Channel) -> tuple[str, ...]:
        """The numbers of a channel that have not failed, in order."""
        ways = [w for w in self.ways if w.channel is channel and w not in self.dead]
        return tuple(way.number for way in ways)

    def number(self, channel: Channel) -> str:
        """The number to use on a channel; "" where the card has just the one."""
        return next(iter(self.left(channel)), "")

    def lost(self, channel: Channel, number: str) -> bool:
        """Whether it is known already that this number ("": the channel) is dead."""
        way = Way(channel=channel, number=number)
        return channel in self.failed or (bool(number) and way in self.dead)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One ladder run for one unit's part in one transfer, carrying the policy it opened with."""

    id: str
    transfer: str
    part: str
    unit: str
    policy: Policy
    calendar: WorkCalendar
    paged_at: datetime
    rungs: tuple[Rung, ...]
    state: State = State.WAITING
    started: bool = False
    level: int = 0
    contacted: tuple[Contacted, ...] = ()
    owner: str | None = None
    owner_name: str | None = None
    acked_at: datetime | None = None
    acked_via: str | None = None
    progressed_at: datetime | None = None
    #: When the first-action timer rings next, and how often it has rung.
    first_action_due: datetime | None = None
    chased: int = 0
    #: When the owner promised to be there, and when that promise is asked about if nothing comes.
    eta_at: datetime | None = None
    eta_due: datetime | None = None
    #: The transfer has ended: it cannot be given back or taken over any more.
    over: bool = False
    #: When the answer to one of our questions changes: the next handover.
    handover_at: datetime | None = None
    #: When the ladder counts as exhausted (waiting), or alarms again (exhausted).
    alarm_at: datetime | None = None
    alarms: int = 0

    @property
    def pending(self) -> tuple[Rung, ...]:
        """The rungs not yet fired, in the order of the policy."""
        return tuple(r for r in self.rungs if r.fired_at is None)

    @property
    def wake_at(self) -> datetime | None:
        """The moment this page must be looked at again; None once nothing is left to do."""
        if self.state is State.CANCELLED:
            return None
        if self.state is State.ACKED:
            return min((m for m in (self.first_action_due, self.eta_due) if m), default=None)
        moments = [m for m in (self.handover_at, self.alarm_at) if m is not None]
        if self.state is State.WAITING:
            moments += [r.due_at for r in self.rungs if r.fired_at is None]
            moments += [n.at for c in self.contacted if c.in_play for n in c.nudges]
        return min(moments, default=None)

    @property
    def limit_at(self) -> datetime:
        """When an ack stops counting as in time."""
        return self.paged_at + self.policy.ack_within

    def person(self, person: str) -> Contacted | None:
        """What this page knows of ``person``; None if never reached for."""
        for known in self.contacted:
            if known.person == person:
                return known
        return None
