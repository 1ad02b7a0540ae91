"""Whose matter is it? Returns, disputes, the talk of three parties, and the first receiver.

Whatever is argued about, the ladders climb on: nothing in here stops a page before another unit has
been paged, and no deadline moves (clauses 8-10).
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from oncall.core.model import Alarm, Reason
from oncall.core.transfers.case import Case, Refused
from oncall.core.transfers.commands import (
    Book,
    CallParties,
    EndParts,
    Inform,
    Later,
    News,
    OpenParts,
    SetRoute,
    Unbook,
)
from oncall.core.transfers.conference import hang_up
from oncall.core.transfers.events import (
    Disputed,
    PartiesCalled,
    Proposed,
    Returned,
    ReturnUpheld,
    Ruled,
    TalkRecorded,
    TransferEvent,
)
from oncall.core.transfers.model import (
    POLICE_DESK,
    Dispute,
    PartRole,
    Return,
    Share,
    TransferState,
)
from oncall.core.transfers.talks import Talk
from oncall.core.transfers.work import finish, hear

# -- returns -------------------------------------------------------------------------------


def give_back(case: Case, event: TransferEvent) -> Reason:
    """A unit says it is not theirs; a third hand is not tried, a dispute opens instead."""
    assert isinstance(event, Returned)
    life = case.life
    case.require(not life.fallback or life.return_allowed, Reason.FIRST_RECEIVER_STAYS)
    unit = event.unit or case.lead
    mine = [p for p in case.binding if p.unit == unit]
    case.require(mine, Reason.NOT_A_PARTY)
    case.require(event.suggestion != unit, Reason.NOT_A_PARTY)
    if life.hops >= case.facts.terms.hops:
        open_dispute(case, [unit or "", *([event.suggestion] if event.suggestion else [])])
        return Reason.THIRD_HOP
    given = Return(
        unit=unit or "", by=event.by, at=case.now, why=event.why, suggestion=event.suggestion
    )
    case.keep(returned=given)
    case.sound(Alarm.RETURNED, unit or "")
    case.do(Inform(unit=None, news=News.RETURNED, text=unit or ""))
    case.move(TransferState.RETURNED)
    return Reason.RETURNED


def uphold(case: Case, event: TransferEvent) -> Reason:
    """The sender agrees: another unit gets it, and the deadline stays what it was."""
    assert isinstance(event, ReturnUpheld)
    given = case.life.returned
    assert given is not None
    to = event.to or given.suggestion
    if to is None:
        raise Refused(Reason.NO_UNIT_NAMED)
    case.require(to != given.unit, Reason.NOT_A_PARTY)
    part = next((p for p in case.binding if p.unit == given.unit), None)
    role = part.role if part is not None else PartRole.LEAD
    share = Share(unit=to, role=role, urgency=case.urgency())
    case.do(OpenParts(shares=case.straight((share,))))
    case.leave((given.unit,), role, stays=to)
    case.keep(returned=None, hops=case.life.hops + 1, fallback=False, return_allowed=False)
    case.silence(Alarm.RETURNED)
    case.move(TransferState.PAGED)
    return Reason.RETURN_UPHELD


def deny(case: Case, _: TransferEvent) -> Reason:
    """The sender does not agree: the unit keeps it, and is told why."""
    given = case.life.returned
    assert given is not None
    case.keep(returned=None)
    case.silence(Alarm.RETURNED)
    case.do(Inform(unit=given.unit, news=News.RETURN_DENIED))
    case.move(case.working())
    return Reason.RETURN_DENIED


def allow_return(case: Case, _: TransferEvent) -> Reason:
    """Supervision's approval, without which a first receiver cannot return it."""
    case.require(case.life.fallback, Reason.NOT_ASKED)
    case.keep(return_allowed=True)
    return Reason.RETURN_ALLOWED


def rule(case: Case, event: TransferEvent) -> Reason:
    """What the conference ruled on such matters (会商): suggested for the next one from then on."""
    assert isinstance(event, Ruled)
    category = case.transfer.category
    if category is None:
        raise Refused(Reason.NO_CATEGORY)
    case.require(not case.transfer.drill, Reason.ONLY_A_DRILL)
    assist = tuple(unit for unit in dict.fromkeys(event.assist) if unit != event.owner)
    case.do(
        SetRoute(
            category=category,
            area=None if event.everywhere else case.transfer.area,
            lead=event.owner,
            assist=assist,
            since=event.since or case.now,
            source=event.minutes,
        )
    )
    return Reason.RULED


# -- disputes ------------------------------------------------------------------------------


def dispute(case: Case, event: TransferEvent) -> Reason:
    """It is argued about: the parties have until the deadline, while the ladders climb on."""
    assert isinstance(event, Disputed)
    life = case.life
    case.require(not life.fallback or life.return_allowed, Reason.FIRST_RECEIVER_STAYS)
    open_dispute(case, event.candidates)
    return Reason.DISPUTED


def open_dispute(case: Case, named: Iterable[str]) -> None:
    """Candidates are those named and whoever leads now."""
    lead = (case.lead,) if case.lead else ()
    candidates = tuple(dict.fromkeys(unit for unit in (*lead, *named) if unit))
    deadline = case.now + case.facts.terms.dispute_within(case.transfer.urgency)
    case.keep(
        dispute=Dispute(at=case.now, deadline=deadline, candidates=candidates),
        disputes=case.life.disputes + 1,
        returned=None,
    )
    case.do(Book(what=Later.DISPUTE, at=deadline))
    case.silence(Alarm.RETURNED)
    case.sound(Alarm.DISPUTED)
    case.do(*(Inform(unit=unit, news=News.DISPUTED) for unit in candidates))
    case.move(TransferState.DISPUTED)


def propose(case: Case, event: TransferEvent) -> Reason:
    """A party says whose it should be; when the unit concerned and 110 say the same, it is."""
    assert isinstance(event, Proposed)
    open_ = case.life.dispute
    assert open_ is not None
    parties = {*open_.candidates, POLICE_DESK}
    party = event.unit
    if party is None or party not in parties:
        raise Refused(Reason.NOT_A_PARTY)
    candidates = open_.candidates
    if event.owner not in parties:
        candidates = (*candidates, event.owner)
    proposals = {**open_.proposals, party: event.owner}
    case.keep(dispute=replace(open_, proposals=proposals, candidates=candidates))
    if not _agreed(proposals, event.owner):
        return Reason.PROPOSED
    _decide(case, event.owner)
    return Reason.AGREED


def _agreed(proposals: dict[str, str], owner: str) -> bool:
    """The responsible unit and 110 both say so; where 110 is to take it, any unit with it."""
    sayers = {party for party, said in proposals.items() if said == owner}
    if owner == POLICE_DESK:
        return POLICE_DESK in sayers and len(sayers) > 1
    return {owner, POLICE_DESK} <= sayers


def _decide(case: Case, owner: str) -> None:
    case.keep(dispute=None, fallback=False, return_allowed=False)
    case.do(Unbook(what=Later.DISPUTE))
    case.silence(Alarm.DISPUTED)
    hang_up(case)
    if case.hand_to(owner):
        case.move(TransferState.PAGED)
    else:
        case.do(Inform(unit=owner, news=News.AGREED, text=owner))
        case.move(case.working())


def fall_back(case: Case, _: TransferEvent) -> Reason:
    """Nobody agreed in time: whoever first heard of it goes ahead (首接先行)."""
    heir = case.facts.heir or case.lead
    case.keep(dispute=None, fallback=True, return_allowed=False)
    case.silence(Alarm.DISPUTED)
    hang_up(case)
    if heir is not None:
        case.hand_to(heir)
        case.do(Inform(unit=heir, news=News.FIRST_RECEIVER))
    case.move(TransferState.FIRST_RECEIVER)
    return Reason.FIRST_RECEIVER


def keep_arguing(case: Case, _: TransferEvent) -> Reason:
    """A page moved while it is argued about: write down what it tells; the argument goes on."""
    before = case.transfer
    hear(case)
    if case.working() is TransferState.CANCELLED:
        case.move(TransferState.CANCELLED)
        finish(case)
        return Reason.CANCELLED
    return case.settled(before)


def first_receiver_moves(case: Case, _: TransferEvent) -> Reason:
    """The first receiver answered: the straight way goes on; until then it stands flagged."""
    before = case.transfer
    hear(case)
    state = case.working()
    if state not in (TransferState.PAGED, TransferState.NEW):
        case.move(state)
    if state is TransferState.CANCELLED:
        finish(case)
        return Reason.CANCELLED
    return case.settled(before)


# -- the talk ------------------------------------------------------------------------------


def call_parties(case: Case, event: TransferEvent) -> Reason:
    """Everybody concerned is rung at once; whoever presses 1 has joined."""
    assert isinstance(event, PartiesCalled)
    talk = case.life.talk
    running = talk is not None and talk.ended_at is None
    case.require(not running, Reason.ALREADY_TALKING)
    open_ = case.life.dispute
    named = (*event.candidates, *(open_.candidates if open_ else ()))
    lead = (case.lead,) if case.lead else ()
    units = tuple(dict.fromkeys((*lead, *named, POLICE_DESK)))
    join_by = case.now + case.facts.terms.join_within
    case.keep(talk=Talk(at=case.now, join_by=join_by, units=units))
    case.do(CallParties(units=units), Book(what=Later.JOIN, at=join_by))
    return Reason.PARTIES_CALLED


def count_parties(case: Case, _: TransferEvent) -> Reason:
    """The join deadline: the desk sees who is missing."""
    hear(case)
    talk = case.life.talk
    if talk is None or talk.ended_at is not None:
        return Reason.NOTHING_MOVED
    joined = {one.unit for one in talk.joined}
    missing = [unit for unit in talk.units if unit not in joined]
    if not missing:
        return Reason.PARTIES_JOINED
    case.sound(Alarm.NOT_JOINED, "、".join(missing))
    return Reason.PARTIES_MISSING


def record_talk(case: Case, event: TransferEvent) -> Reason:
    """What came of it; an owner the unit and 110 agreed on ends a dispute at once."""
    assert isinstance(event, TalkRecorded)
    hear(case)
    talk = case.life.talk
    if talk is None or talk.ended_at is not None:
        raise Refused(Reason.NOT_TALKING)
    hang_up(case)
    talk = case.life.talk
    assert talk is not None
    case.keep(talk=replace(talk, outcome=event.outcome, ended_at=case.now))
    case.do(EndParts(units=talk.units, role=PartRole.PARTY), Unbook(what=Later.JOIN))
    case.silence(Alarm.NOT_JOINED)
    if event.owner is None or case.life.dispute is None:
        return Reason.TALK_RECORDED
    _decide(case, event.owner)
    return Reason.AGREED
