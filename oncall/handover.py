"""Before a duty: remind whoever comes on, take their yes or no, tell the leader in time.

What is planned is booked when the roster says so, and asked of the roster again when its moment
comes: a duty that was given away reminds nobody, one that was taken over reminds the new person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from oncall.agenda import After, Agenda, Appointment, every
from oncall.core.errors import NotFound
from oncall.core.handover import check_at, coming, reminders, still_comes
from oncall.core.model import Alarm, State
from oncall.core.words import N_, Text
from oncall.directory import Directory, Snapshot
from oncall.holdover import HoldOvers, confirmed, leaders, name_of, speaking
from oncall.notices import Notices
from oncall.store import alarms, handovers, inhand, planned
from oncall.store.database import Database, Tx
from oncall.store.handovers import Handover
from oncall.store.log import Entry, append
from oncall.store.usage import NO_TRANSFER
from rosters.holding import LONGEST_HOLD

PLAN, REMIND, CHECK = "handover.plan", "handover.remind", "handover.check"

#: The roster is looked at this often, and looked through when it changed or an hour passed.
_LOOK_EVERY, _PLAN_EVERY = timedelta(minutes=1), timedelta(hours=1)
#: Duties are planned for this long ahead: the evening before the longest ordinary morning.
_AHEAD = timedelta(hours=36)
#: A duty may still be confirmed this long after it began: as long as anybody may be held for it.
_LATE = LONGEST_HOLD

_COMING = N_("From {start} you are on duty: {unit}, {role}, until {end}. Reply 1 to confirm.")
_AGAIN = N_("From {start} you are on duty: {unit}, {role}, until {end}.")
_WAITING = N_(" Waiting for an answer: {count}.")
_TAKEN = N_(" In hand: {count}.")
_UNCONFIRMED = N_("{name} has not confirmed the duty from {start} ({unit}, {role}). See to it.")
_REFUSED = N_("{name} cannot come on duty from {start} ({unit}, {role}). Find somebody now.")


class Handovers:
    """The one way to remind, and to take the answer."""

    def __init__(self, db: Database, directory: Directory, notices: Notices) -> None:
        self.db = db
        self.directory = directory
        self.notices = notices
        self.holdovers = HoldOvers(directory, notices)
        #: The directory that was looked through last, and when.
        self._planned: tuple[int, datetime] | None = None

    def serve(self, agenda: Agenda) -> None:
        """Be the one who does what is booked about handovers."""
        agenda.recurring(PLAN, every(_LOOK_EVERY), self._look)
        agenda.on(REMIND, self._remind)
        agenda.on(CHECK, self._check)
        self.holdovers.serve(agenda)

    # -- planning --------------------------------------------------------------------------

    def _look(self, tx: Tx, _: Appointment, now: datetime) -> After | None:
        version = self.directory.at(tx, now).version
        if self._planned is not None:
            last, at = self._planned
            if last == version and now - at < _PLAN_EVERY:
                return None
        # Rosters are looked through outside the transaction, which must not keep pages waiting.
        return lambda: self._planned_again(now)

    def _planned_again(self, now: datetime) -> None:
        self.plan(now)

    def plan(self, now: datetime) -> int:
        """Book what is to be said about each duty that begins soon; says how many were new."""
        with self.db.read() as tx:
            snapshot = self.directory.at(tx, now)
            rules = snapshot.book.handover
            shifts = [
                shift
                for unit in snapshot.units
                for shift in coming(snapshot.roster(tx, unit), rules, now, now + _AHEAD)
            ]
        new = 0
        for shift in shifts:
            with self.db.begin() as tx:
                known, fresh = handovers.begin(tx, shift)
                if fresh:
                    _book(tx, snapshot, known, now)
                self.holdovers.plan(tx, snapshot, known)
            new += fresh
        with self.db.begin() as tx:
            self.holdovers.let_go(tx, snapshot, now)
        self._planned = (snapshot.version, now)
        return new

    # -- by the clock ----------------------------------------------------------------------

    def _remind(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        told = appointment.told()
        snapshot = self.directory.at(tx, now)
        handover = self._still(tx, snapshot, told["id"])
        if handover is None or handover.refused_at is not None or now >= handover.start_at:
            return
        waiting, taken = _in_hand(tx, handover.unit) if told["last"] else (0, 0)
        if handover.confirmed_at is not None and not (waiting or taken):
            return
        asks = handover.confirmed_at is None
        shift = handover.shift

        lang = snapshot.lang(handover.person) or self.notices.lang

        def words(t: Text, template: str = _COMING if asks else _AGAIN) -> str:
            said = t(template).format(**speaking(t, snapshot, shift, lang))
            said += t(_WAITING).format(count=waiting) if waiting else ""
            return said + (t(_TAKEN).format(count=taken) if taken else "")

        key = f"{REMIND}/{handover.id}/{'last' if told['last'] else 'evening'}"
        sent = self.notices.duty(
            tx,
            snapshot,
            handover.person,
            words,
            now,
            key=key,
            span=(shift.start, shift.end),
            asks=asks,
            # An e-mail cannot be answered with a 1.
            mailed=lambda t: words(t, _AGAIN),
        )
        if sent and handover.asked_at is None:
            handovers.change(tx, handover.id, asked_at=now)

    def _check(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        snapshot = self.directory.at(tx, now)
        handover = self._still(tx, snapshot, appointment.told()["id"])
        if handover is not None and not handover.answered:
            self._tell_leader(tx, snapshot, handover, _UNCONFIRMED, now)

    def _still(self, tx: Tx, snapshot: Snapshot, number: int) -> Handover | None:
        """The handover, unless the duty has gone to somebody else meanwhile."""
        handover = handovers.one(tx, number)
        if handover is None:
            return None
        if not still_comes(snapshot.roster(tx, handover.unit), handover.shift):
            # It may come back, and is then planned anew.
            handovers.forget(tx, number)
            return None
        return handover

    def _tell_leader(
        self, tx: Tx, snapshot: Snapshot, handover: Handover, said: str, now: datetime
    ) -> None:
        name = name_of(snapshot, handover.person)
        what = "refused" if handover.refused_at is not None else "check"
        told = []
        for person in leaders(tx, snapshot, handover.shift, now):
            lang = snapshot.lang(person) or self.notices.lang

            def words(t: Text, lang: str = lang) -> str:
                return t(said).format(name=name, **speaking(t, snapshot, handover.shift, lang))

            key = f"{CHECK}/{handover.id}/{what}/{person}"
            if self.notices.tell(tx, snapshot, person, words, now, key=key):
                told.append(person)
        if not told or handover.refused_at is not None:
            alarms.raise_alarm(tx, Alarm.NOT_RELIEVED, now, unit=handover.unit, who=name)
        handovers.change(tx, handover.id, told_at=now)
        payload = {"role": handover.role, "start": handover.start_at, "told": told}
        event = "ReliefRefused" if handover.refused_at is not None else "ReliefUnconfirmed"
        append(tx, [Entry(transfer=NO_TRANSFER, at=now, event=event, who=name, payload=payload)])
        tx.ring()

    # -- by people -------------------------------------------------------------------------

    def pending(self, tx: Tx, people: Collection[str], now: datetime) -> list[Handover]:
        """What these people were asked to confirm and have not."""
        return handovers.unanswered(tx, people, now - _LATE)

    def confirm(
        self, tx: Tx, asked: Sequence[Handover], now: datetime, *, by: str | None = None
    ) -> None:
        """They come; ``by`` is who entered it, where it was not the person themselves."""
        snapshot = self.directory.at(tx, now)
        for one in asked:
            confirmed(tx, snapshot, self.notices, one, now, by=by)

    def refuse(self, tx: Tx, asked: Sequence[Handover], now: datetime) -> None:
        """They cannot come: the leader is told at once, and the desk alarmed."""
        snapshot = self.directory.at(tx, now)
        for one in asked:
            handovers.change(tx, one.id, refused_at=now)
            refused = handovers.one(tx, one.id)
            if refused is not None:
                self._tell_leader(tx, snapshot, refused, _REFUSED, now)

    def confirm_for(self, unit: str, name: str, by: str, now: datetime) -> list[Handover]:
        """Somebody said to the desk that they come. Raises NotFound for nobody, or no duty."""

        def work(tx: Tx) -> list[Handover]:
            person = self.directory.at(tx, now).find(name, unit)
            found = [
                one
                for one in handovers.of_unit(tx, unit, now - _LATE, now + _AHEAD)
                if one.person == person.id
            ]
            if not found:
                raise NotFound("no_such_handover", name=person.name, unit=unit)
            self.confirm(tx, found, now, by=by)
            return found

        return self.db.attempt(work)


def _book(tx: Tx, snapshot: Snapshot, known: Handover, now: datetime) -> None:
    number, shift = known.id, known.shift
    rules = snapshot.book.handover
    moments = reminders(rules, shift.start, now, snapshot.book.terms.zone)
    for at in moments:
        last = at == moments[-1]
        key = f"{REMIND}/{number}/{'last' if last else 'evening'}"
        planned.book(tx, key, REMIND, at, payload={"id": number, "last": last})
    at = check_at(rules, shift.start, now)
    planned.book(tx, f"{CHECK}/{number}", CHECK, at, payload={"id": number})


def _in_hand(tx: Tx, unit: str) -> tuple[int, int]:
    """How many matters of a unit nobody has taken, and how many are taken and unfinished."""
    states = [page.state for page in inhand.live(tx, unit)]
    return len(states) - states.count(State.ACKED), states.count(State.ACKED)
