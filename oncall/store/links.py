"""Links to the answer page: whose page which link opens, and until when; of codes the hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from oncall.store.database import Tx
from oncall.tables import answer_links

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One person's way to answer one page."""

    page: str
    person: str
    expires_at: datetime


def open_until(tx: Tx, links: Mapping[str, tuple[str, str]], until: datetime) -> None:
    """Make links (hash: page and person) good until then; one that is there lives longer."""
    c = answer_links.c
    hashes = sorted(links)
    for i in range(0, len(hashes), _CHUNK):
        some = hashes[i : i + _CHUNK]
        known = tx.conn.execute(
            update(answer_links).where(c.hash.in_(some)).values(expires_at=until).returning(c.hash)
        )
        missing = set(some) - set(known.scalars())
        if missing:
            tx.conn.execute(
                insert(answer_links),
                [
                    {
                        "hash": one,
                        "page": links[one][0],
                        "person": links[one][1],
                        "expires_at": until,
                    }
                    for one in sorted(missing)
                ],
            )


def by_hash(tx: Tx, digest: str) -> Link | None:
    """The link with this hash, expired or not; None for one we never gave out."""
    c = answer_links.c
    query = select(c.page, c.person, c.expires_at).where(c.hash == digest)
    row = tx.conn.execute(query).one_or_none()
    return None if row is None else Link(**row._mapping)
