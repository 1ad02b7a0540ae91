"""Hand messages to a gateway of one's own: one signed POST each, which may be repeated."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from notifiers import http
from notifiers.codes import Book, Meaning, table
from notifiers.errors import GatewayError
from notifiers.message import Capabilities, Channel, Message, Outcome, OutcomeKind, Receipts
from notifiers.papers import Fault, fault_of, id_of, order
from notifiers.webhook.signing import SIGNATURE, TIMESTAMP, sign

PROVIDER = "webhook"

#: What a gateway may answer instead of taking a message: its word in {"error": …}.
CODES: Mapping[str, Meaning] = table(
    {
        OutcomeKind.REJECTED: {
            "The gateway will never carry this message.": ("rejected", "400", "404", "410", "413",
                                                           "422"),
        },
        OutcomeKind.UNAVAILABLE: {
            "The gateway is out of order or asks us to slow down.": (
                *("unavailable", "408", "409", "425", "429", "500", "502", "503"),
            ),
        },
        OutcomeKind.QUOTA: {"The gateway's limit is used up.": ("quota", "402")},
        OutcomeKind.MISCONFIGURED: {
            "The gateway does not know us.": ("misconfigured", "401", "403", "405", "415"),
        },
        OutcomeKind.UNKNOWN: {"The gateway cannot say whether it took it.": ("unknown", "504")},
    }
)  # fmt: skip
BOOK = Book(PROVIDER, CODES)

_CAPABILITIES: Mapping[Channel, Capabilities] = {
    Channel.SMS: Capabilities(two_way=True, links=True, receipts=Receipts.PUSH),
    Channel.VOICE: Capabilities(two_way=True, keypad=True, receipts=Receipts.PUSH),
    Channel.EMAIL: Capabilities(links=True, receipts=Receipts.PUSH),
    Channel.CHAT: Capabilities(links=True, receipts=Receipts.PUSH),
}


class Webhook:
    """What the gateway can do is for whoever runs it to know: it is offered every channel."""

    name = PROVIDER
    channels = frozenset(Channel)

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        clock: Callable[[], datetime],
        timeout: timedelta = http.PATIENCE,
        connections: int = 100,
    ) -> None:
        if not url or not secret:
            raise GatewayError(
                "webhook.settings",
                "The webhook needs an address and a secret: set ONCALL_WEBHOOK_URL and"
                " ONCALL_WEBHOOK_SECRET.",
            )
        self._url, self._secret, self._clock = url, secret, clock
        self._pool = http.Pool(timeout, connections)

    def capabilities(self, channel: Channel) -> Capabilities:
        """Everything; the gateway refuses what it cannot."""
        return _CAPABILITIES[channel]

    async def send(self, message: Message) -> Outcome:
        """Post it once; never raises for a fault of the gateway."""
        body = order(message)
        timestamp = int(self._clock().timestamp())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            # The same message again is the same message: a gateway may drop it.
            "Idempotency-Key": message.key,
            TIMESTAMP: str(timestamp),
            SIGNATURE: sign(self._secret, timestamp, body),
        }
        try:
            answer = await self._pool.request("POST", self._url, body=body, headers=headers)
            return _read(answer, message.key)
        except http.FAULTS as fault:
            return http.outcome_of(PROVIDER, fault)

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """What was handed over is the gateway's."""
        return False

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()


def _read(answer: http.Answer, key: str) -> Outcome:
    """A gateway that takes a message says so in JSON; its id is optional."""
    if answer.status < 300:
        made = id_of(key, answer.json().get("id"))
        return Outcome(kind=OutcomeKind.ACCEPTED, provider=PROVIDER, provider_id=made)
    told = _told(answer)
    word = str(told.get("error") or "")
    code = word if word in CODES else str(answer.status)
    if code not in CODES and answer.status >= 500:
        code = "503"
    refusal = BOOK.refusal(code, answer.retry_after)
    if refusal.kind is not OutcomeKind.REJECTED:
        return refusal
    fault = fault_of(told)
    return replace(refusal, dead=fault is Fault.DEAD, opted_out=fault is Fault.OPTED_OUT)


def _told(answer: http.Answer) -> Mapping[str, object]:
    try:
        return answer.json()
    except ValueError:
        return {}
