"""Hold-over 留岗待接: whoever should have left stays on duty until the relief has taken over.

What is held stands in the row of the handover, so every door reads the same and a restart loses
nothing. Here it is planned, told to both and, when its bound comes first, to the leader and the
desk; who serves meanwhile is said by ``rosters.holding``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from oncall.agenda import Agenda, Appointment
from oncall.core.handover import Shift, hold_until, leaving, still_comes
from oncall.core.model import Alarm, Ask, Reason, Source
from oncall.core.words import N_, Text, role
from oncall.core.words import moment as wall
from oncall.directory import Directory, Snapshot
from oncall.notices import Notices
from oncall.store import alarms, handovers, pages, planned
from oncall.store.database import Tx
from oncall.store.handovers import Handover
from oncall.store.log import Entry, append
from oncall.store.usage import NO_TRANSFER

BEGIN, END, FREE = "handover.hold", "handover.hold-end", "handover.hold-free"

_STAY = N_(
    "{name} has not taken over from you yet ({unit}, {role}). Please stay on duty until then, "
    "until {until} at the latest."
)
_TAKE = N_("Your duty has begun ({unit}, {role}). {held} stays until you reply 1 to take over.")
_OFF = N_("{name} has taken over from you ({unit}, {role}). You are off duty.")
_OVER = N_(
    "You are held no longer ({unit}, {role}): from now on {name} is called, who has not confirmed."
)
_ENDED = N_("You are held no longer ({unit}, {role}). You are off duty.")
_NOBODY = N_(
    "{name} has still not taken over ({unit}, {role}). {held} is held no longer; by the roster "
    "{name} serves, unconfirmed. See to it."
)
_OCCASIONS = {
    _STAY: "stay", _TAKE: "take", _OFF: "off", _ENDED: "ended", _OVER: "over", _NOBODY: "nobody"
}  # fmt: skip
#: Whom the leader's place falls to where nobody holds it.
_LEADERS = (
    Ask(source=Source.ROSTER, role="leader"),
    Ask(source=Source.POST, role="division_leader"),
    Ask(source=Source.POST, role="head"),
)


class HoldOvers:
    """The one way to hold somebody over, and to let them go."""

    def __init__(self, directory: Directory, notices: Notices) -> None:
        self.directory = directory
        self.notices = notices

    def serve(self, agenda: Agenda) -> None:
        """Be the one who does what is booked about holds."""
        agenda.on(BEGIN, self._begin)
        agenda.on(END, self._end)
        agenda.on(FREE, self._free)

    # -- planning --------------------------------------------------------------------------

    def plan(self, tx: Tx, snapshot: Snapshot, known: Handover) -> None:
        """Hold whoever leaves when this duty begins, or no longer, as the policy says now."""
        if known.confirmed_at is not None:
            return
        shift = known.shift
        roster = snapshot.roster(tx, shift.unit)
        until = hold_until(snapshot.book.handover, roster, shift)
        if until == known.hold_until:
            return
        handovers.change(tx, known.id, hold_until=until)
        if until is None:
            _cancel(tx, known.id)
        else:
            planned.book(tx, f"{BEGIN}/{known.id}", BEGIN, shift.start, payload={"id": known.id})
            planned.book(tx, f"{END}/{known.id}", END, until, payload={"id": known.id})

    def let_go(self, tx: Tx, snapshot: Snapshot, now: datetime) -> None:
        """End what is held in units that the policy no longer names."""
        for hold in handovers.holds(tx, now, now):
            if not snapshot.book.handover.holds(hold.unit):
                end_of_role(tx, hold.unit, hold.role, now)
                pages.nudge(tx, now)

    # -- by the clock ----------------------------------------------------------------------

    def _begin(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        found = self._held(tx, appointment, now)
        if found is None:
            return
        snapshot, handover, held = found
        for person in held:
            _tell(tx, snapshot, self.notices, person, handover, _STAY, now, held=held)
        if handover.refused_at is None:
            _tell(tx, snapshot, self.notices, handover.person, handover, _TAKE, now, held=held)
        _note(tx, "HeldOver", handover, held, now, who=name_of(snapshot, handover.person))

    def _end(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        found = self._held(tx, appointment, now)
        if found is None:
            return
        snapshot, handover, held = found
        for person in held:
            _tell(tx, snapshot, self.notices, person, handover, _OVER, now, held=held)
        for person in leaders(tx, snapshot, handover.shift, now):
            _tell(tx, snapshot, self.notices, person, handover, _NOBODY, now, held=held)
        name = name_of(snapshot, handover.person)
        alarms.raise_alarm(tx, Alarm.NOT_RELIEVED, now, unit=handover.unit, who=name)
        _note(tx, "HoldEnded", handover, held, now, who=name)

    def _held(
        self, tx: Tx, appointment: Appointment, now: datetime
    ) -> tuple[Snapshot, Handover, tuple[str, ...]] | None:
        """Whose relief is waited for, and who waits; None where nobody (any more) does."""
        handover = handovers.one(tx, appointment.told()["id"])
        if handover is None or handover.hold_until is None or handover.confirmed_at is not None:
            return None
        snapshot = self.directory.at(tx, now)
        roster = snapshot.roster(tx, handover.unit)
        held = leaving(roster, handover.shift)
        if not held or not still_comes(roster, handover.shift):
            return None
        return snapshot, handover, held

    def _free(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        handover = handovers.one(tx, appointment.told()["id"])
        if handover is None:
            return
        snapshot = self.directory.at(tx, now)
        held = leaving(snapshot.roster(tx, handover.unit), handover.shift)
        for person in held:
            _tell(tx, snapshot, self.notices, person, handover, _ENDED, now, held=held)


def confirmed(
    tx: Tx,
    snapshot: Snapshot,
    notices: Notices,
    handover: Handover,
    now: datetime,
    *,
    by: str | None = None,
    tell: bool = True,
) -> None:
    """Somebody comes, or takes over: whoever stayed for them may leave and is told, unless not
    ``tell``, and open pages look again. ``by`` is who entered it, if not the person."""
    name = name_of(snapshot, handover.person)
    handovers.change(tx, handover.id, confirmed_at=now, refused_at=None, entered_by=by)
    alarms.close_about(tx, Alarm.NOT_RELIEVED, by or name, now, who=name)
    held: tuple[str, ...] = ()
    until = handover.hold_until
    if until is not None and handover.start_at < now < until:
        held = leaving(snapshot.roster(tx, handover.unit), handover.shift)
        end(tx, handover.id, now)
        pages.nudge(tx, now)
    elif until is not None and now <= handover.start_at:
        handovers.change(tx, handover.id, hold_until=None)
        _cancel(tx, handover.id)
    for person in held if tell else ():
        _tell(tx, snapshot, notices, person, handover, _OFF, now, held=held)
    _note(tx, "ReliefConfirmed", handover, held, now, who=name, by=by)


def awaited(
    tx: Tx, snapshot: Snapshot, unit: str, role: str, person: str, now: datetime
) -> Handover | None:
    """The handover in which somebody stays on duty for this person now; None where nobody does."""
    for hold in handovers.holds(tx, now, now, unit=unit):
        found = handovers.one(tx, hold.id) if (hold.role, hold.person) == (role, person) else None
        if found is not None and leaving(snapshot.roster(tx, unit), found.shift):
            return found
    return None


def end(tx: Tx, number: int, now: datetime) -> None:
    """Nobody is held by this any longer; what was, was."""
    handovers.change(tx, number, hold_until=now)
    _cancel(tx, number)


def end_of_role(tx: Tx, unit: str, role: str, now: datetime) -> None:
    """Somebody decided who serves in a role of a unit from now on: whoever stays may leave."""
    for hold in handovers.holds(tx, now, now, unit=unit):
        if hold.role == role:
            end(tx, hold.id, now)
            planned.book(tx, f"{FREE}/{hold.id}", FREE, now, payload={"id": hold.id})


def leaders(tx: Tx, snapshot: Snapshot, shift: Shift, now: datetime) -> list[str]:
    """Who must find somebody: the leader of that moment, else of now, else standing; not the
    person themselves."""
    for ask in _LEADERS:
        for at in (shift.start, now):
            asked = Ask(source=ask.source, role=ask.role, unit=shift.unit)
            found = [c.person for c in snapshot.on_duty(tx, at)(asked).people]
            others = [person for person in found if person != shift.person]
            if others:
                return others
    return []


def speaking(t: Text, snapshot: Snapshot, shift: Shift, lang: str) -> dict[str, str]:
    """A duty in words: from when to when, where, as what."""
    zone = snapshot.book.terms.zone
    return {
        "start": wall(shift.start, zone),
        "end": wall(shift.end, zone),
        "unit": snapshot.unit_name(shift.unit, lang),
        "role": role(t, shift.role),
    }


def name_of(snapshot: Snapshot, person: str) -> str:
    """What somebody is called; their id where they are unknown."""
    known = snapshot.people.get(person)
    return known.name if known is not None else person


def _tell(
    tx: Tx,
    snapshot: Snapshot,
    notices: Notices,
    person: str,
    handover: Handover,
    said: str,
    now: datetime,
    *,
    held: Iterable[str],
) -> None:
    lang = snapshot.lang(person) or notices.lang
    zone = snapshot.book.terms.zone

    def words(t: Text) -> str:
        return t(said).format(
            name=name_of(snapshot, handover.person),
            held=t(N_(", ")).join(name_of(snapshot, one) for one in held),
            until=wall(handover.hold_until, zone) if handover.hold_until else "",
            **speaking(t, snapshot, handover.shift, lang),
        )

    key = f"{BEGIN}/{handover.id}/{_OCCASIONS[said]}/{person}"
    notices.tell(tx, snapshot, person, words, now, key=key)


def _cancel(tx: Tx, number: int) -> None:
    planned.cancel(tx, f"{BEGIN}/{number}")
    planned.cancel(tx, f"{END}/{number}")


def _note(
    tx: Tx,
    event: str,
    handover: Handover,
    held: tuple[str, ...],
    now: datetime,
    *,
    who: str,
    by: str | None = None,
) -> None:
    payload = {
        "unit": handover.unit,
        "role": handover.role,
        "start": handover.start_at,
        "until": handover.hold_until,
        "held": held,
        "by": by,
    }
    reason = Reason.HELD_OVER if held else None
    entry = Entry(
        transfer=NO_TRANSFER, at=now, event=event, reason=reason, who=who, payload=payload
    )
    append(tx, [entry])
    tx.ring()
