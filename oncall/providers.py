"""Make a notifier of each provider from the settings, and say what it lacks before it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from notifiers.aliyun.client import AliyunGateway, AliyunSettings
from notifiers.aliyun.notifier import Aliyun
from notifiers.approved import Approved
from notifiers.email.notifier import Email, EmailSettings, Security
from notifiers.errors import NotifierError
from notifiers.log import LogNotifier
from notifiers.mas.notifier import Mas, MasSettings
from notifiers.message import Notifier
from notifiers.robots.groups import read
from notifiers.robots.notifier import DINGTALK, FEISHU, WECOM, Kind, Robot
from notifiers.spool.notifier import Spool
from notifiers.tencent.client import TencentGateway, TencentSettings
from notifiers.tencent.notifier import Tencent
from notifiers.twilio.client import TwilioGateway
from notifiers.twilio.notifier import Twilio
from notifiers.webhook.notifier import Webhook
from oncall.clock import SystemClock
from oncall.config import SETTINGS, Settings
from oncall.core.errors import Fault, Invalid

Maker = Callable[[], Notifier]

#: Every notifier the settings may name.
PROVIDERS = (
    *("log", "twilio", "aliyun", "tencent", "mas"),
    *("wecom", "dingtalk", "feishu", "webhook", "spool", "email"),
)
#: Those that send approved texts only.
APPROVING = ("aliyun", "tencent")
#: Those that push receipts and replies without a signature.
PUSHING = frozenset({"aliyun", "tencent", "mas"})


def makers(settings: Settings, connections: int) -> Mapping[str, Maker]:
    """How to make each notifier the settings may name; making one raises NotifierError.

    ``connections`` is how many requests to one provider may run at once.
    """
    return {
        "log": LogNotifier,
        "twilio": lambda: _twilio(settings, connections),
        "aliyun": lambda: _aliyun(settings, connections),
        "tencent": lambda: _tencent(settings, connections),
        "mas": lambda: _mas(settings, connections),
        "wecom": lambda: _robot(settings, WECOM),
        "dingtalk": lambda: _robot(settings, DINGTALK),
        "feishu": lambda: _robot(settings, FEISHU),
        "webhook": lambda: _webhook(settings, connections),
        "spool": lambda: Spool(_folder(settings.of("spool_folder"))),
        "email": lambda: _email(settings),
    }


def lacking(settings: Settings, provider: str) -> tuple[str, ...]:
    """The variables without which a provider can send nothing, and which are not set.

    Two with a slash between: one of them is enough.
    """
    missing = [
        s.variable
        for s in SETTINGS
        if s.provider == provider and s.needed and not settings.of(s.name)
    ]
    sender = settings.twilio_from_number or settings.twilio_messaging_service_sid
    if provider == "twilio" and not sender:
        missing.append("TWILIO_FROM_NUMBER / TWILIO_MESSAGING_SERVICE_SID")
    return tuple(missing)


def approved_texts(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    """Which number each carrier gave to each text; Invalid names an entry that is none."""
    found: dict[str, Mapping[str, str]] = {}
    for carrier in APPROVING:
        name = f"{carrier}_templates"
        try:
            found[carrier] = _approved(settings, name).ids
        except NotifierError as wrong:
            fault = Fault(
                where=_variable(name),
                code="channels",
                value=settings.of(name),
                params={"why": str(wrong)},
            )
            raise Invalid([fault]) from wrong
    return found


def _twilio(settings: Settings, connections: int) -> Notifier:
    tokens = settings.twilio_tokens
    return Twilio(
        TwilioGateway(
            account_sid=settings.twilio_account_sid,
            auth_token=tokens[0] if tokens else "",
            public_url=settings.public_url,
            from_number=settings.twilio_from_number or None,
            messaging_service_sid=settings.twilio_messaging_service_sid or None,
            api_url=settings.twilio_api_url or None,
            connections=connections,
        ),
        sms_replies=settings.of("twilio_sms_replies") == "yes",
        detects=settings.of("twilio_machine_detection") == "yes",
    )


def _aliyun(settings: Settings, connections: int) -> Notifier:
    return Aliyun(
        AliyunGateway(
            AliyunSettings(
                key_id=settings.of("aliyun_access_key_id"),
                secret=settings.of("aliyun_access_key_secret"),
                sign_name=settings.of("aliyun_sign_name") or settings.signature,
                show_number=settings.of("aliyun_show_number"),
                approved=_approved(settings, "aliyun_templates"),
                sms_url=settings.of("aliyun_sms_url").rstrip("/"),
                voice_url=settings.of("aliyun_voice_url").rstrip("/"),
                # Never a story's own clock: the other side looks at a real one.
                clock=SystemClock().now,
                connections=connections,
            )
        )
    )


def _tencent(settings: Settings, connections: int) -> Notifier:
    return Tencent(
        TencentGateway(
            TencentSettings(
                secret_id=settings.of("tencent_secret_id"),
                secret_key=settings.of("tencent_secret_key"),
                sign_name=settings.of("tencent_sign_name") or settings.signature,
                sms_app=settings.of("tencent_sms_app"),
                voice_app=settings.of("tencent_voice_app"),
                keys=bool(settings.hook_tokens),
                region=settings.of("tencent_region"),
                approved=_approved(settings, "tencent_templates"),
                sms_url=settings.of("tencent_sms_url").rstrip("/"),
                voice_url=settings.of("tencent_voice_url").rstrip("/"),
                clock=SystemClock().now,
                connections=connections,
            )
        )
    )


def _mas(settings: Settings, connections: int) -> Notifier:
    return Mas(
        MasSettings(
            url=settings.of("mas_url").rstrip("/"),
            ec_name=settings.of("mas_ec_name"),
            ap_id=settings.of("mas_ap_id"),
            secret=settings.of("mas_secret"),
            sign=settings.of("mas_sign"),
            serial=settings.of("mas_serial"),
            signature=settings.signature,
            connections=connections,
        )
    )


def _robot(settings: Settings, kind: Kind) -> Notifier:
    name = f"{kind.name}_robots"
    return Robot(kind, read(settings.of(name), _variable(name)), clock=SystemClock().now)


def _webhook(settings: Settings, connections: int) -> Notifier:
    secrets = settings.webhook_secrets
    return Webhook(
        settings.of("webhook_url"),
        secrets[0] if secrets else "",
        clock=SystemClock().now,
        connections=connections,
    )


def _email(settings: Settings) -> Notifier:
    return Email(
        EmailSettings(
            host=settings.of("smtp_host"),
            port=int(settings.of("smtp_port")),
            security=Security(settings.of("smtp_security")),
            user=settings.of("smtp_user"),
            password=settings.of("smtp_password"),
            sender=settings.of("email_from"),
            authority=settings.of("smtp_ca"),
        )
    )


def _folder(text: str) -> Path | None:
    # An empty path would be the folder this program happens to run in.
    return Path(text) if text else None


def _variable(name: str) -> str:
    return next(s.variable for s in SETTINGS if s.name == name)


def _approved(settings: Settings, name: str) -> Approved:
    return Approved.read(settings.of(name), _variable(name))
