"""Alibaba Cloud as one notifier: what the word "aliyun" in the settings stands for."""

from collections.abc import Sequence
from datetime import datetime

from notifiers.aliyun import asking, sms, voice
from notifiers.aliyun.client import AliyunGateway
from notifiers.aliyun.codes import PROVIDER
from notifiers.message import (
    Capabilities,
    Channel,
    Message,
    Outcome,
    Pending,
    Pulled,
    wrong_channel,
)


class Aliyun:
    """Carries what it has approved texts for: messages, calls, or both."""

    name = PROVIDER

    def __init__(self, gateway: AliyunGateway) -> None:
        self._gateway = gateway
        offered = {Channel.SMS: sms.CAPABILITIES, Channel.VOICE: voice.capabilities(gateway)}
        self._can = {c: offered[c] for c in gateway.settings.approved.channels()}
        self.channels = frozenset(self._can)

    def capabilities(self, channel: Channel) -> Capabilities:
        """What Alibaba Cloud offers with these settings."""
        return self._can[channel]

    async def send(self, message: Message) -> Outcome:
        """Send by the message's channel; never raises for a fault of the provider."""
        if message.channel not in self.channels:
            return wrong_channel(PROVIDER)
        carry = sms.send if message.channel is Channel.SMS else voice.send
        return await carry(self._gateway, message)

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """Neither a text nor a ringing notification can be taken back."""
        return False

    async def pull(self, pending: Sequence[Pending], since: datetime) -> Pulled:
        """Receipts and keys by asking for each; replies are pushed only."""
        return await asking.pull(self._gateway, pending)

    async def find(self, message: Message, since: datetime) -> Outcome:
        """Whether a text with our key was taken."""
        return await asking.find(self._gateway, message, since)

    async def close(self) -> None:
        """Close the account's connections."""
        await self._gateway.close()
