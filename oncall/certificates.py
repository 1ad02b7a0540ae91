"""Until when the certificate of an https address holds."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

#: A certificate that ends within this time is to be renewed now.
RENEW_WITHIN = timedelta(days=21)
_SECONDS = 5
_HTTPS_PORT = 443
#: OpenSSL's X509_V_FLAG_NO_CHECK_TIME: whoever asks judges the moment by a clock of their own.
_ANY_TIME = 0x200000


def host_of(url: str) -> str | None:
    """Whose certificate stands before an address; None where there is none to read."""
    parts = urlsplit(url)
    return parts.hostname if parts.scheme == "https" else None


def trusting(cafile: str | None = None) -> ssl.SSLContext:
    """Believes whom this machine believes, or this authority alone, at any time."""
    trust = ssl.create_default_context(cafile=cafile)
    trust.verify_flags |= _ANY_TIME
    return trust


def ends(url: str, trust: ssl.SSLContext | None = None, seconds: float = _SECONDS) -> datetime:
    """When the certificate of an https address ends; told within so many seconds.

    Raises ssl.SSLCertVerificationError for one that is not believed, OSError (also of ssl) and
    ValueError where it cannot be read.
    """
    parts = urlsplit(url)
    with (
        socket.create_connection(
            (parts.hostname or "", parts.port or _HTTPS_PORT), timeout=seconds
        ) as plain,
        (trust or trusting()).wrap_socket(plain, server_hostname=parts.hostname) as secure,
    ):
        told = secure.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)
