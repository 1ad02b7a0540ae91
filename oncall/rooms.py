"""What comes back from a telephone conference: keys of whoever is rung, and who is inside."""

from __future__ import annotations

from datetime import datetime

from notifiers.message import Room, RoomNews, RoomWord
from oncall.core.texts.talk import ENTERING, NO_CONFERENCE
from oncall.core.transfers import POLICE_DESK
from oncall.core.transfers.events import ConferenceOver, GuestMoved
from oncall.core.transfers.talks import Conference, Guest, Presence
from oncall.engine import Engine
from oncall.i18n import translator
from oncall.legs import Leg, leg_of
from oncall.spoken import Spoken
from oncall.store import outbox, pages, transfers
from oncall.store.database import Tx
from oncall.store.outbox import Row

_PREFIX = "talk-"
#: Digits of the largest id a database gives.
_LONGEST_KEY = 18


class Rooms:
    """The providers' one way to tell a transfer who is in its conference."""

    def __init__(self, engine: Engine, *, lang: str) -> None:
        self.engine = engine
        self.cases = engine.cases
        self.db = engine.db
        self.lang = lang

    def pressed(self, tx: Tx, row: Row, leg: Leg, digit: str) -> Spoken:
        """Somebody rung presses a key: 1 enters, any other hears the words again."""
        lang = row.lang or self.lang
        t = translator(lang)
        call, guest = _guest(tx, row.transfer or "", leg)
        if call is None or guest is None or call.ended_at is not None:
            return Spoken(text=t(NO_CONFERENCE), lang=lang)
        if digit != "1":
            return Spoken(text=row.text or "", lang=lang, listen=True)
        return Spoken(
            text=t(ENTERING), lang=lang, room=_room(row.transfer or "", leg, guest, row.id)
        )

    def walk_in(self, tx: Tx, row: Row, provider_id: str, now: datetime) -> Room | None:
        """The room for whoever has just joined the talk by a key; None where none is open."""
        transfer, (unit, _) = row.transfer or "", pages.whose(tx, row.page or "")
        found = transfers.by_ids(tx, [transfer]).get(transfer)
        talk = found.life.talk if found is not None else None
        call = talk.connected if talk is not None else None
        if call is None:
            return None
        for guest in call.guests:
            if guest.unit == unit and guest.presence is Presence.RUNG:
                leg = Leg(conference=call.number, guest=guest.id)
                made = self.cases.legs.walk_in(tx, transfer, leg, row, provider_id, now)
                return None if made is None else _room(transfer, leg, guest, made)
        return None

    def heard(self, news: RoomNews, now: datetime) -> bool:
        """A provider says who entered or left, or that it is over; False for what is not ours."""
        return self.db.attempt(lambda tx: self._heard(tx, news, now))

    def _heard(self, tx: Tx, news: RoomNews, now: datetime) -> bool:
        transfer, _, number = news.room.removeprefix(_PREFIX).rpartition("-")
        if not news.room.startswith(_PREFIX) or not number.isdecimal():
            return False
        if transfer not in transfers.by_ids(tx, [transfer]):
            return False
        if news.word is RoomWord.OVER:
            self.cases.tell(tx, transfer, ConferenceOver(number=int(number)), now)
            return True
        plain = news.label.isascii() and news.label.isdecimal() and len(news.label) <= _LONGEST_KEY
        row = outbox.by_id(tx, int(news.label)) if plain else None
        leg = leg_of(row) if row is not None else None
        if row is None or leg is None or row.transfer != transfer:
            return False
        presence = Presence.IN if news.word is RoomWord.JOINED else Presence.LEFT
        self.tell(tx, row, leg, presence, now)
        return True

    def tell(
        self, tx: Tx, row: Row, leg: Leg, presence: Presence, now: datetime, code: str = ""
    ) -> None:
        """Where the guest of a leg is now; ``code`` is a provider's word for why not inside."""
        transfer = row.transfer or ""
        _, guest = _guest(tx, transfer, leg)
        moved = GuestMoved(
            by=guest.name if guest is not None else "",
            unit=guest.unit if guest is not None else None,
            number=leg.conference,
            guest=leg.guest,
            presence=presence,
            code=code,
        )
        self.cases.tell(tx, transfer, moved, now)


def lock(tx: Tx, transfer: str) -> None:
    """Pages before messages, as everybody locks them, for who will tell about a leg."""
    pages.lock(tx, {page for _, page, _ in transfers.pages_of(tx, transfer)})


def _guest(tx: Tx, transfer: str, leg: Leg) -> tuple[Conference | None, Guest | None]:
    found = transfers.by_ids(tx, [transfer]).get(transfer)
    talk = found.life.talk if found is not None else None
    call = talk.conference if talk is not None else None
    if call is None or call.number != leg.conference:
        return None, None
    return call, next((one for one in call.guests if one.id == leg.guest), None)


def _room(transfer: str, leg: Leg, guest: Guest, row: int) -> Room:
    # When 110 leaves, the three parties do not talk any more.
    name = f"{_PREFIX}{transfer}-{leg.conference}"
    return Room(name=name, label=str(row), ends=guest.unit == POLICE_DESK)
