"""The handover list: what the outgoing watch leaves to the incoming, now or at a moment gone by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.core.model import Page, State, Urgency
from oncall.replay import replay
from oncall.store import inhand, transfers
from oncall.store.database import Tx

#: A matter older than this is no longer handed from watch to watch.
_LOOKED_BACK = timedelta(days=60)
_NO_CLEAR_END = frozenset({State.WAITING, State.EXHAUSTED, State.ACKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One matter on the list; ``owner`` is None while nobody has it."""

    code: str
    urgency: Urgency
    category: str | None
    area: str | None
    drill: bool
    state: State
    owner: str | None
    paged_at: datetime
    ack_by: datetime
    acked_at: datetime | None
    eta_at: datetime | None
    progressed_at: datetime | None


def in_hand(tx: Tx, unit: str, at: datetime, now: datetime) -> list[Item]:
    """What ``unit`` had on its hands at ``at``; of the future, what it has now.

    The past is decided again from the log, so it is what it was, whatever happened since. Whether
    a matter was finished by then is known of the present only.
    """
    if at >= now:
        pages = inhand.live(tx, unit)
    else:
        ids = inhand.opened(tx, unit, at - _LOOKED_BACK, at)
        pages = [page for one in ids if (page := _then(tx, one, at)) is not None]
    about = transfers.by_ids(tx, [page.transfer for page in pages])
    items = []
    for page in pages:
        transfer = about[page.transfer]
        items.append(
            Item(
                code=transfer.code,
                urgency=page.policy.urgency,
                category=transfer.category,
                area=transfer.area,
                drill=transfer.drill,
                state=page.state,
                owner=page.owner_name,
                paged_at=page.paged_at,
                ack_by=page.limit_at,
                acked_at=page.acked_at,
                eta_at=page.eta_at,
                progressed_at=page.progressed_at,
            )
        )
    # What nobody has comes first.
    return sorted(items, key=lambda item: (item.state is State.ACKED, item.paged_at))


def _then(tx: Tx, page_id: str, at: datetime) -> Page | None:
    """A page as it stood at ``at``; None where it was over by then."""
    page = None
    for line in replay(tx, page_id):
        if line.at > at:
            break
        page = line.decision.page
    return page if page is not None and page.state in _NO_CLEAR_END else None
