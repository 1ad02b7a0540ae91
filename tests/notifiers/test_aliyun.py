"""Alibaba Cloud: its published signature, what we ask of it, what its codes and pushes mean."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from notifiers.aliyun.client import AliyunGateway, AliyunSettings
from notifiers.aliyun.codes import CALLS, CODES
from notifiers.aliyun.inbound import parse
from notifiers.aliyun.signing import authorization, body_hash, canonical_query
from notifiers.approved import Approved
from notifiers.codes import UNMAPPED
from notifiers.emulation import Fault, FaultKind
from notifiers.errors import CallbackError, GatewayError
from notifiers.message import Channel, OutcomeKind, Pending, ReceiptResult
from tests.notifiers.carriers import LI, LONG_AGO, NOW, ZHANG, AliyunStage, aliyun, call, sms
from tests.patience import play


def _play(story: Callable[[AliyunStage], Awaitable[None]], **how: object) -> None:
    async def run() -> None:
        async with aliyun(**how) as s:  # type: ignore[arg-type]  # each test names its own
            await story(s)

    play(run())


def test_the_signature_is_the_published_one() -> None:
    """The example of help.aliyun.com, "V3版本请求体&签名机制", to the last digit."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": body_hash(b""),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = canonical_query(
        {
            "RegionId": "cn-shanghai",
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        }
    )
    said = authorization(
        "YourAccessKeyId",
        "YourAccessKeySecret",
        method="POST",
        path="/",
        query=query,
        headers=headers,
        body=b"",
    )
    assert said == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_query_is_quoted_as_it_is_signed() -> None:
    """A blank is %20, a star %2A, a tilde itself."""
    assert canonical_query({"b": "a b*~/+", "a": "水"}) == "a=%E6%B0%B4&b=a%20b%2A~%2F%2B"


def test_a_text_goes_as_approved() -> None:
    """The carrier's number of the text, named blanks, our key as OutId, no country code."""

    async def story(s: AliyunStage) -> None:
        outcome = await s.notifier.send(sms(key="20261103", text="供水 100% & 更多"))
        assert (outcome.kind, outcome.provider) == (OutcomeKind.ACCEPTED, "aliyun")
        action, params = s.emulator.asked[-1]
        assert action == "SendSms"
        assert params == {
            "PhoneNumbers": "13900000001",
            "SignName": "德化县政府办",
            "TemplateCode": "SMS_1",
            "TemplateParam": '{"text": "供水 100% & 更多"}',
            "OutId": "20261103",
        }

    _play(story)


def test_a_call_that_listens_is_an_ivr_call() -> None:
    """With a number of our own: three keys, three times said, and a patience in milliseconds."""

    async def story(s: AliyunStage) -> None:
        await s.notifier.send(call())
        action, params = s.emulator.asked[-1]
        assert action == "IvrCall"
        assert (params["StartCode"], params["CalledNumber"]) == ("TTS_1", "13900000001")
        assert (params["PlayTimes"], params["Timeout"]) == ("3", "6000")
        assert [params[f"MenuKeyMap.{n}.Key"] for n in (1, 2, 3)] == ["1", "2", "9"]
        await s.notifier.send(call(keypad=False))
        assert s.emulator.asked[-1][0] == "SingleCallByTts"

    _play(story)


def test_without_a_number_of_our_own_no_key_is_promised() -> None:
    """The shared pool only speaks, and the capabilities say so."""

    async def story(s: AliyunStage) -> None:
        assert not s.notifier.capabilities(Channel.VOICE).keypad
        assert not s.notifier.capabilities(Channel.VOICE).two_way
        await s.notifier.send(call())
        assert s.emulator.asked[-1][0] == "SingleCallByTts"

    _play(story, show_number="")


@pytest.mark.parametrize(
    ("change", "code"),
    [({"template": None}, "no_template"), ({"key": "a key of more bytes"}, "key")],
)
def test_what_cannot_be_sent_says_why(change: dict[str, object], code: str) -> None:
    """Nothing is asked of the provider for a message it could not take."""

    async def story(s: AliyunStage) -> None:
        outcome = await s.notifier.send(replace(call(), **change))  # type: ignore[arg-type]  # one
        assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, code)
        assert s.emulator.asked == []

    _play(story)


def test_a_missing_number_names_its_key() -> None:
    """Which approved text is still to be applied for is in the outcome."""

    async def story(s: AliyunStage) -> None:
        message = sms()
        assert message.template is not None
        unknown = replace(message, template=replace(message.template, key="sms.digest"))
        outcome = await s.notifier.send(unknown)
        assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, "sms.digest")
        assert "sms.digest" in outcome.detail

    _play(story)


def test_a_text_in_the_readers_language_goes_first() -> None:
    """An English text where one was approved, else the Chinese one."""
    approved = Approved.read("sms.page=SMS_9,sms.page.en=SMS_1", "test")

    async def story(s: AliyunStage) -> None:
        assert (await s.notifier.send(replace(sms(), lang="en"))).kind is OutcomeKind.ACCEPTED
        assert s.emulator.asked[-1][1]["TemplateCode"] == "SMS_1"
        await s.notifier.send(sms())
        assert s.emulator.asked[-1][1]["TemplateCode"] == "SMS_9"

    _play(story, approved=approved)


def test_numbers_abroad_are_refused_here() -> None:
    """Another provider of the channel may reach them; this one never will."""

    async def story(s: AliyunStage) -> None:
        for message in (sms(to="+12025550100"), call(to="+12025550100")):
            assert (await s.notifier.send(message)).kind is OutcomeKind.REJECTED

    _play(story)


def test_every_code_over_http() -> None:
    """Through the seam and back each code is its outcome, and names itself."""

    async def story(s: AliyunStage) -> None:
        for code, meaning in CODES.items():
            s.emulator.fault(Fault(kind=FaultKind.REFUSE, code=code))
            outcome = await s.notifier.send(sms())
            assert (outcome.kind, outcome.code) == (meaning.kind, code)
            assert outcome.detail

    _play(story)


def test_an_unknown_code_is_kept_and_logged(unknown_codes: list[str]) -> None:
    """Tomorrow's code is unavailable today, and somebody is told to map it."""

    async def story(s: AliyunStage) -> None:
        s.emulator.fault(Fault(kind=FaultKind.REFUSE, code="isv.TOMORROW"))
        outcome = await s.notifier.send(sms())
        assert (outcome.kind, outcome.detail) == (OutcomeKind.UNAVAILABLE, UNMAPPED)

    _play(story)
    assert unknown_codes == ["aliyun answered with the unknown code isv.TOMORROW"]
    unknown_codes.clear()


def test_a_wrong_secret_is_our_own_fault() -> None:
    """The emulator checks the signature as the real one does."""

    async def story(s: AliyunStage) -> None:
        outcome = await s.notifier.send(sms())
        assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, "SignatureDoesNotMatch")

    _play(story, secret="another")


def test_receipts_and_keys_can_be_asked_for() -> None:
    """Where nobody can call us: a text that failed, one under way, a call with a key pressed."""

    async def story(s: AliyunStage) -> None:
        pending = []
        for message in (sms(key="1"), sms(key="2", to=LI), call(key="3")):
            outcome = await s.notifier.send(message)
            pending.append(
                Pending(
                    key=message.key,
                    channel=message.channel,
                    to=message.to,
                    provider_id=outcome.provider_id,
                    sent_at=NOW,
                )
            )
        s.emulator.ends |= {"1": "MOBILE_NOT_ON_SERVICE", "3": "200000"}
        s.emulator.keys["3"] = "1"
        pulled = await s.notifier.pull(pending, LONG_AGO)
        dead, ended = pulled.receipts
        assert (dead.key, dead.result, dead.permanent) == ("1", ReceiptResult.FAILED, True)
        assert (ended.key, ended.result) == ("3", ReceiptResult.ENDED)
        [press] = pulled.presses
        assert (press.key, press.digit) == ("3", "1")
        assert pulled.trouble is None
        days = {p["SendDate"] for action, p in s.emulator.asked if action == "QuerySendDetails"}
        assert days == {"20261103"}

    _play(story)


def test_a_text_in_doubt_is_found_by_our_own_key() -> None:
    """Its answer was lost, but it is listed under the number with our OutId."""

    async def story(s: AliyunStage) -> None:
        s.emulator.fault(Fault(kind=FaultKind.ACCEPT_THEN_DROP))
        assert (await s.notifier.send(sms(key="7"))).kind is OutcomeKind.UNKNOWN
        assert (await s.notifier.find(sms(key="7"), LONG_AGO)).kind is OutcomeKind.ACCEPTED
        assert (await s.notifier.find(sms(key="8"), LONG_AGO)).kind is OutcomeKind.UNAVAILABLE
        assert (await s.notifier.find(call(), LONG_AGO)).kind is OutcomeKind.UNKNOWN

    _play(story)


#: As help.aliyun.com shows them (SmsReport, SmsUp, VoiceReport), with our keys and numbers.
SMS_REPORT = """[{"phone_number": "13900000001", "send_time": "2017-01-01 00:00:00",
 "report_time": "2017-01-01 00:00:00", "success": true, "err_code": "DELIVERED",
 "err_msg": "用户接收成功", "sms_size": "1", "biz_id": "12345", "out_id": "67890"}]"""
SMS_UP = """[{"phone_number": "13900000001", "content": "1", "send_time": "2017-09-01 00:00:00",
 "dest_code": "1234", "sequence_id": "1234567890"}]"""
VOICE_REPORT = """[{"status_code": "200000", "callee": "13900000001",
 "ring_time": "2021-04-28 10:02:40", "duration": "10", "voice_type": "voice",
 "call_id": "122628733198^10942206", "status_msg": "执行完成", "out_id": "42", "dtmf": "1"}]"""


def test_pushes_are_read_as_published() -> None:
    """A receipt, a reply, a call with a key."""
    [receipt] = parse("sms-report", SMS_REPORT.encode()).receipts
    assert (receipt.key, receipt.provider_id) == ("67890", "12345")
    assert receipt.result is ReceiptResult.DELIVERED
    [text] = parse("sms-up", SMS_UP.encode()).texts
    assert (text.sender, text.text, text.opted_out) == (ZHANG, "1", False)
    told = parse("voice-report", VOICE_REPORT.encode())
    assert (told.receipts[0].key, told.receipts[0].result) == ("42", ReceiptResult.ENDED)
    assert (told.presses[0].key, told.presses[0].digit) == ("42", "1")


def test_a_bad_entry_costs_the_others_nothing() -> None:
    """Rows of no shape, about no message of ours, or from no number are left out."""
    good = json.loads(SMS_REPORT)[0]
    told = parse("sms-report", json.dumps([{}, 7, None, "x", good, {"out_id": "1"}]).encode())
    assert [one.key for one in told.receipts] == ["67890"]
    odd = [{"phone_number": "not one", "content": "1", "sequence_id": "1"}]
    assert parse("sms-up", json.dumps(odd).encode()).texts == ()
    silent = {**json.loads(VOICE_REPORT)[0], "dtmf": "", "status_code": "123456"}
    told = parse("voice-report", json.dumps([silent]).encode())
    assert told.presses == ()
    assert (told.receipts[0].result, told.receipts[0].rank) == (ReceiptResult.PROGRESS, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"7", b"\xff"])
def test_what_is_no_array_is_refused(body: bytes) -> None:
    """A push that cannot be read is an error the provider hears."""
    with pytest.raises(CallbackError):
        parse("sms-report", body)
    with pytest.raises(CallbackError):
        parse("another-kind", b"[]")


def test_opting_out_is_heard() -> None:
    """T, TD and N stop the carrier for good, so another channel must be used."""
    for word in ("TD", "t", " N "):
        row = {"phone_number": "13900000001", "content": word, "sequence_id": "1"}
        assert parse("sms-up", json.dumps([row]).encode()).texts[0].opted_out


def test_calls_end_in_one_way() -> None:
    """Every state of a call has a rank, and what is permanent is a failure."""
    for rank, result, permanent, _ in CALLS.values():
        assert 0 < rank <= 50
        assert not permanent or result is ReceiptResult.FAILED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key_id": ""}, "aliyun.credentials"),
        ({"secret": ""}, "aliyun.credentials"),
        ({"approved": Approved({})}, "aliyun.templates"),
    ],
)
def test_settings_that_could_never_send_are_refused(changes: dict[str, object], code: str) -> None:
    """At the start, by name, and not when a page is due."""
    good = AliyunSettings(
        key_id="k", secret="s", approved=Approved({"sms.page": "SMS_1"}), clock=lambda: NOW
    )
    with pytest.raises(GatewayError) as caught:
        AliyunGateway(replace(good, **changes))  # type: ignore[arg-type]  # one each
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["sms.page", "=SMS_1", "sms.page=", "a=1,a=2"])
def test_a_list_of_numbers_that_is_none(text: str) -> None:
    """The entry that is wrong is named with the setting it stands in."""
    with pytest.raises(GatewayError, match="ONCALL_X"):
        Approved.read(text, "ONCALL_X")
