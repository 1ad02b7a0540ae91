"""The SDK's names, typed once: nothing else in this package imports the vendor's client.

The SDK ships no type marker, so every import of it here is untyped to the checker, and the
shapes we rely on are written down as protocols instead.
"""

from collections.abc import Awaitable
from datetime import datetime
from typing import Protocol

# The SDK has annotations but no py.typed, so the checker may not read them.
from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.base.version import Version  # type: ignore[import-untyped]
from twilio.http.async_http_client import (  # type: ignore[import-untyped]
    AsyncTwilioHttpClient,
)
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.request_validator import (  # type: ignore[import-untyped]
    RequestValidator,
    get_signature_algorithm,
)
from twilio.rest import Client  # type: ignore[import-untyped]
from twilio.twiml.messaging_response import (  # type: ignore[import-untyped]
    MessagingResponse,
)
from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]

__all__ = [
    "AsyncTwilioHttpClient",
    "Client",
    "MessagingResponse",
    "RequestValidator",
    "Resource",
    "Resources",
    "Response",
    "TwilioException",
    "TwilioRestException",
    "TwilioServiceException",
    "Version",
    "VoiceResponse",
    "get_signature_algorithm",
]


class Resource(Protocol):
    """A message or a call, as the SDK hands it back."""

    sid: str | None
    status: str | None
    date_created: datetime | None
    #: Of texts only: the SDK gives what the answer holds.
    error_code: int | None
    body: str | None
    from_: str | None
    direction: str | None
    #: Of calls only.
    answered_by: str | None

    def fetch_async(self) -> Awaitable["Resource"]:
        """It, as Twilio has it now."""

    def update_async(self, *, status: str) -> Awaitable["Resource"]:
        """Change its status at Twilio."""


class Resources(Protocol):
    """The SDK's list of messages or of calls."""

    def __call__(self, sid: str) -> Resource:
        """One of them, not fetched."""

    def list_async(self, **filters: object) -> Awaitable[list[Resource]]:
        """Those that pass the filters, newest first."""
