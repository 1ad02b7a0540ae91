"""Reading a CSV file of records: one command for every kind of them, told the same way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from commands.failures import faults
from commands.lazy import option
from commands.output import good, json_option, say, show_json, table
from commands.records import office_of
from commands.session import Session, session_of
from notifiers.phone import mask_text
from oncall.admin.office import Office
from oncall.admin.tables import file_bytes
from oncall.core.errors import Fault
from oncall.core.words import N_
from oncall.store.database import Tx

_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a file says beside what is there; a change is its name, the old and the new."""

    added: Sequence[str]
    changed: Sequence[tuple[str, Any, Any]]
    unchanged: int
    warnings: Sequence[Fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file on its way in: what it holds, what it is held against, and whether to write."""

    session: Session
    office: Office
    tx: Tx
    data: bytes
    name: str
    write: bool


#: Compares the file with the records, and writes what is new if told to.
Import = Callable[[Job], Read]


def import_command(parent: click.Group, about: str) -> Callable[[Import], click.Command]:
    """`import FILE.csv` of ``parent``: all errors at once; all of the file, or nothing."""

    def made(work: Import) -> click.Command:
        @parent.command("import", help=about)
        @click.argument("file", metavar="FILE.csv")
        @option("--dry-run", is_flag=True, help=N_("Only say what would change."))
        @json_option
        @click.pass_context
        def command(ctx: click.Context, file: str, dry_run: bool, as_json: bool) -> None:
            session = session_of(ctx)
            data = file_bytes(file, sys.stdin.buffer.read)
            name = "stdin" if file == "-" else Path(file).name
            with office_of(session) as office, office.db.begin() as tx:
                job = Job(
                    session=session,
                    office=office,
                    tx=tx,
                    data=data,
                    name=name,
                    write=not dry_run,
                )
                read = work(job)
            importing(
                session,
                added=read.added,
                changed=read.changed,
                unchanged=read.unchanged,
                warnings=read.warnings,
                dry_run=dry_run,
                as_json=as_json,
            )

        return command

    return made


def importing(
    session: Session,
    *,
    added: Sequence[str],
    changed: Sequence[tuple[str, Any, Any]],
    unchanged: int,
    warnings: Sequence[Fault],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Warnings, what changes field by field, and the sum of it; numbers are masked."""
    t = session.t
    faults(session, list(warnings))
    differences = [(name, _differences(old, new)) for name, old, new in changed]
    if as_json:
        show_json(
            {
                "dry_run": dry_run,
                "added": list(added),
                "changed": [
                    {"name": name, "fields": {f: [a, b] for f, a, b in fields}}
                    for name, fields in differences
                ],
                "summary": {"add": len(added), "change": len(changed), "unchanged": unchanged},
            }
        )
        return
    lines = [
        (name, field, before, after)
        for name, fields in differences
        for field, before, after in fields
    ]
    if lines:
        heads = (N_("Who or what"), N_("Field"), N_("Before"), N_("After"))
        table(session, heads, lines[:_SHOWN])
    if len(lines) > _SHOWN:
        say(t(N_("and {n} more")).format(n=len(lines) - _SHOWN))
    if not added and not changed:
        good(t(N_("No changes.")))
        return
    said = (
        N_("Would add {add}, change {change}; {unchanged} unchanged. Nothing was written.")
        if dry_run
        else N_("Added {add}, changed {change}; {unchanged} unchanged.")
    )
    good(t(said).format(add=len(added), change=len(changed), unchanged=unchanged))


def _differences(old: Any, new: Any) -> list[tuple[str, str | None, str | None]]:
    before, after = asdict(old), asdict(new)
    return [
        (name, _shown(before[name]), _shown(after[name]))
        for name in before
        if before[name] != after[name]
    ]


def _shown(value: object) -> str | None:
    if isinstance(value, tuple):
        value = "；".join(value) or None
    return None if value is None else mask_text(str(value))
