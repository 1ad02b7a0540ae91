"""What we ask of Twilio, as its server sees it."""

import asyncio
import logging
from urllib.parse import parse_qs, parse_qsl

import pytest
from aiohttp import web

from notifiers.message import Channel, Message, Outcome, OutcomeKind
from notifiers.twilio.client import TwilioGateway
from notifiers.twilio.notifier import Twilio
from notifiers.twilio.voice import TwilioVoice
from tests.notifiers.hooks import ACCOUNT, SENDER, ZHANG, call, gateway, sms

PUBLIC = "https://oncall.example"


def _asked(message: Message, service: str | None = None) -> tuple[Outcome, str, list[list[str]]]:
    """Send to a server that only writes down: the outcome, the path, the fields in order."""
    seen: list[tuple[str, list[list[str]]]] = []

    async def write_down(request: web.BaseRequest) -> web.Response:
        body = (await request.read()).decode()
        seen.append((request.path, [list(pair) for pair in parse_qsl(body)]))
        return web.json_response({"sid": "XX1", "status": "queued"}, status=201)

    async def story() -> Outcome:
        runner = web.ServerRunner(web.Server(write_down))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            twilio = Twilio(
                TwilioGateway(
                    account_sid=ACCOUNT,
                    auth_token="t",
                    from_number=SENDER,
                    messaging_service_sid=service,
                    public_url=PUBLIC + "/",
                    api_url=f"http://127.0.0.1:{runner.addresses[0][1]}/",
                )
            )
            outcome = await twilio.send(message)
            await twilio.close()
            return outcome
        finally:
            await runner.cleanup()

    outcome = asyncio.run(story())
    return outcome, seen[0][0], seen[0][1]


def test_a_text() -> None:
    """The text whole, a life in seconds, and a callback that carries our own key."""
    outcome, path, fields = _asked(sms(key="page/1/张三/sms/1"))
    assert (outcome.kind, outcome.provider_id) == (OutcomeKind.ACCEPTED, "XX1")
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = dict(fields)
    assert (form["To"], form["From"]) == (ZHANG, SENDER)
    assert form["Body"] == sms().text
    assert form["ValidityPeriod"] == "600"
    address, _, query = form["StatusCallback"].partition("?")
    assert address == f"{PUBLIC}/hooks/twilio/status"
    assert parse_qs(query) == {"attempt": ["page/1/张三/sms/1"]}


def test_a_messaging_service_chooses_the_sender() -> None:
    """With a service there is no From for texts, and calls still have one."""
    form = dict(_asked(sms(), service="MG1")[2])
    assert form["MessagingServiceSid"] == "MG1"
    assert "From" not in form
    assert dict(_asked(call(), service="MG1")[2])["From"] == SENDER


def test_a_call() -> None:
    """Each event is a parameter of its own, the words are inline, and it rings 25 seconds."""
    _, path, fields = _asked(call(key="p/1"))
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    events = [value for name, value in fields if name == "StatusCallbackEvent"]
    assert events == ["initiated", "ringing", "answered", "completed"]
    form = dict(fields)
    assert form["Timeout"] == "25"
    assert f'action="{PUBLIC}/hooks/twilio/gather?attempt=p/1"' in form["Twiml"]
    assert call().text in form["Twiml"]
    assert len(form["Twiml"]) <= 4000
    assert (form["MachineDetection"], form["AsyncAmd"]) == ("Enable", "true")
    assert form["AsyncAmdStatusCallback"] == f"{PUBLIC}/hooks/twilio/detected?attempt=p/1"


def test_nobody_listens_where_that_is_switched_off() -> None:
    """The detector costs money: without it a call asks for none, and the channel says so."""

    async def story() -> set[str]:
        names: set[str] = set()

        async def write_down(request: web.BaseRequest) -> web.Response:
            names.update(name for name, _ in parse_qsl((await request.read()).decode()))
            return web.json_response({"sid": "XX1", "status": "queued"}, status=201)

        runner = web.ServerRunner(web.Server(write_down))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            api = f"http://127.0.0.1:{runner.addresses[0][1]}"
            deaf = Twilio(gateway(PUBLIC, api), detects=False)
            assert not deaf.capabilities(Channel.VOICE).detects
            await deaf.send(call())
            await deaf.close()
        finally:
            await runner.cleanup()
        return names

    names = asyncio.run(story())
    assert "Twiml" in names
    assert not {name for name in names if "Amd" in name or "Machine" in name}


def test_a_call_without_a_keypad_only_speaks() -> None:
    """Telling somebody who has it asks for no key."""
    message = Message(key="p/1", channel=Channel.VOICE, to=ZHANG, text="已签收", lang="zh_CN")
    assert "Gather" not in dict(_asked(message)[2])["Twiml"]


def test_words_too_long_to_speak_are_refused_whole() -> None:
    """Rather than losing its end a text goes by another channel."""

    async def story() -> Outcome:
        voice = TwilioVoice(gateway(PUBLIC, "http://127.0.0.1:9"))
        outcome = await voice.send(call(text="水" * 4000))
        await voice.close()
        return outcome

    outcome = asyncio.run(story())
    assert outcome.kind is OutcomeKind.REJECTED
    assert "too long" in outcome.detail


def test_a_service_alone_cannot_call() -> None:
    """Without a number of our own there is no voice channel, and saying so is not a crash."""

    async def story() -> Outcome:
        twilio = Twilio(
            TwilioGateway(
                account_sid=ACCOUNT,
                auth_token="t",
                messaging_service_sid="MG1",
                public_url=PUBLIC,
            )
        )
        assert twilio.channels == {Channel.SMS}
        assert not await twilio.stop("CA1", Channel.VOICE)
        return await twilio.send(call())

    assert asyncio.run(story()).kind is OutcomeKind.MISCONFIGURED


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The SDK's own client logs requests; ours leaves no number and no token in any log."""
    with caplog.at_level(logging.DEBUG):
        _asked(sms(), service="MG1")
        _asked(call())
    assert ZHANG[3:] not in caplog.text
    assert "Authorization" not in caplog.text


def test_a_life_is_optional() -> None:
    """Without a useful life none is sent, rather than a wrong one."""
    message = Message(key="p/1", channel=Channel.SMS, to=ZHANG, text="x", lang="en")
    assert "ValidityPeriod" not in dict(_asked(message)[2])
