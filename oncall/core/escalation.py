"""The escalation machine: decide(page, event, now, on_duty) says what a page becomes, and why.

Rule 1: whatever can change a page's state lives in this file (``ladder`` walks along its rungs and
``steady`` keeps the rules that leave a page as it stands; neither decides what that means).
Rule 2: nothing here knows the time, the roster, or how a message travels; the caller brings all
three. ``now`` is an aware UTC datetime, and never earlier than the page's own ``paged_at``.

Theory of operation. A page opens WAITING with every rung's moment planned from ``paged_at``. The
alarm clock's StepDue does whatever has become due, never a rung before its moment. An answer by
anybody makes it ACKED; giving it back makes it WAITING where the ladder stood. A ladder with
nothing left to try is EXHAUSTED and alarms until a human takes it. CANCELLED is final.
Rules 1-10 are those of the county's default ladder; see docs/rules.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from oncall.core import ladder, reach, steady
from oncall.core.climb import Climb, Note, OnDuty
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
    Finished,
    Progressed,
    Released,
    ShiftChanged,
    StepDue,
)
from oncall.core.model import (
    Contacted,
    Notice,
    Page,
    Policy,
    Reason,
    State,
    WorkCalendar,
)
from oncall.core.worktime import first_action_at, plan

Rule = Callable[[Climb, Event], Reason]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
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


# -- open: waiting or exhausted ------------------------------------------------------------


def start(climb: Climb, _: Event) -> Reason:
    """A transfer arrived: do what is planned for minute zero."""
    if climb.page.started:
        return Reason.ALREADY_STARTED
    climb.page = replace(climb.page, started=True)
    ladder.fire_due(climb)
    _settle(climb)
    return Reason.STARTED


def climb_on(climb: Climb, _: Event) -> Reason:
    """The clock rang: a handover, the overdue rungs in order, or the end of the ladder."""
    relieved = steady.handover(climb)
    climbed = ladder.fire_due(climb)
    # After the ladder: what it has just said to somebody is not said again.
    nudged = reach.nudge(climb) if climb.page.state is State.WAITING else False
    _settle(climb)
    if climbed:
        return Reason.STEP_DUE
    if climb.page.state is State.WAITING and steady.due(climb, climb.page.alarm_at):
        _exhaust(climb)
    if climb.page.state is State.EXHAUSTED:
        return Reason.EXHAUSTED
    if nudged:
        return Reason.PERSONAL_RULE
    return Reason.HANDED_OVER if relieved else Reason.NOT_YET


def relieve(climb: Climb, _: Event) -> Reason:
    """A handover while nobody owns it: page whoever came on duty (rule 6)."""
    relieved = ladder.relieve(climb)
    _settle(climb)
    return Reason.HANDED_OVER if relieved else Reason.NOBODY_NEW


def failed(climb: Climb, event: Event) -> Reason:
    """A number is dead: the person's next number, else channel, else the next level (rule 5)."""
    assert isinstance(event, DeliveryFailed)
    known = climb.page.person(event.person)
    if known is None or known.lost(event.channel, event.number):
        return Reason.CHANNEL_FAILED
    reason = reach.lose(climb, known, event.channel, event.number)
    if reason in (Reason.PERSON_UNREACHABLE, Reason.QUIET_HOURS):
        _advance_past(climb, known)
    return reason


def stalled(climb: Climb, event: Event) -> Reason:
    """A message must wait: the person's other channel meanwhile, else somebody who can be reached.

    Whoever has had all that providers carry is not redialled: the next level is asked now.
    """
    assert isinstance(event, DeliveryStalled)
    known = climb.page.person(event.person)
    if known is None:
        return Reason.CHANNEL_STALLED
    reason = reach.detour(climb, known, event.channel, used_up=event.used_up)
    if reason is Reason.CHANNEL_STALLED and event.used_up and known.in_play:
        climb.note(Reason.USED_UP, level=known.level, who=known.name, detail=event.channel)
        _advance_past(climb, known)
        return Reason.USED_UP
    return reason


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


def by_hand(climb: Climb, event: Event) -> Reason:
    """A dispatcher wants the next level now."""
    assert isinstance(event, Escalated)
    climb.note(Reason.BY_HAND, who=event.by, detail=event.why)
    climb.forced = True
    if not ladder.advance(climb):
        _exhaust(climb)
    _settle(climb)
    return Reason.BY_HAND


def own(climb: Climb, event: Event) -> Reason:
    """Somebody takes it: the first ack wins, everybody else stands down (rule 3)."""
    assert isinstance(event, Acked)
    climb.note(Reason.ACKED, who=event.name, detail=event.via)
    return _owned(climb, event, Notice.STOOD_DOWN, Reason.ACKED)


def cancel(climb: Climb, event: Event) -> Reason:
    """Nobody is needed any more: stop everybody and tell them."""
    assert isinstance(event, Cancelled | Finished)
    reason, notice = Reason.CANCELLED, Notice.CANCELLED
    if isinstance(event, Cancelled) and event.enough:
        reason, notice = Reason.ENOUGH, Notice.ENOUGH
    elif isinstance(event, Finished) or event.moved:
        reason, notice = Reason.NOT_NEEDED, Notice.NOT_NEEDED
    climb.note(reason, who=event.by, detail=event.why)
    climb.stand_down(notice, event.by, but=None)
    climb.page = replace(
        climb.page,
        state=State.CANCELLED,
        alarm_at=None,
        handover_at=None,
        first_action_due=None,
        eta_due=None,
    )
    return reason


# -- acked ---------------------------------------------------------------------------------


def second_ack(climb: Climb, event: Event) -> Reason:
    """Too late, or a takeover said in so many words."""
    assert isinstance(event, Acked)
    page = climb.page
    if page.over:
        return Reason.CLOSED
    if event.person == page.owner:
        return Reason.ALREADY_YOURS if event.eta is None else steady.promise(climb, event)
    if event.takeover:
        climb.note(Reason.TAKEN_OVER, who=event.name, detail=page.owner_name or "")
        climb.page = ladder.hold(page, climb.now)
        return _owned(climb, event, Notice.TAKEN_OVER, Reason.TAKEN_OVER)
    climb.note(Reason.ALREADY_OWNED, who=event.name, detail=page.owner_name or "")
    known = page.person(event.person)
    if known is not None and event.via == "sms":
        climb.tell(known, Notice.ALREADY_OWNED, page.owner_name or "")
    return Reason.ALREADY_OWNED


def resume(climb: Climb, event: Event) -> Reason:
    """The owner gives it back: the ladder goes on where it stood (rule 3)."""
    assert isinstance(event, Released | Declined)
    if climb.page.over:
        return Reason.CLOSED
    giver = climb.page.person(event.person)
    if giver is not None:
        # Whoever gives it back, or cannot after all, is not asked again.
        climb.keep(replace(giver, declined=True))
    if event.person != climb.page.owner:
        return Reason.NOT_OWNER
    climb.page = replace(
        ladder.hold(climb.page, climb.now),
        state=State.WAITING,
        owner=None,
        owner_name=None,
        acked_at=None,
        acked_via=None,
        progressed_at=None,
        first_action_due=None,
        chased=0,
        eta_at=None,
        eta_due=None,
    )
    climb.note(Reason.RELEASED, who=event.name, detail=event.why)
    reach.reopen(climb, event.name)
    ladder.relieve(climb)
    if not any(c.in_play for c in climb.page.contacted):
        ladder.advance(climb)
    _settle(climb)
    return Reason.RESUMED


# -- shared --------------------------------------------------------------------------------


def _settle(climb: Climb) -> None:
    """After a walk: with nothing left above, set the moment of exhaustion, or be exhausted."""
    if climb.page.state is not State.WAITING or ladder.more_above(climb.page):
        return
    if not any(c.in_play for c in climb.page.contacted):
        _exhaust(climb)
    elif climb.page.alarm_at is None:
        at = climb.now + climb.page.policy.exhausted_after
        climb.page = replace(climb.page, alarm_at=at)


def _exhaust(climb: Climb) -> None:
    """Nobody is left to try: from now on the desk is alarmed until a human takes it.

    One of several who are called together is waited for in vain, and no more comes of it here.
    """
    if climb.page.policy.alone:
        climb.note(Reason.LEFT_OUT, level=climb.page.level)
        again = climb.now + climb.page.policy.alarm_every
        climb.page = replace(climb.page, alarm_at=again)
        return
    climb.note(Reason.EXHAUSTED, level=climb.page.level)
    climb.page = replace(climb.page, state=State.EXHAUSTED)
    steady.sound(climb)


def _owned(climb: Climb, event: Acked, notice: Notice, reason: Reason) -> Reason:
    climb.page = replace(
        climb.page,
        state=State.ACKED,
        owner=event.person,
        owner_name=event.name,
        acked_at=climb.now,
        acked_via=event.via,
        progressed_at=None,
        first_action_due=first_action_at(climb.page.policy, climb.now, climb.page.calendar),
        chased=0,
        eta_at=event.eta,
        eta_due=event.eta,
        handover_at=None,
        alarm_at=None,
    )
    if event.eta is not None:
        climb.note(Reason.PROMISED, who=event.name, detail=event.eta.isoformat())
    climb.stand_down(notice, event.name, but=event.person)
    known = climb.page.person(event.person)
    if known is not None and event.via == "sms" and not event.together:
        climb.tell(known, Notice.CONFIRMED, event.name)
    return reason


def _advance_past(climb: Climb, known: Contacted) -> None:
    """The next level now, unless the ladder has already gone beyond this person."""
    if climb.page.level > known.level:
        climb.note(Reason.ALREADY_CLIMBED, level=climb.page.level, who=known.name)
    else:
        ladder.advance(climb)
    _settle(climb)


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
    (State.WAITING, Finished): cancel,
    (State.ACKED, StepDue): steady.chase,
    (State.ACKED, DeliveryFailed): steady.remember,
    (State.ACKED, Acked): second_ack,
    (State.ACKED, Released): resume,
    (State.ACKED, Declined): resume,
    (State.ACKED, Progressed): steady.progress,
    (State.ACKED, Cancelled): cancel,
    (State.ACKED, Finished): steady.rest,
    (State.EXHAUSTED, StepDue): steady.alarm_again,
    (State.EXHAUSTED, ShiftChanged): relieve,
    (State.EXHAUSTED, DeliveryFailed): failed,
    (State.EXHAUSTED, DeliveryStalled): stalled,
    (State.EXHAUSTED, Acked): own,
    (State.EXHAUSTED, Declined): decline,
    (State.EXHAUSTED, Escalated): steady.alarm_again,
    (State.EXHAUSTED, Cancelled): cancel,
    (State.EXHAUSTED, Finished): cancel,
}

#: Where a rule may lead, besides staying. For the diagram, and checked by random histories.
LEADS_TO: dict[Rule, tuple[State, ...]] = {
    start: (State.EXHAUSTED,),
    climb_on: (State.EXHAUSTED,),
    relieve: (State.EXHAUSTED,),
    failed: (State.EXHAUSTED,),
    decline: (State.EXHAUSTED,),
    by_hand: (State.EXHAUSTED,),
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
    (State.ACKED, DeliveryStalled): Reason.CHANNEL_STALLED,
    (State.ACKED, Escalated): Reason.ALREADY_OWNED,
    (State.EXHAUSTED, Arrived): Reason.ALREADY_STARTED,
    (State.EXHAUSTED, Delivered): Reason.DELIVERED,
    (State.EXHAUSTED, Released): Reason.NOT_OWNED,
    (State.EXHAUSTED, Progressed): Reason.NOT_OWNED,
    **{(State.CANCELLED, event): Reason.CLOSED for event in EVENTS.values()},
}
