"""Write down what somebody says was done: a line in the log, and the first action of an owned page.

The one way for a note, whichever door it comes through.
"""

from __future__ import annotations

from datetime import datetime

from oncall.core.escalation import Decision
from oncall.core.events import Progressed
from oncall.core.model import State
from oncall.engine import Engine
from oncall.store import pages, transfers
from oncall.store.database import Tx
from oncall.store.log import Entry, append

#: A longer note is a report, and belongs into the system the matter came from.
LONGEST = 500


def note(
    engine: Engine,
    tx: Tx,
    transfer: str,
    by: str,
    text: str,
    now: datetime,
    *,
    entered_by: str,
    unit: str | None = None,
) -> list[Decision]:
    """Note ``text`` on a transfer (by id); what each owned page of ``unit`` (None: any) made of it.

    ``entered_by`` is the account, or the way, by which it came in.
    """
    found = transfers.pages_of(tx, transfer)
    owned = [
        page_id
        for part, page_id, state in found
        if state is State.ACKED and unit in (None, part.unit)
    ]
    pages.lock(tx, owned)
    append(
        tx,
        [
            Entry(
                transfer=transfer,
                at=now,
                event="Noted",
                who=by,
                payload={"text": text, "entered_by": entered_by},
            )
        ],
    )
    told = (engine.handle_in(tx, page_id, Progressed(by=by), now) for page_id in owned)
    decisions = [decision for decision in told if decision is not None]
    engine.settle_transfer(tx, transfer, now)
    tx.ring()
    return decisions
