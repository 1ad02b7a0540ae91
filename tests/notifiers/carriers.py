"""Carriers of the mainland with their emulators, for tests: one account and a few texts each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from notifiers.aliyun.client import AliyunGateway, AliyunSettings
from notifiers.aliyun.emulator import AliyunEmulator
from notifiers.aliyun.notifier import Aliyun
from notifiers.approved import Approved
from notifiers.mas.emulator import MasEmulator
from notifiers.mas.notifier import Mas, MasSettings
from notifiers.message import Channel, Message, Template
from notifiers.tencent.client import TencentGateway, TencentSettings
from notifiers.tencent.emulator import TencentEmulator
from notifiers.tencent.notifier import Tencent
from tests.patience import ANSWERS_WITHIN

ZHANG = "+8613900000001"
LI = "+8613900000002"
SIGN = "德化县政府办"
NOW = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(minutes=5)

_SECRET = "made-up"
#: A text that is one blank carries any words, so that what travels can be compared.
ALIYUN_TEXTS = {"SMS_1": "${text}", "TTS_1": "${text}", "SMS_2": "单号${code}已由${owner}签收。"}
APPROVED = Approved.read("sms.page=SMS_1,voice.page=TTS_1,sms.owned=SMS_2", "test")


def sms(key: str = "7", to: str = ZHANG, text: str = "110转办,供水") -> Message:
    """A text with its approved form."""
    return Message(
        key=key,
        channel=Channel.SMS,
        to=to,
        text=text,
        lang="zh_CN",
        useful_life=timedelta(minutes=10),
        template=Template(key="sms.page", variables=(("text", text),)),
    )


def call(
    key: str = "8", to: str = ZHANG, text: str = "110转办,按1签收", keypad: bool = True
) -> Message:
    """A call with its approved form."""
    return Message(
        key=key,
        channel=Channel.VOICE,
        to=to,
        text=text,
        lang="zh_CN",
        keypad=keypad,
        template=Template(key="voice.page", variables=(("text", text),)),
    )


@dataclass(frozen=True, kw_only=True)
class AliyunStage:
    """An emulated Alibaba Cloud and our notifier before it."""

    emulator: AliyunEmulator
    notifier: Aliyun
    url: str


@asynccontextmanager
async def aliyun(
    patience: timedelta = ANSWERS_WITHIN,
    *,
    secret: str = _SECRET,
    show_number: str = "059523500000",
    approved: Approved = APPROVED,
) -> AsyncIterator[AliyunStage]:
    """Set the stage for one test."""
    emulator = AliyunEmulator("LTAI-emulated", _SECRET, ALIYUN_TEXTS, SIGN)
    async with emulator.serve() as url:
        notifier = Aliyun(
            AliyunGateway(
                AliyunSettings(
                    key_id="LTAI-emulated",
                    secret=secret,
                    sign_name=SIGN,
                    show_number=show_number,
                    approved=approved,
                    sms_url=url,
                    voice_url=url,
                    clock=lambda: NOW,
                    timeout=patience,
                )
            )
        )
        try:
            yield AliyunStage(emulator=emulator, notifier=notifier, url=url)
        finally:
            await notifier.close()


TENCENT_TEXTS = {"1001": "{1}", "2001": "{1}", "1002": "单号{1}已由{2}签收。"}
TENCENT_APPROVED = Approved.read("sms.page=1001,voice.page=2001,sms.owned=1002", "test")


@dataclass(frozen=True, kw_only=True)
class TencentStage:
    """An emulated Tencent Cloud and our notifier before it."""

    emulator: TencentEmulator
    notifier: Tencent
    url: str


@asynccontextmanager
async def tencent(
    patience: timedelta = ANSWERS_WITHIN,
    *,
    secret: str = _SECRET,
    keys: bool = True,
    approved: Approved = TENCENT_APPROVED,
) -> AsyncIterator[TencentStage]:
    """Set the stage for one test."""
    emulator = TencentEmulator("AKID-emulated", _SECRET, TENCENT_TEXTS)
    async with emulator.serve() as url:
        notifier = Tencent(
            TencentGateway(
                TencentSettings(
                    secret_id="AKID-emulated",
                    secret_key=secret,
                    sign_name=SIGN,
                    sms_app="1400006666",
                    voice_app="1400007777",
                    keys=keys,
                    approved=approved,
                    sms_url=url,
                    voice_url=url,
                    clock=lambda: NOW,
                    timeout=patience,
                )
            )
        )
        try:
            yield TencentStage(emulator=emulator, notifier=notifier, url=url)
        finally:
            await notifier.close()


MAS = MasSettings(
    url="http://replaced",
    ec_name="德化县政府办",
    ap_id="oncall",
    secret="a-made-up-secret",
    sign="SIGN0001",
)


@dataclass(frozen=True, kw_only=True)
class MasStage:
    """An emulated 云MAS and our notifier before it."""

    emulator: MasEmulator
    notifier: Mas


@asynccontextmanager
async def mas(patience: timedelta = ANSWERS_WITHIN, **changes: str) -> AsyncIterator[MasStage]:
    """Set the stage for one test; `changes` are what our side has wrong."""
    emulator = MasEmulator(MAS)
    async with emulator.serve() as url:
        ours = replace(MAS, url=url, timeout=patience)
        notifier = Mas(replace(ours, **changes))  # type: ignore[arg-type]  # texts only
        try:
            yield MasStage(emulator=emulator, notifier=notifier)
        finally:
            await notifier.close()
