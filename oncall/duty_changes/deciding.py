"""Answer and decide what was asked, fill a leave, take a change back; and end what nobody decided.

Every step is one transaction: the change's new state, its overrides, the log, who is told. Of two
who act at the same instant one finds that it was done already.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from oncall.agenda import Agenda, Appointment
from oncall.core.errors import Conflict, Fault, Invalid
from oncall.directory import Directory
from oncall.duty_changes import finding, rights, words
from oncall.duty_changes.audience import outcome, tell
from oncall.duty_changes.enforcing import enforce, override, undo
from oncall.duty_changes.keeping import LAPSE, cancel_lapse, note
from oncall.duty_changes.telling import Teller, saying
from oncall.duty_changes.values import By, Move, Outcome, Stage, moves
from oncall.duty_changes.warning import warnings
from oncall.notices import Notices
from oncall.store import duty_changes as rows
from oncall.store.database import Tx
from oncall.store.duty_changes import Change
from rosters.changes import Kind, State, Verb, step
from rosters.model import Problem


def act(stage: Stage, number: int, verb: Verb, *, why: str = "") -> Outcome:
    """Agree, refuse, approve, reject, withdraw or take back a change.

    Raises NotFound; Forbidden for whoever may not; Conflict where it cannot be done (any more):
    somebody was first, its time is over, or the roster is no longer what was asked about.
    """
    before = rows.find(stage.tx, number)
    state = step(before.kind, before.state, verb)
    if state is None:
        raise _settled(before)
    rights.require(stage, before, verb)
    if not rows.move(stage.tx, before, state, **_values(stage, before, verb, state, why)):
        raise _settled(rows.find(stage.tx, number))
    change = rows.find(stage.tx, number)
    back: tuple[Move, ...] = ()
    risks: tuple[Problem, ...] = ()
    if state is not State.AGREED:
        cancel_lapse(stage, change)
    if verb is Verb.UNDO:
        back = undo(stage, change, why)
    elif state is State.IN_FORCE and change.kind is not Kind.LEAVE:
        risks = warnings(stage, change.unit, moves(change))
        change = enforce(stage, change)
    note(stage, verb.value.capitalize(), change)
    done = outcome(stage, change, tell(stage, before, change, verb, back))
    return replace(done, moves=back or done.moves, warnings=risks or done.warnings)


def fill(stage: Stage, number: int, name: str, *, at: datetime | None = None) -> Outcome:
    """Let somebody stand in for what falls into an approved leave: for all of it, or for the duty
    at ``at``. Raises Conflict where there is nothing (left) to stand in for."""
    change = rows.find(stage.tx, number)
    if change.kind is not Kind.LEAVE or change.state is not State.IN_FORCE:
        raise Conflict("leave_not_approved", change=str(number))
    rights.require_leading(stage, change)
    person = finding.person_of(stage.snapshot, name, change.unit, "person")
    if person.id == change.person:
        raise Invalid([Fault(where="person", code="swap_with_self", value=person.name)])
    found = [
        one.duty
        for one in finding.conflicts(stage, change)
        if at is None or one.duty.start <= at < one.duty.end
    ]
    if not found:
        raise Conflict("nothing_to_fill", change=str(number))
    wanted = tuple(
        Move(role=duty.role, start=duty.start, end=duty.end, old=duty.person, new=person.id)
        for duty in found
    )
    risks = warnings(stage, change.unit, wanted)
    added = [
        override(stage, change, duty.unit, move) for duty, move in zip(found, wanted, strict=True)
    ]
    rows.move(stage.tx, change, change.state, overrides=(*change.overrides, *added))
    change = rows.find(stage.tx, number)
    note(stage, "Filled", change)
    teller = Teller.of(stage, change, f"fill-{added[0]}")
    said = saying(stage.snapshot, stage.zone).words(
        words.IN_FORCE, wanted, kind=change.kind, number=str(change.id)
    )
    teller.tell([change.person, person.id], said)
    return Outcome(change=change, moves=wanted, told=tuple(teller.told), warnings=risks)


def look(stage: Stage, number: int) -> Outcome:
    """A change as it stands. Raises NotFound."""
    return outcome(stage, rows.find(stage.tx, number))


class Lapses:
    """Ends what nobody decided in time."""

    def __init__(
        self, directory: Directory, notices: Notices, *, zone: ZoneInfo, office: str
    ) -> None:
        self.directory = directory
        self.notices = notices
        self.zone = zone
        self.office = office

    def serve(self, agenda: Agenda) -> None:
        """Be the one who does it."""
        agenda.on(LAPSE, self._lapse)

    def _lapse(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        before = rows.find(tx, int(appointment.told()["change"]))
        state = step(before.kind, before.state, Verb.LAPSE)
        if state is None or not rows.move(tx, before, state, decided_at=now):
            return
        stage = Stage(
            tx=tx,
            snapshot=self.directory.at(tx, now),
            now=now,
            by=By(account="oncall"),
            notices=self.notices,
            zone=self.zone,
            office=self.office,
        )
        change = rows.find(tx, before.id)
        note(stage, "Lapsed", change)
        tell(stage, before, change, Verb.LAPSE)


def _values(stage: Stage, change: Change, verb: Verb, state: State, why: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if verb is Verb.AGREE:
        values["agreed_at"] = stage.now
        if change.kind is Kind.COVER:
            values["other"] = stage.by.person
    if state is not State.AGREED:
        values |= {"decided_by": stage.by.account, "decided_at": stage.now}
        values["decided_why"] = why.strip()
    return values


def _settled(change: Change) -> Conflict:
    """Why nothing can be done: what became of it, and through whom."""
    return Conflict(
        "change_settled",
        change=str(change.id),
        state=change.state.value,
        by=change.decided_by or change.asked_by,
    )
