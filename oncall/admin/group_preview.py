"""What a call to a group would do: who is asked, when the waves go, what it costs in messages.

The ladders are played by the very rules that would run, with nobody answering; nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from notifiers.segments import segments
from oncall.admin.group_calls import Called, must_count
from oncall.admin.playing import EVERYBODY, play
from oncall.core.model import Channel, Notice, Urgency
from oncall.core.simulate import Kind, Line
from oncall.core.texts import Facts
from oncall.core.texts.sms import sms
from oncall.directory import Snapshot
from oncall.i18n import translator
from oncall.store.database import Tx

#: Stands for the number that the transfer would get: as long as a real one.
_NUMBER = "DH20260101-0001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One unit of the group: who would be asked first; nobody where its roster has nobody.

    A person who is called for themselves stands alone, with ``person`` their id.
    """

    unit: str
    people: tuple[str, ...]
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """So many people, parts of texts, and calls."""

    people: int
    sms: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWave:
    """A wave: when it would go if too few have answered by then, and to whom."""

    number: int
    after: timedelta
    units: tuple[Asked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A call before it is made. ``first`` is what the first wave costs at once, ``most`` what all
    waves cost until the need counts as unmet, if nobody answers."""

    called: Called
    waves: tuple[PlannedWave, ...]
    first: Cost
    most: Cost
    #: When desk and county would be told that too few answer, from the start.
    short_after: timedelta


def preview(
    tx: Tx,
    snapshot: Snapshot,
    called: Called,
    now: datetime,
    *,
    urgency: Urgency,
    category: str | None,
    lang: str,
    signature: str,
) -> Preview:
    """The call as it would run if it were made now."""
    each = list(called.members.each)
    size = called.calls.size or len(each)
    every = called.calls.every
    groups = [each[i : i + size] for i in range(0, len(each), size)]
    end = every * len(groups)
    waves, first, most = [], list[Line](), list[tuple[str, Line]]()
    for number, wave in enumerate(groups):
        asked = []
        for unit, named in wave:
            start = now + every * number
            who = named.person if named is not None else None
            lines = _messages(
                tx, snapshot, unit, urgency, category, start, end - every * number, who
            )
            at_once = [line for line in lines if line.at == start]
            own = [line for line in at_once if _of(snapshot, line.person) == unit]
            first_asked = tuple(dict.fromkeys(line.name for line in own))
            asked.append(Asked(unit=unit, people=first_asked, person=who))
            first += at_once if number == 0 else []
            most += [(unit, line) for line in lines]
        waves.append(PlannedWave(number=number + 1, after=every * number, units=tuple(asked)))
    parts = _Parts(snapshot, urgency, category, lang, signature, now)
    return Preview(
        called=called,
        waves=tuple(waves),
        first=parts.cost([("", line) for line in first]),
        most=parts.cost(most),
        short_after=end,
    )


def _messages(
    tx: Tx,
    snapshot: Snapshot,
    unit: str,
    urgency: Urgency,
    category: str | None,
    start: datetime,
    length: timedelta,
    person: str | None,
) -> list[Line]:
    lines = play(
        tx,
        snapshot,
        unit,
        urgency,
        start,
        category=category,
        silent=(EVERYBODY,),
        hours=length / timedelta(hours=1),
        person=person,
    )
    return [line for line in lines if line.kind is Kind.NOTIFY]


def _of(snapshot: Snapshot, person: str) -> str:
    known = snapshot.people.get(person)
    return known.unit if known is not None else person.removeprefix("desk:")


class _Parts:
    """How many parts a page's text takes, by the reader's language."""

    def __init__(
        self,
        snapshot: Snapshot,
        urgency: Urgency,
        category: str | None,
        lang: str,
        signature: str,
        now: datetime,
    ) -> None:
        self.snapshot = snapshot
        self.lang = lang
        self.signature = signature
        policy = snapshot.book.choose(category, urgency)
        self.category, self.urgency, self.zone = category, urgency, policy.zone
        self.within, self.ack_by = policy.ack_within, now + policy.ack_within
        self._known: dict[str, int] = {}

    def cost(self, lines: list[tuple[str, Line]]) -> Cost:
        """What these messages come to."""
        texts = [line for _, line in lines if line.channel is Channel.SMS]
        return Cost(
            people=len({line.person for _, line in lines}),
            sms=sum(self._of(self.snapshot.lang(line.person) or self.lang) for line in texts),
            calls=sum(line.channel is Channel.VOICE for _, line in lines),
        )

    def _of(self, lang: str) -> int:
        if lang not in self._known:
            facts = Facts(
                code=_NUMBER,
                origin="12345",
                urgency=self.urgency,
                category=self.category or "",
                ack_by=self.ack_by,
                zone=self.zone,
                minutes=int(self.within.total_seconds() // 60),
            )
            self._known[lang] = segments(sms(translator(lang), Notice.PAGE, facts, self.signature))
        return self._known[lang]


def as_data(seen: Preview, snapshot: Snapshot) -> dict[str, Any]:
    """The preview as plain values, the same by every door."""
    found = seen.called
    return {
        "group": found.group.name,
        "units": len(found.units),
        "people": len(found.people),
        "count": found.members.size,
        "needed": found.needed,
        "wave": found.calls.size,
        "minutes": found.calls.every.total_seconds() / 60,
        "must_count": must_count(found.members.size, snapshot),
        "first": _cost(seen.first),
        "most": _cost(seen.most),
        "short_after_minutes": seen.short_after.total_seconds() / 60,
        "waves": [
            {
                "number": wave.number,
                "after_minutes": wave.after.total_seconds() / 60,
                "units": [
                    {"unit": one.unit, "person": one.person, "people": list(one.people)}
                    for one in wave.units
                ],
            }
            for wave in seen.waves
        ],
        "moved": [{"unit": old, "heir": heir} for old, heir in found.members.moved],
        "gone": list(found.members.gone),
        "left": list(found.members.left),
    }


def _cost(cost: Cost) -> dict[str, int]:
    return {"people": cost.people, "sms": cost.sms, "calls": cost.calls}
