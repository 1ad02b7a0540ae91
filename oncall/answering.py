"""What one person sees and does on their own answer page: one page, one name, no account.

Reading changes nothing, so a link that is merely opened, by a person or by a scanner, answers
nothing. What is done is done once per form shown, however often it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from oncall import progress
from oncall.core.errors import NotFound, OncallError
from oncall.core.events import Acked, Declined, Event, Released
from oncall.core.model import Page, Reason, State
from oncall.core.transfers import Transfer
from oncall.core.upcoming import NextAction
from oncall.directory import Snapshot
from oncall.duty import next_action
from oncall.engine import Engine
from oncall.intake import Intake
from oncall.links import Links
from oncall.store import attempts, contacts, pages, reports, transfers
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.links import Link

#: The furthest moment somebody may promise.
LONGEST_ETA = timedelta(hours=24)


class Gone(OncallError):
    """The link was good once."""

    status = 410


class Verb(StrEnum):
    """What can be done on the page."""

    TAKE = "take"
    DECLINE = "decline"
    #: Take it, or say again when one will be there.
    PROMISE = "promise"
    NOTE = "note"
    POLICE = "police"
    RELEASE = "release"
    TAKE_OVER = "take_over"


class Said(StrEnum):
    """What came of it, in a word that the page puts into a sentence."""

    TAKEN = "taken"
    PROMISED = "promised"
    YOURS = "yours"
    #: Somebody else has it.
    OWNED = "owned"
    DECLINED = "declined"
    RELEASED = "released"
    #: Nobody has it, so there is nothing to give back.
    NOT_OWNED = "not_owned"
    NOTED = "noted"
    POLICE = "police"
    POLICE_BEFORE = "police_before"
    CLOSED = "closed"
    #: This very form was sent before.
    BEFORE = "before"
    #: The page is broken, and the desk alarmed: nobody may think it taken.
    BROKEN = "broken"


_SAID = {
    Reason.ACKED: Said.TAKEN,
    Reason.TAKEN_OVER: Said.TAKEN,
    Reason.PROMISED: Said.PROMISED,
    Reason.ALREADY_YOURS: Said.YOURS,
    Reason.ALREADY_OWNED: Said.OWNED,
    Reason.NOT_OWNER: Said.OWNED,
    Reason.DECLINED: Said.DECLINED,
    Reason.RESUMED: Said.RELEASED,
    Reason.NOT_OWNED: Said.NOT_OWNED,
    Reason.CLOSED: Said.CLOSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page as its reader may see it; nothing in it is about the caller."""

    me: Person
    transfer: Transfer
    page: Page
    next: NextAction
    snapshot: Snapshot
    #: Whether the police desk has been told already.
    police: bool

    @property
    def mine(self) -> bool:
        """Whether the reader has it."""
        return self.page.state is State.ACKED and self.page.owner == self.me.id

    @property
    def declined(self) -> bool:
        """Whether the reader said no."""
        known = self.page.person(self.me.id)
        return known is not None and known.declined


class Answering:
    """The answer page's one way in."""

    def __init__(self, engine: Engine, intake: Intake, links: Links) -> None:
        self.engine = engine
        self.intake = intake
        self.links = links
        self.db = engine.db

    def look(self, code: str, now: datetime) -> Sheet:
        """What a link shows. Raises NotFound for no link of ours, Gone for one that has ended."""
        with self.db.read() as tx:
            link, snapshot = self._enter(tx, code, now)
            _, transfer = pages.whose(tx, link.page)
            brief = reports.one_transfer(tx, transfer)
            if brief is None:
                raise NotFound("no_such_link")
            page = next(share.page for share in brief.shares if share.page.id == link.page)
            return Sheet(
                me=snapshot.people[link.person],
                transfer=brief.transfer,
                page=page,
                next=next_action(tx, snapshot, page),
                snapshot=snapshot,
                police=brief.transfer.life.police_called_at is not None,
            )

    def act(
        self,
        code: str,
        verb: Verb,
        now: datetime,
        *,
        once: str,
        text: str = "",
        eta: datetime | None = None,
    ) -> Said:
        """Do what a form asks, once for its mark ``once``.

        ``text`` is a reason or a note; ``eta`` the promised moment. Raises as ``look`` does.
        """

        def work(tx: Tx) -> Said:
            link, snapshot = self._enter(tx, code, now)
            if not transfers.first_time(tx, f"answer:{once}", now):
                return Said.BEFORE
            me = snapshot.people[link.person]
            pages.lock(tx, {link.page})
            carrier = attempts.latest_text(tx, link.page, link.person)
            if carrier is not None:
                self.engine.cards.answered(tx, carrier, contacts.BY_LINK, now)
            unit, transfer = pages.whose(tx, link.page)
            if verb is Verb.POLICE:
                called = self.intake.call_police_in(tx, transfer, me.name, now)
                return Said.POLICE if called else Said.POLICE_BEFORE
            if verb is Verb.NOTE:
                progress.note(
                    self.engine, tx, transfer, me.name, text, now, entered_by="link", unit=unit
                )
                return Said.NOTED
            event = _event(verb, me, text, eta)
            decision = self.engine.tell(tx, link.page, event, now)
            if decision is None:
                return Said.BROKEN
            said = _SAID[decision.reason]
            return Said.PROMISED if eta is not None and said is Said.TAKEN else said

        return self.db.attempt(work)

    def _enter(self, tx: Tx, code: str, now: datetime) -> tuple[Link, Snapshot]:
        link = self.links.read(tx, code)
        if link is None:
            raise NotFound("no_such_link")
        snapshot = self.engine.directory.at(tx, now)
        known = snapshot.people.get(link.person)
        if link.expires_at <= now or known is None or not known.active:
            raise Gone("link_ended")
        return link, snapshot


def _event(verb: Verb, me: Person, text: str, eta: datetime | None) -> Event:
    if verb is Verb.DECLINE:
        return Declined(person=me.id, name=me.name, why=text, via="web")
    if verb is Verb.RELEASE:
        return Released(person=me.id, name=me.name, why=text)
    return Acked(person=me.id, name=me.name, via="web", takeover=verb is Verb.TAKE_OVER, eta=eta)
