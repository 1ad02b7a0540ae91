"""The roll of a transfer out of the database: its lines, and what else was said to everybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oncall.core.errors import NotFound
from oncall.core.model import Notice
from oncall.core.rollcall import Caller, Line, Message, Response, Roll, Row, roll
from oncall.core.transfers import TERMINAL, Transfer
from oncall.store import reports
from oncall.store.database import Tx
from oncall.store.reports import Attempt, Full

#: Events of a transfer after which everybody who was told is told something else.
_TO_ALL = ("Corrected", "Withdrawn")
#: States of a message that has arrived, as far as anybody can know.
_ARRIVED = frozenset({"delivered", "answered", "acked"})
_ON_ITS_WAY = frozenset({"queued", "sending", "accepted", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Something said to everybody who was told: a correction, or the withdrawal."""

    what: str
    at: datetime
    by: str
    text: str
    #: To how many people it went, to how many it came, and on how many it is still under way.
    people: int
    arrived: int
    under_way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCall:
    """A transfer with its roll."""

    transfer: Transfer
    roll: Roll
    words: tuple[Word, ...]

    @property
    def over(self) -> bool:
        """Whether the matter has ended."""
        return self.transfer.state in TERMINAL


def called_over(tx: Tx, transfer_id: str, now: datetime) -> RollCall:
    """The roll of one transfer as it stands. Raises NotFound."""
    full = reports.in_full(tx, transfer_id)
    if full is None:
        raise NotFound("no_such_transfer", ref=transfer_id)
    sent: dict[str, list[Message]] = {}
    for one in full.attempts:
        if one.page is not None and one.person is not None and one.notice in _ASKING:
            message = Message(
                person=one.person, channel=one.channel, state=one.state, sent_at=one.sent_at
            )
            sent.setdefault(one.page, []).append(message)
    rows = [
        Row(
            role=share.part.role,
            ended_at=share.part.ended_at,
            page=share.page,
            messages=tuple(sent.get(share.page.id, ())),
            who=share.part.who,
        )
        for share in full.brief.shares
    ]
    transfer = full.brief.transfer
    return RollCall(transfer=transfer, roll=roll(transfer.life, rows, now), words=_words(full))


#: What asks somebody to take it; all else is news.
_ASKING = frozenset({Notice.PAGE, Notice.HANDOVER, Notice.ALARM, Notice.REOPENED})


def _words(full: Full) -> tuple[Word, ...]:
    return tuple(
        _word(line.said.event, line.said.at, line.said.who, line.said.detail, full.attempts)
        for line in full.timeline
        if line.page is None and line.said.event in _TO_ALL
    )


def _word(what: str, at: datetime, by: str, text: str, attempts: Sequence[Attempt]) -> Word:
    # Whoever was paged hears of a withdrawal by their page.
    mine = [
        one
        for one in attempts
        if one.planned_at == at
        and (
            one.key.startswith(f"{what.lower()}/")
            or (what == "Withdrawn" and one.notice == Notice.CANCELLED)
        )
    ]
    return Word(
        what=what.lower(),
        at=at,
        by=by,
        text=text,
        people=len(mine),
        arrived=sum(one.state in _ARRIVED for one in mine),
        under_way=sum(one.state in _ON_ITS_WAY for one in mine),
    )


def as_data(
    call: RollCall,
    name: Callable[[str], str],
    stamp: Callable[[datetime | None], str | None],
    *,
    only: str | None = None,
) -> dict[str, Any]:
    """The roll as plain values, the same by every door; with ``only`` of this one unit's lines.

    ``name`` gives a unit's name in the reader's language, ``stamp`` a moment as it is written.
    """
    transfer, rolled = call.transfer, call.roll
    return {
        "id": transfer.id,
        "code": transfer.code,
        "group": rolled.group or None,
        "state": transfer.state,
        "urgency": transfer.urgency,
        "category": transfer.category,
        "area": transfer.area,
        "summary": transfer.summary,
        "drill": transfer.drill,
        "called_at": stamp(transfer.transferred_at),
        "needed": rolled.required,
        "met": rolled.met,
        "counts": {str(said): rolled.count(said) for said in Response},
        "next_at": None if call.over else stamp(rolled.next_at),
        "short_at": stamp(rolled.short_at),
        "waves": [
            {
                "number": wave.number,
                "called_at": stamp(wave.called_at),
                "units": [
                    _line(line, name, stamp) for line in wave.lines if only in (None, line.unit)
                ],
            }
            for wave in rolled.waves
        ],
        "words": [
            {
                "what": word.what,
                "at": stamp(word.at),
                "by": word.by or None,
                "text": word.text,
                "people": word.people,
                "arrived": word.arrived,
                "under_way": word.under_way,
            }
            for word in call.words
        ],
    }


def _line(
    line: Line, name: Callable[[str], str], stamp: Callable[[datetime | None], str | None]
) -> dict[str, Any]:
    return {
        "unit": line.unit,
        "unit_name": name(line.unit),
        "person": line.person or None,
        "role": line.role,
        "response": line.response,
        "called_at": stamp(line.called_at),
        "answered_by": line.answered_by,
        "answered_at": stamp(line.answered_at),
        "eta_at": stamp(line.eta_at),
        "people": [_caller(one, stamp) for one in line.people],
    }


def _caller(one: Caller, stamp: Callable[[datetime | None], str | None]) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": one.unit,
        "role": one.role,
        "level": one.level,
        "called_at": stamp(one.called_at),
        "arrival": one.arrival,
        "response": one.response,
    }
