"""Changes to be asked for, for whoever cannot be called: the same as webhooks tell, in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from oncall.outbound import told
from oncall.store import outbound as rows
from web import bodies
from web import shapes_events as shapes
from web.api import PREFIX, PROBLEMS
from web.door import Caller, TheDoor, calling
from web.roles import Call

router = APIRouter(prefix=PREFIX, tags=["events"], responses=PROBLEMS)

#: On PostgreSQL a line written earlier may be seen later; whoever asks must not have gone past it.
_SETTLED = timedelta(seconds=10)


@router.get("/events")
def events(
    query: Annotated[bodies.EventsQuery, Query()],
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.READ_TRANSFERS)],
) -> shapes.EventsOut:
    """What changed after `since`, oldest first; `next` is the `since` of the next request.

    Without `since` from the beginning. A liaison sees what concerns the own unit.
    """
    before = door.now() - _SETTLED if door.app.db.postgres else None
    after = query.since
    with door.app.db.read() as tx:
        found = rows.news(
            tx,
            after,
            before=before,
            origin=query.origin,
            unit=caller.unit,
            limit=query.limit,
        )
    items = [shapes.EventOut.model_validate(told(one)) for one in found if one.type]
    return shapes.EventsOut(items=items, next=found[-1].event if found else after)
