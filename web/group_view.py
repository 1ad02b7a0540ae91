"""Groups and rolls as the console shows them: plain values in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from oncall.admin.group_calls import Members, member, members, must_count
from oncall.admin.group_preview import Cost, Preview
from oncall.admin.rollcall import RollCall, Word
from oncall.core.rollcall import Arrival, Caller, Line, Response, RolledWave
from oncall.core.transfers import TransferState
from oncall.core.words import N_, TRANSFER_STATES, URGENCY, role
from oncall.core.words.rolls import ARRIVALS, RESPONSES, WORDS
from oncall.store.groups import UnitGroup
from web.board import Next, Reader

#: A sign beside each answer, because colour is never the only one.
_MARKS = {
    Response.NOT_CALLED: "·",
    Response.WAITING: "○",
    Response.SILENT: "✕",
    Response.ACKED: "✓",
    Response.DECLINED: "✕",
    Response.UNREACHABLE: "✕",
    Response.RELIEVED: "–",
}
_TALLIED = (
    Response.WAITING,
    Response.SILENT,
    Response.DECLINED,
    Response.UNREACHABLE,
    Response.RELIEVED,
    Response.NOT_CALLED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """One group in the list."""

    name: str
    #: The name as it stands in an address.
    path: str
    how: str
    units: str
    count: int
    must_count: bool
    needed: int
    wave: int
    minutes: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One call in the list."""

    code: str
    group: str
    urgency: str
    urgency_text: str
    drill: bool
    state_text: str
    look: str
    summary: str
    clock: str
    answered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView:
    """A unit of a wave that would be called."""

    name: str
    people: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WavePlan:
    """A wave that would go out."""

    head: str
    units: tuple[AskedView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewView:
    """A call before it is made."""

    #: How many are called, as a number and in words.
    count: int
    size: str
    must_count: bool
    first: str
    most: str
    waves: tuple[WavePlan, ...]
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Somebody who was asked."""

    clock: str
    name: str
    role: str
    arrival: str
    failed: bool
    response: str
    mark: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One unit on the roll."""

    #: Tells it from the other lines of its wave.
    key: str
    name: str
    response: str
    mark: str
    text: str
    owner: str
    eta: str
    people: tuple[PersonView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveView:
    """One wave of the roll."""

    number: int
    head: str
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordView:
    """Something said to everybody."""

    clock: str
    what: str
    text: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollView:
    """The whole roll."""

    code: str
    group: str
    urgency: str
    urgency_text: str
    drill: bool
    state_text: str
    summary: str
    facts: str
    open: bool
    met: bool
    answered: int
    needed: int
    tally: tuple[tuple[int, str], ...]
    short: str
    next: Next | None
    waves: tuple[WaveView, ...]
    words: tuple[WordView, ...]
    #: How many people a correction or a withdrawal would go to.
    told: int


def group_view(reader: Reader, group: UnitGroup) -> GroupView:
    """A group in short, with what is wrong with it today."""
    day = reader.now.astimezone(reader.zone).date()
    found = members(group, reader.snapshot, reader.tx, reader.now, day)
    return GroupView(
        name=group.name,
        path=quote(group.name, safe=""),
        how=_how(reader, group, found),
        units=_and(
            reader,
            (member(reader.t, group, code, reader.snapshot, reader.lang) for code in group.units),
        ),
        count=found.size,
        must_count=must_count(found.size, reader.snapshot),
        needed=group.needed,
        wave=group.wave,
        minutes=group.minutes,
        warnings=tuple(_warnings(reader, found)),
    )


def _size(reader: Reader, found: Members) -> str:
    """How many are called: so many units, so many people."""
    t, people = reader.t, len(found.people)
    units = found.size - people
    said = [t(N_("{n} units")).format(n=units)] if units or not people else []
    return _and(reader, [*said, *([t(N_("{n} people")).format(n=people)] if people else [])])


def _how(reader: Reader, group: UnitGroup, found: Members) -> str:
    t = reader.t
    said = [_size(reader, found)]
    said.append(
        t(N_("{n} must answer")).format(n=group.needed)
        if group.needed
        else t(N_("all must answer"))
    )
    if group.wave:
        said.append(t(N_("{n} at a time")).format(n=group.wave))
    if group.minutes:
        said.append(t(N_("the next after {n} min")).format(n=group.minutes))
    return " · ".join(said)


def _warnings(reader: Reader, found: Members) -> Iterable[str]:
    for old, heir in found.moved:
        said = N_("{unit} has ended; {heir} is called instead.")
        yield reader.t(said).format(unit=reader.name(old), heir=reader.name(heir))
    for old in found.gone:
        said = N_("{unit} has ended and nobody has its duties; mend the group.")
        yield reader.t(said).format(unit=reader.name(old))
    for name in found.left:
        yield reader.t(N_("{name} has left and is not called; mend the group.")).format(name=name)


def call_view(reader: Reader, call: RollCall) -> CallView:
    """A call in short."""
    transfer, t = call.transfer, reader.t
    waiting = transfer.state in (TransferState.NEW, TransferState.PAGED)
    return CallView(
        code=transfer.code,
        group=call.roll.group,
        urgency=transfer.urgency,
        urgency_text=t(URGENCY[transfer.urgency]),
        drill=transfer.drill,
        state_text=t(TRANSFER_STATES[transfer.state]),
        look="waiting" if waiting else "closed" if call.over else "acked",
        summary=transfer.summary,
        clock=reader.clock(transfer.transferred_at),
        answered=_answered(reader, call),
    )


def _answered(reader: Reader, call: RollCall) -> str:
    n, needed = call.roll.count(Response.ACKED), call.roll.required
    said = N_("{n} of {needed} answered")
    if call.roll.of_people:
        said = N_("{n} of {needed} people answered")
    return reader.t(said).format(n=n, needed=needed)


def preview_view(reader: Reader, seen: Preview) -> PreviewView:
    """What a call would do and cost."""
    t = reader.t
    return PreviewView(
        count=seen.called.members.size,
        size=_size(reader, seen.called.members),
        must_count=must_count(seen.called.members.size, reader.snapshot),
        first=_cost(reader, seen.first),
        most=_cost(reader, seen.most),
        waves=tuple(
            WavePlan(
                head=_after(reader, wave.after) if wave.after else t(N_("At once")),
                units=tuple(
                    AskedView(name=reader.name(one.unit), people=_and(reader, one.people))
                    for one in wave.units
                ),
            )
            for wave in seen.waves
        ),
        short=_after(reader, seen.short_after),
    )


def _cost(reader: Reader, cost: Cost) -> str:
    said = N_("{people} people, {sms} parts of texts, {calls} calls")
    return reader.t(said).format(people=cost.people, sms=cost.sms, calls=cost.calls)


def _after(reader: Reader, length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return reader.t(N_("After {n} min")).format(n=minutes)


def roll_view(reader: Reader, call: RollCall, told: int) -> RollView:
    """The roll; a liaison sees the own unit's line."""
    transfer, roll, t = call.transfer, call.roll, reader.t
    about = [
        transfer.category or "",
        reader.name(transfer.area),
        reader.clock(transfer.transferred_at),
    ]
    return RollView(
        code=transfer.code,
        group=roll.group,
        urgency=transfer.urgency,
        urgency_text=t(URGENCY[transfer.urgency]),
        drill=transfer.drill,
        state_text=t(TRANSFER_STATES[transfer.state]),
        summary=transfer.summary,
        facts=" · ".join(part for part in about if part),
        open=not call.over,
        met=roll.met,
        answered=roll.count(Response.ACKED),
        needed=roll.required,
        tally=tuple(
            (roll.count(said), t(RESPONSES[said])) for said in _TALLIED if roll.count(said)
        ),
        short=_short(reader, call),
        next=_next(reader, call),
        waves=tuple(_wave(reader, wave) for wave in roll.waves),
        words=tuple(_word(reader, word) for word in call.words),
        told=told,
    )


def _short(reader: Reader, call: RollCall) -> str:
    if call.roll.short_at is None or call.over or call.roll.met:
        return ""
    said = N_("Since {clock} too few answer; the desk is alarmed and the county has been told.")
    return reader.t(said).format(clock=reader.clock(call.roll.short_at))


def _next(reader: Reader, call: RollCall) -> Next | None:
    at, t = call.roll.next_at, reader.t
    if at is None or call.over:
        return None
    left = call.roll.count(Response.NOT_CALLED)
    said = (
        t(N_("the next ones are called if too few have answered"))
        if left
        else t(N_("desk and county are told if too few have answered"))
    )
    return Next(at=at, clock=reader.clock(at), text=said)


def _wave(reader: Reader, wave: RolledWave) -> WaveView:
    t = reader.t
    if wave.called_at is None:
        head = t(N_("Not called yet"))
    else:
        said = N_("Wave {n} · {clock}")
        head = t(said).format(n=wave.number, clock=reader.clock(wave.called_at))
    seen = [line for line in wave.lines if reader.unit in (None, line.unit)]
    return WaveView(
        number=wave.number, head=head, lines=tuple(_line(reader, line) for line in seen)
    )


def _line(reader: Reader, line: Line) -> LineView:
    t = reader.t
    owner = eta = ""
    if line.answered_by and line.answered_at is not None:
        owner = f"{line.answered_by} · {reader.clock(line.answered_at)}"
    if line.eta_at is not None:
        eta = t(N_("expected by {clock}")).format(clock=reader.clock(line.eta_at))
    return LineView(
        key=f"{line.unit}-{line.person}",
        name=" · ".join(filter(None, (reader.name(line.unit), line.person))),
        response=line.response,
        mark=_MARKS[line.response],
        text=t(RESPONSES[line.response]),
        owner=owner,
        eta=eta,
        people=tuple(_person(reader, one) for one in line.people),
    )


def _person(reader: Reader, one: Caller) -> PersonView:
    t = reader.t
    return PersonView(
        clock=reader.clock(one.called_at),
        name=one.name,
        role=role(t, one.role),
        arrival=t(ARRIVALS[one.arrival]),
        failed=one.arrival is Arrival.FAILED,
        response=one.response,
        mark=_MARKS[one.response],
        text=t(RESPONSES[one.response]),
    )


def _word(reader: Reader, word: Word) -> WordView:
    t = reader.t
    said = N_("To {n} people; {arrived} have it, {coming} on the way.")
    return WordView(
        clock=reader.clock(word.at),
        what=t(WORDS[word.what]),
        text=word.text,
        count=t(said).format(n=word.people, arrived=word.arrived, coming=word.under_way),
    )


def _and(reader: Reader, words: Iterable[str] | Sequence[str]) -> str:
    return reader.t(N_(", ")).join(words)
