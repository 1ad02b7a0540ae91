"""A decision in the making: the transfer so far and what to do so far. Chooses nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
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
    enough,
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
    def uncalled(self) -> int:
        """How many units of a group have not been called yet."""
        above = {unit for _, unit in self.life.couples}
        left = self.life.calling.left if self.life.calling is not None else ()
        return sum(share.unit not in above for share in left)

    @property
    def counted(self) -> list[PartFact]:
        """The binding parts by which the whole stands."""
        return [p for p in self.answering if p in self.binding]

    @property
    def met(self) -> bool:
        """Whether as many have answered as must."""
        live = [p.state for p in self.counted]
        return bool(live) and enough(live, self.life.needed, self.uncalled)

    @property
    def lead(self) -> str | None:
        """The unit that leads."""
        return self.facts.unit_of(PartRole.LEAD)

    def partner(self, unit: str) -> PartFact | None:
        """The part whose answer is as good as this unit's: its team's, or the unit's above it."""
        others = {b if a == unit else a for a, b in self.life.couples if unit in (a, b)}
        return next((p for p in self.binding if p.unit in others), None)

    @property
    def answering(self) -> list[PartFact]:
        """The parts by which the whole stands: of two that may answer for each other, the one that
        has, else the first."""
        return [p for p in self.facts.parts if p.role not in BINDING or not self._spoken_for(p)]

    def _spoken_for(self, part: PartFact) -> bool:
        other = self.partner(part.unit)
        if other is None or part.state is State.CANCELLED:
            return False
        answered = other.state is State.ACKED
        if answered is (part.state is State.ACKED):
            return self.binding.index(other) < self.binding.index(part)
        return answered

    def working(self) -> TransferState:
        """Where the work stands, whatever is argued about beside it."""
        pages = [(p.role, p.state) for p in self.answering]
        life = self.life
        stands = standing(pages, noted=life.noted, needed=life.needed, uncalled=self.uncalled)
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

    def straight(self, shares: Sequence[Share]) -> tuple[Share, ...]:
        """The shares, and with a team's that of the unit above it: to know, or to answer as well
        (直转一线), unless that unit has a share of its own already."""
        terms = self.facts.terms
        there = {s.unit for s in shares} | {p.unit for p in self.binding} | {*self.facts.copies}
        out = list(shares)
        for share in shares:
            above = self.facts.above(share.unit) if share.role in BINDING else None
            if above is None or above in there:
                continue
            if terms.either_may_ack and share.person is None:
                out.append(replace(share, unit=above, role=PartRole.ASSIST))
                self.keep(couples=(*self.life.couples, (share.unit, above)))
            elif terms.copy_parent:
                out.append(Share(unit=above, role=PartRole.COPY, urgency=share.urgency))
            there.add(above)
        return tuple(out)

    def hand_to(self, owner: str) -> bool:
        """Make ``owner`` the lead; False when it led already. No clock of the matter moves."""
        before = [p.unit for p in self.facts.parts if p.role is PartRole.LEAD and p.unit != owner]
        leads = owner == self.lead
        self._give(owner, leads=leads)
        # Only now: at no moment is the matter in nobody's hands.
        if before:
            self.do(*(Inform(unit=unit, news=News.AGREED, text=owner) for unit in before))
            self.leave(before, PartRole.LEAD, stays=owner)
        return not leads

    def leave(self, units: Sequence[str], role: PartRole, *, stays: str | None = None) -> None:
        """The matter leaves these units, and whoever may answer for them, but for ``stays``."""
        self.do(EndParts(units=tuple(units), role=role))
        for unit in units:
            other = self.partner(unit)
            if other is not None and other.unit not in (*units, stays):
                self.do(EndParts(units=(other.unit,), role=other.role))

    def _give(self, owner: str, *, leads: bool) -> None:
        if leads:
            return
        if any(p.unit == owner and p.role is PartRole.ASSIST for p in self.binding):
            self.do(ChangeRole(unit=owner, role=PartRole.LEAD))
        else:
            share = Share(unit=owner, role=PartRole.LEAD, urgency=self.urgency())
            self.do(OpenParts(shares=self.straight((share,))))
        self.keep(hops=self.life.hops + 1)

    def settled(self, before: Transfer) -> Reason:
        """Whether what the pages told changes the transfer, or anything has to be done about it."""
        moved = self.transfer != before or self.commands
        return Reason.SETTLED if moved else Reason.NOTHING_MOVED

    def sound(self, alarm: Alarm, who: str = "") -> None:
        """Show the desk something it must decide."""
        self.do(Sound(alarm=alarm, who=who))

    def silence(self, *alarms: Alarm) -> None:
        """It was decided."""
        self.do(*(Silence(alarm=alarm) for alarm in alarms))
