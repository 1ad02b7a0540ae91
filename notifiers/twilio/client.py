"""One pooled, bounded connection to Twilio, and the one seam where its faults become outcomes."""

import logging
from base64 import b64encode
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import cast
from urllib.parse import quote

from yarl import URL, QueryVariable

from notifiers import http
from notifiers.codes import UNMAPPED
from notifiers.errors import GatewayError
from notifiers.http import Pool
from notifiers.message import Outcome, OutcomeKind
from notifiers.twilio import sdk
from notifiers.twilio.codes import meaning_of

PROVIDER = "twilio"
_logger = logging.getLogger("notifiers")

#: Everything a request to Twilio can raise that is Twilio's or the network's doing.
FAULTS = (sdk.TwilioException, *http.FAULTS)


class RefusedError(sdk.TwilioRestException):  # type: ignore[misc]  # the SDK is untyped
    """Twilio answered with an error; unlike the SDK's own exception it knows when to come back."""

    def __init__(self, refusal: object, retry_after: timedelta | None) -> None:
        self.retry_after = retry_after
        status = getattr(refusal, "status", 0)
        super().__init__(status, "", "", getattr(refusal, "code", None), "POST")


class _Http(sdk.AsyncTwilioHttpClient):  # type: ignore[misc]  # the SDK is untyped
    """The SDK's async client with what it lacks: a timeout, Retry-After, and a silent log.

    The SDK's own one ignores its timeout, drops the headers of an error, and logs request
    parameters, phone numbers included.
    """

    def __init__(self, timeout: timedelta, connections: int) -> None:
        super().__init__(pool_connections=False, timeout=timeout.total_seconds())
        self._pool = Pool(timeout, connections)
        self._auth: tuple[tuple[str, str], str] | None = None

    # The SDK calls this with these very names.
    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- the SDK's signature; ours is fixed
        allow_redirects: bool = False,
    ) -> object:
        """One request; an answer of 400 or above raises RefusedError."""
        headers = headers or {}
        if auth is not None:
            headers["Authorization"] = self._header(auth)
        answer = await self._pool.request(
            method,
            url,
            params=cast("Mapping[str, str] | None", params),
            body=_form(data) if data else None,
            headers=headers,
        )
        text = answer.body.decode("utf-8", "replace")
        response = sdk.Response(answer.status, text, answer.headers)
        if answer.status >= 400:
            refusal = sdk.Version.exception(method, "", response, "refused")
            raise RefusedError(refusal, answer.retry_after)
        return response

    def _header(self, auth: tuple[str, str]) -> str:
        if self._auth is None or self._auth[0] != auth:
            self._auth = auth, "Basic " + b64encode(":".join(auth).encode()).decode()
        return self._auth[1]

    async def close(self) -> None:
        """Close the pooled connections; calling it again does nothing."""
        await self._pool.close()


class TwilioGateway:
    """A Twilio account as both notifiers share it. Use it from one event loop only.

    `public_url` is where Twilio reaches us; `api_url` replaces Twilio's own address (an
    emulator). `timeout` bounds one request, `connections` how many run at once. Neither
    TWILIO_EDGE nor anything else is read from the environment: with an edge set, the SDK would
    rewrite an emulator's address.
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        public_url: str,
        from_number: str | None = None,
        messaging_service_sid: str | None = None,
        api_url: str | None = None,
        timeout: timedelta = timedelta(seconds=8),
        connections: int = 100,
    ) -> None:
        if not account_sid or not auth_token:
            raise GatewayError(
                "twilio.credentials",
                "Twilio needs both an account SID and an auth token: set TWILIO_ACCOUNT_SID and"
                " TWILIO_AUTH_TOKEN.",
            )
        if not from_number and not messaging_service_sid:
            raise GatewayError(
                "twilio.sender",
                "Twilio needs a sender: set TWILIO_FROM_NUMBER, or TWILIO_MESSAGING_SERVICE_SID"
                " for SMS only.",
            )
        self.account_sid = account_sid
        self.from_number = from_number
        self.messaging_service_sid = messaging_service_sid
        self._hooks = public_url.rstrip("/") + "/hooks/twilio/"
        self._http = _Http(timeout, connections)
        self._client = sdk.Client(
            account_sid,
            auth_token,
            http_client=self._http,
            # Not empty, because the SDK takes an empty one for "use os.environ".
            environment={"TWILIO_ACCOUNT_SID": account_sid},
        )
        if api_url:
            self._client.api.base_url = api_url.rstrip("/")
        account = self._client.api.v2010.account
        self.messages = cast("sdk.Resources", account.messages)
        self.calls = cast("sdk.Resources", account.calls)

    def hook(self, name: str, key: str) -> str:
        """The address of one of our hooks for one attempt."""
        # Only what every URL library would quote: one that tidied it would break the signature.
        return f"{self._hooks}{name}?attempt={quote(key, safe='/:')}"

    async def create(self, request: Awaitable[sdk.Resource]) -> Outcome:
        """Await one create request and say what came of it; never raises for Twilio's faults."""
        try:
            made = await request
        except FAULTS as fault:
            return outcome_of(fault)
        if not made.sid:
            return _NO_ID
        return Outcome(kind=OutcomeKind.ACCEPTED, provider=PROVIDER, provider_id=made.sid)

    async def close(self) -> None:
        """Close every connection; later sends are `unavailable`."""
        await self._http.close()


def code_of(fault: BaseException) -> int | None:
    """Twilio's own error code, when Twilio answered at all."""
    code = getattr(fault, "code", None)
    return code if isinstance(code, int) else None


def outcome_of(fault: BaseException) -> Outcome:
    """The seam: what any of FAULTS means for the attempt that met it."""
    if isinstance(fault, sdk.TwilioRestException | sdk.TwilioServiceException):
        return _refusal(fault)
    return http.outcome_of(PROVIDER, fault)


def _refusal(fault: BaseException) -> Outcome:
    code, status = code_of(fault), int(getattr(fault, "status", 0) or 0)
    retry_after = getattr(fault, "retry_after", None)
    meaning = meaning_of(code, status)
    if meaning is None:
        _logger.warning("twilio answered with the unknown code %s (HTTP %s)", code, status)
        return _outcome(OutcomeKind.UNAVAILABLE, UNMAPPED, code=code or status)
    return Outcome(
        kind=meaning.kind,
        provider=PROVIDER,
        code=str(code or status),
        detail=meaning.detail,
        retry_after=retry_after,
        opted_out=meaning.opted_out,
    )


def _outcome(kind: OutcomeKind, detail: str, code: int | None = None) -> Outcome:
    return Outcome(kind=kind, provider=PROVIDER, detail=detail, code=str(code) if code else None)


_NO_ID = _outcome(OutcomeKind.UNKNOWN, http.NO_SENSE)


def _form(data: Mapping[str, object]) -> bytes:
    """The fields as a form body. yarl's quoting is in C: a quarter of the time of urlencode."""
    fields = cast("Mapping[str, QueryVariable]", data)
    return URL.build(query=fields).raw_query_string.encode()
