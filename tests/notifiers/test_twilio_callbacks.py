"""The emulated Twilio reports late, twice, out of order or never, as the real one does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from notifiers.emulation import FaultKind
from notifiers.message import OutcomeKind
from notifiers.twilio import inbound
from notifiers.twilio.client import RefusedError, code_of
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_script import (
    Callbacks,
    Fault,
    no_answer,
)
from tests.notifiers.hooks import A_WHILE, LI, SPEED, ZHANG, Stage, call, gateway, sms, stage
from tests.patience import play

Story = Callable[[Stage], Awaitable[None]]


def _play(story: Story) -> None:
    async def run() -> None:
        async with stage() as s:
            await story(s)
            assert s.hooks.refused == 0

    play(run())


async def _until(emulator: Emulator, what: Callable[[], bool]) -> None:
    version = emulator.version
    while not what():
        version = await emulator.changed(version)


def test_callbacks_twice() -> None:
    """Every receipt can come twice."""

    async def story(s: Stage) -> None:
        s.emulator.callbacks(Callbacks(copies=2))
        await s.twilio.send(sms())
        await s.emulator.settled()
        assert s.hooks.statuses("p1/1") == ["sent", "sent", "delivered", "delivered"]

    _play(story)


def test_callbacks_out_of_order() -> None:
    """Receipts can come last first; their ranks still tell the truth."""

    async def story(s: Stage) -> None:
        s.emulator.callbacks(Callbacks(reorder=True))
        s.emulator.phone(ZHANG, voice=no_answer())
        await s.twilio.send(sms())
        await s.twilio.send(call())
        await s.emulator.settled()
        assert s.hooks.statuses("p1/1") == ["delivered", "sent"]
        assert s.hooks.statuses("p1/2") == ["no-answer", "ringing", "initiated"]
        ranks = [inbound.parse_status(h.form, h.query).rank for h in s.hooks.named("status")[:2]]
        assert ranks[0] > ranks[1]

    _play(story)


def test_callbacks_late() -> None:
    """A receipt can come long after the phone has the message."""

    async def story(s: Stage) -> None:
        s.emulator.callbacks(Callbacks(delay=60))
        s.time.hold(beyond=A_WHILE)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await s.twilio.send(sms())
        await _until(s.emulator, lambda: s.emulator.phones()[0].texts[0].status == "delivered")
        assert s.hooks.came == []
        s.time.let_go()
        await s.emulator.settled()
        assert sorted(s.hooks.statuses("p1/1")) == ["delivered", "sent"]
        assert loop.time() - began >= 60 / SPEED

    _play(story)


def test_callbacks_never() -> None:
    """A provider that tells nothing still delivers."""

    async def story(s: Stage) -> None:
        s.emulator.callbacks(Callbacks(off=True))
        await s.twilio.send(sms())
        await s.emulator.settled()
        assert s.hooks.came == []
        assert s.emulator.phones()[0].texts[0].status == "delivered"

    _play(story)


def test_the_sdk_reads_what_is_there() -> None:
    """Fetching and listing, page by page, work through the SDK; what is not there is refused."""

    async def story(s: Stage) -> None:
        account = gateway(s.hooks.url, s.url)
        sent = [(await s.twilio.send(sms(key=str(n)))).provider_id for n in range(5)]
        await s.twilio.send(sms(to=LI))
        sid = (await s.twilio.send(call())).provider_id or ""
        await s.emulator.settled()
        assert (await account.calls(sid).fetch_async()).status == "no-answer"
        listed = await account.messages.list_async(to=ZHANG, page_size=2)
        assert [one.sid for one in listed] == sent[::-1]
        assert {one.status for one in listed} == {"delivered"}
        with pytest.raises(RefusedError) as caught:
            await account.messages("SM0").fetch_async()
        assert (caught.value.status, code_of(caught.value)) == (404, 20404)
        await account.close()

    _play(story)


def test_a_fault_can_pass() -> None:
    """Two refusals for one number, then all is well; nobody else noticed."""

    async def story(s: Stage) -> None:
        s.emulator.fault(
            Fault(kind=FaultKind.THROTTLE, number=ZHANG, times=2),
            Fault(kind=FaultKind.REFUSE, code=21215, only="call"),
        )
        assert (await s.twilio.send(sms(to=LI))).kind is OutcomeKind.ACCEPTED
        kinds = [(await s.twilio.send(sms())).kind for _ in range(3)]
        assert kinds == ["unavailable", "unavailable", "accepted"]
        assert (await s.twilio.send(call())).code == "21215"
        s.emulator.reset()
        assert s.emulator.received == []
        assert (await s.twilio.send(call())).kind is OutcomeKind.ACCEPTED

    _play(story)


def test_our_hooks_being_down_breaks_no_phone() -> None:
    """A callback that finds nobody is on record, and the call goes to its end."""

    async def story(s: Stage) -> None:
        s.emulator.public_url = "http://127.0.0.1:9"
        await s.emulator.reply(ZHANG, "1")
        (posted,) = s.emulator.posted
        assert (posted.answer, posted.url) == (0, "http://127.0.0.1:9/hooks/twilio/sms")

    _play(story)
