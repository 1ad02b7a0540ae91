"""A month of the county by chance: who hands over what when, who answers how, whose phone is dead.

Matters are given back, argued about and put off, too. Everything follows from a seed. The same
chance plays in the simulator and in the real engine, and neither knows of the other.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from sqlalchemy import select

from oncall.core.events import Acked, Declined, DeliveryFailed, Event
from oncall.core.model import Channel, State, Urgency
from oncall.core.simulate import Act, Answer, Script
from oncall.core.transfers import Draft
from oncall.core.transfers import events as e
from oncall.intake import Actor
from oncall.store import transfers
from oncall.tables import outbox
from oncall.wiring import App

DESK = Actor(name="席位", role="dispatcher")
START = datetime(2026, 10, 31, 16, tzinfo=UTC)
DAYS = 30
#: A page is watched for this long; then its matter comes to an end, one way or the other.
WATCHED = {
    Urgency.CRITICAL: timedelta(hours=1, minutes=30),
    Urgency.URGENT: timedelta(hours=3),
    Urgency.ROUTINE: timedelta(hours=5),
}
#: By then whoever received a matter first has it, however long it is argued about.
_ARGUED = timedelta(minutes=45)
_SECOND = timedelta(seconds=1)
_FAILS_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One matter of the month."""

    n: int
    at: datetime
    draft: Draft


class People(Mapping[str, Answer]):
    """How each person behaves on one matter: silent, declining, or answering sooner or later."""

    def __init__(self, seed: int, n: int) -> None:
        self._seed = f"{seed}:{n}"

    def __getitem__(self, person: str) -> Answer:
        rng = Random(f"{self._seed}:{person}")
        if rng.random() < 0.35:
            raise KeyError(person)
        act = Act.DECLINE if rng.random() < 0.15 else Act.ACK
        return Answer(act=act, after=round(rng.lognormvariate(5.2, 1.1)) * _SECOND)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class Month:
    """The whole month, from its seed."""

    def __init__(self, seed: int, size: int, units: list[str], people: list[str]) -> None:
        rng = Random(seed)
        self.seed = seed
        self._units = units
        self.dead = frozenset(
            (person, channel) for person in people for channel in Channel if rng.random() < 0.04
        )
        self.matters = [self._matter(rng, n, units) for n in range(size)]
        self.matters.sort(key=lambda m: m.at)

    def _matter(self, rng: Random, n: int, units: list[str]) -> Matter:
        at = START + rng.randrange(DAYS * 86400) * _SECOND
        urgency = rng.choices(list(Urgency), (1, 4, 5))[0]
        draft = Draft(
            origin=rng.choice(("110", "12345", rng.choice(units))),
            origin_ref=f"M{n}",
            to=tuple(rng.sample(units, rng.choices((1, 2), (9, 1))[0])),
            urgency=urgency,
            summary="一件事",
            category=rng.choice(("供水", "噪音", "占道", "咨询", None)),
            received_at=at - rng.randrange(1, 1800) * _SECOND,
            drill=rng.random() < 0.03,
        )
        return Matter(n=n, at=at, draft=draft)

    def script(self, n: int) -> Script:
        """How people and phones behave on one matter."""
        return Script(answers=People(self.seed, n), dead=self.dead, fails_after=_FAILS_AFTER)

    def ends(self, n: int) -> str:
        """How a matter ends."""
        rng = Random(f"{self.seed}:{n}:end")
        return rng.choices(("closed", "reopened", "withdrawn", "left"), (6, 1, 2, 1))[0]

    def turn(self, n: int) -> str:
        """What happens to a matter that somebody has taken, before it comes to its end."""
        rng = Random(f"{self.seed}:{n}:turn")
        turns = ("", "upheld", "denied", "disputed", "longer")
        return rng.choices(turns, (12, 1, 1, 2, 2))[0]

    def other(self, n: int, not_these: list[str]) -> str:
        """A unit that a matter might belong to instead."""
        rng = Random(f"{self.seed}:{n}:other")
        return rng.choice([unit for unit in self._units if unit not in not_these])


class Play:
    """The month in the real engine, on a clock that jumps from one event to the next.

    Messages are not sent: whoever is queued a message is taken to have it, as in the simulator.
    """

    def __init__(self, app: App, month: Month) -> None:
        self.app = app
        self.month = month
        self.now = START
        self._order = count()
        self._coming: list[tuple[datetime, int, str, object]] = []
        self._answering: set[tuple[str, str]] = set()
        self._seen = 0
        #: Page -> the matter it belongs to.
        self.pages: dict[str, int] = {}
        self._codes: dict[int, str] = {}

    def run(self) -> None:
        """Until nothing is left to happen."""
        for matter in self.month.matters:
            self._plan(matter.at, "arrives", matter)
        while True:
            steps = (self.app.engine.next_wake(), self.app.agenda.next_at())
            wake = min((step for step in steps if step is not None), default=None)
            coming = self._coming[0][0] if self._coming else None
            if coming is None:
                return
            if wake is not None and wake < coming:
                self.now = max(self.now, wake)
                self.app.engine.run_due(self.now)
                self.app.agenda.run_due(self.now)
            else:
                at, _, kind, what = heapq.heappop(self._coming)
                self.now = max(self.now, at)
                self._happens(kind, what)
            self._react()

    def _plan(self, at: datetime, kind: str, what: object) -> None:
        heapq.heappush(self._coming, (at, next(self._order), kind, what))

    def _happens(self, kind: str, what: object) -> None:
        if isinstance(what, Matter) and kind == "arrives":
            accepted = self.app.intake.accept(what.draft, self.now, DESK)
            self._codes[what.n] = accepted.transfer.code
            with self.app.db.read() as tx:
                for _, page, _ in transfers.pages_of(tx, accepted.transfer.id):
                    self.pages[page] = what.n
            self._plan(self.now + WATCHED[accepted.transfer.urgency], "ends", what)
        elif isinstance(what, Matter) and kind == "ends":
            self._end(what)
        elif isinstance(what, Matter):
            self._finish(what)
        elif isinstance(what, tuple):
            page, event = what
            self.app.engine.handle(page, event, self.now)

    def _react(self) -> None:
        """Whoever was just sent a message will answer once, or their phone is dead."""
        o = outbox.c
        columns = (o.id, o.page, o.person, o.name, o.channel)
        query = select(*columns).where(o.id > self._seen, o.level > 0).order_by(o.id)
        with self.app.db.read() as tx:
            fresh = tx.conn.execute(query).all()
        for row in fresh:
            self._seen = row.id
            n = self.pages.get(row.page)
            if n is None:
                continue
            script = self.month.script(n)
            channel = Channel(row.channel)
            if (row.person, channel) in script.dead:
                failed = DeliveryFailed(person=row.person, channel=channel, code="simulated")
                self._plan(self.now + script.fails_after, "event", (row.page, failed))
                continue
            answer = script.answers.get(row.person)
            if answer is None or (row.page, row.person) in self._answering:
                continue
            self._answering.add((row.page, row.person))
            via = "sms" if channel is Channel.SMS else "keypad"
            event: Event = (
                Acked(person=row.person, name=row.name, via=via)
                if answer.act is Act.ACK
                else Declined(person=row.person, name=row.name, via=via)
            )
            self._plan(self.now + answer.after, "event", (row.page, event))

    def _end(self, matter: Matter) -> None:
        """Work is reported and the matter closed, or it is withdrawn, or nobody cares."""
        code, how = self._codes[matter.n], self.month.ends(matter.n)
        with self.app.db.read() as tx:
            found = transfers.find(tx, code)
            assert found is not None
            asked = [(part.unit, state) for part, _, state in transfers.pages_of(tx, found.id)]
        acked = [unit for unit, state in asked if state is State.ACKED]
        if how == "withdrawn" or not acked:
            self._tell(matter, e.Withdrawn(by="席位"))
            return
        turn, unit = self.month.turn(matter.n), acked[0]
        other = self.month.other(matter.n, [unit for unit, _ in asked])
        back = e.Returned(by="承办", unit=unit, why="不属职责", suggestion=other)
        if turn == "upheld":
            self._tell(matter, back, e.ReturnUpheld(by="席位"), e.Withdrawn(by="席位"))
            return
        if turn == "denied":
            self._tell(matter, back, e.ReturnDenied(by="席位", why="属其职责"))
        elif turn == "disputed":
            self._tell(matter, e.Disputed(by="承办", unit=unit, candidates=(unit, other)))
            self._plan(self.now + _ARGUED, "argued", matter)
            return
        elif turn == "longer" and not matter.draft.drill:
            until = self.app.deadlines.of(code, DESK)[1].due_at + timedelta(days=1)
            self.app.deadlines.ask(code, "承办", until, "等配件", self.now, DESK)
            self.app.deadlines.decide(code, "督办", self.now, DESK, grant=True)
        self._finish(matter)

    def _finish(self, matter: Matter) -> None:
        how = self.month.ends(matter.n)
        steps: list[e.TransferEvent] = [
            e.Noted(by="承办", text="已到场"),
            e.ResultReported(by="承办", text="已办"),
        ]
        if how != "left":
            steps += [e.FedBack(by="席位", to="origin"), e.Closed(by="席位")]
        if how == "reopened":
            steps.append(e.Reopened(by="席位", why="又坏了"))
        if self._tell(matter, *steps) or how in ("left", "reopened"):
            # Left, begun again, or closed while another unit of it never answered: the desk would
            # hear of it until the end of time.
            self._tell(matter, e.Withdrawn(by="席位"))

    def _tell(self, matter: Matter, *steps: e.TransferEvent) -> bool:
        """Let these happen to a matter, one after the other; whether any of them was refused."""
        with self.app.db.begin() as tx:
            found = transfers.find(tx, self._codes[matter.n])
            assert found is not None
            tell = self.app.engine.cases.tell
            refused = [tell(tx, found.id, step, self.now).refused for step in steps]
            return any(refused)
