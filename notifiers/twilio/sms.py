"""Send one SMS through Twilio."""

from datetime import timedelta
from math import ceil

from notifiers.message import (
    Capabilities,
    Channel,
    Limit,
    Message,
    Outcome,
    Receipts,
    wrong_channel,
)
from notifiers.twilio.client import FAULTS, PROVIDER, TwilioGateway

#: Twilio takes 1 to 36 000 s and advises more than 5: below, a message may die on its way.
_SHORTEST, _LONGEST = 6, 36_000
#: Twilio refuses a longer body (21617): 1 600 characters are 24 UCS-2 parts. One part a second is
#: what a long code is given unless Twilio was asked for more.
CAPABILITIES = Capabilities(
    two_way=True,
    links=True,
    receipts=Receipts.PUSH | Receipts.PULL,
    keypad=False,
    max_parts=24,
    max_length=1_600,
    rate=(Limit(count=1, span=timedelta(seconds=1)),),
)


class TwilioSms:
    """Carries texts. Whether a country's SMS has a way back is for the policy to know.

    `two_way` and `links` are what Twilio offers in general; to mainland China pass False.
    """

    name = PROVIDER
    channels = frozenset({Channel.SMS})

    def __init__(self, gateway: TwilioGateway, capabilities: Capabilities = CAPABILITIES) -> None:
        self._gateway = gateway
        self._capabilities = {Channel.SMS: capabilities}
        self._sender: dict[str, object] = (
            {"MessagingServiceSid": gateway.messaging_service_sid}
            if gateway.messaging_service_sid
            else {"From": gateway.from_number}
        )

    def capabilities(self, channel: Channel) -> Capabilities:
        """What was declared when it was made."""
        return self._capabilities[channel]

    async def send(self, message: Message) -> Outcome:
        """Ask Twilio to send the text and to report on it; never raises for Twilio's faults."""
        if message.channel is not Channel.SMS:
            return WRONG_CHANNEL
        fields = dict(self._sender)
        if message.useful_life is not None:
            fields["ValidityPeriod"] = validity_period(message.useful_life)
        return await self._gateway.create(
            "Messages",
            To=message.to,
            Body=message.text,
            StatusCallback=self._gateway.hook("status", message.key),
            **fields,
        )

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """Withdraw a message Twilio has not passed on yet; False when it is too late."""
        if channel is not Channel.SMS:
            return False
        try:
            await self._gateway.messages(provider_id).update_async(status="canceled")
        except FAULTS:
            return False
        return True

    async def close(self) -> None:
        """Close the gateway's connections."""
        await self._gateway.close()


def validity_period(useful_life: timedelta) -> int:
    """Whole seconds within what Twilio accepts; without it a page could land ten hours late."""
    return min(max(ceil(useful_life.total_seconds()), _SHORTEST), _LONGEST)


WRONG_CHANNEL = wrong_channel(PROVIDER)
