"""A call about several matters, and what comes in while somebody is in a call.

Keys for all, or one by one. A key's address says what it is about: ``7`` is the call of message 7,
with everything it speaks for; ``9/7`` is message 9 alone, in the call of 7. Whatever waits to ring
a person who is in a call with us just now is read in that call instead of ringing again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from oncall.carry import facts_of
from oncall.core.events import Acked, Declined, Event
from oncall.core.model import Page, Reason
from oncall.core.texts.gathered import (
    DECLINED_ALL,
    MEANWHILE,
    MEANWHILE_CRITICAL,
    NEXT,
    NO_MORE,
    SOMEBODY_HAD,
    TAKEN_ALL,
    gathered,
    one,
)
from oncall.core.words import sentences
from oncall.engine import Engine
from oncall.i18n import translator
from oncall.spoken import Spoken
from oncall.store import gathering, outbox, pages
from oncall.store.database import Tx
from oncall.store.outbox import Row

#: Whatever was to ring somebody longer ago than this is not read to them now.
_FRESH = timedelta(minutes=30)
_GRAVEST = 0
_NONE, _ONE_BY_ONE, _AGAIN = "2", "3", "*"
#: Answers to one matter that lead on to the next.
_ANSWERS = ("1", "2")

#: What a key does in a call about one matter.
Alone = Callable[[Tx, Row], Spoken]


class Menu:
    """Answers keys in a call about several matters; the pages are the engine's."""

    def __init__(self, engine: Engine, *, lang: str) -> None:
        self.engine = engine
        self.lang = lang

    def pressed(
        self,
        tx: Tx,
        row: Row,
        head: Row | None,
        digit: str,
        alone: Alone,
        now: datetime,
        *,
        live: bool,
    ) -> Spoken:
        """A key in the call of ``head`` about ``row`` alone; without a head in the call of ``row``
        about all it speaks for. Where nobody hears any more (``live``) nothing else is read."""
        if head is not None:
            return self._in_one(tx, row, head, digit, alone, now)
        waiting = self._left(tx, row, gathering.open_in_call(tx, row))
        if len(gathering.in_call(tx, row)) < 2:
            said = alone(tx, row)
            ends = not (said.listen or said.room or said.dial)
            return self._go_on(tx, row, said, now) if live and ends else said
        if digit in _ANSWERS:
            said = self._answer_all(tx, row, waiting, digit, now)
            return self._go_on(tx, row, said, now) if live else said
        if digit == "0":
            return alone(tx, row)
        if digit == _AGAIN or not waiting:
            return self._all(tx, row, waiting) if waiting else self._end(row)
        if digit == _ONE_BY_ONE or digit == "9":
            # Which of them is to go to 110 is asked one by one.
            return self._one(row, waiting[0])
        return self._all(tx, row, waiting)

    def _in_one(
        self, tx: Tx, row: Row, head: Row, digit: str, alone: Alone, now: datetime
    ) -> Spoken:
        key = f"{row.id}/{head.id}"
        if digit == _AGAIN:
            return self._one(head, row)
        if digit not in (*_ANSWERS, _ONE_BY_ONE):
            return replace(alone(tx, row), key=key)
        said = alone(tx, row) if digit in _ANSWERS else Spoken(text="", lang=self._lang(row))
        if said.listen:
            return replace(said, key=key)
        return self._go_on(tx, head, said, now, after=row)

    def _go_on(
        self, tx: Tx, head: Row, said: Spoken, now: datetime, after: Row | None = None
    ) -> Spoken:
        """What else there is to answer, after what was just said; else the call ends."""
        t = translator(self._lang(head))
        person = head.person or ""
        done = {row.id for row in gathering.in_call(tx, head)}
        if after is not None:
            done.add(after.id)
        grave = self._left(tx, head, gathering.grave_for(tx, person, now - _FRESH), done)
        if grave:
            item = self._one(head, grave[0])
            return replace(item, text=sentences([said.text, t(MEANWHILE_CRITICAL), item.text]))
        joined = gathering.join_call(tx, head, person, now)
        skipped = set() if after is None else {after.id}
        left = self._left(tx, head, gathering.open_in_call(tx, head), skipped)
        if after is not None and not joined:
            later = [row for row in left if (row.lane, row.id) > (after.lane, after.id)]
            if not later:
                more = [t(NO_MORE)] if not said.text else []
                return replace(said, text=sentences([said.text, *more]))
            item = self._one(head, later[0])
            return replace(item, text=sentences([said.text, t(NEXT), item.text]).strip())
        if not left:
            return said
        item = self._one(head, left[0]) if len(left) == 1 else self._all(tx, head, left)
        return replace(item, text=sentences([said.text, t(MEANWHILE), item.text]).strip())

    def _answer_all(
        self, tx: Tx, head: Row, waiting: Sequence[Row], digit: str, now: datetime
    ) -> Spoken:
        t = translator(self._lang(head))
        person = head.person or ""
        if digit == _NONE:
            declined = Declined(person=person, name=head.name, via="keypad")
            self._tell(tx, waiting, declined, now)
            return Spoken(text=t(DECLINED_ALL), lang=self._lang(head))
        event = Acked(person=person, name=head.name, via="keypad")
        reasons = self._tell(tx, waiting, event, now)
        taken = sum(r in (Reason.ACKED, Reason.ALREADY_YOURS) for r in reasons)
        others = self._of_others(tx, head)
        said = [t(TAKEN_ALL).format(count=taken)]
        if others:
            said.append(t(SOMEBODY_HAD).format(count=others))
        return Spoken(text=sentences(said), lang=self._lang(head))

    def _left(
        self, tx: Tx, head: Row, rows: Sequence[Row], but: Set[int] = frozenset()
    ) -> list[Row]:
        """Those that this person has not refused."""
        return [row for row in rows if row.id not in but and not _refused(tx, row, head.person)]

    def _of_others(self, tx: Tx, head: Row) -> int:
        """How many of a call's matters somebody else has."""
        found = [_page(tx, row) for row in gathering.in_call(tx, head)]
        return sum(one is not None and one.owner not in (None, head.person) for one in found)

    def _tell(
        self, tx: Tx, waiting: Sequence[Row], event: Event, now: datetime
    ) -> list[Reason | None]:
        """Each of them by itself, as if it had been answered alone."""
        pages.lock(tx, {row.page for row in waiting if row.page is not None})
        reasons: list[Reason | None] = []
        for row in waiting:
            decision = self.engine.tell(tx, row.page or "", event, now, attempt=row.id)
            reasons.append(decision.reason if decision is not None else None)
        return reasons

    def _all(self, tx: Tx, head: Row, waiting: Sequence[Row]) -> Spoken:
        lang = self._lang(head)
        text = gathered(translator(lang), [facts_of(row, late=row.late) for row in waiting])
        return Spoken(text=text, lang=lang, listen=True, key=str(head.id))

    def _one(self, head: Row, row: Row) -> Spoken:
        lang = self._lang(head)
        text = one(translator(lang), facts_of(row, late=row.late))
        return Spoken(text=text, lang=lang, listen=True, key=f"{row.id}/{head.id}")

    def _end(self, head: Row) -> Spoken:
        lang = self._lang(head)
        return Spoken(text=translator(lang)(NO_MORE), lang=lang)

    def _lang(self, row: Row) -> str:
        return row.lang or self.lang


def _refused(tx: Tx, row: Row, person: str | None) -> bool:
    page = _page(tx, row)
    known = page.person(person or "") if page is not None else None
    return known is not None and known.declined


def _page(tx: Tx, row: Row) -> Page | None:
    """The page a message is about; None for one that cannot be read.

    The others of the call are answered all the same; whoever answers that one raises its alarm.
    """
    try:
        loaded = pages.load(tx, row.page or "")
    except msgspec.DecodeError:
        return None
    return loaded.page if loaded is not None else None


def by_key(tx: Tx, key: str) -> tuple[Row, Row] | None:
    """The message a key is about and the call it was pressed in, from ``9/7``."""
    about, _, call = key.partition("/")
    plain = all(part.isascii() and part.isdecimal() and len(part) <= 18 for part in (about, call))
    row = outbox.by_id(tx, int(about)) if plain else None
    head = outbox.by_id(tx, int(call)) if plain else None
    if row is None or head is None or row.person != head.person:
        return None
    return row, head
