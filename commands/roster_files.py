"""`oncall roster plan`, `apply` and `undo`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.lazy import command, option
from commands.moments import MONTH
from commands.output import (
    bad,
    confirm,
    good,
    json_option,
    local,
    paint,
    say,
    show_json,
    stamp,
    table,
    warn,
    yes_option,
)
from commands.records import office_of
from commands.session import Session, session_of
from oncall.admin import history
from oncall.admin import rosters as admin
from oncall.admin.office import Office
from oncall.admin.rosters import Plan, Upload, Wanted
from oncall.admin.spelling import unit_of
from oncall.admin.tables import file_bytes
from oncall.core.faults import sentence
from oncall.core.words import N_
from oncall.core.words import role as role_word
from rosters.diff import Stretch
from rosters.errors import MESSAGES, explain
from rosters.model import Problem, Severity

INPUT_ERRORS, WORSE, PENDING = 3, 7, 10
#: Lines of one table before it says how many more there are.
_SHOWN = 60

_files = click.argument("files", nargs=-1, required=True, metavar="FILE...")
_unit = option("--unit", metavar="CODE", help=N_("The unit the files are about."))
_month = option("--month", type=MONTH, metavar="YYYY-MM", help=N_("The month, if no file says it."))
_create = option("--create", is_flag=True, help=N_("Add people nobody knows, instead of refusing."))
_detailed = option(
    "--detailed-exitcode", is_flag=True, help=N_("Exit 10 where changes are pending, 0 where not.")
)


@command(N_("What roster files would change: people first, then problems and gaps."))
@_files
@_unit
@_month
@_create
@_detailed
@json_option
@click.pass_context
def plan(
    ctx: click.Context,
    files: tuple[str, ...],
    unit: str | None,
    month: tuple[int, int] | None,
    create: bool,
    detailed_exitcode: bool,
    as_json: bool,
) -> None:
    """Nothing is written."""
    session = session_of(ctx)
    uploads = _read(session, files)
    with office_of(session) as office:
        found = _plan(office, uploads, unit, month, create)
        if as_json:
            show_json(_as_json(session, found))
        else:
            _show(session, office, found)
    if found.failed:
        ctx.exit(INPUT_ERRORS)
    if detailed_exitcode and not found.empty:
        ctx.exit(PENDING)


@command(N_("Apply roster files in one go. The same files again change nothing."))
@_files
@_unit
@_month
@_create
@_detailed
@json_option
@yes_option
@click.pass_context
def apply(
    ctx: click.Context,
    files: tuple[str, ...],
    unit: str | None,
    month: tuple[int, int] | None,
    create: bool,
    detailed_exitcode: bool,
    as_json: bool,
    yes: bool,
) -> None:
    """Ask first, unless --yes; then all or nothing."""
    session = session_of(ctx)
    t = session.t
    uploads = _read(session, files)
    with office_of(session) as office:
        seen = _plan(office, uploads, unit, month, create)
        if not as_json:
            _show(session, office, seen)
        if seen.failed or seen.empty:
            if as_json:
                show_json(_as_json(session, seen) | {"batch": None})
            ctx.exit(INPUT_ERRORS if seen.failed else 0)
        if not confirm(session, t(N_("Apply this?")), yes=yes):
            say(t(N_("Nothing was changed.")))
            ctx.exit(PENDING if detailed_exitcode else 0)
        wanted = _wanted(office, unit, month, create)
        with office.db.begin() as tx:
            now = office.now
            done = admin.plan(tx, uploads, wanted, now, session.settings.zone)
            batch = admin.apply(tx, done, now, session.user, seen=seen)
    if as_json:
        show_json(_as_json(session, done) | {"batch": batch.id if batch else None})
    if batch is not None:
        said = N_("Applied as {batch}. To take it back: oncall roster undo {batch}")
        good(t(said).format(batch=batch.id[:8]))
    if done.worse:
        warn(t(N_("Coverage got worse: see the gaps above.")))
        ctx.exit(WORSE)


@command(N_("Take an upload back: what it removed comes again, what it brought goes."))
@click.argument("batch", metavar="ID")
@yes_option
@json_option
@click.pass_context
def undo(ctx: click.Context, batch: str, yes: bool, as_json: bool) -> None:
    """Refused where a later upload stands on this one."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        with office.db.read() as tx:
            found = history.find_batch(tx, batch)
            would = history.undoing(tx, found)
        said = N_("{files} of {at}: {removed} duties go, {restored} come again.")
        say(
            t(said).format(
                files=found.files,
                at=local(found.at, session.settings.zone),
                removed=len(would.removed),
                restored=len(would.restored),
            )
        )
        if not confirm(session, t(N_("Take it back?")), yes=yes):
            say(t(N_("Nothing was changed.")))
            return
        with office.db.begin() as tx:
            done = history.undo(tx, found.id, session.user, office.now)
    if as_json:
        counts = {"removed": len(done.removed), "restored": len(done.restored)}
        show_json({"batch": found.id, **counts})
    good(t(N_("Taken back.")))


# -- reading -------------------------------------------------------------------------------


def _read(session: Session, files: Sequence[str]) -> list[Upload]:
    out = []
    for name in files:
        data = file_bytes(name, sys.stdin.buffer.read)
        out.append(Upload(name="stdin" if name == "-" else Path(name).name, data=data))
        if len(files) > 1 and sys.stderr.isatty():
            said = session.t(N_("Read {file} ({n} of {all})."))
            say(said.format(file=out[-1].name, n=len(out), all=len(files)))
    return out


def _wanted(
    office: Office, unit: str | None, month: tuple[int, int] | None, create: bool
) -> Wanted:
    if unit is not None:
        with office.db.read() as tx:
            unit = unit_of(office.snapshot(tx).units, unit).code
    return Wanted(unit=unit, month=month, create=create)


def _plan(
    office: Office,
    uploads: Sequence[Upload],
    unit: str | None,
    month: tuple[int, int] | None,
    create: bool,
) -> Plan:
    wanted = _wanted(office, unit, month, create)
    with office.db.read() as tx:
        return admin.plan(tx, uploads, wanted, office.now, office.settings.zone)


# -- showing -------------------------------------------------------------------------------


def said_of(session: Session, problem: Problem) -> str:
    """A problem in the reader's words, whichever table its code is in."""
    if problem.code in MESSAGES:
        return explain(problem, session.t)
    return str(sentence(session.t, problem.code, value=problem.value, **problem.params))


def _show(session: Session, office: Office, found: Plan) -> None:
    t, zone = session.t, session.settings.zone
    with office.db.read() as tx:
        snapshot = office.snapshot(tx)
        names = {code: snapshot.unit_name(code, session.lang) for code in snapshot.units}

    def spans(stretches: Sequence[Stretch]) -> str:
        out = [f"{role_word(t, s.role)} {_stretch(s, zone)}" for s in stretches[:4]]
        more = len(stretches) - len(out)
        return "\n".join([*out, t(N_("and {n} more")).format(n=more)] if more else out)

    people = found.notify
    if people:
        table(
            session,
            (N_("Person"), N_("Unit"), N_("Hours"), N_("Takes on"), N_("Gives up")),
            [
                (
                    found.people[one.person].name,
                    names.get(found.people[one.person].unit, found.people[one.person].unit),
                    f"{one.hours_gained - one.hours_lost:+g}",
                    spans(one.gains),
                    spans(one.loses),
                )
                for one in people[:_SHOWN]
            ],
        )
        if len(people) > _SHOWN:
            say(t(N_("and {n} more")).format(n=len(people) - _SHOWN))
    _show_problems(session, found.problems)
    if found.failed:
        errors = sum(p.severity is Severity.ERROR for p in found.problems)
        bad(t(N_("{count} to mend; nothing was changed.")).format(count=errors))
        return
    if found.settled.past_kept:
        said = N_("{n} duties of the past differ from the record; the record stays as it is.")
        say(t(said).format(n=found.settled.past_kept))
    if found.newcomers:
        new = t(N_(", ")).join(person.name for person in found.newcomers)
        say(t(N_("New people: {names}")).format(names=new))
    for gap in found.gaps[:_SHOWN]:
        warn(
            t(N_("Nobody is {role} of {unit} from {start} to {end}.")).format(
                role=role_word(t, gap.role),
                unit=names.get(gap.unit, gap.unit),
                start=local(gap.start, zone),
                end=local(gap.end, zone),
            )
        )
    if found.empty:
        good(t(N_("No changes.")))
        return
    summary = N_("{add} to add, {change} to change, {remove} to remove, {unchanged} unchanged.")
    say(paint(t(summary).format(**found.counts), bold=True))


def _stretch(stretch: Stretch, zone: ZoneInfo) -> str:
    """From when to when; the day of the end only where it is not the next morning or the same day.

    2026-12-22 20:00–08:00 is a night, 2026-12-22 08:00–12-25 20:00 is longer.
    """
    start, end = stretch.start.astimezone(zone), stretch.end.astimezone(zone)
    plain = stretch.end - stretch.start < timedelta(hours=24)
    return (
        f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}"
        if plain
        else (f"{start:%Y-%m-%d %H:%M}–{end:%m-%d %H:%M}")
    )


def _show_problems(session: Session, problems: Sequence[Problem]) -> None:
    for problem in problems:
        colour = "red" if problem.severity is Severity.ERROR else "yellow"
        where = paint(problem.where, bold=True) + ": " if problem.where else ""
        mark = paint("✗" if problem.severity is Severity.ERROR else "!", fg=colour)
        value = f"[{problem.value}] " if problem.value else ""
        say(f"{mark} {where}{value}{said_of(session, problem)}")


def _as_json(session: Session, found: Plan) -> dict[str, Any]:
    zone = session.settings.zone

    def spans(stretches: Sequence[Stretch]) -> list[dict[str, Any]]:
        return [
            {
                "unit": s.unit,
                "role": s.role,
                "start": stamp(s.start, zone),
                "end": stamp(s.end, zone),
            }
            for s in stretches
        ]

    return {
        "duties": [
            {
                "unit": duty.unit,
                "role": duty.role,
                "person": found.people[duty.person].name,
                "mobile": found.people[duty.person].mobile,
                "start": stamp(duty.start, zone),
                "end": stamp(duty.end, zone),
                "source": duty.source,
            }
            for duty in found.duties
        ],
        "problems": [
            {
                "severity": str(problem.severity),
                "where": problem.where,
                "code": problem.code,
                "message": said_of(session, problem),
                "value": problem.value,
            }
            for problem in found.problems
        ],
        "summary": found.counts,
        "gaps": [
            {
                "unit": gap.unit,
                "role": gap.role,
                "start": stamp(gap.start, zone),
                "end": stamp(gap.end, zone),
            }
            for gap in found.gaps
        ],
        "notify": [
            {
                "person": found.people[one.person].name,
                "unit": found.people[one.person].unit,
                "gains": spans(one.gains),
                "loses": spans(one.loses),
            }
            for one in found.notify
        ],
        "new_people": [
            {"unit": p.unit, "name": p.name, "mobile": p.mobile} for p in found.newcomers
        ],
        "past_kept": found.settled.past_kept,
        "coverage_worse": found.worse,
    }
