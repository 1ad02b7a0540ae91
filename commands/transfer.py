"""`oncall transfer`: hand over matters, answer them, look at them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from commands import transfer_acts, transfer_new
from commands.arguments import BY, ID, WHY, limit_option
from commands.lazy import Word, group, option
from commands.output import good, json_option, say, show_json
from commands.records import office_of, operator
from commands.session import Session, session_of
from commands.transfer_views import listed, shown, shown_json
from oncall.admin import matters
from oncall.admin.office import Office
from oncall.core.spelling import unit_of
from oncall.core.transfers import TransferState
from oncall.core.words import N_, STATES
from oncall.desk import Desk, Outcome
from oncall.store import reports

_by_phone = option("--by-phone", is_flag=True, help=N_("They said so by telephone; you enter it."))
_unit = option("--unit", metavar="CODE", help=N_("For this unit's part only."))
_required_by = option("--by", required=True, metavar="NAME", help=N_("Who says so."))

_SECTIONS = {
    N_("Hand over, look"): "new list show add correct cancel",
    N_("Answer a page"): "ack decline release escalate",
    N_("Handle and close"): "note result feedback close reopen remind",
    N_("Settle at the desk"): "answer guide reject nuisance confirm lift",
    N_("Whose it is"): (
        "return uphold deny allow-return dispute propose talk conference talked rule"
    ),
    N_("Danger"): "danger police dispatched force major",
}


@group(N_("Hand over matters, answer them, look at them."), sections=_SECTIONS)
@click.pass_context
def transfer(ctx: click.Context) -> None:
    """See the commands. ID is an id, a printed number, or origin:number."""
    session_of(ctx)


@transfer.command("list", help=N_("Transfers, the newest first, and what happens next."))
@option("--state", "states", multiple=True, type=Word(list(TransferState)),
        help=N_("Only in this state; repeatable."))  # fmt: skip
@option("--unit", metavar="CODE", help=N_("Only with a part of this unit."))
@option("--supervised", is_flag=True, help=N_("Only those under a supervision order."))
@limit_option(20)
@json_option
@click.pass_context
def list_(
    ctx: click.Context,
    states: tuple[str, ...],
    unit: str | None,
    supervised: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Closed ones too, unless --state says otherwise."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        found = reports.list_transfers(
            tx, states=states or None, unit=code, supervised=supervised, limit=limit
        )
        listed(session, tx, snapshot, found, office.now, as_json=as_json)


@transfer.command("show", help=N_("One transfer: its parts, its messages, what happens next."))
@ID
@json_option
@click.pass_context
def show(ctx: click.Context, id: str, as_json: bool) -> None:
    """Never who called."""
    session = session_of(ctx)
    with office_of(session) as office:
        found = office.desk.find(id, operator(session))
        with office.db.read() as tx:
            full = matters.in_full(tx, found.id)
            if as_json:
                show_json(shown_json(session, tx, office.snapshot(tx), full, office.now))
            else:
                shown(session, tx, office.snapshot(tx), full, office.now)


@transfer.command("ack", help=N_("Somebody takes it: the ladder stops, the others are told."))
@ID
@_required_by
@_unit
@option("--takeover", is_flag=True, help=N_("Take it over from whoever has it."))
@_by_phone
@option("--eta", type=click.IntRange(1, 1440), metavar="N",
        help=N_("They will be there in so many minutes."))  # fmt: skip
@json_option
@click.pass_context
def ack(
    ctx: click.Context,
    id: str,
    by: str,
    unit: str | None,
    takeover: bool,
    by_phone: bool,
    eta: int | None,
    as_json: bool,
) -> None:
    """By name, id or mobile number."""

    def do(session: Session, office: Office, part: str | None) -> list[Outcome]:
        return office.desk.ack(
            id,
            session.user if by_phone else by,
            office.now,
            operator(session),
            on_behalf_of=by if by_phone else None,
            unit=part,
            takeover=takeover,
            minutes=eta,
            via="cli",
        )

    _act(ctx, do, unit, as_json, by=by)


@transfer.command("decline", help=N_("Somebody cannot take it: the next level is paged at once."))
@ID
@_required_by
@WHY
@_unit
@_by_phone
@json_option
@click.pass_context
def decline(
    ctx: click.Context,
    id: str,
    by: str,
    why: str,
    unit: str | None,
    by_phone: bool,
    as_json: bool,
) -> None:
    """By name, id or mobile number."""

    def do(session: Session, office: Office, part: str | None) -> list[Outcome]:
        return office.desk.decline(
            id,
            session.user if by_phone else by,
            office.now,
            operator(session),
            why=why,
            on_behalf_of=by if by_phone else None,
            unit=part,
            via="cli",
        )

    _act(ctx, do, unit, as_json, by=by)


def _of_the_desk(act: Callable[..., list[Outcome]], promise: str) -> Callable[..., Any]:
    """A command that does to a matter what the desk does for every door."""

    @ID
    @BY
    @WHY
    @_unit
    @json_option
    @click.pass_context
    def run(
        ctx: click.Context, id: str, by: str | None, why: str, unit: str | None, as_json: bool
    ) -> None:
        def do(session: Session, office: Office, part: str | None) -> list[Outcome]:
            who = by or session.user
            return act(office.desk, id, who, office.now, operator(session), why=why, unit=part)

        _act(ctx, do, unit, as_json, by=by)

    run.__doc__ = promise
    made: Callable[..., Any] = run
    return made


transfer.command("release", help=N_("Whoever has it gives it back: the ladder goes on."))(
    _of_the_desk(Desk.release, "The desk may do it in the owner's stead.")
)
transfer.command("escalate", help=N_("Page the next level now."))(
    _of_the_desk(Desk.escalate, "The clock of the ladder goes on from there.")
)
transfer.command("cancel", help=N_("Withdraw it: everybody stops and is told."))(
    _of_the_desk(Desk.cancel, "Cannot be taken back.")
)


@transfer.command("note", help=N_("Record progress; for whoever has it this is the first action."))
@ID
@click.argument("text", metavar="TEXT")
@BY
@_unit
@json_option
@click.pass_context
def note(
    ctx: click.Context, id: str, text: str, by: str | None, unit: str | None, as_json: bool
) -> None:
    """TEXT is what was done; - reads it from stdin."""
    words = sys.stdin.read() if text == "-" else text

    def do(session: Session, office: Office, part: str | None) -> list[Outcome]:
        name, who = by or session.user, operator(session)
        return office.desk.note(id, name, words, office.now, who, unit=part)

    _act(ctx, do, unit, as_json, by=by, quiet=N_("Recorded."))


@transfer.command("police", help=N_("Call in 110: its desk is paged at once, beside all else."))
@ID
@BY
@json_option
@click.pass_context
def police(ctx: click.Context, id: str, by: str | None, as_json: bool) -> None:
    """A second time changes nothing."""
    session = session_of(ctx)
    with office_of(session) as office:
        found = office.desk.find(id, operator(session))
        called = office.intake.call_police(found.id, by or session.user, office.now)
    if as_json:
        show_json({"id": found.id, "code": found.code, "called": called})
    t = session.t
    good(t(N_("110 is being paged.")) if called else t(N_("110 was called before.")))


for _made in (transfer_new.new, *transfer_acts.commands()):
    transfer.add_command(_made)


def _act(
    ctx: click.Context,
    do: Callable[[Session, Office, str | None], list[Outcome]],
    unit: str | None,
    as_json: bool,
    *,
    by: str | None,
    quiet: str = "",
) -> None:
    """Do it, then say for each part what came of it."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
            part = unit_of(snapshot.units, unit).code if unit else None
        done = do(session, office, part)
    if as_json:
        show_json(
            {
                "results": [
                    {
                        "page": one.page,
                        "unit": one.unit,
                        "state": one.state,
                        "reason": one.reason,
                        "owner": one.owner,
                    }
                    for one in done
                ]
            }
        )
    for one in done:
        name = snapshot.unit_name(one.unit, session.lang)
        state = t(STATES[one.state])
        said = one.said(t, by or session.user)
        say(t(N_("{unit}: {state}. {said}")).format(unit=name, state=state, said=said))
    if quiet and not done:
        good(t(quiet))
