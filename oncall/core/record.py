"""What the log keeps of a page's event beside the event itself: whatever the figures must know.

With it the figures are counted from the log alone, without deciding every page again.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oncall.core.events import Acked, Arrived, Event
from oncall.core.model import Page


def recorded(event: Event, before: Page, after: Page) -> Any:
    """The event with what it began with, where it climbed to, and at which level it was answered.

    Reading it back as the event leaves the rest out.
    """
    beside: dict[str, Any] = {}
    if isinstance(event, Arrived):
        beside = {
            "unit": after.unit,
            "urgency": after.policy.urgency,
            "policy": after.policy.name,
            "paged_at": after.paged_at,
            "ack_within": int(after.policy.ack_within.total_seconds()),
        }
    if after.level != before.level:
        beside["level"] = after.level
    if isinstance(event, Acked):
        known = before.person(event.person)
        beside["of_level"] = known.level if known is not None else 0
    return msgspec.structs.asdict(event) | beside if beside else event
