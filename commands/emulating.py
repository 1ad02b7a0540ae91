"""Providers of one's own, each with an account made for the occasion, and people behind its phones.

Each stage names the settings that lead the service to it, tells of what arrived, and carries back
what somebody says: a receipt for every text, a text written back, a key pressed in a call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import TypeVar

from notifiers.aliyun.emulator import AliyunEmulator
from notifiers.email.emulator import MailEmulator
from notifiers.emulation import Emulated, Received
from notifiers.manners import Manner
from notifiers.mas.emulator import MasEmulator
from notifiers.mas.notifier import MasSettings
from notifiers.message import Channel
from notifiers.robots.emulator import RobotEmulator
from notifiers.robots.notifier import DINGTALK, FEISHU, WECOM, Kind
from notifiers.spool.emulator import SpoolEmulator
from notifiers.tencent.emulator import TencentEmulator
from notifiers.webhook.emulator import WebhookEmulator
from oncall.admin.forms import SPELLINGS
from oncall.clock import SystemClock
from oncall.core import model
from oncall.core.texts.templates import Key, written
from oncall.core.words import Text

E = TypeVar("E", bound=Emulated)

#: A number of our own that calls are shown to come from.
_OURS = "059523500099"
#: A report lies in the folder: as good as HTTP 204.
_IN_PLACE = 204
#: How Alibaba Cloud calls a call that was ended by whoever took it.
_HUNG_UP = "200000"

Reply = Callable[[str, str], Awaitable[int]]
Press = Callable[[Received, str], Awaitable[int]]
Told = Callable[[Received], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a provider is put, and for whom."""

    #: Where it calls the service back.
    public_url: str
    signature: str
    t: Text
    port: int = 0
    #: The folder of a gateway for files; None for one made for this run.
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One emulated provider at work; what it cannot do is None."""

    emulator: Emulated | MailEmulator | SpoolEmulator
    #: The settings that lead a service to it, by variable.
    environ: Mapping[str, str]
    #: Send the receipt of what arrived; an HTTP status.
    told: Told | None = None
    #: Somebody writes back.
    reply: Reply | None = None
    #: Somebody presses a key in a call.
    press: Press | None = None
    #: Let messages to a number go well or badly from now on, calls as well.
    behave: Callable[[str, Manner], None] | None = None
    #: Let its own clock show what ours does, and do what it does now and then.
    tick: Callable[[], None] = lambda: None


@asynccontextmanager
async def _aliyun(at: Place) -> AsyncIterator[Stage]:
    key_id, secret, token = f"LTAI{token_hex(8)}", token_hex(16), token_hex(16)
    numbers, texts = _approved(at, "aliyun")
    emulator = _new(AliyunEmulator(key_id, secret, texts, at.signature))
    emulator.hooks = f"{at.public_url}/hooks/aliyun/{token}"

    async def told(one: Received) -> int:
        emulator.ends[one.key] = "DELIVERED"
        return await emulator.report(one.key)

    async def press(one: Received, digit: str) -> int:
        emulator.ends[one.key], emulator.keys[one.key] = _HUNG_UP, digit
        return await emulator.call_ends(one.key, _HUNG_UP, digit)

    async with emulator.serve(port=at.port) as url:
        environ = {
            "ONCALL_CHANNELS": "sms=aliyun,voice=aliyun",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
            "ONCALL_ALIYUN_SMS_URL": url,
            "ONCALL_ALIYUN_VOICE_URL": url,
            "ONCALL_ALIYUN_SHOW_NUMBER": _OURS,
            "ONCALL_ALIYUN_TEMPLATES": numbers,
            "ONCALL_HOOK_TOKEN": token,
        }
        yield Stage(
            emulator=emulator, environ=environ, told=told, reply=emulator.reply, press=press
        )


@asynccontextmanager
async def _tencent(at: Place) -> AsyncIterator[Stage]:
    secret_id, secret, token = f"AKID{token_hex(8)}", token_hex(16), token_hex(16)
    numbers, texts = _approved(at, "tencent")
    emulator, moment = _new(TencentEmulator(secret_id, secret, texts)), _moments()
    emulator.hooks = f"{at.public_url}/hooks/tencent/{token}"

    async def told(one: Received) -> int:
        emulator.ends[one.key] = "DELIVRD"
        return await emulator.report(one.key)

    async def reply(number: str, text: str) -> int:
        return await emulator.reply(number, text, int(moment().timestamp()))

    async def press(one: Received, digit: str) -> int:
        return await emulator.press(one.key, digit)

    async with emulator.serve(port=at.port) as url:
        environ = {
            "ONCALL_CHANNELS": "sms=tencent,voice=tencent",
            "TENCENTCLOUD_SECRET_ID": secret_id,
            "TENCENTCLOUD_SECRET_KEY": secret,
            "ONCALL_TENCENT_SMS_URL": url,
            "ONCALL_TENCENT_VOICE_URL": url,
            "ONCALL_TENCENT_SMS_APP": "1400000000",
            "ONCALL_TENCENT_VOICE_APP": "1400000001",
            "ONCALL_TENCENT_TEMPLATES": numbers,
            "ONCALL_HOOK_TOKEN": token,
        }
        yield Stage(emulator=emulator, environ=environ, told=told, reply=reply, press=press)


@asynccontextmanager
async def _mas(at: Place) -> AsyncIterator[Stage]:
    secret, token = token_hex(16), token_hex(16)
    settings = MasSettings(url="", ec_name=at.signature, ap_id="oncall", secret=secret, sign="S1")
    emulator, moment = _new(MasEmulator(settings)), _moments()
    emulator.hooks = f"{at.public_url}/hooks/mas/{token}"

    async def told(one: Received) -> int:
        return await emulator.report(one.id)

    async def reply(number: str, text: str) -> int:
        return await emulator.reply(number, text, f"{moment():%Y-%m-%d %H:%M:%S}")

    async with emulator.serve(port=at.port) as url:
        environ = {
            "ONCALL_CHANNELS": "sms=mas,voice=log",
            "ONCALL_MAS_URL": url,
            "ONCALL_MAS_EC_NAME": settings.ec_name,
            "ONCALL_MAS_AP_ID": settings.ap_id,
            "ONCALL_MAS_SECRET": secret,
            "ONCALL_MAS_SIGN": settings.sign,
            "ONCALL_HOOK_TOKEN": token,
        }
        yield Stage(emulator=emulator, environ=environ, told=told, reply=reply)


def _robot(kind: Kind) -> Callable[[Place], AbstractAsyncContextManager[Stage]]:
    @asynccontextmanager
    async def stage(at: Place) -> AsyncIterator[Stage]:
        # A WeCom robot's secret is its address.
        secret = "" if kind is WECOM else token_hex(16)
        emulator = _new(RobotEmulator(kind, secret))
        async with emulator.serve(port=at.port) as url:
            environ = {
                "ONCALL_CHANNELS": f"sms=log,voice=log,chat={kind.name}",
                f"ONCALL_{kind.name.upper()}_ROBOTS": f"duty {url}/duty {secret}".strip(),
            }
            yield Stage(emulator=emulator, environ=environ)

    return stage


@asynccontextmanager
async def _webhook(at: Place) -> AsyncIterator[Stage]:
    secret, clock = token_hex(16), SystemClock()
    emulator = _new(WebhookEmulator(secret, clock.now()))
    emulator.hook = f"{at.public_url}/hooks/webhook"

    def tick() -> None:
        emulator.now = clock.now()

    async def reply(number: str, text: str) -> int:
        row = {"id": emulator.new_id("t"), "from": number, "text": text}
        return await emulator.report({"texts": [row]})

    async def press(one: Received, digit: str) -> int:
        row = {"key": one.key, "id": one.id, "digit": digit}
        return await emulator.report({"keys": [row]})

    async with emulator.serve(port=at.port) as url:
        environ = {
            "ONCALL_CHANNELS": "sms=webhook,voice=webhook",
            "ONCALL_WEBHOOK_URL": url,
            "ONCALL_WEBHOOK_SECRET": secret,
        }
        yield Stage(
            emulator=emulator, environ=environ, told=emulator.told, reply=reply, press=press,
            behave=emulator.behave, tick=tick,
        )  # fmt: skip


@asynccontextmanager
async def _spool(at: Place) -> AsyncIterator[Stage]:
    with TemporaryDirectory(prefix="oncall-spool-") as made:
        folder = at.folder or Path(made)
        emulator = SpoolEmulator(folder)

        async def told(one: Received) -> int:
            emulator.report(one)
            return _IN_PLACE

        async def reply(number: str, text: str) -> int:
            emulator.reply(number, text)
            return _IN_PLACE

        async def press(one: Received, digit: str) -> int:
            emulator.press(one, digit)
            return _IN_PLACE

        environ = {"ONCALL_CHANNELS": "sms=spool,voice=spool", "ONCALL_SPOOL_FOLDER": str(folder)}
        yield Stage(
            emulator=emulator, environ=environ, told=told, reply=reply, press=press,
            behave=emulator.behave, tick=emulator.sweep,
        )  # fmt: skip


@asynccontextmanager
async def _email(at: Place) -> AsyncIterator[Stage]:
    user, password = "duty", token_hex(8)
    emulator = MailEmulator(login=(user, password))
    async with emulator.serve(port=at.port) as (host, port):
        environ = {
            "ONCALL_CHANNELS": "sms=log,voice=log,email=email",
            "ONCALL_DUTY_NOTICES": "both",
            "ONCALL_SMTP_HOST": host,
            "ONCALL_SMTP_PORT": str(port),
            "ONCALL_SMTP_SECURITY": "none",
            "ONCALL_SMTP_USER": user,
            "ONCALL_SMTP_PASSWORD": password,
            "ONCALL_EMAIL_FROM": "duty@oncall.example",
        }
        yield Stage(emulator=emulator, environ=environ)


#: Every provider that can be played here; Twilio has phones on the console instead.
STAGES: Mapping[str, Callable[[Place], AbstractAsyncContextManager[Stage]]] = {
    "aliyun": _aliyun,
    "tencent": _tencent,
    "mas": _mas,
    "wecom": _robot(WECOM),
    "dingtalk": _robot(DINGTALK),
    "feishu": _robot(FEISHU),
    "webhook": _webhook,
    "spool": _spool,
    "email": _email,
}


def _new(emulator: E) -> E:
    """Its ids are those of this run alone."""
    emulator.count_from(int(token_hex(4), 16))
    return emulator


def _moments() -> Callable[[], datetime]:
    """When somebody wrote: carriers tell whole seconds, and two answers never the same one."""
    last = datetime.min.replace(tzinfo=UTC)

    def following() -> datetime:
        nonlocal last
        now = SystemClock().now().replace(microsecond=0)
        last = max(now, last + timedelta(seconds=1))
        return last

    return following


def _approved(at: Place, carrier: str) -> tuple[str, dict[str, str]]:
    """The numbers a carrier gave to our texts, as the setting wants them, and its own texts."""
    ids = {key: f"{_KINDS[key.channel]}_{n}" for n, key in enumerate(Key, start=1)}
    texts = {number: written(at.t, key, SPELLINGS[carrier]) for key, number in ids.items()}
    return ",".join(f"{key}={number}" for key, number in ids.items()), texts


_KINDS = {model.Channel.SMS: "SMS", model.Channel.VOICE: "TTS"}


def latest_call(stage: Stage, number: str) -> Received | None:
    """The last call to a phone."""
    calls = (one for one in reversed(stage.emulator.received) if one.channel is Channel.VOICE)
    return next((one for one in calls if one.to == number), None)
