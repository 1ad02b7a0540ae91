"""Robots of chat groups: signatures, refusals in a 200, several groups, and no secret in a log."""

import base64
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from notifiers.emulation import Fault, FaultKind
from notifiers.errors import GatewayError
from notifiers.message import Channel, Message, OutcomeKind
from notifiers.robots import signing
from notifiers.robots.emulator import RobotEmulator
from notifiers.robots.groups import read
from notifiers.robots.notifier import DINGTALK, FEISHU, WECOM, Kind, Robot
from tests.notifiers.carriers import NOW
from tests.patience import ANSWERS_WITHIN, play

KINDS = (WECOM, DINGTALK, FEISHU)
SECRET = "SEC-made-up"

each_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])


@asynccontextmanager
async def robot(
    kind: Kind, *, ours: str = SECRET, theirs: str = SECRET
) -> AsyncIterator[tuple[Robot, RobotEmulator]]:
    """A robot in two groups, before its emulated service."""
    emulator = RobotEmulator(kind, theirs if kind is not WECOM else "")
    async with emulator.serve() as url:
        groups = read(f"值班群 {url}/desk {ours}, 领导群 {url}/leaders {ours}", "TEST")
        notifier = Robot(kind, groups, clock=lambda: NOW, timeout=ANSWERS_WITHIN)
        try:
            yield notifier, emulator
        finally:
            await notifier.close()


def _play(kind: Kind, story: Callable[[Robot, RobotEmulator], Awaitable[None]], **how: str) -> None:
    async def run() -> None:
        async with robot(kind, **how) as (notifier, emulator):
            await story(notifier, emulator)

    play(run())


def chat(to: str = "", text: str = "110转办:供水") -> Message:
    """A copy for a group."""
    return Message(key="7", channel=Channel.CHAT, to=to, text=text, lang="zh_CN")


def test_the_signatures_are_made_as_documented() -> None:
    """Signed by the secret, or as the key of nothing; the vendors publish the way and no value."""
    words = b"1599360473000\nthis is secret"
    wanted = base64.b64encode(hmac.digest(b"this is secret", words, "sha256")).decode()
    assert signing.dingtalk("this is secret", 1599360473000) == wanted
    made = hmac.new(b"1599360473\nthis is secret", digestmod=hashlib.sha256).digest()
    assert signing.feishu("this is secret", 1599360473) == base64.b64encode(made).decode()
    assert len(base64.b64decode(wanted)) == 32


@each_kind
def test_a_copy_goes_to_the_group_that_is_named(kind: Kind) -> None:
    """The first group is the one for no name; a name nobody set up is said so."""

    async def story(notifier: Robot, emulator: RobotEmulator) -> None:
        assert (await notifier.send(chat())).kind is OutcomeKind.ACCEPTED
        assert (await notifier.send(chat("领导群"))).kind is OutcomeKind.ACCEPTED
        assert [one.to for one in emulator.received] == ["desk", "leaders"]
        outcome = await notifier.send(chat("别的群"))
        assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, "no_group")

    _play(kind, story)


@each_kind
def test_whoever_it_is_about_is_called_in_the_group(kind: Kind) -> None:
    """By the vendor's own field, where it knows people by their mobile; never in the text."""

    async def story(notifier: Robot, emulator: RobotEmulator) -> None:
        await notifier.send(replace(chat(), mention="13900000001"))
        await notifier.send(chat())
        wanted = [] if kind is FEISHU else ["13900000001"]
        assert emulator.mentioned == [wanted, []]
        assert all("13900000001" not in one.text for one in emulator.received)

    _play(kind, story)


@each_kind
def test_every_code_over_http(kind: Kind) -> None:
    """Refusals come with a 200; each is its outcome, never a success."""

    async def story(notifier: Robot, emulator: RobotEmulator) -> None:
        for code, meaning in kind.codes.items():
            emulator.fault(Fault(kind=FaultKind.REFUSE, code=str(code)))
            outcome = await notifier.send(chat())
            assert (outcome.kind, outcome.code) == (meaning.kind, str(code))

    _play(kind, story)


@each_kind
def test_an_unknown_code_is_kept_and_logged(kind: Kind, unknown_codes: list[str]) -> None:
    """Tomorrow's refusal is not taken for success."""

    async def story(notifier: Robot, emulator: RobotEmulator) -> None:
        emulator.fault(Fault(kind=FaultKind.REFUSE, code="777777"))
        assert (await notifier.send(chat())).kind is OutcomeKind.UNAVAILABLE

    _play(kind, story)
    assert unknown_codes == [f"{kind.name} answered with the unknown code 777777"]
    unknown_codes.clear()


@pytest.mark.parametrize("kind", [DINGTALK, FEISHU], ids=["dingtalk", "feishu"])
def test_a_wrong_secret_is_our_own_fault(kind: Kind) -> None:
    """The service refuses the signature in a 200."""

    async def story(notifier: Robot, emulator: RobotEmulator) -> None:
        assert (await notifier.send(chat())).kind is OutcomeKind.MISCONFIGURED
        assert emulator.received == []

    _play(kind, story, ours="another")


@each_kind
def test_a_text_too_long_is_not_cut(kind: Kind) -> None:
    """It is refused whole, before anything is sent."""

    async def story(notifier: Robot, emulator: RobotEmulator) -> None:
        outcome = await notifier.send(chat(text="水" * 10_000))
        assert (outcome.kind, outcome.code) == (OutcomeKind.REJECTED, "too_long")
        assert emulator.received == []

    _play(kind, story)


@each_kind
def test_what_a_robot_declares(kind: Kind) -> None:
    """It is no way to answer, tells no receipts, and has its limit of the minute."""

    async def story(notifier: Robot, emulator: RobotEmulator) -> None:
        can = notifier.capabilities(Channel.CHAT)
        assert (can.two_way, bool(can.receipts), can.keypad) == (False, False, False)
        assert can.rate[0].count == {"wecom": 20, "dingtalk": 20, "feishu": 100}[kind.name]
        sms = Message(key="1", channel=Channel.SMS, to="+8613900000001", text="x", lang="en")
        assert (await notifier.send(sms)).kind is OutcomeKind.MISCONFIGURED

    _play(kind, story)


@each_kind
def test_no_log_shows_an_address_or_a_secret(kind: Kind, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever knows a robot's address can write to its group."""

    async def story(notifier: Robot, emulator: RobotEmulator) -> None:
        outcome = await notifier.send(chat())
        assert "/desk" not in repr(outcome)
        assert "SEC" not in repr(read(f"a https://x.example/desk {SECRET}", "T"))

    with caplog.at_level(logging.DEBUG):
        _play(kind, story)
    assert "/desk" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no-address",
        "a b https://x.example",
        "https://x.example a b",
        "a https://x, a https://y",
    ],
)
def test_a_list_of_groups_that_is_none(text: str) -> None:
    """The setting is named and the place in it, never the address."""
    with pytest.raises(GatewayError, match="ONCALL_X") as caught:
        read(text, "ONCALL_X")
    assert "x.example" not in str(caught.value)
