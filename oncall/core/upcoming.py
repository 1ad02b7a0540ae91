"""What happens next to a page, and when: the one answer every screen and every door gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from oncall.core.model import Ask, Channel, Contact, Page, Rung, State, Watch
from oncall.core.words import CHANNELS, N_, Text, role

#: Who holds this at this unit at that moment? The page's own unit is filled in before asking.
Holder = Callable[[Ask, datetime], Watch]


class What(StrEnum):
    """The next thing that will happen to a page if nobody does anything."""

    #: A level of the ladder is paged.
    PAGE_LEVEL = "page_level"
    #: Somebody who was paged is reached again, by their own rules.
    PERSONAL = "personal"
    #: Whoever comes on duty is paged.
    HANDOVER = "handover"
    #: Every level has been tried; the page counts as unanswered.
    EXHAUSTED = "exhausted"
    #: Somebody who was called beside others counts as silent; the call goes on without them.
    SILENT = "silent"
    #: The desk and supervision are alarmed again.
    ALARM = "alarm"
    #: The owner is reminded to record progress.
    FIRST_ACTION = "first_action"
    #: The owner is asked about a promised moment that has passed.
    ETA = "eta"
    #: Nothing: it is settled, or (an open page) broken.
    NONE = "none"


#: One sentence for each. Blanks: who, level.
_TEXTS = {
    What.PAGE_LEVEL: N_("Level {level} is paged: {who}."),
    What.PERSONAL: N_("{who} is reached again, by their own rules."),
    What.HANDOVER: N_("The duty changes, and whoever comes on is paged."),
    What.EXHAUSTED: N_("Every level has been tried; the desk is alarmed."),
    What.SILENT: N_("Counts as silent; the call goes on without them."),
    What.ALARM: N_("The desk and supervision are alarmed again."),
    What.FIRST_ACTION: N_("{who} is reminded to record progress."),
    What.ETA: N_("{who} promised to be there by now, and is asked."),
    What.NONE: N_("Nothing is planned."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """What comes next, to whom as far as the roster knows today, and at which UTC moment."""

    what: What
    at: datetime | None = None
    level: int = 0
    role: str = ""
    who: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()


def next_action(page: Page, holder: Holder) -> NextAction:
    """The next thing planned for ``page``; what is overdue is shown at its planned moment."""
    if page.state is State.CANCELLED:
        return NextAction(what=What.NONE)
    if page.state is State.ACKED:
        return _owned(page)
    planned = [a for a in (*_waited_for(page, holder), _personal(page)) if a]
    # At one moment the ladder's own step is what people wait for.
    return min(planned, key=_moment, default=NextAction(what=What.NONE))


def _waited_for(page: Page, holder: Holder) -> tuple[NextAction | None, ...]:
    return _rung(page, holder), _handover(page, holder), _end(page)


def _personal(page: Page) -> NextAction | None:
    if page.state is not State.WAITING:
        return None
    coming = [(n.at, c.name, n) for c in page.contacted if c.in_play for n in c.nudges]
    if not coming:
        return None
    at, name, nudge = min(coming, key=lambda one: one[:2])
    return NextAction(what=What.PERSONAL, at=at, who=(name,), channels=nudge.channels)


def _owned(page: Page) -> NextAction:
    who = (page.owner_name,) if page.owner_name else ()
    if page.wake_at is None:
        return NextAction(what=What.NONE)
    # At one moment only the reminder to act is said.
    what = What.FIRST_ACTION if page.wake_at == page.first_action_due else What.ETA
    return NextAction(what=what, at=page.wake_at, who=who)


def _moment(action: NextAction) -> datetime:
    assert action.at is not None
    return action.at


def _rung(page: Page, holder: Holder) -> NextAction | None:
    pending = page.pending if page.state is State.WAITING else ()
    if page.policy.alone and not any(one.in_play for one in page.contacted):
        # Called by name, and cannot: what is still planned reaches nobody.
        return None
    for rung in sorted(pending, key=lambda r: r.due_at):
        found = _level(page, rung, holder)
        if found is not None:
            return found
    if pending:
        # Everybody asked for is already paged: the level is passed over, but it is still next.
        first = min(pending, key=lambda r: r.due_at)
        step = page.policy.steps[first.step]
        return NextAction(
            what=What.PAGE_LEVEL, at=first.due_at, level=step.level, role=step.asks[0].role
        )
    return None


def _level(page: Page, rung: Rung, holder: Holder) -> NextAction | None:
    step = page.policy.steps[rung.step]
    for ask in step.asks:
        people = holder(_at_home(ask, page), rung.due_at).people
        new = [c for c in people if not _passed_over(page, c.person, step.level)]
        if new:
            return NextAction(
                what=What.PAGE_LEVEL,
                at=rung.due_at,
                level=step.level,
                role=ask.role,
                who=tuple(c.name for c in new),
                channels=tuple(dict.fromkeys(by for c in new for by in _ways(c, step.channels))),
            )
    if not any(holder(_at_home(ask, page), rung.due_at).people for ask in step.asks):
        # A vacant level is an alarm of its own, so it is shown.
        return NextAction(
            what=What.PAGE_LEVEL, at=rung.due_at, level=step.level, role=step.asks[0].role
        )
    return None


def _ways(contact: Contact, wanted: tuple[Channel, ...]) -> tuple[Channel, ...]:
    """By which channels somebody is asked: what is wanted, or what they have."""
    return tuple(c for c in wanted if c in contact.channels) or contact.channels[:1]


def _passed_over(page: Page, person: str, level: int) -> bool:
    known = page.person(person)
    return known is not None and known.paged and (known.level < level or not known.in_play)


def _handover(page: Page, holder: Holder) -> NextAction | None:
    if page.handover_at is None:
        return None
    for rung in page.rungs:
        if rung.fired_at is None:
            continue
        for ask in page.policy.steps[rung.step].asks:
            people = holder(_at_home(ask, page), page.handover_at).people
            names = tuple(c.name for c in people if page.person(c.person) is None)
            if names:
                return NextAction(what=What.HANDOVER, at=page.handover_at, role=ask.role, who=names)
    return NextAction(what=What.HANDOVER, at=page.handover_at)


def _end(page: Page) -> NextAction | None:
    if page.alarm_at is None:
        return None
    if page.policy.alone:
        waited = any(one.in_play for one in page.contacted)
        return NextAction(what=What.SILENT, at=page.alarm_at) if waited else None
    what = What.ALARM if page.state is State.EXHAUSTED else What.EXHAUSTED
    return NextAction(what=what, at=page.alarm_at)


def _at_home(ask: Ask, page: Page) -> Ask:
    return ask if ask.unit else replace(ask, unit=page.unit)


def next_text(t: Text, action: NextAction) -> str:
    """What comes next, as one sentence in the reader's language, without its time."""
    between = t(N_(", "))
    named = between.join(action.who)
    who = named or t(N_("nobody ({role} is vacant)")).format(role=role(t, action.role))
    if action.what is What.PAGE_LEVEL and action.channels and named:
        by = between.join(t(CHANNELS[Channel(channel)]) for channel in action.channels)
        who = t(N_("{who} ({by})")).format(who=named, by=by)
    return t(_TEXTS[action.what]).format(who=who, level=action.level)
