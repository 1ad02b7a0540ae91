"""Pushes that carry no signature: believed by a secret address only, and applied once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import update

from notifiers.aliyun.emulator import AliyunEmulator
from notifiers.emulation import Emulated, Received
from notifiers.mas.emulator import MasEmulator
from notifiers.papers import id_of
from notifiers.phone import e164
from notifiers.tencent.emulator import TencentEmulator
from notifiers.webhook.emulator import WebhookEmulator
from oncall import tables
from oncall.core.cards import Flag
from oncall.core.model import State
from oncall.store import contacts, outbox, reports
from tests.county import ZHANG, person_id
from tests.notifiers.carriers import MAS
from tests.web.serving import Site, urgent
from web.quiet import hidden

E = TypeVar("E", bound=Emulated)

TOKEN, OLD = "a-long-made-up-word-for-hooks", "the-word-before"


@pytest.fixture
def carried(site: Site) -> Site:
    """A site that carriers may push to, with a transfer under way."""
    allow(site, hook_token=f"{TOKEN},{OLD}")
    site.post("/transfers", urgent())
    site.world.settle()
    return site


def allow(site: Site, **changes: str) -> None:
    """Change settings of the carriers."""
    settings = site.world.app.settings
    site.world.app.settings = replace(settings, providers={**settings.providers, **changes})


def state(site: Site) -> State:
    """Where the one page stands."""
    with site.world.app.db.read() as tx:
        [brief] = reports.list_transfers(tx)
    return brief.shares[0].page.state


def attempt(site: Site, channel: str) -> reports.Attempt:
    """The latest message of this channel."""
    with site.world.app.db.read() as tx:
        [brief] = reports.list_transfers(tx)
        return [a for a in reports.attempts(tx, brief.transfer.id) if a.channel == channel][-1]


def carrying(site: Site, emulator: E) -> E:
    """The emulator as the one that has carried our messages."""
    for message in site.world.phones.sent:
        emulator.received.append(
            Received(
                channel=message.channel,
                to=message.to,
                text=message.text,
                key=message.key,
                id=attempt_id(site, message.key),
            )
        )
    return emulator


def attempt_id(site: Site, key: str) -> str:
    """The id the provider gave a message."""
    with site.world.app.db.read() as tx:
        return outbox.select_rows(tx, tables.outbox.c.id == int(key))[0].provider_id or ""


def aliyun(
    site: Site, story: Callable[[AliyunEmulator], Coroutine[None, None, int]], *, token: str = TOKEN
) -> int:
    """Let an emulated Alibaba Cloud push something."""
    emulator = carrying(site, AliyunEmulator("key", "secret", {}, "德化县政府办"))
    emulator.hooks = f"{site.url}/hooks/aliyun/{token}"
    return asyncio.run(story(emulator))


def tencent(site: Site, story: Callable[[TencentEmulator], Coroutine[None, None, int]]) -> int:
    """The same of an emulated Tencent Cloud, which tells nothing but its own ids."""
    emulator = carrying(site, TencentEmulator("id", "key", {}))
    emulator.hooks = f"{site.url}/hooks/tencent/{TOKEN}"
    return asyncio.run(story(emulator))


def test_a_reply_is_an_ack(carried: Site) -> None:
    """A text of 1 takes the matter; the same push again is answered 200 and changes nothing."""

    async def twice(cloud: AliyunEmulator) -> int:
        assert await cloud.reply(e164(ZHANG), "1") == 200
        again = {"phone_number": "13900000001", "content": "2", "sequence_id": "7700000001"}
        answer = carried.client.post(f"{cloud.hooks}/sms-up", json=[again])
        assert answer.json() == {"code": 0, "msg": "接收成功"}
        return answer.status_code

    assert aliyun(carried, twice) == 200
    assert state(carried) is State.ACKED


def test_a_receipt_is_applied_by_our_own_key(carried: Site) -> None:
    """Delivered is shown and is no ack."""
    key = str(attempt(carried, "sms").id)
    assert aliyun(carried, lambda cloud: cloud.report(key)) == 200
    assert attempt(carried, "sms").state == "delivered"
    assert state(carried) is State.WAITING


def test_a_key_told_after_the_call_takes_the_matter_once(carried: Site) -> None:
    """The record of a call with 1 in it is an ack; pushed three times it is one."""
    carried.world.advance(5)
    key = str(attempt(carried, "voice").id)
    for _ in range(3):
        assert aliyun(carried, lambda cloud: cloud.call_ends(key, "200000", "1")) == 200
    assert state(carried) is State.ACKED
    with carried.world.app.db.read() as tx:
        [brief] = reports.list_transfers(tx)
        lines = reports.timeline(tx, brief.transfer.id)
        pressed = [e for e in lines if e.said.event == "KeyPressed"]
    assert len(pressed) == 1


def test_nine_pushed_twice_calls_110_once(carried: Site) -> None:
    """A repeated push never makes a second case of it."""
    carried.world.advance(5)
    key = str(attempt(carried, "voice").id)
    for _ in range(2):
        aliyun(carried, lambda cloud: cloud.call_ends(key, "200000", "9"))
    with carried.world.app.db.read() as tx:
        briefs = reports.list_transfers(tx)
    asked = [share.part.unit for brief in briefs for share in brief.shares]
    assert asked.count("DESK-110") == 1


def test_a_provider_that_knows_only_its_own_ids(carried: Site) -> None:
    """Tencent's receipt, reply and key find their message by the id it gave us."""
    key = str(attempt(carried, "sms").id)
    assert tencent(carried, lambda cloud: cloud.report(key)) == 200
    assert attempt(carried, "sms").state == "delivered"
    carried.world.advance(5)
    call = str(attempt(carried, "voice").id)
    assert tencent(carried, lambda cloud: cloud.call_ends(call)) == 200
    assert attempt(carried, "voice").state == "answered"
    assert state(carried) is State.WAITING
    for _ in range(2):
        assert tencent(carried, lambda cloud: cloud.press(call, "1")) == 200
    assert state(carried) is State.ACKED


def test_what_china_mobile_pushes(carried: Site) -> None:
    """A receipt by the id it gave, and a reply that acknowledges."""
    emulator = carrying(carried, MasEmulator(MAS))
    emulator.hooks = f"{carried.url}/hooks/mas/{TOKEN}"
    one = emulator.received[0]
    assert asyncio.run(emulator.report(one.id)) == 200
    assert attempt(carried, "sms").state == "delivered"
    assert asyncio.run(emulator.reply(e164(ZHANG), "1")) == 200
    assert state(carried) is State.ACKED


def test_an_id_nobody_gave_changes_nothing(carried: Site) -> None:
    """A receipt or a key of somebody else's message is taken and forgotten."""
    url = f"{carried.url}/hooks/tencent/{TOKEN}"
    for told in ({"voicekey_callback": {"callid": "", "keypress": "1"}},
                 {"voicekey_callback": {"callid": "no-such", "keypress": "1"}}):  # fmt: skip
        assert carried.client.post(f"{url}/voice", json=told).json() == {
            "result": 0,
            "errmsg": "OK",
        }
    assert state(carried) is State.WAITING


@pytest.mark.parametrize("token", ["wrong", TOKEN[:-1], TOKEN + "x", "%E6%B0%B4"])
def test_without_the_secret_nothing_is_believed(carried: Site, token: str) -> None:
    """403, and nothing changes."""
    assert aliyun(carried, lambda c: c.reply(e164(ZHANG), "1"), token=token) == 403
    assert state(carried) is State.WAITING


def test_the_secret_before_is_good_while_rotating(carried: Site) -> None:
    """Both are, until the old one is taken out of the setting."""
    assert aliyun(carried, lambda c: c.reply(e164(ZHANG), "1"), token=OLD) == 200


def test_without_a_secret_set_nobody_may_push(site: Site) -> None:
    """An installation that expects no pushes takes none, not even with an empty word."""
    for path in ("aliyun/x/sms-up", "aliyun//sms-up", "nobody/x/sms-up"):
        assert site.client.post(f"{site.url}/hooks/{path}", content=b"[]").status_code in (403, 404)


@pytest.mark.parametrize(
    ("networks", "status"),
    [("", 200), ("127.0.0.0/8", 200), ("10.0.0.0/8, 127.0.0.1", 200), ("203.0.113.0/24", 403)],
)
def test_only_the_carriers_own_addresses(carried: Site, networks: str, status: int) -> None:
    """Where they are known, the right word from elsewhere is not enough."""
    allow(carried, hook_networks=networks)
    assert aliyun(carried, lambda c: c.reply(e164(ZHANG), "1")) == status


def test_a_flood_of_wrong_words_is_cut_off_unread(carried: Site) -> None:
    """After a burst of them an address waits; the right word would not help it then."""
    guess = f"{carried.url}/hooks/aliyun/guess/sms-up"
    codes = [carried.client.post(guess, content=b"[]").status_code for _ in range(103)]
    assert set(codes[:100]) == {403}
    assert 429 in codes[100:]
    assert aliyun(carried, lambda c: c.reply(e164(ZHANG), "1")) == 429
    carried.world.let_pass(1)
    assert aliyun(carried, lambda c: c.reply(e164(ZHANG), "1")) == 200


@pytest.mark.parametrize("body", [b"", b"{}", b"nonsense", b"\xff\xfe"])
def test_what_cannot_be_read_is_said(carried: Site, body: bytes) -> None:
    """400, with the reason, for whoever debugs the carrier's console."""
    url = f"{carried.url}/hooks/aliyun/{TOKEN}/sms-report"
    answer = carried.client.post(url, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_callback")


def test_no_log_shows_the_secret_address() -> None:
    """What an access log would write of it is a star."""
    path = f"/hooks/aliyun/{TOKEN}/sms-up"
    assert hidden(path) == "/hooks/aliyun/***/sms-up"
    assert hidden("/hooks/twilio/sms?attempt=1") == "/hooks/twilio/sms?attempt=1"


WEBHOOK = "a-secret-of-our-own-gateway"


def gateway(site: Site, told: Mapping[str, object], **how: Any) -> int:
    """Let our own gateway report something, signed."""
    emulator = WebhookEmulator(WEBHOOK, site.world.app.clock.real(site.world.now))
    emulator.hook = f"{site.url}/hooks/webhook"
    return asyncio.run(emulator.report(told, **how))


def test_our_own_gateway_reports_signed(carried: Site) -> None:
    """A receipt and a reply in one report, repeated: applied once, answered 204."""
    allow(carried, webhook_secret=f"newer,{WEBHOOK}")
    key = str(attempt(carried, "sms").id)
    told = {
        "receipts": [{"key": key, "status": "delivered"}],
        "texts": [{"id": "1", "from": ZHANG, "text": "1"}],
    }
    for _ in range(2):
        assert gateway(carried, told) == 204
    assert state(carried) is State.ACKED
    with carried.world.app.db.read() as tx:
        [brief] = reports.list_transfers(tx)
        states = {str(a.id): a.state for a in reports.attempts(tx, brief.transfer.id)}
    assert states[key] in ("delivered", "acked")


@pytest.mark.parametrize(("told", "counts"), [("gw-7", True), ("", True), ("gw-6", False)])
def test_our_own_gateway_says_that_a_number_is_dead(carried: Site, told: str, counts: bool) -> None:
    """With its id or none the phone rings at once; about an earlier send it changes nothing."""
    allow(carried, webhook_secret=WEBHOOK)
    key = str(attempt(carried, "sms").id)
    with carried.world.app.db.begin() as tx:
        mine = update(tables.outbox).where(tables.outbox.c.id == int(key))
        tx.conn.execute(mine.values(provider="webhook", provider_id=id_of(key, "gw-7")))
    failed = {"key": key, "id": told, "status": "failed", "code": "EMPTY", "number": "dead"}
    assert gateway(carried, {"receipts": [failed]}) == 204
    carried.world.settle()
    assert attempt(carried, "sms").state == ("failed" if counts else "accepted")
    assert any(one.channel == "voice" for one in carried.world.phones.sent) is counts
    with carried.world.app.db.read() as tx:
        marked = {(ZHANG, "sms"): Flag.DEAD} if counts else None
        assert contacts.flags(tx).get(person_id(ZHANG)) == marked


@pytest.mark.parametrize("how", [{"secret": "wrong"}, {"late": timedelta(minutes=6)}])
def test_an_unsigned_or_old_report_is_refused(carried: Site, how: dict[str, Any]) -> None:
    """403, and nothing changes."""
    allow(carried, webhook_secret=WEBHOOK)
    told: dict[str, object] = {"texts": [{"id": "1", "from": ZHANG, "text": "1"}]}
    assert gateway(carried, told, **how) == 403
    assert state(carried) is State.WAITING


def test_without_a_secret_no_gateway_is_believed(carried: Site) -> None:
    """Not even one that signs with nothing."""
    assert gateway(carried, {"texts": []}, secret="x") == 403
