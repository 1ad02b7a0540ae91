"""What Twilio tells us: checked, then read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.errors import CallbackError, WrongAccountError
from notifiers.message import AnsweredBy, InboundSms, KeyPress, ReceiptResult
from notifiers.twilio import inbound
from notifiers.twilio.sdk import RequestValidator

#: Twilio's published example (its security guide and helper libraries).
TOKEN = "12345"
SITE = "https://mycompany.com"
PATH = "/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="

QUERY = {"attempt": "p1/1"}


def test_twilios_published_example() -> None:
    """The example of Twilio's own guide verifies, and is what our emulator would sign."""
    assert inbound.signature_ok(SITE, PATH, FORM, SIGNATURE, [TOKEN])
    assert inbound.sign(SITE + PATH, FORM, TOKEN) == SIGNATURE


def test_the_order_of_fields_does_not_matter() -> None:
    """The signature is over sorted fields."""
    assert inbound.signature_ok(SITE, PATH, FORM[::-1], SIGNATURE, [TOKEN])


@pytest.mark.parametrize(
    ("site", "path", "form", "signature", "tokens"),
    [
        (SITE, PATH, FORM, SIGNATURE, ["54321"]),
        (SITE, PATH, FORM, SIGNATURE, []),
        (SITE, PATH, FORM, SIGNATURE, [""]),
        (SITE, PATH, FORM, "", [TOKEN]),
        (SITE, PATH, FORM, "签名", [TOKEN]),
        (SITE, PATH, FORM, SIGNATURE[:-2], [TOKEN]),
        ("https://evil.example", PATH, FORM, SIGNATURE, [TOKEN]),
        (SITE, "/myapp.php?foo=1&bar=3", FORM, SIGNATURE, [TOKEN]),
        (SITE, PATH, [*FORM, ("Extra", "1")], SIGNATURE, [TOKEN]),
        (SITE, PATH, FORM[:-1], SIGNATURE, [TOKEN]),
    ],
)
def test_forgeries(
    site: str, path: str, form: list[tuple[str, str]], signature: str, tokens: list[str]
) -> None:
    """Anything changed, or signed by nobody we know, is no request of Twilio's."""
    assert not inbound.signature_ok(site, path, form, signature, tokens)


def test_both_tokens_count_while_rotating() -> None:
    """The old token still signs for a while after the new one was made."""
    assert inbound.signature_ok(SITE, PATH, FORM, SIGNATURE, ["new-token", TOKEN])


def test_blank_fields_are_signed_too() -> None:
    """Twilio sends FromCity= and signs it; a form that lost it would not verify."""
    form = [*FORM, ("FromCity", "")]
    signature = inbound.sign(SITE + PATH, form, TOKEN)
    assert inbound.signature_ok(SITE, PATH, form, signature, [TOKEN])
    assert not inbound.signature_ok(SITE, PATH, FORM, signature, [TOKEN])


def test_several_values_of_one_name() -> None:
    """A name that comes twice is signed with both values."""
    form = [("MediaUrl", "b"), ("MediaUrl", "a")]
    signature = inbound.sign(SITE + PATH, form, TOKEN)
    assert inbound.signature_ok(SITE, PATH, form, signature, [TOKEN])
    assert not inbound.signature_ok(SITE, PATH, form[:1], signature, [TOKEN])


@pytest.mark.parametrize(
    ("signed", "configured"),
    [
        ("https://x.example", "https://x.example:443"),
        ("https://x.example:443", "https://x.example/"),
        ("http://x.example", "http://x.example:80"),
        ("http://10.0.0.1", "http://10.0.0.1:8110"),
        ("http://127.0.0.1:8110", "http://127.0.0.1:8110"),
    ],
)
def test_a_port_more_or_less(signed: str, configured: str) -> None:
    """Twilio signs the address with or without its port."""
    signature = inbound.sign(signed + "/hooks/twilio/sms", FORM, TOKEN)
    assert inbound.signature_ok(configured, "/hooks/twilio/sms", FORM, signature, [TOKEN])


def test_the_newer_scheme() -> None:
    """A SHA-256 signature counts when its header says so, and an unknown scheme never does."""
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    validator = RequestValidator(TOKEN)
    signature = validator.compute_signature(SITE + PATH, dict(FORM), "HMAC_SHA256")
    assert inbound.signature_ok(SITE, PATH, FORM, signature, [TOKEN], settings)
    assert not inbound.signature_ok(SITE, PATH, FORM, signature, [TOKEN])
    assert not inbound.signature_ok(SITE, PATH, FORM, SIGNATURE, [TOKEN], "algorithm=HMAC_MD5")


@given(st.lists(st.tuples(st.text(min_size=1), st.text())), st.text(min_size=1))
def test_what_is_signed_verifies(form: list[tuple[str, str]], token: str) -> None:
    """Whatever the fields hold, our emulator's signature is ours to accept, with its token only."""
    try:
        signature = inbound.sign(SITE + PATH, form, token)
    except UnicodeEncodeError:
        return  # half a surrogate pair cannot come in over HTTP
    assert inbound.signature_ok(SITE, PATH, form, signature, [token])
    assert not inbound.signature_ok(SITE, PATH, form, signature, [token + "x"])


def test_another_account_is_refused() -> None:
    """A signed request about somebody else's account is not ours to act on."""
    inbound.require_account([("AccountSid", "AC1")], "AC1")
    for form in ([("AccountSid", "AC2")], [], [("AccountSid", "")]):
        with pytest.raises(WrongAccountError):
            inbound.require_account(form, "AC1")


@pytest.mark.parametrize(
    ("ladder"),
    [
        ["accepted", "queued", "sending", "sent", "delivered", "read"],
        ["queued", "sent", "undelivered"],
        ["queued", "failed"],
    ],
)
def test_sms_statuses_only_climb(ladder: list[str]) -> None:
    """Each status outranks the ones before it, so a late one never regresses."""
    ranks = [
        inbound.parse_status({"MessageSid": "SM1", "MessageStatus": status}, QUERY).rank
        for status in ladder
    ]
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize("end", ["completed", "busy", "failed", "no-answer", "canceled"])
def test_call_statuses_only_climb(end: str) -> None:
    """The same for a call, whatever its end."""
    ladder = ["queued", "initiated", "ringing", "in-progress", end]
    ranks = [
        inbound.parse_status({"CallSid": "CA1", "CallStatus": status}, QUERY).rank
        for status in ladder
    ]
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("sent", ReceiptResult.PROGRESS),
        ("delivered", ReceiptResult.DELIVERED),
        ("read", ReceiptResult.DELIVERED),
        ("undelivered", ReceiptResult.FAILED),
        ("failed", ReceiptResult.FAILED),
        ("canceled", ReceiptResult.ENDED),
        ("a-new-word", ReceiptResult.PROGRESS),
    ],
)
def test_what_an_sms_status_means(status: str, result: ReceiptResult) -> None:
    """The provider's word is kept, and its meaning is one of five."""
    receipt = inbound.parse_status({"MessageSid": "SM1", "MessageStatus": status}, QUERY)
    assert (receipt.key, receipt.provider_id) == ("p1/1", "SM1")
    assert (receipt.status, receipt.result) == (status, result)


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("ringing", ReceiptResult.PROGRESS),
        ("in-progress", ReceiptResult.ANSWERED),
        ("completed", ReceiptResult.ENDED),
        ("busy", ReceiptResult.FAILED),
        ("no-answer", ReceiptResult.FAILED),
        ("failed", ReceiptResult.FAILED),
        ("canceled", ReceiptResult.ENDED),
    ],
)
def test_what_a_call_status_means(status: str, result: ReceiptResult) -> None:
    """Answered and completed are words about the line, never an acknowledgement."""
    form = {"CallSid": "CA1", "CallStatus": status, "AnsweredBy": "machine_start"}
    receipt = inbound.parse_status(form, QUERY)
    assert (receipt.provider_id, receipt.result) == ("CA1", result)
    assert receipt.answered_by is AnsweredBy.MACHINE
    assert not receipt.permanent


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("human", AnsweredBy.HUMAN),
        ("unknown", AnsweredBy.UNKNOWN),
        *((word, AnsweredBy.MACHINE) for word in ("machine_start", "machine_end_beep", "fax")),
        ("ghost", AnsweredBy.UNKNOWN),
    ],
)
def test_what_the_detector_says_is_a_label(said: str, label: AnsweredBy) -> None:
    """Three words for people; the receipt itself tells nothing that could move a page."""
    receipt = inbound.parse_detected({"CallSid": "CA1", "AnsweredBy": said}, QUERY)
    assert (receipt.key, receipt.answered_by) == (dict(QUERY)["attempt"], label)
    assert (receipt.rank, receipt.result) == (0, ReceiptResult.PROGRESS)
    with pytest.raises(CallbackError):
        inbound.parse_detected({"CallSid": "CA1"}, QUERY)


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        *((code, True) for code in (21211, 21610, 21614, 30003, 30004, 30005, 30006, 30036)),
        (30007, True),
        (30001, False),
        (30008, False),
        (29999, False),
    ],
)
def test_which_codes_mean_advance_now(code: int, permanent: bool) -> None:
    """With a dead, blocked or switched-off phone the next level is tried at once."""
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": str(code)}
    receipt = inbound.parse_status(form, QUERY)
    assert (receipt.code, receipt.permanent) == (str(code), permanent)
    assert receipt.opted_out == (code == 21610)
    assert receipt.detail


def test_a_dead_number_on_the_line() -> None:
    """A failed call with SIP 404 is permanent; the same SIP field on a good call says nothing."""
    form = {"CallSid": "CA1", "CallStatus": "failed", "SipResponseCode": "404"}
    receipt = inbound.parse_status(form, QUERY)
    assert (receipt.permanent, receipt.code) == (True, "SIP 404")
    assert not inbound.parse_status({**form, "CallStatus": "busy"}, QUERY).permanent
    assert not inbound.parse_status({**form, "SipResponseCode": "503"}, QUERY).permanent


@pytest.mark.parametrize(
    ("form", "query"),
    [
        ({"MessageSid": "SM1", "MessageStatus": "sent"}, {}),
        ({"MessageSid": "SM1", "MessageStatus": "sent"}, {"attempt": ""}),
        ({"MessageSid": "SM1"}, QUERY),
        ({"MessageStatus": "sent"}, QUERY),
        ({"CallSid": "CA1"}, QUERY),
        ({}, QUERY),
    ],
)
def test_incomplete_receipts(form: dict[str, str], query: dict[str, str]) -> None:
    """A receipt about nothing is an error that names the field."""
    with pytest.raises(CallbackError, match="field"):
        inbound.parse_status(form, query)


def test_a_text_from_a_person() -> None:
    """The words arrive as they were written."""
    form = {"MessageSid": "SM1", "From": "+8613900000001", "Body": " 1 收到 "}
    assert inbound.parse_sms(form) == InboundSms(
        provider_id="SM1", sender="+8613900000001", text=" 1 收到 "
    )


@pytest.mark.parametrize(
    ("body", "kind", "out", "back"),
    [
        ("STOP", "", True, False),
        (" stop ", "", True, False),
        ("退订", "STOP", True, False),
        ("START", "", False, True),
        ("END", "HELP", False, False),
        ("1", "", False, False),
    ],
)
def test_opting_out_and_in(body: str, kind: str, out: bool, back: bool) -> None:
    """Twilio blocks the number on its own, so we must notice; its own label goes first."""
    form = {"MessageSid": "SM1", "From": "+8613900000001", "Body": body, "OptOutType": kind}
    sms = inbound.parse_sms(form)
    assert (sms.opted_out, sms.opted_in) == (out, back)


@pytest.mark.parametrize("digit", list("0123456789*#"))
def test_keys(digit: str) -> None:
    """Every key of a phone is a key."""
    form = [("CallSid", "CA1"), ("Digits", digit)]
    expected = KeyPress(key="p1/1", provider_id="CA1", digit=digit)
    assert inbound.parse_gather(form, [("attempt", "p1/1")]) == expected


@pytest.mark.parametrize("digits", ["", "12", "x", "hangup"])
def test_no_key(digits: str) -> None:
    """Silence, or anything but one key, is never an answer."""
    with pytest.raises(CallbackError):
        inbound.parse_gather({"CallSid": "CA1", "Digits": digits}, QUERY)


def test_twiml_takes_a_key_around_the_words() -> None:
    """The words are spoken in Chinese inside a Gather for one key, escaped and whole."""
    xml = inbound.say("水压<低>&急,按1签收", "zh_CN", "https://x/hooks?a=1&b=2", times=3)
    assert '<Say language="zh-CN" loop="3">水压&lt;低&gt;&amp;急,按1签收</Say></Gather>' in xml
    assert 'numDigits="1"' in xml
    assert 'action="https://x/hooks?a=1&amp;b=2"' in xml
    assert "Gather" not in inbound.say("再见", "zh_CN")
    assert 'language="en-US"' in inbound.say("bye", "en")


def test_a_drill_opens_with_its_own_tone() -> None:
    """Three tones before the first word of a drill, and none before anything else."""
    xml = inbound.say("这是演练", "zh_CN", "https://x/hooks", drill=True)
    assert xml.index('<Play digits="8w8w8"') < xml.index("<Gather") < xml.index("<Say")
    assert "Play" not in inbound.say("这是演练", "zh_CN", "https://x/hooks")


def test_a_control_character_does_not_silence_a_call() -> None:
    """What XML cannot hold becomes a space, and the rest is spoken."""
    assert ">a b</Say>" in inbound.say("a\x00b", "en")
    assert "<Message>a b</Message>" in inbound.reply("a\x0bb")
    assert inbound.reply().endswith("<Response />")
    assert "<Hangup />" in inbound.hang_up()
