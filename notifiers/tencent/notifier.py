"""Tencent Cloud as one notifier: what the word "tencent" in the settings stands for."""

from collections.abc import Sequence
from datetime import datetime

from notifiers.message import (
    Capabilities,
    Channel,
    Message,
    Outcome,
    Pending,
    Pulled,
    wrong_channel,
)
from notifiers.tencent import asking, sms, voice
from notifiers.tencent.client import TencentGateway
from notifiers.tencent.codes import PROVIDER


class Tencent:
    """Carries what it has an application and approved texts for."""

    name = PROVIDER

    def __init__(self, gateway: TencentGateway) -> None:
        self._gateway = gateway
        settings = gateway.settings
        offered = {
            Channel.SMS: (settings.sms_app, sms.CAPABILITIES),
            Channel.VOICE: (settings.voice_app, voice.capabilities(gateway)),
        }
        self._can = {c: offered[c][1] for c in settings.approved.channels() if offered[c][0]}
        self.channels = frozenset(self._can)

    def capabilities(self, channel: Channel) -> Capabilities:
        """What Tencent Cloud offers with these settings."""
        return self._can[channel]

    async def send(self, message: Message) -> Outcome:
        """Send by the message's channel; never raises for a fault of the provider."""
        if message.channel not in self.channels:
            return wrong_channel(PROVIDER)
        carry = sms.send if message.channel is Channel.SMS else voice.send
        return await carry(self._gateway, message)

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """Neither a text nor a ringing call can be taken back."""
        return False

    async def pull(self, pending: Sequence[Pending], since: datetime) -> Pulled:
        """What is in the queues, asked for or not."""
        return await asking.pull(self._gateway)

    async def find(self, message: Message, since: datetime) -> Outcome:
        """Whether a text with our key has a receipt; else it stays in doubt."""
        return await asking.find(self._gateway, message, since)

    async def close(self) -> None:
        """Close the account's connections."""
        await self._gateway.close()
