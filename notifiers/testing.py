"""A fake that ships: phones in memory, scriptable, and strict about what they did not expect."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from notifiers.message import Capabilities, Channel, Message, Outcome, OutcomeKind, Receipts

_CAPABILITIES: Mapping[Channel, Capabilities] = {
    Channel.SMS: Capabilities(two_way=True, links=True, receipts=Receipts.PUSH, max_parts=10),
    Channel.VOICE: Capabilities(two_way=True, receipts=Receipts.PUSH, keypad=True, conference=True),
    Channel.EMAIL: Capabilities(links=True),
    Channel.CHAT: Capabilities(links=True),
}


class UnexpectedError(AssertionError):
    """The phones got something else than a test expected."""


class Phones:
    """Every phone in the world, in memory. `sent` is what reached them, `refused` what did not."""

    name = "phones"
    channels = frozenset({Channel.SMS, Channel.VOICE})

    def __init__(self, capabilities: Mapping[Channel, Capabilities] = _CAPABILITIES) -> None:
        self.sent: list[Message] = []
        self.refused: list[tuple[Message, Outcome]] = []
        self.stopped: list[str] = []
        self.closed = False
        self._capabilities = capabilities
        self._ids = count(1)
        self._scripts: dict[str, list[Outcome]] = {}
        self._gates: dict[str, asyncio.Event] = {}
        self._going_on: set[str] = set()
        self._read = 0

    def script(self, number: str, *outcomes: Outcome | OutcomeKind) -> None:
        """What the next messages to a number come to, one after another; the last one stays.

        An accepted or unknown message reaches the phone, any other does not.
        """
        self._scripts[number] = [
            Outcome(kind=outcome, provider=self.name)
            if isinstance(outcome, OutcomeKind)
            else replace(outcome, provider=self.name)
            for outcome in outcomes
        ]

    def hold(self, number: str) -> None:
        """Let sends to a number hang, as a provider that does not answer would."""
        self._gates[number] = asyncio.Event()

    def release(self, number: str) -> None:
        """Let what hangs go on."""
        self._gates.pop(number).set()

    def expect(self, *expected: tuple[str, Channel, str]) -> tuple[Message, ...]:
        """Since the last call exactly these arrived, in this order: (number, channel, words).

        Each text must contain its words. Gives the messages back; raises UnexpectedError.
        """
        news = tuple(self.sent[self._read :])
        self._read = len(self.sent)
        wanted = [f"{channel} to {number}: …{words}…" for number, channel, words in expected]
        got = [f"{one.channel} to {one.to}: {one.text}" for one in news]
        fits = len(news) == len(expected) and all(
            (one.to, one.channel) == (number, channel) and words in one.text
            for one, (number, channel, words) in zip(news, expected, strict=True)
        )
        if not fits:
            raise UnexpectedError("\n".join(["expected:", *wanted, "arrived:", *got]))
        return news

    def expect_nothing(self) -> None:
        """Nothing arrived since the last call. Raises UnexpectedError."""
        self.expect()

    def capabilities(self, channel: Channel) -> Capabilities:
        """What the test said these phones can do."""
        return self._capabilities[channel]

    async def send(self, message: Message) -> Outcome:
        """Reach the phone, or come to what was scripted for its number."""
        if self.closed:
            return Outcome(kind=OutcomeKind.UNAVAILABLE, provider=self.name, detail="Closed.")
        if gate := self._gates.get(message.to):
            await gate.wait()
        outcome = self._outcome(message.to)
        if outcome.kind is OutcomeKind.ACCEPTED and outcome.provider_id is None:
            outcome = replace(outcome, provider_id=f"phone-{next(self._ids)}")
        if outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN):
            self.sent.append(message)
        else:
            self.refused.append((message, outcome))
        if outcome.provider_id is not None:
            self._going_on.add(outcome.provider_id)
        return outcome

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """Remember that it was stopped; False for an id these phones never gave."""
        if channel not in self.channels or provider_id not in self._going_on:
            return False
        self.stopped.append(provider_id)
        return True

    async def close(self) -> None:
        """Refuse whatever comes later."""
        self.closed = True

    def _outcome(self, number: str) -> Outcome:
        script = self._scripts.get(number)
        if not script:
            return Outcome(kind=OutcomeKind.ACCEPTED, provider=self.name)
        return script.pop(0) if len(script) > 1 else script[0]
