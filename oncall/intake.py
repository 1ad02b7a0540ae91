"""Take a transfer, number it, open a page per unit and start paging: in one commit, once.

A transfer is accepted once per origin and number, however often it is sent; it is durable before
the sender hears so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec.structs import replace as changed

from oncall.core.errors import Conflict, Fault, Invalid, NotFound
from oncall.core.model import Reason, Urgency
from oncall.core.spelling import code_of
from oncall.core.transfers import (
    Draft,
    Transfer,
    TransferState,
    check,
    shares,
)
from oncall.core.transfers.events import Accepted as HandedOver
from oncall.core.transfers.events import PoliceCalled
from oncall.directory import unit_fault
from oncall.engine import Engine
from oncall.store import transfers
from oncall.store.database import Tx
from oncall.store.directory import Unit
from oncall.store.log import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is doing this: an account's name and role, and its unit where it is bound to one."""

    name: str
    role: str
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The transfer that answers a request, and whether this request made it."""

    transfer: Transfer
    created: bool


class Intake:
    """The doors' one way to hand over a transfer."""

    def __init__(self, engine: Engine, new_id: Callable[[], str]) -> None:
        self.engine = engine
        self.db = engine.db
        self.new_id = new_id

    def accept(
        self,
        draft: Draft,
        now: datetime,
        actor: Actor,
        *,
        key: str | None = None,
        then: Callable[[Tx, Transfer], None] | None = None,
    ) -> Accepted:
        """Take a transfer and start paging, durable before we answer; idempotent.

        ``then`` decides a new one at the door, in the same commit.

        The same origin and origin_ref, or the same ``key`` from the same account, give the first
        one's transfer. Raises Invalid with every fault, or Conflict when a key comes back with
        another content.
        """
        digest = hashlib.sha256(dumps(draft).encode()).hexdigest()
        stored_key = f"key:{actor.name}:{key}"[:200] if key else None
        with self.db.read() as tx:
            known = self._known(tx, draft, stored_key, digest)
            if known is not None:
                return Accepted(transfer=known, created=False)
            draft = self._checked(draft, self.engine.directory.at(tx, now).units, now)
        # On PostgreSQL in a transaction of its own: inside the transfer's, everybody who hands over
        # would wait for everybody else's disk. A number whose transfer then fails is left out.
        number = self.engine.cases.number
        code = self.db.attempt(lambda tx: number(tx, now)) if self.db.postgres else None
        with self.db.begin() as tx:
            code = code or number(tx, now)
            batch = self.engine.batch(tx, now)
            draft = self._checked(draft, batch.snapshot.units, now)
            event = _accepted(draft, actor, nuisance=_marked(tx, draft))
            born = self._transfer(code, draft, now, actor)
            decision = self.engine.cases.born(batch, born, event)
            transfer = decision.transfer
            caller = dumps(draft.caller) if draft.caller else None
            if not self._is_first(tx, transfer, caller, stored_key, digest):
                # Somebody handed in the same matter in this very instant: theirs it is.
                known = self._known(tx, draft, stored_key, digest)
                if known is None:
                    raise Conflict("transfer_vanished", ref=draft.origin_ref or "")
                return Accepted(transfer=known, created=False)
            self.engine.cases.begin(batch, decision, event)
            if then is not None:
                then(tx, transfer)
                transfer = transfers.by_ids(tx, [transfer.id])[transfer.id]
        return Accepted(transfer=transfer, created=True)

    def require(self, drafts: Sequence[tuple[str, Draft]], now: datetime) -> None:
        """Raise Invalid with every fault of several drafts, each in its place, taking none."""
        with self.db.read() as tx:
            units = self.engine.directory.at(tx, now).units
        faults: list[Fault] = []
        for where, draft in drafts:
            try:
                self._checked(draft, units, now)
            except Invalid as exc:
                faults += [replace(f, where=f"{where}.{f.where}") for f in exc.faults]
        if faults:
            raise Invalid(faults)

    def _checked(self, draft: Draft, units: Mapping[str, Unit], now: datetime) -> Draft:
        """The draft with codes for the names of units. Raises Invalid with every fault of it."""
        faults: list[Fault] = []
        draft = _coded(draft, units, faults)
        unclear = {fault.where for fault in faults}
        faults += [fault for fault in check(draft, units, now) if fault.where not in unclear]
        day = now.astimezone(self.engine.cases.zone).date()
        for field, codes in (("to", draft.to), ("copy", draft.copy)):
            for i, code in enumerate(codes):
                fault = unit_fault(units, code, f"{field}[{i}]", day)
                if fault is not None and code in units:
                    faults.append(fault)
        if not faults:
            missing = [s.unit for s in shares(draft) if s.unit not in units]
            where = "danger" if draft.danger else "police" if draft.police else "urgency"
            faults = [Fault(where=where, code="unknown_unit", value=u) for u in missing]
        if faults:
            raise Invalid(faults)
        return draft

    def _known(self, tx: Tx, draft: Draft, stored_key: str | None, digest: str) -> Transfer | None:
        if stored_key is not None:
            before = transfers.seen_before(tx, stored_key)
            if before is not None:
                transfer_id, was = before
                if was != digest:
                    raise Conflict("idempotency_key_reused")
                return transfers.by_ids(tx, [transfer_id or ""]).get(transfer_id or "")
        if draft.origin_ref:
            return transfers.find(tx, f"{draft.origin}:{draft.origin_ref}")
        return None

    def _is_first(
        self, tx: Tx, transfer: Transfer, caller: str | None, stored_key: str | None, digest: str
    ) -> bool:
        """Write the transfer down unless its number or its key is already taken."""
        now = transfer.transferred_at
        if stored_key is not None and not transfers.first_time(
            tx, stored_key, now, transfer=transfer.id, digest=digest
        ):
            return False
        if transfers.add(tx, transfer, caller):
            return True
        if stored_key is not None:
            transfers.forget(tx, stored_key)
        return False

    def _transfer(self, code: str, draft: Draft, now: datetime, actor: Actor) -> Transfer:
        return Transfer(
            id=self.new_id(),
            code=code,
            origin=draft.origin.strip(),
            origin_ref=draft.origin_ref or None,
            urgency=Urgency(draft.urgency),
            category=draft.category or None,
            area=draft.area or None,
            summary=draft.summary.strip(),
            received_at=draft.received_at or now,
            transferred_at=now,
            first_receiver=draft.first_receiver or None,
            state=TransferState.NEW,
            created_by=actor.name,
            police=draft.police,
            danger=draft.danger,
            confidential=draft.confidential,
            drill=draft.drill,
        )

    def call_police(self, ref: str, by: str, now: datetime) -> bool:
        """转110: page the police desk at once, beside whatever else goes on (clause 15).

        False when 110 works on it already. Raises NotFound.
        """
        return self.db.attempt(lambda tx: self.call_police_in(tx, ref, by, now))

    def call_police_in(self, tx: Tx, ref: str, by: str, now: datetime) -> bool:
        """The same inside an open transaction."""
        transfer = transfers.find(tx, ref)
        if transfer is None:
            raise NotFound("no_such_transfer", ref=ref)
        decision = self.engine.cases.tell(tx, transfer.id, PoliceCalled(by=by), now)
        return decision.reason is Reason.POLICE_CALLED


def _coded(draft: Draft, units: Mapping[str, Unit], faults: list[Fault]) -> Draft:
    """Codes for whatever a unit is called; what means none stays, for ``check`` to find."""

    def several(field: str, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(code_of(units, w, f"{field}[{i}]", faults) for i, w in enumerate(words))

    def one(field: str, word: str | None) -> str | None:
        return code_of(units, word, field, faults) if word else word

    return changed(
        draft,
        to=several("to", draft.to),
        copy=several("copy", draft.copy),
        area=one("area", draft.area),
        first_receiver=one("first_receiver", draft.first_receiver),
    )


def _accepted(draft: Draft, actor: Actor, *, nuisance: bool) -> HandedOver:
    return HandedOver(
        by=actor.name,
        unit=actor.unit,
        to=draft.to,
        origin=draft.origin,
        shares=shares(draft),
        police_first=draft.police_first,
        needed=draft.needed,
        calls=draft.calls,
        nuisance=nuisance,
    )


def _marked(tx: Tx, draft: Draft) -> bool:
    """Whether the caller is marked as malicious just now; danger is never held up by that."""
    grave = draft.urgency == Urgency.CRITICAL or draft.danger or draft.police
    if grave or draft.police_first or draft.decided:
        return False
    phone = _digits((draft.caller or {}).get("phone", ""))
    marked = (_digits(caller.get("phone", "")) for caller in transfers.marked_callers(tx))
    return bool(phone) and phone in marked


def _digits(phone: str) -> str:
    """A number without what people write around it; the last eleven digits tell it."""
    return "".join(c for c in phone if c.isdecimal())[-11:]
