"""What comes back from phones: texts, keys and receipts, told to the right page exactly once.

Nothing here trusts a message for more than it says: a delivered text or an answered call is never
an ack, and a text from a number we do not know changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from notifiers.errors import NumberError
from notifiers.message import (
    Channel,
    InboundSms,
    KeyPress,
    Pulled,
    Receipt,
    ReceiptResult,
)
from notifiers.phone import e164
from oncall.cards import Labels, flag_of
from oncall.core import model
from oncall.core.errors import Unreachable
from oncall.core.events import Acked, Declined, Delivered, DeliveryFailed, Event
from oncall.core.model import Alarm, Notice, Reason
from oncall.core.policies.special import TALK
from oncall.core.replies import Intent, keypad
from oncall.core.texts.answers import Answer, answer
from oncall.core.texts.talk import ENTERING
from oncall.core.texts.voice import CALL_BACK, CONNECTING, HEARD, KEYS
from oncall.core.transfers import desk_of
from oncall.core.transfers.talks import Presence
from oncall.engine import Engine
from oncall.i18n import translator
from oncall.intake import Intake
from oncall.legs import Leg, leg_of
from oncall.menu import Menu, by_key
from oncall.rooms import Rooms, lock
from oncall.spoken import Spoken
from oncall.store import alarms, attempts, contacts, outbox, pages, transfers
from oncall.store.attempts import HUNG_UP, ON_ITS_WAY
from oncall.store.database import Tx
from oncall.store.log import Entry, append
from oncall.store.outbox import (
    ACCEPTED,
    ANSWERED,
    DELIVERED,
    FAILED,
    RANK,
    Row,
)
from oncall.texting import Texting

_log = logging.getLogger(__name__)

_OVER = frozenset({ReceiptResult.ENDED, ReceiptResult.FAILED})
#: How long a handset that was away is given before the text is tried once more.
_ONCE_MORE = timedelta(minutes=2)
_PAGING = frozenset({Notice.PAGE, Notice.HANDOVER, Notice.ALARM})
#: What is remembered of a key pressed in a call.
_LONGEST_OCCASION = 200
#: Digits of the largest id a database gives.
_LONGEST_KEY = 18


class Answers:
    """The phones' one way in."""

    def __init__(self, engine: Engine, intake: Intake, texting: Texting, *, lang: str) -> None:
        self.engine = engine
        self.intake = intake
        self.rooms = Rooms(engine, lang=lang)
        self.menu = Menu(engine, lang=lang)
        self.texting = texting
        self.db = engine.db
        self.lang = lang

    def sms(self, inbound: InboundSms, now: datetime) -> Reason | None:
        """A text arrived: act on it once and answer it; None when it changed nothing."""
        return self.texting.sms(inbound, now)

    def take(self, told: Pulled, now: datetime) -> None:
        """Apply everything a provider pushed or was asked for; what came before changes nothing.

        One that cannot be applied is logged and costs the others nothing. Raises Unreachable: then
        all of it may be told again.
        """
        work: list[Callable[[], object]] = [
            *(partial(self.receipt, receipt, now) for receipt in told.receipts),
            *(partial(self.sms, text, now) for text in told.texts),
            *(partial(self.pressed, press, now) for press in told.presses),
        ]
        for one in work:
            try:
                one()
            except Unreachable:
                raise
            except Exception:  # noqa: BLE001 - whatever is wrong with one, the others count
                _log.exception("something that a provider told cannot be applied")

    # -- receipts --------------------------------------------------------------------------

    def receipt(self, receipt: Receipt, now: datetime) -> bool:
        """Apply a provider's word by rank; False for an old, repeated or unknown one."""
        return self.db.attempt(lambda tx: self._receipt(tx, receipt, now))

    def _receipt(self, tx: Tx, receipt: Receipt, now: datetime) -> bool:
        row = _row_of(tx, receipt.key, receipt.provider_id)
        if row is None:
            return False
        about = [row]
        if receipt.result is ReceiptResult.FAILED:
            about += attempts.said_together(tx, row)
        named = self.engine.cards.labels(tx, now)
        told = [(one.page, event) for one in about if (event := _news(one, receipt, named))]
        legs = _ended_legs(tx, row) if receipt.result in _OVER else []
        # Pages before messages, as everybody locks them.
        for one, _ in legs:
            lock(tx, one.transfer or "")
        pages.lock(tx, {page for page, _ in told if page is not None})
        # A label beside the state: it moves no page, and shortens no ladder.
        heard = receipt.answered_by is not None and attempts.label(tx, row.id, receipt.answered_by)
        state, rank = _standing(receipt)
        news = attempts.advance(
            tx,
            row.id,
            state=state,
            rank=rank,
            provider_id=receipt.provider_id or None,
            code=receipt.code,
            now=now,
        )
        for one, leg in legs:
            if one.id != row.id:
                attempts.advance(
                    tx, one.id, state=ANSWERED, rank=HUNG_UP, provider_id=None, code=None, now=now
                )
            elif not news:
                continue
            self.rooms.tell(tx, one, leg, Presence.MISSING, now)
        if not news:
            return heard
        flag = flag_of(receipt)
        if flag is not None and receipt.result is ReceiptResult.FAILED:
            self.engine.cards.spoil(tx, row, flag, receipt.code or receipt.status, now)
        self._tell(tx, told, now)
        if receipt.once_more and row.notice in _PAGING:
            attempts.once_more(tx, row, now + _ONCE_MORE)
        return True

    def _tell(self, tx: Tx, told: Sequence[tuple[str | None, Event]], now: datetime) -> None:
        """What a receipt means, to each page it means something to."""
        for page, event in told:
            if page is not None:
                self.engine.tell(tx, page, event, now)

    # -- keys ------------------------------------------------------------------------------

    def key(self, press: KeyPress, now: datetime) -> Spoken:
        """A key was pressed in one of our calls."""
        return self.db.attempt(lambda tx: self._key(tx, press, now, live=True))

    def pressed(self, press: KeyPress, now: datetime) -> bool:
        """A key of a call that is over, told afterwards: acted on once; nobody hears an answer."""

        def once(tx: Tx) -> bool:
            occasion = f"key:{press.provider_id}:{press.key}:{press.digit}"
            if not transfers.first_time(tx, occasion[:_LONGEST_OCCASION], now):
                return False
            self._key(tx, press, now, live=False)
            return True

        return self.db.attempt(once)

    def _key(self, tx: Tx, press: KeyPress, now: datetime, *, live: bool) -> Spoken:
        """``live``: somebody is in the call and hears what is said."""
        named = by_key(tx, press.key) if "/" in press.key else None
        row, head = named or (_row_of(tx, press.key, press.provider_id), None)
        if row is not None:
            self.engine.cards.answered(tx, row, contacts.BY_KEY, now)
        leg = leg_of(row) if row is not None else None
        if row is not None and leg is not None:
            return self.rooms.pressed(tx, row, leg, press.digit)
        if row is None or row.person is None:
            return Spoken(text="", lang=self.lang, listen=False)
        if row.page is None:
            return self._drilled(tx, row.person, row.lang or self.lang, now)

        def alone(tx: Tx, about: Row) -> Spoken:
            # What was read in another call than its own leaves a call of its own to be ended.
            elsewhere = head is not None and about.provider_id != head.provider_id
            attempt = None if elsewhere else about.id
            return self._about_a_page(tx, press, about, now, attempt=attempt)

        return self.menu.pressed(tx, row, head, press.digit, alone, now, live=live)

    def _about_a_page(
        self, tx: Tx, press: KeyPress, row: Row, now: datetime, *, attempt: int | None
    ) -> Spoken:
        """A key about one page; ``attempt`` is the call it was pressed in, if that is its own."""
        page, person = row.page or "", row.person or ""
        intent = keypad(press.digit)
        lang = row.lang or self.lang
        t = translator(lang)
        code = transfers.code_of_page(tx, page)
        append(
            tx,
            [
                Entry(
                    transfer=row.transfer or "",
                    page=page,
                    at=now,
                    event="KeyPressed",
                    who=row.name,
                    payload={"digit": press.digit, "attempt": row.id},
                )
            ],
        )

        def say(kind: Answer, *, owner: str = "", listen: bool = False) -> Spoken:
            said = answer(t, kind, "", code=code, owner=owner)
            return Spoken(text=said, lang=lang, listen=listen)

        if intent is Intent.POLICE:
            self.intake.call_police_in(tx, code, row.name, now)
            return say(Answer.POLICE, listen=True)
        if intent is Intent.REPEAT:
            return Spoken(text=row.text or "", lang=lang, listen=True)
        if intent is Intent.DISPATCHER:
            return self._to_the_desk(tx, row, lang, now)
        if intent not in (Intent.ACK, Intent.DECLINE):
            return Spoken(text=t(KEYS), lang=lang, listen=True)
        event: Event = Acked(person=person, name=row.name, via="keypad")
        if intent is Intent.DECLINE:
            event = Declined(person=person, name=row.name, via="keypad")
        decision = self.engine.tell(tx, page, event, now, attempt=attempt)
        if decision is None:
            # The page is broken and the desk is alarmed: nobody may think it taken.
            return Spoken(text=t(KEYS), lang=lang, listen=True)
        if decision.reason is Reason.CLOSED:
            return say(Answer.CLOSED)
        if decision.reason in (Reason.ALREADY_OWNED, Reason.NOT_OWNER):
            return say(Answer.OWNED, owner=decision.page.owner_name or "")
        room = None
        if intent is Intent.ACK and decision.page.policy.name == TALK:
            room = self.rooms.walk_in(tx, row, press.provider_id, now)
        if room is not None:
            return Spoken(text=t(ENTERING), lang=lang, room=room)
        return say(Answer.DECLINED if intent is Intent.DECLINE else Answer.CONFIRMED)

    def _drilled(self, tx: Tx, person: str, lang: str, now: datetime) -> Spoken:
        """A key in a call about no page: whichever it was, somebody listened to the drill."""
        drills = self.texting.drills
        checks = drills.pending(tx, {person}, now)
        drills.heard(tx, checks, now)
        said = translator(lang)(HEARD) if checks else ""
        return Spoken(text=said, lang=lang, listen=False)

    def _to_the_desk(self, tx: Tx, row: Row, lang: str, now: datetime) -> Spoken:
        """0: on to the desk that handed it over, or the desk is to call back. Never an answer."""
        transfer = transfers.by_ids(tx, [row.transfer or ""])[row.transfer or ""]
        desk = self.engine.directory.at(tx, now).units.get(desk_of(transfer.origin))
        t = translator(lang)
        try:
            number = e164(desk.desk_phone) if desk is not None and desk.desk_phone else None
        except NumberError:
            number = None
        if number is not None:
            return Spoken(text=t(CONNECTING), lang=lang, listen=False, dial=number)
        alarms.raise_alarm(
            tx,
            Alarm.WANTS_DESK,
            now,
            unit=pages.whose(tx, row.page or "")[0],
            transfer=row.transfer,
            page=row.page,
            who=row.name,
        )
        tx.ring()
        return Spoken(text=t(CALL_BACK), lang=lang, listen=True)


def _row_of(tx: Tx, key: str, provider_id: str) -> Row | None:
    """The message a provider speaks of; None for a key that was never ours.

    One that does not tell our key back speaks of the id it gave.
    """
    if not key:
        return attempts.by_provider_id(tx, provider_id)
    plain = key.isascii() and key.isdecimal() and len(key) <= _LONGEST_KEY
    if not plain:
        # A courtesy copy, a test message, or whatever somebody else sends by the same account.
        return None
    row = outbox.by_id(tx, int(key))
    if row is None:
        # Lost with a database that an older copy has replaced.
        _log.warning("a provider tells of message %s, which is not here", key)
    return row


def _news(row: Row, receipt: Receipt, label: Labels) -> Event | None:
    """What a receipt means for the page of a message; None if nothing."""
    if row.person is None or row.notice not in _PAGING:
        return None
    channel = model.Channel(row.channel)
    if receipt.result is ReceiptResult.DELIVERED:
        return Delivered(person=row.person, channel=channel)
    if receipt.result is ReceiptResult.FAILED and _definite(receipt, row.channel):
        code = receipt.code or receipt.status
        return DeliveryFailed(person=row.person, channel=channel, code=code, number=label(row))
    return None


def _ended_legs(tx: Tx, row: Row) -> list[tuple[Row, Leg]]:
    """The part in a conference that ends with a call: its own, or of whoever it led in."""
    if row.channel != Channel.VOICE:
        return []
    same = [row] if leg_of(row) is not None else attempts.sharing(tx, row)
    return [(one, leg) for one in same if (leg := leg_of(one)) is not None]


def _standing(receipt: Receipt) -> tuple[str, int]:
    """Our state and rank for a provider's word."""
    return {
        ReceiptResult.PROGRESS: (ACCEPTED, ON_ITS_WAY),
        ReceiptResult.ANSWERED: (ANSWERED, RANK[ANSWERED]),
        ReceiptResult.DELIVERED: (DELIVERED, RANK[DELIVERED]),
        ReceiptResult.ENDED: (ANSWERED, HUNG_UP),
        ReceiptResult.FAILED: (FAILED, RANK[FAILED]),
    }[receipt.result]


def _definite(receipt: Receipt, channel: str) -> bool:
    """A text that failed will not arrive; a call nobody picked up may be picked up next time."""
    return receipt.permanent or channel == Channel.SMS
