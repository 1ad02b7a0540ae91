"""Links to a person's answer page: a secret for each page and person, good for a while.

The code is made from the installation's secret key, so that it need not be kept: the database holds
its hash alone, and what is recorded of a message does not show it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from oncall.store import links
from oncall.store.database import Tx
from oncall.store.links import Link
from oncall.store.outbox import Row

#: 96 bits: sixteen letters that no one guesses, and that still fit into a text message.
_BYTES = 12
_CODE = re.compile(r"[A-Za-z0-9_-]{16}")
#: A link works this long after the last message that carried it.
LIFE = timedelta(days=7)


class Links:
    """Gives out links and knows them again."""

    def __init__(self, secret: Callable[[], str], public_url: str) -> None:
        self._secret = secret
        self._made: bytes | None = None
        self._base = public_url.rstrip("/")

    def code(self, page: str, person: str) -> str:
        """The secret of one page and person; always the same."""
        made = self._mac(b"answer", f"{page}/{person}")
        return base64.urlsafe_b64encode(made[:_BYTES]).decode()

    def address(self, row: Row) -> str:
        """Where the reader of a message answers it; "" for a message about no page."""
        if row.page is None or row.person is None:
            return ""
        return f"{self._base}/a/{self.code(row.page, row.person)}"

    def open(self, tx: Tx, rows: Iterable[Row], now: datetime) -> None:
        """The links of messages that are about to be sent work from now on."""
        about = {(r.page, r.person) for r in rows if r.page is not None and r.person is not None}
        hashes = {_digest(self.code(page, person)): (page, person) for page, person in about}
        links.open_until(tx, hashes, now + LIFE)

    def read(self, tx: Tx, code: str) -> Link | None:
        """Whose answer to which page a code stands for, expired or not; None for none of ours."""
        return links.by_hash(tx, _digest(code)) if _CODE.fullmatch(code) else None

    def digits(self, seed: str) -> str:
        """The six digits that prove a number; the same for the same seed, and kept nowhere."""
        made = int.from_bytes(self._mac(b"digits", seed)[:8])
        return f"{made % 1_000_000:06d}"

    def seal(self, code: str, word: str) -> str:
        """A mark on a form of this code's page that only we can make."""
        return base64.urlsafe_b64encode(self._mac(b"form", f"{code}/{word}")[:_BYTES]).decode()

    def _mac(self, purpose: bytes, text: str) -> bytes:
        if self._made is None:
            self._made = self._secret().encode()
        return hmac.digest(self._made, purpose + b"\0" + text.encode(), hashlib.sha256)


def hidden(text: str, address: str) -> str:
    """A message as it may be kept: with its link, but without the secret in it."""
    return text.replace(address, f"{address.rpartition('/')[0]}/…") if address else text


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
