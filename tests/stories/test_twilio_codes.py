"""Every Twilio code we know of from the field, as a night at the pager: who is reached instead.

The real notifier speaks real HTTP to an emulated Twilio, whose signed callbacks come back through
the real hooks; only the clock is the test's.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from notifiers.emulation import FaultKind
from notifiers.message import Channel
from notifiers.phone import e164, national
from notifiers.twilio.client import TwilioGateway
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_script import (
    Fault,
    Handset,
    SmsManner,
    SmsScript,
    VoiceManner,
    VoiceScript,
    no_answer,
)
from notifiers.twilio.notifier import Twilio
from oncall.config import load
from oncall.core.model import Alarm
from oncall.store.alarms import open_alarms
from tests.county import LI, ZHANG
from tests.patience import ANSWERS_WITHIN, PATIENCE
from tests.stories.audit import audit
from tests.stories.node import UNLIMITED
from tests.web.serving import serving, with_settings
from tests.world import DISPATCHER, World

#: What a code means has nothing to do with where pages are kept: one database says it all.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

ACCOUNT, TOKEN = "AC" + "0" * 32, "a-made-up-token"

#: The number will never take a text: refused at once, or told by a receipt.
DEAD_AT_ONCE = (21211, 21614, 21635, 21408, 21610)
DEAD_BY_RECEIPT = (30004, 30005, 30006, 30007, 30008, 30036)
#: Twilio takes nothing now, and may later.
NOT_NOW = (20003, 20429, 21611, 30001)


async def _instantly(_: float) -> None:
    """The phones' time costs nothing here."""
    await asyncio.sleep(0)


@dataclass(slots=True)
class Night:
    """The world, its emulated Twilio, and what has been looked at so far."""

    world: World
    emulator: Emulator
    loop: asyncio.AbstractEventLoop
    seen: int = 0

    def rest(self) -> None:
        """Decide, send, and let every callback come home, until nothing moves."""
        for _ in range(20):
            before = len(self.emulator.received)
            self.world.settle()
            asyncio.run_coroutine_threadsafe(self.emulator.settled(), self.loop).result(PATIENCE)
            self.world.settle()
            if len(self.emulator.received) == before:
                return
        raise AssertionError("the night does not come to rest")

    def advance(self, *, seconds: float = 0, minutes: float = 0) -> None:
        """Let time pass second by second of what is due."""
        self.world.advance(minutes, seconds=seconds)
        self.rest()

    def expect(self, *expected: tuple[str, str]) -> None:
        """Exactly these requests were taken since the last look, in any order."""
        news = [one for one in self.emulator.received[self.seen :] if one.accepted]
        self.seen = len(self.emulator.received)
        arrived = [(national(one.to), "voice" if one.kind == "call" else one.kind) for one in news]
        assert sorted(arrived) == sorted(expected)

    def alarms(self) -> list[tuple[str, str | None]]:
        """What the desk is shown."""
        with self.world.app.db.read() as tx:
            return sorted((one.alarm, one.who) for one in open_alarms(tx))


@pytest.fixture
def night(furnished_url: str) -> Iterator[Night]:
    """Two in the afternoon at the county, all phones behind Twilio; nobody picks up a call."""
    # The clock stands still, so a pace would never let the second message go.
    flags = {"database_url": furnished_url, "limits": UNLIMITED}
    world = World(furnished_url, load(flags, {}, cwd=Path("/nonexistent")))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    emulator = Emulator(ACCOUNT, TOKEN, "http://127.0.0.1:9", sleep=_instantly)
    serve = emulator.serve()
    try:
        api_url = asyncio.run_coroutine_threadsafe(serve.__aenter__(), loop).result(PATIENCE)
        with_settings(world, twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN)
        with serving(world.app) as url:
            with_settings(world, public_url=url)
            emulator.public_url = url
            emulator.script(Handset(voice=no_answer()))
            gateway = TwilioGateway(
                account_sid=ACCOUNT,
                auth_token=TOKEN,
                public_url=url,
                from_number="+12025550100",
                api_url=api_url,
                timeout=ANSWERS_WITHIN,
            )
            world.app.delivery.routes.notifiers = dict.fromkeys(Channel, (Twilio(gateway),))
            yield Night(world, emulator, loop)
            audit(world.app.db, world.now)
    finally:
        asyncio.run_coroutine_threadsafe(serve.__aexit__(None, None, None), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        world.close()


@pytest.mark.parametrize("code", DEAD_AT_ONCE)
def test_a_text_refused_for_ever(night: Night, code: int) -> None:
    """The phone rings in the same second instead of in five minutes, and no text is tried again."""
    night.emulator.script(
        Handset(
            number=e164(ZHANG),
            sms=SmsScript(manner=SmsManner.REFUSED, code=code),
            voice=no_answer(),
        )
    )
    night.world.transfer(settle=False)
    night.rest()
    night.expect((ZHANG, "voice"))
    night.advance(minutes=4.9)
    night.expect()
    night.advance(minutes=5.1)
    night.expect((ZHANG, "voice"), (LI, "sms"), (LI, "voice"))


@pytest.mark.parametrize("code", DEAD_BY_RECEIPT)
def test_a_text_that_did_not_arrive(night: Night, code: int) -> None:
    """The receipt says so: the phone rings at once."""
    night.emulator.script(
        Handset(
            number=e164(ZHANG),
            sms=SmsScript(manner=SmsManner.DEAD, code=code),
            voice=no_answer(),
        )
    )
    night.world.transfer(settle=False)
    night.rest()
    night.expect((ZHANG, "sms"), (ZHANG, "voice"))
    night.advance(minutes=4.9)
    night.expect()


def test_a_handset_that_was_away_is_tried_once_more(night: Night) -> None:
    """30003: the phone rings at once; two minutes later the text once more, and never a third."""
    away = SmsScript(manner=SmsManner.DEAD, code=30003)
    night.emulator.script(Handset(number=e164(ZHANG), sms=away, voice=no_answer()))
    night.world.transfer(settle=False)
    night.rest()
    night.expect((ZHANG, "sms"), (ZHANG, "voice"))
    night.advance(minutes=1.9)
    night.expect()
    night.advance(minutes=0.2)
    night.expect((ZHANG, "sms"))
    night.advance(minutes=2.8)
    night.expect()


def test_whoever_has_answered_is_not_tried_once_more(night: Night) -> None:
    """30003, and the call was answered by a key: no second text."""
    away = SmsScript(manner=SmsManner.DEAD, code=30003)
    night.emulator.script(Handset(number=e164(ZHANG), sms=away, voice=no_answer()))
    sent = night.world.transfer(settle=False)
    night.rest()
    night.expect((ZHANG, "sms"), (ZHANG, "voice"))
    desk = night.world.app.desk
    desk.ack(sent.code, "110席", night.world.now, DISPATCHER, on_behalf_of="张三")
    night.advance(minutes=4)
    night.expect()


@pytest.mark.parametrize("code", NOT_NOW)
def test_a_provider_that_takes_no_text_now(night: Night, code: int) -> None:
    """Within ten seconds the phone rings; the text goes out by itself once it is taken again."""
    night.emulator.fault(Fault(kind=FaultKind.REFUSE, only="sms", code=code))
    night.world.transfer(settle=False)
    night.rest()
    night.advance(seconds=10)
    night.expect((ZHANG, "voice"))
    night.emulator.fault()
    night.advance(minutes=4)
    night.expect((ZHANG, "sms"))


def test_a_wrong_token_rests_the_provider(night: Night) -> None:
    """20003: after a few refusals Twilio's texts are not tried any more, and the desk sees it."""
    night.emulator.fault(Fault(kind=FaultKind.REFUSE, only="sms", code=20003))
    for _ in range(4):
        night.world.transfer(settle=False)
    night.rest()
    night.advance(seconds=10)
    assert (Alarm.DEGRADED, "twilio sms") in night.alarms()
    asked = len(night.emulator.received)
    night.world.transfer(settle=False)
    night.world.settle()
    assert all(one.kind == "call" for one in night.emulator.received[asked:])
    night.emulator.fault()
    night.advance(minutes=2)
    assert (Alarm.DEGRADED, "twilio sms") not in night.alarms()


def test_http_429_without_a_code(night: Night) -> None:
    """Twilio asks for patience by Retry-After: the phone rings meanwhile, and the text follows."""
    night.emulator.fault(Fault(kind=FaultKind.THROTTLE, only="sms", retry_after=60, times=1))
    night.world.transfer(settle=False)
    night.rest()
    night.advance(seconds=10)
    night.expect((ZHANG, "voice"))
    night.advance(seconds=49)
    night.expect()
    night.advance(seconds=30)
    night.expect((ZHANG, "sms"))


def test_an_opted_out_number_is_shown(night: Night) -> None:
    """21610: the desk sees whom no text reaches any more, once the calls are dead as well."""
    night.emulator.script(
        Handset(
            number=e164(ZHANG),
            sms=SmsScript(manner=SmsManner.REFUSED, code=21610),
            voice=VoiceScript(manner=VoiceManner.REFUSED, code=21211),
        )
    )
    night.world.transfer(settle=False)
    night.rest()
    night.expect((LI, "sms"), (LI, "voice"))
    assert set(night.alarms()) >= {(Alarm.UNREACHABLE, "张三"), (Alarm.OPTED_OUT, "张三")}


def test_a_dead_number_by_both_ways(night: Night) -> None:
    """Text undelivered and call failed: the deputy is asked in the same second."""
    night.emulator.script(
        Handset(
            number=e164(ZHANG),
            sms=SmsScript(manner=SmsManner.DEAD, code=30005),
            voice=VoiceScript(manner=VoiceManner.DEAD),
        )
    )
    night.world.transfer(settle=False)
    night.rest()
    night.expect((ZHANG, "sms"), (ZHANG, "voice"), (LI, "sms"), (LI, "voice"))
    assert night.alarms() == [(Alarm.UNREACHABLE, "张三")]
