"""What Twilio says when it is asked, over real HTTP: receipts, replies, and sends in doubt."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from notifiers.emulation import FaultKind
from notifiers.message import Channel, Message, OutcomeKind, Pending, ReceiptResult
from notifiers.twilio.emulator_script import (
    Callbacks,
    Fault,
    SmsManner,
    SmsScript,
    busy,
)
from tests.notifiers.hooks import LI, ZHANG, Stage, call, sms, stage
from tests.patience import leap, play, until

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def _play(story: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        async with stage() as s:
            # Nobody can call us here.
            s.emulator.callbacks(Callbacks(off=True))
            await story(s)

    play(run())


async def _sent(s: Stage, message: Message) -> Pending:
    outcome = await s.twilio.send(message)
    return Pending(
        key=message.key,
        channel=message.channel,
        to=message.to,
        provider_id=outcome.provider_id,
        sent_at=LONG_AGO,
    )


def test_receipts_are_fetched_one_by_one() -> None:
    """Where no hook can be reached, a text and a call are asked for by Twilio's ids."""

    async def story(s: Stage) -> None:
        s.emulator.phone(ZHANG, sms=SmsScript(manner=SmsManner.DEAD, code=30005))
        s.emulator.phone(LI, voice=busy())
        dead, taken = await _sent(s, sms(key="7")), await _sent(s, call(key="8", to=LI))
        await s.emulator.settled()
        pulled = await s.twilio.pull([dead, taken], LONG_AGO)
        text, rang = pulled.receipts
        assert (text.key, text.status, text.code) == ("7", "undelivered", "30005")
        assert text.permanent
        assert (rang.key, rang.status, rang.result) == ("8", "busy", ReceiptResult.FAILED)
        assert pulled.trouble is None

    _play(story)


def test_replies_are_listed() -> None:
    """A text to our number is found by asking; one from before is left alone."""

    async def story(s: Stage) -> None:
        await s.twilio.send(sms(key="7"))
        await s.emulator.reply(ZHANG, "1")
        pulled = await s.twilio.pull([], LONG_AGO)
        assert [(one.sender, one.text) for one in pulled.texts] == [(ZHANG, "1")]
        assert (await s.twilio.pull([], LONG_AGO)).texts == pulled.texts
        later = datetime.fromtimestamp(0, UTC) + timedelta(days=365 * 100)
        assert (await s.twilio.pull([], later)).texts == ()

    _play(story)


def test_a_message_gone_at_twilio_is_trouble_and_no_crash() -> None:
    """One id Twilio does not know costs the others nothing."""

    async def story(s: Stage) -> None:
        good = await _sent(s, sms(key="7"))
        lost = Pending(
            key="9", channel=Channel.SMS, to=ZHANG, provider_id="SM-none", sent_at=LONG_AGO
        )
        pulled = await s.twilio.pull([lost, good], LONG_AGO)
        assert [one.key for one in pulled.receipts] == ["7"]
        assert pulled.trouble is not None
        assert pulled.trouble.code == "20404"

    _play(story)


@pytest.mark.parametrize(
    ("kind", "found"),
    [(FaultKind.ACCEPT_THEN_DROP, OutcomeKind.ACCEPTED), (FaultKind.HANG, OutcomeKind.UNAVAILABLE)],
)
def test_a_text_in_doubt_is_looked_up_by_its_words(kind: FaultKind, found: OutcomeKind) -> None:
    """A send whose answer was lost: Twilio has it, or certainly has not."""

    async def story(s: Stage) -> None:
        await s.twilio.send(sms(key="6", text="another text to the same phone"))
        s.emulator.fault(Fault(kind=kind))
        doubtful = asyncio.create_task(s.twilio.send(sms(key="7")))
        if kind is FaultKind.HANG:
            await until(lambda: len(s.emulator.received) == 2)
            leap()
        assert (await doubtful).kind is OutcomeKind.UNKNOWN
        s.emulator.fault()
        outcome = await s.twilio.find(sms(key="7"), LONG_AGO)
        assert outcome.kind is found
        assert (outcome.provider_id is not None) == (found is OutcomeKind.ACCEPTED)

    _play(story)


def test_a_call_in_doubt_is_only_known_not_to_be_there() -> None:
    """Twilio does not tell what a call says, so one that was made stays in doubt."""

    async def story(s: Stage) -> None:
        assert (await s.twilio.find(call(), LONG_AGO)).kind is OutcomeKind.UNAVAILABLE
        await s.twilio.send(call())
        assert (await s.twilio.find(call(), LONG_AGO)).kind is OutcomeKind.UNKNOWN

    _play(story)


def test_nobody_to_ask() -> None:
    """With Twilio away a send in doubt stays in doubt."""

    async def story(s: Stage) -> None:
        await s.twilio.close()
        assert (await s.twilio.find(sms(), LONG_AGO)).kind is OutcomeKind.UNKNOWN
        assert (await s.twilio.pull([], LONG_AGO)).trouble is not None

    _play(story)
