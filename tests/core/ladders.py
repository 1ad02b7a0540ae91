"""A county to page: one unit's people, its duty, and a story told in lines like `14:05 voice Wang`.

Times are wall time in the ladder's zone, on the first day unless a date stands before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from oncall.core.commands import (
    Command,
    DraftSupervision,
    Notify,
    RaiseAlarm,
    StandDown,
    Tell,
)
from oncall.core.escalation import Decision, decide, open_page
from oncall.core.events import (
    Acked,
    Arrived,
    Cancelled,
    Declined,
    DeliveryFailed,
    DeliveryStalled,
    Escalated,
    Event,
    Progressed,
    Released,
    ShiftChanged,
    StepDue,
)
from oncall.core.model import (
    Ask,
    Channel,
    Contact,
    Extra,
    Notice,
    Page,
    Policy,
    Reason,
    Source,
    State,
    Urgency,
    Watch,
    Way,
    WorkCalendar,
)
from oncall.core.personal import parse
from oncall.core.policies import default_book

UNIT = "GOV-WATER"
BOTH = (Channel.SMS, Channel.VOICE)

#: Who holds what when nothing else is said: level by level, then the two supervising desks.
STAFF = {
    (Source.ROSTER, "primary", UNIT): ("Wang",),
    (Source.ROSTER, "deputy", UNIT): ("Li",),
    (Source.ROSTER, "leader", UNIT): ("Chen",),
    (Source.POST, "division_leader", UNIT): ("Lin",),
    (Source.POST, "head", UNIT): ("Huang",),
    (Source.ROSTER, "supervisor", "GOV-OFFICE"): ("Zheng",),
    (Source.ROSTER, "supervisor", "PTY-EFFICIENCY"): ("Wu",),
}

_EVER = datetime.min.replace(tzinfo=UTC)

LADDERS: dict[str, Policy] = {u: default_book().choose(None, u) for u in Urgency}


class Story:
    """One page, told as it goes: every step returns the lines it added."""

    def __init__(
        self,
        ladder: str | Policy = Urgency.URGENT,
        at: str = "2026-11-03 14:00",
        calendar: WorkCalendar | None = None,
    ) -> None:
        self.policy = LADDERS[ladder] if isinstance(ladder, str) else ladder
        self.zone = ZoneInfo(self.policy.zone)
        self.now = datetime.fromisoformat(at).replace(tzinfo=self.zone).astimezone(UTC)
        self.opened = self.now
        self.page: Page = open_page(
            page_id="pg",
            transfer="tr",
            part="pt",
            unit=UNIT,
            policy=self.policy,
            calendar=calendar or WorkCalendar(),
            paged_at=self.now,
        )
        self.numbers: dict[str, tuple[Channel, ...]] = {}
        self.cards: dict[str, tuple[Way, ...]] = {}
        self.own: dict[str, tuple[Extra, ...]] = {}
        self.decisions: list[Decision] = []
        self._duty: dict[tuple[Source, str, str], list[tuple[datetime, tuple[str, ...]]]] = {
            key: [(_EVER, who)] for key, who in STAFF.items()
        }

    # -- the county ------------------------------------------------------------------------

    def moment(self, clock: str) -> datetime:
        """`14:05`, `14:05:30` on the first day, or `11-05 09:00`."""
        day, _, time = clock.rpartition(" ")
        local = self.opened.astimezone(self.zone)
        stamp = f"{local.year}-{day or local.strftime('%m-%d')} {time}"
        return datetime.fromisoformat(stamp).replace(tzinfo=self.zone).astimezone(UTC)

    def duty(
        self,
        role: str,
        *who: str,
        since: str | None = None,
        source: Source = Source.ROSTER,
        unit: str = UNIT,
    ) -> None:
        """From ``since`` on (always, if not said) these people hold this role; nobody, if none."""
        turns = self._duty.setdefault((source, role, unit), [])
        if since is None:
            turns.clear()
        at = self.moment(since) if since else _EVER
        turns.append((at, who))

    def phone(self, who: str, *channels: Channel) -> None:
        """What numbers somebody has; both channels unless said."""
        self.numbers[who] = channels

    def card(self, who: str, *, sms: str = "", voice: str = "") -> None:
        """What numbers somebody has on a card with several, one letter each."""
        ways = ((Channel.SMS, sms), (Channel.VOICE, voice))
        self.cards[who] = tuple(Way(channel=c, number=n) for c, some in ways for n in some)
        self.phone(who, *(channel for channel, some in ways if some))

    def wants(self, who: str, *lines: str) -> None:
        """Somebody's own rules."""
        self.own[who], faults = parse(lines, "")
        assert not faults

    def on_duty(self, ask: Ask) -> Watch:
        """The roster's answer at this moment of the story."""
        turns = self._duty.get((ask.source, ask.role, ask.unit or ""), [])
        now = [who for at, who in turns if at <= self.now]
        coming = [at for at, _ in turns if at > self.now]
        people = tuple(
            Contact(
                person=name,
                name=name,
                unit=ask.unit or "",
                role=ask.role,
                channels=self.numbers.get(name, BOTH),
                ways=self.cards.get(name, ()),
                own=self.own.get(name, ()),
            )
            for name in (now[-1] if now else ())
        )
        return Watch(people=people, until=min(coming, default=None))

    # -- what happens ----------------------------------------------------------------------

    def begins(self) -> list[str]:
        """The transfer arrives."""
        return self.happens(Arrived())

    def until(self, clock: str) -> list[str]:
        """The alarm clock rings at every wake_at up to and at this time."""
        end, lines = self.moment(clock), []
        while (wake := self.page.wake_at) is not None and wake <= end:
            assert wake > self.now or not self.decisions, "the clock stands still"
            self.now = max(self.now, wake)
            lines += self.happens(StepDue())
        self.now = max(self.now, end)
        return lines

    def outage(self, clock: str) -> list[str]:
        """The clock is silent until this time; then everything due is done."""
        self.now = self.moment(clock)
        lines = []
        while self.page.wake_at is not None and self.page.wake_at <= self.now:
            due = self.page.handover_at is not None and self.page.handover_at <= self.now
            lines += self.happens(ShiftChanged() if due else StepDue())
        return lines

    def acks(self, who: str, via: str = "web", *, takeover: bool = False) -> list[str]:
        """Somebody takes it."""
        return self.happens(Acked(person=who, name=who, via=via, takeover=takeover))

    def declines(self, who: str) -> list[str]:
        """Somebody cannot."""
        return self.happens(Declined(person=who, name=who))

    def releases(self, who: str) -> list[str]:
        """The owner gives it back."""
        return self.happens(Released(person=who, name=who))

    def fails(self, who: str, channel: Channel, number: str = "") -> list[str]:
        """A message will not reach somebody."""
        return self.happens(DeliveryFailed(person=who, channel=channel, number=number))

    def dialled(self, decision: int = -1) -> list[str]:
        """The numbers a decision used, as `sms a`."""
        asked = self.decisions[decision].commands
        return [f"{c.channel} {c.number}" for c in asked if isinstance(c, Notify)]

    def stalls(self, who: str, channel: Channel, *, used_up: bool = False) -> list[str]:
        """A provider does not take a message just now, or no more to this person."""
        return self.happens(DeliveryStalled(person=who, channel=channel, used_up=used_up))

    def escalates(self) -> list[str]:
        """The dispatcher wants the next level now."""
        return self.happens(Escalated(by="desk"))

    def progresses(self) -> list[str]:
        """A progress note is written."""
        return self.happens(Progressed(by="Wang"))

    def cancels(self) -> list[str]:
        """The transfer is withdrawn."""
        return self.happens(Cancelled(by="desk"))

    def happens(self, event: Event) -> list[str]:
        """Any event, now."""
        decision = decide(self.page, event, self.now, self.on_duty)
        self.decisions.append(decision)
        self.page = decision.page
        return list(self._lines(decision.commands))

    # -- what is told ----------------------------------------------------------------------

    @property
    def reason(self) -> Reason:
        """Why the last decision was what it was."""
        return self.decisions[-1].reason

    @property
    def state(self) -> State:
        """Where the page stands."""
        return self.page.state

    def trail(self) -> list[tuple[Reason, str]]:
        """Reason and person of every line of the last decision's trail."""
        return told(self.decisions[-1])

    def clock(self, moment: datetime) -> str:
        """A moment as the story tells it."""
        local, first = moment.astimezone(self.zone), self.opened.astimezone(self.zone)
        day = "" if local.date() == first.date() else local.strftime("%m-%d ")
        return day + local.strftime("%H:%M:%S" if local.second else "%H:%M")

    def _lines(self, commands: tuple[Command, ...]) -> Iterator[str]:
        at = self.clock(self.now)
        for _, group in groupby(commands, key=_recipient):
            for command in _joined(list(group)):
                yield f"{at} {command}".strip()


def told(decision: Decision) -> list[tuple[Reason, str]]:
    """A decision's trail, as reason and person."""
    return [(note.reason, note.who) for note in decision.trail]


def _recipient(command: Command) -> tuple[str, str]:
    if isinstance(command, Notify):
        return command.person, command.notice
    return "", ""


def _joined(commands: list[Command]) -> Iterator[str]:
    first = commands[0]
    if isinstance(first, Notify):
        channels = "+".join(c.channel for c in commands if isinstance(c, Notify))
        what = "" if first.notice is Notice.PAGE else f" {first.notice}"
        yield f"{channels} {first.name}{what}{' late' if first.late else ''}"
        return
    for command in commands:
        if isinstance(command, Tell):
            yield f"tell {command.name} {command.notice}"
        elif isinstance(command, StandDown):
            yield f"stop {command.name} {command.notice}"
        elif isinstance(command, RaiseAlarm):
            yield f"alarm {command.alarm} {command.who}".strip()
        elif isinstance(command, DraftSupervision):
            yield f"draft {command.colour}"
