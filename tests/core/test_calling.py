"""A group that is called: wave by wave, no further than is needed, and never in silence."""

from __future__ import annotations

from datetime import datetime, timedelta

import hypothesis
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oncall.core.model import Alarm, Reason, State, Urgency
from oncall.core.transfers import (
    Calls,
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
from tests.core.histories import Dice
from tests.core.lives import START, THROWS

T = timedelta(minutes=5)
UNITS = tuple("ABCDEFG")


class Group:
    """Units that answer, refuse or stay silent as the test says, and what is booked."""

    def __init__(
        self,
        count: int,
        *,
        needed: int,
        size: int,
        urgency: Urgency = Urgency.URGENT,
        people: bool = False,
    ) -> None:
        self.people = people
        self.now = START
        self.parts: dict[str, PartFact] = {}
        self.at: datetime | None = None
        self.alarms: list[Alarm] = []
        self.county = 0
        self.reasons: list[Reason] = []
        self.transfer = Transfer(
            id="t", code="DH1", origin="110", origin_ref=None, urgency=urgency, category=None,
            area=None, summary="x", received_at=START, transferred_at=START, first_receiver=None,
            state=TransferState.NEW, created_by="desk",
        )  # fmt: skip
        shares = tuple(
            Share(**self._named(u), role=PartRole.ASSIST if i else PartRole.LEAD, urgency=urgency)
            for i, u in enumerate(UNITS[:count])
        )
        self.tell(
            e.Accepted(by="desk", shares=shares, needed=needed, calls=Calls(size=size, every=T))
        )

    def _named(self, letter: str) -> dict[str, str]:
        """A unit of this letter, or the person of it in the unit U."""
        return {"unit": "U", "person": letter} if self.people else {"unit": letter}

    def tell(self, event: e.TransferEvent) -> Reason:
        """One event and what it asks for."""
        facts = Facts(parts=tuple(self.parts.values()))
        decision = decide(self.transfer, event, self.now, facts)
        self.transfer = decision.transfer
        moved = False
        for command in decision.commands:
            moved |= self._do(command)
        self.reasons.append(decision.reason)
        if moved:
            self.tell(e.Settled())
        return decision.reason

    def _do(self, command: c.TransferCommand) -> bool:
        if isinstance(command, c.OpenParts):
            for share in command.shares:
                letter = share.person or share.unit
                assert letter not in self.parts, "called twice"
                self._open(letter, share.role)
        elif isinstance(command, c.EndParts):
            for unit in command.units:
                self.parts = {k: v for k, v in self.parts.items() if v.who != unit}
        elif isinstance(command, c.Book) and command.what is c.Later.WAVE:
            self.at = command.at
        elif isinstance(command, c.Unbook) and command.what is c.Later.WAVE:
            self.at = None
        elif isinstance(command, c.Sound):
            self.alarms.append(command.alarm)
        elif isinstance(command, c.Silence):
            self.alarms = [a for a in self.alarms if a is not command.alarm]
        elif isinstance(command, c.PageCounty):
            self.county += 1
            self.parts["county"] = PartFact(
                unit=command.unit, role=PartRole.COUNTY, state=State.WAITING
            )
        return isinstance(command, c.OpenParts | c.EndParts)

    def _open(self, unit: str, role: PartRole) -> None:
        self.parts[unit] = PartFact(**self._named(unit), role=role, state=State.WAITING)

    def moves(self, unit: str, state: State) -> None:
        """A unit's page moves."""
        self.parts[unit] = replace(self.parts[unit], state=state)
        self.tell(e.Settled())

    def refuses(self, unit: str) -> Reason:
        """Somebody of the unit cannot."""
        named = self._named(unit)
        return self.tell(e.UnitRefused(unit=named["unit"], person=named.get("person")))

    def ring(self) -> Reason:
        """The booked moment comes."""
        assert self.at is not None, "nothing is booked"
        self.now, self.at = max(self.now, self.at), None
        return self.tell(e.WaveDue())

    @property
    def booked(self) -> bool:
        """Whether a moment for the next wave is booked."""
        return self.at is not None

    def stands(self) -> TransferState:
        """Where the whole stands."""
        return self.transfer.state

    @property
    def called(self) -> str:
        """Every unit that was called, wave by wave."""
        calling = self.transfer.life.calling
        assert calling is not None
        return "|".join("".join(wave.units) for wave in calling.waves)


def test_the_next_wave_waits_its_time() -> None:
    """Two at a time in the order of the group, five minutes apart."""
    group = Group(5, needed=3, size=2)
    assert group.called == "AB"
    assert group.at == START + T
    assert group.ring() is Reason.WAVE_CALLED
    assert group.called == "AB|CD"
    assert group.at == START + 2 * T


def test_enough_answers_end_the_calling() -> None:
    """The third answer of three: nobody else is called, whoever is still asked is let go."""
    group = Group(5, needed=3, size=2)
    group.moves("A", State.ACKED)
    group.moves("B", State.ACKED)
    # Nobody who was called is waited for, and one is missing.
    assert group.at == group.now
    group.ring()
    assert group.called == "AB|CD"
    group.moves("C", State.ACKED)
    assert group.stands() is TransferState.ACKED
    assert not group.booked
    assert "D" not in group.parts
    assert not group.alarms
    assert not group.county


def test_a_refusal_calls_the_next_wave_at_once() -> None:
    """One refusal of a unit is one wave, however often it is said."""
    group = Group(5, needed=1, size=2)
    assert group.refuses("A") is Reason.WAVE_CALLED
    assert group.called == "AB|CD"
    assert group.refuses("A") is Reason.NOTHING_MOVED
    assert group.refuses("E") is Reason.NOTHING_MOVED
    assert group.refuses("B") is Reason.WAVE_CALLED
    assert group.called == "AB|CD|E"
    assert group.refuses("C") is Reason.UNIT_REFUSED


def test_a_unit_with_nobody_to_ask_is_passed_at_once() -> None:
    """Its wave is over in the moment it began."""
    group = Group(3, needed=1, size=1)
    assert group.tell(e.UnitRefused(unit="A", nobody=True)) is Reason.UNIT_REFUSED
    assert group.at == group.now
    group.ring()
    assert group.called == "A|B"


def test_all_of_them_in_waves() -> None:
    """The first wave's answers are not all that is asked for."""
    group = Group(3, needed=0, size=2)
    group.moves("A", State.ACKED)
    group.moves("B", State.ACKED)
    assert group.stands() is TransferState.PAGED
    group.ring()
    group.moves("C", State.ACKED)
    assert group.stands() is TransferState.ACKED


def test_any_of_them_at_once() -> None:
    """All are called in one wave, and the first answer ends it."""
    group = Group(4, needed=1, size=0)
    assert group.called == "ABCD"
    group.moves("C", State.ACKED)
    assert set(group.parts) == {"C"}
    assert group.stands() is TransferState.ACKED


def test_a_need_that_nobody_meets_is_alarmed_once() -> None:
    """When the last wave has had its time the desk is alarmed and the county paged."""
    group = Group(2, needed=2, size=1)
    group.moves("A", State.ACKED)
    group.ring()
    assert group.called == "A|B"
    assert group.ring() is Reason.NEED_UNMET
    assert group.alarms == [Alarm.SHORT]
    assert group.county == 1
    # A late answer ends the alarm and the county's page.
    group.moves("B", State.ACKED)
    assert not group.alarms
    assert "county" not in group.parts


def test_a_need_that_can_no_longer_be_met_is_alarmed_at_once() -> None:
    """Three of three, and one unit's ladder has come to its end."""
    group = Group(3, needed=3, size=0)
    group.moves("A", State.EXHAUSTED)
    assert group.alarms == [Alarm.SHORT]
    group.ring()
    assert group.county == 1


def test_a_routine_call_does_not_wake_the_county() -> None:
    """The desk is alarmed; the county's office gets a word and no page."""
    group = Group(2, needed=2, size=0, urgency=Urgency.ROUTINE)
    group.ring()
    assert group.alarms == [Alarm.SHORT]
    assert group.county == 0


def test_an_answer_given_back_goes_on_calling() -> None:
    """The need was met and is not any more: the next unit is called at once."""
    group = Group(3, needed=1, size=1)
    group.moves("A", State.ACKED)
    group.moves("A", State.WAITING)
    assert group.at == group.now
    group.ring()
    assert group.called == "A|B"


def test_a_unit_added_meanwhile_is_not_called_twice() -> None:
    """It takes part at once, and not again in its turn."""
    group = Group(3, needed=0, size=1)
    group.tell(e.UnitsAdded(by="desk", units=("B",)))
    group.ring()
    assert group.called == "A|C"
    assert set(group.parts) == {"A", "B", "C"}


@hypothesis.settings(max_examples=300)
@given(st.binary(min_size=THROWS, max_size=THROWS))
def test_a_group_is_never_left_in_silence(thrown: bytes) -> None:
    """Whatever units do: met, or a moment is booked, or desk and county know."""
    dice = Dice(thrown)
    count = 1 + dice.upto(len(UNITS) - 1)
    group = Group(count, needed=dice.upto(count), size=dice.upto(3))
    for _ in range(12):
        names = [u for u in UNITS if u in group.parts]
        unit = dice.pick(tuple(names) or ("A",))
        what = dice.upto(3)
        if what == 0 and group.at is not None:
            group.ring()
        elif what == 1:
            group.refuses(unit)
        elif unit in group.parts:
            group.moves(unit, dice.pick((State.ACKED, State.WAITING, State.EXHAUSTED)))
        met = group.stands() is TransferState.ACKED
        assert met or group.at is not None or group.alarms == [Alarm.SHORT]
        assert not (met and group.alarms)


def test_people_are_replaced_only_where_they_must_be() -> None:
    """Of three people called two are needed: one may refuse, the second refusal calls the next."""
    group = Group(4, needed=2, size=3, people=True)
    assert group.refuses("A") is Reason.UNIT_REFUSED
    assert group.at == START + T
    assert group.refuses("B") is Reason.WAVE_CALLED
    assert group.called == "U/AU/BU/C|U/D"
    group.moves("C", State.ACKED)
    assert group.refuses("D") is Reason.UNIT_REFUSED
    assert group.alarms == [Alarm.SHORT]
