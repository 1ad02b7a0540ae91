"""Call a phone through Twilio, speak, and take a key."""

from dataclasses import replace
from datetime import timedelta

from notifiers.message import (
    Capabilities,
    Channel,
    Limit,
    Message,
    Outcome,
    OutcomeKind,
    Receipts,
)
from notifiers.twilio import twiml
from notifiers.twilio.client import FAULTS, PROVIDER, TwilioGateway, code_of
from notifiers.twilio.codes import CALL_STATE
from notifiers.twilio.sms import WRONG_CHANNEL

#: Seconds; longer rings into the voicemail of most carriers.
RING_SECONDS = 25
#: People pick up late and listen twice.
_TIMES = 3
_EVENTS = ["initiated", "ringing", "answered", "completed"]
#: One call a second is what an account is given; Twilio queues the others silently, for hours.
_CAPABILITIES = Capabilities(
    two_way=True,
    receipts=Receipts.PUSH | Receipts.PULL,
    keypad=True,
    conference=True,
    max_length=1_000,
    rate=(Limit(count=1, span=timedelta(seconds=1)),),
)


class TwilioVoice:
    """Carries calls. A call that was picked up or completed says nothing about an answer."""

    name = PROVIDER

    def __init__(self, gateway: TwilioGateway, *, detects: bool = True) -> None:
        """`detects` is whether Twilio listens, at its price, for who picks up."""
        self._gateway = gateway
        self._capabilities = {Channel.VOICE: replace(_CAPABILITIES, detects=detects)}
        self._detects = detects
        #: A messaging service cannot call, so without a number of our own there is no voice.
        self.channels = frozenset({Channel.VOICE} if gateway.from_number else set())

    def capabilities(self, channel: Channel) -> Capabilities:
        """What was declared when it was made."""
        return self._capabilities[channel]

    async def send(self, message: Message) -> Outcome:
        """Ask Twilio to call and to report on it; never raises for Twilio's faults."""
        if message.channel not in self.channels:
            return WRONG_CHANNEL
        gather_url = self._gateway.hook("gather", message.key) if message.keypad else None
        spoken = twiml.say(message.text, message.lang, gather_url, _TIMES, drill=message.drill)
        if len(spoken) > twiml.MAX_INLINE:
            # A cut text could lose the very word that matters.
            return _TOO_LONG
        more: dict[str, object] = {}
        if self._detects:
            # In the background: whoever picks up hears the words at once, not a silence.
            more["MachineDetection"] = "Enable"
            more["AsyncAmd"] = "true"
            more["AsyncAmdStatusCallback"] = self._gateway.hook("detected", message.key)
        return await self._gateway.create(
            "Calls",
            To=message.to,
            From=self._gateway.from_number,
            Twiml=spoken,
            Timeout=RING_SECONDS,
            StatusCallback=self._gateway.hook("status", message.key),
            StatusCallbackEvent=_EVENTS,
            **more,
        )

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """Hang up, or take the call out of the queue; True also when it was over already."""
        if channel is not Channel.VOICE:
            return False
        for status in ("completed", "canceled"):
            try:
                await self._gateway.calls(provider_id).update_async(status=status)
            except FAULTS as fault:
                if code_of(fault) == CALL_STATE:
                    continue
                return False
            return True
        # Neither in progress nor waiting: it has ended by itself.
        return True

    async def close(self) -> None:
        """Close the gateway's connections."""
        await self._gateway.close()


_TOO_LONG = Outcome(
    kind=OutcomeKind.REJECTED, provider=PROVIDER, detail="The text is too long to be spoken."
)
