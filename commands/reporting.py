"""How an import tells what it did, the same for every kind of file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from commands.failures import faults
from commands.output import good, say, show_json, table
from commands.session import Session
from notifiers.phone import mask_text
from oncall.core.errors import Fault
from oncall.core.words import N_

_SHOWN = 40


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
