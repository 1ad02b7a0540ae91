"""The verbs as the console's forms send them: texts that become what the acts want."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from oncall.core.errors import Fault, Invalid
from oncall.directory import Snapshot
from oncall.verbs import Field, Kind, Verb


def given_by(
    get: Callable[[str], str],
    verb: Verb,
    snapshot: Snapshot,
    zone: ZoneInfo,
    units: Callable[[str, Snapshot], list[str]],
) -> Mapping[str, Any]:
    """What a form says, field by field. Raises Invalid for a moment that is none."""
    return {
        field.name: _read(get(field.name), field, snapshot, zone, units) for field in verb.fields
    }


def _read(
    text: str,
    field: Field,
    snapshot: Snapshot,
    zone: ZoneInfo,
    units: Callable[[str, Snapshot], list[str]],
) -> Any:
    if not text:
        return None
    if field.kind is Kind.FLAG:
        return True
    if field.kind is Kind.UNITS:
        return tuple(units(text, snapshot))
    if field.kind is Kind.UNIT:
        return next(iter(units(text, snapshot)), "")
    if field.kind is Kind.CHOICES:
        return tuple(text.split(","))
    if field.kind is Kind.MOMENT:
        return read_moment(text, field.name, zone)
    return text


def read_moment(text: str, where: str, zone: ZoneInfo) -> datetime:
    """A browser's wall clock, in the installation's zone. Raises Invalid for what is none."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid([Fault(where=where, code="bad_time", value=text[:40])]) from None
    return typed if typed.tzinfo is not None else typed.replace(tzinfo=zone)
