"""Offer one message to the providers of its channel in their order until one takes it.

A send in doubt is looked for before it is repeated. Whoever does not answer in time is in doubt
itself, and the page goes on by another channel.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from notifiers.errors import NumberError
from notifiers.message import Attachment, Channel, Finds, Message, Notifier, Outcome, OutcomeKind
from notifiers.phone import e164
from oncall.carry import LANES
from oncall.core.errors import OncallError
from oncall.core.model import Urgency
from oncall.core.texts import ASKS
from oncall.core.transfers.events import UNSUPPORTED
from oncall.legs import leg_of, of_caller
from oncall.packing import PAGING, Parcel, again, approved, first_words, is_drill
from oncall.routes import Paid, Routes
from oncall.store import outbox, transfers
from oncall.store.database import Database
from oncall.store.outbox import Row

_log = logging.getLogger(__name__)

#: Seconds. A notifier that has not answered by now is in doubt, whatever its own time-outs say.
LONGEST_SEND = 9.0
#: Seconds to ask whether a send in doubt was taken: a longer wait harms more than a duplicate.
_LONGEST_FIND = 3.0

#: Seconds after which a person may have answered meanwhile: nobody is to be contacted two seconds
#: after an answer, and a provider that fails has up to nine to say so.
_STALE = 0.5

_NO_NUMBER = Outcome(kind=OutcomeKind.REJECTED, provider="none", code="no_number")
#: None of the providers can put calls together.
_NO_CONFERENCE = Outcome(kind=OutcomeKind.REJECTED, provider="none", code=UNSUPPORTED)
_NO_PROVIDER = Outcome(kind=OutcomeKind.REJECTED, provider="none", code="no_provider")
#: Somebody answered while the message was on its way to a provider, or another node has it.
_UNWANTED = Outcome(kind=OutcomeKind.UNAVAILABLE, provider="none", code="unwanted")
#: What broke before anybody can say whether a provider was asked.
IN_DOUBT = Outcome(kind=OutcomeKind.UNKNOWN, provider="none", code="bug")


def _presses(channel: Channel, row: Row) -> bool:
    """Whether silence is worse than the same text twice: the next provider is asked at once.

    A second call would find the line busy with the first, so calls wait.
    """
    return channel is Channel.SMS and row.notice in PAGING and row.lane <= LANES[Urgency.URGENT]


class Sender:
    """Sends one message at a time, any number of them at once."""

    def __init__(
        self,
        db: Database,
        routes: Routes,
        now: Callable[[], datetime],
        *,
        lang: str,
        signature: str,
        enclose: Callable[[Row, datetime], tuple[Attachment, ...]],
    ) -> None:
        self.db = db
        #: The papers of an e-mail.
        self._enclose = enclose
        self.routes = routes
        self.lang = lang
        self.signature = signature
        self._now = now

    async def send(
        self, channel: Channel, parcel: Parcel, paid: Paid | None, *, claimed: float
    ) -> Outcome:
        """Offer the message to each provider of the channel in order until one takes it.

        ``claimed`` is the monotonic second at which it became ours. Once that is a while ago,
        whether it is still wanted is asked before each offer.
        """
        row = parcel.rows[0]
        leg = leg_of(row) is not None
        try:
            number = await self._number(row)
            to = number if channel is Channel.EMAIL else e164(number)
        except NumberError:
            return _NO_NUMBER
        voice = channel is Channel.VOICE
        drill = voice and is_drill(row)
        # A ready text listens where it is a drill's question, which any key answers.
        keypad = voice and (row.notice in ASKS or leg or (drill and row.page is None))
        message = Message(
            key=str(row.id),
            channel=channel,
            to=to,
            text=parcel.text,
            lang=row.lang or self.lang,
            useful_life=timedelta(seconds=row.useful_seconds),
            keypad=keypad,
            drill=drill,
            attachments=await self._papers(channel, row),
        )
        order = self.routes.order(channel)
        if leg:
            order = [one for one in order if one.capabilities(channel).conference]
            if not order:
                return _NO_CONFERENCE
        if row.resent:
            # Whoever has left it in doubt comes last.
            order = sorted(order, key=lambda one: one.name == row.provider)
        if row.resent and (found := await self._find(order, message, parcel)) is not None:
            return found
        refused: list[Outcome] = []
        doubt: Outcome | None = None
        for notifier in order:
            if time.monotonic() - claimed > _STALE and not await self._wanted(parcel):
                return _UNWANTED
            refusal = await self._refusal(notifier, channel, parcel, paid)
            if message.template is None and notifier.capabilities(channel).templates:
                template = approved(parcel, self.lang, self.signature)
                message = replace(message, template=template)
            outcome = refusal or await self._offer(notifier, message)
            if outcome.kind is OutcomeKind.UNKNOWN and _presses(channel, row):
                doubt = outcome
                parcel = again(parcel, self.lang, self.signature)
                message = replace(message, text=parcel.text, template=None)
                continue
            if outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.UNKNOWN):
                return outcome
            refused.append(outcome)
        if doubt is not None:
            return doubt
        # Whichever can be asked again first.
        return min(refused, key=lambda one: one.retry_after or timedelta(0), default=_NO_PROVIDER)

    async def _papers(self, channel: Channel, row: Row) -> tuple[Attachment, ...]:
        if channel is not Channel.EMAIL:
            return ()
        try:
            return await asyncio.to_thread(self._enclose, row, self._now())
        except Exception:  # noqa: BLE001 - the words are worth more than their enclosure
            _log.exception("what belongs to attempt %s could not be enclosed", row.id)
            return ()

    async def _number(self, row: Row) -> str:
        """Where a message goes; the caller's number is looked up now and kept nowhere."""
        if not of_caller(row):
            return row.address

        def look() -> str:
            with self.db.read() as tx:
                return transfers.caller_phone(tx, row.transfer or "")

        return await asyncio.to_thread(look)

    async def _wanted(self, parcel: Parcel) -> bool:
        def look() -> bool:
            with self.db.read() as tx:
                return outbox.still_wanted(tx, parcel.rows)

        try:
            return await asyncio.to_thread(look)
        except OncallError:
            # One message too many annoys, one too few harms.
            return True

    async def _refusal(
        self, notifier: Notifier, channel: Channel, parcel: Parcel, paid: Paid | None
    ) -> Outcome | None:
        """Why a provider is not even asked: it rests, or its limits are used up."""
        now = self._now()
        refusal = self.routes.admits(notifier, channel, now)
        if refusal is not None:
            return refusal
        if paid is not None and paid.provider == notifier.name:
            return paid.refusal
        if not self.routes.limited(notifier, channel):
            return None
        try:
            return await asyncio.to_thread(
                self.routes.pay_now, self.db, notifier, channel, parcel, now
            )
        except OncallError:
            # A limit that cannot be looked up keeps no page from going out.
            return None

    async def _offer(self, notifier: Notifier, message: Message) -> Outcome:
        """One provider, which gets as long as a page can wait for it."""
        try:
            async with asyncio.timeout(LONGEST_SEND):
                outcome = await notifier.send(message)
        except TimeoutError:
            outcome = Outcome(kind=OutcomeKind.UNKNOWN, provider=notifier.name, code="timeout")
        except Exception:  # noqa: BLE001 - a notifier's bug is a send in doubt, not a lost page
            _log.exception("notifier %s broke its promise not to raise", notifier.name)
            outcome = Outcome(kind=OutcomeKind.UNKNOWN, provider=notifier.name, code="bug")
        self.routes.heard(message.channel, outcome, self._now())
        return outcome

    async def _find(
        self, order: Sequence[Notifier], message: Message, parcel: Parcel
    ) -> Outcome | None:
        """A send in doubt is looked for before it is repeated; None: it must be repeated."""
        row = parcel.rows[0]
        said = first_words(parcel, self.lang, self.signature)
        asked = replace(message, text=said)
        for notifier in order:
            if not isinstance(notifier, Finds) or row.provider not in (None, "", notifier.name):
                continue
            try:
                search = notifier.find(asked, row.planned_at)
                outcome = await asyncio.wait_for(search, _LONGEST_FIND)
            except Exception:  # noqa: BLE001 - then it is sent again, which harms nobody
                _log.warning("%s cannot say whether it has attempt %s", notifier.name, row.id)
                continue
            if outcome.kind is OutcomeKind.ACCEPTED:
                return outcome
        return None
