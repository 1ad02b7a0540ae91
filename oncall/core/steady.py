"""The rules that leave a page in its state: alarms that go on, reminders, late receipts."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from oncall.core import ladder, reach
from oncall.core.climb import Climb, reached_for
from oncall.core.events import Acked, DeliveryFailed, Escalated, Event
from oncall.core.model import Alarm, Ask, Notice, Reason, Source
from oncall.core.worktime import first_action_at

#: How often the first-action timer rings before it rests on the desk's alarm.
_CHASES = 2


def alarm_again(climb: Climb, event: Event) -> Reason:
    """Still nobody: alarm the desk and page supervision once more, for ever."""
    relieved = handover(climb)
    if isinstance(event, Escalated):
        climb.note(Reason.BY_HAND, who=event.by, detail=event.why)
        climb.forced = True
    elif not due(climb, climb.page.alarm_at):
        return Reason.HANDED_OVER if relieved else Reason.NOT_YET
    climb.note(Reason.ALARM_REPEATED, level=climb.page.level)
    sound(climb)
    return Reason.ALARM_REPEATED


def chase(climb: Climb, _: Event) -> Reason:
    """Acked, and nothing done since (签收未办): owner and deputy, then the leader (rule 8).

    Before that the owner alone is asked about a promised moment that has passed.
    """
    broken = due(climb, climb.page.eta_due)
    if broken:
        climb.page = replace(climb.page, eta_due=None)
    page = climb.page
    if not due(climb, page.first_action_due):
        return _ask_about_the_promise(climb) if broken else Reason.NOT_YET
    owner = page.person(page.owner or "")
    if page.chased == 0 and owner is not None:
        climb.tell(owner, Notice.FIRST_ACTION, page.owner_name or "")
    role = "deputy" if page.chased == 0 else "leader"
    for contact in climb.ask(Ask(source=Source.ROSTER, role=role)).people:
        if contact.person != page.owner:
            known = climb.page.person(contact.person) or reached_for(contact, 0, climb.now)
            climb.tell(known, Notice.FIRST_ACTION, page.owner_name or "")
    chased = page.chased + 1
    if chased == _CHASES:
        climb.alarm(Alarm.NO_FIRST_ACTION, who=page.owner_name or "")
    again = first_action_at(page.policy, climb.now, page.calendar) if chased < _CHASES else None
    climb.page = replace(climb.page, chased=chased, first_action_due=again)
    climb.note(Reason.FIRST_ACTION_DUE, who=page.owner_name or "")
    return Reason.FIRST_ACTION_DUE


def progress(climb: Climb, _: Event) -> Reason:
    """A note was written: the first-action timer has done its work."""
    climb.page = replace(climb.page, progressed_at=climb.now, first_action_due=None, eta_due=None)
    return Reason.PROGRESSED


def promise(climb: Climb, event: Acked) -> Reason:
    """The owner says when they will be there; a later word replaces an earlier one."""
    assert event.eta is not None
    climb.page = replace(climb.page, eta_at=event.eta, eta_due=event.eta)
    climb.note(Reason.PROMISED, who=event.name, detail=event.eta.isoformat())
    known = climb.page.person(event.person)
    if known is not None and event.via == "sms":
        climb.tell(known, Notice.CONFIRMED, event.name)
    return Reason.PROMISED


def rest(climb: Climb, _: Event) -> Reason:
    """The transfer has ended: what was owned stays so, and asks for nothing more."""
    climb.page = replace(climb.page, first_action_due=None, eta_due=None, over=True)
    return Reason.RESTS


def remember(climb: Climb, event: Event) -> Reason:
    """A message failed after the ack: nobody is sent for, but a release must know it."""
    assert isinstance(event, DeliveryFailed)
    known = climb.page.person(event.person)
    if known is not None and not known.lost(event.channel, event.number):
        reach.mark_dead(climb, known, event.channel, event.number)
    return Reason.CHANNEL_FAILED


def _ask_about_the_promise(climb: Climb) -> Reason:
    owner = climb.page.person(climb.page.owner or "")
    if owner is not None:
        climb.tell(owner, Notice.ETA_PASSED, owner.name)
    climb.note(Reason.ETA_PASSED, who=climb.page.owner_name or "")
    return Reason.ETA_PASSED


# -- shared with the rules that do more -----------------------------------------------------


def due(climb: Climb, moment: datetime | None) -> bool:
    """Whether ``moment`` has come."""
    return moment is not None and moment <= climb.now


def handover(climb: Climb) -> bool:
    """Relieve if it is time to; True when somebody was paged."""
    return due(climb, climb.page.handover_at) and ladder.relieve(climb)


def sound(climb: Climb) -> None:
    """Alarm the desk, page supervision, and set the next time."""
    climb.alarm(Alarm.EXHAUSTED, level=climb.page.level)
    awake = ladder.page_supervision(climb)
    again = climb.now + climb.page.policy.alarm_every
    if awake is not None:
        again = min(again, awake)
    climb.page = replace(climb.page, alarms=climb.page.alarms + 1, alarm_at=again)
