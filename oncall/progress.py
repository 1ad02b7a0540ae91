"""Write down what somebody says was done: a line in the log, and the first action of an owned page.

The one way for a note, whichever door it comes through.
"""

from __future__ import annotations

from datetime import datetime

from oncall.core.errors import Conflict
from oncall.core.model import Page, State
from oncall.core.transfers.events import Noted
from oncall.engine import Engine
from oncall.store import pages, transfers
from oncall.store.database import Tx

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
) -> list[Page]:
    """Note ``text`` on a transfer (by id); the owned pages of ``unit`` (None: any; or one person's,
    as ``member`` names them) it concerns.

    ``entered_by`` is the account, or the way, by which it came in. Raises Conflict for a transfer
    that has ended.
    """
    noted = Noted(by=by, unit=unit, text=text, entered_by=entered_by)
    decision = engine.cases.tell(tx, transfer, noted, now)
    if decision.refused:
        raise Conflict("already_closed", transfer=decision.transfer.code)
    return [
        loaded.page
        for part, page_id, state in transfers.pages_of(tx, transfer)
        if state is State.ACKED and unit in (None, part.unit, part.who)
        if (loaded := pages.load(tx, page_id)) is not None
    ]
