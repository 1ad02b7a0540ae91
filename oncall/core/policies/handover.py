"""The reminders before a duty, as a policy file writes them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from oncall.core.handover import EVERY_UNIT, HandoverRules
from oncall.core.model import Source
from oncall.core.policies import values
from oncall.core.policies.reader import Reader, Table
from oncall.core.policies.values import Bad
from rosters.holding import LONGEST_HOLD

HANDOVER_KEYS = ("handover",)
_KNOWN = ("evening", "before", "confirm_by", "roles", "off", "hold", "hold_for")
_MINUTE = timedelta(minutes=1)


def read_handover(reader: Reader, data: Table, units: Collection[str] | None) -> HandoverRules:
    """The rules of a file; the built-in ones where it says nothing."""
    table, path = data.get("handover"), ("handover",)
    if table is None:
        return HandoverRules()
    if not isinstance(table, dict):
        reader.fault(path, "wrong_type", values.show(table), example="[handover]")
        return HandoverRules()
    reader.known(table, path, _KNOWN)
    evening = reader.take(table, path, "evening", _clock_or_never)
    found: dict[str, Any] = {
        "before": reader.take(table, path, "before", values.duration(_MINUTE)),
        "confirm_by": reader.take(table, path, "confirm_by", values.duration(_MINUTE)),
        "roles": reader.take(table, path, "roles", _roles),
        "off": reader.take(table, path, "off", _units(units)),
        "hold": reader.take(table, path, "hold", _units(units, EVERY_UNIT)),
        "hold_for": reader.take(table, path, "hold_for", values.duration(_MINUTE, LONGEST_HOLD)),
    }
    given = {key: value for key, value in found.items() if value is not None}
    if evening is not None:
        given["evening"] = evening[0]
    rules = HandoverRules(**given)
    if rules.confirm_by > rules.before:
        reader.fault((*path, "confirm_by"), "confirm_before", values.written(rules.confirm_by))
    for unit in sorted(rules.hold & rules.off):
        reader.fault((*path, "hold"), "held_and_off", unit)
    return rules


def _clock_or_never(value: object) -> tuple[Any]:
    """A clock, or "" for no reminder in the evening."""
    return (None,) if value == "" else (values.clock(value),)


def _roles(value: object) -> tuple[str, ...]:
    known = values.ROLES[Source.ROSTER]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Bad("wrong_type", value, example='["primary"]')
    for one in value:
        if one not in known:
            raise Bad("bad_word", one, known=", ".join(known))
    return tuple(dict.fromkeys(value))


def _units(
    units: Collection[str] | None, every: str | None = None
) -> Callable[[object], frozenset[str]]:
    """A list of units; ``every`` is the sign for all of them, where one may be given."""
    code = values.unit(units)

    def read(value: object) -> str:
        return every if every is not None and value == every else code(value)

    def several(value: object) -> frozenset[str]:
        if not isinstance(value, list):
            raise Bad("wrong_type", value, example='["TWN-100"]')
        return frozenset(read(one) for one in value)

    return several
