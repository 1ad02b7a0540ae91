"""Whoever is texting, what reached them, and which of it a reply is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from oncall.core.model import Page, State
from oncall.core.replies import Aim, Choice, Intent, Reply, choose, is_news
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.transfers import Asked

#: Nobody has it yet.
OPEN = (State.WAITING, State.EXHAUSTED)


class Changes(Protocol):
    """Whoever takes answers to changes of duty; see ``oncall.duty_changes``."""

    def waits(self, tx: Tx, people: Sequence[Person], now: datetime) -> set[int]:
        """The numbers of what waits for an answer of one of these people."""

    def heard(
        self,
        tx: Tx,
        people: Sequence[Person],
        now: datetime,
        *,
        yes: bool,
        number: int | None = None,
        why: str = "",
    ) -> bool:
        """One of these people answered, and was answered; False where nothing was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A page that reached whoever is texting, and whether they are the one who has it."""

    asked: Asked
    mine: bool

    @property
    def code(self) -> str:
        return self.asked.code

    @property
    def state(self) -> State:
        return self.asked.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Texter:
    """Whoever is texting: all who share the number, and what reached them, the newest first."""

    number: str
    people: Sequence[Person]
    matters: Sequence[Matter]
    now: datetime

    @property
    def who(self) -> Person:
        """Whom we answer."""
        return self.people[0]

    def known_to(self, page: Page) -> Person:
        """The one of them whom a page reached."""
        return next((p for p in self.people if page.person(p.id) is not None), self.who)

    @property
    def open(self) -> list[Matter]:
        """What waits for an answer."""
        return [m for m in self.matters if m.state in OPEN]

    @property
    def mine(self) -> list[Matter]:
        """What they have."""
        return [m for m in self.matters if m.mine]


def understood(reply: Reply, texter: Texter) -> Reply:
    """Free words as a note, where they can be nothing else.

    That is from somebody who names what they have, or has one matter and owes no answer.
    """
    if reply.intent is not Intent.UNKNOWN or not is_news(reply.text):
        return reply
    mine = [m.code for m in texter.mine]
    named = reply.code is not None and choose(reply, mine).aim is Aim.ONE
    alone = reply.code is None and len(mine) == 1 and not texter.open
    return replace(reply, intent=Intent.NOTE) if named or alone else reply


def meant(reply: Reply, texter: Texter) -> Choice:
    """Which matters a reply is about: what it names, else the only one it can be about."""
    every = [m.code for m in texter.matters]
    near = [m.code for m in likely(reply, texter)]
    if reply.code is not None:
        among = choose(reply, near)
        wider = choose(reply, every)
        return wider if among.aim is not Aim.ONE and wider.aim is Aim.ONE else among
    if near:
        return choose(reply, near)
    # Nothing fits, but "X has it already" is a better answer than silence.
    return choose(reply, every[:1])


def likely(reply: Reply, texter: Texter) -> Sequence[Matter]:
    """What a reply that names nothing can be about."""
    live = [*texter.open, *texter.mine]
    if reply.intent is Intent.RELEASE:
        return texter.mine
    if reply.intent is Intent.TAKE_OVER:
        return [m for m in texter.matters if m.state is State.ACKED and not m.mine]
    if reply.intent is Intent.NOTE:
        return texter.mine or texter.open
    if reply.intent in (Intent.ETA, Intent.POLICE, Intent.RETURN):
        return live
    return texter.open
