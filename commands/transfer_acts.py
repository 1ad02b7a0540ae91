"""The verbs on the command line: one command each, made from the table that every door reads."""

from __future__ import annotations

from typing import Any

import click

from commands.arguments import BY
from commands.lazy import Command, Option, Word, option
from commands.moments import MOMENT, moment_of
from commands.output import json_option, say, show_json
from commands.records import office_of, operator
from commands.session import session_of
from oncall.core.spelling import unit_of
from oncall.core.words import N_, TRANSFER_STATES, reason_text
from oncall.directory import Snapshot
from oncall.verbs import VERBS, Field, Kind, Verb

#: One of several may be written as one: --unit for units, --waiver for waivers.
_FLAGS = {"units": "--add", "candidates": "--candidate", "waivers": "--waiver"}
#: What stands for the value in the help; choices and flags say it themselves.
_METAVARS = {Kind.UNIT: "UNIT", Kind.UNITS: "UNIT", Kind.MOMENT: "TIME", Kind.TEXT: "TEXT"}

_unit = option("--unit", metavar="CODE", help=N_("For which unit they speak."))


def _flag(field: Field) -> str:
    return _FLAGS.get(field.name, f"--{field.name.replace('_', '-')}")


def _option(field: Field) -> Option:
    several = field.kind in (Kind.UNITS, Kind.CHOICES)
    kind: Any = None
    if field.choices:
        kind = Word(field.choices)
    elif field.kind is Kind.MOMENT:
        kind = MOMENT
    return Option(
        [_flag(field), field.name],
        help=field.about,
        required=field.required,
        is_flag=field.kind is Kind.FLAG,
        multiple=several,
        type=kind,
        metavar=_METAVARS.get(field.kind),
    )


def _given(
    ctx: click.Context, verb: Verb, snapshot: Snapshot, values: dict[str, Any], now: Any
) -> dict[str, Any]:
    """What was typed, as the act wants it: codes for units' names, moments for clocks."""
    out: dict[str, Any] = {}
    for field in verb.fields:
        value = values[field.name]
        if value in (None, ()):
            continue
        if field.kind is Kind.UNIT:
            value = unit_of(snapshot.units, value).code
        elif field.kind is Kind.UNITS:
            value = tuple(unit_of(snapshot.units, one).code for one in value)
        elif field.kind is Kind.MOMENT:
            value = moment_of(ctx, value, now)
        out[field.name] = value
    return out


def _command(verb: Verb) -> Command:
    @click.pass_context
    def run(
        ctx: click.Context, /, id: str, by: str | None, unit: str | None, as_json: bool,
        **values: Any,
    ) -> None:  # fmt: skip
        session = session_of(ctx)
        with office_of(session) as office:
            now, who = office.now, by or session.user
            with office.db.read() as tx:
                snapshot = office.snapshot(tx)
                speaks = unit_of(snapshot.units, unit).code if unit else None
            given = _given(ctx, verb, snapshot, values, now)
            done = office.acts.do(
                id, verb, given, by=who, now=now, actor=operator(session), unit=speaks
            )
        after = done.transfer
        if as_json:
            show_json(
                {"id": after.id, "code": after.code, "state": after.state, "reason": done.reason}
            )
        t = session.t
        state = t(TRANSFER_STATES[after.state])
        said = reason_text(t, done.reason, who=who, detail=done.detail)
        say(t(N_("{code}: {state}. {said}")).format(code=after.code, state=state, said=said))

    made = Command(verb.name, callback=run, help=verb.about)
    made.params = [click.Argument(["id"], metavar="ID"), *map(_option, verb.fields), *made.params]
    for decorate in (json_option, _unit, BY):
        decorate(made)
    return made


def commands() -> list[Command]:
    """A command for each verb."""
    return [_command(verb) for verb in VERBS.values()]
