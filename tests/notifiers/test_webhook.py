"""The signed webhook: what travels, what a gateway may answer, and what it reports."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from notifiers.emulation import Fault, FaultKind
from notifiers.errors import CallbackError, GatewayError
from notifiers.message import Message, OutcomeKind, ReceiptResult
from notifiers.papers import told
from notifiers.webhook.emulator import WebhookEmulator
from notifiers.webhook.notifier import CODES, Webhook
from notifiers.webhook.signing import proven, sign
from tests.notifiers.carriers import NOW, ZHANG, call, sms
from tests.patience import ANSWERS_WITHIN, play

SECRET = "a-made-up-secret"
Story = Callable[[Webhook, WebhookEmulator], Awaitable[None]]


@asynccontextmanager
async def gateway(secret: str = SECRET) -> AsyncIterator[tuple[Webhook, WebhookEmulator]]:
    """Our notifier before a gateway."""
    emulator = WebhookEmulator(SECRET, NOW)
    async with emulator.serve() as url:
        notifier = Webhook(f"{url}/take", secret, clock=lambda: NOW, timeout=ANSWERS_WITHIN)
        try:
            yield notifier, emulator
        finally:
            await notifier.close()


def _play(story: Story, **how: str) -> None:
    async def run() -> None:
        async with gateway(**how) as (notifier, emulator):
            await story(notifier, emulator)

    play(run())


def test_the_signature_is_what_the_document_says() -> None:
    """HMAC-SHA256 over seconds, a dot and the body, in hexadecimal behind v1=."""
    body = b'{"key":"7"}'
    wanted = hmac.new(SECRET.encode(), b'1793685600.{"key":"7"}', hashlib.sha256).hexdigest()
    assert sign(SECRET, 1793685600, body) == f"v1={wanted}"


@pytest.mark.parametrize(
    ("secrets", "late", "changed", "good"),
    [
        ([SECRET], 0, b"", True),
        (["new", SECRET], 299, b"", True),
        (["new"], 0, b"", False),
        ([], 0, b"", False),
        ([SECRET], 301, b"", False),
        ([SECRET], -301, b"", False),
        ([SECRET], 0, b"x", False),
    ],
)
def test_what_is_proven(secrets: list[str], late: int, changed: bytes, good: bool) -> None:
    """The right secret of several, the very body, and not older than five minutes."""
    moment = int(NOW.timestamp()) - late
    signature = sign(SECRET, moment, b"body")
    assert proven(secrets, str(moment), b"body" + changed, signature, NOW) is good


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "９", "1" * 40])
def test_a_senseless_time_proves_nothing(timestamp: str) -> None:
    """And raises nothing."""
    assert not proven([SECRET], timestamp, b"", "v1=", NOW)


def test_everything_a_gateway_needs_travels() -> None:
    """Key, channel, number, words, keys, life, and the approved form."""

    async def story(notifier: Webhook, emulator: WebhookEmulator) -> None:
        await notifier.send(sms(key="7"))
        await notifier.send(call(key="8"))
        text, spoken = emulator.orders
        assert text == {
            "key": "7",
            "channel": "sms",
            "to": ZHANG,
            "text": "110转办,供水",
            "lang": "zh_CN",
            "keypad": False,
            "useful_seconds": 600,
            "template": {"key": "sms.page", "variables": {"text": "110转办,供水"}},
        }
        assert (spoken["channel"], spoken["keypad"]) == ("voice", True)

    _play(story)


def test_the_same_message_again_is_one_message() -> None:
    """A send in doubt can be repeated without a second text."""

    async def story(notifier: Webhook, emulator: WebhookEmulator) -> None:
        first = await notifier.send(sms(key="7"))
        assert await notifier.send(sms(key="7")) == first
        assert len(emulator.received) == 1

    _play(story)


def test_a_gateway_that_counts_anew() -> None:
    """The same id for two messages: they stay two, and each receipt is about its own."""

    async def story(notifier: Webhook, emulator: WebhookEmulator) -> None:
        sent = []
        for key in ("7", "8"):
            emulator.count_from(0)
            sent.append((await notifier.send(call(key=key))).provider_id)
        assert len({one.id for one in emulator.received}) == 1
        assert len(set(sent)) == 2
        rows = [{"key": one.key, "id": one.id, "status": "ended"} for one in emulator.received]
        assert [
            one.provider_id for one in told(json.dumps({"receipts": rows}).encode()).receipts
        ] == sent

    _play(story)


def test_every_word_of_a_gateway() -> None:
    """Its own words and bare statuses come to an outcome; none of them is a success."""

    async def story(notifier: Webhook, emulator: WebhookEmulator) -> None:
        for place, (word, meaning) in enumerate(CODES.items()):
            emulator.fault(Fault(kind=FaultKind.REFUSE, code=word))
            outcome = await notifier.send(sms(key=str(place)))
            assert (outcome.kind, outcome.code) == (meaning.kind, word)
        emulator.fault(Fault(kind=FaultKind.THROTTLE))
        outcome = await notifier.send(sms(key="t"))
        assert (outcome.kind, outcome.retry_after) == (
            OutcomeKind.UNAVAILABLE,
            timedelta(seconds=2),
        )

    _play(story)


@pytest.mark.parametrize(
    ("code", "kind", "dead", "opted_out"),
    [
        ("rejected/dead", OutcomeKind.REJECTED, True, False),
        ("rejected/opted_out", OutcomeKind.REJECTED, False, True),
        ("rejected/away", OutcomeKind.REJECTED, False, False),
        ("rejected/a word of its own", OutcomeKind.REJECTED, False, False),
        ("unavailable/dead", OutcomeKind.UNAVAILABLE, False, False),
    ],
)
def test_a_refusal_may_be_about_the_number(
    code: str, kind: OutcomeKind, dead: bool, opted_out: bool
) -> None:
    """Only one for ever says that a number is dead, or that its owner wants no more."""

    async def story(notifier: Webhook, emulator: WebhookEmulator) -> None:
        emulator.fault(Fault(kind=FaultKind.REFUSE, code=code))
        said = await notifier.send(sms())
        assert (said.kind, said.dead, said.opted_out) == (kind, dead, opted_out)

    _play(story)


def test_a_receipt_may_be_about_the_number() -> None:
    """A failed one only: dead and opted out are for ever, away is once more, others are nothing."""
    words = ("dead", "opted_out", "away", "odd", None)
    rows = [{"key": str(n), "status": "failed", "number": word} for n, word in enumerate(words)]
    rows.append({"key": "9", "status": "delivered", "number": "dead"})
    found = told(json.dumps({"receipts": rows}).encode()).receipts
    assert [(one.permanent, one.dead, one.opted_out, one.once_more) for one in found] == [
        (True, True, False, False),
        (True, False, True, False),
        (False, False, False, True),
        (False, False, False, False),
        (False, False, False, False),
        (False, False, False, False),
    ]


def test_a_wrong_secret_is_our_own_fault() -> None:
    """The gateway believes nobody else."""

    async def story(notifier: Webhook, emulator: WebhookEmulator) -> None:
        assert (await notifier.send(sms())).kind is OutcomeKind.MISCONFIGURED
        assert emulator.orders == []

    _play(story, secret="another")


def test_reports_are_read() -> None:
    """Receipts, texts and keys, each with what it needs; what is odd is left out."""
    body = {
        "receipts": [
            {"key": "7", "id": "gw-1", "status": "delivered"},
            {"key": "8", "status": "failed", "code": "gone", "permanent": True},
            {"key": "9", "status": "a word of its own"},
            {"status": "failed"},
        ],
        "texts": [{"id": "1", "from": "13900000001", "text": "1"}, {"id": "2", "from": "?"}],
        "keys": [{"key": "8", "id": "c", "digit": "1"}, {"key": "8", "digit": "12"}, 7],
        "more": "of tomorrow",
    }
    found = told(json.dumps(body).encode())
    arrived, gone = found.receipts
    assert (arrived.key, arrived.provider_id, arrived.rank) == ("7", "7:gw-1", 50)
    assert (gone.result, gone.permanent, gone.code) == (ReceiptResult.FAILED, True, "gone")
    assert [(text.sender, text.provider_id) for text in found.texts] == [(ZHANG, "gateway-1")]
    assert [press.digit for press in found.presses] == ["1"]


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"\xff"])
def test_what_is_no_report_is_refused(body: bytes) -> None:
    """An object, or nothing is believed of it."""
    with pytest.raises(CallbackError):
        told(body)


def test_a_message_without_extras_is_short() -> None:
    """What there is not, is not there."""

    async def story(notifier: Webhook, emulator: WebhookEmulator) -> None:
        bare: Message = replace(sms(), template=None, useful_life=None)
        await notifier.send(bare)
        assert not {"template", "useful_seconds", "subject"} & set(emulator.orders[0])

    _play(story)


@pytest.mark.parametrize(("url", "secret"), [("", "s"), ("https://x.example", "")])
def test_settings_that_could_never_send_are_refused(url: str, secret: str) -> None:
    """At the start, by name."""
    with pytest.raises(GatewayError, match="ONCALL_WEBHOOK"):
        Webhook(url, secret, clock=lambda: NOW)
