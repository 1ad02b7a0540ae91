"""A signed connection to Tencent Cloud's API 3.0, and where its answers become outcomes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from notifiers import http
from notifiers.approved import Approved
from notifiers.errors import GatewayError
from notifiers.message import Outcome
from notifiers.pushes import Row
from notifiers.tencent.codes import BOOK, PROVIDER
from notifiers.tencent.signing import authorization

SMS_URL, VOICE_URL = "https://sms.tencentcloudapi.com", "https://vms.tencentcloudapi.com"
SMS, VOICE = ("sms", "2021-01-11"), ("vms", "2020-09-02")
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class TencentSettings:
    """An account as both channels share it."""

    secret_id: str
    secret_key: str = field(repr=False)
    #: The approved name in front of every text.
    sign_name: str = ""
    #: The applications texts and calls belong to, as the console numbers them.
    sms_app: str = ""
    voice_app: str = ""
    #: Keys are told by a push only, so without hooks none is promised.
    keys: bool = False
    region: str = "ap-guangzhou"
    approved: Approved = field(default_factory=lambda: Approved({}))
    sms_url: str = SMS_URL
    voice_url: str = VOICE_URL
    #: The machine's own time: Tencent Cloud refuses a request that is five minutes off.
    clock: Callable[[], datetime]
    timeout: timedelta = http.PATIENCE
    connections: int = 100


class TencentGateway:
    """Signs, sends, and reads answers. Use it from one event loop only."""

    def __init__(self, settings: TencentSettings) -> None:
        if not settings.secret_id or not settings.secret_key:
            raise GatewayError(
                "tencent.credentials",
                "Tencent Cloud needs a secret: set TENCENTCLOUD_SECRET_ID and"
                " TENCENTCLOUD_SECRET_KEY.",
            )
        if not settings.approved.ids:
            raise GatewayError(
                "tencent.templates",
                "Tencent Cloud sends approved texts only: set ONCALL_TENCENT_TEMPLATES to their"
                " numbers.",
            )
        if not settings.sms_app and not settings.voice_app:
            raise GatewayError(
                "tencent.app",
                "Tencent Cloud needs an application: set ONCALL_TENCENT_SMS_APP or"
                " ONCALL_TENCENT_VOICE_APP.",
            )
        self.settings = settings
        self._pool = http.Pool(settings.timeout, settings.connections)

    async def call(
        self, url: str, service: tuple[str, str], action: str, params: Mapping[str, object]
    ) -> Row:
        """The answer to one call that went well. Raises http.RefusedError or one of http.FAULTS."""
        name, version = service
        body = json.dumps(params).encode()
        timestamp = int(self.settings.clock().astimezone(UTC).timestamp())
        signed = {
            "content-type": _JSON,
            "host": urlsplit(url).netloc,
            "x-tc-action": action.lower(),
        }
        headers = {
            "Content-Type": _JSON,
            "Host": signed["host"],
            "X-TC-Action": action,
            "X-TC-Version": version,
            "X-TC-Timestamp": str(timestamp),
            "X-TC-Region": self.settings.region,
            "Authorization": authorization(
                self.settings.secret_id,
                self.settings.secret_key,
                service=name,
                headers=signed,
                body=body,
                timestamp=timestamp,
            ),
        }
        answer = await self._pool.request("POST", f"{url}/", body=body, headers=headers)
        return _read(answer)

    async def order(
        self,
        url: str,
        service: tuple[str, str],
        action: str,
        params: Mapping[str, object],
        id_of: Callable[[Row], str],
    ) -> Outcome:
        """Hand over one message and say what came of it; never raises for a provider's fault.

        `id_of` finds the message's id in the answer; it raises RefusedError for one that was
        refused inside it, KeyError where there is none.
        """

        async def made() -> str:
            return id_of(await self.call(url, service, action, params))

        return await http.ordered(PROVIDER, made())

    async def close(self) -> None:
        """Close every connection; later sends are `unavailable`."""
        await self._pool.close()


def refused(code: str, answer: http.Answer | None = None) -> http.RefusedError:
    """A code of Tencent Cloud's as what it comes to."""
    return http.RefusedError(BOOK.refusal(code, answer.retry_after if answer is not None else None))


def _read(answer: http.Answer) -> Row:
    try:
        response = answer.json().get("Response")
    except ValueError:
        if answer.status < 400:
            raise
        response = None
    if isinstance(response, dict):
        error = response.get("Error")
        if isinstance(error, dict):
            # Refusals come with a 200.
            raise refused(str(error.get("Code", "")), answer)
        return response
    if answer.status < 400:
        raise ValueError("an answer without a response")
    # No word of its own: the status of whatever stands in between.
    limited = answer.status == 429
    raise refused("RequestLimitExceeded" if limited else "ServiceUnavailable", answer)
