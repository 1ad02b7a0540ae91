"""ACS3-HMAC-SHA256: how a request to Alibaba Cloud proves who sent it. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def canonical_query(params: Mapping[str, str]) -> str:
    """The parameters sorted by name and quoted as RFC 3986 has it; also what the URL carries."""
    return "&".join(f"{_quoted(name)}={_quoted(params[name])}" for name in sorted(params))


def authorization(
    key_id: str,
    secret: str,
    *,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
) -> str:
    """The Authorization header. `headers` are all that are signed, with lower-case names."""
    names = sorted(headers)
    canonical = "\n".join(
        (
            method,
            path,
            query,
            *(f"{name}:{headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            body_hash(body),
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(secret.encode(), f"{ALGORITHM}\n{digest}".encode(), hashlib.sha256)
    return (
        f"{ALGORITHM} Credential={key_id},SignedHeaders={';'.join(names)},"
        f"Signature={signature.hexdigest()}"
    )


def body_hash(body: bytes) -> str:
    """What x-acs-content-sha256 says."""
    return hashlib.sha256(body).hexdigest()


def _quoted(text: str) -> str:
    return quote(text, safe="~")
