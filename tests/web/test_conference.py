"""Calls that are put through, over real HTTP: the emulated Twilio rings, people press keys, and
its signed callbacks come to our own door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from notifiers.emulation import FaultKind
from notifiers.message import Channel
from notifiers.phone import e164
from notifiers.twilio.client import TwilioGateway
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_rooms import TOGETHER
from notifiers.twilio.emulator_script import Fault, VoiceManner, VoiceScript
from notifiers.twilio.emulator_world import PhoneCall
from notifiers.twilio.notifier import Twilio
from oncall.config import load
from oncall.core.transfers import Draft
from oncall.store import directory
from oncall.store.directory import Unit
from tests import patience
from tests.county import DESK_110, QIAN, TOWN, ZHANG, ZHAO
from tests.engine.test_delivery import running
from tests.notifiers.hooks import Stillness
from tests.patience import ANSWERS_WITHIN, PATIENCE
from tests.stories.lives import do
from tests.web.serving import Site, serving, with_settings
from tests.world import DISPATCHER, World

ACCOUNT, TOKEN, OURS = "AC0123456789abcdef0123456789abcdef", "a-made-up-token", "+12025550100"
CALLER, DESK_PHONE = "13900000077", "059523550110"
Story = Callable[["Line"], Awaitable[None]]

# What is asked of the database is asked of both in the stories.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def site(furnished_url: str) -> Iterator[Site]:
    """The county's web door; the clock stands still, so no account may have a pace."""
    flags = {
        "database_url": furnished_url,
        "gather_seconds": "0",
        "limits": "twilio:sms=none,twilio:voice=none",
    }
    world = World(furnished_url, load(flags, {}, cwd=Path("/nonexistent")))
    try:
        with serving(world.app) as url, httpx.Client(timeout=PATIENCE, trust_env=False) as client:
            yield Site(world=world, url=url, client=client, tokens={})
    finally:
        world.close()


class Line:
    """A site whose node calls through an emulated Twilio, and what people do at their phones."""

    def __init__(self, site: Site, emulator: Emulator) -> None:
        self.site = site
        self.emulator = emulator

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait until it is so at the phones."""

        async def watch() -> None:
            while not what():  # noqa: ASYNC110 - see the next line
                # What our own side does after a callback touches no phone.
                await asyncio.sleep(0.02)

        await asyncio.wait_for(watch(), PATIENCE)

    def calls(self, number: str) -> list[PhoneCall]:
        """Every call to a phone, the oldest first."""
        return [c for p in self.emulator.phones() if p.number == e164(number) for c in p.calls]

    def read(self, number: str, words: str) -> bool:
        """Whether a text on a phone says these words."""
        phones = [p for p in self.emulator.phones() if p.number == e164(number)]
        return any(words in text.text for phone in phones for text in phone.texts)

    async def picks_up(self, number: str, nth: int = 1) -> PhoneCall:
        """Somebody answers the nth call to their phone; the call while it listens."""
        await self.until(lambda: len(self.calls(number)) >= nth)
        sid = self.calls(number)[nth - 1].sid
        await self.until(lambda: self.calls(number)[nth - 1].status == "ringing")
        await self.emulator.answer(sid)
        await self.until(lambda: self.calls(number)[nth - 1].listening)
        return self.calls(number)[nth - 1]

    async def enters(self, number: str, nth: int = 1) -> str:
        """And presses 1, which leads into the conference; the call's id."""
        call = await self.picks_up(number, nth)
        await self.emulator.press(call.sid, "1")
        await self.until(lambda: TOGETHER in self.calls(number)[nth - 1].spoken)
        return call.sid

    async def talk(self, ref: str) -> dict[str, object]:
        """The talk as our own API tells it."""
        answer = await asyncio.to_thread(self.site.get, f"/talks/{ref}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def inside(self, ref: str) -> dict[str, str]:
        """Where each guest of the conference is, by unit; the caller is ""."""
        call = (await self.talk(ref))["conference"]
        assert isinstance(call, dict)
        return {guest["unit"] or "": guest["presence"] for guest in call["guests"]}

    async def seated(self, ref: str, **wanted: str) -> None:
        """Wait until the conference is so."""

        async def watch() -> None:
            while await self.inside(ref) != wanted:  # noqa: ASYNC110 - asked over HTTP
                await asyncio.sleep(0.02)

        await asyncio.wait_for(watch(), PATIENCE)


@asynccontextmanager
async def line(site: Site, speed: float) -> AsyncIterator[Line]:
    """The node at work behind its own door, and Twilio's emulator before it."""
    world = site.world
    with_settings(
        world,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_from_number=OURS,
        public_url=site.url,
    )

    emulator = Emulator(ACCOUNT, TOKEN, site.url, sleep=Stillness(speed).sleep)
    async with emulator.serve() as api_url:
        twilio = Twilio(
            TwilioGateway(
                account_sid=ACCOUNT,
                auth_token=TOKEN,
                public_url=site.url,
                from_number=OURS,
                api_url=api_url,
                timeout=ANSWERS_WITHIN,
            )
        )
        notifiers = dict.fromkeys((Channel.SMS, Channel.VOICE), (twilio,))
        world.app.delivery.routes.notifiers = notifiers
        async with running(world):
            yield Line(site, emulator)


def play(site: Site, story: Story, *, speed: float = 5) -> None:
    """Tell a story while everything works.

    The phones' time runs fast, and yet a phone rings for seconds: long enough to be picked up.
    """

    async def told() -> None:
        async with line(site, speed) as at:
            await story(at)
            assert {posted.answer for posted in at.emulator.posted} <= {200, 204}

    patience.play(told())


def talking(site: Site) -> str:
    """Two of three parties have joined; its printed number. Nothing of it has reached a phone."""
    sent = site.world.transfer(caller={"phone": CALLER})
    do(site.world, sent, "dispute", candidates=[TOWN])
    do(site.world, sent, "talk")
    for number in (ZHAO, QIAN):
        site.world.text(number, "1")
    return sent.code


def test_three_parties_in_one_call(site: Site) -> None:
    """Opened over HTTP: caller, town and 110 are rung, enter by 1, are listed; 110 hangs up, and
    everybody's call ends."""
    code = talking(site)

    async def story(at: Line) -> None:
        opened = await asyncio.to_thread(
            at.site.post, f"/transfers/{code}/conference", {"by": "110席", "caller": True}
        )
        assert opened.status_code == 200, opened.text
        for number in (ZHAO, CALLER):
            await at.enters(number)
        police = await at.enters(QIAN)
        await at.seated(code, **{TOWN: "in", DESK_110: "in", "": "in"})
        await at.emulator.hang_up(police)
        await at.seated(code, **{TOWN: "left", DESK_110: "left", "": "left"})
        await at.until(lambda: all(c.over for n in (ZHAO, CALLER, QIAN) for c in at.calls(n)))
        # Three enter and leave, it starts and ends.
        await at.until(lambda: sum("/conference?" in p.url for p in at.emulator.posted) == 8)
        told = await at.talk(code)
        assert CALLER not in str(told)

    play(site, story)


def test_joining_by_the_pages_call(site: Site) -> None:
    """It is open when a phone is picked up: 1 joins the talk and leads in, in one and the same
    call."""
    sent = site.world.transfer()

    async def story(at: Line) -> None:
        for verb in ("talk", "conference"):
            await asyncio.to_thread(at.site.post, f"/transfers/{sent.code}/{verb}", {"by": "110席"})
        mine = await at.enters(ZHANG)
        await at.enters(QIAN)
        await at.seated(sent.code, **{"SOE-CITYBUILD": "in", DESK_110: "in"})
        assert [len(at.calls(number)) for number in (ZHANG, QIAN)] == [1, 1]
        await at.emulator.hang_up(mine)
        await at.seated(sent.code, **{"SOE-CITYBUILD": "left", DESK_110: "in"})
        # Recorded by the desk: whoever is still inside is hung up.
        await asyncio.to_thread(
            at.site.post, f"/transfers/{sent.code}/talked", {"by": "110席", "outcome": "属地先处置"}
        )
        await at.until(lambda: at.calls(QIAN)[0].over)

    play(site, story)


def test_a_voicemail_and_a_refused_number(site: Site) -> None:
    """A machine never enters, a refused call is not repeated: both are asked to call back."""
    code = talking(site)

    async def story(at: Line) -> None:
        at.emulator.phone(e164(ZHAO), voice=VoiceScript(manner=VoiceManner.VOICEMAIL, ring=1))
        at.emulator.fault(Fault(kind=FaultKind.REFUSE, code=21211, only="call", number=e164(QIAN)))
        await asyncio.to_thread(at.site.post, f"/transfers/{code}/conference", {"by": "110席"})
        await at.seated(code, **{TOWN: "missing", DESK_110: "missing"})
        for number in (ZHAO, QIAN):
            await at.until(partial(at.read, number, "未能接通"))

    play(site, story, speed=200)


@pytest.mark.parametrize("known", [True, False])
def test_key_0_speaks_to_the_desk(site: Site, known: bool) -> None:
    """0 puts the call through to the desk's own number; without one the desk is to call back, and
    the call listens on. Neither is an answer."""
    world = site.world
    if known:
        with world.app.db.begin() as tx:
            desk = Unit(code=DESK_110, name_zh="110", kind="desk", desk_phone=DESK_PHONE)
            directory.put_units(tx, [desk])
    sent = world.app.intake.accept(
        Draft(origin="110", to=("SOE-CITYBUILD",), urgency="critical", summary="水管爆裂"),
        world.now,
        DISPATCHER,
    ).transfer

    async def story(at: Line) -> None:
        call = await at.picks_up(ZHANG)
        await at.emulator.press(call.sid, "0")
        put_through = f"→ {e164(DESK_PHONE)}"
        if known:
            await at.until(lambda: put_through in at.calls(ZHANG)[0].spoken)
            await at.emulator.hang_up(call.sid)
            await at.until(lambda: at.calls(ZHANG)[0].over)
        else:
            await at.until(lambda: at.calls(ZHANG)[0].listening)
            assert put_through not in at.calls(ZHANG)[0].spoken
        shown = (await asyncio.to_thread(at.site.get, f"/transfers/{sent.code}")).json()
        assert shown["state"] == "paged"
        wanted = [one["alarm"] for one in shown["alarms"]]
        assert ("wants_desk" in wanted) is not known

    play(site, story)
