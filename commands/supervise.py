"""`oncall supervise`: drafts, orders, replies, and the sheet to print."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from commands.arguments import ID, WHY, limit_option
from commands.lazy import Word, group, option
from commands.output import (
    good,
    json_option,
    local,
    pairs,
    show_json,
    stamp,
    table,
    write_file,
)
from commands.records import office_of, operator
from commands.session import Session, session_of
from oncall.admin.office import Office
from oncall.admin.order_page import page_of
from oncall.core.oversight import OrderState
from oncall.core.spelling import unit_of
from oncall.core.words import N_, ORDERS
from oncall.directory import Snapshot
from oncall.store import supervisions
from oncall.store.supervisions import Order
from oncall.supervision import colour_word, demanded

_by = option("--by", metavar="NAME", required=True, help=N_("Who does it; it is kept."))


@group(N_("Supervision orders: decide on drafts, see replies, print."))
@click.pass_context
def supervise(ctx: click.Context) -> None:
    """See the commands. ID is a draft's number in the list, or an order's printed number."""
    session_of(ctx)


@supervise.command("list", help=N_("Drafts and orders, the newest first."))
@option("--state", "states", multiple=True, type=Word(list(OrderState)),
        help=N_("Only in this state; repeatable."))  # fmt: skip
@option("--unit", metavar="CODE", help=N_("Only of this unit."))
@limit_option(50)
@json_option
@click.pass_context
def list_(
    ctx: click.Context, states: tuple[str, ...], unit: str | None, limit: int, as_json: bool
) -> None:
    """A draft waits for a person; nothing goes out before."""
    session = session_of(ctx)
    t, zone = session.t, session.settings.zone
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        wanted = [OrderState(state) for state in states] or None
        found = supervisions.listed(tx, states=wanted, unit=code, limit=limit)
    if as_json:
        show_json({"items": [_json(session, order) for order in found]})
        return
    if not found:
        good(t(N_("No supervision orders.")))
        return
    heads = (
        N_("Id"),
        N_("Number"),
        N_("Colour"),
        N_("State"),
        N_("Unit"),
        N_("Transfer"),
        N_("Reply due"),
    )
    rules = snapshot.book.oversight
    rows = [
        (
            order.id,
            order.number or "",
            colour_word(rules, order.colour, t),
            t(ORDERS[order.state]),
            snapshot.unit_name(order.unit, session.lang),
            order.code,
            local(order.due_at, zone),
        )
        for order in found
    ]
    table(session, heads, rows)


@supervise.command("show", help=N_("One draft or order in full."))
@ID
@json_option
@click.pass_context
def show(ctx: click.Context, id: str, as_json: bool) -> None:
    """With its reply."""
    session = session_of(ctx)
    with office_of(session) as office:
        order = office.supervision.find(id, operator(session))
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
    if as_json:
        show_json(_json(session, order))
    else:
        _shown(session, snapshot, order)


@supervise.command("confirm", help=N_("Issue a draft: it gets its number, and the unit is told."))
@ID
@_by
@option("--demand", default="", metavar="TEXT", help=N_("What is asked of the unit."))
@json_option
@click.pass_context
def confirm(ctx: click.Context, id: str, by: str, demand: str, as_json: bool) -> None:
    """Cannot be taken back; an order can only be closed."""
    session = session_of(ctx)
    who = operator(session)

    def do(office: Office) -> Order:
        return office.supervision.issue(id, by, office.now, who, demand=demand)

    _act(ctx, do, as_json)


@supervise.command("drop", help=N_("Make no order of a draft."))
@ID
@_by
@option("--why", required=True, metavar="TEXT", help=N_("Their reason, for the record."))
@json_option
@click.pass_context
def drop(ctx: click.Context, id: str, by: str, why: str, as_json: bool) -> None:
    """It stays in the records."""
    session = session_of(ctx)
    who = operator(session)
    _act(ctx, lambda office: office.supervision.drop(id, by, why, office.now, who), as_json)


@supervise.command("reply", help=N_("Enter a unit's written reply."))
@ID
@click.argument("text", metavar="TEXT")
@_by
@json_option
@click.pass_context
def reply(ctx: click.Context, id: str, text: str, by: str, as_json: bool) -> None:
    """TEXT is what the unit writes; - reads it from stdin. A second one replaces the first."""
    session = session_of(ctx)
    words, who = sys.stdin.read() if text == "-" else text, operator(session)
    _act(ctx, lambda office: office.supervision.reply(id, by, words, office.now, who), as_json)


@supervise.command("close", help=N_("The reply will do; the unit is told."))
@ID
@_by
@WHY
@json_option
@click.pass_context
def close(ctx: click.Context, id: str, by: str, why: str, as_json: bool) -> None:
    """Without a reply, say why none is needed."""
    session = session_of(ctx)
    who = operator(session)
    _act(ctx, lambda office: office.supervision.close(id, by, office.now, who, why=why), as_json)


@supervise.command("print", help=N_("The order as a page to print on A4, signed and sealed."))
@ID
@option("--output", type=click.Path(dir_okay=False), metavar="FILE",
        help=N_("Where to (default: stdout)."))  # fmt: skip
@click.pass_context
def print_(ctx: click.Context, id: str, output: str | None) -> None:
    """HTML; any browser prints it."""
    session = session_of(ctx)
    with office_of(session) as office:
        order = office.supervision.find(id, operator(session))
        with office.db.read() as tx:
            html = page_of(tx, office.snapshot(tx), order)
    if output is None or output == "-":
        click.echo(html, nl=False)
        return
    write_file(output, html.encode())
    good(session.t(N_("Wrote {file}.")).format(file=output))


def _act(ctx: click.Context, do: Callable[[Office], Order], as_json: bool) -> None:
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        order = do(office)
    if as_json:
        show_json(_json(session, order))
        return
    named = order.number or str(order.id)
    good(t(N_("{order}: {state}.")).format(order=named, state=t(ORDERS[order.state])))


def _shown(session: Session, snapshot: Snapshot, order: Order) -> None:
    t, zone = session.t, session.settings.zone
    pairs(
        session,
        {
            N_("Number"): order.number,
            N_("Colour"): colour_word(snapshot.book.oversight, order.colour, t),
            N_("State"): t(ORDERS[order.state]),
            N_("Unit"): snapshot.unit_name(order.unit, session.lang),
            N_("Transfer"): order.code,
            N_("Drafted"): local(order.drafted_at, zone),
            N_("Issued"): f"{local(order.issued_at, zone)} {order.issued_by or ''}".strip(),
            N_("Demand"): demanded(order, t),
            N_("Reply due"): local(order.due_at, zone),
            N_("Reply"): order.reply,
            N_("Replied"): f"{local(order.replied_at, zone)} {order.replied_by or ''}".strip(),
            N_("Ended"): f"{local(order.ended_at, zone)} {order.ended_by or ''}".strip(),
            N_("Why"): order.ended_why,
        },
    )


def _json(session: Session, order: Order) -> dict[str, Any]:
    zone = session.settings.zone
    return {
        "id": order.id,
        "number": order.number,
        "colour": order.colour,
        "state": order.state,
        "unit": order.unit,
        "transfer": order.code,
        "cause": order.cause,
        "drafted_at": stamp(order.drafted_at, zone),
        "issued_at": stamp(order.issued_at, zone),
        "issued_by": order.issued_by,
        "demand": order.demand,
        "due_at": stamp(order.due_at, zone),
        "reply": order.reply,
        "replied_at": stamp(order.replied_at, zone),
        "replied_by": order.replied_by,
        "ended_at": stamp(order.ended_at, zone),
        "ended_by": order.ended_by,
        "ended_why": order.ended_why,
    }
