"""The watchdog sees what stopped, whoever should have kept it going."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from oncall.core.model import State
from oncall.core.watchdog import Found, Seen, Silence, silent
from tests.core.histories import HISTORIES, History, histories, is_open, play

NOW = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
GRACE = timedelta(minutes=2)
LONG_AGO = NOW - timedelta(hours=1)
JUST_NOW = NOW - timedelta(seconds=30)


def seen(
    state: State = State.WAITING,
    *,
    wake_at: datetime | None = NOW + GRACE,
    opened_at: datetime = LONG_AGO,
    attempts: int = 1,
    alarms: int = 0,
    first_due_at: datetime | None = None,
) -> Seen:
    """A page in order, unless said otherwise."""
    return Seen(
        page="pg",
        state=state,
        wake_at=wake_at,
        opened_at=opened_at,
        attempts=attempts,
        last_attempt_at=opened_at if attempts else None,
        alarms=alarms,
        first_due_at=first_due_at,
    )


def found(silence: Silence, since: datetime = LONG_AGO) -> list[Found]:
    """One page found silent."""
    return [Found(page="pg", silence=silence, since=since)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (seen(), []),
        (seen(State.EXHAUSTED, alarms=1), []),
        (seen(attempts=0), found(Silence.NO_ATTEMPT)),
        (seen(attempts=0, alarms=1), []),
        (seen(attempts=0, opened_at=JUST_NOW), []),
        (seen(attempts=0, first_due_at=NOW + GRACE), []),
        (seen(wake_at=None), found(Silence.NO_WAKE)),
        (seen(State.EXHAUSTED, wake_at=None, alarms=1), found(Silence.NO_WAKE)),
        (seen(State.EXHAUSTED), found(Silence.NO_ALARM)),
        (seen(wake_at=NOW - GRACE), []),
        (seen(wake_at=LONG_AGO), found(Silence.OVERDUE)),
        (seen(wake_at=LONG_AGO, opened_at=JUST_NOW), found(Silence.OVERDUE)),
        (seen(State.ACKED, wake_at=None, attempts=0), []),
        (seen(State.ACKED, wake_at=LONG_AGO), found(Silence.OVERDUE)),
        (seen(State.CANCELLED, wake_at=None, attempts=0), []),
    ],
)
def test_what_is_silent_and_what_is_not(page: Seen, expected: list[Found]) -> None:
    """Each way to go silent is found after the grace; a page in order never is."""
    assert silent([page], NOW, GRACE) == expected


def test_the_longest_silence_comes_first() -> None:
    """Whoever reads the list from the top helps the page that waited longest."""
    pages = [
        Seen(
            page=f"p{n}",
            state=State.WAITING,
            wake_at=NOW,
            opened_at=NOW - n * timedelta(hours=1),
            attempts=0,
        )
        for n in (1, 3, 2)
    ]
    assert [hit.page for hit in silent(pages, NOW, GRACE)] == ["p3", "p2", "p1"]


@given(histories())
@HISTORIES
def test_a_page_kept_by_the_machine_is_never_silent(history: History) -> None:
    """Whatever happens, a page whose due work is done gives the watchdog nothing to report."""
    attempts = alarms = 0
    for moment in play(history):
        page = moment.decision.page
        names = [type(c).__name__ for c in moment.decision.commands]
        attempts += names.count("Notify")
        alarms += names.count("RaiseAlarm")
        if moment.settled and is_open(page):
            shown = Seen(
                page=page.id,
                state=page.state,
                wake_at=page.wake_at,
                opened_at=page.paged_at,
                attempts=attempts,
                alarms=alarms,
                first_due_at=page.rungs[0].due_at,
            )
            assert silent([shown], moment.now, timedelta()) == []
