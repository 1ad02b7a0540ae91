"""Tencent Cloud: its published signatures, what we ask of it, what its codes and pushes mean."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from notifiers.approved import Approved
from notifiers.codes import UNMAPPED
from notifiers.emulation import Fault, FaultKind
from notifiers.errors import CallbackError, GatewayError
from notifiers.message import Channel, OutcomeKind, ReceiptResult, Receipts
from notifiers.tencent.client import TencentGateway, TencentSettings
from notifiers.tencent.codes import CODES
from notifiers.tencent.inbound import parse
from notifiers.tencent.signing import authorization
from tests.notifiers.carriers import LONG_AGO, NOW, ZHANG, TencentStage, call, sms, tencent
from tests.patience import play


def _play(story: Callable[[TencentStage], Awaitable[None]], **how: object) -> None:
    async def run() -> None:
        async with tencent(**how) as s:  # type: ignore[arg-type]  # each test names its own
            await story(s)

    play(run())


@pytest.mark.parametrize(
    ("secret_id", "secret_key", "action", "signature"),
    [
        (
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
            "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
            None,
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
        ),
        (
            "AKID" + "*" * 32,
            "*" * 32,
            "DescribeInstances",
            "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
        ),
    ],
    ids=["two headers", "three headers"],
)
def test_the_signature_is_the_published_one(
    secret_id: str, secret_key: str, action: str | None, signature: str
) -> None:
    """The two examples of cloud.tencent.com, "签名方法 v3", the older and today's."""
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    if action is not None:
        headers["x-tc-action"] = action
    body = (
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    said = authorization(
        secret_id, secret_key, service="cvm", headers=headers, body=body, timestamp=1551113065
    )
    assert said.startswith(f"TC3-HMAC-SHA256 Credential={secret_id}/2019-02-25/cvm/tc3_request, ")
    assert said.endswith(f"Signature={signature}")


def test_a_text_goes_as_approved() -> None:
    """The number of the text, blanks in order, our key as SessionContext."""

    async def story(s: TencentStage) -> None:
        outcome = await s.notifier.send(sms(key="20261103", text="供水 100%"))
        assert (outcome.kind, outcome.provider) == (OutcomeKind.ACCEPTED, "tencent")
        assert s.emulator.asked[-1] == (
            "SendSms",
            {
                "PhoneNumberSet": [ZHANG],
                "SmsSdkAppId": "1400006666",
                "SignName": "德化县政府办",
                "TemplateId": "1001",
                "TemplateParamSet": ["供水 100%"],
                "SessionContext": "20261103",
            },
        )

    _play(story)


def test_a_call_goes_as_approved() -> None:
    """Three times said, by the application for calls."""

    async def story(s: TencentStage) -> None:
        await s.notifier.send(call())
        action, params = s.emulator.asked[-1]
        assert action == "SendTtsVoice"
        assert (params["TemplateId"], params["CalledNumber"]) == ("2001", ZHANG)
        assert (params["PlayTimes"], params["VoiceSdkAppid"]) == (3, "1400007777")

    _play(story)


def test_without_hooks_no_key_is_promised() -> None:
    """Keys are told by a push only."""

    async def story(s: TencentStage) -> None:
        can = s.notifier.capabilities(Channel.VOICE)
        assert (can.two_way, can.keypad, can.receipts) == (False, False, Receipts.NONE)

    _play(story, keys=False)


def test_only_what_is_set_up_is_carried() -> None:
    """A channel needs its application and an approved text."""

    async def story(s: TencentStage) -> None:
        assert s.notifier.channels == {Channel.SMS}
        assert (await s.notifier.send(call())).kind is OutcomeKind.MISCONFIGURED

    _play(story, approved=Approved({"sms.page": "1001"}))


def test_every_code_over_http() -> None:
    """Through the seam and back each code is its outcome, whether it refuses all or one number."""

    async def story(s: TencentStage) -> None:
        for code, meaning in CODES.items():
            s.emulator.fault(Fault(kind=FaultKind.REFUSE, code=code))
            outcome = await s.notifier.send(sms())
            assert (outcome.kind, outcome.code) == (meaning.kind, code)
            assert outcome.opted_out == meaning.opted_out

    _play(story)


def test_an_unknown_code_is_kept_and_logged(unknown_codes: list[str]) -> None:
    """Tomorrow's code is unavailable today, and somebody is told to map it."""

    async def story(s: TencentStage) -> None:
        s.emulator.fault(Fault(kind=FaultKind.REFUSE, code="Failed.Tomorrow"))
        outcome = await s.notifier.send(sms())
        assert (outcome.kind, outcome.detail) == (OutcomeKind.UNAVAILABLE, UNMAPPED)

    _play(story)
    assert unknown_codes == ["tencent answered with the unknown code Failed.Tomorrow"]
    unknown_codes.clear()


def test_a_wrong_secret_is_our_own_fault() -> None:
    """The emulator checks the signature as the real one does."""

    async def story(s: TencentStage) -> None:
        for message in (sms(), call()):
            outcome = await s.notifier.send(message)
            assert outcome.code == "AuthFailure.SignatureFailure"

    _play(story, secret="another")


def test_the_queues_are_read() -> None:
    """Receipts with our key and replies, each once, in the shape of pushed ones."""

    async def story(s: TencentStage) -> None:
        await s.notifier.send(sms(key="1"))
        s.emulator.ends["1"] = "MI:0001"
        s.emulator.replies.append(
            {"PhoneNumber": ZHANG, "ReplyContent": "1", "ReplyUnixTime": 1793685660}
        )
        pulled = await s.notifier.pull([], LONG_AGO)
        [dead] = pulled.receipts
        assert (dead.key, dead.result, dead.permanent) == ("1", ReceiptResult.FAILED, True)
        pushed = {"mobile": ZHANG[3:], "nationcode": "86", "text": "1", "time": 1793685660}
        assert pulled.texts == parse("sms-up", json.dumps(pushed).encode()).texts
        assert (await s.notifier.pull([], LONG_AGO)).receipts == ()

    _play(story)


def test_a_text_in_doubt_is_found_once_it_has_a_receipt() -> None:
    """Until then it stays in doubt, for the list says nothing of it."""

    async def story(s: TencentStage) -> None:
        s.emulator.fault(Fault(kind=FaultKind.ACCEPT_THEN_DROP))
        assert (await s.notifier.send(sms(key="7"))).kind is OutcomeKind.UNKNOWN
        assert (await s.notifier.find(sms(key="7"), LONG_AGO)).kind is OutcomeKind.UNKNOWN
        s.emulator.ends["7"] = "DELIVRD"
        found = await s.notifier.find(sms(key="7"), LONG_AGO)
        assert (found.kind, found.provider_id) == (OutcomeKind.ACCEPTED, s.emulator.latest().id)
        assert (await s.notifier.find(call(), LONG_AGO)).kind is OutcomeKind.UNKNOWN

    _play(story)


#: As cloud.tencent.com shows them, with our numbers.
REPORT = """[{"user_receive_time": "2015-10-17 08:03:04", "nationcode": "86",
 "mobile": "13900000001", "report_status": "SUCCESS", "errmsg": "DELIVRD",
 "description": "用户短信送达成功", "sid": "5000:1"}]"""
KEY = """{"voicekey_callback": {"call_from": "", "callid": "xxxxxx", "keypress": "2",
 "mobile": "13900000001", "nationcode": "86"}}"""
PROMPT = """{"voiceprompt_callback": {"result": "%s", "accept_time": "1470197211",
 "call_from": "", "callid": "xxxxxx", "end_calltime": "1470197221", "fee": "1",
 "mobile": "13900000001", "nationcode": "86", "start_calltime": "1470197196"}}"""


def test_pushes_are_read_as_published() -> None:
    """A receipt, a key, and a call that was picked up, not picked up, or failed."""
    [receipt] = parse("sms-report", REPORT.encode()).receipts
    assert (receipt.key, receipt.provider_id) == ("", "5000:1")
    assert receipt.result is ReceiptResult.DELIVERED
    [press] = parse("voice", KEY.encode()).presses
    assert (press.key, press.provider_id, press.digit) == ("", "xxxxxx", "2")
    ends = [parse("voice", (PROMPT % end).encode()).receipts[0].result for end in ("0", "1", "2")]
    assert ends == [ReceiptResult.ENDED, ReceiptResult.FAILED, ReceiptResult.FAILED]


@pytest.mark.parametrize(
    ("what", "body"),
    [("sms-report", b"{}"), ("sms-up", b"[]"), ("voice", b"nonsense"), ("other", b"{}")],
)
def test_what_makes_no_sense_is_refused(what: str, body: bytes) -> None:
    """A push of the wrong shape is an error the provider hears."""
    with pytest.raises(CallbackError):
        parse(what, body)


def test_incomplete_pushes_say_nothing() -> None:
    """Without its id or its key a push is about nothing of ours."""
    for body in (b"{}", b'{"voicekey_callback": {"callid": "x"}}', b'{"voicekey_callback": 7}'):
        told = parse("voice", body)
        assert (told.receipts, told.presses) == ((), ())
    assert parse("sms-up", b'{"text": "1"}').texts == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret_id": ""}, "tencent.credentials"),
        ({"approved": Approved({})}, "tencent.templates"),
        ({"sms_app": ""}, "tencent.app"),
    ],
)
def test_settings_that_could_never_send_are_refused(changes: dict[str, object], code: str) -> None:
    """At the start, by name, and not when a page is due."""
    good = TencentSettings(
        secret_id="i",
        secret_key="k",
        sms_app="1",
        approved=Approved({"sms.page": "1"}),
        clock=lambda: NOW,
    )
    with pytest.raises(GatewayError) as caught:
        TencentGateway(replace(good, **changes))  # type: ignore[arg-type]  # one each
    assert caught.value.code == code
