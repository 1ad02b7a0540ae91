"""What is undecided about a transfer: who says what, and what happens when nobody settles it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from oncall.core.transfers import POLICE_DESK, TERMINAL, Transfer
from oncall.core.transfers.model import Dispute, Nuisance, Return, Share
from oncall.core.words import N_, Text
from oncall.store.deadlines import Extension


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """One open question: what is known of it, and what comes by itself, and when."""

    key: str
    title: str
    lines: tuple[str, ...]
    #: None where no clock runs; ``clock`` is the same on the reader's wall.
    at: datetime | None = None
    clock: str = ""
    then: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """How its reader is told: language, what a unit is called, how a moment is written."""

    t: Text
    unit: Callable[[str], str]
    clock: Callable[[datetime], str]

    def units(self, codes: Iterable[str]) -> str:
        """The names of several."""
        return self.t(N_(", ")).join(map(self.unit, codes))


def undecided(tell: Teller, transfer: Transfer, asked: Extension | None) -> tuple[Open, ...]:
    """Everything about a transfer that waits for a decision; ``asked`` is a wish for more time."""
    if transfer.state in TERMINAL:
        return ()
    return tuple(_questions(tell, transfer, asked))


def _questions(tell: Teller, transfer: Transfer, asked: Extension | None) -> Iterator[Open]:
    life = transfer.life
    if life.dispute is not None:
        yield _dispute(tell, life.dispute)
    if life.returned is not None:
        yield _returned(tell, life.returned)
    if life.held:
        yield _held(tell, life.held)
    if life.nuisance is not None:
        yield _nuisance(tell, life.nuisance)
    if asked is not None:
        yield _more_time(tell, asked)


def _dispute(tell: Teller, dispute: Dispute) -> Open:
    t = tell.t
    lines = [t(N_("It may be: {units}.")).format(units=tell.units(dispute.candidates))]
    for party in dict.fromkeys((*dispute.candidates, POLICE_DESK)):
        said = dispute.proposals.get(party)
        if said is None:
            lines.append(t(N_("{unit} has not said yet.")).format(unit=tell.unit(party)))
        else:
            words = t(N_("{unit} proposes {owner}."))
            lines.append(words.format(unit=tell.unit(party), owner=tell.unit(said)))
    return Open(
        key="dispute",
        title=t(N_("Whose is it?")),
        lines=tuple(lines),
        at=dispute.deadline,
        clock=tell.clock(dispute.deadline),
        then=t(N_("Without agreement, whoever first received it goes ahead.")),
    )


def _returned(tell: Teller, given: Return) -> Open:
    t = tell.t
    said = t(N_("{unit} returns it, {clock}, entered by {who}: {why}"))
    lines = [
        said.format(
            unit=tell.unit(given.unit), clock=tell.clock(given.at), who=given.by, why=given.why
        ),
        t(N_("Suggested: {units}.")).format(units=tell.unit(given.suggestion))
        if given.suggestion
        else t(N_("No other unit was suggested.")),
    ]
    return Open(key="returned", title=t(N_("Is the return right?")), lines=tuple(lines))


def _held(tell: Teller, held: tuple[Share, ...]) -> Open:
    line = tell.t(N_("Waiting: {units}.")).format(units=tell.units(one.unit for one in held))
    # Why stands in the log and in the alarm: police first, or a caller who is marked.
    return Open(key="held", title=tell.t(N_("Are the units paged now?")), lines=(line,))


def _nuisance(tell: Teller, mark: Nuisance) -> Open:
    t = tell.t
    confirmed = t(N_(", ")).join(mark.confirmed_by) or t(N_("nobody yet"))
    said = t(N_("Marked by {who}, {clock}: {evidence}"))
    return Open(
        key="nuisance",
        title=t(N_("Is it a malicious call? Two other people must confirm it.")),
        lines=(
            said.format(who=mark.by, clock=tell.clock(mark.at), evidence=mark.evidence),
            t(N_("Confirmed by: {who}.")).format(who=confirmed),
        ),
        at=mark.until,
        clock=tell.clock(mark.until),
        then=t(N_("The mark ends by itself.")),
    )


def _more_time(tell: Teller, asked: Extension) -> Open:
    said = tell.t(N_("{who} asks for time until {until}: {why}"))
    line = said.format(who=asked.asked_by, until=tell.clock(asked.until), why=asked.why)
    return Open(key="more-time", title=tell.t(N_("Is more time granted?")), lines=(line,))
