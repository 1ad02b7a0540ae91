"""One pooled, bounded connection to Twilio, and the one seam where its faults become outcomes."""

import logging
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, cast
from urllib.parse import quote

import msgspec
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
            headers["Authorization"] = _basic(auth)
        answer = await self._pool.request(
            method,
            url,
            params=cast("Mapping[str, str] | None", params),
            body=_form(data) if data else None,
            headers=headers,
        )
        return _response(method, answer)

    async def post(self, url: URL, data: Mapping[str, object], headers: Mapping[str, str]) -> bytes:
        """The same for what is asked thousands of times: the body of the answer, as it came."""
        answer = await self._pool.request("POST", url, body=_form(data), headers=headers)
        if answer.status >= 400:
            _response("POST", answer)
        return answer.body

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
        version = self._client.api.v2010
        self.messages = cast("sdk.Resources", version.account.messages)
        self.calls = cast("sdk.Resources", version.account.calls)
        #: Where messages and calls are made; URLs are parsed once.
        root = self._client.api.absolute_url(f"{version.version}/Accounts/{account_sid}")
        self._made_at = {what: URL(f"{root}/{what}.json") for what in ("Messages", "Calls")}
        self._headers: dict[str, str] = {
            **self._client.get_headers("POST", None),
            "Authorization": _basic((account_sid, auth_token)),
        }

    def hook(self, name: str, key: str) -> str:
        """The address of one of our hooks for one attempt."""
        # Only what every URL library would quote: one that tidied it would break the signature.
        return f"{self._hooks}{name}?attempt={quote(key, safe='/:')}"

    async def create(self, what: Literal["Messages", "Calls"], **fields: object) -> Outcome:
        """Make one of these and say what came of it; never raises for Twilio's faults.

        ``fields`` are the API's own. The request is the SDK's, without the objects it makes of each
        message and of each answer: in a burst they were a third of the time a send took.
        """
        try:
            answer = await self._http.post(self._made_at[what], fields, self._headers)
        except FAULTS as fault:
            return outcome_of(fault)
        try:
            sid = _made(answer).sid
        except msgspec.DecodeError:
            return _NO_ID
        if not sid:
            return _NO_ID
        return Outcome(kind=OutcomeKind.ACCEPTED, provider=PROVIDER, provider_id=sid)

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


class _Made(msgspec.Struct):
    """What counts of the answer to a message or a call just made."""

    sid: str | None = None


_made = msgspec.json.Decoder(_Made).decode


def _response(method: str, answer: http.Answer) -> object:
    """An answer as the SDK reads it; one of 400 or above raises RefusedError."""
    response = sdk.Response(answer.status, answer.body.decode("utf-8", "replace"), answer.headers)
    if answer.status >= 400:
        refusal = sdk.Version.exception(method, "", response, "refused")
        raise RefusedError(refusal, answer.retry_after)
    return response


def _basic(auth: tuple[str, str]) -> str:
    return "Basic " + b64encode(":".join(auth).encode()).decode()


_NO_ID = _outcome(OutcomeKind.UNKNOWN, http.NO_SENSE)


def _form(data: Mapping[str, object]) -> bytes:
    """The fields as a form body. yarl's quoting is in C: a quarter of the time of urlencode."""
    fields = cast("Mapping[str, QueryVariable]", data)
    return URL.build(query=fields).raw_query_string.encode()
