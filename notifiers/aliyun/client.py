"""A signed connection to Alibaba Cloud's RPC interface, and where its answers become outcomes."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from yarl import URL

from notifiers import http
from notifiers.aliyun.codes import BOOK, PROVIDER
from notifiers.aliyun.signing import authorization, body_hash, canonical_query
from notifiers.approved import Approved
from notifiers.errors import GatewayError
from notifiers.message import Outcome

SMS_URL, VOICE_URL = "https://dysmsapi.aliyuncs.com", "https://dyvmsapi.aliyuncs.com"
#: Both services carry the date of their first release.
_VERSION = "2017-05-25"


@dataclass(frozen=True, kw_only=True)
class AliyunSettings:
    """An account as both channels share it."""

    key_id: str
    secret: str = field(repr=False)
    #: The approved name in front of every text.
    sign_name: str = ""
    #: The number calls come from; without one Alibaba Cloud chooses, and no keys are taken.
    show_number: str = ""
    approved: Approved = field(default_factory=lambda: Approved({}))
    sms_url: str = SMS_URL
    voice_url: str = VOICE_URL
    #: The machine's own time: Alibaba Cloud refuses a request that is 15 minutes off.
    clock: Callable[[], datetime]
    timeout: timedelta = http.PATIENCE
    connections: int = 100


class AliyunGateway:
    """Signs, sends, and reads answers. Use it from one event loop only."""

    def __init__(self, settings: AliyunSettings) -> None:
        if not settings.key_id or not settings.secret:
            raise GatewayError(
                "aliyun.credentials",
                "Alibaba Cloud needs an access key: set ALIBABA_CLOUD_ACCESS_KEY_ID"
                " and ALIBABA_CLOUD_ACCESS_KEY_SECRET.",
            )
        if not settings.approved.ids:
            raise GatewayError(
                "aliyun.templates",
                "Alibaba Cloud sends approved texts only: set ONCALL_ALIYUN_TEMPLATES to their"
                " numbers.",
            )
        self.settings = settings
        self._pool = http.Pool(settings.timeout, settings.connections)

    async def call(self, url: str, action: str, params: Mapping[str, str]) -> Mapping[str, object]:
        """The answer to one call that went well. Raises http.RefusedError or one of http.FAULTS."""
        query = canonical_query(params)
        headers = {
            "host": urlsplit(url).netloc,
            "x-acs-action": action,
            "x-acs-content-sha256": body_hash(b""),
            "x-acs-date": self.settings.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-version": _VERSION,
        }
        headers["Authorization"] = authorization(
            self.settings.key_id,
            self.settings.secret,
            method="POST",
            path="/",
            query=query,
            headers=headers,
            body=b"",
        )
        # Quoted by us already, exactly as it was signed.
        address = URL(f"{url}/?{query}", encoded=True)
        answer = await self._pool.request("POST", address, headers=headers)
        return _read(answer)

    async def order(
        self, url: str, action: str, params: Mapping[str, str], id_field: str
    ) -> Outcome:
        """Hand over one message and say what came of it; never raises for a provider's fault."""

        async def made() -> str:
            found = (await self.call(url, action, params)).get(id_field)
            if not isinstance(found, str) or not found:
                raise KeyError(id_field)
            return found

        return await http.ordered(PROVIDER, made())

    async def close(self) -> None:
        """Close every connection; later sends are `unavailable`."""
        await self._pool.close()


def params_json(values: tuple[tuple[str, str], ...]) -> str:
    """The blanks of a text as Alibaba Cloud reads them."""
    return json.dumps(dict(values), ensure_ascii=False)


def _read(answer: http.Answer) -> Mapping[str, object]:
    try:
        told = answer.json()
        code = str(told.get("Code", ""))
    except ValueError:
        if answer.status < 400:
            raise
        told, code = {}, ""
    if code == "OK" and answer.status < 400:
        return told
    if not code:
        # No word of its own: the status of whatever stands in between.
        if answer.status < 400:
            raise ValueError("an answer without a code")
        code = (
            "ServiceUnavailable" if answer.status >= 500 or answer.status == 429 else "NoPermission"
        )
    raise http.RefusedError(BOOK.refusal(code, answer.retry_after))
