"""Links to the answer page: whose page which link opens, and until when; of codes the hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from oncall.store.database import Tx
from oncall.store.many import Many
from oncall.tables import answer_links


def _open(into: postgresql.Insert | sqlite.Insert) -> Many:
    longer = {"expires_at": into.excluded.expires_at}
    statement = into.on_conflict_do_update(index_elements=["hash"], set_=longer)
    return Many(statement, ("hash", "page", "person", "expires_at"))


#: By whether it is PostgreSQL.
_OPEN = {True: _open(postgresql.insert(answer_links)), False: _open(sqlite.insert(answer_links))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One person's way to answer one page."""

    page: str
    person: str
    expires_at: datetime


def open_until(tx: Tx, links: Mapping[str, tuple[str, str]], until: datetime) -> None:
    """Make links (hash: page and person) good until then; one that is there lives longer."""
    # In one order everywhere: two nodes may be opening the same ones.
    rows = [
        {"hash": one, "page": page, "person": person, "expires_at": until}
        for one, (page, person) in sorted(links.items())
    ]
    _OPEN[tx.postgres].run(tx.conn, rows)


def by_hash(tx: Tx, digest: str) -> Link | None:
    """The link with this hash, expired or not; None for one we never gave out."""
    c = answer_links.c
    query = select(c.page, c.person, c.expires_at).where(c.hash == digest)
    row = tx.conn.execute(query).one_or_none()
    return None if row is None else Link(**row._mapping)
