"""What is kept of a change beside its row: a line in the log, and the moment at which it lapses."""

from __future__ import annotations

from oncall.duty_changes.values import Stage
from oncall.store import planned
from oncall.store.duty_changes import Change
from oncall.store.log import Entry, append
from oncall.store.usage import NO_TRANSFER

LAPSE = "change-lapse"


def note(stage: Stage, event: str, change: Change) -> None:
    """Keep who did what, in whose name; the log is never changed."""
    payload = {"change": change, "person": stage.by.person}
    entry = Entry(
        transfer=NO_TRANSFER,
        at=stage.now,
        event=f"Change{event}",
        who=stage.by.account,
        payload=payload,
    )
    append(stage.tx, [entry])


def book_lapse(stage: Stage, change: Change) -> None:
    """Nobody may decide it any more once it begins; of what runs already, once it is over."""
    at = change.first_start if change.first_start > stage.now else change.end_at
    planned.book(stage.tx, _key(change), LAPSE, at, payload={"change": change.id})


def cancel_lapse(stage: Stage, change: Change) -> None:
    """It is decided."""
    planned.cancel(stage.tx, _key(change))


def _key(change: Change) -> str:
    return f"{LAPSE}/{change.id}"
