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
from notifiers.twilio.emulator_world import Received
from notifiers.twilio.notifier import Twilio
from oncall.core.model import Reason
from tests.county import ZHANG
from tests.engine.test_delivery import PATIENCE, running
from tests.world import World

ACCOUNT, TOKEN = "AC" + "0" * 32, "emulated"
NOWHERE = "http://127.0.0.1:9"
#: Seconds a request to the provider may take here; in production eight, of the ten promised.
TIMEOUT = 0.5


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
                timeout=timedelta(seconds=TIMEOUT),
            )
        )
        world.app.delivery.routes.notifiers = dict.fromkeys(Channel, (twilio,))
        async with running(world):
            yield emulator


async def first(emulator: Emulator, kind: str) -> Received:
    """The first accepted request of a kind, once it has come."""

    async def watch() -> Received:
        while True:
            since = emulator.version
            for one in emulator.received:
                if one.kind == kind and one.accepted:
                    return one
            await emulator.changed(since)

    return await asyncio.wait_for(watch(), PATIENCE)


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
            ended = await first(emulator, "hang-up")
            return ended.at - began

    assert asyncio.run(story()) <= 2.0


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
    """However the provider fails at texts, the phone rings: here within seconds."""

    async def story() -> float:
        async with emulated(world) as emulator:
            emulator.fault(fault)
            began = asyncio.get_running_loop().time()
            world.transfer(settle=False)
            # A refused text is tried again in a second, and the clock of this world stands still.
            await asyncio.sleep(TIMEOUT)
            world.clock.set(world.now + timedelta(seconds=2))
            call = await first(emulator, "call")
            return call.at - began

    assert asyncio.run(story()) <= 10.0
