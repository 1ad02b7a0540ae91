"""A matter's deadline: set when it is handed over, moved with a reason, ended with the matter.

Everything here runs inside somebody else's transaction: a transfer and its deadline are one commit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from oncall.core.model import Alarm, WorkCalendar
from oncall.core.terms import DUE, Terms
from oncall.core.transfers import Transfer
from oncall.core.words import moment
from oncall.store import alarms, deadlines, planned
from oncall.store.database import Tx
from oncall.store.deadlines import Deadline
from oncall.store.log import Entry, append

#: The appointment that reminds the owner.
REMIND = "deadline"

#: Where a matter has come to its end, and its clock stops.
ENDED = frozenset({"closed", "cancelled", "rejected", "guided"})


def begin(tx: Tx, transfer: Transfer, terms: Terms, calendar: WorkCalendar) -> Entry:
    """Give a new matter its deadline; the clock began when it first came in (clause 25).

    The line for the log holds all that the figures must know of the matter, nothing of the caller.
    """
    clock = terms.choose(transfer.category, transfer.urgency)
    deadline = Deadline(
        transfer=transfer.id,
        clock=clock,
        received_at=transfer.received_at,
        due_at=clock.due_at(transfer.received_at, calendar),
        reminded=0,
        extended=0,
        ended_at=None,
    )
    deadlines.add(tx, deadline)
    plan(tx, deadline, terms, calendar)
    return Entry(
        transfer=transfer.id,
        at=transfer.transferred_at,
        event="DueSet",
        payload={
            "due_at": deadline.due_at,
            "received_at": transfer.received_at,
            "urgency": transfer.urgency,
            "category": transfer.category,
            "first_receiver": transfer.first_receiver,
            "drill": transfer.drill,
        },
    )


def plan(tx: Tx, deadline: Deadline, terms: Terms, calendar: WorkCalendar) -> None:
    """Book the next reminder; none when the last one was given."""
    left = [percent for percent in terms.remind if percent > deadline.reminded]
    key = f"{REMIND}/{deadline.transfer}"
    if not left or deadline.ended_at is not None:
        planned.cancel(tx, key)
        return
    at = _moment(deadline, left[0], calendar)
    planned.book(tx, key, REMIND, at, subject=deadline.transfer)


def passed(deadline: Deadline, terms: Terms, calendar: WorkCalendar, now: datetime) -> int:
    """The latest reminder whose moment has come and that was not given; 0 for none."""
    due = [
        percent
        for percent in terms.remind
        if percent > deadline.reminded and _moment(deadline, percent, calendar) <= now
    ]
    return max(due, default=0)


def follow(tx: Tx, transfer: str, state: str, now: datetime) -> None:
    """Stop the clock where a matter has ended, and start it again where it was reopened."""
    if state in ENDED:
        if deadlines.end(tx, transfer, now):
            planned.cancel(tx, f"{REMIND}/{transfer}")
            alarms.close_for_transfer(tx, transfer, (Alarm.OVERDUE,), "", now)
    elif deadlines.resume(tx, transfer):
        # Whoever rings decides what there is to say by then.
        planned.book(tx, f"{REMIND}/{transfer}", REMIND, now, subject=transfer)


def move(
    tx: Tx,
    deadline: Deadline,
    due_at: datetime,
    terms: Terms,
    calendar: WorkCalendar,
    now: datetime,
    *,
    extended: bool,
) -> Deadline:
    """Another end, for this reason; what has been said of the old one is said again of the new."""
    times = deadline.extended + (1 if extended else 0)
    moved = replace(deadline, due_at=due_at, reminded=0, extended=times)
    # A reminder whose share of the new time has passed long ago would be noise.
    said = passed(moved, terms, calendar, now)
    if said < DUE:
        moved = replace(moved, reminded=said)
    deadlines.change(tx, moved.transfer, due_at=due_at, reminded=moved.reminded, extended=times)
    plan(tx, moved, terms, calendar)
    if due_at > now:
        alarms.close_for_transfer(tx, deadline.transfer, (Alarm.OVERDUE,), "", now)
    return moved


def recount(tx: Tx, terms: Terms, calendar: WorkCalendar, now: datetime) -> int:
    """The table of holidays changed: count every running deadline anew; says how many moved.

    A date that a person set stays.
    """
    entries = []
    for deadline in deadlines.running(tx):
        due_at = deadline.clock.due_at(deadline.received_at, calendar)
        if deadline.extended or due_at == deadline.due_at:
            continue
        move(tx, deadline, due_at, terms, calendar, now, extended=False)
        entries.append(
            Entry(
                transfer=deadline.transfer,
                at=now,
                event="DueMoved",
                payload={
                    "was": deadline.due_at,
                    "due_at": due_at,
                    "text": moment(due_at, deadline.clock.zone),
                },
            )
        )
    append(tx, entries)
    return len(entries)


def _moment(deadline: Deadline, percent: int, calendar: WorkCalendar) -> datetime:
    clock = deadline.clock
    return clock.reminder_at(deadline.received_at, deadline.due_at, percent, calendar)
