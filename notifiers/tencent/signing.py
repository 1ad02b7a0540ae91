"""TC3-HMAC-SHA256: how a request to Tencent Cloud proves who sent it. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

ALGORITHM = "TC3-HMAC-SHA256"


def authorization(
    secret_id: str,
    secret_key: str,
    *,
    service: str,
    headers: Mapping[str, str],
    body: bytes,
    timestamp: int,
) -> str:
    """The Authorization header of a POST to `/`.

    `headers` are all that are signed, with lower-case names; `timestamp` is what X-TC-Timestamp
    says, in seconds since 1970.
    """
    names = ";".join(sorted(headers))
    canonical = "\n".join(
        (
            "POST",
            "/",
            "",
            *(f"{name}:{headers[name].strip().lower()}" for name in sorted(headers)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    day = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{timestamp}\n{scope}\n{digest}"
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = _hmac(key, part)
    signature = _hmac(key, to_sign).hex()
    return (
        f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
