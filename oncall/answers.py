"""What comes back from phones: texts, keys and receipts, told to the right page exactly once.

Nothing here trusts a message for more than it says: a delivered text or an answered call is never
an ack, and a text from a number we do not know changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from notifiers.message import Channel, InboundSms, KeyPress, Pulled, Receipt, ReceiptResult
from notifiers.phone import mask, national
from oncall.carry import BULK
from oncall.core import model
from oncall.core.events import Acked, Declined, Delivered, DeliveryFailed, Event
from oncall.core.model import Alarm, Notice, Reason, State
from oncall.core.replies import Aim, Intent, Reply, choose, keypad, parse
from oncall.core.texts.answers import Answer, answer
from oncall.core.texts.templates import of_answer
from oncall.engine import Engine
from oncall.i18n import translator
from oncall.intake import Intake
from oncall.store import alarms, attempts, directory, outbox, pages, transfers
from oncall.store.attempts import HUNG_UP, ON_ITS_WAY
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.log import Entry, append
from oncall.store.outbox import (
    ACCEPTED,
    ANSWERED,
    DELIVERED,
    FAILED,
    RANK,
    Draft,
    Row,
)
from oncall.store.transfers import Asked

_log = logging.getLogger(__name__)

#: How long after a page ended its number is still understood ("you are late, X has it").
_REMEMBERED = timedelta(hours=24)
#: At most one help line per number in this many seconds, so that two machines never chat.
_HELP_EVERY = 600
_PAGING = frozenset({Notice.PAGE, Notice.HANDOVER, Notice.ALARM})
_OPEN = (State.WAITING, State.EXHAUSTED)
#: What is remembered of a key pressed in a call.
_LONGEST_OCCASION = 200
#: Digits of the largest id a database gives.
_LONGEST_KEY = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a caller hears after pressing a key, and whether we go on listening."""

    text: str
    lang: str
    listen: bool
    dial: str | None = None


class Answers:
    """The phones' one way in."""

    def __init__(self, engine: Engine, intake: Intake, *, lang: str, signature: str) -> None:
        self.engine = engine
        self.intake = intake
        self.db = engine.db
        self.lang = lang
        self.signature = signature

    def take(self, told: Pulled, now: datetime) -> None:
        """Apply everything a provider pushed or was asked for; what came before changes nothing."""
        for receipt in told.receipts:
            self.receipt(receipt, now)
        for text in told.texts:
            self.sms(text, now)
        for press in told.presses:
            self.pressed(press, now)

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
        told = [(one.page, event) for one in about if (event := _news(one, receipt))]
        # Pages before messages, as everybody locks them.
        pages.lock(tx, {page for page, _ in told if page is not None})
        state, rank = _standing(receipt)
        news = attempts.advance(
            tx,
            row.id,
            state=state,
            rank=rank,
            provider_id=receipt.provider_id,
            code=receipt.code,
            now=now,
        )
        if not news:
            return False
        for page, event in told:
            if page is not None:
                self.engine.tell(tx, page, event, now)
        return True

    # -- texts -----------------------------------------------------------------------------

    def sms(self, inbound: InboundSms, now: datetime) -> Reason | None:
        """A text arrived: act on it once and answer it; None when it changed nothing."""
        return self.db.attempt(lambda tx: self._sms(tx, inbound, now))

    def _sms(self, tx: Tx, inbound: InboundSms, now: datetime) -> Reason | None:
        number = national(inbound.sender)
        if not transfers.first_time(tx, f"sms:{inbound.provider_id}", now):
            return None
        people = directory.people_with_number(tx, number)
        if not people:
            _log.warning("a text from %s, which is nobody's number here", mask(number))
            return None
        asked = transfers.pages_for(tx, [p.id for p in people], now - _REMEMBERED)
        reply = parse(inbound.text)
        if inbound.opted_out or reply.intent is Intent.OPT_OUT:
            self._opted_out(tx, people, asked, now)
            return None
        return self._act(tx, people, asked, reply, number, now)

    def _act(
        self,
        tx: Tx,
        people: Sequence[Person],
        asked: Sequence[Asked],
        reply: Reply,
        number: str,
        now: datetime,
    ) -> Reason | None:
        if reply.intent not in (Intent.ACK, Intent.ACK_ALL, Intent.DECLINE, Intent.POLICE):
            self._help(tx, people, asked, number, now)
            return None
        choice = choose(reply, [a.code for a in asked if a.state in _OPEN])
        if choice.aim is Aim.NOTHING:
            # Nothing is open, but "X has it already" is a better answer than silence.
            choice = choose(
                reply,
                [a.code for a in asked][:1] if reply.code is None else [a.code for a in asked],
            )
        if choice.aim is Aim.NOTHING:
            self._say(tx, people[0], Answer.NOTHING, number, now)
            return None
        if choice.aim is Aim.ASK:
            digit = {Intent.DECLINE: "2", Intent.POLICE: "9"}.get(reply.intent, "1")
            self._say(tx, people[0], Answer.ASK_WHICH, number, now, codes=choice.codes, digit=digit)
            return None
        reason = None
        chosen = [a for a in asked if a.code in choice.codes]
        pages.lock(tx, {target.page for target in chosen})
        for target in chosen:
            reason = self._tell(tx, people, target, reply, number, now) or reason
        return reason

    def _tell(
        self,
        tx: Tx,
        people: Sequence[Person],
        target: Asked,
        reply: Reply,
        number: str,
        now: datetime,
    ) -> Reason | None:
        who = people[0]
        if reply.intent is Intent.POLICE:
            self.intake.call_police_in(tx, target.code, who.name, now)
            self._say(tx, who, Answer.POLICE, number, now, code=target.code)
            return Reason.BY_HAND
        if target.state is State.CANCELLED:
            self._say(tx, who, Answer.CLOSED, number, now, code=target.code)
            return Reason.CLOSED

        def event(page: model.Page) -> Event:
            on_it = next((p for p in people if page.person(p.id) is not None), who)
            if reply.intent is Intent.DECLINE:
                return Declined(person=on_it.id, name=on_it.name, why=reply.why, via="sms")
            return Acked(person=on_it.id, name=on_it.name, via="sms")

        decision = self.engine.tell(tx, target.page, event, now)
        if decision is None:
            return None
        if reply.intent is Intent.DECLINE:
            kind = Answer.OWNED if decision.reason is Reason.NOT_OWNER else Answer.DECLINED
            owner = decision.page.owner_name or ""
            self._say(tx, who, kind, number, now, code=target.code, owner=owner)
        elif decision.reason is Reason.ALREADY_YOURS:
            self._say(tx, who, Answer.CONFIRMED, number, now, code=target.code)
        return decision.reason

    def _help(
        self,
        tx: Tx,
        people: Sequence[Person],
        asked: Sequence[Asked],
        number: str,
        now: datetime,
    ) -> None:
        turn = int(now.timestamp()) // _HELP_EVERY
        if transfers.first_time(tx, f"help:{number}:{turn}", now):
            codes = [a.code for a in asked if a.state in _OPEN]
            self._say(tx, people[0], Answer.HELP, number, now, codes=codes)

    def _opted_out(
        self, tx: Tx, people: Sequence[Person], asked: Sequence[Asked], now: datetime
    ) -> None:
        """The provider now blocks texts to this number: say so, and use another channel."""
        for person in people:
            alarms.raise_alarm(tx, Alarm.UNREACHABLE, now, unit=person.unit, who=person.name)
            for target in asked:
                if target.state in _OPEN:
                    event = DeliveryFailed(
                        person=person.id, channel=model.Channel.SMS, code="opted_out"
                    )
                    self.engine.tell(tx, target.page, event, now)

    def _say(
        self,
        tx: Tx,
        person: Person,
        kind: Answer,
        number: str,
        now: datetime,
        *,
        code: str = "",
        codes: Sequence[str] = (),
        owner: str = "",
        digit: str = "1",
    ) -> None:
        t = translator(person.lang or self.lang)
        text = answer(t, kind, self.signature, code=code, codes=codes, owner=owner, digit=digit)
        # For a carrier that sends approved texts only.
        template = of_answer(t, kind, code=code, codes=codes, owner=owner, digit=digit)
        draft = Draft(
            # One answer of a kind per text and matter: said of two pages, it is said once.
            key=f"reply/{number}/{now.timestamp():.6f}/{kind}/{code}",
            page=None,
            transfer=None,
            person=person.id,
            name=person.name,
            channel=Channel.SMS,
            address=number,
            lang=person.lang,
            notice=Notice.REPLY,
            level=0,
            lane=BULK - 1,
            facts=msgspec.json.encode(template).decode(),
            planned_at=now,
            due_at=now,
            useful_seconds=3600,
            text=text,
        )
        outbox.put_once(tx, draft)

    # -- keys ------------------------------------------------------------------------------

    def key(self, press: KeyPress, now: datetime) -> Spoken:
        """A key was pressed in one of our calls."""
        return self.db.attempt(lambda tx: self._key(tx, press, now))

    def pressed(self, press: KeyPress, now: datetime) -> bool:
        """A key of a call that is over, told afterwards: acted on once; nobody hears an answer."""

        def once(tx: Tx) -> bool:
            occasion = f"key:{press.provider_id}:{press.key}:{press.digit}"
            if not transfers.first_time(tx, occasion[:_LONGEST_OCCASION], now):
                return False
            self._key(tx, press, now)
            return True

        return self.db.attempt(once)

    def _key(self, tx: Tx, press: KeyPress, now: datetime) -> Spoken:
        intent = keypad(press.digit)
        row = _row_of(tx, press.key, press.provider_id)
        if row is None or row.page is None or row.person is None:
            return Spoken(text="", lang=self.lang, listen=False)
        lang = row.lang or self.lang
        t = translator(lang)
        code = transfers.code_of_page(tx, row.page)
        append(
            tx,
            [
                Entry(
                    transfer=row.transfer or "",
                    page=row.page,
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
        if intent not in (Intent.ACK, Intent.DECLINE):
            return say(Answer.HELP, listen=True)
        event: Event = Acked(person=row.person, name=row.name, via="keypad")
        if intent is Intent.DECLINE:
            event = Declined(person=row.person, name=row.name, via="keypad")
        decision = self.engine.tell(tx, row.page, event, now, attempt=row.id)
        if decision is None:
            # The page is broken and the desk is alarmed: nobody may think it taken.
            return say(Answer.HELP, listen=True)
        if decision.reason is Reason.CLOSED:
            return say(Answer.CLOSED)
        if decision.reason in (Reason.ALREADY_OWNED, Reason.NOT_OWNER):
            return say(Answer.OWNED, owner=decision.page.owner_name or "")
        return say(Answer.DECLINED if intent is Intent.DECLINE else Answer.CONFIRMED)


def _row_of(tx: Tx, key: str, provider_id: str) -> Row | None:
    """The message a provider speaks of; None for a key that was never ours.

    One that does not tell our key back speaks of the id it gave.
    """
    if not key:
        return attempts.by_provider_id(tx, provider_id)
    plain = key.isascii() and key.isdecimal() and len(key) <= _LONGEST_KEY
    return outbox.by_id(tx, int(key)) if plain else None


def _news(row: Row, receipt: Receipt) -> Event | None:
    """What a receipt means for the page of a message; None if nothing."""
    if row.person is None or row.notice not in _PAGING:
        return None
    channel = model.Channel(row.channel)
    if receipt.result is ReceiptResult.DELIVERED:
        return Delivered(person=row.person, channel=channel)
    if receipt.result is ReceiptResult.FAILED and _definite(receipt, row.channel):
        code = receipt.code or receipt.status
        return DeliveryFailed(person=row.person, channel=channel, code=code)
    return None


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
