"""How both sides of the webhook prove who speaks: HMAC-SHA256 over the time and the body. Pure."""

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

TIMESTAMP, SIGNATURE = "X-Oncall-Timestamp", "X-Oncall-Signature"
_VERSION = "v1="
#: A request older than this may be one that somebody kept.
FRESH = timedelta(minutes=5)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The signature header of a body at a moment (seconds since 1970)."""
    words = f"{timestamp}.".encode() + body
    return _VERSION + hmac.new(secret.encode(), words, "sha256").hexdigest()


def proven(
    secrets: Iterable[str], timestamp: str, body: bytes, signature: str, now: datetime
) -> bool:
    """Whether one of the secrets (several while rotating) signed this, and not long ago."""
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    if abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds():
        return False
    given = signature.encode()
    # Every secret is compared, so that time tells nothing about which one came near.
    good = [
        hmac.compare_digest(sign(secret, int(timestamp), body).encode(), given)
        for secret in secrets
    ]
    return any(good)
