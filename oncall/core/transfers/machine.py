"""The transfer machine: decide(transfer, event, now, facts) says what it becomes, and why.

Rule 1: whatever can change a transfer's state is in the tables below (the rules themselves are in
``work``, the straight way, ``whose``, returns and disputes, and ``gates``, what is decided at the
door and what no door may hold up).
Rule 2: nothing here knows the time, the units, or how anything is done; the caller brings facts and
carries out the commands, all in one commit.

Theory of operation. A transfer is a second machine beside its pages. They tell it that they moved
(Settled), and while nothing else is the matter its state is a function of theirs: PAGED until every
leading and assisting unit has acknowledged, then ACKED, and HANDLING once work was noted. A result
makes it REPLIED, and CLOSED needs response, result and feedback, or waivers. RETURNED, DISPUTED and
FIRST_RECEIVER are questions of whose it is; the ladders and the deadline go on under them. Danger,
110 and major matters may be said in any state and change none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from oncall.core.model import Reason
from oncall.core.transfers import calling, conference, gates, whose, work
from oncall.core.transfers import events as e
from oncall.core.transfers.case import Case, Refused
from oncall.core.transfers.commands import TransferCommand
from oncall.core.transfers.events import EVENTS, TransferEvent
from oncall.core.transfers.model import LIVE, Facts, Transfer, TransferState

S = TransferState
Rule = Callable[[Case, TransferEvent], Reason]
Key = tuple[TransferState, type[TransferEvent]]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a transfer became, what to do about it, and why.

    ``refused``: the event is not allowed here, ``reason`` says why, and nothing changed.
    """

    transfer: Transfer
    commands: tuple[TransferCommand, ...]
    reason: Reason
    refused: bool = False


def decide(transfer: Transfer, event: TransferEvent, now: datetime, facts: Facts) -> Decision:
    """What ``event`` at ``now`` makes of ``transfer``. Total: every pair is in a table below."""
    key = (transfer.state, type(event))
    rule = TRANSITIONS.get(key)
    if rule is None:
        return _nothing(transfer, IGNORED[key], event)
    case = Case(transfer, now, facts)
    try:
        reason = rule(case, event)
    except Refused as refusal:
        return _nothing(transfer, refusal.reason, event)
    return Decision(transfer=case.transfer, commands=tuple(case.commands), reason=reason)


def _nothing(transfer: Transfer, reason: Reason, event: TransferEvent) -> Decision:
    # What the clock or a page says is never refused: it is only no longer of interest.
    refused = not isinstance(event, UNASKED)
    return Decision(transfer=transfer, commands=(), reason=reason, refused=refused)


#: Said by the clock, by pages and by providers, not by people.
UNASKED = (
    e.Settled,
    e.DisputeDue,
    e.JoinDue,
    e.NuisanceDue,
    e.FollowUpDue,
    e.HeldDue,
    e.UnitRefused,
    e.WaveDue,
    e.GuestMoved,
    e.ConferenceOver,
    e.ConferenceDue,
)

# -- the table -----------------------------------------------------------------------------

_WORKING = (S.PAGED, S.ACKED, S.HANDLING, S.EXTENDED)
_ARGUED = (S.RETURNED, S.DISPUTED)
_PAGED = (*_WORKING, *_ARGUED, S.FIRST_RECEIVER)
_ALL = tuple(S)


def _in(
    states: Iterable[TransferState], *rules: tuple[type[TransferEvent], Rule]
) -> dict[Key, Rule]:
    return {(state, event): rule for state in states for event, rule in rules}


#: What each event does in each state. The diagram in docs/transfer-life.md is drawn from this.
TRANSITIONS: dict[Key, Rule] = {
    # The straight way.
    **_in((S.NEW,), (e.Accepted, work.accept)),
    **_in((*_WORKING, S.REPLIED), (e.Settled, work.settle)),
    **_in(LIVE, (e.Noted, work.note), (e.Withdrawn, work.withdraw)),
    **_in((*_PAGED, S.REPLIED), (e.ResultReported, work.report)),
    **_in((S.REPLIED,), (e.FedBack, work.feed_back)),
    **_in(LIVE, (e.Closed, work.close)),
    **_in((S.CLOSED,), (e.Reopened, work.reopen)),
    **_in(LIVE, (e.UnitsAdded, work.add_units), (e.Corrected, work.correct)),
    # Deadlines and reminders.
    **_in(_PAGED, (e.TimeGranted, work.extend)),
    **_in(_ALL, (e.FollowUpPlanned, work.plan_follow_up), (e.FollowUpDue, work.follow_up)),
    # A group that is called together.
    **_in(_PAGED, (e.UnitRefused, calling.refuse), (e.WaveDue, calling.next_wave)),
    # Whose is it?
    **_in((*_WORKING, S.FIRST_RECEIVER), (e.Returned, whose.give_back)),
    **_in((S.RETURNED,), (e.ReturnUpheld, whose.uphold), (e.ReturnDenied, whose.deny)),
    **_in((*_WORKING, S.FIRST_RECEIVER), (e.ReturnAllowed, whose.allow_return)),
    **_in((*_WORKING, S.RETURNED, S.FIRST_RECEIVER), (e.Disputed, whose.dispute)),
    **_in((S.DISPUTED,), (e.Proposed, whose.propose), (e.DisputeDue, whose.fall_back)),
    **_in(_ARGUED, (e.Settled, whose.keep_arguing)),
    **_in((S.FIRST_RECEIVER,), (e.Settled, whose.first_receiver_moves)),
    **_in(
        LIVE,
        (e.PartiesCalled, whose.call_parties),
        (e.JoinDue, whose.count_parties),
        (e.TalkRecorded, whose.record_talk),
    ),
    # The telephone conference of a talk; what its provider says late is still written down.
    **_in(LIVE, (e.ConferenceOpened, conference.connect), (e.ConferenceDue, conference.count)),
    **_in(_ALL, (e.GuestMoved, conference.move), (e.ConferenceOver, conference.over)),
    # Decided at the door.
    **_in((S.NEW, *_PAGED), (e.Rejected, gates.reject), (e.Guided, gates.guide)),
    **_in((S.NEW, *_PAGED), (e.Answered, gates.answer)),
    **_in(LIVE, (e.NuisanceMarked, gates.mark_nuisance)),
    **_in(LIVE, (e.NuisanceConfirmed, gates.confirm_nuisance)),
    **_in(_ALL, (e.NuisanceLifted, gates.end_nuisance), (e.NuisanceDue, gates.end_nuisance)),
    # What nothing may hold up.
    **_in(_ALL, (e.DangerReported, gates.danger), (e.PoliceCalled, gates.call_police)),
    **_in(_ALL, (e.MajorDeclared, gates.declare_major)),
    # A ruling comes weeks later, and is about the matters after this one.
    **_in(_ALL, (e.Ruled, whose.rule)),
    **_in(LIVE, (e.PoliceDispatched, gates.dispatched), (e.FanOutForced, gates.force)),
    **_in((S.NEW,), (e.HeldDue, gates.still_held)),
}

Arrows = dict[TransferState, tuple[TransferState, ...]]


def _from(
    sources: Iterable[TransferState], *targets: TransferState, **more: tuple[TransferState, ...]
) -> Arrows:
    """From each of these to each of those; and what else, by the source's name."""
    out = {source: tuple(t for t in targets if t is not source) for source in sources}
    out.update({S(name.lower()): leads for name, leads in more.items()})
    return out


_DONE = (S.ACKED, S.HANDLING, S.EXTENDED)
#: Where a rule may lead from where, besides staying. For the diagram, and checked by random lives.
LEADS_TO: dict[Rule, Arrows] = {
    work.accept: _from((S.NEW,), S.PAGED),
    work.settle: _from(
        (S.REPLIED,),
        S.CANCELLED,
        PAGED=(*_DONE, S.CANCELLED),
        ACKED=(S.PAGED, S.CANCELLED),
        HANDLING=(S.PAGED, S.CANCELLED),
        EXTENDED=(S.PAGED, S.CANCELLED),
    ),
    work.note: _from((S.ACKED,), S.HANDLING, FIRST_RECEIVER=(S.HANDLING, S.EXTENDED)),
    work.withdraw: _from(LIVE, S.CANCELLED),
    work.report: _from(_PAGED, S.REPLIED),
    work.close: _from(LIVE, S.CLOSED),
    work.reopen: _from((S.CLOSED,), S.PAGED),
    work.extend: _from((S.ACKED, S.HANDLING, S.FIRST_RECEIVER), S.EXTENDED),
    whose.give_back: _from((*_WORKING, S.FIRST_RECEIVER), S.RETURNED, S.DISPUTED),
    whose.uphold: _from((S.RETURNED,), S.PAGED),
    whose.deny: _from((S.RETURNED,), S.PAGED, *_DONE),
    whose.dispute: _from((*_WORKING, S.RETURNED, S.FIRST_RECEIVER), S.DISPUTED),
    whose.propose: _from((S.DISPUTED,), S.PAGED, *_DONE),
    whose.record_talk: _from((S.DISPUTED,), S.PAGED, *_DONE),
    whose.fall_back: _from((S.DISPUTED,), S.FIRST_RECEIVER),
    whose.first_receiver_moves: _from((S.FIRST_RECEIVER,), *_DONE, S.CANCELLED),
    whose.keep_arguing: _from(_ARGUED, S.CANCELLED),
    gates.reject: _from((S.NEW, *_PAGED), S.REJECTED),
    gates.guide: _from((S.NEW, *_PAGED), S.GUIDED),
    gates.answer: _from((S.NEW, *_PAGED), S.CLOSED),
    gates.confirm_nuisance: _from(LIVE, S.CLOSED),
    gates.end_nuisance: _from((S.NEW,), S.PAGED),
    gates.dispatched: _from((S.NEW,), S.PAGED),
    gates.force: _from((S.NEW,), S.PAGED),
    gates.still_held: _from((S.NEW,), S.PAGED),
}


def _why_not(state: TransferState, event: type[TransferEvent]) -> Reason:
    """Why an event does nothing in a state that has no rule for it."""
    if event is e.Accepted:
        return Reason.ACCEPTED_BEFORE
    if event is e.Reopened:
        return Reason.ENDED if state in _ENDED_FOR_GOOD else Reason.NOT_CLOSED
    if event in UNASKED:
        return Reason.NOTHING_MOVED
    if state in _ENDED:
        return Reason.ENDED
    return _OTHERWISE.get(event, Reason.TOO_EARLY if state is S.NEW else Reason.TOO_LATE)


_ENDED = frozenset(S) - frozenset(LIVE)
_ENDED_FOR_GOOD = _ENDED - {S.CLOSED}
_OTHERWISE: dict[type[TransferEvent], Reason] = {
    e.FedBack: Reason.NO_RESULT,
    e.ReturnUpheld: Reason.NOT_RETURNED,
    e.ReturnDenied: Reason.NOT_RETURNED,
    e.Proposed: Reason.NOT_DISPUTED,
}

#: Why nothing happens: every pair that is not in TRANSITIONS, with its reason.
IGNORED: dict[Key, Reason] = {
    (state, event): _why_not(state, event)
    for state in S
    for event in EVENTS.values()
    if (state, event) not in TRANSITIONS
}
