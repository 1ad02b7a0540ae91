"""What people answer through any door: ack, decline, release, escalate, cancel, note.

Every action is one transaction; every answer names who, and who typed it in when that is somebody
else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall import progress
from oncall.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from oncall.core.events import (
    Acked,
    Cancelled,
    Declined,
    Escalated,
    Event,
    Released,
)
from oncall.core.model import Page, Reason, State
from oncall.core.transfers import Part, Transfer
from oncall.core.transfers.events import Withdrawn
from oncall.core.words import N_, Text, reason_text
from oncall.directory import Snapshot
from oncall.engine import Engine
from oncall.intake import Actor
from oncall.store import pages, transfers
from oncall.store.database import Contended, Tx
from oncall.store.pages import Lost

_RETRIES = 5
#: Reasons whose sentence names the owner.
_ABOUT_OWNER = frozenset({Reason.ACKED, Reason.TAKEN_OVER, Reason.ALREADY_YOURS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one action did to one page."""

    page: str
    unit: str
    state: State
    reason: Reason
    owner: str | None

    def said(self, t: Text, who: str = "") -> str:
        """What came of it, in the reader's language; ``who`` asked for it."""
        if self.reason is Reason.ALREADY_OWNED and self.owner:
            return t(N_("{owner} already has it; nothing was changed.")).format(owner=self.owner)
        if self.reason in _ABOUT_OWNER and self.owner:
            return t(N_("{owner} has it now.")).format(owner=self.owner)
        return reason_text(t, self.reason, who=who)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person named in an answer: a contact card where there is one, else just the name."""

    id: str
    name: str


class Desk:
    """The doors' one way to act on transfers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.db = engine.db

    # -- answering -------------------------------------------------------------------------

    def ack(
        self,
        ref: str,
        by: str,
        now: datetime,
        actor: Actor,
        *,
        on_behalf_of: str | None = None,
        unit: str | None = None,
        takeover: bool = False,
        minutes: int | None = None,
        via: str = "web",
    ) -> list[Outcome]:
        """Somebody takes the matter; ``on_behalf_of`` is who said so to ``by`` (by phone).

        With ``minutes`` they promise to be there by then; from whoever has it, a new promise.
        """

        def event(who: Who) -> Event:
            return Acked(
                person=who.id,
                name=who.name,
                via="phone" if on_behalf_of else via,
                entered_by=by if on_behalf_of else None,
                takeover=takeover,
                eta=None if minutes is None else now + timedelta(minutes=minutes),
            )

        return self._answer(ref, on_behalf_of or by, event, now, actor, unit)

    def decline(
        self,
        ref: str,
        by: str,
        now: datetime,
        actor: Actor,
        *,
        why: str = "",
        on_behalf_of: str | None = None,
        unit: str | None = None,
        via: str = "web",
    ) -> list[Outcome]:
        """Somebody cannot: the next level is paged at once."""

        def event(who: Who) -> Event:
            return Declined(
                person=who.id,
                name=who.name,
                why=why,
                via="phone" if on_behalf_of else via,
                entered_by=by if on_behalf_of else None,
            )

        return self._answer(ref, on_behalf_of or by, event, now, actor, unit)

    def release(
        self,
        ref: str,
        by: str,
        now: datetime,
        actor: Actor,
        *,
        why: str = "",
        unit: str | None = None,
    ) -> list[Outcome]:
        """The owner gives it back; a dispatcher may do it in the owner's stead."""

        def told(page: Page) -> Event | None:
            if page.state is not State.ACKED:
                return None
            if by not in (page.owner, page.owner_name) and actor.role == "liaison":
                raise Forbidden("not_the_owner", owner=page.owner_name or "")
            note = why if by in (page.owner, page.owner_name) else f"{why} ({by})".strip()
            return Released(person=page.owner or "", name=page.owner_name or by, why=note)

        return self._each(ref, told, now, actor, unit, {State.ACKED}, "nobody_owns_it", owner=by)

    def escalate(
        self,
        ref: str,
        by: str,
        now: datetime,
        actor: Actor,
        *,
        why: str = "",
        unit: str | None = None,
    ) -> list[Outcome]:
        """A dispatcher wants the next level now."""
        open_states = {State.WAITING, State.EXHAUSTED}
        event = Escalated(by=by, why=why)
        return self._each(ref, lambda _: event, now, actor, unit, open_states, "nothing_open")

    def cancel(
        self,
        ref: str,
        by: str,
        now: datetime,
        actor: Actor,
        *,
        why: str = "",
        unit: str | None = None,
    ) -> list[Outcome]:
        """It is withdrawn, or one unit's part in it: everybody stops, everybody is told."""
        if unit is not None:
            live = {State.WAITING, State.ACKED, State.EXHAUSTED}
            event = Cancelled(by=by, why=why)
            return self._each(ref, lambda _: event, now, actor, unit, live, "already_closed")

        def work(tx: Tx) -> list[Outcome]:
            transfer = self.find_in(tx, ref, actor)
            withdrawn = Withdrawn(by=by, why=why)
            if self.engine.cases.tell(tx, transfer.id, withdrawn, now).refused:
                raise Conflict("already_closed", transfer=transfer.code)
            return [
                _outcome(loaded.page, Reason.CANCELLED)
                for _, page_id, _ in transfers.pages_of(tx, transfer.id)
                if (loaded := pages.load(tx, page_id)) is not None
            ]

        return self.db.attempt(work)

    def note(
        self,
        ref: str,
        by: str,
        text: str,
        now: datetime,
        actor: Actor,
        *,
        unit: str | None = None,
    ) -> list[Outcome]:
        """Write down progress; on an owned page it is the first action (rule 8)."""
        if not text.strip():
            raise Invalid([Fault(where="why", code="empty")])

        def work(tx: Tx) -> list[Outcome]:
            transfer = self.find_in(tx, ref, actor)
            noted = progress.note(
                self.engine,
                tx,
                transfer.id,
                by,
                text.strip(),
                now,
                entered_by=actor.name,
                unit=unit,
            )
            return [_outcome(page, Reason.PROGRESSED) for page in noted]

        return self.db.attempt(work)

    # -- shared ----------------------------------------------------------------------------

    def find(self, ref: str, actor: Actor) -> Transfer:
        """A transfer by id, code or ``origin:ref``; NotFound also for what is not the actor's."""
        with self.db.read() as tx:
            return self.find_in(tx, ref, actor)

    def find_in(self, tx: Tx, ref: str, actor: Actor) -> Transfer:
        """The same inside an open transaction."""
        transfer = transfers.find(tx, ref)
        if transfer is None:
            raise NotFound("no_such_transfer", ref=ref)
        bound = actor.unit is not None and actor.role == "liaison"
        if bound and actor.unit not in {p.unit for p in transfers.units_of(tx, transfer.id)}:
            raise NotFound("no_such_transfer", ref=ref)
        return transfer

    def _answer(
        self,
        ref: str,
        name: str,
        event: Callable[[Who], Event],
        now: datetime,
        actor: Actor,
        unit: str | None,
    ) -> list[Outcome]:
        """An answer by a named person, on the pages that reached them (else the only ones open)."""

        def work(tx: Tx) -> list[Outcome]:
            transfer = self.find_in(tx, ref, actor)
            snapshot = self.engine.directory.at(tx, now)
            mine = self._mine(tx, transfer, actor, unit)
            live = [(part, page) for part, page in mine if page.state is not State.CANCELLED]
            if not live:
                raise Conflict("already_closed", transfer=transfer.code)
            reached = [(p, page) for p, page in live if _knows(page, name)]
            # Whoever is called by name answers for nobody else, and nobody else for them.
            chosen = reached or [(part, page) for part, page in live if part.person is None]
            if not chosen:
                called = [c.name for _, page in live for c in page.contacted if c.paged]
                raise Conflict("not_called", name=name, people=", ".join(called))
            if len({part.unit for part, _ in chosen}) > 1 and not reached:
                units = ", ".join(sorted({part.unit for part, _ in chosen}))
                raise Conflict("which_unit", units=units)
            out = []
            for _, page in chosen:
                who = _who(snapshot, page, name, actor)
                decision = self.engine.handle_in(tx, page.id, event(who), now)
                if decision is not None:
                    out.append(_outcome(decision.page, decision.reason))
            return out

        return self.db.attempt(work)

    def _mine(
        self, tx: Tx, transfer: Transfer, actor: Actor, unit: str | None
    ) -> list[tuple[Part, Page]]:
        wanted = unit or (actor.unit if actor.role == "liaison" else None)
        out = []
        found = transfers.pages_of(tx, transfer.id)
        pages.lock(
            tx, {page_id for part, page_id, _ in found if wanted in (None, part.unit, part.who)}
        )
        for part, page_id, _ in found:
            loaded = pages.load(tx, page_id) if wanted in (None, part.unit, part.who) else None
            if loaded is not None:
                out.append((part, loaded.page))
        if not out:
            raise NotFound("no_such_part", unit=wanted or "", transfer=transfer.code)
        return out

    def _each(
        self,
        ref: str,
        event: Callable[[Page], Event | None],
        now: datetime,
        actor: Actor,
        unit: str | None,
        states: set[State],
        otherwise: str,
        *,
        owner: str | None = None,
    ) -> list[Outcome]:
        """Tell each page in one of these states; if ``owner`` has some of them, those alone."""
        for _ in range(_RETRIES):
            try:
                with self.db.begin() as tx:
                    transfer = self.find_in(tx, ref, actor)
                    out = []
                    found = [page for _, page in self._mine(tx, transfer, actor, unit)]
                    found = [page for page in found if page.state in states]
                    theirs = [p for p in found if owner in (p.owner, p.owner_name) and owner]
                    for page in theirs or found:
                        decision = self.engine.handle_in(tx, page.id, event, now)
                        if decision is not None:
                            out.append(_outcome(decision.page, decision.reason))
                    if not out:
                        raise Conflict(otherwise, transfer=transfer.code)
                return out
            except (Lost, Contended):
                continue
        raise Lost


def _outcome(page: Page, reason: Reason) -> Outcome:
    return Outcome(
        page=page.id, unit=page.unit, state=page.state, reason=reason, owner=page.owner_name
    )


def _knows(page: Page, name: str) -> bool:
    return any(name in (c.person, c.name) for c in page.contacted)


def _who(snapshot: Snapshot, page: Page, name: str, actor: Actor) -> Who:
    """Who is meant: somebody this page reached, else somebody of the unit, else of the county.

    A name without a contact card is taken from those who run a desk, never from a liaison.
    """
    for known in page.contacted:
        if name in (known.person, known.name):
            return Who(id=known.person, name=known.name)
    try:
        person = snapshot.find(name, page.unit)
    except NotFound:
        try:
            person = snapshot.find(name)
        except NotFound as exc:
            if actor.role == "liaison" or exc.code == "several_people":
                raise
            return Who(id=f"name:{name}", name=name)
    return Who(id=person.id, name=person.name)
