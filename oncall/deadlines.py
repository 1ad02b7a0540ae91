"""Deadlines as people meet them: reminders, an alarm when one passes, more time if granted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from oncall import due
from oncall.agenda import Agenda, Appointment
from oncall.core.errors import Conflict, Fault, Forbidden, Invalid
from oncall.core.model import Alarm, Ask, Channel, Source, State
from oncall.core.terms import DUE
from oncall.core.transfers import BINDING, Transfer
from oncall.core.transfers.events import TimeGranted
from oncall.core.words import N_, Text, moment
from oncall.desk import Desk
from oncall.directory import Directory, Snapshot
from oncall.intake import Actor
from oncall.notices import Notices
from oncall.store import alarms, deadlines, pages, transfers
from oncall.store.database import Tx
from oncall.store.deadlines import Deadline, Extension
from oncall.store.holidays import RECOUNT
from oncall.store.log import Entry, append

__all__ = ["Deadlines"]

#: From this share of the time on, the duty leader hears of it as well.
_LEADER_FROM = 80
_DRILL = N_("[Drill] ")
_SOON = N_("{code}: {percent}% of the time has passed. It must be finished by {due}.")
_OVER = N_("{code} is overdue since {due}. Finish it now, or ask for more time and say why.")
_ASKED = N_("{unit} asks for more time for {code}, until {until}. Please decide.")
_GRANTED = N_("More time for {code} was granted: it must be finished by {due}.")
_REFUSED = N_("More time for {code} was refused: it must still be finished by {due}.")


class Deadlines:
    """The one way to remind, to ask for more time, and to give it."""

    def __init__(self, desk: Desk, directory: Directory, notices: Notices) -> None:
        self.desk = desk
        self.db = desk.db
        self.directory = directory
        self.notices = notices

    def serve(self, agenda: Agenda) -> None:
        """Be the one who does what was booked about deadlines."""
        agenda.on(due.REMIND, self._remind)
        agenda.on(RECOUNT, self._recount)

    # -- by the clock ----------------------------------------------------------------------

    def _remind(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        deadline = deadlines.of(tx, appointment.subject or "")
        if deadline is None or deadline.ended_at is not None:
            return
        snapshot = self.directory.at(tx, now)
        terms, calendar = snapshot.book.terms, snapshot.calendar
        percent = due.passed(deadline, terms, calendar, now)
        if percent:
            deadlines.change(tx, deadline.transfer, reminded=percent)
            self._say(tx, snapshot, deadline, percent, now)
            deadline = deadlines.of(tx, deadline.transfer) or deadline
        due.plan(tx, deadline, terms, calendar)

    def _recount(self, tx: Tx, _: Appointment, now: datetime) -> None:
        snapshot = self.directory.at(tx, now)
        due.recount(tx, snapshot.book.terms, snapshot.calendar, now)

    def _say(
        self, tx: Tx, snapshot: Snapshot, deadline: Deadline, percent: int, now: datetime
    ) -> None:
        transfer = transfers.by_ids(tx, [deadline.transfer])[deadline.transfer]
        overdue = percent >= DUE
        event = "Overdue" if overdue else "Reminded"
        told = []
        end = moment(deadline.due_at, deadline.clock.zone)
        words = _words(transfer, _OVER if overdue else _SOON, due=end, percent=percent)
        for unit, owner in _handling(tx, transfer.id):
            people = _responsible(snapshot, tx, unit, owner, now, leader=percent >= _LEADER_FROM)
            for person in people:
                key = f"{due.REMIND}/{transfer.id}/{deadline.due_at:%Y%m%d%H%M}/{percent}/{person}"
                if self.notices.tell(
                    tx, snapshot, person, words, now, key=key, transfer=transfer.id
                ):
                    told.append(person)
            if overdue:
                alarms.raise_alarm(tx, Alarm.OVERDUE, now, unit=unit, transfer=transfer.id)
        payload = {
            "percent": percent,
            "due_at": deadline.due_at,
            "told": told,
            "text": end if overdue else str(percent),
        }
        append(tx, [Entry(transfer=transfer.id, at=now, event=event, payload=payload)])
        tx.ring()

    # -- by people -------------------------------------------------------------------------

    def of(self, ref: str, actor: Actor) -> tuple[Transfer, Deadline, Extension | None]:
        """A matter's deadline and the wish that waits for an answer. Raises NotFound, Conflict."""
        transfer = self.desk.find(ref, actor)
        with self.db.read() as tx:
            return transfer, _running(tx, transfer), deadlines.undecided(tx, transfer.id)

    def ask(
        self, ref: str, by: str, until: datetime, why: str, now: datetime, actor: Actor
    ) -> Extension:
        """Whoever handles the matter needs more time; the supervisor on duty is told.

        Raises Invalid, NotFound, and Conflict while an earlier wish is undecided.
        """
        transfer = self.desk.find(ref, actor)

        def work(tx: Tx) -> Extension:
            transfers.lock(tx, transfer.id)
            deadline = _running(tx, transfer)
            faults = []
            if until <= max(deadline.due_at, now):
                said = moment(until, deadline.clock.zone)
                faults.append(Fault(where="until", code="not_later", value=said))
            if not why.strip():
                faults.append(Fault(where="why", code="empty"))
            if faults:
                raise Invalid(faults)
            wish = deadlines.ask(tx, transfer.id, by=by, until=until, why=why.strip(), now=now)
            if wish is None:
                raise Conflict("extension_undecided", transfer=transfer.code)
            payload = {"until": until, "why": why.strip(), "entered_by": actor.name}
            entry = Entry(
                transfer=transfer.id, at=now, event="ExtensionAsked", who=by, payload=payload
            )
            append(tx, [entry])
            self._tell_supervisor(tx, transfer, wish, now)
            tx.ring()
            return wish

        return self.db.attempt(work)

    def decide(
        self, ref: str, by: str, now: datetime, actor: Actor, *, grant: bool, why: str = ""
    ) -> Deadline:
        """Grant the wish for more time, or refuse it; whoever handles the matter is told.

        Raises Forbidden for a liaison: nobody gives time to themselves.
        """
        if actor.role == "liaison":
            raise Forbidden("not_allowed", role=actor.role, allowed="supervisor, dispatcher, admin")
        transfer = self.desk.find(ref, actor)

        def work(tx: Tx) -> Deadline:
            transfers.lock(tx, transfer.id)
            deadline = _running(tx, transfer)
            wish = deadlines.undecided(tx, transfer.id)
            if wish is None:
                raise Conflict("no_extension_asked", transfer=transfer.code)
            snapshot = self.directory.at(tx, now)
            deadlines.decide(tx, wish.id, by=by, granted=grant, now=now)
            if grant:
                terms, calendar = snapshot.book.terms, snapshot.calendar
                deadline = due.move(tx, deadline, wish.until, terms, calendar, now, extended=True)
            event = "ExtensionGranted" if grant else "ExtensionRefused"
            end = moment(deadline.due_at, deadline.clock.zone)
            payload = {
                "due_at": deadline.due_at,
                "asked_by": wish.asked_by,
                "why": why.strip(),
                "text": end,
            }
            append(tx, [Entry(transfer=transfer.id, at=now, event=event, who=by, payload=payload)])
            if grant:
                extended = TimeGranted(by=by, until=deadline.due_at)
                self.desk.engine.cases.tell(tx, transfer.id, extended, now)
            words = _words(transfer, _GRANTED if grant else _REFUSED, due=end)
            for unit, owner in _handling(tx, transfer.id):
                for person in _responsible(snapshot, tx, unit, owner, now, leader=False):
                    key = f"extension/{wish.id}/{person}"
                    self.notices.tell(
                        tx, snapshot, person, words, now, key=key, transfer=transfer.id
                    )
            tx.ring()
            return deadline

        return self.db.attempt(work)

    def _tell_supervisor(self, tx: Tx, transfer: Transfer, wish: Extension, now: datetime) -> None:
        snapshot = self.directory.at(tx, now)
        office = snapshot.book.terms.extensions_by
        lead = next((unit for unit, _ in _handling(tx, transfer.id)), "")
        until = moment(wish.until, snapshot.book.terms.zone)
        for person in _on_duty(snapshot, tx, office, ("supervisor", "primary"), now):
            unit = snapshot.unit_name(lead, snapshot.lang(person) or self.notices.lang)
            words = _words(transfer, _ASKED, unit=unit, until=until)
            key = f"extension/{wish.id}/asked/{person}"
            self.notices.tell(tx, snapshot, person, words, now, key=key, transfer=transfer.id)


def _words(transfer: Transfer, source: str, **blanks: object) -> Callable[[Text], str]:
    """A sentence about a matter, in the reader's language; a drill says that it is one."""

    def words(t: Text) -> str:
        said = t(source).format(code=transfer.code, **blanks)
        return t(_DRILL) + said if transfer.drill else said

    return words


def _running(tx: Tx, transfer: Transfer) -> Deadline:
    deadline = deadlines.of(tx, transfer.id)
    if deadline is None or deadline.ended_at is not None:
        raise Conflict("no_deadline", transfer=transfer.code)
    return deadline


def _handling(tx: Tx, transfer: str) -> list[tuple[str, str | None]]:
    """The units that have the matter to do, the leading one first, with who owns it there."""
    out: list[tuple[str, str | None]] = []
    found = [p for p in transfers.pages_of(tx, transfer) if p[0].role in BINDING]
    for part, page_id, state in sorted(found, key=lambda p: p[0].role, reverse=True):
        if state is State.CANCELLED:
            continue
        loaded = pages.load(tx, page_id)
        out.append((part.unit, loaded.page.owner if loaded is not None else None))
    return out


def _responsible(
    snapshot: Snapshot, tx: Tx, unit: str, owner: str | None, now: datetime, *, leader: bool
) -> list[str]:
    """The owner, and whoever is on duty where there is none or the owner has gone home."""
    serving = _on_duty(snapshot, tx, unit, ("primary", "deputy"), now)
    people = [owner] if owner in snapshot.people and owner is not None else []
    if not people or people[0] not in serving:
        people += serving[:1] or _holders(snapshot, tx, unit, "liaison", now)
    if leader:
        people += _on_duty(snapshot, tx, unit, ("leader",), now)
    return [p for p in dict.fromkeys(people) if snapshot.address(p, Channel.SMS)]


def _on_duty(
    snapshot: Snapshot, tx: Tx, unit: str, roles: tuple[str, ...], now: datetime
) -> list[str]:
    answer = snapshot.on_duty(tx, now)
    found: list[str] = []
    for role in roles:
        watch = answer(Ask(source=Source.ROSTER, role=role, unit=unit))
        found += [contact.person for contact in watch.people]
    return found


def _holders(snapshot: Snapshot, tx: Tx, unit: str, post: str, now: datetime) -> list[str]:
    watch = snapshot.on_duty(tx, now)(Ask(source=Source.POST, role=post, unit=unit))
    return [contact.person for contact in watch.people]
