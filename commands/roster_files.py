"""`oncall roster plan`, `apply` and `undo`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from commands.lazy import command, option
from commands.moments import MONTH
from commands.output import confirm, good, json_option, local, say, show_json, warn, yes_option
from commands.progress import watching
from commands.records import office_of
from commands.roster_plan import as_json as plan_json
from commands.roster_plan import show
from commands.session import Session, session_of
from oncall.admin import history
from oncall.admin import planning as admin
from oncall.admin.mappings import Mappings
from oncall.admin.office import Office
from oncall.admin.plans import is_plan, pack, unpack
from oncall.admin.rosters import Plan
from oncall.admin.tables import file_bytes
from oncall.admin.telling import tell
from oncall.admin.uploads import Upload, Wanted
from oncall.core.errors import OncallError, Stale
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.notices import Notices

INPUT_ERRORS, WORSE, PENDING = 3, 7, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says about the files."""

    files: tuple[str, ...]
    unit: str | None
    month: tuple[int, int] | None
    create: bool
    strand: bool
    mapping: str | None
    detailed_exitcode: bool


def _about_files(function: Callable[..., None]) -> Callable[..., None]:
    """The files and what is said beside them, handed on as one value."""

    @wraps(function)
    def call(ctx: click.Context, **told: Any) -> None:
        asked = Asked(**{field.name: told.pop(field.name) for field in fields(Asked)})
        function(ctx, asked, **told)

    found: Callable[..., None] = click.pass_context(call)
    for decorate in (
        option("--detailed-exitcode", is_flag=True,
               help=N_("Exit 10 where changes are pending, 0 where not.")),
        option("--mapping", type=click.Path(dir_okay=False), metavar="FILE",
               help=N_("The unit's answers (default: roster-map.toml beside the roster, else the "
                       "unit's file in the folder that the settings name).")),
        option("--strand", is_flag=True,
               help=N_("Let overrides lose what they change, instead of refusing.")),
        option("--create", is_flag=True, help=N_("Add people nobody knows, instead of refusing.")),
        option("--month", type=MONTH, metavar="YYYY-MM", help=N_("The month, if no file says it.")),
        option("--unit", metavar="CODE", help=N_("The unit the files are about.")),
        click.argument("files", nargs=-1, required=True, metavar="FILE..."),
    ):  # fmt: skip
        found = decorate(found)
    return found


@command(N_("What roster files would change: people first, then problems and gaps."))
@_about_files
@option("--out", type=click.Path(dir_okay=False), metavar="PLAN",
        help=N_("Keep the plan in this file, for `oncall roster apply PLAN`."))  # fmt: skip
@json_option
def plan(ctx: click.Context, asked: Asked, out: str | None, as_json: bool) -> None:
    """Nothing is written to the database."""
    session = session_of(ctx)
    uploads = _read(session, asked.files)
    with office_of(session) as office:
        found = _plan(session, office, uploads, _wanted(office, asked))
        if as_json:
            show_json(plan_json(session, office, found))
        else:
            show(session, office, found)
        if found.failed:
            ctx.exit(INPUT_ERRORS)
        if out is not None:
            _keep(Path(out), pack(found, office.now, session.user))
            said = N_("Kept in {file}. To carry it out: oncall roster apply {file}")
            good(session.t(said).format(file=out))
    if asked.detailed_exitcode and not found.empty:
        ctx.exit(PENDING)


@command(N_("Apply roster files, or a kept plan, in one go. The same again changes nothing."))
@_about_files
@option("--no-notices", is_flag=True, help=N_("Tell nobody that their duties changed."))
@json_option
@yes_option
def apply(ctx: click.Context, asked: Asked, no_notices: bool, as_json: bool, yes: bool) -> None:
    """Ask first, unless --yes; then all or nothing."""
    session = session_of(ctx)
    t, zone = session.t, session.settings.zone
    uploads = _read(session, asked.files)
    with office_of(session) as office:
        uploads, wanted, mark = _meant(session, office, asked, uploads)
        first = _plan(session, office, uploads, wanted)
        if mark is not None and mark != first.settled.mark:
            raise Stale("saved_plan_stale", file=asked.files[0])
        if not as_json:
            show(session, office, first)
        if first.failed or first.empty:
            if as_json:
                show_json(plan_json(session, office, first) | {"batch": None, "told": 0})
            ctx.exit(INPUT_ERRORS if first.failed else 0)
        if not confirm(session, t(N_("Apply this?")), yes=yes):
            say(t(N_("Nothing was changed.")))
            ctx.exit(PENDING if asked.detailed_exitcode else 0)
        # A city's plan is large: the second is made without the first.
        seen = first.settled.fingerprint
        del first
        with office.db.begin() as tx:
            now = office.now
            done = admin.plan(tx, uploads, wanted, now, zone)
            batch = admin.apply(tx, done, now, session.user, seen=seen)
            told = 0
            if batch is not None and not no_notices:
                told = tell(
                    tx,
                    office.snapshot(tx),
                    _notices(session),
                    done.notify,
                    batch.id,
                    now,
                    session.settings.zone,
                )
        if as_json:
            whole = {"batch": batch.id if batch else None, "told": told}
            show_json(plan_json(session, office, done) | whole)
    if batch is not None:
        said = N_("Applied as {batch}. To take it back: oncall roster undo {batch}")
        good(t(said).format(batch=batch.id[:8]))
        if told:
            say(t(N_("{n} people are told by text message.")).format(n=told))
    if done.worse:
        warn(t(N_("Coverage got worse: see the gaps above.")))
        ctx.exit(WORSE)


@command(
    N_(
        "Take an upload back: from now on what it removed comes again and what it brought goes. "
        "What was served meanwhile stays served."
    )
)
@click.argument("batch", metavar="ID")
@option("--no-notices", is_flag=True, help=N_("Tell nobody that their duties changed."))
@yes_option
@json_option
@click.pass_context
def undo(ctx: click.Context, batch: str, no_notices: bool, yes: bool, as_json: bool) -> None:
    """Refused where a later upload stands on this one."""
    session = session_of(ctx)
    t, zone = session.t, session.settings.zone
    with office_of(session) as office:
        with office.db.read() as tx:
            found = history.find_batch(tx, batch)
            would = history.undoing(tx, found, office.now)
        if would.removed or would.restored or not would.rotations:
            said = N_("{files} of {at}: {removed} duties go, {restored} come again.")
            say(
                t(said).format(
                    files=found.files,
                    at=local(found.at, zone),
                    removed=would.removed,
                    restored=would.restored,
                )
            )
        if would.rotations:
            again = N_("The rotations of {units} are from now on as they were before.")
            say(t(again).format(units=", ".join(would.rotations)))
        if not confirm(session, t(N_("Take it back?")), yes=yes):
            say(t(N_("Nothing was changed.")))
            return
        told = 0
        with office.db.begin() as tx:
            now = office.now
            back = history.undo(tx, found.id, session.user, now)
            if not no_notices:
                snapshot, key = office.snapshot(tx), f"{found.id}/undo"
                told = tell(tx, snapshot, _notices(session), back.changes, key, now, zone)
    done = back.done
    if as_json:
        counts = {"removed": done.removed, "restored": done.restored, "told": told}
        show_json({"batch": found.id, **counts, "rotations": list(done.rotations)})
    good(t(N_("Taken back.")))
    if told:
        say(t(N_("{n} people are told by text message.")).format(n=told))


# -- reading -------------------------------------------------------------------------------


def _read(session: Session, files: Sequence[str]) -> list[Upload]:
    out = []
    for name in files:
        data = file_bytes(name, sys.stdin.buffer.read)
        path = None if name == "-" else Path(name)
        out.append(
            Upload(
                name="stdin" if path is None else path.name,
                data=data,
                folder=None if path is None else path.parent,
            )
        )
    if admin.mixed(out):
        said = N_("Rotations (.toml) and sheets cannot be one plan; give them one after the other.")
        raise click.UsageError(session.t(said))
    return out


def _wanted(office: Office, asked: Asked) -> Wanted:
    unit = asked.unit
    if unit is not None:
        with office.db.read() as tx:
            unit = unit_of(office.snapshot(tx).units, unit).code
    folder = office.settings.roster_mappings
    mappings = Mappings(
        named=Path(asked.mapping) if asked.mapping else None,
        folder=Path(folder) if folder else None,
    )
    return Wanted(
        unit=unit, month=asked.month, create=asked.create, strand=asked.strand, mappings=mappings
    )


def _meant(
    session: Session, office: Office, asked: Asked, uploads: list[Upload]
) -> tuple[list[Upload], Wanted, str | None]:
    """The files to apply, what is said beside them, and what a kept plan would have done."""
    if not any(is_plan(upload.data) for upload in uploads):
        return uploads, _wanted(office, asked), None
    if len(uploads) > 1 or any(
        (asked.unit, asked.month, asked.create, asked.strand, asked.mapping)
    ):
        said = N_("A kept plan is applied alone and as it is: give no other file, unit or month.")
        raise click.UsageError(session.t(said))
    kept = unpack(uploads[0].data, uploads[0].name)
    return list(kept.uploads), kept.wanted, kept.mark


def _plan(session: Session, office: Office, uploads: Sequence[Upload], wanted: Wanted) -> Plan:
    with office.db.read() as tx, watching(session, len(uploads)) as watched:
        return admin.plan(tx, uploads, wanted, office.now, office.settings.zone, watched=watched)


def _notices(session: Session) -> Notices:
    settings = session.settings
    return Notices.of(settings)


def _keep(path: Path, data: bytes) -> None:
    """Write a plan that only its owner may read: it holds telephone numbers."""
    try:
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)
    except OSError as exc:
        detail = exc.strerror or type(exc).__name__
        raise OncallError("file_unwritable", file=str(path), detail=detail) from exc
