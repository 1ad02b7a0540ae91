"""The settings of each provider, in one table: what it needs and what it may be told besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One knob: its variable, default, and whether it must be masked."""

    name: str
    variable: str
    default: str = ""
    secret: bool = False
    #: The provider it is for; "" for the program itself.
    provider: str = ""
    #: Without it the provider can send nothing.
    needed: bool = False
    #: It is the address of something, so it must look like one.
    url: bool = False
    #: The words it may be, where there are only some.
    one_of: tuple[str, ...] = ()


PROVIDER_SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="twilio_sms_replies",
        variable="ONCALL_TWILIO_SMS_REPLIES",
        default="yes",
        provider="twilio",
        one_of=("yes", "no"),
    ),
    Setting(
        name="twilio_machine_detection",
        variable="ONCALL_TWILIO_MACHINE_DETECTION",
        default="yes",
        provider="twilio",
        one_of=("yes", "no"),
    ),
    Setting(
        name="aliyun_access_key_id",
        variable="ALIBABA_CLOUD_ACCESS_KEY_ID",
        provider="aliyun",
        needed=True,
    ),
    Setting(
        name="aliyun_access_key_secret",
        variable="ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        provider="aliyun",
        needed=True,
        secret=True,
    ),
    Setting(
        name="aliyun_templates",
        variable="ONCALL_ALIYUN_TEMPLATES",
        provider="aliyun",
        needed=True,
    ),
    Setting(name="aliyun_sign_name", variable="ONCALL_ALIYUN_SIGN_NAME", provider="aliyun"),
    Setting(name="aliyun_show_number", variable="ONCALL_ALIYUN_SHOW_NUMBER", provider="aliyun"),
    Setting(
        name="aliyun_sms_url",
        variable="ONCALL_ALIYUN_SMS_URL",
        default="https://dysmsapi.aliyuncs.com",
        provider="aliyun",
        url=True,
    ),
    Setting(
        name="aliyun_voice_url",
        variable="ONCALL_ALIYUN_VOICE_URL",
        default="https://dyvmsapi.aliyuncs.com",
        provider="aliyun",
        url=True,
    ),
    Setting(
        name="tencent_secret_id",
        variable="TENCENTCLOUD_SECRET_ID",
        provider="tencent",
        needed=True,
    ),
    Setting(
        name="tencent_secret_key",
        variable="TENCENTCLOUD_SECRET_KEY",
        provider="tencent",
        needed=True,
        secret=True,
    ),
    Setting(
        name="tencent_templates",
        variable="ONCALL_TENCENT_TEMPLATES",
        provider="tencent",
        needed=True,
    ),
    Setting(name="tencent_sms_app", variable="ONCALL_TENCENT_SMS_APP", provider="tencent"),
    Setting(name="tencent_voice_app", variable="ONCALL_TENCENT_VOICE_APP", provider="tencent"),
    Setting(name="tencent_sign_name", variable="ONCALL_TENCENT_SIGN_NAME", provider="tencent"),
    Setting(
        name="tencent_region",
        variable="ONCALL_TENCENT_REGION",
        default="ap-guangzhou",
        provider="tencent",
    ),
    Setting(
        name="tencent_sms_url",
        variable="ONCALL_TENCENT_SMS_URL",
        default="https://sms.tencentcloudapi.com",
        provider="tencent",
        url=True,
    ),
    Setting(
        name="tencent_voice_url",
        variable="ONCALL_TENCENT_VOICE_URL",
        default="https://vms.tencentcloudapi.com",
        provider="tencent",
        url=True,
    ),
    Setting(name="mas_url", variable="ONCALL_MAS_URL", provider="mas", needed=True, url=True),
    Setting(name="mas_ec_name", variable="ONCALL_MAS_EC_NAME", provider="mas", needed=True),
    Setting(name="mas_ap_id", variable="ONCALL_MAS_AP_ID", provider="mas", needed=True),
    Setting(
        name="mas_secret",
        variable="ONCALL_MAS_SECRET",
        provider="mas",
        needed=True,
        secret=True,
    ),
    Setting(name="mas_sign", variable="ONCALL_MAS_SIGN", provider="mas", needed=True),
    Setting(name="mas_serial", variable="ONCALL_MAS_SERIAL", provider="mas"),
    Setting(
        name="wecom_robots",
        variable="ONCALL_WECOM_ROBOTS",
        provider="wecom",
        needed=True,
        secret=True,
    ),
    Setting(
        name="dingtalk_robots",
        variable="ONCALL_DINGTALK_ROBOTS",
        provider="dingtalk",
        needed=True,
        secret=True,
    ),
    Setting(
        name="feishu_robots",
        variable="ONCALL_FEISHU_ROBOTS",
        provider="feishu",
        needed=True,
        secret=True,
    ),
    Setting(
        name="webhook_url",
        variable="ONCALL_WEBHOOK_URL",
        provider="webhook",
        needed=True,
        url=True,
    ),
    Setting(
        name="webhook_secret",
        variable="ONCALL_WEBHOOK_SECRET",
        provider="webhook",
        needed=True,
        secret=True,
    ),
    Setting(
        name="spool_folder",
        variable="ONCALL_SPOOL_FOLDER",
        provider="spool",
        needed=True,
    ),
    Setting(name="smtp_host", variable="ONCALL_SMTP_HOST", provider="email", needed=True),
    Setting(name="smtp_port", variable="ONCALL_SMTP_PORT", default="587", provider="email"),
    Setting(
        name="smtp_security",
        variable="ONCALL_SMTP_SECURITY",
        default="starttls",
        provider="email",
        one_of=("starttls", "tls", "none"),
    ),
    Setting(name="smtp_user", variable="ONCALL_SMTP_USER", provider="email"),
    Setting(name="smtp_password", variable="ONCALL_SMTP_PASSWORD", provider="email", secret=True),
    Setting(name="smtp_ca", variable="ONCALL_SMTP_CA", provider="email"),
    Setting(name="email_from", variable="ONCALL_EMAIL_FROM", provider="email", needed=True),
    Setting(name="hook_token", variable="ONCALL_HOOK_TOKEN", secret=True),
    Setting(name="hook_networks", variable="ONCALL_HOOK_NETWORKS"),
)


def wrong_in(
    settings: Iterable[Setting], values: Mapping[str, str]
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What the table says cannot be: the setting's name, the fault, and what fills its sentence."""
    for s in settings:
        value = values[s.name]
        if s.url and value and urlsplit(value).scheme not in ("http", "https"):
            yield s.name, "not_a_url", {}
        if s.one_of and value not in s.one_of:
            yield s.name, "not_one_of", {"known": ", ".join(s.one_of)}
    port = values["smtp_port"]
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        yield "smtp_port", "not_a_port", {}
    try:
        for network in filter(None, map(str.strip, values["hook_networks"].split(","))):
            ip_network(network)
    except ValueError:
        yield "hook_networks", "not_a_network", {}
