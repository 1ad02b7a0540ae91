"""Find open pages that have gone silent: by looking at them, not by asking whoever should act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from oncall.core.model import State


class Silence(StrEnum):
    """What is wrong with a page, gravest first."""

    NO_ATTEMPT = "no_attempt"
    NO_WAKE = "no_wake"
    NO_ALARM = "no_alarm"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One page as the database shows it; moments are aware UTC.

    ``attempts`` counts the messages made for it, whatever became of them; ``alarms`` counts what
    the desk is still shown about it; ``first_due_at`` is the plan of its first rung, which a night
    may have put off (None: when it opened).
    """

    page: str
    state: State
    wake_at: datetime | None
    opened_at: datetime
    attempts: int
    last_attempt_at: datetime | None = None
    alarms: int = 0
    first_due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page that went silent, how, and since when."""

    page: str
    silence: Silence
    since: datetime


def silent(pages: Sequence[Seen], now: datetime, grace: timedelta) -> list[Found]:
    """Every page that should have moved more than ``grace`` ago and did not; longest silence first.

    A page is reported once, for the gravest of what is wrong. Pages that a human owns are asked
    only for overdue reminders, withdrawn ones for nothing.
    """
    found = [hit for page in pages if (hit := _look(page, now, grace)) is not None]
    return sorted(found, key=lambda hit: (hit.since, hit.page))


def _look(page: Seen, now: datetime, grace: timedelta) -> Found | None:
    def hit(silence: Silence, since: datetime) -> Found:
        return Found(page=page.page, silence=silence, since=since)

    if page.state is State.CANCELLED:
        return None
    first = page.first_due_at or page.opened_at
    last = page.last_attempt_at or page.opened_at
    if page.state is not State.ACKED and now - page.opened_at > grace:
        # A page nobody could be reached for is not silent as long as the desk is told about it.
        if page.attempts == 0 and page.alarms == 0 and now - first > grace:
            return hit(Silence.NO_ATTEMPT, first)
        if page.wake_at is None:
            return hit(Silence.NO_WAKE, last)
        if page.state is State.EXHAUSTED and page.alarms == 0:
            return hit(Silence.NO_ALARM, last)
    if page.wake_at is not None and now - page.wake_at > grace:
        return hit(Silence.OVERDUE, page.wake_at)
    return None
