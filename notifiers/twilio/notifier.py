"""Twilio as one notifier: what the word "twilio" in the settings stands for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from notifiers.message import (
    Capabilities,
    Channel,
    Message,
    Notifier,
    Outcome,
    Pending,
    Pulled,
)
from notifiers.twilio import asking
from notifiers.twilio.client import PROVIDER, TwilioGateway
from notifiers.twilio.sms import CAPABILITIES, WRONG_CHANNEL, TwilioSms
from notifiers.twilio.voice import TwilioVoice


class Twilio:
    """Texts and calls over one account; calls only when the account has a number of its own."""

    name = PROVIDER

    def __init__(
        self, gateway: TwilioGateway, *, sms_replies: bool = True, detects: bool = True
    ) -> None:
        """`sms_replies` is whether people can text back: to mainland China they cannot.

        `detects` is whether Twilio listens in each call for a machine, which costs extra.
        """
        self._gateway = gateway
        texts = CAPABILITIES if sms_replies else replace(CAPABILITIES, two_way=False, links=False)
        parts: tuple[Notifier, ...] = (
            TwilioSms(gateway, texts),
            TwilioVoice(gateway, detects=detects),
        )
        self._by_channel = {channel: part for part in parts for channel in part.channels}
        self.channels = frozenset(self._by_channel)

    def capabilities(self, channel: Channel) -> Capabilities:
        """What the channel's own notifier declares."""
        return self._by_channel[channel].capabilities(channel)

    async def send(self, message: Message) -> Outcome:
        """Send by the message's channel; never raises for Twilio's faults."""
        part = self._by_channel.get(message.channel)
        return WRONG_CHANNEL if part is None else await part.send(message)

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """Hang up or withdraw, as the channel can."""
        part = self._by_channel.get(channel)
        return False if part is None else await part.stop(provider_id, channel)

    async def pull(self, pending: Sequence[Pending], since: datetime) -> Pulled:
        """Receipts by asking for each, and texts to our number after `since`."""
        return await asking.pull(self._gateway, pending, since)

    async def find(self, message: Message, since: datetime) -> Outcome:
        """Whether Twilio has the message; a call can only be said not to have been made."""
        if message.channel not in self.channels:
            return WRONG_CHANNEL
        return await asking.find(self._gateway, message, since)

    async def close(self) -> None:
        """Close the account's connections."""
        await self._gateway.close()
