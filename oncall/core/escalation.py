"""The escalation machine: decide(page, event, now, on_duty) says what a page becomes, and why.

Rule 1: whatever can change a page's state lives in this file (the walk along its rungs is
``ladder``, which knows only how to climb and when there is nothing left to climb).
Rule 2: nothing here knows the time, the roster, or how a message travels; the caller brings all
three. ``now`` is an aware UTC datetime, and never earlier than the page's own ``paged_at``.

Theory of operation. A page opens WAITING with every rung's moment planned from ``paged_at``. The
alarm clock's StepDue does the rungs whose moment has come, never one before. An answer by anybody
reached makes it ACKED; giving it back makes it WAITING where the ladder stood. A ladder with
nothing left to try is EXHAUSTED and alarms until a human takes it. CANCELLED is final.
Rules 1-10 are those of the county's default ladder; see docs/rules.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from oncall.core.commands import Command
from oncall.core.events import (
    EVENTS,
    Acked,
    Arrived,
    Cancelled,
    Declined,
    Delivered,
    DeliveryFailed,
    DeliveryStalled,
    Escalated,
    Event,
    Progressed,
    Released,
    ShiftChanged,
    StepDue,
)
from oncall.core.ladder import Climb, Note, OnDuty, reached_for
from oncall.core.model import (
    Alarm,
    Ask,
    Contacted,
    Notice,
    Page,
    Policy,
    Reason,
    Source,
    State,
    WorkCalendar,
)
from oncall.core.worktime import first_action_at, plan

Rule = Callable[[Climb, Event], Reason]

#: How often the first-action timer rings before it rests on the desk's alarm.
_CHASES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a page became, what to do about it, and why: ``reason`` in a word, ``trail`` in full."""

    page: Page
    commands: tuple[Command, ...]
    reason: Reason
    trail: tuple[Note, ...]


def open_page(
    *,
    page_id: str,
    transfer: str,
    part: str,
    unit: str,
    policy: Policy,
    calendar: WorkCalendar,
    paged_at: datetime,
) -> Page:
    """A page that has not begun: policy and plan frozen in, ready for Arrived."""
    return Page(
        id=page_id,
        transfer=transfer,
        part=part,
        unit=unit,
        policy=policy,
        calendar=calendar,
        paged_at=paged_at,
        rungs=plan(policy, paged_at, calendar),
    )


def decide(page: Page, event: Event, now: datetime, on_duty: OnDuty) -> Decision:
    """What ``event`` at ``now`` makes of ``page``. Total: every pair is in a table below."""
    key = (page.state, type(event))
    rule = TRANSITIONS.get(key)
    if rule is None:
        return Decision(page=page, commands=(), reason=IGNORED[key], trail=())
    climb = Climb(page, now, on_duty)
    reason = rule(climb, event)
    return Decision(
        page=climb.page, commands=tuple(climb.commands), reason=reason, trail=tuple(climb.trail)
    )


# -- waiting -------------------------------------------------------------------------------


def start(climb: Climb, _: Event) -> Reason:
    """A transfer arrived: do what is planned for minute zero."""
    if climb.page.started:
        return Reason.ALREADY_STARTED
    climb.page = replace(climb.page, started=True)
    climb.fire_due()
    climb.settle()
    return Reason.STARTED


def climb_on(climb: Climb, _: Event) -> Reason:
    """The clock rang: do the overdue rungs in order, or find that the ladder is exhausted."""
    if climb.fire_due():
        climb.settle()
        return Reason.STEP_DUE
    alarm_at = climb.page.alarm_at
    if alarm_at is not None and alarm_at <= climb.now:
        climb.exhaust()
        _page_supervision(climb)
        return Reason.EXHAUSTED
    return Reason.NOT_YET


def failed(climb: Climb, event: Event) -> Reason:
    """A channel is dead: the person's next channel, else the next level, at once (rule 5)."""
    assert isinstance(event, DeliveryFailed)
    known = climb.page.person(event.person)
    if known is None or event.channel in known.failed:
        return Reason.CHANNEL_FAILED
    known = replace(known, failed=(*known.failed, event.channel))
    climb.keep(known)
    climb.note(Reason.CHANNEL_FAILED, level=known.level, who=known.name, detail=event.channel)
    if any(c not in known.failed for c in known.tried):
        return Reason.CHANNEL_FAILED
    untried = tuple(c for c in known.channels if c not in known.tried)
    if untried:
        climb.note(Reason.NEXT_CHANNEL, level=known.level, who=known.name, detail=untried[0])
        climb.notify(known, untried[:1], notice=Notice.PAGE, step="c", planned=climb.now)
        return Reason.NEXT_CHANNEL
    climb.keep(replace(known, unreachable=True))
    climb.note(Reason.PERSON_UNREACHABLE, level=known.level, who=known.name)
    climb.alarm(Alarm.UNREACHABLE, level=known.level, who=known.name)
    _advance_past(climb, known)
    return Reason.PERSON_UNREACHABLE


def stalled(climb: Climb, event: Event) -> Reason:
    """A provider does not take a message now: try the person's other channel meanwhile."""
    assert isinstance(event, DeliveryStalled)
    known = climb.page.person(event.person)
    untried = () if known is None else tuple(c for c in known.channels if c not in known.tried)
    if known is None or not untried:
        return Reason.CHANNEL_STALLED
    climb.note(Reason.NEXT_CHANNEL, level=known.level, who=known.name, detail=untried[0])
    climb.notify(known, untried[:1], notice=Notice.PAGE, step="c", planned=climb.now)
    return Reason.NEXT_CHANNEL


def decline(climb: Climb, event: Event) -> Reason:
    """Somebody cannot: the next level at once (rule 5)."""
    assert isinstance(event, Declined)
    climb.note(Reason.DECLINED, who=event.name, detail=event.why)
    known = climb.page.person(event.person)
    if known is None or known.declined:
        return Reason.DECLINED
    climb.keep(replace(known, declined=True))
    _advance_past(climb, known)
    return Reason.DECLINED


def relieve(climb: Climb, _: Event) -> Reason:
    """A handover while nobody owns it: page whoever came on duty (rule 6)."""
    return Reason.HANDED_OVER if climb.relieve() else Reason.NOBODY_NEW


def by_hand(climb: Climb, event: Event) -> Reason:
    """A dispatcher wants the next level now."""
    assert isinstance(event, Escalated)
    climb.note(Reason.BY_HAND, who=event.by, detail=event.why)
    climb.forced = True
    if not climb.advance():
        climb.exhaust()
        _page_supervision(climb)
    climb.settle()
    return Reason.BY_HAND


def cancel(climb: Climb, event: Event) -> Reason:
    """The transfer was withdrawn: stop everybody and tell them."""
    assert isinstance(event, Cancelled)
    climb.note(Reason.CANCELLED, who=event.by, detail=event.why)
    climb.stand_down(Notice.CANCELLED, event.by, but=None)
    climb.page = replace(climb.page, state=State.CANCELLED, alarm_at=None, handover_at=None)
    return Reason.CANCELLED


def own(climb: Climb, event: Event) -> Reason:
    """Somebody takes it: the first ack wins, everybody else stands down (rule 3)."""
    assert isinstance(event, Acked)
    return _owned(climb, event, Notice.STOOD_DOWN, Reason.ACKED)


# -- acked ---------------------------------------------------------------------------------


def second_ack(climb: Climb, event: Event) -> Reason:
    """Too late, or a takeover said in so many words."""
    assert isinstance(event, Acked)
    page = climb.page
    if event.person == page.owner:
        return Reason.ALREADY_YOURS
    if event.takeover:
        climb.note(Reason.TAKEN_OVER, who=event.name, detail=page.owner_name or "")
        return _owned(climb, event, Notice.TAKEN_OVER, Reason.TAKEN_OVER)
    climb.note(Reason.ALREADY_OWNED, who=event.name, detail=page.owner_name or "")
    known = page.person(event.person)
    if known is not None and event.via == "sms":
        climb.tell(known, Notice.ALREADY_OWNED, page.owner_name or "")
    return Reason.ALREADY_OWNED


def resume(climb: Climb, event: Event) -> Reason:
    """The owner gives it back: the ladder goes on where it stood (rule 3)."""
    assert isinstance(event, Released | Declined)
    page = climb.page
    if isinstance(event, Declined) and event.person != page.owner:
        return Reason.NOT_OWNER
    held = climb.now - (page.acked_at or climb.now)
    rungs = tuple(
        r if r.fired_at is not None else replace(r, due_at=r.due_at + held) for r in page.rungs
    )
    climb.page = replace(
        page,
        state=State.WAITING,
        rungs=rungs,
        owner=None,
        owner_name=None,
        acked_at=None,
        acked_via=None,
        progressed_at=None,
        first_action_due=None,
        chased=0,
        alarm_at=None,
    )
    climb.note(Reason.RELEASED, who=event.name, detail=event.why)
    giver = climb.page.person(event.person)
    if giver is not None:
        climb.keep(replace(giver, declined=True))
    for known in climb.page.contacted:
        if known.in_play:
            climb.tell(known, Notice.REOPENED, event.name)
    climb.relieve()
    if not any(c.in_play for c in climb.page.contacted):
        climb.advance()
    climb.settle()
    return Reason.RESUMED


def chase(climb: Climb, _: Event) -> Reason:
    """Acked, and nothing done since (签收未办): owner and deputy, then the leader (rule 8)."""
    page = climb.page
    if page.first_action_due is None or climb.now < page.first_action_due:
        return Reason.NOT_YET
    roles = ("deputy",) if page.chased == 0 else ("leader",)
    owner = page.person(page.owner or "")
    if page.chased == 0 and owner is not None:
        climb.tell(owner, Notice.FIRST_ACTION, page.owner_name or "")
    for role in roles:
        for contact in climb.ask(Ask(source=Source.ROSTER, role=role)).people:
            if contact.person == page.owner:
                continue
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
    climb.page = replace(climb.page, progressed_at=climb.now, first_action_due=None)
    return Reason.PROGRESSED


# -- exhausted -----------------------------------------------------------------------------


def alarm_again(climb: Climb, event: Event) -> Reason:
    """Still nobody: alarm the desk and page supervision once more, for ever."""
    page = climb.page
    if isinstance(event, StepDue) and (page.alarm_at is None or climb.now < page.alarm_at):
        return Reason.NOT_YET
    climb.alarm(Alarm.EXHAUSTED, level=page.level)
    climb.note(Reason.ALARM_REPEATED, level=page.level)
    climb.page = replace(page, alarms=page.alarms + 1, alarm_at=climb.now + page.policy.alarm_every)
    _page_supervision(climb)
    return Reason.ALARM_REPEATED


def failed_late(climb: Climb, event: Event) -> Reason:
    """A channel died after the ladder ended: remember it; there is nobody further up."""
    assert isinstance(event, DeliveryFailed)
    known = climb.page.person(event.person)
    if known is not None and event.channel not in known.failed:
        climb.keep(replace(known, failed=(*known.failed, event.channel)))
        climb.note(Reason.CHANNEL_FAILED, level=known.level, who=known.name, detail=event.channel)
    return Reason.CHANNEL_FAILED


# -- shared --------------------------------------------------------------------------------


def _owned(climb: Climb, event: Acked, notice: Notice, reason: Reason) -> Reason:
    page = climb.page
    due = first_action_at(page.policy, climb.now, page.calendar)
    climb.page = replace(
        page,
        state=State.ACKED,
        owner=event.person,
        owner_name=event.name,
        acked_at=climb.now,
        acked_via=event.via,
        progressed_at=None,
        first_action_due=due,
        chased=0,
        handover_at=None,
        alarm_at=None,
    )
    if reason is Reason.ACKED:
        climb.note(Reason.ACKED, who=event.name, detail=event.via)
    climb.stand_down(notice, event.name, but=event.person)
    known = climb.page.person(event.person)
    if known is not None and event.via == "sms":
        climb.tell(known, Notice.CONFIRMED, event.name)
    return reason


def _advance_past(climb: Climb, known: Contacted) -> None:
    """The next level now, unless the ladder has already gone beyond this person."""
    if climb.page.level > known.level:
        climb.note(Reason.ALREADY_CLIMBED, level=climb.page.level, who=known.name)
    else:
        climb.advance()
    climb.settle()


def _page_supervision(climb: Climb) -> None:
    """Message the supervising desks again (the top rung where there are none)."""
    steps = climb.page.policy.steps
    top = max(s.level for s in steps)
    desks = [s for s in steps if s.asks[0].unit is not None] or [s for s in steps if s.level == top]
    for contact in (c for s in desks for c in climb.whom(s)):
        known = climb.page.person(contact.person) or reached_for(contact, top, climb.now)
        usable = tuple(c for c in contact.channels if c not in known.failed)
        climb.notify(
            known,
            usable,
            notice=Notice.ALARM,
            step=f"a{climb.page.alarms}",
            planned=climb.now,
        )


#: What each event does in each state. The diagram in docs/states.md is drawn from this.
TRANSITIONS: dict[tuple[State, type[Event]], Rule] = {
    (State.WAITING, Arrived): start,
    (State.WAITING, StepDue): climb_on,
    (State.WAITING, ShiftChanged): relieve,
    (State.WAITING, DeliveryFailed): failed,
    (State.WAITING, DeliveryStalled): stalled,
    (State.WAITING, Acked): own,
    (State.WAITING, Declined): decline,
    (State.WAITING, Escalated): by_hand,
    (State.WAITING, Cancelled): cancel,
    (State.ACKED, StepDue): chase,
    (State.ACKED, Acked): second_ack,
    (State.ACKED, Released): resume,
    (State.ACKED, Declined): resume,
    (State.ACKED, Progressed): progress,
    (State.ACKED, Cancelled): cancel,
    (State.EXHAUSTED, StepDue): alarm_again,
    (State.EXHAUSTED, ShiftChanged): relieve,
    (State.EXHAUSTED, DeliveryFailed): failed_late,
    (State.EXHAUSTED, Acked): own,
    (State.EXHAUSTED, Declined): decline,
    (State.EXHAUSTED, Escalated): alarm_again,
    (State.EXHAUSTED, Cancelled): cancel,
}

#: Where a rule may lead; one not listed stays. For the diagram, and checked by random histories.
LEADS_TO: dict[Rule, tuple[State, ...]] = {
    start: (State.WAITING, State.EXHAUSTED),
    climb_on: (State.WAITING, State.EXHAUSTED),
    failed: (State.WAITING, State.EXHAUSTED),
    decline: (State.WAITING, State.EXHAUSTED),
    by_hand: (State.WAITING, State.EXHAUSTED),
    own: (State.ACKED,),
    resume: (State.WAITING, State.EXHAUSTED),
    cancel: (State.CANCELLED,),
}

#: Why nothing happens: every pair that is not in TRANSITIONS, with its reason.
IGNORED: dict[tuple[State, type[Event]], Reason] = {
    (State.WAITING, Delivered): Reason.DELIVERED,
    (State.WAITING, Released): Reason.NOT_OWNED,
    (State.WAITING, Progressed): Reason.NOT_OWNED,
    (State.ACKED, Arrived): Reason.ALREADY_STARTED,
    (State.ACKED, ShiftChanged): Reason.ALREADY_OWNED,
    (State.ACKED, Delivered): Reason.DELIVERED,
    (State.ACKED, DeliveryFailed): Reason.CHANNEL_FAILED,
    (State.ACKED, DeliveryStalled): Reason.CHANNEL_STALLED,
    (State.ACKED, Escalated): Reason.ALREADY_OWNED,
    (State.EXHAUSTED, Arrived): Reason.ALREADY_STARTED,
    (State.EXHAUSTED, Delivered): Reason.DELIVERED,
    (State.EXHAUSTED, DeliveryStalled): Reason.CHANNEL_STALLED,
    (State.EXHAUSTED, Released): Reason.NOT_OWNED,
    (State.EXHAUSTED, Progressed): Reason.NOT_OWNED,
    **{(State.CANCELLED, event): Reason.CLOSED for event in EVENTS.values()},
}
