"""A group that is called together: some of it at a time, until as many have answered as must.

The first wave goes out at once. The next one follows when its time has come, when somebody called
says that they cannot, or when nobody who was called is waited for any more, and only while the need
is not met. Once it is met nobody else is called; ``work`` tells those who were. A need that is
still not met when the last wave has had its time, or that can no longer be met, is an alarm for the
desk and a page for the county's duty office. The ladders inside the units go on beside all this.

A member of a group is a unit, or one person of it. A person answers for nobody else: when somebody
cannot, the next ones are called at once only if those called so far cannot come to enough.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec.structs import replace

from oncall.core.model import Alarm, Reason, State, Urgency
from oncall.core.transfers.case import Case
from oncall.core.transfers.commands import (
    Book,
    EndParts,
    Inform,
    Later,
    News,
    OpenParts,
    PageCounty,
    Unbook,
)
from oncall.core.transfers.events import TransferEvent, UnitRefused
from oncall.core.transfers.model import (
    BINDING,
    Calling,
    Calls,
    PartFact,
    PartRole,
    Share,
    Wave,
    member,
    required,
)


def prepare(case: Case, how: Calls) -> None:
    """Remember how the group is to be called; nobody is called yet."""
    case.keep(calling=Calling(how=how))


def page(case: Case, shares: Sequence[Share]) -> None:
    """Open these parts; of a group only the first wave now, and the rest when it is their turn."""
    calling = case.life.calling
    members = tuple(s for s in shares if s.role in BINDING)
    if calling is None or not members:
        case.do(OpenParts(shares=tuple(shares)))
        return
    case.keep(calling=replace(calling, left=members))
    _call(case, beside=tuple(s for s in shares if s.role not in BINDING))


def refuse(case: Case, event: TransferEvent) -> Reason:
    """Somebody of a unit that was called cannot: the next wave is called without waiting."""
    assert isinstance(event, UnitRefused)
    calling = case.life.calling
    if calling is None or event.unit is None or case.met:
        return Reason.NOTHING_MOVED
    who = member(event.unit, event.person)
    if who in calling.refused or not any(who in wave.units for wave in calling.waves):
        return Reason.NOTHING_MOVED
    case.keep(calling=replace(calling, refused=(*calling.refused, who)))
    if not calling.left or (event.person and _called_may_do(case)):
        _mind(case)
        return Reason.UNIT_REFUSED
    if event.nobody:
        # Not in this commit: a long row of units nobody is at must not be one.
        _book(case, case.now)
        return Reason.UNIT_REFUSED
    _call(case)
    return Reason.WAVE_CALLED


def next_wave(case: Case, _: TransferEvent) -> Reason:
    """Those who were called have had their time: the next ones, or nobody is left to call."""
    calling = case.life.calling
    if calling is None:
        return Reason.NOTHING_MOVED
    if case.met:
        stop(case)
        return Reason.SETTLED
    if calling.left:
        _call(case)
        return Reason.WAVE_CALLED
    case.keep(calling=replace(calling, next_at=None))
    _too_few(case)
    return Reason.NEED_UNMET


def follow(case: Case) -> None:
    """A page moved: stop calling, go on at once, or say that it cannot come to enough."""
    calling = case.life.calling
    if calling is None or case.life.result_at is not None:
        return
    if case.met:
        stop(case)
        return
    waited_for = any(_may_come(calling, p) for p in case.counted)
    idle = calling.next_at is None and calling.short_at is None
    nobody_else = not waited_for or (_of_people(calling) and not _called_may_do(case))
    if calling.left and (idle or nobody_else):
        _book(case, case.now)
    elif idle:
        _book(case, case.now + calling.how.every)
    _mind(case)


def stop(case: Case) -> None:
    """Nobody else is called, and nothing about the number is asked of desk or county any more."""
    calling = case.life.calling
    if calling is None:
        return
    if calling.next_at is not None:
        case.do(Unbook(what=Later.WAVE))
    if calling.short_at is not None:
        case.silence(Alarm.SHORT)
        county = case.facts.unit_of(PartRole.COUNTY)
        if county is not None and not case.transfer.major:
            case.do(EndParts(units=(county,), role=PartRole.COUNTY, enough=True))
    case.keep(calling=replace(calling, next_at=None, short_at=None))


def leave_out(case: Case, units: Collection[str]) -> None:
    """These get a part another way: they are not called again in their turn."""
    calling = case.life.calling
    if calling is not None:
        left = tuple(s for s in calling.left if s.unit not in units)
        case.keep(calling=replace(calling, left=left))


def _call(case: Case, beside: tuple[Share, ...] = ()) -> None:
    """The next wave goes out, and has its time."""
    calling = case.life.calling
    assert calling is not None
    now = _turn(case, calling)
    later = tuple(share for share in calling.left if share not in now)
    wave = Wave(at=case.now, units=tuple(s.who for s in now))
    case.keep(calling=replace(calling, waves=(*calling.waves, wave), left=later))
    # Booked first: opening them may show that nobody is there, and the next ones are due at once.
    _book(case, case.now + calling.how.every)
    case.do(OpenParts(shares=(*now, *beside)))


def _turn(case: Case, calling: Calling) -> tuple[Share, ...]:
    """Whose turn it is; a unit that may answer for its team is called with the team (直转一线)."""
    team = {above: unit for unit, above in case.life.couples}
    first = [share.who for share in calling.left if share.unit not in team]
    first = first[: calling.how.size or None]
    return tuple(s for s in calling.left if team.get(s.unit, s.who) in first)


def _book(case: Case, at: datetime) -> None:
    calling = case.life.calling
    assert calling is not None
    case.keep(calling=replace(calling, next_at=at))
    case.do(Book(what=Later.WAVE, at=at))


def _mind(case: Case) -> None:
    """Say so as soon as it cannot come to enough any more."""
    if _hope(case) < _required(case):
        _too_few(case)


def _too_few(case: Case) -> None:
    """Alarm the desk, and tell the county's duty office: by a page, where it is no routine."""
    calling = case.life.calling
    assert calling is not None
    if calling.short_at is not None:
        return
    case.keep(calling=replace(calling, short_at=case.now))
    case.sound(Alarm.SHORT, f"{_answered(case)}/{_required(case)}")
    county = case.facts.terms.county_office
    if case.transfer.urgency is Urgency.ROUTINE:
        case.do(Inform(unit=county, news=News.SHORT))
    elif case.facts.unit_of(PartRole.COUNTY) is None:
        case.do(PageCounty(unit=county))


def _answered(case: Case) -> int:
    return sum(p.state is State.ACKED for p in case.counted)


def _required(case: Case) -> int:
    return required(len(case.counted) + case.uncalled, case.life.needed)


def _hope(case: Case) -> int:
    """How many could still have answered in the end."""
    return _at_most(case) + case.uncalled


def _at_most(case: Case) -> int:
    """How many of those called so far have answered or may yet."""
    calling = case.life.calling
    assert calling is not None
    return _answered(case) + sum(_may_come(calling, p) for p in case.counted)


def _may_come(calling: Calling, part: PartFact) -> bool:
    """Whether an answer may still come: of a unit from whoever is above, of a person not."""
    out = part.person is not None and part.who in calling.refused
    return part.state is State.WAITING and not out


def _called_may_do(case: Case) -> bool:
    return _at_most(case) >= _required(case)


def _of_people(calling: Calling) -> bool:
    return all(share.person for share in calling.left)
