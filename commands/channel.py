"""`oncall channel`: which providers carry what, and whether they really do."""

from __future__ import annotations

import asyncio

import click

from commands.lazy import Word, group, option
from commands.output import bad, good, json_option, show_json, table
from commands.session import session_of
from notifiers.message import Capabilities, Channel, Limit, Notifier, OutcomeKind, Receipts
from oncall.admin.trying import Tried, attempt
from oncall.core.words import N_, Text
from oncall.wiring import notifiers_of

_YES = N_("yes")
#: A provider that answers one of these has taken the message, or may have.
_TAKEN = (OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN)


@group(N_("Which providers carry what, and whether they do (docs/providers)."))
@click.pass_context
def channel(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@channel.command(
    "list", help=N_("The providers of each channel in their order, and what each can.")
)
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """One row for each provider of each channel."""
    session = session_of(ctx)
    t = session.t
    ways = [
        (way, notifier, notifier.capabilities(way))
        for way, notifiers in notifiers_of(session.settings).items()
        for notifier in notifiers
    ]
    if as_json:
        show_json([_json(way, notifier, can) for way, notifier, can in ways])
        return
    table(
        session,
        (N_("Channel"), N_("Provider"), N_("Answers"), N_("Links"), N_("Receipts"),
         N_("Detects machines"), N_("Conferences"),
         N_("Approved texts only"), N_("To one number"), N_("Together")),
        [
            (
                way,
                notifier.name,
                t(_YES) if can.two_way else "",
                t(_YES) if can.links else "",
                _receipts(t, can.receipts),
                t(_YES) if can.detects else "",
                t(_YES) if can.conference else "",
                t(_YES) if can.templates else "",
                _limits(can.per_recipient),
                _limits(can.rate),
            )
            for way, notifier, can in ways
        ],
    )  # fmt: skip


@channel.command(
    "test", help=N_("Send one test message by each provider of a channel; exit 1 if one fails.")
)
@click.argument("way", metavar="CHANNEL", type=Word(Channel))
@option("--to", default="", help=N_("A number, an e-mail address, or a chat group's name."))
@option("--provider", default="", help=N_("Only this one."))
@json_option
@click.pass_context
def test(ctx: click.Context, way: str, to: str, provider: str, as_json: bool) -> None:
    """What each provider said, in its own code and in our words."""
    session = session_of(ctx)
    t = session.t
    chosen = Channel(way)
    if not to and chosen is not Channel.CHAT:
        raise click.UsageError(t(N_("Say where to with --to.")))
    notifiers = [
        one
        for one in notifiers_of(session.settings).get(chosen, ())
        if not provider or one.name == provider
    ]
    if not notifiers:
        raise click.UsageError(t(N_("ONCALL_CHANNELS names no such provider for this channel.")))
    lang, signature = session.lang, session.settings.signature
    tried = asyncio.run(_each(notifiers, chosen, to, lang, signature))
    if as_json:
        show_json([one.as_json() for one in tried])
    else:
        for one in tried:
            taken = one.outcome.kind in _TAKEN
            (good if taken else bad)(one.text(t))
    ctx.exit(0 if all(one.outcome.kind is OutcomeKind.ACCEPTED for one in tried) else 1)


async def _each(
    notifiers: list[Notifier], way: Channel, to: str, lang: str, signature: str
) -> list[Tried]:
    try:
        return [await attempt(one, way, to, lang, signature) for one in notifiers]
    finally:
        for one in notifiers:
            await one.close()


def _receipts(t: Text, how: Receipts) -> str:
    words = {Receipts.PUSH: N_("told us"), Receipts.PULL: N_("asked for")}
    return ", ".join(t(word) for flag, word in words.items() if flag in how)


def _limits(limits: tuple[Limit, ...]) -> str:
    return " ".join(f"{one.count}/{_span(one)}" for one in limits)


def _span(limit: Limit) -> str:
    seconds = int(limit.span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return unit if seconds == size else f"{seconds // size}{unit}"
    return "s" if seconds == 1 else f"{seconds}s"


def _json(way: Channel, notifier: Notifier, can: Capabilities) -> dict[str, object]:
    return {
        "channel": way,
        "provider": notifier.name,
        "two_way": can.two_way,
        "links": can.links,
        "keypad": can.keypad,
        "detects": can.detects,
        "conference": can.conference,
        "receipts": [
            word
            for word, flag in (("push", Receipts.PUSH), ("pull", Receipts.PULL))
            if flag in can.receipts
        ],
        "templates": can.templates,
        "per_recipient": [f"{one.count}/{_span(one)}" for one in can.per_recipient],
        "rate": [f"{one.count}/{_span(one)}" for one in can.rate],
        "quiet": None
        if can.quiet is None
        else f"{can.quiet.start:%H:%M}-{can.quiet.end:%H:%M} {can.quiet.count}",
    }
