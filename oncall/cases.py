"""The transfers' own lives: load, decide, save, log and do, in one transaction.

The pages are the engine's; what a decision asks of them is asked through it, and how they move is
heard here and moves the transfer in the same commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from oncall import due, facts
from oncall.batch import Batch
from oncall.core.errors import NotFound
from oncall.core.escalation import Decision as PageDecision
from oncall.core.events import Cancelled, Event, Finished, Progressed
from oncall.core.model import Page, Reason, State, Urgency
from oncall.core.routing import Route, Ruling, ruled
from oncall.core.transfers import (
    POLICE_DESK,
    Decision,
    PartRole,
    Share,
    Transfer,
    TransferState,
    decide,
)
from oncall.core.transfers import commands as c
from oncall.core.transfers import events as e
from oncall.core.transfers.work import NUISANCE
from oncall.entries import entry
from oncall.legs import Legs, Order
from oncall.notices import Notices
from oncall.parts import Parts
from oncall.store import alarms, pages, planned, routes, transfers
from oncall.store.database import Tx
from oncall.store.log import append, bump
from oncall.store.planned import Appointment


class Pager(Protocol):
    """The engine, as far as a transfer's life needs it."""

    def batch(self, tx: Tx, now: datetime) -> Batch:
        """An empty batch on an open transaction."""

    def handle_in(
        self, tx: Tx, page_id: str, event: Event | Callable[[Page], Event | None], now: datetime
    ) -> PageDecision | None:
        """Tell one page what happened."""


class Cases:
    """The only thing that changes a transfer."""

    def __init__(
        self, pager: Pager, notices: Notices, *, zone: ZoneInfo, new_id: Callable[[], str]
    ) -> None:
        self.pager = pager
        self.zone = zone
        self.new_id = new_id
        self.lang = notices.lang
        self.parts = Parts(new_id, notices)
        self.legs = Legs(notices)

    # -- births ----------------------------------------------------------------------------

    def number(self, tx: Tx, now: datetime) -> str:
        """The next printed number of the day."""
        day = now.astimezone(self.zone).strftime("%Y%m%d")
        # Not yet on the disk is good enough: the transfer's own commit brings it there.
        tx.in_a_hurry()
        return f"DH{day}-{bump(tx, transfers.day_counter(now, self.zone)):04d}"

    def born(self, batch: Batch, transfer: Transfer, event: e.Accepted) -> Decision:
        """What a new transfer begins as; not yet in the database."""
        return decide(transfer, event, batch.now, facts.at_birth(batch, self.zone))

    def begin(self, batch: Batch, decision: Decision, event: e.Accepted) -> None:
        """A transfer that was just written down begins to live."""
        transfer = decision.transfer
        batch.entries.append(entry(transfer, event, decision, batch.now))
        snapshot = batch.snapshot
        terms = snapshot.book.terms
        batch.entries.append(due.begin(batch.tx, transfer, terms, snapshot.calendar))
        self._do(batch, transfer, decision.commands, event.by)
        if batch.entries:
            batch.save()

    def _link(self, batch: Batch, origin: Transfer, unit: str, by: str, sender: str) -> Transfer:
        """A critical transfer that comes out of another: text, place and caller inherited."""
        tx, now = batch.tx, batch.now
        shares = (Share(unit=unit, role=PartRole.LEAD, urgency=Urgency.CRITICAL),)
        made = Transfer(
            id=self.new_id(),
            code=self.number(tx, now),
            origin=sender,
            origin_ref=f"{origin.code}/{len(transfers.linked(tx, origin.id)) + 1}",
            urgency=Urgency.CRITICAL,
            category=origin.category,
            area=origin.area,
            summary=origin.summary,
            received_at=now,
            transferred_at=now,
            first_receiver=origin.first_receiver,
            state=TransferState.NEW,
            created_by=by,
            danger=origin.danger,
            confidential=origin.confidential,
            drill=origin.drill,
            linked_to=origin.id,
        )
        event = e.Accepted(by=by, unit=sender, to=(unit,), origin=sender, shares=shares)
        decision = self.born(batch, made, event)
        transfers.add(tx, decision.transfer, transfers.caller(tx, origin.id))
        self.begin(self.pager.batch(tx, now), decision, event)
        return decision.transfer

    # -- deciding --------------------------------------------------------------------------

    def settle(self, tx: Tx, transfer_id: str, now: datetime) -> None:
        """A page of this transfer moved: say where the whole stands."""
        self.tell(tx, transfer_id, e.Settled(), now)

    def refused(self, tx: Tx, page: Page, now: datetime) -> None:
        """Somebody this page reached cannot take it; a group goes on calling."""
        ours = [part for part, one, _ in transfers.pages_of(tx, page.transfer) if one == page.id]
        person = ours[0].person if ours else None
        self.tell(tx, page.transfer, e.UnitRefused(unit=page.unit, person=person), now)

    def tell(self, tx: Tx, transfer_id: str, event: e.TransferEvent, now: datetime) -> Decision:
        """Tell one transfer what happened, in an open transaction. Raises NotFound.

        A refusal changes nothing and is not written down.
        """
        if not isinstance(event, e.Settled | e.UnitRefused):
            # Pages before their transfer, as everybody who answers takes them.
            pages.lock(tx, {page for _, page, _ in transfers.pages_of(tx, transfer_id)})
        # Two units answering in the same instant must not each see the other as unanswered.
        transfer = transfers.load(tx, transfer_id)
        if transfer is None:
            raise NotFound("no_such_transfer", ref=transfer_id)
        batch = self.pager.batch(tx, now)
        decision = decide(transfer, event, now, facts.of(batch, transfer, event, self.zone))
        if decision.refused or decision.reason is Reason.NOTHING_MOVED:
            return decision
        if decision.transfer != transfer:
            transfers.save(tx, decision.transfer, now)
        if decision.transfer.state is not transfer.state:
            due.follow(tx, transfer_id, decision.transfer.state, now)
        append(tx, [entry(decision.transfer, event, decision, now)])
        self._do(batch, decision.transfer, decision.commands, event.by)
        if any(isinstance(one, _MOVES_PARTS) for one in decision.commands):
            self.settle(tx, transfer_id, now)
        tx.ring()
        return decision

    def due(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        """The moment has come for what a decision booked."""
        text = str(appointment.told().get("text", ""))
        event = {
            c.Later.DISPUTE: e.DisputeDue(),
            c.Later.JOIN: e.JoinDue(),
            c.Later.NUISANCE: e.NuisanceDue(),
            c.Later.FOLLOW_UP: e.FollowUpDue(text=text),
            c.Later.CONFERENCE: e.ConferenceDue(),
            c.Later.HELD: e.HeldDue(nuisance=text == NUISANCE),
            c.Later.WAVE: e.WaveDue(),
        }[c.Later(appointment.kind)]
        self.tell(tx, appointment.subject or "", event, now)

    # -- doing -----------------------------------------------------------------------------

    def _do(
        self, batch: Batch, transfer: Transfer, commands: Sequence[c.TransferCommand], by: str
    ) -> None:
        for command in commands:
            _DOERS[type(command)](self, batch, transfer, command, by)

    def _open(self, batch: Batch, transfer: Transfer, command: c.OpenParts, _: str) -> None:
        empty = self.parts.open(batch, transfer, command.shares)
        for share in empty if transfer.life.calling is not None else ():
            # Nobody of a group's unit can be waited for: the next ones are called at once.
            refused = e.UnitRefused(unit=share.unit, person=share.person, nobody=True)
            self.tell(batch.tx, transfer.id, refused, batch.now)

    def _end(self, batch: Batch, transfer: Transfer, command: c.EndParts, by: str) -> None:
        gone = Cancelled(by=by, enough=command.enough, moved=not command.enough)
        event = Finished(by=by) if command.quiet else gone
        for part, page_id, _ in transfers.pages_of(batch.tx, transfer.id):
            if part.who in command.units and part.role is command.role:
                transfers.end_part(batch.tx, part.id, batch.now)
                self.pager.handle_in(batch.tx, page_id, event, batch.now)

    def _role(self, batch: Batch, transfer: Transfer, command: c.ChangeRole, _: str) -> None:
        for part, _page, _state in transfers.pages_of(batch.tx, transfer.id):
            if part.who == command.unit and part.role is PartRole.ASSIST:
                transfers.change_role(batch.tx, part.id, command.role)

    def _stand_down(
        self, batch: Batch, transfer: Transfer, command: c.StandDownAll, by: str
    ) -> None:
        for part, page_id, state in transfers.pages_of(batch.tx, transfer.id):
            if state is State.CANCELLED:
                continue
            if command.police or part.role is not PartRole.POLICE:
                self.pager.handle_in(batch.tx, page_id, Finished(by=by), batch.now)

    def _withdraw(self, batch: Batch, transfer: Transfer, command: c.WithdrawAll, by: str) -> None:
        for _part, page_id, state in transfers.pages_of(batch.tx, transfer.id):
            if state is not State.CANCELLED:
                event = Cancelled(by=by, why=command.why)
                self.pager.handle_in(batch.tx, page_id, event, batch.now)
        self.parts.inform_all(batch, transfer, c.News.WITHDRAWN)

    def _progress(self, batch: Batch, transfer: Transfer, command: c.NoteProgress, by: str) -> None:
        for part, page_id, state in transfers.pages_of(batch.tx, transfer.id):
            if state is State.ACKED and command.unit in (None, part.unit, part.who):
                self.pager.handle_in(batch.tx, page_id, Progressed(by=by), batch.now)

    def _police(self, batch: Batch, transfer: Transfer, command: c.CallPolice, by: str) -> None:
        if POLICE_DESK not in batch.snapshot.units:
            raise NotFound("unknown_unit", unit=POLICE_DESK)
        self._link(batch, transfer, POLICE_DESK, by, command.unit or transfer.origin)

    def _forward(self, batch: Batch, transfer: Transfer, command: c.Forward, by: str) -> None:
        self._link(batch, transfer, command.unit, by, transfer.origin)

    def _talk(self, batch: Batch, transfer: Transfer, command: c.CallParties, _: str) -> None:
        urgency = Urgency.CRITICAL
        units = [unit for unit in command.units if unit in batch.snapshot.units]
        shares = [Share(unit=unit, role=PartRole.PARTY, urgency=urgency) for unit in units]
        self.parts.open(batch, transfer, shares)

    def _call(self, batch: Batch, transfer: Transfer, command: Order, _: str) -> None:
        self.legs.do(batch, transfer, command)

    def _county(self, batch: Batch, transfer: Transfer, command: c.PageCounty, _: str) -> None:
        share = Share(unit=command.unit, role=PartRole.COUNTY, urgency=Urgency.CRITICAL)
        self.parts.open(batch, transfer, (share,))

    def _route(self, batch: Batch, transfer: Transfer, command: c.SetRoute, by: str) -> None:
        made = Route(
            category=command.category,
            area=command.area,
            lead=command.lead,
            assist=command.assist,
            valid_from=command.since.astimezone(self.zone).date(),
            source=command.source,
            ruling=Ruling(by=by, at=batch.now, matter=transfer.code),
        )
        routes.put(batch.tx, ruled(routes.all_routes(batch.tx), made))

    def _book(self, batch: Batch, transfer: Transfer, command: c.Book, by: str) -> None:
        key = f"{command.what}/{transfer.id}"
        if command.what is c.Later.FOLLOW_UP:
            key = f"{key}/{self.new_id()}"
        planned.book(
            batch.tx,
            key,
            command.what,
            command.at,
            subject=transfer.id,
            payload={"by": by, "text": command.text},
        )

    def _unbook(self, batch: Batch, transfer: Transfer, command: c.Unbook, _: str) -> None:
        planned.cancel_about(batch.tx, transfer.id, command.what)

    def _inform(self, batch: Batch, transfer: Transfer, command: c.Inform, _: str) -> None:
        unit = command.unit or facts.unit_behind(batch, transfer.origin)
        if unit is not None and unit in batch.snapshot.units:
            self.parts.inform(batch, transfer, unit, command.news, command.text)

    def _inform_all(self, batch: Batch, transfer: Transfer, command: c.InformAll, _: str) -> None:
        self.parts.inform_all(batch, transfer, command.news)

    def _sound(self, batch: Batch, transfer: Transfer, command: c.Sound, _: str) -> None:
        snapshot = batch.snapshot
        alarms.raise_alarm(
            batch.tx,
            command.alarm,
            batch.now,
            unit=None,
            transfer=transfer.id,
            who="、".join(snapshot.unit_name(w, self.lang) for w in command.who.split("、")),
        )

    def _silence(self, batch: Batch, transfer: Transfer, command: c.Silence, by: str) -> None:
        alarms.close_for_transfer(batch.tx, transfer.id, (command.alarm,), by, batch.now)


_MOVES_PARTS = (c.OpenParts, c.EndParts, c.ChangeRole)
_DOERS: dict[type[c.TransferCommand], Callable[[Cases, Batch, Transfer, Any, str], None]] = {
    c.OpenParts: Cases._open,
    c.EndParts: Cases._end,
    c.ChangeRole: Cases._role,
    c.StandDownAll: Cases._stand_down,
    c.WithdrawAll: Cases._withdraw,
    c.NoteProgress: Cases._progress,
    c.CallPolice: Cases._police,
    c.Forward: Cases._forward,
    c.CallParties: Cases._talk,
    **dict.fromkeys((c.Ring, c.AskBack, c.HangUp), Cases._call),
    c.PageCounty: Cases._county,
    c.SetRoute: Cases._route,
    c.Book: Cases._book,
    c.Unbook: Cases._unbook,
    c.Inform: Cases._inform,
    c.InformAll: Cases._inform_all,
    c.Sound: Cases._sound,
    c.Silence: Cases._silence,
}
