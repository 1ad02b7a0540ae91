"""A gap is told before it comes: seven days, one day and two hours ahead, each gap once for each.

The unit's roster keeper, its duty leader and the county's office hear of it, everything new in one
text; two hours ahead the desk is alarmed as well, until somebody is found. A role that nobody ever
had on a unit's roster is no gap that comes: the proof and `oncall roster gaps` say so every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial

from oncall import superiors
from oncall.agenda import After, Agenda, Appointment, every
from oncall.core.model import Alarm
from oncall.core.words import N_, Text, moment
from oncall.core.words import role as role_word
from oncall.coverage import Coverage, roster_of
from oncall.directory import Directory, Snapshot
from oncall.notices import Notices
from oncall.store import alarms, gap_warnings
from oncall.store.database import Database, Tx
from oncall.store.log import Entry, append
from oncall.store.usage import NO_TRANSFER
from rosters.model import Gap

KIND = "gap-watch"
EVERY = timedelta(minutes=15)
#: How far ahead a gap is told, the widest first.
HORIZONS: Mapping[str, timedelta] = {
    "7d": timedelta(days=7),
    "1d": timedelta(days=1),
    "2h": timedelta(hours=2),
}
_LAST = "2h"
#: What is not pressing is not told at night.
_MORNING, _EVENING = time(8), time(22)
#: So far back a running gap is looked for by its own beginning.
_BACK = timedelta(days=1)
_NAMED = 3

_TEXT = {
    "7d": N_("Gaps in the roster within seven days: {gaps}. Please find somebody."),
    "1d": N_("Gaps in the roster within a day: {gaps}. Please find somebody."),
    "2h": N_("Gaps in the roster within two hours: {gaps}. Somebody must be found now."),
}
_GAP = N_("{unit} {role} {start}–{end}")
_OPEN_GAP = N_("{unit} {role} from {start} on")
_MORE = N_("{gaps}, and {n} more")


class GapWatch:
    """Looks ahead every quarter of an hour."""

    def __init__(
        self, db: Database, directory: Directory, coverage: Coverage, notices: Notices
    ) -> None:
        self.db = db
        self.directory = directory
        self.coverage = coverage
        self.notices = notices

    def keep(self, agenda: Agenda) -> None:
        """Put it on the agenda."""
        agenda.recurring(KIND, every(EVERY), self._work)

    def _work(self, _: Tx, __: Appointment, now: datetime) -> After:
        # Looking through a whole county takes a while: not in a transaction that others wait for.
        return lambda: self._look(now)

    def _look(self, now: datetime) -> None:
        with self.db.read() as tx:
            snapshot = self.directory.at(tx, now)
            coming = self._coming(tx, snapshot, now)
        with self.db.begin() as tx:
            self._mend(tx, [gap for gap, horizon in coming if horizon == _LAST], now)
            new = [
                (gap, horizon)
                for gap, horizon in coming
                if self._may_tell(horizon, now)
                and gap_warnings.note(tx, gap, _from(horizon), horizon, now)
            ]
            for gap, horizon in new:
                if horizon == _LAST:
                    alarms.raise_alarm(tx, Alarm.GAP, now, unit=gap.unit, who=gap.role)
            if new:
                self._tell(tx, snapshot, new, now)
            gap_warnings.forget(tx, now - timedelta(days=60))

    # -- what comes ------------------------------------------------------------------------

    def _coming(self, tx: Tx, snapshot: Snapshot, now: datetime) -> list[tuple[Gap, str]]:
        """Every gap that runs or begins within seven days, with the nearest horizon it is in."""
        start, end = now - _BACK, now + HORIZONS["7d"]
        found = []
        for unit in self.coverage.survey(tx, snapshot, sorted(snapshot.units), start, end):
            for lack in unit.lacks:
                if not lack.is_gap or lack.end <= now:
                    continue
                begins = lack.start
                if begins == start:
                    # It began earlier: then it is known by when somebody last served, if ever.
                    roster = roster_of(tx, snapshot, unit.unit, start, end)
                    since = roster.who(lack.role, start).since
                    if since is None:
                        continue
                    begins = since
                gap = Gap(unit=lack.unit, role=lack.role, start=begins, end=lack.end)
                found.append((gap, _horizon(begins - now)))
        return found

    def _may_tell(self, horizon: str, now: datetime) -> bool:
        clock = now.astimezone(self.coverage.zone).time()
        return horizon == _LAST or _MORNING <= clock < _EVENING

    def _mend(self, tx: Tx, near: Sequence[Gap], now: datetime) -> None:
        """The desk need not look any more at gaps that somebody fills by now."""
        still = {(gap.unit, gap.role) for gap in near}
        for one in alarms.open_alarms(tx, limit=10_000):
            ours = one.alarm == Alarm.GAP and one.level == 0 and one.page is None
            if ours and (one.unit, one.who) not in still:
                alarms.close(tx, one.id, "roster", now)

    # -- telling ---------------------------------------------------------------------------

    def _tell(
        self, tx: Tx, snapshot: Snapshot, new: Sequence[tuple[Gap, str]], now: datetime
    ) -> None:
        """One text for each person and horizon, whatever the number of gaps."""
        lists: dict[tuple[str, str], list[Gap]] = {}
        office = superiors.office(tx, snapshot, self.coverage.rules.office, now)
        for gap, horizon in new:
            for person in self._people(tx, snapshot, gap.unit, office, now):
                lists.setdefault((person, horizon), []).append(gap)
        for (person, horizon), gaps in lists.items():
            self.notices.tell(
                tx,
                snapshot,
                person,
                partial(
                    self._said,
                    snapshot=snapshot,
                    person=person,
                    horizon=horizon,
                    gaps=gaps,
                    seen_until=now + HORIZONS["7d"],
                ),
                now,
                key=f"gaps/{horizon}/{now.isoformat()}/{person}",
            )
        told = sorted({person for person, _ in lists})
        entry = Entry(
            transfer=NO_TRANSFER,
            at=now,
            event="GapsTold",
            payload={"gaps": [(gap, horizon) for gap, horizon in new], "told": told},
        )
        append(tx, [entry])

    def _people(
        self, tx: Tx, snapshot: Snapshot, unit: str, office: Iterable[str], now: datetime
    ) -> list[str]:
        """The unit's roster keeper, its duty leader, the county's office: each once."""
        leading = superiors.leaders(tx, snapshot, unit, now)
        return list(dict.fromkeys((*superiors.keepers(snapshot, unit), *leading, *office)))

    def _said(
        self,
        t: Text,
        *,
        snapshot: Snapshot,
        person: str,
        horizon: str,
        gaps: Sequence[Gap],
        seen_until: datetime,
    ) -> str:
        zone, lang = self.coverage.zone.key, snapshot.lang(person) or self.notices.lang
        named = t(N_("; ")).join(
            # A gap that goes on to where we look no further has no end that anybody knows.
            t(_GAP if gap.end < seen_until else _OPEN_GAP).format(
                unit=snapshot.unit_name(gap.unit, lang),
                role=role_word(t, gap.role),
                start=moment(gap.start, zone),
                end=moment(gap.end, zone),
            )
            for gap in gaps[:_NAMED]
        )
        if len(gaps) > _NAMED:
            named = t(_MORE).format(gaps=named, n=len(gaps) - _NAMED)
        return t(_TEXT[horizon]).format(gaps=named)


def _horizon(ahead: timedelta) -> str:
    """The nearest horizon."""
    return next((h for h in reversed(list(HORIZONS)) if ahead <= HORIZONS[h]), next(iter(HORIZONS)))


def _from(horizon: str) -> tuple[str, ...]:
    """This horizon and the wider ones: told two hours ahead, it is not told a day ahead later."""
    names = tuple(HORIZONS)
    return names[: names.index(horizon) + 1]
