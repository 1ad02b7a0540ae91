"""Phones behind a provider that can be out of order, channel by channel."""

from __future__ import annotations

from notifiers.message import Channel, Message, Outcome
from notifiers.testing import Phones


class Provider(Phones):
    """As long as a channel is in ``broken``, nothing on it arrives and that is what we are told."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: dict[Channel, Outcome] = {}

    async def send(self, message: Message) -> Outcome:
        """What is broken takes nothing."""
        outcome = self.broken.get(message.channel)
        if outcome is None:
            return await super().send(message)
        self.refused.append((message, outcome))
        return outcome
