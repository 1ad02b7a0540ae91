"""Ask for a change of duty. Everything is checked before anybody is told; nothing is in force yet,
but for a take-over, which is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from oncall import holdover
from oncall.core.errors import Conflict, Fault, Invalid
from oncall.duty_changes import finding, rights
from oncall.duty_changes.audience import outcome, tell_asked, tell_in_force
from oncall.duty_changes.enforcing import enforce
from oncall.duty_changes.keeping import book_lapse, note
from oncall.duty_changes.telling import Teller
from oncall.duty_changes.values import Asked, Give, Outcome, Stage, moves
from oncall.duty_changes.warning import warnings
from oncall.store import duty_changes as rows
from oncall.store.duty_changes import Change
from rosters.changes import Kind, State, is_urgent

#: A leave longer than this is no leave but a change of people.
LONGEST = timedelta(days=200)


def ask_swap(stage: Stage, asked: Asked) -> Outcome:
    """Ask somebody of the same unit to swap, or to take a duty for nothing in return.

    Raises Invalid with the fault, Conflict where a change about it is open already, Forbidden for
    another's duty.
    """
    person = finding.person_of(stage.snapshot, asked.person, asked.unit, "person")
    other = finding.person_of(stage.snapshot, asked.other, asked.unit or person.unit, "other")
    rights.must_be(stage, person.id)
    if person.id == other.id:
        raise Invalid([Fault(where="other", code="swap_with_self", value=other.name)])
    given = finding.duty_of(stage, person, asked.give, "at")
    back = finding.duty_of(stage, other, asked.back, "back") if asked.back else None
    if other.unit != given.unit or (back is not None and back.unit != given.unit):
        raise Invalid([Fault(where="other", code="swap_across_units", value=other.name)])
    finding.refuse_second(stage, person.id, given.start, given.end)
    if back is not None:
        finding.refuse_second(stage, other.id, back.start, back.end)
    return _ask(
        stage,
        Change(
            kind=Kind.SWAP,
            state=State.ASKED,
            unit=given.unit,
            role=given.role,
            person=person.id,
            start_at=given.start,
            end_at=given.end,
            other=other.id,
            back_role=back.role if back else None,
            back_start=back.start if back else None,
            back_end=back.end if back else None,
            why=asked.why.strip(),
            asked_by=stage.by.account,
            asked_at=stage.now,
        ),
    )


def ask_cover(
    stage: Stage, name: str, give: Give, *, unit: str | None = None, why: str = ""
) -> Outcome:
    """Ask everybody of the unit who is free then; the first who accepts serves.

    Raises Invalid with the fault, Conflict where a change is open or nobody could be asked,
    Forbidden for another's duty.
    """
    person = finding.person_of(stage.snapshot, name, unit, "person")
    rights.must_be(stage, person.id)
    given = finding.duty_of(stage, person, give, "at")
    finding.refuse_second(stage, person.id, given.start, given.end)
    people = finding.askable(stage, finding.standins(stage, given))
    if not people:
        raise Conflict("nobody_to_ask", person=person.name)
    return _ask(
        stage,
        Change(
            kind=Kind.COVER,
            state=State.ASKED,
            unit=given.unit,
            role=given.role,
            person=person.id,
            start_at=given.start,
            end_at=given.end,
            asked_of=people,
            why=why.strip(),
            asked_by=stage.by.account,
            asked_at=stage.now,
        ),
    )


def ask_leave(
    stage: Stage,
    name: str,
    start: datetime,
    end: datetime,
    *,
    unit: str | None = None,
    why: str = "",
) -> Outcome:
    """Ask for leave. Until somebody stands in, what falls into it stays its person's duty.

    Raises Invalid with the fault, Forbidden for another's leave.
    """
    person = finding.person_of(stage.snapshot, name, unit, "person")
    rights.must_be(stage, person.id)
    fault = _leave_fault(start, end, stage.now)
    if fault is not None:
        raise Invalid([fault])
    return _ask(
        stage,
        Change(
            kind=Kind.LEAVE,
            state=State.ASKED,
            unit=person.unit,
            role=None,
            person=person.id,
            start_at=max(start, stage.now),
            end_at=end,
            why=why.strip(),
            asked_by=stage.by.account,
            asked_at=stage.now,
        ),
    )


def take_over(
    stage: Stage,
    unit: str,
    role: str,
    name: str,
    *,
    instead: str | None = None,
    until: datetime | None = None,
    why: str = "",
) -> Outcome:
    """Somebody serves from this moment on, instead of who does, to the end of that duty.

    Open pages go on with the new person. Raises Invalid, or Conflict where it is theirs already;
    Forbidden for whoever takes it in another's name.
    """
    person = finding.person_of(stage.snapshot, name, unit, "person")
    rights.must_be(stage, person.id)
    if person.unit != unit and not stage.by.free:
        raise Invalid([Fault(where="person", code="swap_across_units", value=person.name)])
    waits = holdover.awaited(stage.tx, stage.snapshot, unit, role, person.id, stage.now)
    if waits is not None:
        old: str | None = next(iter(finding.held(stage, waits)), None)
        ends: datetime | None = waits.end_at
    else:
        old, ends = finding.relieved(stage, unit, role, person, instead)
    end = until or ends
    if end is None:
        raise Invalid([Fault(where="until", code="takeover_until", value=person.name)])
    if end <= stage.now:
        raise Invalid([Fault(where="until", code="override_past", value=end.isoformat())])
    change = Change(
        kind=Kind.TAKEOVER,
        state=State.IN_FORCE,
        unit=unit,
        role=role,
        person=person.id,
        start_at=stage.now,
        end_at=min(end, ends) if ends else end,
        other=old,
        why=why.strip(),
        asked_by=stage.by.account,
        asked_at=stage.now,
        decided_by=stage.by.account,
        decided_at=stage.now,
        decided_why=why.strip(),
        urgent=True,
    )
    risks = warnings(stage, unit, moves(change))
    change = rows.add(stage.tx, change)
    if waits is None:
        change = enforce(stage, change)
    else:
        # By the roster it is theirs: nothing has to be put on top of it.
        holdover.confirmed(stage.tx, stage.snapshot, stage.notices, waits, stage.now, tell=False)
    note(stage, "TakenOver", change)
    teller = Teller.of(stage, change, change.state)
    tell_in_force(stage, change, teller)
    return replace(outcome(stage, change, teller.told), warnings=risks)


def _ask(stage: Stage, change: Change) -> Outcome:
    urgent = change.kind is not Kind.LEAVE and is_urgent([change.first_start], stage.now)
    change = rows.add(stage.tx, replace(change, urgent=urgent))
    book_lapse(stage, change)
    note(stage, "Asked", change)
    return outcome(stage, change, tell_asked(stage, change))


def _leave_fault(start: datetime, end: datetime, now: datetime) -> Fault | None:
    if end <= start:
        return Fault(where="to", code="ends_before_start", value=end.isoformat())
    if end <= now:
        return Fault(where="to", code="leave_past", value=end.isoformat())
    if end - start > LONGEST:
        params = {"days": str(LONGEST.days)}
        return Fault(where="to", code="window_too_long", value=end.isoformat(), params=params)
    return None
