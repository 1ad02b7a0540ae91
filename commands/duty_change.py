"""`oncall swap`, `cover`, `leave`, `takeover` and `change`: how duties change hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from commands.change_views import (
    change_json,
    conflicts_json,
    show,
    show_conflicts,
    show_list,
    stage_of,
)
from commands.lazy import command, group, option
from commands.moments import MOMENT, moment_of
from commands.output import json_option, say, show_json
from commands.session import session_of
from commands.who import ROLE
from oncall import duty_changes
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.duty_changes import Asked, Give, Outcome, Stage
from oncall.store import duty_changes as rows
from rosters.changes import Kind, State, Verb
from rosters.model import PRIMARY

_unit = option("--unit", metavar="CODE", help=N_("Tells namesakes apart."))
_why = option("--why", default="", metavar="TEXT", help=N_("The reason; it is kept."))
_by = option("--by", metavar="NAME", help=N_("In whose name."))
_by_needed = option("--by", metavar="NAME", required=True, help=N_("In whose name."))
_at = option(
    "--at", type=MOMENT, required=True, metavar="TIME", help=N_("A moment inside the duty.")
)
_until = option(
    "--until", type=MOMENT, metavar="TIME", help=N_("Only from that moment until this one.")
)
_role = option("--role", type=ROLE, help=N_("Which role, where there are several."))
_number = click.argument("number", type=int, metavar="ID")


def _of_a_duty(run: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments of a change that gives one duty of a person away."""
    for take in (_why, _unit, _role, _until, _at, click.argument("person", metavar="NAME")):
        run = take(run)
    return run


def _give(
    ctx: click.Context, stage: Stage, at: str, until: str | None, role: str | None = None
) -> Give:
    end = moment_of(ctx, until, stage.now) if until else None
    return Give(at=moment_of(ctx, at, stage.now), until=end, role=role)


def _code(stage: Stage, unit: str | None) -> str | None:
    return unit_of(stage.snapshot.units, unit).code if unit else None


def _do(
    ctx: click.Context, work: Callable[[Stage], Outcome], *, as_json: bool, **begun: Any
) -> None:
    """One change in one transaction, then what became of it."""
    session = session_of(ctx)
    with stage_of(session, **begun) as stage:
        done = work(stage)
        snapshot = stage.snapshot
    show(session, snapshot, done, as_json=as_json)


# -- swap ----------------------------------------------------------------------------------


@group(N_("Swap duties: asked, agreed by the other, approved by the duty leader."))
@click.pass_context
def swap(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@swap.command("request", help=N_("Ask somebody to take a duty, for one of theirs or for nothing."))
@_of_a_duty
@option("--with", "other", metavar="NAME", required=True, help=N_("Who is asked."))
@option("--back", type=MOMENT, metavar="TIME", help=N_("A moment inside the duty taken in return."))
@option("--back-until", type=MOMENT, metavar="TIME", help=N_("Only up to this moment of it."))
@json_option
@click.pass_context
def request(ctx: click.Context, /, person: str, as_json: bool, **given: Any) -> None:
    """Nothing changes until it is agreed and approved."""

    def work(stage: Stage) -> Outcome:
        back = given["back"]
        asked = Asked(
            person=person,
            give=_give(ctx, stage, given["at"], given["until"], given["role"]),
            other=given["other"],
            back=_give(ctx, stage, back, given["back_until"]) if back else None,
            unit=_code(stage, given["unit"]),
            why=given["why"],
        )
        return duty_changes.ask_swap(stage, asked)

    _do(ctx, work, as_json=as_json)


# -- cover ---------------------------------------------------------------------------------


@group(N_("Ask everybody who is free to stand in; the first who accepts serves."))
@click.pass_context
def cover(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@cover.command("ask", help=N_("Ask everybody of the unit who is free then."))
@_of_a_duty
@json_option
@click.pass_context
def ask(ctx: click.Context, /, person: str, as_json: bool, **given: Any) -> None:
    """The duty stays theirs until somebody accepts."""

    def work(stage: Stage) -> Outcome:
        give = _give(ctx, stage, given["at"], given["until"], given["role"])
        unit, why = _code(stage, given["unit"]), given["why"]
        return duty_changes.ask_cover(stage, person, give, unit=unit, why=why)

    _do(ctx, work, as_json=as_json)


# -- leave ---------------------------------------------------------------------------------


@group(N_("Leave: asked, approved, and each duty in it filled by somebody."))
@click.pass_context
def leave(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@leave.command("add", help=N_("Ask for leave; lists the duties in it and who could stand in."))
@click.argument("person", metavar="NAME")
@option("--from", "start", type=MOMENT, required=True, metavar="TIME", help=N_("From when."))
@option("--to", "end", type=MOMENT, required=True, metavar="TIME", help=N_("Until when."))
@_unit
@_why
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    person: str,
    start: str,
    end: str,
    unit: str | None,
    why: str,
    as_json: bool,
) -> None:
    """Until somebody stands in, the duties stay theirs."""
    session = session_of(ctx)
    with stage_of(session) as stage:
        first, last = moment_of(ctx, start, stage.now), moment_of(ctx, end, stage.now)
        code = _code(stage, unit)
        done = duty_changes.ask_leave(stage, person, first, last, unit=code, why=why)
        _show_leave(ctx, stage, done, as_json=as_json)


@leave.command("fill", help=N_("Somebody stands in for what falls into a leave."))
@_number
@option("--with", "person", metavar="NAME", required=True, help=N_("Who stands in."))
@option("--at", type=MOMENT, metavar="TIME", help=N_("Only for the duty at this moment."))
@_by
@json_option
@click.pass_context
def fill(
    ctx: click.Context, number: int, person: str, at: str | None, by: str | None, as_json: bool
) -> None:
    """Both are told."""

    def work(stage: Stage) -> Outcome:
        moment = moment_of(ctx, at, stage.now) if at else None
        return duty_changes.fill(stage, number, person, at=moment)

    _do(ctx, work, as_json=as_json, by=by, change=number)


def _show_leave(ctx: click.Context, stage: Stage, done: Outcome, *, as_json: bool) -> None:
    session = session_of(ctx)
    open_ones = done.change.state in (State.ASKED, State.IN_FORCE)
    found = duty_changes.conflicts(stage, done.change) if open_ones else []
    if as_json:
        listed = conflicts_json(session, stage.snapshot, found)
        show_json(change_json(session, stage.snapshot, done) | {"conflicts": listed})
        return
    show(session, stage.snapshot, done, as_json=False)
    show_conflicts(session, stage.snapshot, found)


# -- take over -----------------------------------------------------------------------------


@command(N_("Somebody takes a running duty over, from this moment to its end."))
@click.argument("unit", metavar="UNIT")
@_by_needed
@option("--role", type=ROLE, default=PRIMARY, show_default=True, help=N_("Which role."))
@option("--instead", metavar="NAME", help=N_("Instead of whom, where several serve."))
@option("--until", type=MOMENT, metavar="TIME", help=N_("Only until this moment."))
@_why
@json_option
@click.pass_context
def takeover(
    ctx: click.Context,
    unit: str,
    by: str,
    role: str,
    instead: str | None,
    until: str | None,
    why: str,
    as_json: bool,
) -> None:
    """What nobody has answered yet goes to the new person at once."""

    def work(stage: Stage) -> Outcome:
        code = unit_of(stage.snapshot.units, unit).code
        end = moment_of(ctx, until, stage.now) if until else None
        return duty_changes.take_over(stage, code, role, by, instead=instead, until=end, why=why)

    _do(ctx, work, as_json=as_json, by=by, unit=unit)


# -- all of them ---------------------------------------------------------------------------


@group(N_("Changes of duty of every kind: look at them, withdraw them, take them back."))
@click.pass_context
def change(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@change.command("show", help=N_("One change: what it moves, who decided it; duties of a leave."))
@_number
@json_option
@click.pass_context
def show_(ctx: click.Context, number: int, as_json: bool) -> None:
    """By its number."""
    session = session_of(ctx)
    with stage_of(session) as stage:
        done = duty_changes.look(stage, number)
        if done.change.kind is Kind.LEAVE:
            _show_leave(ctx, stage, done, as_json=as_json)
            return
        show(session, stage.snapshot, done, as_json=as_json)


def _acts(verb: Verb, about: str, *, needs_by: bool = False) -> Callable[..., Any]:
    """A command that does one thing with a change."""

    @_number
    @(_by_needed if needs_by else _by)
    @_why
    @json_option
    @click.pass_context
    def act(ctx: click.Context, number: int, by: str | None, why: str, as_json: bool) -> None:
        def work(stage: Stage) -> Outcome:
            return duty_changes.act(stage, number, verb, why=why)

        _do(ctx, work, as_json=as_json, by=by, change=number)

    act.__doc__ = about
    made: Callable[..., Any] = act
    return made


def _lists(kinds: tuple[Kind, ...]) -> Callable[..., Any]:
    """A command that lists changes of these kinds."""

    @option("--unit", metavar="CODE", help=N_("Only this unit."))
    @option("--all", "everything", is_flag=True, help=N_("Also those that are settled."))
    @option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True,
            help=N_("How many, the newest first."))  # fmt: skip
    @json_option
    @click.pass_context
    def list_(
        ctx: click.Context, unit: str | None, everything: bool, limit: int, as_json: bool
    ) -> None:
        """The newest first."""
        _list(ctx, kinds, unit, everything=everything, limit=limit, as_json=as_json)

    made: Callable[..., Any] = list_
    return made


def _list(
    ctx: click.Context,
    kinds: tuple[Kind, ...],
    unit: str | None,
    *,
    everything: bool,
    limit: int,
    as_json: bool,
) -> None:
    session = session_of(ctx)
    with stage_of(session) as stage:
        found = [
            duty_changes.look(stage, one.id)
            for one in rows.listed(
                stage.tx,
                kinds=kinds,
                unit=_code(stage, unit),
                open_only=not everything,
                limit=limit,
            )
        ]
        snapshot = stage.snapshot
    if as_json:
        show_json({"items": [change_json(session, snapshot, one) for one in found]})
    elif found:
        show_list(session, snapshot, found)
    else:
        say(session.t(N_("No changes of duty.")))


_LIST = N_("Those still open; --all for the settled ones as well.")

swap.command("accept", help=N_("The other agrees; the duty leader is asked."))(
    _acts(Verb.AGREE, "In the other's own name.", needs_by=True)
)
swap.command("refuse", help=N_("The other does not want to."))(
    _acts(Verb.REFUSE, "In the other's own name.", needs_by=True)
)
swap.command("approve", help=N_("The duty leader approves: it is in force."))(
    _acts(Verb.APPROVE, "Both are told.")
)
swap.command("reject", help=N_("The duty leader does not approve."))(
    _acts(Verb.REJECT, "Both are told; the roster stays as it was.")
)
swap.command("list", help=_LIST)(_lists((Kind.SWAP,)))

cover.command("accept", help=N_("Accept to stand in; the first who does serves."))(
    _acts(Verb.AGREE, "In force at once.", needs_by=True)
)
cover.command("list", help=_LIST)(_lists((Kind.COVER,)))

leave.command("approve", help=N_("The duty leader approves the leave."))(
    _acts(Verb.APPROVE, "Duties in it stay theirs until somebody stands in.")
)
leave.command("reject", help=N_("The duty leader does not approve the leave."))(
    _acts(Verb.REJECT, "The roster stays as it was.")
)
leave.command("list", help=_LIST)(_lists((Kind.LEAVE,)))

change.command("withdraw", help=N_("Whoever asked thinks better of it."))(
    _acts(Verb.WITHDRAW, "Only what is not settled yet.")
)
change.command("undo", help=N_("Take back what is in force, from now on, exactly."))(
    _acts(Verb.UNDO, "Everybody it touches is told.")
)
change.command("list", help=_LIST)(_lists(tuple(Kind)))
