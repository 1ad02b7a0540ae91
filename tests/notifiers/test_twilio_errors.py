"""The seam: every fault of Twilio and of the network becomes one outcome."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from notifiers.codes import UNMAPPED
from notifiers.emulation import FaultKind
from notifiers.errors import GatewayError
from notifiers.message import Outcome, OutcomeKind
from notifiers.twilio.client import TwilioGateway, outcome_of
from notifiers.twilio.codes import CODES
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_script import Fault
from notifiers.twilio.sms import TwilioSms, validity_period
from tests.notifiers.hooks import ACCOUNT, ZHANG, call, gateway, sms, stage
from tests.patience import ANSWERS_WITHIN, leap, play, until

_DOCUMENTED = Path(__file__).parent / "twilio_codes.txt"


def _documented() -> list[int]:
    lines = _DOCUMENTED.read_text(encoding="utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("code", _documented())
def test_every_documented_code_is_mapped(code: int) -> None:
    """What Twilio documents for sending and calling has a meaning here."""
    assert code in CODES
    assert CODES[code].detail


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (20003, "misconfigured"),
        (20429, "unavailable"),
        (21211, "rejected"),
        (21614, "rejected"),
        (21635, "rejected"),
        (21408, "rejected"),
        (21610, "rejected"),
        (21611, "quota"),
        (30001, "quota"),
        (20500, "unavailable"),
        (20503, "unavailable"),
    ],
)
def test_refusals_over_http(code: int, kind: str) -> None:
    """Through the SDK and back, each code is its outcome and names itself."""

    async def story() -> Outcome:
        async with stage() as s:
            s.emulator.fault(Fault(kind=FaultKind.REFUSE, code=code))
            return await s.twilio.send(sms())

    outcome = play(story())
    assert (outcome.kind, outcome.code) == (kind, str(code))
    assert outcome.opted_out == (code == 21610)


def test_an_unknown_code_is_kept_and_logged(unknown_codes: list[str]) -> None:
    """Tomorrow's code is unavailable today, and somebody is told to map it."""

    async def story() -> Outcome:
        async with stage() as s:
            s.emulator.fault(Fault(kind=FaultKind.REFUSE, code=29999))
            return await s.twilio.send(sms())

    outcome = play(story())
    assert (outcome.kind, outcome.code, outcome.detail) == ("unavailable", "29999", UNMAPPED)
    assert unknown_codes == ["twilio answered with the unknown code 29999 (HTTP 400)"]
    unknown_codes.clear()


def test_throttling_says_when_to_come_back() -> None:
    """A 429 was never processed: it is safe to send again after Retry-After."""

    async def story() -> Outcome:
        async with stage() as s:
            s.emulator.fault(Fault(kind=FaultKind.THROTTLE, retry_after=7))
            return await s.twilio.send(sms())

    outcome = play(story())
    assert outcome.kind is OutcomeKind.UNAVAILABLE
    assert outcome.retry_after == timedelta(seconds=7)


def test_a_wrong_token_is_our_own_fault() -> None:
    """Authentication fails: misconfigured, which opens the breaker and alarms."""

    async def story() -> Outcome:
        async with stage() as s:
            twilio = TwilioSms(gateway(s.hooks.url, s.url, token="not-the-token"))
            outcome = await twilio.send(sms())
            await twilio.close()
            return outcome

    outcome = play(story())
    assert (outcome.kind, outcome.code) == ("misconfigured", "20003")


@pytest.mark.parametrize(
    ("kind", "outcome", "arrives"),
    [
        (FaultKind.HANG, "unknown", False),
        (FaultKind.ACCEPT_THEN_HANG, "unknown", True),
        (FaultKind.ACCEPT_THEN_DROP, "unknown", True),
        (FaultKind.GARBAGE, "unknown", False),
        (FaultKind.CRASH, "unavailable", False),
    ],
)
def test_ambiguous_ends(kind: FaultKind, outcome: str, arrives: bool) -> None:
    """No answer, or a senseless one, is unknown: the message may be on its way."""

    async def story() -> None:
        async with stage() as s:
            s.emulator.fault(Fault(kind=kind))
            ends = [asyncio.create_task(s.twilio.send(one)) for one in (sms(), call())]
            if kind in (FaultKind.HANG, FaultKind.ACCEPT_THEN_HANG):
                await until(lambda: len(s.emulator.received) == 2)
                leap()
            assert {(await end).kind for end in ends} == {outcome}
            s.emulator.fault()
            assert [one.accepted for one in s.emulator.received] == [arrives, arrives]

    play(story())


def test_nobody_listens() -> None:
    """A refused connection sent nothing, so it is unavailable and safe to repeat."""

    async def story() -> Outcome:
        async with Emulator(ACCOUNT, "token", "http://127.0.0.1:9").serve() as url:
            pass
        twilio = TwilioSms(gateway("http://127.0.0.1:9", url))
        outcome = await twilio.send(sms())
        await twilio.close()
        return outcome

    assert play(story()).kind is OutcomeKind.UNAVAILABLE


def test_waiting_for_a_connection_is_not_ambiguous() -> None:
    """With every connection stuck, a message that never left is unavailable, not unknown."""

    async def story() -> list[str]:
        emulator = Emulator(ACCOUNT, "t", "http://127.0.0.1:9")
        emulator.fault(Fault(kind=FaultKind.HANG))
        async with emulator.serve() as url:
            twilio = TwilioSms(
                TwilioGateway(
                    account_sid=ACCOUNT,
                    auth_token="t",
                    from_number="+15005550006",
                    public_url="http://127.0.0.1:9",
                    api_url=url,
                    timeout=ANSWERS_WITHIN,
                    connections=1,
                )
            )
            stuck = asyncio.create_task(twilio.send(sms()))
            await until(lambda: len(emulator.received) == 1)
            waits = asyncio.create_task(twilio.send(sms()))
            await asyncio.sleep(0)
            leap(ANSWERS_WITHIN * 0.9)
            ends: list[str] = [(await waits).kind]
            assert not stuck.done()
            leap()
            ends.append((await stuck).kind)
            await twilio.close()
            return ends

    assert play(story()) == ["unavailable", "unknown"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "12"}, 12),
        (
            {
                "Date": "Tue, 03 Nov 2026 06:00:00 GMT",
                "Retry-After": "Tue, 03 Nov 2026 06:01:00 GMT",
            },
            60,
        ),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_every_form(headers: dict[str, str], seconds: int | None) -> None:
    """Seconds, or a date against the answer's own date; nonsense is none."""

    async def story() -> Outcome:
        async def refuse(_: web.BaseRequest) -> web.Response:
            return web.json_response({"code": 20503, "message": "x"}, status=503, headers=headers)

        runner = web.ServerRunner(web.Server(refuse))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            twilio = TwilioSms(gateway("http://127.0.0.1:9", url))
            outcome = await twilio.send(sms())
            await twilio.close()
            return outcome
        finally:
            await runner.cleanup()

    wait = play(story()).retry_after
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def test_an_edge_in_the_environment_does_not_move_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """With TWILIO_EDGE set the SDK rewrites a local address; ours is used as it is."""
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")

    async def story() -> Outcome:
        async with stage() as s:
            return await s.twilio.send(sms())

    assert play(story()).kind is OutcomeKind.ACCEPTED


@pytest.mark.parametrize(
    ("sid", "token", "number", "code"),
    [
        ("", "t", "+15005550006", "twilio.credentials"),
        ("AC1", "", "+15005550006", "twilio.credentials"),
        ("AC1", "t", None, "twilio.sender"),
    ],
)
def test_settings_that_cannot_work(sid: str, token: str, number: str | None, code: str) -> None:
    """Missing credentials or no sender is an error at start, not at three in the morning."""
    with pytest.raises(GatewayError) as caught:
        TwilioGateway(account_sid=sid, auth_token=token, from_number=number, public_url="http://x")
    assert caught.value.code == code
    assert "TWILIO_" in str(caught.value)


@pytest.mark.parametrize(
    ("life", "seconds"),
    [
        (timedelta(minutes=2), 120),
        (timedelta(seconds=90.2), 91),
        (timedelta(0), 6),
        (timedelta(days=2), 36_000),
    ],
)
def test_useful_life_within_what_twilio_takes(life: timedelta, seconds: int) -> None:
    """Rounded up, and clamped to what Twilio accepts and advises."""
    assert validity_period(life) == seconds


def test_no_outcome_shows_a_number() -> None:
    """Details are our own fixed sentences: Twilio's may quote the number."""
    for meaning in CODES.values():
        assert not any(letter.isdigit() for letter in meaning.detail)
    assert ZHANG not in outcome_of(OSError(f"lost {ZHANG}")).detail
