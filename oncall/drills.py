"""Reachability checks 通讯抽查: ask whoever is on duty for a sign of life, and keep the score.

A check is a text or a call that says it is a drill and asks for nothing but an answer. It travels
behind every page, touches no ladder and no figure but its own, and whoever does not answer is only
noted. Any text that comes back proves that the phone is read, whatever stands in it; any key proves
that somebody listened, and a call that was merely picked up proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from secrets import SystemRandom
from zoneinfo import ZoneInfo

from oncall.agenda import Agenda, Appointment, daily
from oncall.core.drills import Check, Heard
from oncall.core.errors import Conflict, Fault, Invalid, NotFound
from oncall.core.model import Alarm, Ask, Channel, Source
from oncall.core.spelling import code_of
from oncall.core.words import N_
from oncall.core.worktime import at_wall
from oncall.directory import Directory, Snapshot
from oncall.notices import Notices
from oncall.store import alarms, drills, planned
from oncall.store.database import Database, Tx
from oncall.store.drills import Drill, Plan

RUN, CLOSE, PLANS = "drill.run", "drill.close", "drill.plans"

#: An answer this long after the question still proves that the phone is read.
_REMEMBERED = timedelta(hours=24)
_DAY = 24 * 60
_WORDS = N_("[Drill] Reachability check: please reply 1 by {clock}. Nothing has happened.")
_SPOKEN = N_(
    "This is a drill. This is only a reachability check; nothing has happened. Please press 1 now."
)
#: Who is asked of a unit, the first that anybody holds.
_ASKED = (
    Ask(source=Source.ROSTER, role="primary"),
    Ask(source=Source.POST, role="liaison"),
    Ask(source=Source.ROSTER, role="supervisor"),
    Ask(source=Source.ROSTER, role="leader"),
)


class Drills:
    """The one way to hold a drill, and to hear who answered."""

    def __init__(self, db: Database, directory: Directory, notices: Notices, *, zone: str) -> None:
        self.db = db
        self.directory = directory
        self.notices = notices
        self.zone = zone
        self._chance = SystemRandom()

    def serve(self, agenda: Agenda) -> None:
        """Be the one who does what is booked about drills."""
        agenda.on(RUN, self._run)
        agenda.on(CLOSE, self._close)
        agenda.recurring(PLANS, daily(time(0, 5), self.zone), self._draw)

    # -- by people -------------------------------------------------------------------------

    def new(
        self,
        units: Sequence[str],
        by: str,
        now: datetime,
        *,
        at: datetime | None = None,
        sample: int | None = None,
        minutes: int = 10,
        channel: Channel = Channel.SMS,
        count: int | None = None,
    ) -> int:
        """Book a drill of these units (none: all), or of ``sample`` of them at random; its number.

        Raises Invalid with everything that is wrong, and Conflict where many units are asked and
        ``count``, how many somebody typed that they are, is missing; or where it is wrong.
        """
        with self.db.begin() as tx:
            snapshot = self.directory.at(tx, now)
            known = snapshot.units
            faults: list[Fault] = []
            named = {f"units[{i}]": word for i, word in enumerate(units)}
            codes = {place: code_of(known, word, place, faults) for place, word in named.items()}
            unclear = {fault.where for fault in faults}
            faults += [
                Fault(where=place, code="unknown_unit", value=code)
                for place, code in codes.items()
                if code not in known and place not in unclear
            ]
            if at is not None and at < now:
                faults.append(Fault(where="at", code="in_past", value=at.isoformat()))
            if faults:
                raise Invalid(faults)
            units = tuple(dict.fromkeys(codes.values()))
            size = sample or len(units) or len(manned(snapshot))
            # So many at random were counted by whoever typed it.
            typed = count if count is not None else sample
            if typed != size and (typed is not None or snapshot.book.life.must_count(size)):
                raise Conflict("count_drill", count=str(size))
            return self._new(
                tx,
                units,
                by,
                now,
                at=at or now,
                sample=sample,
                minutes=minutes,
                channel=channel,
            )

    def _new(
        self,
        tx: Tx,
        units: Sequence[str],
        by: str,
        now: datetime,
        *,
        at: datetime,
        sample: int | None,
        minutes: int,
        channel: Channel,
    ) -> int:
        number = drills.add(
            tx,
            at=at,
            minutes=minutes,
            channel=channel,
            units=units,
            sample=sample,
            by=by,
            now=now,
        )
        planned.book(tx, f"{RUN}/{number}", RUN, at, payload={"id": number})
        tx.ring()
        return number

    def pending(self, tx: Tx, people: Collection[str], now: datetime) -> list[Check]:
        """What these people were asked and have not answered."""
        return drills.unheard(tx, people, now - _REMEMBERED)

    def heard(self, tx: Tx, checks: Sequence[Check], now: datetime) -> None:
        """They gave a sign of life."""
        for check in checks:
            state = Heard.ANSWERED if now <= check.until else Heard.LATE
            drills.settle(tx, check.id, state, now)

    # -- by the clock ----------------------------------------------------------------------

    def _run(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        drill = drills.one(tx, appointment.told()["id"])
        if drill is None:
            raise NotFound("no_such_drill", drill=str(appointment.told()["id"]))
        snapshot = self.directory.at(tx, now)
        until = now + timedelta(minutes=drill.minutes)
        zone = snapshot.book.terms.zone
        targets = self._targets(tx, snapshot, drill.units, drill.sample, now)
        for unit, person in targets:
            self._ask(tx, snapshot, drill, unit, person, now, until, zone)
        planned.book(tx, f"{CLOSE}/{drill.id}", CLOSE, until, payload={"id": drill.id})

    def _targets(
        self,
        tx: Tx,
        snapshot: Snapshot,
        units: Sequence[str],
        sample: int | None,
        now: datetime,
    ) -> list[tuple[str, str | None]]:
        """Each unit with whoever is on duty there. At random only units that have somebody."""
        named = list(units) or sorted(snapshot.units)
        found = [(unit, _on_duty(tx, snapshot, unit, now)) for unit in named]
        if not units:
            there = manned(snapshot)
            found = [(unit, person) for unit, person in found if unit in there]
        if sample is None or sample >= len(found):
            return found
        return sorted(self._chance.sample(found, sample))

    def _ask(
        self,
        tx: Tx,
        snapshot: Snapshot,
        drill: Drill,
        unit: str,
        person: str | None,
        now: datetime,
        until: datetime,
        zone: str,
    ) -> None:
        known = snapshot.people.get(person or "")
        name = known.name if known is not None else None
        check = drills.ask(tx, drill.id, unit, person, name, Heard.ASKED, now, until)
        clock = _clock(until, zone)
        # A watch room may have a telephone and nothing else: it is rung, not passed over.
        for channel in sorted(Channel, key=lambda one: one is not drill.channel):
            said = _SPOKEN if channel is Channel.VOICE else _WORDS
            if person is not None and self.notices.tell(
                tx,
                snapshot,
                person,
                lambda t, said=said: t(said).format(clock=clock),  # type: ignore[misc]
                now,
                key=_key(check),
                channel=channel,
                life=until - now,
                drill=True,
            ):
                return
        drills.settle(tx, check, Heard.NOBODY)

    def _close(self, tx: Tx, appointment: Appointment, now: datetime) -> None:
        number = appointment.told()["id"]
        silent = [c for c in drills.checks_of(tx, number) if c.state is Heard.ASKED]
        dead = drills.failed_keys(tx, [_key(c.id) for c in silent])
        for check in silent:
            lost = _key(check.id) in dead
            drills.settle(tx, check.id, Heard.DEAD if lost else Heard.MISSED)
            if lost:
                alarms.raise_alarm(
                    tx, Alarm.UNREACHABLE, now, unit=check.unit, who=check.name or ""
                )
        drills.close(tx, number, now)
        tx.ring()

    # -- plans -----------------------------------------------------------------------------

    def plan(
        self,
        by: str,
        now: datetime,
        *,
        every_days: int,
        sample: int,
        minutes: int = 10,
        channel: Channel = Channel.SMS,
        after: time = time(8),
        before: time = time(20),
    ) -> int:
        """Bring a drill every so many days, at a moment nobody knows; its number."""
        if before <= after:
            raise Invalid(
                [Fault(where="before", code="ends_before_start", value=f"{before:%H:%M}")]
            )
        with self.db.begin() as tx:
            return drills.add_plan(
                tx,
                every_days=every_days,
                sample=sample,
                minutes=minutes,
                channel=channel,
                after_minute=after.hour * 60 + after.minute,
                before_minute=before.hour * 60 + before.minute,
                created_by=by[:60],
            )

    def _draw(self, tx: Tx, _: Appointment, now: datetime) -> None:
        """Once a night: draw the moments of the day for the plans whose turn it is."""
        for plan in drills.plans(tx):
            if plan.last_at is None or now - plan.last_at >= timedelta(days=plan.every_days - 1):
                at = self._moment(plan, now)
                drills.planned(tx, plan.id, at)
                self._new(
                    tx,
                    (),
                    plan.created_by,
                    now,
                    at=at,
                    sample=plan.sample,
                    minutes=plan.minutes,
                    channel=plan.channel,
                )

    def _moment(self, plan: Plan, now: datetime) -> datetime:
        minute = self._chance.randrange(plan.after_minute, min(plan.before_minute, _DAY))
        zone = self.zone
        day = _local_day(now, zone)
        return max(now, at_wall(day, time(minute // 60, minute % 60), zone))


def manned(snapshot: Snapshot) -> frozenset[str]:
    """The units that a drill of all asks: those that have people."""
    return frozenset(person.unit for person in snapshot.people.values() if person.active)


def _on_duty(tx: Tx, snapshot: Snapshot, unit: str, now: datetime) -> str | None:
    for ask in _ASKED:
        asked = Ask(source=ask.source, role=ask.role, unit=unit)
        for contact in snapshot.on_duty(tx, now)(asked).people:
            return contact.person
    return None


def _key(check: int) -> str:
    return f"drill/{check}"


def _clock(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def _local_day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
