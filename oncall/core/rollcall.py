"""The roll of a group that is called: by unit and person, what arrived and what was answered.

Two things are told apart for everybody: whether a message arrived, which is no answer, and what
they answered, silence included.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from oncall.core.model import Channel, Contacted, Page, State
from oncall.core.transfers import Life, PartRole, Share
from oncall.core.transfers.model import BINDING, Wave, required


class Arrival(StrEnum):
    """How far the messages to somebody came, the furthest of them."""

    NONE = "none"
    QUEUED = "queued"
    FAILED = "failed"
    SENT = "sent"
    DELIVERED = "delivered"
    #: A call was picked up.
    ANSWERED = "answered"


class Response(StrEnum):
    """What somebody, or a unit, has answered."""

    #: It is not their turn yet.
    NOT_CALLED = "not_called"
    WAITING = "waiting"
    #: The time to answer is over, and nothing came.
    SILENT = "silent"
    ACKED = "acked"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    #: Others have it, or enough have answered, or it was withdrawn.
    RELIEVED = "relieved"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one person about their unit's page."""

    person: str
    channel: str
    state: str
    sent_at: datetime | None


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was asked."""

    person: str
    name: str
    role: str
    unit: str
    level: int
    called_at: datetime
    arrival: Arrival
    response: Response


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of the group, or one ``person`` of it; ``answered_by`` is who has it there."""

    unit: str
    #: The name of the one person who was called; "" where it is the unit.
    person: str = ""
    role: PartRole
    response: Response
    called_at: datetime | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    eta_at: datetime | None = None
    people: tuple[Caller, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's part as it is read: its share, its page, and what was sent about that."""

    role: PartRole
    ended_at: datetime | None
    page: Page
    messages: tuple[Message, ...]
    #: As ``member`` names whose part it is.
    who: str


class RolledWave(msgspec.Struct, frozen=True, kw_only=True):
    """One wave, the first is 1; ``called_at`` is None for those who have not been called."""

    number: int
    called_at: datetime | None
    lines: tuple[Line, ...]


class Roll(msgspec.Struct, frozen=True, kw_only=True):
    """The whole roll: the waves in their order, those not yet called last."""

    group: str
    required: int
    waves: tuple[RolledWave, ...]
    next_at: datetime | None
    short_at: datetime | None

    @property
    def of_people(self) -> bool:
        """Whether it is people who were called, each for themselves, and no unit."""
        return bool(self.lines) and all(line.person for line in self.lines)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every unit."""
        return tuple(line for wave in self.waves for line in wave.lines)

    def count(self, *responses: Response) -> int:
        """How many units have answered so."""
        return sum(line.response in responses for line in self.lines)

    @property
    def met(self) -> bool:
        """Whether as many have answered as must."""
        return self.count(Response.ACKED) >= self.required


def roll(life: Life, rows: Sequence[Row], now: datetime) -> Roll:
    """Everybody's line, of a group or of any transfer to several units."""
    mine = [row for row in rows if row.role in BINDING]
    calling = life.calling
    waves = calling.waves if calling is not None else ()
    left = calling.left if calling is not None else ()
    by_unit: dict[str, list[Row]] = {}
    for row in mine:
        by_unit.setdefault(row.who, []).append(row)
    rolled = [
        RolledWave(
            number=number,
            called_at=wave.at,
            lines=tuple(_line(row, now) for row in _take(by_unit, wave)),
        )
        for number, wave in enumerate(waves, 1)
    ]
    # Whoever came in another way: added by hand, or in place of a unit that gave it back.
    others = [row for rows_ in by_unit.values() for row in rows_]
    if others:
        at = min(row.page.paged_at for row in others)
        number = len(rolled) + 1 if waves else 1
        lines = tuple(_line(row, now) for row in others)
        rolled.append(RolledWave(number=number, called_at=at, lines=lines))
    if left:
        lines = tuple(_uncalled(share) for share in left)
        rolled.append(RolledWave(number=len(rolled) + 1, called_at=None, lines=lines))
    total = len(mine) + len(left)
    off = sum(row.ended_at is not None or row.page.state is State.CANCELLED for row in mine)
    return Roll(
        group=calling.how.group if calling is not None else "",
        # Of all, those that are out of it are not asked; but of an ended matter all were.
        required=required(total if life.needed or off == total else total - off, life.needed),
        waves=tuple(rolled),
        next_at=calling.next_at if calling is not None else None,
        short_at=calling.short_at if calling is not None else None,
    )


def _take(by_unit: dict[str, list[Row]], wave: Wave) -> Iterable[Row]:
    """The parts that a wave opened; a unit's later parts are no part of it."""
    for unit in wave.units:
        rows = by_unit.get(unit)
        if rows:
            yield rows.pop(0)
            if not rows:
                del by_unit[unit]


def _uncalled(share: Share) -> Line:
    return Line(unit=share.unit, person=share.name, role=share.role, response=Response.NOT_CALLED)


def _line(row: Row, now: datetime) -> Line:
    page = row.page
    people = tuple(_caller(row, known, now) for known in page.contacted if known.paged)
    return Line(
        unit=page.unit,
        person=people[0].name if people and row.who != page.unit else "",
        role=row.role,
        response=_of_unit(page, people, now),
        called_at=page.paged_at,
        answered_by=page.owner_name,
        answered_at=page.acked_at,
        eta_at=page.eta_at,
        people=people,
    )


def _of_unit(page: Page, people: Sequence[Caller], now: datetime) -> Response:
    if page.owner is not None:
        return Response.ACKED
    own = [p.response for p in people if p.unit == page.unit]
    if page.policy.alone and own:
        return own[0]
    if page.state is State.CANCELLED:
        return Response.RELIEVED
    if own and all(said is Response.DECLINED for said in own):
        return Response.DECLINED
    if all(said in (Response.DECLINED, Response.UNREACHABLE) for said in own):
        return Response.UNREACHABLE
    return Response.SILENT if now >= page.limit_at else Response.WAITING


def _caller(row: Row, known: Contacted, now: datetime) -> Caller:
    mine = [m for m in row.messages if m.person == known.person]
    arrival = max((_arrival(m) for m in mine), key=_FURTHEST.index, default=Arrival.NONE)
    return Caller(
        person=known.person,
        name=known.name,
        role=known.role,
        unit=known.unit,
        level=known.level,
        called_at=min((m.sent_at for m in mine if m.sent_at is not None), default=known.at),
        arrival=arrival,
        response=_response(row.page, known, now),
    )


_FURTHEST = tuple(Arrival)
_ARRIVED = {
    "queued": Arrival.QUEUED,
    "sending": Arrival.SENT,
    "unknown": Arrival.SENT,
    "accepted": Arrival.SENT,
    "delivered": Arrival.DELIVERED,
    "answered": Arrival.ANSWERED,
    "failed": Arrival.FAILED,
    "expired": Arrival.FAILED,
}


def _arrival(message: Message) -> Arrival:
    if message.state == "acked":
        return Arrival.ANSWERED if message.channel == Channel.VOICE else Arrival.DELIVERED
    if message.state == "superseded":
        return Arrival.NONE if message.sent_at is None else Arrival.SENT
    return _ARRIVED[message.state]


def _response(page: Page, known: Contacted, now: datetime) -> Response:
    if known.person == page.owner:
        return Response.ACKED
    if known.declined:
        return Response.DECLINED
    if page.state in (State.ACKED, State.CANCELLED):
        return Response.RELIEVED
    if known.unreachable:
        return Response.UNREACHABLE
    return Response.SILENT if now >= page.limit_at else Response.WAITING
