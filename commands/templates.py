"""`oncall templates`: the texts carriers approve beforehand."""

from __future__ import annotations

from dataclasses import asdict

import click

from commands.lazy import Word, group, option
from commands.output import json_option, pairs, show_json, table
from commands.session import session_of
from oncall.admin.forms import SPELLINGS, USES, Form, form
from oncall.core.texts.templates import Key
from oncall.core.words import N_, Text
from oncall.providers import approved_texts


@group(N_("The texts carriers approve beforehand: list, preview, export (docs/templates.md)."))
@click.pass_context
def templates(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@templates.command("list", help=N_("Every text with its blanks, and how many parts it costs."))
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """One row a text."""
    session = session_of(ctx)
    approved = approved_texts(session.settings)
    signature = session.settings.signature
    forms = [form(session.t, key, signature, approved=approved) for key in Key]
    if as_json:
        show_json([_json(one) for one in forms])
        return
    carriers = sorted(carrier for carrier, ids in approved.items() if ids)
    table(
        session,
        (N_("Key"), N_("Text"), N_("Parts"), N_("Blanks"), *carriers),
        [
            (
                *(one.key, one.text, one.parts, ", ".join(b[0] for b in one.blanks)),
                *(one.numbers.get(carrier, "") for carrier in carriers),
            )
            for one in forms
        ],
    )


@templates.command("preview", help=N_("What a person reads or hears, with an example filled in."))
@click.argument("keys", metavar="[KEY]...", nargs=-1, type=Word(Key))
@json_option
@click.pass_context
def preview(ctx: click.Context, keys: tuple[str, ...], as_json: bool) -> None:
    """All of them, or those named."""
    session = session_of(ctx)
    t = session.t
    forms = _forms(t, session.settings.signature)
    chosen = [one for one in forms if not keys or one.key in keys]
    if as_json:
        show_json([_json(one) for one in chosen])
        return
    for one in chosen:
        counted = t(N_("{length} characters, {encoding}, parts: {parts}")).format(
            length=one.length, encoding=one.encoding, parts=one.parts
        )
        pairs(session, {one.key: one.sample, "": counted})


@templates.command("export", help=N_("An application form for a carrier, to paste or to attach."))
@option(
    "--provider", required=True, type=click.Choice([*SPELLINGS]),
    help=N_("Whose way to write blanks."),
)  # fmt: skip
@json_option
@click.pass_context
def export(ctx: click.Context, provider: str, as_json: bool) -> None:
    """Markdown on stdout."""
    session = session_of(ctx)
    t = session.t
    forms = _forms(t, session.settings.signature, provider)
    if as_json:
        show_json([_json(one) for one in forms])
        return
    title = t(N_("Application for message templates"))
    click.echo(f"# {title}\n")
    click.echo(t(N_("Signature: {signature}")).format(signature=session.settings.signature))
    for one in forms:
        click.echo(_section(t, one, SPELLINGS[provider]))


def _section(t: Text, one: Form, blank: str) -> str:
    lines = [
        f"\n## {one.key}\n",
        t(N_("Text: {text}")).format(text=one.text),
        t(N_("Kind: notification. {use}")).format(use=t(USES[one.key.channel])),
        t(N_("Example: {sample}")).format(sample=one.sample),
    ]
    if one.blanks:
        heads = (N_("Blank"), N_("What goes in"), N_("At most"), N_("Example"))
        lines.append("\n| " + " | ".join(t(head) for head in heads) + " |")
        lines.append("|---|---|---|---|")
        lines += [
            f"| {blank.format(name=name, number=i)} | {meaning} | {longest} | {sample} |"
            for i, (name, meaning, longest, sample) in enumerate(one.blanks, start=1)
        ]
    return "\n".join(lines)


def _forms(t: Text, signature: str, provider: str = "") -> list[Form]:
    return [form(t, key, signature, provider) for key in Key]


def _json(one: Form) -> dict[str, object]:
    fields = asdict(one)
    fields["blanks"] = [
        {"name": name, "meaning": meaning, "longest": longest, "example": sample}
        for name, meaning, longest, sample in one.blanks
    ]
    return fields
