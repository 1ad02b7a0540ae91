"""The shipped fake is itself trustworthy."""

import asyncio
from dataclasses import replace

import pytest

from notifiers.message import Channel, OutcomeKind
from notifiers.testing import Phones, UnexpectedError
from tests.notifiers.hooks import LI, ZHANG, call, sms


def test_expect_passes_on_exactly_what_came() -> None:
    """What was expected is given back, and is not seen a second time."""

    async def story() -> None:
        phones = Phones()
        await phones.send(sms())
        await phones.send(call(to=LI))
        first, second = phones.expect((ZHANG, Channel.SMS, "供水"), (LI, Channel.VOICE, "按1"))
        assert (first.key, second.key) == ("p1/1", "p1/2")
        phones.expect_nothing()

    asyncio.run(story())


@pytest.mark.parametrize(
    "expected",
    [
        (),
        ((LI, Channel.SMS, "供水"),),
        ((ZHANG, Channel.VOICE, "供水"),),
        ((ZHANG, Channel.SMS, "供电"),),
        ((ZHANG, Channel.SMS, "供水"), (ZHANG, Channel.SMS, "供水")),
    ],
)
def test_expect_fails_on_anything_else(expected: tuple[tuple[str, Channel, str], ...]) -> None:
    """A missing, wrong or surplus message is an error that shows what came."""

    async def story() -> None:
        phones = Phones()
        await phones.send(sms())
        with pytest.raises(UnexpectedError, match="供水"):
            phones.expect(*expected)

    asyncio.run(story())


def test_scripted_outcomes_come_in_order() -> None:
    """Busy once, then dead for good; only what was accepted reached a phone."""

    async def story() -> None:
        phones = Phones()
        phones.script(ZHANG, OutcomeKind.UNAVAILABLE, OutcomeKind.ACCEPTED, OutcomeKind.REJECTED)
        kinds = [(await phones.send(sms(key=f"p1/{n}"))).kind for n in range(4)]
        assert kinds == ["unavailable", "accepted", "rejected", "rejected"]
        assert [one.key for one in phones.sent] == ["p1/1"]
        assert [one.key for one, _ in phones.refused] == ["p1/0", "p1/2", "p1/3"]

    asyncio.run(story())


def test_a_held_number_delays_nobody_else() -> None:
    """One phone hangs, the other gets its message; released, the first goes on."""

    async def story() -> None:
        phones = Phones()
        phones.hold(ZHANG)
        slow = asyncio.create_task(phones.send(sms()))
        assert (await phones.send(sms(to=LI))).kind is OutcomeKind.ACCEPTED
        assert not slow.done()
        phones.release(ZHANG)
        assert (await slow).kind is OutcomeKind.ACCEPTED

    asyncio.run(story())


def test_only_what_goes_on_can_be_stopped() -> None:
    """An id of somebody else's is no call of ours."""

    async def story() -> None:
        phones = Phones()
        outcome = await phones.send(call())
        assert outcome.provider_id is not None
        assert await phones.stop(outcome.provider_id, Channel.VOICE)
        assert not await phones.stop("CA-unknown", Channel.VOICE)
        assert phones.stopped == [outcome.provider_id]
        assert replace(outcome, provider_id="x").provider == "phones"

    asyncio.run(story())
