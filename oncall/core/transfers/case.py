"""A decision in the making: the transfer so far and what to do so far. Chooses nothing itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from oncall.core.model import Alarm, Reason, State, Urgency
from oncall.core.transfers.commands import (
    ChangeRole,
    EndParts,
    Inform,
    News,
    OpenParts,
    Silence,
    Sound,
    TransferCommand,
)
from oncall.core.transfers.model import (
    BINDING,
    Facts,
    Life,
    PartFact,
    PartRole,
    Share,
    Transfer,
    TransferState,
    standing,
)


class Refused(Exception):
    """The event is not allowed here; nothing of the decision stands."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Case:
    """One decision being made; thrown away once it is."""

    def __init__(self, transfer: Transfer, now: datetime, facts: Facts) -> None:
        self.transfer = transfer
        self.now = now
        self.facts = facts
        self.commands: list[TransferCommand] = []

    @property
    def life(self) -> Life:
        """What the transfer remembers so far."""
        return self.transfer.life

    def move(self, state: TransferState) -> None:
        """Stand there from now on."""
        self.transfer = replace(self.transfer, state=state)

    def keep(self, **changes: Any) -> None:
        """Remember."""
        self.transfer = replace(self.transfer, life=replace(self.life, **changes))

    def mark(self, **flags: Any) -> None:
        """Change what the transfer says of itself."""
        self.transfer = replace(self.transfer, **flags)

    def do(self, *commands: TransferCommand) -> None:
        """Ask for something to be done."""
        self.commands += commands

    def require(self, good: object, reason: Reason) -> None:
        """Raises Refused unless ``good``."""
        if not good:
            raise Refused(reason)

    # -- what the facts say ----------------------------------------------------------------

    @property
    def binding(self) -> list[PartFact]:
        """The parts that must answer and were not withdrawn."""
        parts = self.facts.parts
        return [p for p in parts if p.role in BINDING and p.state is not State.CANCELLED]

    @property
    def lead(self) -> str | None:
        """The unit that leads."""
        return self.facts.unit_of(PartRole.LEAD)

    def working(self) -> TransferState:
        """Where the work stands, whatever is argued about beside it."""
        pages = [(p.role, p.state) for p in self.facts.parts]
        stands = standing(pages, noted=self.life.noted, needed=self.life.needed)
        if stands in (TransferState.NEW, TransferState.CANCELLED):
            return stands
        if self.life.result_at is not None:
            return TransferState.REPLIED
        if stands is TransferState.PAGED or not self.life.extended:
            return stands
        return TransferState.EXTENDED

    def urgency(self) -> Urgency:
        """How urgently a unit that is added now is paged."""
        return self.transfer.urgency

    # -- what several rules do -------------------------------------------------------------

    def hand_to(self, owner: str) -> bool:
        """Make ``owner`` the lead; False when it led already. No clock of the matter moves."""
        before = [p.unit for p in self.facts.parts if p.role is PartRole.LEAD and p.unit != owner]
        leads = owner == self.lead
        self._give(owner, leads=leads)
        # Only now: at no moment is the matter in nobody's hands.
        if before:
            self.do(*(Inform(unit=unit, news=News.AGREED, text=owner) for unit in before))
            self.do(EndParts(units=tuple(before), role=PartRole.LEAD))
        return not leads

    def _give(self, owner: str, *, leads: bool) -> None:
        if leads:
            return
        if any(p.unit == owner and p.role is PartRole.ASSIST for p in self.binding):
            self.do(ChangeRole(unit=owner, role=PartRole.LEAD))
        else:
            share = Share(unit=owner, role=PartRole.LEAD, urgency=self.urgency())
            self.do(OpenParts(shares=(share,)))
        self.keep(hops=self.life.hops + 1)

    def sound(self, alarm: Alarm, who: str = "") -> None:
        """Show the desk something it must decide."""
        self.do(Sound(alarm=alarm, who=who))

    def silence(self, *alarms: Alarm) -> None:
        """It was decided."""
        self.do(*(Silence(alarm=alarm) for alarm in alarms))
