"""Ask Twilio what became of messages, for nets it cannot call into and for sends in doubt."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from notifiers.message import (
    Channel,
    InboundSms,
    Message,
    Outcome,
    OutcomeKind,
    Pending,
    Pulled,
    Receipt,
)
from notifiers.twilio import sdk
from notifiers.twilio.client import FAULTS, PROVIDER, TwilioGateway, outcome_of
from notifiers.twilio.inbound import call_receipt, inbound_text, text_receipt

#: Requests at once: asking must leave the connections to sending.
_AT_ONCE = 8
#: Texts looked through for one that is ours, the newest first.
_DEEP = 100
#: Twilio writes whole seconds, and its clock is not ours.
_SLACK = timedelta(seconds=3)


async def pull(gateway: TwilioGateway, pending: Sequence[Pending], since: datetime) -> Pulled:
    """The receipts of what is pending, and the texts people sent to our number after `since`."""
    places = asyncio.Semaphore(_AT_ONCE)
    asked = [_receipt(gateway, one, places) for one in pending if one.provider_id]
    answers = await asyncio.gather(*asked)
    receipts = tuple(one for one in answers if isinstance(one, Receipt))
    troubles = [one for one in answers if isinstance(one, Outcome)]
    texts: tuple[InboundSms, ...] = ()
    if gateway.from_number:
        try:
            texts = await _texts(gateway, gateway.from_number, since)
        except FAULTS as fault:
            troubles.append(outcome_of(fault))
    return Pulled(receipts=receipts, texts=texts, trouble=troubles[0] if troubles else None)


async def find(gateway: TwilioGateway, message: Message, since: datetime) -> Outcome:
    """Whether Twilio took a message: it never tells our key, so a text is known by its words.

    What a call says is not told either: a call to this number may be this one.
    """
    resources = gateway.messages if message.channel is Channel.SMS else gateway.calls
    try:
        listed = await resources.list_async(to=message.to, limit=_DEEP)
    except FAULTS as fault:
        # That we cannot ask says nothing about the message.
        return Outcome(kind=OutcomeKind.UNKNOWN, provider=PROVIDER, detail=outcome_of(fault).detail)
    recent = [one for one in listed if _recent(one, since) and one.direction != "inbound"]
    if message.channel is Channel.VOICE:
        return _MAYBE if recent else _NOT_THERE
    # A trial account puts a sentence of its own before ours.
    words = message.text
    same = [one for one in recent if words and (one.body or "").endswith(words)]
    if not same:
        return _NOT_THERE
    return Outcome(kind=OutcomeKind.ACCEPTED, provider=PROVIDER, provider_id=same[0].sid)


async def _receipt(
    gateway: TwilioGateway, one: Pending, places: asyncio.Semaphore
) -> Receipt | Outcome:
    resources = gateway.messages if one.channel is Channel.SMS else gateway.calls
    sid = one.provider_id or ""
    async with places:
        try:
            got = await resources(sid).fetch_async()
        except FAULTS as fault:
            return outcome_of(fault)
    if one.channel is Channel.SMS:
        return text_receipt(one.key, sid, got.status or "", got.error_code)
    return call_receipt(one.key, sid, got.status or "", answered_by=got.answered_by)


async def _texts(gateway: TwilioGateway, number: str, since: datetime) -> tuple[InboundSms, ...]:
    listed = await gateway.messages.list_async(to=number, limit=_DEEP)
    return tuple(
        inbound_text(one.sid or "", one.from_ or "", one.body or "")
        for one in reversed(listed)
        if one.direction == "inbound" and _recent(one, since)
    )


def _recent(one: sdk.Resource, since: datetime) -> bool:
    return one.date_created is not None and one.date_created.astimezone(UTC) >= since - _SLACK


_NOT_THERE = Outcome(
    kind=OutcomeKind.UNAVAILABLE, provider=PROVIDER, detail="Twilio has no such message."
)
_MAYBE = Outcome(
    kind=OutcomeKind.UNKNOWN,
    provider=PROVIDER,
    detail="Twilio called this number, and does not tell what for.",
)
