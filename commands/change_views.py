"""How commands show changes of duty: what moves from whom to whom, whom it was told, the risks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from commands.output import good, local, say, show_json, stamp, table, warn
from commands.records import office_of
from commands.session import Session
from oncall.core.words import N_
from oncall.core.words import role as role_word
from oncall.coverage import coverage_of
from oncall.directory import Snapshot
from oncall.duty_changes import Conflicting, Outcome, Stage, acting
from oncall.duty_changes.words import KINDS, STATES
from oncall.notices import Notices
from oncall.store.duty_changes import find
from rosters.changes import State
from rosters.errors import explain

_BEST = 5


@contextmanager
def stage_of(
    session: Session,
    *,
    by: str | None = None,
    unit: str | None = None,
    change: int | None = None,
) -> Iterator[Stage]:
    """One transaction in which whoever sits at this machine acts, in somebody's name or their own.

    ``by`` is looked for in ``unit``, or in the unit of ``change``, first.
    """
    settings = session.settings
    coverage = coverage_of(settings)
    with office_of(session) as office, office.db.begin() as tx:
        snapshot = office.snapshot(tx)
        if change is not None:
            unit = find(tx, change).unit
        yield Stage(
            tx=tx,
            snapshot=snapshot,
            now=office.now,
            # Whoever sits here could open the database as well.
            by=acting(snapshot, by, unit, account=session.user, free=True),
            notices=Notices.of(settings),
            zone=settings.zone,
            office=coverage.rules.office,
        )


def show(session: Session, snapshot: Snapshot, done: Outcome, *, as_json: bool) -> None:
    """One change: for programs, or its moves, risks and whom it was told."""
    if as_json:
        show_json(change_json(session, snapshot, done))
        return
    t, zone = session.t, session.settings.zone
    change = done.change
    kind, state = t(KINDS[change.kind]), t(STATES[change.state])
    line = N_("{kind} no. {number}: {state}")
    say(t(line).format(kind=kind, number=change.id, state=state))
    table(
        session,
        (N_("Role"), N_("Starts"), N_("Ends"), N_("Before"), N_("After")),
        [
            (
                role_word(t, move.role),
                local(move.start, zone),
                local(move.end, zone),
                name(snapshot, move.old),
                name(snapshot, move.new),
            )
            for move in done.moves
        ],
    )
    for problem in done.warnings:
        warn(explain(problem, t, snapshot.names(session.lang)))
    if change.urgent and change.state is not State.UNDONE:
        warn(t(N_("Urgent: less than 24 hours ahead.")))
    if done.told:
        people = t(N_(", ")).join(name(snapshot, person) for person in done.told)
        good(t(N_("Told: {people}.")).format(people=people))


def show_list(session: Session, snapshot: Snapshot, found: Sequence[Outcome]) -> None:
    """One line a change."""
    t, zone = session.t, session.settings.zone
    heads = (
        N_("Id"),
        N_("Kind"),
        N_("State"),
        N_("Unit"),
        N_("Person"),
        N_("Other"),
        N_("Starts"),
        N_("Ends"),
        N_("Reason"),
    )
    table(
        session,
        heads,
        [
            (
                one.change.id,
                t(KINDS[one.change.kind]),
                t(STATES[one.change.state]),
                snapshot.unit_name(one.change.unit, session.lang),
                name(snapshot, one.change.person),
                name(snapshot, one.change.other),
                local(one.change.start_at, zone),
                local(one.change.end_at, zone),
                one.change.why,
            )
            for one in found
        ],
    )


def show_conflicts(session: Session, snapshot: Snapshot, found: Sequence[Conflicting]) -> None:
    """What falls into a leave, and who could serve it, the best first."""
    t, zone = session.t, session.settings.zone
    for one in found:
        duty = one.duty
        said = N_("{role} {start} – {end} needs somebody. Best first: {people}")
        best = [
            f"{name(snapshot, s.person)} ({s.hours:.0f} h"
            + (f", {s.rest:.0f} h" if s.rest is not None else "")
            + ")"
            for s in one.standins
            if s.free
        ]
        people = t(N_(", ")).join(best[:_BEST]) or t(N_("nobody is free"))
        warn(
            t(said).format(
                role=role_word(t, duty.role),
                start=local(duty.start, zone),
                end=local(duty.end, zone),
                people=people,
            )
        )


def change_json(session: Session, snapshot: Snapshot, done: Outcome) -> dict[str, Any]:
    """A change as programs read it; names are kept."""
    zone = session.settings.zone
    change = done.change
    return {
        "id": change.id,
        "kind": change.kind.value,
        "state": change.state.value,
        "unit": change.unit,
        "person": name(snapshot, change.person),
        "other": name(snapshot, change.other) or None,
        "from": stamp(change.start_at, zone),
        "to": stamp(change.end_at, zone),
        "urgent": change.urgent,
        "why": change.why,
        "asked_by": change.asked_by,
        "asked_at": stamp(change.asked_at, zone),
        "agreed_at": stamp(change.agreed_at, zone),
        "decided_by": change.decided_by,
        "decided_at": stamp(change.decided_at, zone),
        "decided_why": change.decided_why,
        "overrides": list(change.overrides),
        "moves": [
            {
                "role": move.role,
                "from": stamp(move.start, zone),
                "to": stamp(move.end, zone),
                "old": name(snapshot, move.old) or None,
                "new": name(snapshot, move.new) or None,
            }
            for move in done.moves
        ],
        "warnings": [
            {
                "code": problem.code,
                "message": explain(problem, session.t, snapshot.names(session.lang)),
            }
            for problem in done.warnings
        ],
        "told": [name(snapshot, person) for person in done.told],
    }


def conflicts_json(
    session: Session, snapshot: Snapshot, found: Sequence[Conflicting]
) -> list[dict[str, Any]]:
    """The duties that fall into a leave, each with everybody who could serve it."""
    zone = session.settings.zone
    return [
        {
            "unit": one.duty.unit,
            "role": one.duty.role,
            "from": stamp(one.duty.start, zone),
            "to": stamp(one.duty.end, zone),
            "candidates": [
                {
                    "person": name(snapshot, s.person),
                    "free": s.free,
                    "qualified": s.qualified,
                    "rest_hours": None if s.rest is None else round(s.rest, 1),
                    "hours": round(s.hours, 1),
                    "nights": s.nights,
                    "warnings": list(s.strains),
                }
                for s in one.standins
            ],
        }
        for one in found
    ]


def name(snapshot: Snapshot, person: str | None) -> str:
    """Who that is; "" for nobody."""
    known = snapshot.people.get(person or "")
    return known.name if known is not None else person or ""
