"""The settings of each provider, in one table: what it needs and what it may be told besides."""

from __future__ import annotations

from dataclasses import dataclass


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


PROVIDER_SETTINGS: tuple[Setting, ...] = (
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
    Setting(name="hook_token", variable="ONCALL_HOOK_TOKEN", secret=True),
    Setting(name="hook_networks", variable="ONCALL_HOOK_NETWORKS"),
)
