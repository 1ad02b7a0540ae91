"""The straight way: accepted, answered, worked on, reported, fed back, closed, perhaps reopened."""

from __future__ import annotations

from msgspec.structs import replace

from oncall.core.model import Alarm, Reason, State
from oncall.core.transfers import calling
from oncall.core.transfers.case import Case
from oncall.core.transfers.commands import (
    Book,
    ChangeRole,
    EndParts,
    Inform,
    InformAll,
    Later,
    News,
    NoteProgress,
    OpenParts,
    StandDownAll,
    Unbook,
    WithdrawAll,
)
from oncall.core.transfers.conference import hang_up, invite
from oncall.core.transfers.events import (
    Accepted,
    Closed,
    FollowUpDue,
    FollowUpPlanned,
    Noted,
    TransferEvent,
    UnitsAdded,
    Withdrawn,
)
from oncall.core.transfers.model import (
    BINDING,
    PartRole,
    Share,
    TransferState,
    Waiver,
)
from oncall.core.transfers.talks import Joined

#: How an appointment remembers that it was a mark of nuisance that kept the units waiting.
NUISANCE = "nuisance"
#: What the desk need no longer look at once a life is over.
_DECIDED = (
    Alarm.HELD,
    Alarm.RETURNED,
    Alarm.DISPUTED,
    Alarm.NOT_JOINED,
    Alarm.NUISANCE,
    Alarm.SHORT,
    Alarm.ORPHAN,
)


def accept(case: Case, event: TransferEvent) -> Reason:
    """It is here: page the units at once, unless the police go first or the caller is marked."""
    assert isinstance(event, Accepted)
    at_once = shares = case.straight(event.shares)
    held: tuple[Share, ...] = ()
    if event.police_first or event.nuisance:
        held = tuple(s for s in shares if s.role is not PartRole.POLICE)
        at_once = tuple(s for s in shares if s.role is PartRole.POLICE)
    case.keep(needed=event.needed)
    if event.calls is not None:
        calling.prepare(case, event.calls)
    if any(s.role is PartRole.POLICE for s in shares):
        case.keep(police_called_at=case.now)
    if at_once:
        calling.page(case, at_once)
    if not shares:
        # Whoever took the call decides it at the door, in the same commit.
        return Reason.ACCEPTED
    if not held:
        case.move(TransferState.PAGED)
        return Reason.ACCEPTED
    case.keep(held=held)
    # An alarm somebody waves away must not be the last that is heard of a matter.
    keep_waiting(case, nuisance=event.nuisance)
    return Reason.HELD_AS_NUISANCE if event.nuisance else Reason.HELD_FOR_POLICE


def keep_waiting(case: Case, *, nuisance: bool) -> None:
    """Alarm the desk about units that are kept waiting, and look again soon."""
    terms = case.facts.terms
    case.sound(Alarm.NUISANCE if nuisance else Alarm.HELD)
    wait = terms.nuisance_waits if nuisance else terms.held_again
    text = NUISANCE if nuisance else ""
    case.do(Book(what=Later.HELD, at=case.now + wait, text=text))


def settle(case: Case, _: TransferEvent) -> Reason:
    """A page moved: the whole stands where its binding parts stand."""
    before = case.transfer
    hear(case)
    state = case.working()
    if state is not TransferState.NEW:
        case.move(state)
    if case.transfer.state is TransferState.CANCELLED:
        finish(case)
        return Reason.CANCELLED
    if state is not TransferState.PAGED:
        _stand_down_the_rest(case)
    calling.follow(case)
    return case.settled(before)


def _stand_down_partners(case: Case) -> None:
    """A team or the unit above it has answered: the other of the two is not needed (直转一线)."""
    for part in case.binding:
        other = case.partner(part.unit)
        if part.state is State.ACKED and other is not None and other.state is not State.ACKED:
            if other.role is PartRole.LEAD:
                case.do(ChangeRole(unit=part.unit, role=PartRole.LEAD))
            case.do(EndParts(units=(other.unit,), role=other.role))


def _stand_down_the_rest(case: Case) -> None:
    """Enough have answered: whoever is still asked is not needed, and one who answered leads."""
    taken = [p for p in case.binding if p.state is State.ACKED]
    has_it = {p.who for p in taken}
    waiting = [p for p in case.binding if p.who not in has_it]
    if not case.life.needed or not waiting or not taken:
        return
    if any(p.role is PartRole.LEAD for p in waiting):
        case.do(ChangeRole(unit=taken[0].who, role=PartRole.LEAD))
    for role in (PartRole.LEAD, PartRole.ASSIST):
        units = tuple(p.who for p in waiting if p.role is role)
        if units:
            case.do(EndParts(units=units, role=role, enough=True))


def correct(case: Case, _: TransferEvent) -> Reason:
    """One word to everybody who was told of it, those who need only know included."""
    case.do(InformAll(news=News.CORRECTED))
    return Reason.CORRECTED


def hear(case: Case) -> None:
    """What the pages tell: the first full response, who is not needed now, who joined a talk."""
    if case.met and case.life.responded_at is None:
        case.keep(responded_at=case.now)
    _stand_down_partners(case)
    talk = case.life.talk
    if talk is None or talk.ended_at is not None:
        return
    known = {joined.unit for joined in talk.joined}
    came = tuple(
        Joined(unit=p.unit, name=p.owner or "", at=case.now)
        for p in case.facts.parts
        if p.role is PartRole.PARTY and p.state is State.ACKED and p.unit not in known
    )
    if came:
        case.keep(talk=replace(talk, joined=(*talk.joined, *came)))
        invite(case, came)


def note(case: Case, event: TransferEvent) -> Reason:
    """Progress: for whoever has it, the first action."""
    assert isinstance(event, Noted)
    case.keep(noted=True)
    case.do(NoteProgress(unit=event.unit))
    _go_on(case)
    return Reason.NOTED


def report(case: Case, event: TransferEvent) -> Reason:
    """The result, from a unit that has it; whoever sent it hears it (有结果)."""
    answered = [p for p in case.binding if p.state is State.ACKED]
    case.require(answered, Reason.NOT_OWNED)
    first = case.life.result_at is None
    case.keep(result_at=case.life.result_at or case.now, noted=True, dispute=None, returned=None)
    calling.stop(case)
    case.silence(Alarm.RETURNED, Alarm.DISPUTED)
    case.do(
        Unbook(what=Later.DISPUTE),
        NoteProgress(unit=event.unit),
        Inform(unit=None, news=News.RESULT),
    )
    case.move(TransferState.REPLIED)
    return Reason.RESULT_REPORTED if first else Reason.RESULT_AMENDED


def feed_back(case: Case, _: TransferEvent) -> Reason:
    """The result was told on (有反馈)."""
    case.keep(feedback_at=case.life.feedback_at or case.now)
    return Reason.FED_BACK


#: What closing asks for, and the waivers that stand for it.
_ASKED = ("responded_at", "result_at", "feedback_at")


def missing(case: Case) -> tuple[str, ...]:
    """Which of response, result and feedback there was none of."""
    return tuple(name for name in _ASKED if getattr(case.life, name) is None)


def close(case: Case, event: TransferEvent) -> Reason:
    """Response, result and feedback, or a coded waiver for what is missing (clause 28)."""
    assert isinstance(event, Closed)
    case.require(not missing(case) or event.waivers, Reason.INCOMPLETE)
    return _close(case, event.waivers)


def _close(case: Case, waivers: tuple[Waiver, ...] = ()) -> Reason:
    case.keep(closed_at=case.now, waivers=waivers)
    case.move(TransferState.CLOSED)
    finish(case)
    return Reason.FINISHED


def finish(case: Case, *, police: bool = True) -> None:
    """An end: nothing rings any more, and nothing is asked of the desk."""
    case.keep(dispute=None, returned=None, held=())
    hang_up(case)
    case.do(StandDownAll(police=police))
    booked = (Later.DISPUTE, Later.JOIN, Later.HELD, Later.WAVE)
    case.do(*(Unbook(what=what) for what in booked))
    case.silence(*_DECIDED)


def reopen(case: Case, _: TransferEvent) -> Reason:
    """The result did not hold: the units that had it are paged anew, once; no clock is reset."""
    case.require(case.life.reopened == 0, Reason.REOPENED_BEFORE)
    case.require(not case.transfer.nuisance, Reason.ENDED)
    had = [p for p in case.facts.parts if p.role in BINDING]
    case.require(had, Reason.NOBODY_HAD_IT)
    case.keep(reopened=1, result_at=None, feedback_at=None, closed_at=None, waivers=(), noted=False)
    # Those who had it are called again, and nobody beside them.
    case.keep(calling=None)
    case.do(*(EndParts(units=(p.who,), role=p.role, quiet=True) for p in had))
    shares = tuple(
        Share(unit=p.unit, role=p.role, urgency=case.urgency(), person=p.person) for p in had
    )
    case.do(OpenParts(shares=shares))
    case.move(TransferState.PAGED)
    return Reason.REOPENED


def withdraw(case: Case, event: TransferEvent) -> Reason:
    """Taken back by whoever handed it over: everybody stops, and everybody is told."""
    assert isinstance(event, Withdrawn)
    case.move(TransferState.CANCELLED)
    case.do(WithdrawAll(why=event.why))
    finish(case)
    return Reason.CANCELLED


def add_units(case: Case, event: TransferEvent) -> Reason:
    """More units take part, each with its own ladder; one that is in already is left alone."""
    assert isinstance(event, UnitsAdded)
    case.require(event.role in (PartRole.ASSIST, PartRole.COPY), Reason.NOT_A_PARTY)
    there = {p.unit for p in case.facts.parts if p.role in (*BINDING, PartRole.COPY)}
    new = [unit for unit in event.units if unit not in there]
    case.require(new, Reason.ALREADY_IN)
    calling.leave_out(case, new)
    added = tuple(Share(unit=u, role=event.role, urgency=case.urgency()) for u in new)
    shares = case.straight(added)
    if case.transfer.state is TransferState.NEW and case.life.held:
        case.keep(held=(*case.life.held, *shares))
    else:
        case.do(OpenParts(shares=shares))
    return Reason.UNITS_ADDED


# -- what stands beside the work ---------------------------------------------------------


def extend(case: Case, _: TransferEvent) -> Reason:
    """More time was granted (延期); the deadline itself is kept by whoever knows the calendar."""
    case.keep(extended=True)
    _go_on(case)
    return Reason.EXTENDED


def plan_follow_up(case: Case, event: TransferEvent) -> Reason:
    """Whoever is on duty then is reminded."""
    assert isinstance(event, FollowUpPlanned)
    case.require(event.at > case.now, Reason.IN_THE_PAST)
    case.do(Book(what=Later.FOLLOW_UP, at=event.at, text=event.text))
    return Reason.FOLLOW_UP_PLANNED


def follow_up(case: Case, event: TransferEvent) -> Reason:
    """The reminder's moment: the leading unit's people on duty now, else the desk it came from."""
    assert isinstance(event, FollowUpDue)
    case.do(Inform(unit=event.unit or case.lead, news=News.FOLLOW_UP, text=event.text))
    return Reason.FOLLOW_UP_DUE


def _go_on(case: Case) -> None:
    """Stand where the work stands, if nothing else is the matter."""
    state = case.working()
    waits = case.transfer.state is TransferState.FIRST_RECEIVER and state is TransferState.PAGED
    if case.transfer.state in _AT_WORK and not waits and state is not TransferState.NEW:
        case.move(state)


#: States in which the work itself says where the transfer stands.
_AT_WORK = (
    TransferState.PAGED,
    TransferState.ACKED,
    TransferState.HANDLING,
    TransferState.EXTENDED,
    TransferState.FIRST_RECEIVER,
)
