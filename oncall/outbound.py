"""Back to the origin: every change told to whoever handed the matter over, signed, in the end.

What is told is found in the log after it was committed, in a loop, a thread and an outbox of its
own: nobody who is told, however slow, can hold up a page. A post is sent at least once; its id is
the same every time, so that whoever hears it twice can tell. The form is that of Standard Webhooks.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

import aiohttp

from oncall.core.errors import Conflict, Fault, Invalid, NotFound, OncallError
from oncall.core.model import Alarm
from oncall.exchange import Exchange
from oncall.store import alarms, outbound
from oncall.store.database import Database, Tx
from oncall.store.outbound import FAILED, SENT, News, Post, Webhook

T = TypeVar("T")
_log = logging.getLogger(__name__)

#: Waits after each failure; the last again and again until the life of a post is over.
BACKOFF = tuple(timedelta(seconds=s) for s in (10, 30, 120, 600, 3600))
LIFE = timedelta(days=3)
#: After this many failures in a row the desk is shown that somebody is not reached.
_ALARM_AFTER = 3
_LEASE, _TIMEOUT = timedelta(seconds=60), 20
_AT_ONCE, _EVERY = 20, 1.0
_SETTLE_EVERY = timedelta(minutes=1)
_PREFIX = "whsec_"


class Clock(Protocol):
    """What tells us the time."""

    def now(self) -> datetime:
        """This moment, UTC."""


def signature(secret: str, id: str, stamp: int, body: bytes) -> str:
    """The signature of one sending: HMAC-SHA256 over id, Unix seconds and body."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    mac = hmac.new(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}"


def told(news: News) -> dict[str, Any]:
    """One change as it is told, by webhook, file and interface alike; nothing about the caller."""
    return {
        "id": f"evt_{news.event}",
        "type": news.type,
        "at": news.at.isoformat(),
        "transfer": {
            "id": news.transfer,
            "code": news.code,
            "origin": news.origin,
            "origin_ref": news.origin_ref,
            "state": news.state,
            "urgency": news.urgency,
            "category": news.category,
            "area": news.area,
            "drill": news.drill,
            "due_at": None if news.due_at is None else news.due_at.isoformat(),
        },
        "unit": news.unit,
        "details": news.details,
    }


class Outbound:
    """Finds what is news, and brings it to those who want it."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        exchange: Exchange | None = None,
        node: str = "",
    ) -> None:
        self.db = db
        self.clock = clock
        self.new_id = new_id
        self.exchange = exchange
        self.node = node
        self._settled_at: datetime | None = None
        self._closing = asyncio.Event()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="outbound")

    # -- who is told -----------------------------------------------------------------------

    def add(self, name: str, url: str, by: str, now: datetime, *, origin: str | None) -> Webhook:
        """Tell somebody from now on; the secret is made here. Raises Invalid, Conflict."""
        parts = urlsplit(url)
        good = parts.netloc if parts.scheme in ("http", "https") else parts.path.startswith("/")
        if parts.scheme not in ("http", "https", "file") or not good:
            raise Invalid([Fault(where="url", code="not_a_target", value=url)])
        if not name.strip() or len(name) > 60:
            raise Invalid([Fault(where="name", code="bad_name", value=name[:60])])
        with self.db.begin() as tx:
            webhook = Webhook(
                id=self.new_id(),
                name=name.strip(),
                url=url,
                secret=_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode(),
                origin=origin,
                settled=outbound.last_line(tx),
                created_at=now,
                created_by=by[:60],
            )
            if not outbound.add(tx, webhook):
                raise Conflict("webhook_there", name=name)
        return webhook

    def named(self, tx: Tx, name: str) -> Webhook:
        """The one of this name. Raises NotFound."""
        found = outbound.named(tx, name)
        if found is None:
            raise NotFound("no_such_webhook", name=name)
        return found

    async def test(self, name: str) -> str:
        """Send a signed greeting now; what was answered. Raises NotFound, and what went wrong."""
        with self.db.read() as tx:
            webhook = self.named(tx, name)
        body = {
            "id": f"evt_test_{self.new_id()}",
            "type": "test",
            "at": self.clock.now().isoformat(),
        }
        async with aiohttp.ClientSession() as session:
            return await self._bring(session, webhook, body["id"], json.dumps(body).encode())

    # -- the loop --------------------------------------------------------------------------

    async def run(self) -> None:
        """Tell until ``close()``."""
        try:
            while not self._closing.is_set():
                try:
                    await self.once()
                except OncallError as exc:
                    _log.warning("what is news could not be told: %s", exc)
                except Exception:  # noqa: BLE001 - whatever it is, the others must be told
                    _log.exception("what is news could not be told")
                try:
                    await asyncio.wait_for(self._closing.wait(), _EVERY)
                except TimeoutError:
                    continue
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def close(self) -> None:
        """Tell no more; what is on its way is due again later."""
        self._closing.set()

    async def once(self) -> int:
        """Queue what is news and send what is due; says how many were sent or put off."""
        loop = asyncio.get_running_loop()

        async def aside(work: Callable[[], T]) -> T:
            return await loop.run_in_executor(self._threads, work)

        now = self.clock.now()
        exchange = self.exchange
        if exchange is not None:
            await aside(lambda: exchange.pick_up(now, self.node))
        webhooks = await aside(lambda: self._gather(now))
        if not webhooks:
            return 0
        posts = await aside(lambda: self._claim(now))
        if not posts:
            return 0
        async with aiohttp.ClientSession() as session:

            async def send(webhook: Webhook) -> None:
                # One after the other, so that they arrive in order; the next one does not wait
                # for somebody who is not there: it is due again when its lease is over.
                for post in (post for post in posts if post.webhook == webhook.id):
                    answer, arrived = await self._try(session, webhook, post)
                    await aside(partial(self._record, webhook, post, answer, arrived))
                    if not arrived:
                        return

            await asyncio.gather(*(send(webhook) for webhook in webhooks.values()))
        return len(posts)

    def _gather(self, now: datetime) -> dict[str, Webhook]:
        with self.db.read() as tx:
            webhooks = outbound.every(tx)
            fresh = {w.id: self._fresh(tx, w) for w in webhooks}
        old = self._settled_at is None or now - self._settled_at > _SETTLE_EVERY
        for webhook in webhooks:
            # A transaction only where there is something to write: this runs every second.
            if fresh[webhook.id] or old:
                with self.db.begin() as tx:
                    outbound.put(tx, webhook.id, fresh[webhook.id], now)
                    outbound.settle(tx, webhook, now)
        if old:
            self._settled_at = now
        return {webhook.id: webhook for webhook in webhooks}

    def _fresh(self, tx: Tx, webhook: Webhook) -> list[tuple[int, str]]:
        after, out = webhook.settled, []
        while found := outbound.news(tx, after, origin=webhook.origin):
            known = outbound.posted(tx, webhook.id, [one.event for one in found])
            out += [
                (one.event, json.dumps(told(one), ensure_ascii=False))
                for one in found
                if one.type and one.event not in known
            ]
            after = found[-1].event
        return out

    def _claim(self, now: datetime) -> list[Post]:
        with self.db.read() as tx:
            due = outbound.next_due(tx)
        if due is None or due > now:
            return []
        return self.db.attempt(lambda tx: outbound.claim(tx, now, _LEASE, _AT_ONCE))

    def _record(self, webhook: Webhook, post: Post, answer: str, arrived: bool) -> None:
        now = self.clock.now()
        with self.db.begin() as tx:
            if arrived:
                outbound.ended(tx, post.id, SENT, now, answer)
                alarms.close_about(tx, Alarm.NOT_TOLD, "", now, who=webhook.name)
                return
            wait = BACKOFF[min(post.tries, len(BACKOFF) - 1)]
            if now + wait > post.made_at + LIFE:
                outbound.ended(tx, post.id, FAILED, now, answer)
            else:
                outbound.put_off(tx, post.id, now + wait, answer)
            if post.tries + 1 >= _ALARM_AFTER:
                alarms.raise_alarm(tx, Alarm.NOT_TOLD, now, unit=None, who=webhook.name)

    async def _try(
        self, session: aiohttp.ClientSession, webhook: Webhook, post: Post
    ) -> tuple[str, bool]:
        try:
            return await self._bring(
                session, webhook, f"evt_{post.event}", post.body.encode()
            ), True
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as exc:
            return f"{type(exc).__name__}: {exc}", False

    async def _bring(
        self, session: aiohttp.ClientSession, webhook: Webhook, id: str, body: bytes
    ) -> str:
        """Bring one body there; what was answered. Raises where it did not arrive."""
        if webhook.url.startswith("file:"):
            folder = Path(unquote(urlsplit(webhook.url).path))
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, lambda: _put_file(folder, id, body))
        stamp = int(self.clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(webhook.secret, id, stamp, body),
        }
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
        async with session.post(
            webhook.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as answer:
            if not 200 <= answer.status < 300:
                raise ValueError(f"HTTP {answer.status}")
            return f"HTTP {answer.status}"


def _put_file(folder: Path, id: str, body: bytes) -> str:
    """One file for one change: whole, or not there at all."""
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{id}.part"
    half.write_bytes(body)
    half.replace(folder / f"{id}.json")
    return "written"
