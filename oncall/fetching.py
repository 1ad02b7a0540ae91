"""Fetch a small file over http(s): in bounded time and size, and without telling its address.

The address of a private calendar is its key: it stands in no log and no message, only its host.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

#: A roster's calendar is a few hundred kilobytes at most.
MOST_BYTES = 5_000_000
_TOTAL_SECONDS = 20.0
_MOST_REDIRECTS = 5
_CHUNK = 65_536


class FetchError(Exception):
    """It could not be fetched; ``code`` names why, ``detail`` may be shown to anybody."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came; ``data`` is None where nothing changed since the last time."""

    data: bytes | None
    etag: str | None
    modified: str | None


def host(url: str) -> str:
    """The part of an address that may be shown."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def fetch(
    url: str,
    *,
    etag: str | None = None,
    modified: str | None = None,
    seconds: float = _TOTAL_SECONDS,
) -> Fetched:
    """The file at an address, unless it is as it was (``etag``, ``modified`` of the last time).

    Raises FetchError: it takes longer than ``seconds`` in all, is too large, or is not there.
    """
    headers = {"Accept": "text/calendar, */*;q=0.5", "User-Agent": "dehua-oncall"}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    try:
        return asyncio.run(_fetch(url, headers, seconds))
    except TimeoutError as exc:
        raise FetchError("fetch_slow", f"{host(url)}: {seconds:g} s") from exc
    except aiohttp.ClientResponseError as exc:
        raise FetchError("fetch_refused", f"{host(url)}: HTTP {exc.status}") from exc
    except (aiohttp.ClientError, OSError, ValueError) as exc:
        # The libraries put the address into their messages.
        raise FetchError("fetch_failed", f"{host(url)}: {type(exc).__name__}") from exc


async def _fetch(url: str, headers: dict[str, str], seconds: float) -> Fetched:
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
        session.get(url, headers=headers, max_redirects=_MOST_REDIRECTS) as answer,
    ):
        if answer.status == 304:
            return Fetched(data=None, etag=None, modified=None)
        answer.raise_for_status()
        data = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            data += chunk
            if len(data) > MOST_BYTES:
                raise FetchError("fetch_large", f"{host(url)}: > {MOST_BYTES // 1_000_000} MB")
        return Fetched(
            data=bytes(data),
            etag=answer.headers.get("ETag"),
            modified=answer.headers.get("Last-Modified"),
        )
