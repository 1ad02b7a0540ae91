"""China Mobile's 云MAS: its seal, what travels, what its words and pushes mean."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from notifiers.emulation import Fault, FaultKind
from notifiers.errors import CallbackError, GatewayError
from notifiers.mas.codes import CODES
from notifiers.mas.emulator import MasEmulator
from notifiers.mas.inbound import parse
from notifiers.mas.notifier import Mas, seal
from notifiers.message import Channel, OutcomeKind, ReceiptResult
from tests.notifiers.carriers import MAS, SIGN, ZHANG, call, mas, sms
from tests.patience import ANSWERS_WITHIN, play


def _play(story: Callable[[Mas, MasEmulator], Awaitable[None]], **how: str) -> None:
    async def run() -> None:
        async with mas(ANSWERS_WITHIN, **how) as stage:
            await story(stage.notifier, stage.emulator)

    play(run())


def test_the_seal_is_made_as_documented() -> None:
    """MD5 over group, user, secret, numbers, text, signature code and extension, in this order."""
    words = "德化县政府办oncalla-made-up-secret13900000001您好SIGN000101"
    settings = replace(MAS, ec_name="德化县政府办", serial="01")
    wanted = hashlib.md5(words.encode(), usedforsecurity=False).hexdigest()
    assert seal(settings, "13900000001", "您好") == wanted


def test_our_signature_is_taken_off() -> None:
    """The carrier puts its own before every text; twice would cost a part."""

    async def story(notifier: Mas, emulator: MasEmulator) -> None:
        await notifier.send(sms(text=f"【{SIGN}】110转办,供水"))
        assert emulator.orders[0]["content"] == "110转办,供水"
        assert emulator.orders[0]["mobiles"] == "13900000001"

    _play(story, signature=SIGN)


def test_every_word_over_http() -> None:
    """Refusals come with a 200 or as a bare status; each is its outcome."""

    async def story(notifier: Mas, emulator: MasEmulator) -> None:
        for word, meaning in CODES.items():
            emulator.fault(Fault(kind=FaultKind.REFUSE, code=word))
            outcome = await notifier.send(sms())
            assert (outcome.kind, outcome.code) == (meaning.kind, word)

    _play(story)


def test_an_unknown_word_is_kept_and_logged(unknown_codes: list[str]) -> None:
    """Tomorrow's refusal is no success."""

    async def story(notifier: Mas, emulator: MasEmulator) -> None:
        emulator.fault(Fault(kind=FaultKind.REFUSE, code="Tomorrow"))
        assert (await notifier.send(sms())).kind is OutcomeKind.UNAVAILABLE

    _play(story)
    assert unknown_codes == ["mas answered with the unknown code Tomorrow"]
    unknown_codes.clear()


@pytest.mark.parametrize(
    ("how", "code"),
    [({"secret": "another"}, "IllegalMac"), ({"ap_id": "somebody"}, "InvalidUsrOrPwd"),
     ({"sign": "S"}, "IllegalSignId")],
)  # fmt: skip
def test_a_wrong_account_is_our_own_fault(how: dict[str, str], code: str) -> None:
    """The emulator checks names and seal as the carrier does."""

    async def story(notifier: Mas, emulator: MasEmulator) -> None:
        outcome = await notifier.send(sms())
        assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, code)

    _play(story, **how)


def test_only_texts_to_the_mainland() -> None:
    """A call, or a number abroad, is for another provider."""

    async def story(notifier: Mas, emulator: MasEmulator) -> None:
        assert (await notifier.send(call())).kind is OutcomeKind.MISCONFIGURED
        assert (await notifier.send(sms(to="+12025550100"))).kind is OutcomeKind.REJECTED
        assert not notifier.capabilities(Channel.SMS).templates
        assert emulator.orders == []

    _play(story)


def test_pushes_are_read() -> None:
    """One object or several; a receipt speaks of the id we were given, a reply of a number."""
    row = {"reportStatus": "CM:0000", "errorCode": "DELIVRD", "mobile": "13900000001",
           "msgGroup": "1103000001"}  # fmt: skip
    for body in (row, [row, {}, 7]):
        [receipt] = parse("sms-report", json.dumps(body).encode()).receipts
        assert (receipt.key, receipt.provider_id) == ("", "1103000001")
        assert receipt.result is ReceiptResult.DELIVERED
    dead = {**row, "reportStatus": "MK:0001", "errorCode": "MK:0001"}
    [receipt] = parse("sms-report", json.dumps(dead).encode()).receipts
    assert (receipt.result, receipt.permanent) == (ReceiptResult.FAILED, True)
    reply = {"mobile": "13900000001", "smsContent": "1", "sendTime": "2026-11-03 14:01:00"}
    first, again = (parse("sms-up", json.dumps(reply).encode()).texts for _ in range(2))
    assert first == again
    assert (first[0].sender, first[0].text) == (ZHANG, "1")


@pytest.mark.parametrize(("what", "body"), [("sms-up", b"x"), ("sms-up", b"7"), ("other", b"[]")])
def test_what_makes_no_sense_is_refused(what: str, body: bytes) -> None:
    """A push of the wrong shape is an error the carrier hears."""
    with pytest.raises(CallbackError):
        parse(what, body)


@pytest.mark.parametrize("missing", ["url", "ec_name", "ap_id", "secret", "sign"])
def test_settings_that_could_never_send_are_refused(missing: str) -> None:
    """At the start, by name."""
    with pytest.raises(GatewayError, match="ONCALL_MAS"):
        Mas(replace(MAS, **{missing: ""}))  # type: ignore[arg-type]  # one field, a text
