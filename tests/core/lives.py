"""Random lives for the transfer machine: events in any order, pages that answer or do not.

The world outside is the simplest that is true: a part opened is a page waiting, a part ended is
gone, and people answer, give back and withdraw as they please.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from oncall.core.model import State, Urgency
from oncall.core.transfers import (
    POLICE_DESK,
    Calls,
    Decision,
    Facts,
    PartFact,
    PartRole,
    Share,
    Transfer,
    TransferState,
    decide,
)
from oncall.core.transfers import commands as c
from oncall.core.transfers import events as e
from oncall.core.transfers.model import Ground, Waiver
from oncall.core.transfers.talks import Presence
from tests.core.histories import Dice

THROWS = 100
START = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
UNITS = ("A", "B", "C", POLICE_DESK)
PEOPLE = ("desk", "Li", "Wang", "Zhao")


@dataclass(frozen=True, slots=True)
class Seen:
    """One decision: the transfer before, what happened, what came of it."""

    before: Transfer
    event: e.TransferEvent
    now: datetime
    decision: Decision


@dataclass(slots=True)
class World:
    """The transfer, its parts, and the moment."""

    transfer: Transfer
    now: datetime = START
    parts: list[PartFact] = field(default_factory=list)
    police: bool = False

    def facts(self) -> Facts:
        """What the machine is told."""
        return Facts(parts=tuple(self.parts), heir="A", police_live=self.police)

    def tell(self, event: e.TransferEvent) -> Seen:
        """One event, and what it asks for."""
        before = self.transfer
        decision = decide(before, event, self.now, self.facts())
        self.transfer = decision.transfer
        for command in decision.commands:
            self._do(command)
        return Seen(before=before, event=event, now=self.now, decision=decision)

    def _do(self, command: c.TransferCommand) -> None:
        if isinstance(command, c.OpenParts):
            for share in command.shares:
                if share.role is not PartRole.COPY:
                    self._open(share.unit, share.role)
        elif isinstance(command, c.CallParties):
            for unit in command.units:
                self._open(unit, PartRole.PARTY)
        elif isinstance(command, c.PageCounty):
            self._open(command.unit, PartRole.COUNTY)
        elif isinstance(command, c.EndParts):
            gone = [p for p in self.parts if p.unit in command.units and p.role is command.role]
            self.parts = [p for p in self.parts if p not in gone]
        elif isinstance(command, c.ChangeRole):
            self.parts = [
                replace(p, role=command.role)
                if p.unit == command.unit and p.role is PartRole.ASSIST
                else p
                for p in self.parts
            ]
        elif isinstance(command, c.StandDownAll):
            self.parts = [
                p if p.state is State.ACKED else replace(p, state=State.CANCELLED)
                for p in self.parts
            ]
        elif isinstance(command, c.CallPolice):
            self.police = True

    def _open(self, unit: str, role: PartRole) -> None:
        self.parts.append(PartFact(unit=unit, role=role, state=State.WAITING))


def play(thrown: bytes) -> Iterator[Seen]:
    """The life these bytes stand for, decision by decision."""
    yield from _live(thrown, World(transfer=_newborn()))


def live(thrown: bytes) -> World:
    """Where that life has led."""
    world = World(transfer=_newborn())
    for _ in _live(thrown, world):
        pass
    return world


def _newborn() -> Transfer:
    return Transfer(
        id="t", code="DH1", origin="110", origin_ref=None, urgency=Urgency.URGENT, category=None,
        area=None, summary="x", received_at=START, transferred_at=START, first_receiver=None,
        state=TransferState.NEW, created_by="desk",
    )  # fmt: skip


def _live(thrown: bytes, world: World) -> Iterator[Seen]:
    dice = Dice(thrown)
    yield from _told(world, _birth(dice))
    for _ in range(4 + dice.upto(14)):
        world.now += dice.minutes(0, 20)
        if dice.upto(2):
            yield from _told(world, _event(dice, world.now))
        else:
            _answer(dice, world)
            yield world.tell(e.Settled())


def _told(world: World, event: e.TransferEvent) -> Iterator[Seen]:
    """One event; and, as its keeper does, how the parts it moved leave the whole."""
    seen = world.tell(event)
    yield seen
    if any(isinstance(one, _MOVES) for one in seen.decision.commands):
        yield world.tell(e.Settled())


_MOVES = (c.OpenParts, c.EndParts, c.ChangeRole)


def _birth(dice: Dice) -> e.TransferEvent:
    roles = (PartRole.LEAD, PartRole.ASSIST, PartRole.COPY)[: 1 + dice.upto(2)]
    shares = tuple(
        Share(unit=UNITS[i], role=role, urgency=Urgency.URGENT) for i, role in enumerate(roles)
    )
    if dice.upto(3) == 3:
        shares += (Share(unit=POLICE_DESK, role=PartRole.POLICE, urgency=Urgency.CRITICAL),)
    return e.Accepted(
        by="desk",
        shares=shares,
        police_first=dice.upto(4) == 4,
        needed=dice.pick((0, 0, 1)),
        calls=dice.pick((None, None, Calls(size=1))),
        nuisance=dice.upto(9) == 9,
    )


def _answer(dice: Dice, world: World) -> None:
    """Somebody answers a page, or it is withdrawn, or given back."""
    if not world.parts:
        return
    at = dice.upto(len(world.parts) - 1)
    states = (State.ACKED, State.ACKED, State.ACKED, State.WAITING, State.EXHAUSTED)
    if dice.upto(5) == 5:
        # All of them at once.
        world.parts = [replace(p, state=dice.pick((*states, State.CANCELLED))) for p in world.parts]
    else:
        world.parts[at] = replace(world.parts[at], state=dice.pick(states))


def _event(dice: Dice, now: datetime) -> e.TransferEvent:
    if dice.upto(19) == 19:
        return dice.pick(endings(dice))
    return dice.pick(happenings(dice, now))


def endings(dice: Dice) -> tuple[e.TransferEvent, ...]:
    """What may end a life, or all that was argued about."""
    by, unit = dice.pick(PEOPLE), dice.pick((None, *UNITS))
    return (
        e.Closed(by=by),
        e.Closed(by=by, waivers=(Waiver.DUPLICATE,)),
        e.Withdrawn(by=by),
        e.Rejected(by=by, ground=dice.pick(tuple(Ground)), why="x", forward=unit),
        e.Guided(by=by, text="x"),
        e.Answered(by=by, text="x"),
    )


def happenings(dice: Dice, now: datetime) -> tuple[e.TransferEvent, ...]:
    """What else may happen."""
    by, unit = dice.pick(PEOPLE), dice.pick((None, *UNITS))
    other = dice.pick(UNITS)
    later = now + timedelta(hours=1 + dice.upto(40))
    return (
        e.Noted(by=by, unit=unit, text="x"),
        e.Noted(by=by, text="x"),
        e.ResultReported(by=by, unit=unit, text="x"),
        e.ResultReported(by=by, text="x"),
        e.FedBack(by=by, to="both"),
        e.FedBack(by=by, to="both"),
        e.Reopened(by=by, why="x"),
        e.Reopened(by=by, why="x"),
        e.NuisanceMarked(by=by, evidence="x"),
        e.NuisanceConfirmed(by=by),
        e.NuisanceConfirmed(by=by),
        e.NuisanceLifted(by=by, why="x"),
        e.NuisanceDue(),
        e.HeldDue(nuisance=bool(dice.upto(1))),
        e.WaveDue(),
        e.UnitRefused(unit=other),
        e.Returned(by=by, unit=unit, why="x", suggestion=other),
        e.Returned(by=by, why="x"),
        e.Returned(by=by, why="x"),
        e.ReturnUpheld(by=by, to=other),
        e.ReturnUpheld(by=by, to=other),
        e.ReturnDenied(by=by, why="x"),
        e.ReturnDenied(by=by, why="x"),
        e.ReturnAllowed(by=by, why="x"),
        e.Disputed(by=by, candidates=(other,)),
        e.Disputed(by=by, candidates=(other,)),
        e.Proposed(by=by, unit=unit, owner=other),
        e.Proposed(by=by, unit=POLICE_DESK, owner="A"),
        e.Proposed(by=by, unit="A", owner="A"),
        e.DisputeDue(),
        e.DisputeDue(),
        e.PartiesCalled(by=by, candidates=(other,)),
        e.JoinDue(),
        e.TalkRecorded(by=by, outcome="x", owner=unit),
        e.ConferenceOpened(by=by),
        e.GuestMoved(number=1, guest="1", presence=dice.pick(tuple(Presence))),
        e.ConferenceOver(number=1),
        e.ConferenceDue(),
        e.DangerReported(by=by),
        e.PoliceCalled(by=by),
        e.PoliceDispatched(by=by),
        e.FanOutForced(by=by, why="x"),
        e.MajorDeclared(by=by),
        e.UnitsAdded(by=by, units=(other,)),
        e.Corrected(by=by, text="x"),
        e.TimeGranted(by="boss", until=later),
        e.TimeGranted(by="boss", until=later),
        e.FollowUpPlanned(by=by, at=later, text="x"),
        e.FollowUpDue(text="x"),
        e.Settled(),
    )
