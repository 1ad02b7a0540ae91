"""Supervision 督办: drafts shown to a person, orders numbered, issued, answered and ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.agenda import Agenda, Appointment, daily
from oncall.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from oncall.core.kpi import read
from oncall.core.model import Alarm, Ask, Channel, Colour, Source
from oncall.core.oversight import Failed, Failing, OrderState, Oversight, earned
from oncall.core.words import COLOURS, N_, Text, moment
from oncall.directory import Directory, Snapshot
from oncall.intake import Actor
from oncall.notices import Notices
from oncall.store import alarms, figures, planned, supervisions, transfers
from oncall.store.database import Database, Tx
from oncall.store.log import Entry, append
from oncall.store.supervisions import ORDER, Order

__all__ = ["Supervision", "colour_word"]

#: The daily count of what units failed at.
TALLY = "supervision.tally"
#: Those who may issue an order; whoever sits at the machine itself is an admin.
_ISSUERS = frozenset({"supervisor", "admin"})
#: Those of a unit who hear of an order: whoever leads it, and whoever is on duty.
_POSTS, _ROLES = ("head", "division_leader"), ("leader", "primary")

_DRAFTED = N_("A {colour} supervision order for {unit} about {code} waits for you to decide.")
_ISSUED = N_("Supervision order {number} ({colour}) about {code}: reply in writing by {due}.")
_UNREPLIED = N_("{unit} has not replied to supervision order {number}, due at {due}.")
_REPLIED = N_("{unit} has replied to supervision order {number}.")
_ENDED = N_("Supervision order {number} is closed.")
#: What an order asks where its issuer wrote nothing else.
_DEMAND = N_("Deal with it at once, and reply in writing what was done and why it was late.")


def colour_word(rules: Oversight, colour: Colour, t: Text) -> str:
    """The county's own word for a colour, else ours."""
    return rules.words.get(colour) or t(COLOURS[colour])


class Supervision:
    """The one way to draft, issue, answer and end orders."""

    def __init__(self, db: Database, directory: Directory, notices: Notices) -> None:
        self.db = db
        self.directory = directory
        self.notices = notices

    def serve(self, agenda: Agenda, zone: str) -> None:
        """Be the one who does what was booked about orders, and count once a day."""
        agenda.on(ORDER, self._remind)

        def again(last: datetime) -> datetime:
            with self.db.read() as tx:
                rules = self.directory.at(tx, last).book.oversight
            return daily(rules.tally_at, zone)(last)

        agenda.recurring(TALLY, again, self._tally)

    # -- by the clock ----------------------------------------------------------------------

    def _remind(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        """A draft is new, or the reply to an order is due."""
        order = supervisions.lock(tx, appointment.told()["order"])
        if order is None:
            return
        snapshot = self.directory.at(tx, now)
        rules = snapshot.book.oversight
        if order.state is OrderState.DRAFT:
            if order.colour is Colour.BLUE and rules.auto_blue:
                self._issue(tx, snapshot, order, "", now, demand="")
            else:
                self._tell_supervisor(tx, snapshot, order, _DRAFTED, "drafted", now)
        elif order.state is OrderState.ISSUED:
            self._tell_supervisor(tx, snapshot, order, _UNREPLIED, "unreplied", now)
            alarms.raise_alarm(
                tx,
                Alarm.NO_REPLY,
                now,
                unit=order.unit,
                transfer=order.transfer,
                who=order.number or "",
            )
        tx.ring()

    def _tally(self, tx: Tx, _: Appointment, now: datetime) -> None:
        """Count what units failed at, and draft what they have earned."""
        snapshot = self.directory.at(tx, now)
        rules = snapshot.book.oversight
        if not rules.tallies:
            return
        since = now - max(rule.within for rule in rules.tallies)
        failings = _failings(tx, since, now)
        for proposal in earned(rules, failings, supervisions.had(tx, since), now):
            last = proposal.transfers[-1]
            supervisions.draft(
                tx,
                transfer=last,
                page=f"{proposal.cause}:{proposal.unit}:{now:%y%m%d}"[:40],
                unit=proposal.unit,
                colour=proposal.colour,
                now=now,
                cause=proposal.cause,
                matters=proposal.transfers,
            )

    # -- by people -------------------------------------------------------------------------

    def find(self, ref: str, actor: Actor) -> Order:
        """An order by its row or printed number. NotFound also for what is not the actor's."""
        with self.db.read() as tx:
            number = supervisions.find(tx, ref)
            order = None if number is None else supervisions.of(tx, number)
        if order is None or not _sees(order, actor):
            raise NotFound("no_such_order", ref=ref)
        return order

    def issue(self, ref: str, by: str, now: datetime, actor: Actor, *, demand: str = "") -> Order:
        """A person turns a draft into an order: numbered, with a new deadline, the unit told.

        Raises Forbidden unless a supervisor does it, Conflict where it is no draft any more.
        """
        _require(actor)

        def work(tx: Tx, order: Order) -> None:
            _stands(order, OrderState.DRAFT)
            self._issue(tx, self.directory.at(tx, now), order, by, now, demand=demand)

        return self._change(ref, actor, work)

    def drop(self, ref: str, by: str, why: str, now: datetime, actor: Actor) -> Order:
        """A person decides that a draft becomes no order, and says why."""
        _require(actor)

        def work(tx: Tx, order: Order) -> None:
            _stands(order, OrderState.DRAFT)
            _said("why", why)
            self._end(tx, order, OrderState.DROPPED, by, why, now)

        return self._change(ref, actor, work)

    def reply(self, ref: str, by: str, text: str, now: datetime, actor: Actor) -> Order:
        """The unit answers in writing; the supervisor on duty is told. Again replaces it."""

        def work(tx: Tx, order: Order) -> None:
            _stands(order, OrderState.ISSUED, OrderState.REPLIED)
            _said("text", text)
            supervisions.change(
                tx,
                order.id,
                state=OrderState.REPLIED,
                reply=text.strip(),
                replied_at=now,
                replied_by=by[:60],
            )
            planned.cancel(tx, _key(order))
            alarms.close_for_transfer(tx, order.transfer, (Alarm.NO_REPLY,), by, now)
            _note(tx, order, "SupervisionReplied", by, now, text=order.number)
            snapshot = self.directory.at(tx, now)
            occasion = f"replied/{now:%Y%m%d%H%M%S}"
            self._tell_supervisor(tx, snapshot, order, _REPLIED, occasion, now)
            tx.ring()

        return self._change(ref, actor, work)

    def close(self, ref: str, by: str, now: datetime, actor: Actor, *, why: str = "") -> Order:
        """The supervisor is content with the reply, or says why none is needed."""
        _require(actor)

        def work(tx: Tx, order: Order) -> None:
            _stands(order, OrderState.ISSUED, OrderState.REPLIED)
            if order.state is OrderState.ISSUED:
                _said("why", why)
            self._end(tx, order, OrderState.CLOSED, by, why, now)
            snapshot = self.directory.at(tx, now)
            self._tell_unit(tx, snapshot, order, _ENDED, "closed", now)
            tx.ring()

        return self._change(ref, actor, work)

    # -- shared ----------------------------------------------------------------------------

    def _change(self, ref: str, actor: Actor, work: Callable[[Tx, Order], None]) -> Order:
        found = self.find(ref, actor)

        def locked(tx: Tx) -> Order:
            order = supervisions.lock(tx, found.id)
            if order is None:
                raise NotFound("no_such_order", ref=ref)
            work(tx, order)
            return supervisions.of(tx, found.id) or order

        return self.db.attempt(locked)

    def _issue(
        self, tx: Tx, snapshot: Snapshot, order: Order, by: str, now: datetime, *, demand: str
    ) -> None:
        rules, terms = snapshot.book.oversight, snapshot.book.terms
        year = now.astimezone(ZoneInfo(terms.zone)).year
        number = rules.numbered(year, supervisions.next_number(tx, year))
        due_at = rules.reply_due(order.colour, now, terms, snapshot.calendar)
        supervisions.change(
            tx,
            order.id,
            state=OrderState.ISSUED,
            number=number,
            issued_at=now,
            issued_by=by[:60] or None,
            demand=demand.strip() or None,
            due_at=due_at,
        )
        issued = supervisions.of(tx, order.id) or order
        payload = {
            "order": order.id,
            "number": number,
            "unit": order.unit,
            "colour": order.colour,
            "due_at": due_at,
        }
        _note(tx, issued, "Supervised", by, now, text=number, **payload)
        planned.book(tx, _key(order), ORDER, due_at, subject=order.transfer, payload=payload)
        self._tell_unit(tx, snapshot, issued, _ISSUED, "issued", now)
        tx.ring()

    def _end(
        self, tx: Tx, order: Order, state: OrderState, by: str, why: str, now: datetime
    ) -> None:
        values = {"ended_at": now, "ended_by": by[:60], "ended_why": why.strip() or None}
        supervisions.change(tx, order.id, state=state, **values)
        planned.cancel(tx, _key(order))
        alarms.close_for_transfer(tx, order.transfer, (Alarm.NO_REPLY,), by, now)
        event = "SupervisionClosed" if state is OrderState.CLOSED else "SupervisionDropped"
        _note(tx, order, event, by, now, text=order.number or why.strip())

    def _tell_unit(
        self, tx: Tx, snapshot: Snapshot, order: Order, source: str, occasion: str, now: datetime
    ) -> None:
        people = _of_unit(snapshot, tx, order.unit, now)
        self._tell(tx, snapshot, order, people, source, occasion, now)

    def _tell_supervisor(
        self, tx: Tx, snapshot: Snapshot, order: Order, source: str, occasion: str, now: datetime
    ) -> None:
        unit = snapshot.book.oversight.unit
        people = _asked(snapshot, tx, unit, Source.ROSTER, ("supervisor", "primary"), now)[:2]
        self._tell(tx, snapshot, order, people, source, occasion, now)

    def _tell(
        self,
        tx: Tx,
        snapshot: Snapshot,
        order: Order,
        people: list[str],
        source: str,
        occasion: str,
        now: datetime,
    ) -> None:
        rules, zone = snapshot.book.oversight, snapshot.book.terms.zone
        drill = transfers.by_ids(tx, [order.transfer])[order.transfer].drill
        for person in dict.fromkeys(people):
            if snapshot.address(person, Channel.SMS) is None:
                continue
            unit = snapshot.unit_name(order.unit, snapshot.lang(person) or self.notices.lang)

            def words(t: Text, unit: str = unit) -> str:
                said = t(source).format(
                    number=order.number or "",
                    colour=colour_word(rules, order.colour, t),
                    unit=unit,
                    code=order.code,
                    due=moment(order.due_at, zone) if order.due_at else "",
                )
                return t(N_("[Drill] ")) + said if drill else said

            key = f"{ORDER}/{order.id}/{occasion}/{person}"
            self.notices.tell(tx, snapshot, person, words, now, key=key, transfer=order.transfer)


def demanded(order: Order, t: Text) -> str:
    """What an order asks of the unit."""
    return order.demand or t(_DEMAND)


def _failings(tx: Tx, since: datetime, now: datetime) -> list[Failed]:
    """What the log says units failed at since then: the pages and matters the figures count."""
    found = []
    for matter in read(figures.lines(tx, since, now)):
        if not matter.counts:
            continue
        for page in matter.pages.values():
            late = page.acked_at is None or page.acked_at > page.limit_at
            withdrawn = page.ended_at is not None and page.ended_at < page.limit_at
            if late and not withdrawn and since < page.limit_at <= now:
                found.append(
                    Failed(what=Failing.LATE, unit=page.unit, transfer=matter.id, at=page.limit_at)
                )
        due, lead, closed = matter.due_at, matter.lead, matter.closed_at
        if due is None or lead is None or matter.dropped_at is not None:
            continue
        if since < due <= now and (closed is None or closed > due):
            found.append(Failed(what=Failing.OVERDUE, unit=lead, transfer=matter.id, at=due))
    return found


def _of_unit(snapshot: Snapshot, tx: Tx, unit: str, now: datetime) -> list[str]:
    holders = _asked(snapshot, tx, unit, Source.POST, _POSTS, now)
    serving = _asked(snapshot, tx, unit, Source.ROSTER, _ROLES, now)
    return [*holders, *serving] or _asked(snapshot, tx, unit, Source.POST, ("liaison",), now)


def _asked(
    snapshot: Snapshot, tx: Tx, unit: str, source: Source, words: tuple[str, ...], now: datetime
) -> list[str]:
    answer = snapshot.on_duty(tx, now)
    return [
        contact.person
        for word in words
        for contact in answer(Ask(source=source, role=word, unit=unit)).people
    ]


def _sees(order: Order, actor: Actor) -> bool:
    """A liaison sees the own unit's orders, and no draft: it is not an order yet."""
    if actor.role != "liaison":
        return True
    return order.unit == actor.unit and order.number is not None


def _require(actor: Actor) -> None:
    if actor.role not in _ISSUERS:
        raise Forbidden("not_allowed", role=actor.role, allowed=", ".join(sorted(_ISSUERS)))


def _stands(order: Order, *states: OrderState) -> None:
    if order.state not in states:
        raise Conflict("order_elsewhere", order=order.number or str(order.id), state=order.state)


def _said(where: str, text: str) -> None:
    if not text.strip():
        raise Invalid([Fault(where=where, code="empty")])


def _key(order: Order) -> str:
    return f"{ORDER}/{order.id}"


def _note(tx: Tx, order: Order, event: str, by: str, now: datetime, /, **payload: object) -> None:
    entry = Entry(transfer=order.transfer, at=now, event=event, who=by or None, payload=payload)
    append(tx, [entry])
