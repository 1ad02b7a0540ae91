"""Climb: whom a rung reaches, who is passed over and why, and what happens when nobody is left.

The escalation machine owns a page's state; this file owns only the walk along its rungs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from oncall.core.commands import (
    Command,
    DraftSupervision,
    Notify,
    RaiseAlarm,
    StandDown,
    Tell,
)
from oncall.core.model import (
    Alarm,
    Ask,
    Channel,
    Contact,
    Contacted,
    Notice,
    Page,
    Reason,
    Source,
    State,
    Step,
    Watch,
)
from oncall.core.worktime import after_quiet

#: Who holds this at this unit, now? The page's own unit is filled in before asking.
OnDuty = Callable[[Ask], Watch]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line of the trail: why somebody was, or was not, reached."""

    reason: Reason
    level: int = 0
    who: str = ""
    detail: str = ""


class Climb:
    """A decision in the making: the page so far, the commands so far, the trail so far."""

    def __init__(self, page: Page, now: datetime, on_duty: OnDuty) -> None:
        self.page = page
        self.now = now
        self.on_duty = on_duty
        self.commands: list[Command] = []
        self.trail: list[Note] = []
        #: A dispatcher's hand does not wait for the quiet hours to end.
        self.forced = False

    # -- small steps -----------------------------------------------------------------------

    def note(self, reason: Reason, *, level: int = 0, who: str = "", detail: str = "") -> None:
        """Add one line to the trail."""
        self.trail.append(Note(reason=reason, level=level, who=who, detail=detail))

    def alarm(self, alarm: Alarm, *, level: int = 0, who: str = "") -> None:
        """Ask for the desk's attention."""
        self.commands.append(RaiseAlarm(alarm=alarm, level=level, who=who))

    def keep(self, known: Contacted) -> None:
        """Put ``known`` back into the page, replacing what was there of the same person."""
        others = self.page.contacted
        if any(c.person == known.person for c in others):
            people = tuple(known if c.person == known.person else c for c in others)
        else:
            people = (*others, known)
        self.page = replace(self.page, contacted=people)

    def ask(self, ask: Ask) -> Watch:
        """Put the question to the roster of this moment (product rule 2)."""
        return self.on_duty(ask if ask.unit else replace(ask, unit=self.page.unit))

    def watch_until(self, until: datetime | None) -> None:
        """Remember the earliest handover that could change whom we should be reaching."""
        at = self.page.handover_at
        if until is not None and until > self.now and (at is None or until < at):
            self.page = replace(self.page, handover_at=until)

    # -- reaching people -------------------------------------------------------------------

    def notify(
        self,
        known: Contacted,
        channels: tuple[Channel, ...],
        *,
        notice: Notice,
        step: str,
        planned: datetime,
    ) -> None:
        """Page one person by these channels and remember that we did."""
        late = self.now - planned > self.page.policy.late_after
        for channel in channels:
            known = replace(
                known,
                sends=known.sends + 1,
                tried=known.tried if channel in known.tried else (*known.tried, channel),
            )
            self.commands.append(
                Notify(
                    key=f"{self.page.id}/{step}/{known.person}/{channel}/{known.sends}",
                    person=known.person,
                    name=known.name,
                    channel=channel,
                    notice=notice,
                    level=known.level,
                    planned_at=planned,
                    late=late,
                )
            )
        self.keep(known)

    def tell(self, known: Contacted, notice: Notice, owner: str = "") -> None:
        """Inform somebody already reached; silent where we have no working way to."""
        channel = _way_to_tell(known)
        if channel is None:
            return
        known = replace(known, sends=known.sends + 1)
        self.commands.append(
            Tell(
                key=f"{self.page.id}/{notice}/{known.person}/{channel}/{known.sends}",
                person=known.person,
                name=known.name,
                channel=channel,
                notice=notice,
                owner=owner,
            )
        )
        self.keep(known)

    def stand_down(self, notice: Notice, owner: str, *, but: str | None) -> None:
        """Stop everybody but ``but``, and tell each who has it."""
        for known in self.page.contacted:
            if known.person == but or not known.paged:
                continue
            channel = _way_to_tell(known) or known.channels[0]
            known = replace(known, sends=known.sends + 1)
            self.commands.append(
                StandDown(
                    key=f"{self.page.id}/{notice}/{known.person}/{channel}/{known.sends}",
                    person=known.person,
                    name=known.name,
                    channel=channel,
                    notice=notice,
                    owner=owner,
                )
            )
            self.keep(known)

    # -- the walk --------------------------------------------------------------------------

    def fire_due(self) -> bool:
        """Do every rung whose planned moment has come, in order; False when none had."""
        due = [i for i, r in enumerate(self.page.rungs) if r.fired_at is None]
        due = [i for i in due if self.page.rungs[i].due_at <= self.now]
        said: set[tuple[str, Channel]] = set()
        for i in due:
            if self.page.rungs[i].fired_at is None:
                self._fire(i, planned=self.page.rungs[i].due_at, said=said)
        return bool(due)

    def advance(self) -> bool:
        """Go to the next level now, and on while a level has nobody new; False at the top."""
        said: set[tuple[str, Channel]] = set()
        for i, rung in enumerate(self.page.rungs):
            step = self.page.policy.steps[rung.step]
            if rung.fired_at is None and step.level > self.page.level:
                policy = self.page.policy
                at = after_quiet(self.now, policy.quiet, step.level, policy.zone)
                if at > self.now and not self.forced:
                    self._replan(i, min(at, rung.due_at))
                    self.note(Reason.QUIET_HOURS, level=step.level, detail=at.isoformat())
                    return True
                self.note(Reason.ADVANCED, level=step.level)
                self._fire(i, planned=min(self.now, rung.due_at), said=said)
                return True
        return False

    def settle(self) -> None:
        """After a walk: when nothing above is left, set (or reach) the moment of exhaustion."""
        if self.page.state is not State.WAITING:
            return
        above = any(
            self.page.policy.steps[r.step].level > self.page.level for r in self.page.pending
        )
        if above:
            self.page = replace(self.page, alarm_at=None)
        elif not any(c.in_play for c in self.page.contacted):
            self.exhaust()
        elif self.page.alarm_at is None:
            self.page = replace(self.page, alarm_at=self.now + self.page.policy.exhausted_after)

    def exhaust(self) -> None:
        """Nobody is left to try: alarm, and keep alarming the supervising desk."""
        page = self.page
        self.note(Reason.EXHAUSTED, level=page.level)
        self.alarm(Alarm.EXHAUSTED, level=page.level)
        self.page = replace(
            page,
            state=State.EXHAUSTED,
            alarms=page.alarms + 1,
            alarm_at=self.now + page.policy.alarm_every,
        )

    def _replan(self, index: int, due_at: datetime) -> None:
        rungs = list(self.page.rungs)
        rungs[index] = replace(rungs[index], due_at=due_at)
        self.page = replace(self.page, rungs=tuple(rungs))

    def _fire(self, index: int, *, planned: datetime, said: set[tuple[str, Channel]]) -> None:
        page = self.page
        step = page.policy.steps[page.rungs[index].step]
        first = step.level > page.level
        rungs = list(page.rungs)
        rungs[index] = replace(rungs[index], fired_at=self.now)
        self.page = replace(page, rungs=tuple(rungs), level=max(page.level, step.level))
        reason = Reason.STEP_DUE if first else Reason.REPEATED
        self.note(reason, level=step.level, detail=planned.isoformat())
        reached = False
        for contact in self.whom(step):
            reached |= self._reach(contact, step, index, planned, said)
        if step.draft is not None:
            self.commands.append(DraftSupervision(colour=step.draft))
            self.note(Reason.SUPERVISION_DRAFTED, level=step.level, detail=step.draft)
        if first and not reached:
            self.note(Reason.NO_TARGET, level=step.level)
            self.advance()

    def whom(self, step: Step) -> tuple[Contact, ...]:
        """The first ask that finds anybody; an empty roster is alarmed even if a fallback helps."""
        for i, ask in enumerate(step.asks):
            watch = self.ask(ask)
            self.watch_until(watch.until)
            if watch.people:
                if i:
                    self.note(Reason.FALLBACK, level=step.level, detail=f"{ask.source}:{ask.role}")
                return watch.people
            if ask.source is Source.ROSTER:
                self.alarm(Alarm.GAP, level=step.level, who=ask.role)
        self.alarm(Alarm.NO_TARGET, level=step.level)
        return ()

    def _reach(
        self,
        contact: Contact,
        step: Step,
        index: int,
        planned: datetime,
        said: set[tuple[str, Channel]],
    ) -> bool:
        """Page ``contact`` for this rung if the rules allow; True when a message goes out."""
        told = self.page.person(contact.person)
        known = told if told is not None and told.paged else None
        if known is not None and known.level != step.level:
            self.note(Reason.DUPLICATE_TARGET, level=step.level, who=contact.name)
            return False
        if known is not None and not known.in_play:
            self.note(Reason.OUT_OF_PLAY, level=step.level, who=contact.name)
            return False
        wanted = step.channels if known is not None else self._so_far(step, index)
        failed = known.failed if known is not None else ()
        usable = tuple(c for c in wanted if c in contact.channels and c not in failed)
        if not usable and known is None:
            usable = contact.channels[:1]
        fresh = known or reached_for(contact, step.level, self.now, told)
        if not usable:
            if known is None:
                self.keep(replace(fresh, unreachable=True))
                self.alarm(Alarm.UNREACHABLE, level=step.level, who=contact.name)
            self.note(Reason.NO_CHANNEL, level=step.level, who=contact.name)
            return False
        new = tuple(c for c in usable if (contact.person, c) not in said)
        if not new:
            # After an outage two overdue rungs would say the same thing twice at once (rule 9).
            self.note(Reason.MERGED, level=step.level, who=contact.name)
            return False
        said.update((contact.person, c) for c in new)
        self.note(Reason.ROSTER_ROLE, level=step.level, who=contact.name, detail=contact.role)
        self.notify(fresh, new, notice=Notice.PAGE, step=f"s{index}", planned=planned)
        return True

    def _so_far(self, step: Step, index: int) -> tuple[Channel, ...]:
        """Every channel this level has used up to this rung: what a newcomer to it is owed."""
        out: list[Channel] = []
        for rung in self.page.rungs[: index + 1]:
            other = self.page.policy.steps[rung.step]
            if other.level == step.level:
                out += [c for c in other.channels if c not in out]
        return tuple(out)

    def relieve(self) -> bool:
        """Page whoever came on duty for the levels already reached (rule 6); False when nobody."""
        self.page = replace(self.page, handover_at=None)
        anybody = False
        policy = self.page.policy
        for index, rung in enumerate(self.page.rungs):
            step = policy.steps[rung.step]
            if rung.fired_at is None or step.asks[0].source is not Source.ROSTER:
                continue
            awake = after_quiet(self.now, policy.quiet, step.level, policy.zone)
            if awake > self.now:
                self.watch_until(awake)
                continue
            watch = self.ask(step.asks[0])
            self.watch_until(watch.until)
            if not watch.people:
                self.alarm(Alarm.GAP, level=step.level, who=step.asks[0].role)
            for contact in watch.people:
                known = self.page.person(contact.person)
                if known is None or not known.paged:
                    anybody |= self._incoming(contact, step, index)
        return anybody

    def _incoming(self, contact: Contact, step: Step, index: int) -> bool:
        told = self.page.person(contact.person)
        fresh = replace(reached_for(contact, step.level, self.now, told), incoming=True)
        last = max(
            i
            for i, r in enumerate(self.page.rungs)
            if r.fired_at is not None and self.page.policy.steps[r.step].level == step.level
        )
        usable = tuple(c for c in self._so_far(step, last) if c in contact.channels)
        usable = usable or contact.channels[:1]
        if not usable:
            self.keep(replace(fresh, unreachable=True))
            self.alarm(Alarm.UNREACHABLE, level=step.level, who=contact.name)
            self.note(Reason.NO_CHANNEL, level=step.level, who=contact.name)
            return False
        self.note(Reason.HANDED_OVER, level=step.level, who=contact.name, detail=contact.role)
        self.notify(fresh, usable, notice=Notice.HANDOVER, step=f"h{index}", planned=self.now)
        return True


def reached_for(
    contact: Contact, level: int, now: datetime, told: Contacted | None = None
) -> Contacted:
    """The page's memory of a contact from now on; ``told`` is what it knew of them before."""
    return Contacted(
        person=contact.person,
        name=contact.name,
        role=contact.role,
        unit=contact.unit,
        level=level,
        at=now,
        channels=contact.channels,
        sends=told.sends if told is not None else 0,
    )


def _way_to_tell(known: Contacted) -> Channel | None:
    """The quietest channel that has not failed; None when the person cannot be reached."""
    if known.unreachable:
        return None
    for channel in (Channel.SMS, Channel.VOICE):
        if channel in known.channels and channel not in known.failed:
            return channel
    return None
