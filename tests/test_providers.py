"""Every provider is made from its settings alone, reaches its emulator, and says what it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from notifiers.aliyun.emulator import AliyunEmulator
from notifiers.email.emulator import MailEmulator
from notifiers.emulation import Emulated
from notifiers.mas.emulator import MasEmulator
from notifiers.message import Channel, Message, OutcomeKind, Template
from notifiers.robots.emulator import RobotEmulator
from notifiers.robots.notifier import DINGTALK, FEISHU, WECOM
from notifiers.tencent.emulator import TencentEmulator
from notifiers.webhook.emulator import WebhookEmulator
from oncall.clock import SystemClock
from oncall.config import load
from oncall.core.errors import Invalid
from oncall.providers import APPROVING, PROVIDERS, PUSHING, approved_texts, lacking
from oncall.wiring import notifiers_of
from tests.notifiers.carriers import ALIYUN_TEXTS, MAS, SIGN, TENCENT_TEXTS, ZHANG
from tests.patience import play

HERE = Path("/nonexistent")
#: What each needs at least, "URL" and "PORT" standing for its emulator's; its channel, and whom.
CASES: Mapping[str, tuple[Channel, str, Mapping[str, str]]] = {
    "aliyun": (
        Channel.SMS,
        ZHANG,
        {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "key",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
            "ONCALL_ALIYUN_TEMPLATES": "sms.page=SMS_1",
            "ONCALL_ALIYUN_SMS_URL": "URL/",
        },
    ),
    "tencent": (
        Channel.SMS,
        ZHANG,
        {
            "TENCENTCLOUD_SECRET_ID": "id",
            "TENCENTCLOUD_SECRET_KEY": "key",
            "ONCALL_TENCENT_TEMPLATES": "sms.page=1001",
            "ONCALL_TENCENT_SMS_APP": "1400006666",
            "ONCALL_TENCENT_SMS_URL": "URL/",
        },
    ),
    "mas": (
        Channel.SMS,
        ZHANG,
        {
            "ONCALL_MAS_URL": "URL/",
            "ONCALL_MAS_EC_NAME": MAS.ec_name,
            "ONCALL_MAS_AP_ID": MAS.ap_id,
            "ONCALL_MAS_SECRET": MAS.secret,
            "ONCALL_MAS_SIGN": MAS.sign,
        },
    ),
    "wecom": (Channel.CHAT, "", {"ONCALL_WECOM_ROBOTS": "URL/desk"}),
    "dingtalk": (Channel.CHAT, "", {"ONCALL_DINGTALK_ROBOTS": "值班群 URL/desk SEC1"}),
    "feishu": (Channel.CHAT, "", {"ONCALL_FEISHU_ROBOTS": "URL/desk SEC1"}),
    "webhook": (
        Channel.SMS,
        ZHANG,
        {"ONCALL_WEBHOOK_URL": "URL/take", "ONCALL_WEBHOOK_SECRET": "new-one, old-one"},
    ),
    "email": (
        Channel.EMAIL,
        "zhang@unit.example",
        {
            "ONCALL_SMTP_HOST": "127.0.0.1",
            "ONCALL_SMTP_PORT": "PORT",
            "ONCALL_SMTP_SECURITY": "none",
            "ONCALL_EMAIL_FROM": "duty@oncall.example",
        },
    ),
}


def emulated(provider: str) -> Emulated | MailEmulator:
    """The other side, which knows the same secrets."""
    made: Mapping[str, Emulated | MailEmulator] = {
        "aliyun": AliyunEmulator("key", "secret", ALIYUN_TEXTS, SIGN),
        "tencent": TencentEmulator("id", "key", TENCENT_TEXTS),
        "mas": MasEmulator(MAS),
        "wecom": RobotEmulator(WECOM),
        "dingtalk": RobotEmulator(DINGTALK, "SEC1"),
        "feishu": RobotEmulator(FEISHU, "SEC1"),
        "webhook": WebhookEmulator("new-one", SystemClock().now()),
        "email": MailEmulator(),
    }
    return made[provider]


@pytest.mark.parametrize("provider", CASES)
def test_a_provider_is_made_from_its_settings_alone(provider: str) -> None:
    """From the environment to its (emulated) door, with the machine's own clock."""
    channel, to, environ = CASES[provider]

    async def story() -> None:
        emulator = emulated(provider)
        async with AsyncExitStack() as stack:
            where = await stack.enter_async_context(emulator.serve())
            url, port = (where, "") if isinstance(where, str) else ("", str(where[1]))
            given = {k: v.replace("URL", url).replace("PORT", port) for k, v in environ.items()}
            settings = load({"channels": f"{channel}={provider}"}, given, cwd=HERE)
            assert lacking(settings, provider) == ()
            [notifier] = notifiers_of(settings)[channel]
            message = Message(
                key="20261103",
                channel=channel,
                to=to,
                text="110转办",
                lang="zh_CN",
                template=Template(key="sms.page", variables=(("text", "110转办"),)),
            )
            outcome = await notifier.send(message)
            await notifier.close()
            assert (outcome.kind, outcome.provider) == (OutcomeKind.ACCEPTED, provider)
            assert [text for _, text in emulator.arrived()] == ["110转办"]

    play(story())


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "log"])
def test_nothing_set_is_told_by_name(provider: str) -> None:
    """What it lacks is a list of variables, and making it is refused rather than put off."""
    channel = "email" if provider == "email" else "sms"
    if provider in ("wecom", "dingtalk", "feishu"):
        channel = "chat"
    settings = load({"channels": f"{channel}={provider}"}, {}, cwd=HERE)
    missing = lacking(settings, provider)
    assert missing
    assert all(name.isupper() for name in missing)
    with pytest.raises(Invalid) as caught:
        notifiers_of(settings)
    assert caught.value.faults[0].where == "ONCALL_CHANNELS"


def test_the_lists_of_providers_agree() -> None:
    """Whoever approves texts has numbers of them; whoever pushes can be named."""
    settings = load({}, {"ONCALL_ALIYUN_TEMPLATES": "sms.page=SMS_1"}, cwd=HERE)
    assert approved_texts(settings) == {"aliyun": {"sms.page": "SMS_1"}, "tencent": {}}
    assert set(PROVIDERS) >= PUSHING
    assert set(APPROVING) <= set(PROVIDERS)
    assert set(CASES) | {"log", "twilio", "spool"} == set(PROVIDERS)
