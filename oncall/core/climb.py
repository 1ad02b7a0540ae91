"""A decision in the making: the page so far, what to do so far, and why so far.

``ladder`` walks with it and ``escalation`` decides with it; nothing in here chooses whom to reach
or changes a page's state.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from oncall.core.commands import Command, Notify, RaiseAlarm, StandDown, Tell
from oncall.core.model import (
    Alarm,
    Ask,
    Channel,
    Contact,
    Contacted,
    Notice,
    Page,
    Reason,
    Watch,
    Way,
)
from oncall.core.worktime import after_quiet

#: Who holds this at this unit, now? The page's own unit is filled in before asking.
OnDuty = Callable[[Ask], Watch]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the trail: why somebody was, or was not, reached."""

    reason: Reason
    level: int = 0
    who: str = ""
    detail: str = ""


class Climb:
    """One decision being made; thrown away once it is."""

    def __init__(self, page: Page, now: datetime, on_duty: OnDuty) -> None:
        self.page = page
        self.now = now
        self.on_duty = on_duty
        self.commands: list[Command] = []
        self.trail: list[Note] = []
        #: A dispatcher's hand does not wait for the quiet hours to end.
        self.forced = False

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
        """Put the question to the roster of this moment (rule 2)."""
        return self.on_duty(ask if ask.unit else replace(ask, unit=self.page.unit))

    def watch_until(self, until: datetime | None) -> None:
        """Remember the earliest moment at which we may have to reach for somebody else."""
        at = self.page.handover_at
        if until is not None and until > self.now and (at is None or until < at):
            self.page = replace(self.page, handover_at=until)

    # -- the night (rule 7) ----------------------------------------------------------------

    def asleep_until(self, level: int) -> datetime | None:
        """When people of ``level`` may be disturbed again; None when they may be now."""
        policy = self.page.policy
        ends = after_quiet(self.now, policy.quiet, level, policy.zone)
        return ends if ends > self.now and not self.forced else None

    def calls_wait_until(self, channels: tuple[Channel, ...]) -> datetime | None:
        """When somebody with these channels may be called; None when they may be now.

        At night a message that can be written is not called out. A landline only rings, and a duty
        desk is there to hear it.
        """
        quiet = self.page.policy.quiet
        if quiet is None or Channel.SMS not in channels:
            return None
        return self.asleep_until(quiet.from_level)

    # -- messages --------------------------------------------------------------------------

    def just_said(self, known: Contacted, channel: Channel) -> bool:
        """Whether this person was paged by this channel at this very moment (rule 9)."""
        return known.last_at == self.now and channel in known.last_by

    def notify(
        self,
        known: Contacted,
        channels: tuple[Channel, ...],
        *,
        notice: Notice,
        step: str,
        planned: datetime,
        number: str = "",
    ) -> None:
        """Page one person by these channels and remember that we did.

        By the first number that has not failed, unless ``number`` says by which.
        """
        late = self.now - planned > self.page.policy.late_after
        for channel in channels:
            chosen = number or known.number(channel)
            way = Way(channel=channel, number=chosen)
            known = replace(
                known,
                owed=None,
                last_at=self.now,
                last_by=(*known.last_by, channel) if known.last_at == self.now else (channel,),
                sends=known.sends + 1,
                tried=known.tried if channel in known.tried else (*known.tried, channel),
                used=known.used if way in known.used or not chosen else (*known.used, way),
            )
            self.commands.append(
                Notify(
                    key=f"{self.page.id}/{step}/{known.person}/{channel}/{known.sends}",
                    person=known.person,
                    name=known.name,
                    channel=channel,
                    number=chosen,
                    notice=notice,
                    level=known.level,
                    planned_at=planned,
                    late=late,
                )
            )
        self.keep(known)

    def tell(self, known: Contacted, notice: Notice, owner: str = "") -> bool:
        """Inform somebody already known; False where there is no way to that may be used now."""
        channel = self._way_to_tell(known)
        if channel is None:
            return False
        known = replace(known, owed=None, sends=known.sends + 1)
        self.commands.append(
            Tell(
                key=f"{self.page.id}/{notice}/{known.person}/{channel}/{known.sends}",
                person=known.person,
                name=known.name,
                channel=channel,
                number=known.number(channel),
                notice=notice,
                owner=owner,
            )
        )
        self.keep(known)
        return True

    def stand_down(self, notice: Notice, owner: str, *, but: str | None) -> None:
        """Stop everybody we sent anything to, except ``but``, and tell each who has it."""
        for known in self.page.contacted:
            known = replace(known, owed=None)
            if known.person != but and known.paged and known.tried:
                channel = self._way_to_tell(known) or known.tried[0]
                known = replace(known, sends=known.sends + 1)
                self.commands.append(
                    StandDown(
                        key=f"{self.page.id}/{notice}/{known.person}/{channel}/{known.sends}",
                        person=known.person,
                        name=known.name,
                        channel=channel,
                        number=known.number(channel),
                        notice=notice,
                        owner=owner,
                    )
                )
            self.keep(known)

    def _way_to_tell(self, known: Contacted) -> Channel | None:
        """The quietest channel that has not failed; None when there is none, or not at night."""
        if known.unreachable:
            return None
        working = [c for c in known.channels if c not in known.failed]
        if Channel.SMS in working:
            return Channel.SMS
        return working[0] if working and self.calls_wait_until(known.channels) is None else None


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
        failed=told.failed if told is not None else (),
        ways=contact.ways,
        own=contact.own,
        dead=told.dead if told is not None else (),
        declined=told is not None and told.declined,
        sends=told.sends if told is not None else 0,
    )
