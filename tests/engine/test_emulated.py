"""The whole node and the emulated provider: how soon a call ends, or another way is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from notifiers.emulation import FaultKind
from notifiers.message import Channel, InboundSms
from notifiers.phone import e164
from notifiers.twilio.client import TwilioGateway
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_script import Callbacks, Fault
from notifiers.twilio.notifier import Twilio
from oncall.core.model import Reason
from tests.county import ZHANG
from tests.engine.test_delivery import running
from tests.patience import leap, play, until
from tests.world import World

ACCOUNT, TOKEN = "AC" + "0" * 32, "emulated"
NOWHERE = "http://127.0.0.1:9"
#: What a request to the provider may take, of the ten seconds that are promised, and then some:
#: time-outs end on a full second.
TIMEOUT = timedelta(seconds=8)
OVER = TIMEOUT + timedelta(seconds=0.9)


@asynccontextmanager
async def emulated(world: World) -> AsyncIterator[Emulator]:
    """The node at work with real Twilio notifiers that speak to an emulator."""
    emulator = Emulator(ACCOUNT, TOKEN, NOWHERE)
    emulator.callbacks(Callbacks(off=True))
    async with emulator.serve() as api_url:
        twilio = Twilio(
            TwilioGateway(
                account_sid=ACCOUNT,
                auth_token=TOKEN,
                public_url=NOWHERE,
                from_number="+12025550100",
                api_url=api_url,
                timeout=TIMEOUT,
            )
        )
        world.app.delivery.routes.notifiers = dict.fromkeys(Channel, (twilio,))
        async with running(world):
            yield emulator


async def first(emulator: Emulator, kind: str) -> float:
    """When the first accepted request of a kind has come, by the loop's clock."""
    await until(lambda: any(one.kind == kind and one.accepted for one in emulator.received))
    return asyncio.get_running_loop().time()


async def ticking(world: World) -> None:
    """The world's clock goes with the loop's."""
    loop = asyncio.get_running_loop()
    then = loop.time()
    while True:
        await asyncio.sleep(0.05)
        then, passed = loop.time(), loop.time() - then
        world.clock.set(world.now + timedelta(seconds=passed))


def test_a_ringing_call_ends_with_the_answer(world: World) -> None:
    """The phone rings, the same person answers by text: the call is ended within two seconds."""

    async def story() -> float:
        async with emulated(world) as emulator:
            world.transfer(urgency="critical", settle=False)
            await first(emulator, "call")
            inbound = InboundSms(provider_id="SM1", sender=e164(ZHANG), text="1")
            began = asyncio.get_running_loop().time()
            reason = await asyncio.to_thread(world.app.answers.sms, inbound, world.now)
            assert reason is Reason.ACKED
            return await first(emulator, "hang-up") - began

    assert play(story()) <= 2.0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.HANG, only="sms"),
        Fault(kind=FaultKind.ACCEPT_THEN_DROP, only="sms"),
        Fault(kind=FaultKind.THROTTLE, only="sms", retry_after=600),
        Fault(kind=FaultKind.REFUSE, only="sms", code=20003),
        Fault(kind=FaultKind.CRASH, only="sms"),
        Fault(kind=FaultKind.GARBAGE, only="sms"),
    ],
    ids=lambda fault: str(fault.kind),
)
def test_another_way_within_ten_seconds(world: World, fault: Fault) -> None:
    """However the provider fails at texts, the phone rings within ten seconds."""

    async def story() -> float:
        async with emulated(world) as emulator:
            emulator.fault(fault)
            began = asyncio.get_running_loop().time()
            world.transfer(settle=False)
            clock = asyncio.create_task(ticking(world))
            if fault.kind is FaultKind.HANG:
                await until(lambda: len(emulator.received) == 1)
                leap(OVER)
            rang = await first(emulator, "call")
            clock.cancel()
            return rang - began

    assert play(story()) <= 10.0
