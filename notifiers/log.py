"""Write messages to the log instead of sending them: for trying out, and as a last courtesy."""

import logging
from itertools import count

from notifiers.message import Capabilities, Channel, Message, Outcome, OutcomeKind
from notifiers.phone import mask, mask_text

_logger = logging.getLogger("notifiers.log")
_CAPABILITIES = {channel: Capabilities() for channel in Channel}


class LogNotifier:
    """Accepts everything and tells nobody: it declares no way to answer and no receipts."""

    name = "log"
    channels = frozenset(Channel)

    def __init__(self) -> None:
        self._ids = count(1)

    def capabilities(self, channel: Channel) -> Capabilities:
        """It can do nothing but take the text."""
        return _CAPABILITIES[channel]

    async def send(self, message: Message) -> Outcome:
        """Log the message with every number in it masked; always accepted."""
        _logger.info(
            "%s to %s [%s]: %s",
            message.channel,
            mask(message.to),
            message.key,
            mask_text(message.text),
        )
        return Outcome(
            kind=OutcomeKind.ACCEPTED, provider=self.name, provider_id=f"log-{next(self._ids)}"
        )

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """Nothing of ours goes on, so there is nothing left to stop."""
        return channel in self.channels and provider_id.startswith("log-")

    async def close(self) -> None:
        """Nothing is held."""
