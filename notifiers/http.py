"""One pooled, bounded connection to a provider, and what a network's faults mean for a message."""

import asyncio
import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import cast

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
)
from yarl import URL

from notifiers.message import Outcome, OutcomeKind

#: Whatever a request can raise that is the provider's or the network's doing. ValueError is an
#: answer that is not what it should be (a proxy's login page).
FAULTS = (ClientError, OSError, TimeoutError, ValueError)

#: For one request; whoever waits for a send has a little more.
PATIENCE = timedelta(seconds=8)


class RefusedError(ValueError):
    """The provider answered, and does not do it: ``outcome`` is what that comes to."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


class ClosedError(OSError):
    """The connections were closed; nothing is sent any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Mapping[str, object]:
        """The body as a JSON object. Raises ValueError for anything else."""
        value = json.loads(self.body)
        if not isinstance(value, dict):
            # An answer of the wrong shape is a fault of the provider like one that is no JSON.
            raise ValueError("the answer is no JSON object")
        return cast("Mapping[str, object]", value)

    @property
    def retry_after(self) -> timedelta | None:
        """Retry-After as a span; a date is measured against the answer's own Date (RFC 9110)."""
        value = self.headers.get("Retry-After", "")
        if value.isdecimal():
            return timedelta(seconds=int(value))
        try:
            asked = parsedate_to_datetime(value)
            return max(asked - parsedate_to_datetime(self.headers.get("Date", "")), timedelta(0))
        except (TypeError, ValueError):
            return None


class Pool:
    """Connections to one provider. Use it from one event loop only."""

    def __init__(self, timeout: timedelta = PATIENCE, connections: int = 100) -> None:
        seconds = timeout.total_seconds()
        # Waiting for a free connection ends first: then it is certain that nothing was sent.
        self._limits = ClientTimeout(total=seconds, connect=seconds * 0.75)
        self._connections = connections
        self._open: ClientSession | None = None
        self.closed = False

    async def request(
        self,
        method: str,
        url: str | URL,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; redirects are not followed. Raises one of FAULTS."""
        if self.closed:
            raise ClosedError
        session = self._open or self._session()
        async with session.request(
            method, url, params=params, data=body, headers=headers, allow_redirects=False
        ) as answer:
            read = await answer.read()
            return Answer(status=answer.status, headers=answer.headers, body=read)

    def _session(self) -> ClientSession:
        # A session belongs to a running loop, so it is opened by the first request.
        self._open = ClientSession(
            connector=TCPConnector(limit=self._connections, ttl_dns_cache=300),
            timeout=self._limits,
            cookie_jar=DummyCookieJar(),
        )
        return self._open

    async def close(self) -> None:
        """Close the connections; calling it again does nothing."""
        self.closed = True
        session, self._open = self._open, None
        if session is not None:
            await session.close()


async def ordered(provider: str, order: Awaitable[str]) -> Outcome:
    """What came of handing over one message; never raises for a provider's fault.

    ``order`` gives the message's id at the provider. It may raise RefusedError, one of FAULTS, and
    KeyError for an answer that has no id.
    """
    try:
        made = await order
    except RefusedError as refused:
        return refused.outcome
    except KeyError:
        return Outcome(kind=OutcomeKind.UNKNOWN, provider=provider, detail=NO_SENSE)
    except FAULTS as fault:
        return outcome_of(provider, fault)
    return Outcome(kind=OutcomeKind.ACCEPTED, provider=provider, provider_id=made)


def outcome_of(provider: str, fault: BaseException) -> Outcome:
    """What one of FAULTS means for the attempt that met it."""
    kind, detail = _meaning(fault)
    return Outcome(kind=kind, provider=provider, detail=detail)


def _meaning(fault: BaseException) -> tuple[OutcomeKind, str]:
    if isinstance(fault, ClosedError):
        return OutcomeKind.UNAVAILABLE, "This program is shutting down."
    if isinstance(fault, InvalidURL):
        return OutcomeKind.MISCONFIGURED, "The address of the provider is not valid."
    if isinstance(fault, ClientConnectorError | ConnectionTimeoutError):
        # Nothing left this machine, so sending again cannot duplicate it.
        return OutcomeKind.UNAVAILABLE, "The provider could not be reached."
    if isinstance(fault, asyncio.TimeoutError):
        return OutcomeKind.UNKNOWN, "The provider did not answer in time."
    if isinstance(fault, ClientError | OSError):
        return OutcomeKind.UNKNOWN, "The connection broke before the answer came."
    return OutcomeKind.UNKNOWN, NO_SENSE


NO_SENSE = "The provider's answer made no sense."
