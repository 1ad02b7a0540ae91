"""Do one of the verbs to a transfer: check what was given, all of it at once, then tell it.

One transaction an act. A refusal says why in the reader's language and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from oncall.core.errors import Conflict, Fault, Invalid
from oncall.core.model import Reason
from oncall.core.spelling import code_of
from oncall.core.transfers import Draft, Ground, Transfer, Waiver
from oncall.desk import Desk
from oncall.directory import Snapshot, unit_fault
from oncall.intake import Accepted, Actor, Intake
from oncall.store import reports, transfers
from oncall.store.database import Tx
from oncall.verbs import Field, Kind, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """The transfer as it stands after an act, and what came of it."""

    transfer: Transfer
    reason: Reason
    #: What was said with it.
    detail: str = ""


class Acts:
    """The doors' one way to do a verb."""

    def __init__(self, desk: Desk, intake: Intake) -> None:
        self.desk = desk
        self.intake = intake
        self.engine = desk.engine
        self.db = desk.db

    def do(
        self,
        ref: str,
        verb: Verb,
        given: Mapping[str, Any],
        *,
        by: str,
        now: datetime,
        actor: Actor,
        unit: str | None = None,
    ) -> Acted:
        """Do it. ``unit`` is for which unit ``by`` speaks.

        Raises NotFound, Invalid with every fault, or Conflict where the transfer is not in a state
        for it.
        """

        def work(tx: Tx) -> Acted:
            transfer = self.desk.find_in(tx, ref, actor)
            return self._do(tx, transfer, verb, given, by=by, now=now, unit=unit)

        return self.db.attempt(work)

    def at_the_door(
        self,
        draft: Draft,
        verb: Verb,
        given: Mapping[str, Any],
        *,
        by: str,
        now: datetime,
        actor: Actor,
        key: str | None = None,
    ) -> Accepted:
        """Take a matter and decide it in the same commit: nobody is paged for it.

        Raises as ``Intake.accept`` and ``do`` do.
        """

        def decide(tx: Tx, transfer: Transfer) -> None:
            self._do(tx, transfer, verb, given, by=by, now=now, unit=None)

        return self.intake.accept(draft, now, actor, key=key, then=decide)

    def _do(
        self,
        tx: Tx,
        transfer: Transfer,
        verb: Verb,
        given: Mapping[str, Any],
        *,
        by: str,
        now: datetime,
        unit: str | None,
    ) -> Acted:
        day = now.astimezone(self.engine.cases.zone).date()
        values = _checked(verb, given, self.engine.directory.at(tx, now), unit, day)
        event = verb.make(by=by, unit=unit, **values)
        decision = self.engine.cases.tell(tx, transfer.id, event, now)
        if decision.refused:
            raise Conflict("refused", said=decision.reason, transfer=transfer.code)
        after = transfers.by_ids(tx, [transfer.id])[transfer.id]
        return Acted(transfer=after, reason=decision.reason, detail=reports.detail_of(values))


def _checked(
    verb: Verb, given: Mapping[str, Any], snapshot: Snapshot, unit: str | None, day: date
) -> dict[str, Any]:
    faults: list[Fault] = []
    values = {}
    if unit is not None and unit not in snapshot.units:
        faults.append(Fault(where="unit", code="unknown_unit", value=unit))
    for field in verb.fields:
        value = given.get(field.name)
        if value in (None, "", (), [], False):
            if field.required:
                faults.append(Fault(where=field.name, code="missing"))
            continue
        value = _coded(field, value, snapshot, faults)
        unclear = {fault.where for fault in faults}
        faults += [f for f in _faults(field, value, snapshot, day) if f.where not in unclear]
        values[field.name] = _typed(field, value)
    if faults:
        raise Invalid(faults)
    return values


def _coded(field: Field, value: Any, snapshot: Snapshot, faults: list[Fault]) -> Any:
    """Codes for whatever units are called."""
    if field.kind is Kind.UNIT:
        return code_of(snapshot.units, value, field.name, faults)
    if field.kind is Kind.UNITS:
        return tuple(
            code_of(snapshot.units, word, f"{field.name}[{i}]", faults)
            for i, word in enumerate(value)
        )
    return value


def _faults(field: Field, value: Any, snapshot: Snapshot, day: date) -> Iterator[Fault]:
    if field.kind is Kind.TEXT:
        if not value.strip():
            yield Fault(where=field.name, code="empty")
        elif len(value) > field.longest:
            longest = {"longest": str(field.longest)}
            yield Fault(where=field.name, code="too_long", value=str(len(value)), params=longest)
    several = field.kind in (Kind.UNITS, Kind.CHOICES)
    for i, one in enumerate(value if several else (value,)):
        where = f"{field.name}[{i}]" if several else field.name
        if field.kind in (Kind.UNIT, Kind.UNITS):
            fault = unit_fault(snapshot.units, one, where, day)
            if fault is not None:
                yield fault
        if field.choices and one not in field.choices:
            known = {"known": ", ".join(field.choices)}
            yield Fault(where=where, code="unknown_word", value=one, params=known)


def _typed(field: Field, value: Any) -> Any:
    """The value as the event has it."""
    if field.kind is Kind.TEXT:
        return value.strip()
    if field.kind is Kind.UNITS:
        return tuple(dict.fromkeys(value))
    if field.name == "waivers":
        return tuple(Waiver(one) for one in value if one in set(Waiver))
    if field.name == "ground":
        return Ground(value) if value in set(Ground) else value
    return value
