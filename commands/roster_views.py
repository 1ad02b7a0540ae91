"""`oncall roster show`, `history`, `export` and `template`."""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from commands.lazy import Word, command, option
from commands.moments import MONTH, month_span
from commands.output import good, json_option, local, say, show_json, stamp, table, write_file
from commands.records import office_of
from commands.session import session_of
from commands.who import ROLE
from oncall.admin import history as past
from oncall.core.errors import OncallError
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.core.words import role as role_word
from oncall.directory import duties_in_force
from oncall.store import directory as rows
from oncall.store.directory import Person
from rosters.model import Duty
from rosters.template import Card, Day, form_workbook

_month = option(
    "--month", type=MONTH, metavar="YYYY-MM", help=N_("Which month (default: this one).")
)


@command(N_("A unit's duties in force, one line each."))
@click.argument("unit", metavar="UNIT")
@_month
@option("--role", type=ROLE, help=N_("Only this role."))
@json_option
@click.pass_context
def show(
    ctx: click.Context,
    unit: str,
    month: tuple[int, int] | None,
    role: str | None,
    as_json: bool,
) -> None:
    """All sources settled; each with the cell, or the override, it came from."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office, office.db.read() as tx:
        start, end = month_span(month or _this_month(office.now.astimezone(zone)), zone)
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code
        found = [
            duty
            for duty in duties_in_force(tx, start, end, unit=code)
            if role in (None, duty.role) and duty.start < end and duty.end > start
        ]
        found.sort(key=lambda duty: (duty.start, duty.role, duty.source))
        names = {p: snapshot.people[p].name if p in snapshot.people else p for p in
                 {duty.person for duty in found}}  # fmt: skip
    if as_json:
        duties = [
            {
                "unit": duty.unit,
                "role": duty.role,
                "person": names[duty.person],
                "start": stamp(duty.start, zone),
                "end": stamp(duty.end, zone),
                "source": duty.source,
            }
            for duty in found
        ]
        show_json({"unit": code, "duties": duties})
        return
    table(
        session,
        (N_("Starts"), N_("Ends"), N_("Role"), N_("On duty"), N_("Source")),
        [
            (
                local(duty.start, zone),
                local(duty.end, zone),
                role_word(t, duty.role),
                names[duty.person],
                duty.source,
            )
            for duty in found
        ],
    )


@command(N_("What was applied: when, by whom, from which files, and whether it still stands."))
@option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True,
        help=N_("How many, the newest first."))  # fmt: skip
@json_option
@click.pass_context
def history(ctx: click.Context, limit: int, as_json: bool) -> None:
    """Nothing is ever removed from this list."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office, office.db.read() as tx:
        found = rows.history(tx, limit)
    if as_json:
        listed = [
            {
                "id": batch.id,
                "at": stamp(batch.at, zone),
                "by": batch.by,
                "files": batch.files,
                "sha256": batch.sha256,
                "summary": json.loads(batch.summary),
                "undone_at": stamp(batch.undone_at, zone),
                "undone_by": batch.undone_by,
            }
            for batch in found
        ]
        show_json({"items": listed})
        return
    lines = []
    for batch in found:
        counts = json.loads(batch.summary)
        undone = local(batch.undone_at, zone)
        lines.append(
            (
                batch.id if batch.by == "sample" else batch.id[:8],
                local(batch.at, zone),
                batch.by,
                batch.files,
                batch.sha256[:12],
                f"+{counts.get('add', 0)} ~{counts.get('change', 0)} −{counts.get('remove', 0)}",
                f"{undone} {batch.undone_by}" if undone else "",
            )
        )
    heads = (
        N_("Id"),
        N_("At"),
        N_("By"),
        N_("Files"),
        N_("SHA-256"),
        N_("Changes"),
        N_("Taken back"),
    )
    table(session, heads, lines)
    if not lines:
        say(t(N_("Nothing was applied yet.")))


@command(N_("The uploaded roster as a file that `oncall roster plan` reads back without a change."))
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@_month
@option("--format", "kind", type=Word(["csv", "xlsx", "json"]), default="csv",
        show_default=True, help=N_("Which format."))  # fmt: skip
@option("--output", type=click.Path(dir_okay=False), metavar="FILE",
        help=N_("Write here instead of stdout."))  # fmt: skip
@click.pass_context
def export(
    ctx: click.Context,
    units: tuple[str, ...],
    month: tuple[int, int] | None,
    kind: str,
    output: str | None,
) -> None:
    """Duties that start in the month, with mobile numbers: they tell namesakes apart."""
    session = session_of(ctx)
    zone = session.settings.zone
    with office_of(session) as office, office.db.read() as tx:
        start, end = month_span(month or _this_month(office.now.astimezone(zone)), zone)
        snapshot = office.snapshot(tx)
        codes = {unit_of(snapshot.units, unit).code for unit in units} or set(snapshot.units)
        found = [
            duty
            for duty in rows.duties_between(tx, start, end)
            if duty.start >= start and duty.unit in codes
        ]
        people = dict(snapshot.people)
    if kind == "csv":
        text = past.export_csv(found, people, zone)
        # A byte-order mark, or WPS and Excel take the names for another encoding.
        data = text.encode("utf-8-sig" if output else "utf-8")
    elif kind == "xlsx":
        if output is None and session.terminal:
            raise click.UsageError(session.t(N_("A workbook needs a file: add --output FILE.")))
        data = past.export_xlsx(found, people, zone, f"{start.astimezone(zone):%Y年%-m月}值班表")
    else:
        data = _json(found, people, zone)
    if output is None or output == "-":
        click.echo(data, nl=False)
        return
    write_file(output, data)
    good(session.t(N_("Wrote {n} duties to {file}.")).format(n=len(found), file=output))


def _json(found: Sequence[Duty], people: Mapping[str, Person], zone: ZoneInfo) -> bytes:
    duties = [
        {
            "unit": duty.unit,
            "role": duty.role,
            "person": people[duty.person].name,
            "mobile": people[duty.person].mobile,
            "start": stamp(duty.start, zone),
            "end": stamp(duty.end, zone),
            "source": duty.source,
        }
        for duty in found
    ]
    return (json.dumps({"duties": duties}, ensure_ascii=False, indent=2) + "\n").encode()


@command(N_("An empty month in the usual layout, as a workbook to fill in."))
@click.argument("unit", metavar="UNIT")
@_month
@option("--format", "kind", type=Word(["xlsx", "csv"]), default="xlsx", show_default=True,
        help=N_("Which format."))  # fmt: skip
@option("--output", type=click.Path(dir_okay=False), metavar="FILE",
        help=N_("Where to (default: roster-UNIT-MONTH.xlsx)."))  # fmt: skip
@click.pass_context
def template(
    ctx: click.Context, unit: str, month: tuple[int, int] | None, kind: str, output: str | None
) -> None:
    """A workbook has two rows a day, people to choose from, an example; CSV is the flat table."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.read() as tx:
        known = unit_of(office.snapshot(tx).units, unit)
        people = [p for p in rows.all_people(tx, known.code) if p.active]
        local_now = office.now.astimezone(session.settings.zone)
    year, number = month or _this_month(local_now)
    length = calendar.monthrange(year, number)[1]
    dates = [date(year, number, n) for n in range(1, length + 1)]
    path = Path(output or f"roster-{known.code}-{year}-{number:02}.{kind}")
    if path.exists():
        raise OncallError("file_there", file=str(path))
    if kind == "csv":
        write_file(path, past.form_csv(known.code, dates).encode("utf-8-sig"))
    else:
        cards = [Card(name=p.name, title=p.title or "", mobile=p.mobile or "") for p in people]
        days = [Day(day=day) for day in dates]
        write_file(path, form_workbook(known.name_zh, days, cards, phone=known.desk_phone or ""))
    good(session.t(N_("Wrote {file}.")).format(file=path))


def _this_month(now: date) -> tuple[int, int]:
    return now.year, now.month
