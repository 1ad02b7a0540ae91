"""The calls of a telephone conference: a row of the outbox for each guest, and their end.

A leg is rung, retried, told of and hung up as every other call is. The caller's number is in no
row: whoever dials looks it up at that moment, and nobody writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from oncall.batch import Batch
from oncall.carry import LANES
from oncall.core.model import Channel, Notice, Urgency
from oncall.core.texts.talk import ask_back, caller_rung, guest_rung
from oncall.core.transfers import POLICE_DESK, PartRole, Transfer, desk_of
from oncall.core.transfers.commands import AskBack, HangUp, Ring
from oncall.directory import Snapshot
from oncall.i18n import translator
from oncall.notices import Notices
from oncall.store import attempts, outbox, pages, transfers
from oncall.store.database import Tx
from oncall.store.log import dumps
from oncall.store.outbox import Draft, Row

_LONGEST_NAME = 60
#: A word to whoever was missed waits behind nothing but pages.
_LANE = LANES[Urgency.URGENT]


#: What a conference asks for.
Order = Ring | AskBack | HangUp


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """Which guest of which conference a row rings, as it stands in the row's facts."""

    conference: int
    guest: str


class _Facts(msgspec.Struct):
    conference: int = 0
    guest: str = ""


_facts = msgspec.json.Decoder(_Facts).decode


def leg_of(row: Row) -> Leg | None:
    """The leg a row is; None for every other message."""
    if row.page is not None or row.channel != Channel.VOICE:
        return None
    told = _facts(row.facts)
    return Leg(conference=told.conference, guest=told.guest) if told.conference else None


def of_caller(row: Row) -> bool:
    """Whether a row rings the caller, whose number it does not hold."""
    return row.person is None and leg_of(row) is not None


@dataclass(frozen=True, slots=True)
class Legs:
    """Makes and ends them, in the transaction that decides so."""

    notices: Notices

    def do(self, batch: Batch, transfer: Transfer, order: Order) -> None:
        """What a conference asks for."""
        if isinstance(order, Ring):
            self.ring(batch, transfer, order)
        elif isinstance(order, AskBack):
            self.ask_back(batch, transfer, order)
        else:
            attempts.quell_all(batch.tx, _key(transfer.id, order.number, ""), batch.now)

    def ring(self, batch: Batch, transfer: Transfer, command: Ring) -> None:
        """Queue one call, in the gravest lane; it is of no use after the time to join."""
        snapshot = batch.snapshot
        person = None
        if command.unit is not None:
            # Without a card there is no number: the send fails, and the desk is told.
            person = _who_joined(batch.tx, transfer.id, command.unit) or command.unit
        known = snapshot.people.get(person or "")
        lang = snapshot.lang(person) if person is not None else None
        t = translator(lang or self.notices.lang)
        signature = self.notices.signature
        said = (
            caller_rung(t, signature)
            if person is None
            else guest_rung(t, transfer.code, signature, drill=transfer.drill)
        )
        address = snapshot.address(person, Channel.VOICE) if person is not None else None
        life = snapshot.book.life.join_within
        draft = Draft(
            key=_key(transfer.id, command.number, command.guest),
            page=None,
            transfer=transfer.id,
            person=person,
            name=known.name[:_LONGEST_NAME] if known is not None else "",
            channel=Channel.VOICE,
            address=address or "",
            lang=lang,
            notice=Notice.NEWS,
            level=0,
            lane=LANES[Urgency.CRITICAL],
            facts=dumps(Leg(conference=command.number, guest=command.guest)),
            planned_at=batch.now,
            due_at=batch.now,
            useful_seconds=int(life.total_seconds()),
            text=said,
        )
        outbox.put_once(batch.tx, draft)

    def walk_in(
        self, tx: Tx, transfer: str, leg: Leg, call: Row, provider_id: str, now: datetime
    ) -> int | None:
        """Somebody who just joined by a key is put in by that very call instead of being rung.

        Gives the leg's row; None where it is being rung already.
        """
        key = _key(transfer, leg.conference, leg.guest)
        return attempts.adopt(tx, key, call.provider, provider_id, call.address, now)

    def ask_back(self, batch: Batch, transfer: Transfer, command: AskBack) -> None:
        """Text whoever could not be connected which number to call."""
        person = _who_joined(batch.tx, transfer.id, command.unit)
        if person is None:
            return
        phone = _desk_phone(batch.snapshot, transfer)
        self.notices.tell(
            batch.tx,
            batch.snapshot,
            person,
            lambda t: ask_back(t, transfer.code, phone, drill=transfer.drill),
            batch.now,
            key=_key(transfer.id, command.number, command.guest) + "/back",
            transfer=transfer.id,
            lane=_LANE,
        )


def _key(transfer: str, number: int, guest: str) -> str:
    return f"conference/{transfer}/{number}/{guest}"


def _who_joined(tx: Tx, transfer: str, unit: str) -> str | None:
    """Whoever joined the talk for a unit."""
    for part, page_id, _ in transfers.pages_of(tx, transfer):
        if part.unit == unit and part.role is PartRole.PARTY:
            loaded = pages.load(tx, page_id)
            if loaded is not None and loaded.page.owner is not None:
                return loaded.page.owner
    return None


def _desk_phone(snapshot: Snapshot, transfer: Transfer) -> str:
    """The number of the desk that handed it over, or of 110's; "" where neither is known."""
    for code in (desk_of(transfer.origin), POLICE_DESK):
        desk = snapshot.units.get(code)
        if desk is not None and desk.desk_phone:
            return desk.desk_phone
    return ""
