"""What is told outward of a line of the log: its public name, and no word about the caller.

Whoever handed a matter over hears how it goes (clause 7). Lines without a name here stay inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oncall.core.reasons import Reason

#: The log's event: its name outside.
TYPES: Mapping[str, str] = {
    "Accepted": "transfer.accepted",
    "Acked": "part.acked",
    "Declined": "part.declined",
    "Released": "part.released",
    "StepDue": "part.escalated",
    "Escalated": "part.escalated",
    "Cancelled": "part.withdrawn",
    "Noted": "transfer.progress",
    "PoliceCalled": "transfer.police_called",
    "PoliceDispatched": "transfer.police_dispatched",
    "DangerReported": "transfer.danger",
    "MajorDeclared": "transfer.major",
    "Returned": "transfer.returned",
    "ReturnUpheld": "transfer.return_upheld",
    "ReturnDenied": "transfer.return_denied",
    "Disputed": "transfer.disputed",
    "DisputeDue": "transfer.dispute_ended",
    "ResultReported": "transfer.result",
    "FedBack": "transfer.feedback",
    "Closed": "transfer.closed",
    "Reopened": "transfer.reopened",
    "Withdrawn": "transfer.withdrawn",
    "Rejected": "transfer.rejected",
    "Guided": "transfer.guided",
    "Answered": "transfer.answered",
    "Overdue": "transfer.overdue",
    "DueMoved": "transfer.due_moved",
    "ExtensionAsked": "extension.asked",
    "ExtensionGranted": "extension.granted",
    "ExtensionRefused": "extension.refused",
    "Supervised": "supervision.issued",
    "SupervisionReplied": "supervision.replied",
    "SupervisionClosed": "supervision.closed",
}
#: An answer that changed nothing is nothing to tell.
_NO_CHANGE = frozenset(
    {Reason.ALREADY_OWNED, Reason.ALREADY_YOURS, Reason.NOT_OWNED, Reason.NOT_OWNER, Reason.CLOSED}
)
#: What of an event may be told, where it has it.
_TOLD = ("text", "why", "unit", "to", "due_at", "until", "number", "colour", "level", "ground")


def outward(event: str, reason: str | None, payload: Mapping[str, Any]) -> str | None:
    """The public name of a line; None where nothing is told of it."""
    if reason in _NO_CHANGE:
        return None
    if event in ("StepDue", "Escalated") and "level" not in payload:
        return None
    return TYPES.get(event)


def details(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What else is told: only what is named here, whatever the log keeps."""
    return {name: payload[name] for name in _TOLD if payload.get(name) not in (None, "")}
