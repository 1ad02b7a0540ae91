"""What commands print: data on stdout, the rest on stderr; tables for eyes, tabs for pipes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.lazy import option
from commands.session import Session
from oncall.core.errors import OncallError
from oncall.core.words import N_

json_option = option("--json", "as_json", is_flag=True, help=N_("Print JSON, for scripts."))
yes_option = option("--yes", is_flag=True, help=N_("Do not ask, do it."))


def paint(text: str, **how: Any) -> str:
    """Coloured text for a terminal; plain where NO_COLOR asks for it (a terminal's own setting)."""
    return text if os.environ.get("NO_COLOR") else click.style(text, **how)


def show_json(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def stamp(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """RFC 3339 with the zone's offset."""
    return None if moment is None else moment.astimezone(zone).isoformat()


def local(moment: datetime | None, zone: ZoneInfo) -> str:
    """Wall time for people: date and minutes; seconds only where there are any."""
    if moment is None:
        return ""
    wall = moment.astimezone(zone)
    return wall.strftime("%Y-%m-%d %H:%M:%S" if wall.second else "%Y-%m-%d %H:%M")


def table(session: Session, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under translated headings: ruled on a terminal, else one line of tabs per row."""
    heads = [session.t(column) for column in columns]
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if session.terminal:
        # Ruling tables costs a library that `oncall who | ...` can do without.
        import_module("commands.ruled").show(heads, texts)
        return
    for line in (heads, *texts):
        click.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in line))


def pairs(session: Session, values: Mapping[str, object]) -> None:
    """A few facts about one thing, one a line; empty ones are left out."""
    shown = {session.t(k): str(v) for k, v in values.items() if v not in (None, "")}
    width = max((_width(key) for key in shown), default=0)
    for key, value in shown.items():
        if session.terminal:
            click.echo(f"{paint(key, dim=True)}{' ' * (width - _width(key) + 2)}{value}")
        else:
            click.echo(f"{key}\t{value}")


def say(text: str) -> None:
    """A word to whoever sits there; never data."""
    click.echo(text, err=True)


def good(text: str) -> None:
    """It is done."""
    say(paint(f"✓ {text}", fg="green"))


def warn(text: str) -> None:
    """Somebody should look at this."""
    say(paint(f"! {text}", fg="yellow"))


def bad(text: str) -> None:
    """It went wrong."""
    say(paint(f"✗ {text}", fg="red"))


def write_file(path: str | Path, data: bytes) -> None:
    """Put ``data`` where it was asked for. Raises OncallError where that cannot be."""
    try:
        Path(path).write_bytes(data)
    except OSError as exc:
        detail = exc.strerror or type(exc).__name__
        raise OncallError("file_unwritable", file=str(path), detail=detail) from exc


def confirm(session: Session, question: str, *, yes: bool) -> bool:
    """Whether to go on. Without a terminal nobody can answer: exit 2, with the way out."""
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        hint = N_("This asks before it acts, and nobody can answer here. Add --yes to go on.")
        raise click.UsageError(session.t(hint))
    return click.confirm(question, err=True)


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if ord(c) >= 0x1100 else 1 for c in text)
