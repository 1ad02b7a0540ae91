"""What is decided at the door, and what no door may hold up: danger, the police, major matters."""

from __future__ import annotations

from oncall.core.model import Alarm, Reason
from oncall.core.transfers import calling
from oncall.core.transfers.case import Case, Refused
from oncall.core.transfers.commands import (
    Book,
    CallPolice,
    Forward,
    Inform,
    Later,
    News,
    PageCounty,
    Unbook,
)
from oncall.core.transfers.events import (
    HeldDue,
    NuisanceMarked,
    PoliceDispatched,
    Rejected,
    TransferEvent,
)
from oncall.core.transfers.model import Ground, Nuisance, TransferState
from oncall.core.transfers.work import finish, keep_waiting

# -- decisions at the door -----------------------------------------------------------------


def reject(case: Case, event: TransferEvent) -> Reason:
    """Not accepted, on a coded ground; what belongs to an emergency line is forwarded to it."""
    assert isinstance(event, Rejected)
    emergency = event.ground is Ground.EMERGENCY_LINES
    case.require(not emergency or event.forward, Reason.NO_UNIT_NAMED)
    case.keep(ground=event.ground)
    case.move(TransferState.REJECTED)
    finish(case, police=False)
    if event.forward:
        case.do(Forward(unit=event.forward))
    case.do(Inform(unit=None, news=News.REJECTED, text=event.ground))
    return Reason.REJECTED


def guide(case: Case, _: TransferEvent) -> Reason:
    """The caller was told where to turn."""
    case.move(TransferState.GUIDED)
    finish(case, police=False)
    return Reason.GUIDED


def answer(case: Case, _: TransferEvent) -> Reason:
    """Answered on the spot: response, result and feedback in one breath (即问即答)."""
    life = case.life
    case.keep(
        responded_at=life.responded_at or case.now,
        result_at=life.result_at or case.now,
        feedback_at=life.feedback_at or case.now,
        closed_at=case.now,
    )
    case.move(TransferState.CLOSED)
    finish(case, police=False)
    return Reason.ANSWERED


# -- nuisance ------------------------------------------------------------------------------

#: How many other people must agree with whoever marked it.
_CONFIRMATIONS = 2


def mark_nuisance(case: Case, event: TransferEvent) -> Reason:
    """A suspicion with its evidence; nothing stops before two other people agree."""
    assert isinstance(event, NuisanceMarked)
    case.require(case.life.nuisance is None, Reason.ALREADY_MARKED)
    until = case.now + case.facts.terms.nuisance_lapses
    mark = Nuisance(evidence=event.evidence, by=event.by, at=case.now, until=until)
    case.keep(nuisance=mark)
    case.do(Book(what=Later.NUISANCE, at=until))
    case.sound(Alarm.NUISANCE, event.by)
    return Reason.NUISANCE_MARKED


def confirm_nuisance(case: Case, event: TransferEvent) -> Reason:
    """Two people, neither of them whoever marked it: the units are left in peace."""
    mark = case.life.nuisance
    if mark is None or mark.in_force:
        raise Refused(Reason.NOT_ASKED)
    case.require(event.by not in (mark.by, *mark.confirmed_by), Reason.SAME_PERSON)
    confirmed = (*mark.confirmed_by, event.by)
    in_force = len(confirmed) >= _CONFIRMATIONS
    until = case.now + case.facts.terms.nuisance_holds if in_force else mark.until
    case.keep(
        nuisance=Nuisance(
            evidence=mark.evidence,
            by=mark.by,
            at=mark.at,
            until=until,
            confirmed_by=confirmed,
            in_force=in_force,
        )
    )
    if not in_force:
        return Reason.NUISANCE_CONFIRMED
    case.mark(nuisance=True)
    case.keep(closed_at=case.now)
    case.move(TransferState.CLOSED)
    finish(case, police=False)
    case.do(Book(what=Later.NUISANCE, at=until))
    return Reason.NUISANCE_IN_FORCE


def end_nuisance(case: Case, _: TransferEvent) -> Reason:
    """Its time is over, or somebody lifted it: the next call pages again."""
    case.require(case.life.nuisance, Reason.NOT_ASKED)
    case.keep(nuisance=None)
    case.mark(nuisance=False)
    case.do(Unbook(what=Later.NUISANCE))
    case.silence(Alarm.NUISANCE)
    if case.transfer.state is TransferState.NEW:
        _release(case)
    return Reason.NUISANCE_ENDED


# -- danger, which no argument and no mark may delay -----------------------------------------


def danger(case: Case, event: TransferEvent) -> Reason:
    """The police desk is paged as critical now, whatever else goes on (clause 11)."""
    case.mark(danger=True)
    return call_police(case, event)


def call_police(case: Case, event: TransferEvent) -> Reason:
    """转110: a linked critical transfer; this one stays open (clause 15)."""
    if case.facts.police_live:
        return Reason.POLICE_BEFORE
    case.mark(police=True)
    case.keep(police_called_at=case.life.police_called_at or case.now)
    case.do(CallPolice(unit=event.unit or case.lead))
    return Reason.POLICE_CALLED


def dispatched(case: Case, event: TransferEvent) -> Reason:
    """The police are on their way: whoever waited for that is paged now (clause 13)."""
    assert isinstance(event, PoliceDispatched)
    at = min(event.at or case.now, case.now)
    case.keep(police_dispatched_at=case.life.police_dispatched_at or at)
    case.mark(police=True)
    _release(case)
    return Reason.POLICE_DISPATCHED


def force(case: Case, _: TransferEvent) -> Reason:
    """The units are paged without waiting for the police; somebody answers for that."""
    case.require(case.life.held, Reason.NOT_HELD)
    _release(case)
    return Reason.FAN_OUT_FORCED


def still_held(case: Case, event: TransferEvent) -> Reason:
    """Nobody has decided: the units of a marked caller are paged after all, for a page too many
    annoys and one too few harms; where the police go first the desk is alarmed again, and again.
    """
    assert isinstance(event, HeldDue)
    if not case.life.held:
        return Reason.NOTHING_MOVED
    if event.nuisance:
        _release(case)
        return Reason.HELD_TOO_LONG
    keep_waiting(case, nuisance=False)
    return Reason.STILL_HELD


def _release(case: Case) -> None:
    """Page whoever was kept waiting."""
    held = case.life.held
    if not held:
        return
    case.keep(held=())
    case.do(Unbook(what=Later.HELD))
    case.silence(Alarm.HELD, Alarm.NUISANCE)
    calling.page(case, held)
    case.move(TransferState.PAGED)


def declare_major(case: Case, _: TransferEvent) -> Reason:
    """The county's duty office and its duty leader, at once, beside the ladder (clause 31)."""
    case.require(not case.transfer.major, Reason.ALREADY_MAJOR)
    case.mark(major=True)
    case.do(PageCounty(unit=case.facts.terms.county_office))
    return Reason.MAJOR
