"""`oncall override`: somebody instead of, beside or without another, for a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click

from commands.lazy import group, option
from commands.moments import MOMENT, moment_of
from commands.output import good, json_option, local, say, show_json, stamp, table, warn
from commands.records import office_of
from commands.session import Session, session_of
from commands.who import ROLE
from oncall import overrides
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.core.words import role as role_word
from oncall.directory import Snapshot
from oncall.duty_changes import tell_override
from oncall.notices import Notices
from oncall.overrides import Done, Wanted
from oncall.store.database import Tx
from oncall.store.overrides import Ordered
from rosters.model import PRIMARY, OverrideKind

_MONTH = timedelta(days=31)


@group(N_("Somebody instead of, beside or without another, for a time; what was there stays."))
@click.pass_context
def override(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    kind: OverrideKind
    person: str | None = None
    replaces: str | None = None


@override.command("add", help=N_("Put an override in force at once; say what it does by one of "
                                 "--replace, --only, --also, --without, --vacant."))  # fmt: skip
@click.argument("unit", metavar="UNIT")
@option("--role", type=ROLE, default=PRIMARY, show_default=True, help=N_("Which role."))
@option("--replace", "replaces", metavar="NAME", help=N_("This person is relieved, by --with."))
@option("--with", "person", metavar="NAME", help=N_("Who serves instead."))
@option("--only", metavar="NAME", help=N_("This person serves instead of everybody."))
@option("--also", metavar="NAME", help=N_("This person serves beside whoever does."))
@option("--without", metavar="NAME", help=N_("This person does not serve."))
@option("--vacant", is_flag=True, help=N_("Nobody serves, and that is meant."))
@option("--from", "start", type=MOMENT, metavar="TIME", help=N_("From when (default: now)."))
@option("--to", "end", type=MOMENT, required=True, metavar="TIME", help=N_("Until when."))
@option("--why", default="", metavar="TEXT", help=N_("The reason; it is kept."))
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    unit: str,
    role: str,
    replaces: str | None,
    person: str | None,
    only: str | None,
    also: str | None,
    without: str | None,
    vacant: bool,
    start: str | None,
    end: str,
    why: str,
    as_json: bool,
) -> None:
    """The hours before and after stay with whoever had them."""
    session = session_of(ctx)
    meant = _meant(session, replaces, person, only, also, without, vacant=vacant)
    with office_of(session) as office:
        now = office.now
        first, last = moment_of(ctx, start, now), moment_of(ctx, end, now)
        with office.db.begin() as tx:
            snapshot = office.snapshot(tx)
            wanted = Wanted(
                unit=unit_of(snapshot.units, unit).code,
                role=role,
                kind=meant.kind,
                person=meant.person,
                replaces=meant.replaces,
                start=first,
                end=last,
                why=why,
            )
            done = overrides.add(tx, snapshot, wanted, now, session.user, session.settings.zone)
            _notify(session, tx, snapshot, done, now)
        names = {key: one.name for key, one in snapshot.people.items()}
    _tell(session, done, names, as_json=as_json)
    said = N_("In force as override {id}. To take it back: oncall override remove {id}")
    good(session.t(said).format(id=done.override.id))


def _meant(
    session: Session,
    replaces: str | None,
    person: str | None,
    only: str | None,
    also: str | None,
    without: str | None,
    *,
    vacant: bool,
) -> _Meant:
    said = []
    if replaces is not None or person is not None:
        said.append(_Meant(kind=OverrideKind.REPLACE, person=person, replaces=replaces))
    if only is not None:
        said.append(_Meant(kind=OverrideKind.REPLACE, person=only))
    if also is not None:
        said.append(_Meant(kind=OverrideKind.ADD, person=also))
    if without is not None:
        said.append(_Meant(kind=OverrideKind.REMOVE, person=without))
    if vacant:
        said.append(_Meant(kind=OverrideKind.VACANT))
    if len(said) != 1:
        hint = N_("Say one thing: --replace A --with B, --only A, --also A, --without A, --vacant.")
        raise click.UsageError(session.t(hint))
    if (replaces is None) is not (person is None):
        raise click.UsageError(session.t(N_("--replace and --with go together.")))
    return said[0]


@override.command("remove", help=N_("Take an override back, from now on."))
@click.argument("number", type=int, metavar="ID")
@option("--why", default="", metavar="TEXT", help=N_("The reason; it is kept."))
@json_option
@click.pass_context
def remove(ctx: click.Context, number: int, why: str, as_json: bool) -> None:
    """What was served by it until now stays served."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.begin() as tx:
        now, snapshot = office.now, office.snapshot(tx)
        done = overrides.remove(tx, number, now, session.user, why)
        _notify(session, tx, snapshot, done, now)
        names = {key: one.name for key, one in snapshot.people.items()}
    _tell(session, done, names, as_json=as_json)
    good(session.t(N_("Taken back.")))


@override.command("list", help=N_("Overrides of the next 31 days, or of any stretch of time."))
@click.argument("unit", required=False, metavar="[UNIT]")
@option("--from", "start", type=MOMENT, metavar="TIME", help=N_("From when (default: now)."))
@option("--to", "end", type=MOMENT, metavar="TIME", help=N_("Until when (default: 31 days on)."))
@option("--all", "removed", is_flag=True, help=N_("Also those that were taken back."))
@json_option
@click.pass_context
def list_(
    ctx: click.Context,
    unit: str | None,
    start: str | None,
    end: str | None,
    removed: bool,
    as_json: bool,
) -> None:
    """The earliest first."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office, office.db.read() as tx:
        first = moment_of(ctx, start, office.now)
        last = moment_of(ctx, end, first + _MONTH) if end else first + _MONTH
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        found = overrides.listed(tx, first, last, unit=code, removed=removed)
        units = {one.unit: snapshot.unit_name(one.unit, session.lang) for one in found}
        names = {key: one.name for key, one in snapshot.people.items()}
    if as_json:
        show_json({"items": [_as_json(session, one, names) for one in found]})
        return
    if not found:
        say(t(N_("No overrides.")))
        return
    heads = (N_("Id"), N_("Unit"), N_("Role"), N_("What"), N_("Starts"), N_("Ends"),
             N_("Reason"), N_("By"), N_("Taken back"))  # fmt: skip
    table(
        session,
        heads,
        [
            (
                one.id,
                units[one.unit],
                role_word(t, one.role),
                overrides.shown(one, names),
                local(one.start_at, zone),
                local(one.end_at, zone),
                one.why,
                one.by,
                " ".join((local(one.removed_at, zone), one.removed_by or "")).strip(),
            )
            for one in found
        ],
    )


# -- telling -------------------------------------------------------------------------------


def _notify(session: Session, tx: Tx, snapshot: Snapshot, done: Done, now: datetime) -> None:
    """Whose time it changes gets a message from whichever node runs."""
    settings = session.settings
    notices = Notices.of(settings)
    tell_override(tx, snapshot, notices, settings.zone, done, now)


def _tell(session: Session, done: Done, names: Mapping[str, str], *, as_json: bool) -> None:
    """Whose time changed, the old before the new."""
    zone, t = session.settings.zone, session.t
    if as_json:
        show_json(
            _as_json(session, done.override, names)
            | {
                "changes": [
                    {
                        "person": names.get(one.person, one.person),
                        "gains": [_stretch(session, s.start, s.end) for s in one.gains],
                        "loses": [_stretch(session, s.start, s.end) for s in one.loses],
                    }
                    for one in done.changes
                ]
            }
        )
    for sign, of in (("−", "loses"), ("+", "gains")):
        for one in done.changes:
            for stretch in getattr(one, of):
                start, end = local(stretch.start, zone), local(stretch.end, zone)
                name = names.get(one.person, one.person)
                say(f"{sign} {name}  {role_word(t, stretch.role)}  {start} – {end}")
    if not done.changes:
        warn(t(N_("Nobody's time changes by this: the roster has no such duty then.")))


def _stretch(session: Session, start: Any, end: Any) -> dict[str, str | None]:
    zone = session.settings.zone
    return {"start": stamp(start, zone), "end": stamp(end, zone)}


def _as_json(session: Session, one: Ordered, names: Mapping[str, str]) -> dict[str, Any]:
    zone = session.settings.zone
    return {
        "id": one.id,
        "unit": one.unit,
        "role": one.role,
        "kind": one.kind,
        "person": names.get(one.person or ""),
        "replaces": names.get(one.replaces or ""),
        "from": stamp(one.start_at, zone),
        "to": stamp(one.end_at, zone),
        "why": one.why,
        "origin": one.origin,
        "by": one.by,
        "at": stamp(one.at, zone),
        "removed_by": one.removed_by,
        "removed_at": stamp(one.removed_at, zone),
        "removed_why": one.removed_why,
    }
