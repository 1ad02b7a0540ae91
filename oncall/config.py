"""Settings: flag over environment over ``oncall.toml`` over default. Nothing else reads them.

Every value knows where it came from; a secret is never a flag, and is never shown.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from notifiers.errors import NumberError
from notifiers.phone import e164
from oncall.core.errors import Fault, Invalid
from oncall.core.limits import parse as parse_limits
from oncall.provider_settings import PROVIDER_SETTINGS, Setting, wrong_in

#: What ``oncall.toml`` may be called when no flag or variable names it.
DEFAULT_FILE = "oncall.toml"

LANGS = ("zh_CN", "en")
YES_NO = ("yes", "no")
#: A message may be kept back for others by no more seconds than this.
LONGEST_GATHER = 120


SETTINGS: tuple[Setting, ...] = (
    Setting(name="database_url", variable="ONCALL_DATABASE_URL", default="sqlite:///oncall.db"),
    Setting(
        name="public_url", variable="ONCALL_PUBLIC_URL", default="http://127.0.0.1:8110", url=True
    ),
    Setting(name="timezone", variable="ONCALL_TIMEZONE", default="Asia/Shanghai"),
    Setting(name="lang", variable="ONCALL_LANG", default="zh_CN"),
    Setting(name="secret_key", variable="ONCALL_SECRET_KEY", default="", secret=True),
    Setting(name="policy", variable="ONCALL_POLICY", default=""),
    Setting(name="roster_mappings", variable="ONCALL_ROSTER_MAPPINGS", default=""),
    Setting(name="coverage", variable="ONCALL_COVERAGE", default=""),
    Setting(name="sheet_dir", variable="ONCALL_SHEET_DIR", default=""),
    Setting(name="heartbeat_url", variable="ONCALL_HEARTBEAT_URL", default="", secret=True),
    Setting(name="exchange", variable="ONCALL_EXCHANGE", default=""),
    Setting(name="channels", variable="ONCALL_CHANNELS", default="log"),
    Setting(name="limits", variable="ONCALL_LIMITS", default=""),
    Setting(name="gather_seconds", variable="ONCALL_GATHER_SECONDS", default="30"),
    Setting(name="canary", variable="ONCALL_CANARY", default=""),
    Setting(
        name="duty_notices",
        variable="ONCALL_DUTY_NOTICES",
        default="sms",
        one_of=("sms", "email", "both"),
    ),
    Setting(name="intranet", variable="ONCALL_INTRANET", default="no"),
    Setting(name="signature", variable="ONCALL_SMS_SIGNATURE", default="德化县政府办"),
    Setting(
        name="twilio_account_sid",
        variable="TWILIO_ACCOUNT_SID",
        provider="twilio",
        needed=True,
    ),
    Setting(
        name="twilio_auth_token",
        variable="TWILIO_AUTH_TOKEN",
        provider="twilio",
        needed=True,
        secret=True,
    ),
    Setting(name="twilio_from_number", variable="TWILIO_FROM_NUMBER", default=""),
    Setting(
        name="twilio_messaging_service_sid", variable="TWILIO_MESSAGING_SERVICE_SID", default=""
    ),
    Setting(name="twilio_api_url", variable="ONCALL_TWILIO_API_URL", default="", url=True),
    *PROVIDER_SETTINGS,
)

_BY_NAME = {s.name: s for s in SETTINGS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All values, checked; ``origins`` says where each came from."""

    database_url: str
    public_url: str
    timezone: str
    lang: str
    secret_key: str
    policy: str
    roster_mappings: str
    coverage: str
    sheet_dir: str
    heartbeat_url: str
    exchange: str
    channels: str
    limits: str
    gather_seconds: str
    canary: str
    duty_notices: str
    intranet: str
    signature: str
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_from_number: str
    twilio_messaging_service_sid: str
    twilio_api_url: str
    #: What the providers' own settings say, by name.
    providers: Mapping[str, str]
    origins: Mapping[str, str]

    def of(self, name: str) -> str:
        """The value of any setting by its name."""
        if name in self.providers:
            return self.providers[name]
        return str(getattr(self, name))

    @property
    def hook_tokens(self) -> tuple[str, ...]:
        """What proves a push that carries no signature: several while rotating."""
        return tuple(t.strip() for t in self.of("hook_token").split(",") if t.strip())

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """What signs our messages to the webhook (the first) and its reports (any of them)."""
        return tuple(t.strip() for t in self.of("webhook_secret").split(",") if t.strip())

    @property
    def twilio_tokens(self) -> tuple[str, ...]:
        """The auth tokens that are good: several while rotating, the newest first."""
        return tuple(t.strip() for t in self.twilio_auth_token.split(",") if t.strip())

    @property
    def gather(self) -> timedelta:
        """How long messages to one person are gathered; the first always goes at once."""
        return timedelta(seconds=int(self.gather_seconds))

    @property
    def zone(self) -> ZoneInfo:
        """The zone that wall clocks without one are meant in."""
        return ZoneInfo(self.timezone)


def load(
    flags: Mapping[str, str | None] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    cwd: Path | None = None,
) -> Settings:
    """Gather every setting; Invalid lists all that is wrong, each with its origin."""
    flags = flags or {}
    environ = os.environ if environ is None else environ
    faults: list[Fault] = []
    file, table = _file(flags, environ, cwd or Path.cwd(), faults)
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    for s in SETTINGS:
        given = flags.get(s.name)
        if given is not None and not s.secret:
            values[s.name], origins[s.name] = given, "flag"
        elif environ.get(s.variable):
            values[s.name], origins[s.name] = environ[s.variable], s.variable
        elif s.name in table:
            values[s.name], origins[s.name] = str(table[s.name]), str(file)
        else:
            values[s.name], origins[s.name] = s.default, "default"
    _check(values, origins, faults)
    if faults:
        raise Invalid(faults)
    providers = {s.name: values.pop(s.name) for s in PROVIDER_SETTINGS}
    return Settings(**values, providers=providers, origins=origins)


def language_at_least(
    flags: Mapping[str, str | None], environ: Mapping[str, str] | None = None
) -> str:
    """In which language to say that the settings are broken: flag, environment, default."""
    environ = os.environ if environ is None else environ
    for given in (flags.get("lang"), environ.get("ONCALL_LANG")):
        if given in LANGS:
            return given
    return LANGS[0]


def _file(
    flags: Mapping[str, str | None], environ: Mapping[str, str], cwd: Path, faults: list[Fault]
) -> tuple[Path, dict[str, Any]]:
    named = flags.get("config") or environ.get("ONCALL_CONFIG")
    path = Path(named) if named else cwd / DEFAULT_FILE
    if not path.exists():
        if named:
            faults.append(Fault(where=str(path), code="config_missing"))
        return path, {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        faults.append(Fault(where=str(path), code="config_unreadable", value=str(exc)))
        return path, {}
    for key in table:
        if key not in _BY_NAME:
            faults.append(Fault(where=f"{path}:{key}", code="config_unknown", value=key))
    return path, table


def _check(values: dict[str, str], origins: dict[str, str], faults: list[Fault]) -> None:
    def wrong(name: str, code: str, **params: str) -> None:
        value = "" if _BY_NAME[name].secret else values[name]
        where = f"{_BY_NAME[name].variable} ({origins[name]})"
        faults.append(Fault(where=where, code=code, value=value, params=params))

    if values["lang"] not in LANGS:
        wrong("lang", "unknown_lang", known=", ".join(LANGS))
    try:
        ZoneInfo(values["timezone"])
    except (KeyError, ValueError, OSError):
        wrong("timezone", "unknown_zone")
    if values["roster_mappings"] and not Path(values["roster_mappings"]).is_dir():
        wrong("roster_mappings", "no_such_folder")
    for name, code, params in wrong_in(SETTINGS, values):
        wrong(name, code, **params)
    _check_delivery(values, wrong)
    if urlsplit(values["database_url"]).scheme.split("+")[0] not in (
        "sqlite",
        "postgresql",
        "postgres",
    ):
        values["database_url"] = mask_url(values["database_url"])
        wrong("database_url", "unknown_database")


def _check_delivery(values: dict[str, str], wrong: Callable[..., None]) -> None:
    if not values["gather_seconds"].isdecimal() or int(values["gather_seconds"]) > LONGEST_GATHER:
        wrong("gather_seconds", "bad_seconds", longest=str(LONGEST_GATHER))
    if values["intranet"] not in YES_NO:
        wrong("intranet", "bad_switch")
    if values["duty_notices"] != "sms" and not _carries_mail(values["channels"]):
        wrong("duty_notices", "no_mail_provider")
    if values["canary"] and not _is_number(values["canary"]):
        wrong("canary", "bad_canary")
    for entry in parse_limits(values["limits"])[1]:
        wrong("limits", "bad_limit", entry=entry)


def _carries_mail(channels: str) -> bool:
    """Whether anybody is named who takes e-mail: for that channel, or for all there are."""
    entries = [entry.strip() for entry in channels.split(",")]
    return any(entry.startswith("email") or entry == "log" for entry in entries)


def _is_number(text: str) -> bool:
    try:
        e164(text)
    except NumberError:
        return False
    return True


def mask_url(url: str) -> str:
    """A database URL without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", ":***@")


def shown(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Each setting as (name, variable, value with secrets masked, origin)."""
    out = []
    for s in SETTINGS:
        value = settings.of(s.name)
        if s.secret and value:
            value = "***"
        elif s.name == "database_url":
            value = mask_url(value)
        out.append((s.name, s.variable, value, settings.origins[s.name]))
    return out


def data_folder(settings: Settings) -> Path:
    """Where this installation keeps its own files: beside the SQLite file, else the work folder."""
    path = settings.database_url.removeprefix("sqlite:///")
    if path != settings.database_url and path:
        return Path(path).parent
    return Path("var")


def secret_key(settings: Settings) -> str:
    """The key that signs links and sessions: the setting, else one made once, mode 600."""
    if settings.secret_key:
        return settings.secret_key
    path = data_folder(settings) / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))
    return path.read_text("utf-8").strip()
