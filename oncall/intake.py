"""Take a transfer, number it, open a page per unit and start paging: in one commit, once.

A transfer is accepted once per origin and number, however often it is sent; it is durable before
the sender hears so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall import due
from oncall.core.errors import Conflict, Fault, Invalid, NotFound
from oncall.core.escalation import open_page
from oncall.core.events import Arrived
from oncall.core.model import Urgency
from oncall.core.transfers import (
    POLICE_DESK,
    Draft,
    Part,
    PartRole,
    Share,
    Transfer,
    TransferState,
    check,
    shares,
)
from oncall.engine import Batch, Engine
from oncall.store import pages, transfers
from oncall.store.database import Tx
from oncall.store.log import Entry, bump, dumps


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

    def __init__(self, engine: Engine, zone: ZoneInfo, new_id: Callable[[], str]) -> None:
        self.engine = engine
        self.db = engine.db
        self.zone = zone
        self.new_id = new_id

    def accept(
        self, draft: Draft, now: datetime, actor: Actor, *, key: str | None = None
    ) -> Accepted:
        """Take a transfer and start paging, durable before we answer; idempotent.

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
            _require(draft, self.engine.directory.at(tx, now).units, now)
        # On PostgreSQL in a transaction of its own: inside the transfer's, everybody who hands over
        # would wait for everybody else's disk. A number whose transfer then fails is left out.
        code = self.db.attempt(lambda tx: self._number(tx, now)) if self.db.postgres else None
        with self.db.begin() as tx:
            code = code or self._number(tx, now)
            batch = self.engine.batch(tx, now)
            _require(draft, batch.snapshot.units, now)
            transfer = self._transfer(code, draft, now, actor)
            caller = dumps(draft.caller) if draft.caller else None
            if not self._is_first(tx, transfer, caller, stored_key, digest):
                # Somebody handed in the same matter in this very instant: theirs it is.
                known = self._known(tx, draft, stored_key, digest)
                if known is None:
                    raise Conflict("transfer_vanished", ref=draft.origin_ref or "")
                return Accepted(transfer=known, created=False)
            snapshot = batch.snapshot
            batch.entries.append(
                Entry(
                    transfer=transfer.id,
                    at=now,
                    event="Accepted",
                    who=actor.name,
                    payload={"to": draft.to, "origin": draft.origin},
                )
            )
            batch.entries.append(due.begin(tx, transfer, snapshot.book.terms, snapshot.calendar))
            self._open(batch, transfer, shares(draft))
        return Accepted(transfer=transfer, created=True)

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

    def _number(self, tx: Tx, now: datetime) -> str:
        """The next printed number of the day."""
        day = now.astimezone(self.zone).strftime("%Y%m%d")
        # Not yet on the disk is good enough: the transfer's own commit brings it there.
        tx.in_a_hurry()
        return f"DH{day}-{bump(tx, f'transfer:{day}'):04d}"

    def _transfer(self, code: str, draft: Draft, now: datetime, actor: Actor) -> Transfer:
        return Transfer(
            id=self.new_id(),
            code=code,
            origin=draft.origin.strip(),
            origin_ref=draft.origin_ref or None,
            urgency=shares(draft)[0].urgency,
            category=draft.category or None,
            area=draft.area or None,
            summary=draft.summary.strip(),
            received_at=draft.received_at or now,
            transferred_at=now,
            first_receiver=draft.first_receiver or None,
            state=TransferState.PAGED,
            created_by=actor.name,
            police=draft.police,
            danger=draft.danger,
            confidential=draft.confidential,
            drill=draft.drill,
        )

    def call_police(self, ref: str, by: str, now: datetime) -> bool:
        """转110: page the police desk at once, beside whatever else goes on (clause 15).

        False when it has been called for this transfer already. Raises NotFound.
        """
        with self.db.begin() as tx:
            return self.call_police_in(tx, ref, by, now)

    def call_police_in(self, tx: Tx, ref: str, by: str, now: datetime) -> bool:
        """The same inside an open transaction."""
        transfer = transfers.find(tx, ref)
        if transfer is None:
            raise NotFound("no_such_transfer", ref=ref)
        transfers.lock(tx, transfer.id)
        if any(part.unit == POLICE_DESK for part, _, _ in transfers.pages_of(tx, transfer.id)):
            return False
        batch = self.engine.batch(tx, now)
        if POLICE_DESK not in batch.snapshot.units:
            raise NotFound("unknown_unit", unit=POLICE_DESK)
        share = Share(unit=POLICE_DESK, role=PartRole.POLICE, urgency=Urgency.CRITICAL)
        batch.entries.append(Entry(transfer=transfer.id, at=now, event="PoliceCalled", who=by))
        self._open(batch, transfer, (share,))
        return True

    def _open(self, batch: Batch, transfer: Transfer, wanted: Sequence[Share]) -> None:
        """A part and a started page for each share, saved with everything they ask for."""
        tx, snapshot, now = batch.tx, batch.snapshot, batch.now
        opened = []
        for share in wanted:
            part = Part(id=self.new_id(), transfer=transfer.id, unit=share.unit, role=share.role)
            page = open_page(
                page_id=self.new_id(),
                transfer=transfer.id,
                part=part.id,
                unit=share.unit,
                policy=snapshot.book.choose(transfer.category, share.urgency),
                calendar=snapshot.calendar,
                paged_at=now,
            )
            opened.append((part, page, share.urgency))
        transfers.add_parts(tx, [part for part, _, _ in opened])
        started = [
            (batch.decide(page, Arrived(), transfer, fresh=True).page, urgency)
            for _, page, urgency in opened
        ]
        pages.add(tx, started)
        batch.save()


def _require(draft: Draft, units: Collection[str], now: datetime) -> None:
    faults = check(draft, units, now)
    if not faults:
        missing = [s.unit for s in shares(draft) if s.unit not in units]
        faults = [Fault(where="danger", code="unknown_unit", value=u) for u in missing]
    if faults:
        raise Invalid(faults)
