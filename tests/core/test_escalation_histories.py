"""What holds in every history: no order of events, outages and handovers makes a page go silent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product

import msgspec
import pytest
from hypothesis import given

from oncall.core.commands import Notify, RaiseAlarm, StandDown, Tell
from oncall.core.escalation import IGNORED, LEADS_TO, TRANSITIONS, decide
from oncall.core.events import EVENTS, Arrived, Escalated, Event, StepDue
from oncall.core.model import Alarm, Ask, Channel, Notice, Page, Reason, State, Watch, Way
from oncall.core.worktime import after_quiet
from tests.core.histories import (
    HISTORIES,
    History,
    Life,
    Moment,
    Roster,
    histories,
    is_open,
    play,
)

A_YEAR = timedelta(days=366)


def messages(moments: list[Moment]) -> Iterator[tuple[Moment, Notify]]:
    """Every page sent, with the decision that sent it."""
    for moment in moments:
        for command in moment.decision.commands:
            if isinstance(command, Notify):
                yield moment, command


@pytest.mark.parametrize(("state", "event"), list(product(State, EVENTS.values())))
def test_every_event_in_every_state_is_decided_once(state: State, event: type[Event]) -> None:
    """Nothing that can happen is forgotten, and nothing is both done and ignored."""
    assert ((state, event) in TRANSITIONS) != ((state, event) in IGNORED)


@given(histories())
@HISTORIES
def test_an_open_page_always_has_a_next_moment(history: History) -> None:
    """After what is due is done, an unowned page wakes in the future; an exhausted one alarms."""
    for moment in play(history):
        page = moment.decision.page
        if is_open(page):
            assert page.wake_at is not None
            assert not moment.settled or page.wake_at > moment.now
        if page.state is State.EXHAUSTED:
            assert page.alarm_at is not None


@given(histories())
@HISTORIES
def test_nothing_is_done_before_its_planned_time(history: History) -> None:
    """A rung is done at its moment or later, or somebody brought it forward."""
    for moment in play(history):
        before, after = moment.before, moment.decision.page
        brought = {n.level for n in moment.decision.trail if n.reason is Reason.ADVANCED}
        for old, new in zip(before.rungs, after.rungs, strict=True):
            if new.fired_at is not None and old.fired_at is None:
                assert new.fired_at == moment.now
                level = before.policy.steps[new.step].level
                assert old.due_at <= moment.now or level in brought
        for command in moment.decision.commands:
            if isinstance(command, Notify):
                assert command.planned_at <= moment.now


@given(histories())
@HISTORIES
def test_a_rung_is_done_once_and_reaches_nobody_twice(history: History) -> None:
    """Whatever is late, merged or handed over, one rung says one thing to one person once."""
    moments = play(history)
    for moment in moments:
        for old, new in zip(moment.before.rungs, moment.decision.page.rungs, strict=True):
            assert old.fired_at in (None, new.fired_at)
    said = [
        (command.key.split("/")[1], command.person, command.channel)
        for _, command in messages(moments)
        if command.notice in (Notice.PAGE, Notice.HANDOVER) and command.key.split("/")[1][0] in "sh"
    ]
    assert len(said) == len(set(said))


@given(histories())
@HISTORIES
def test_nobody_hears_the_same_twice_in_one_moment(history: History) -> None:
    """What falls due together after an outage is one message per person and number (rule 9)."""
    said = [(m.now, c.person, c.channel, c.number) for m, c in messages(play(history))]
    assert len(said) == len(set(said))


@given(histories())
@HISTORIES
def test_a_person_is_paged_on_one_level_only(history: History) -> None:
    """Whoever was paged by one level is not paged again by a later one (rule 4)."""
    levels: dict[str, int] = {}
    for _, command in messages(play(history)):
        assert levels.setdefault(command.person, command.level) == command.level
        assert command.level > 0


@given(histories())
@HISTORIES
def test_keys_are_unique(history: History) -> None:
    """A key names one message of one page for ever, so that it can be sent at most once."""
    keys = [
        command.key
        for moment in play(history)
        for command in moment.decision.commands
        if isinstance(command, Notify | Tell | StandDown)
    ]
    assert len(keys) == len(set(keys))


@given(histories())
@HISTORIES
def test_a_number_that_failed_is_not_used_again(history: History) -> None:
    """Not on this page; only the desk's last resort may try everything once more."""
    for moment, command in messages(play(history)):
        known = moment.before.person(command.person)
        if known is None or not command.number or command.notice is Notice.ALARM:
            continue
        reached_again = moment.decision.page.alarms > 0
        way = Way(channel=command.channel, number=command.number)
        assert way not in known.dead or reached_again


@given(histories())
@HISTORIES
def test_own_rules_take_nothing_from_the_ladder(history: History) -> None:
    """With them and without, the rungs stand the same, and nobody gets less than before."""
    plain = replace(
        history.roster,
        holders={
            key: tuple(tuple(msgspec.structs.replace(c, own=()) for c in some) for some in held)
            for key, held in history.roster.holders.items()
        },
    )
    start = history.page.paged_at
    without, beside = (
        decide(history.page, Arrived(), start, partial(_told, roster, start))
        for roster in (plain, history.roster)
    )
    assert without.page.rungs == beside.page.rungs
    got, more = (
        {(c.person, c.channel) for c in made.commands if isinstance(c, Notify)}
        for made in (without, beside)
    )
    assert got <= more


def _told(roster: Roster, now: datetime, ask: Ask) -> Watch:
    return roster.on_duty(ask, now)


@given(histories())
@HISTORIES
def test_an_owned_page_pages_nobody(history: History) -> None:
    """From an ack until it is given back, no new page goes out (rule 3)."""
    for moment in play(history):
        if moment.decision.page.state in (State.ACKED, State.CANCELLED):
            assert not [c for c in moment.decision.commands if isinstance(c, Notify)]


@given(histories())
@HISTORIES
def test_an_ack_stands_everybody_else_down_once(history: History) -> None:
    """Each person ever paged, but for the new owner, is told once who has it, and nobody else."""
    paged: set[str] = set()
    for moment in play(history):
        page = moment.decision.page
        told = sorted(c.person for c in moment.decision.commands if isinstance(c, StandDown))
        if moment.decision.reason in (Reason.ACKED, Reason.TAKEN_OVER):
            assert told == sorted(paged - {page.owner})
        elif moment.decision.reason in (Reason.CANCELLED, Reason.ENOUGH, Reason.NOT_NEEDED):
            assert told == sorted(paged)
        else:
            assert told == []
        paged |= {c.person for c in moment.decision.commands if isinstance(c, Notify)}


@given(histories())
@HISTORIES
def test_nobody_is_asked_after_saying_no(history: History) -> None:
    """Who declined, gave back, or has no number left is paged no more, but for the last alarm."""
    for moment, command in messages(play(history)):
        known = moment.before.person(command.person)
        if known is not None and known.declined:
            assert command.notice is Notice.ALARM


@given(histories())
@HISTORIES
def test_the_night_is_kept(history: History) -> None:
    """In quiet hours the higher levels sleep and no one with a text message is called (rule 7)."""
    numbers = {
        person.person: person.channels
        for stretches in history.roster.holders.values()
        for people in stretches
        for person in people
    }
    for moment, command in messages(play(history)):
        policy = moment.before.policy
        if policy.quiet is None or isinstance(moment.event, Escalated):
            continue
        night = after_quiet(moment.now, policy.quiet, policy.quiet.from_level, policy.zone)
        if night > moment.now:
            assert command.level < policy.quiet.from_level
            assert command.channel is Channel.SMS or Channel.SMS not in numbers[command.person]


@given(histories())
@HISTORIES
def test_replaying_the_log_gives_the_same_page(history: History) -> None:
    """What happened and what the roster answered is all that a decision depends on."""
    for moment in play(history):
        answers = iter(moment.saw)

        def as_recorded(ask: Ask, answers: Iterator[tuple[Ask, Watch]] = answers) -> Watch:
            asked, watch = next(answers)
            assert asked == ask
            return watch

        assert decide(moment.before, moment.event, moment.now, as_recorded) == moment.decision


@given(histories())
@HISTORIES
def test_a_page_survives_storage(history: History) -> None:
    """A page written as JSON and read back is the same page."""
    for moment in play(history):
        page = moment.decision.page
        assert msgspec.json.decode(msgspec.json.encode(page), type=Page) == page


@given(histories())
@HISTORIES
def test_the_diagram_tells_the_truth(history: History) -> None:
    """A rule leads only where LEADS_TO says; an ignored event changes nothing."""
    for moment in play(history):
        was, became = moment.before.state, moment.decision.page.state
        rule = TRANSITIONS.get((was, type(moment.event)))
        if rule is None:
            assert moment.decision.page == moment.before
            assert moment.decision.commands == ()
        else:
            assert became in (was, *LEADS_TO.get(rule, ()))


@given(histories())
@HISTORIES
def test_everything_done_has_its_reason(history: History) -> None:
    """A decision says why in a word; one that does something says so line by line."""
    for moment in play(history):
        assert isinstance(moment.decision.reason, Reason)
        if any(isinstance(c, Notify) for c in moment.decision.commands):
            assert moment.decision.trail


@given(histories())
@HISTORIES
def test_a_page_nobody_answers_ends_in_an_alarm_for_ever(history: History) -> None:
    """The clock alone brings every ladder to exhaustion, and from there to alarm after alarm."""
    life = Life(history)
    rung = list(life.at(Arrived(), history.page.paged_at))
    while rung[-1].decision.page.alarms < 4:
        last, wake = rung[-1], life.page.wake_at
        assert wake is not None
        assert last.now < wake < history.page.paged_at + A_YEAR
        if life.page.state is State.EXHAUSTED:
            assert wake <= last.now + life.page.policy.alarm_every
        assert len(rung) < 200
        rung += life.at(StepDue(), wake)
    for moment in rung:
        page, commands = moment.decision.page, moment.decision.commands
        alarmed = RaiseAlarm(alarm=Alarm.EXHAUSTED, level=page.level) in commands
        assert alarmed == (page.alarms > moment.before.alarms)
    assert life.page.state is State.EXHAUSTED
