"""Walk a page's rungs: whom a rung reaches, who is passed over and why, who comes on duty.

What follows when nobody is left is for the escalation machine; nothing here changes a page's state.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from oncall.core import reach
from oncall.core.climb import Climb, Note, OnDuty
from oncall.core.commands import DraftSupervision
from oncall.core.model import (
    Alarm,
    Channel,
    Contact,
    Notice,
    Page,
    Reason,
    Source,
    Step,
)
from oncall.core.worktime import put_off

__all__ = [
    "Climb",
    "Note",
    "OnDuty",
    "advance",
    "fire_due",
    "hold",
    "more_above",
    "page_supervision",
    "relieve",
    "whom",
]


def fire_due(climb: Climb) -> bool:
    """Do every rung whose planned moment has come, in order; False when none had."""
    due = [i for i, r in enumerate(climb.page.rungs) if r.fired_at is None]
    due = [i for i in due if climb.page.rungs[i].due_at <= climb.now]
    for i in due:
        rung = climb.page.rungs[i]
        # An earlier one of these may have found nobody and gone on to this one already.
        if rung.fired_at is None and not _sleeps(climb, i):
            _fire(climb, i, planned=rung.due_at)
    return bool(due)


def advance(climb: Climb) -> bool:
    """Go to the next level now, and on while a level has nobody new; False at the top."""
    for i, rung in enumerate(climb.page.rungs):
        level = climb.page.policy.steps[rung.step].level
        if level > climb.page.level:
            if not _sleeps(climb, i):
                climb.note(Reason.ADVANCED, level=level)
                _fire(climb, i, planned=min(climb.now, rung.due_at))
            return True
    return False


def more_above(page: Page) -> bool:
    """Whether the ladder still has a level it has not reached."""
    return any(page.policy.steps[r.step].level > page.level for r in page.pending)


def whom(climb: Climb, step: Step) -> tuple[Contact, ...]:
    """The first ask that finds anybody; an empty roster is alarmed even if a fallback helps."""
    for i, ask in enumerate(step.asks):
        watch = climb.ask(ask)
        climb.watch_until(watch.until)
        for name in watch.held:
            until = watch.until.isoformat() if watch.until else ""
            climb.note(Reason.HELD_OVER, level=step.level, who=name, detail=until)
        if watch.people:
            if i:
                climb.note(Reason.FALLBACK, level=step.level, detail=f"{ask.source}:{ask.role}")
            return watch.people
        if ask.source is Source.ROSTER:
            climb.alarm(Alarm.GAP, level=step.level, who=ask.role)
    climb.alarm(Alarm.NO_TARGET, level=step.level)
    return ()


def relieve(climb: Climb) -> bool:
    """Page whoever came on duty for the levels already reached (rule 6); False when nobody.

    Also the moment for what the night has put off. A level whose newcomers all lack a working
    number is passed over like any other.
    """
    climb.page = replace(climb.page, handover_at=None)
    anybody = reach.after_the_night(climb)
    stuck = False
    for index, step in _reached_by_roster(climb.page):
        awake = climb.asleep_until(step.level)
        if awake is not None:
            climb.watch_until(awake)
            continue
        new = [c for c in whom(climb, step) if not _is_paged(climb.page, c)]
        reached = [_page_newcomer(climb, contact, step, index) for contact in new]
        anybody |= any(reached)
        stuck |= bool(new) and not any(reached) and step.level == climb.page.level
    if stuck:
        advance(climb)
    return anybody


def hold(page: Page, now: datetime) -> Page:
    """The page with what is still to be done put off by as long as its owner has had it."""
    held = now - (page.acked_at or now)
    people = tuple(
        replace(c, nudges=tuple(replace(n, at=n.at + held) for n in c.nudges))
        for c in page.contacted
    )
    rungs = put_off(page.policy, page.rungs, held, page.calendar)
    return replace(page, rungs=rungs, contacted=people)


def page_supervision(climb: Climb) -> datetime | None:
    """Message the supervising desks again (the top level where there are none).

    Answers the moment to try those again who are not disturbed at night; None when there are none.
    """
    steps = climb.page.policy.steps
    top = max(s.level for s in steps)
    desks = [s for s in steps if s.asks[0].unit is not None] or [s for s in steps if s.level == top]
    again = None
    for step in desks:
        awake = climb.asleep_until(step.level)
        if awake is not None:
            again = awake
            climb.note(Reason.QUIET_HOURS, level=step.level, detail=awake.isoformat())
            continue
        people = (watch.people for watch in map(climb.ask, step.asks) if watch.people)
        for contact in next(people, ()):
            known = reach.memory(climb, contact, step.level)
            if climb.page.alarms and not reach.working(known):
                # The last resort is tried even where it failed: a phone may be back on.
                known = replace(known, tried=(), failed=(), used=(), dead=(), unreachable=False)
            label = f"a{climb.page.alarms}"
            reach.page_person(climb, known, step.channels, Notice.ALARM, label, climb.now)
    return again


# -- one rung ------------------------------------------------------------------------------


def _sleeps(climb: Climb, index: int) -> bool:
    """Whether this rung may not be done now, at night; it is then planned for the morning."""
    rung = climb.page.rungs[index]
    level = climb.page.policy.steps[rung.step].level
    awake = climb.asleep_until(level)
    if awake is None:
        return False
    _set_rung(climb, index, due_at=awake, fired_at=None)
    climb.note(Reason.QUIET_HOURS, level=level, detail=awake.isoformat())
    return True


def _set_rung(climb: Climb, index: int, *, due_at: datetime, fired_at: datetime | None) -> None:
    rungs = list(climb.page.rungs)
    rungs[index] = replace(rungs[index], due_at=due_at, fired_at=fired_at)
    climb.page = replace(climb.page, rungs=tuple(rungs))


def _fire(climb: Climb, index: int, *, planned: datetime) -> None:
    rung = climb.page.rungs[index]
    step = climb.page.policy.steps[rung.step]
    first = step.level > climb.page.level
    _set_rung(climb, index, due_at=rung.due_at, fired_at=climb.now)
    climb.page = replace(climb.page, level=max(climb.page.level, step.level))
    reason = Reason.STEP_DUE if first else Reason.REPEATED
    climb.note(reason, level=step.level, detail=planned.isoformat())
    reached = [_reach(climb, c, step, index, planned) for c in whom(climb, step)]
    if step.draft is not None:
        climb.commands.append(DraftSupervision(colour=step.draft))
        climb.note(Reason.SUPERVISION_DRAFTED, level=step.level, detail=step.draft)
    if first and not any(reached):
        climb.note(Reason.NO_TARGET, level=step.level)
        advance(climb)


def _reach(climb: Climb, contact: Contact, step: Step, index: int, planned: datetime) -> bool:
    """Page ``contact`` for this rung if the rules allow; True when a message goes out."""
    known = reach.memory(climb, contact, step.level)
    new = not _is_paged(climb.page, contact)
    if known.level != step.level:
        climb.note(Reason.DUPLICATE_TARGET, level=step.level, who=contact.name)
        return False
    wanted = _so_far(climb.page, step.level, index) if new else step.channels
    return reach.page_person(climb, known, wanted, Notice.PAGE, f"s{index}", planned)


def _page_newcomer(climb: Climb, contact: Contact, step: Step, index: int) -> bool:
    known = replace(reach.memory(climb, contact, step.level), incoming=True)
    wanted = _so_far(climb.page, step.level, index)
    return reach.page_person(climb, known, wanted, Notice.HANDOVER, f"h{index}", climb.now)


def _is_paged(page: Page, contact: Contact) -> bool:
    known = page.person(contact.person)
    return known is not None and known.paged


def _so_far(page: Page, level: int, index: int) -> tuple[Channel, ...]:
    """Every channel a level has used up to this rung: what a newcomer to it is owed."""
    steps = [page.policy.steps[r.step] for r in page.rungs[: index + 1]]
    return tuple(dict.fromkeys(c for s in steps if s.level == level for c in s.channels))


def _reached_by_roster(page: Page) -> list[tuple[int, Step]]:
    """Each question to the roster asked so far, with the last rung that asked it."""
    out: dict[object, tuple[int, Step]] = {}
    for index, rung in enumerate(page.rungs):
        step = page.policy.steps[rung.step]
        if rung.fired_at is not None and step.asks[0].source is Source.ROSTER:
            out[step.level, step.asks] = (index, step)
    return list(out.values())
