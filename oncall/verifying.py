"""Prove that a number reaches its person: a code goes there, and whoever has it tells it back.

Six digits that hold for ten minutes. They are made from the installation's secret key, so nothing
that is kept tells them: not the outbox, not the log, not a copy of the database. Guessing locks,
and so does asking for code after code.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from oncall.carry import BULK
from oncall.core.cards import Line, lines
from oncall.core.errors import Conflict, Fault, Invalid, NotFound
from oncall.core.model import Channel, Notice
from oncall.core.texts.facts import signed
from oncall.core.texts.proof import words
from oncall.directory import Directory
from oncall.i18n import translator
from oncall.notices import Notices
from oncall.store import codes, contacts, outbox, pages
from oncall.store.database import Database, Tx
from oncall.store.directory import Person
from oncall.store.log import Entry, append, dumps
from oncall.store.outbox import Draft
from oncall.store.usage import NO_TRANSFER

#: How long a code holds.
LIFE = timedelta(minutes=10)
#: Wrong guesses at one code, and for how long nothing goes after the last of them.
GUESSES, LOCKED = 5, timedelta(minutes=30)
#: The shortest time between two codes to a number, and how many it gets within how long.
PAUSE = timedelta(seconds=60)
MOST, WITHIN = 5, timedelta(hours=24)
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A code is on its way: to which number, its middle hidden, and until when it holds."""

    person: Person
    channel: Channel
    number: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A number that reaches its person."""

    person: Person
    channel: Channel
    number: str
    at: datetime


class Verifying:
    """The one way to prove a number by a code."""

    def __init__(
        self,
        db: Database,
        directory: Directory,
        notices: Notices,
        digits: Callable[[str], str],
    ) -> None:
        self.db = db
        self.directory = directory
        self.notices = notices
        #: The code that a seed makes.
        self.digits = digits

    def ask(
        self, person: str, channel: Channel, now: datetime, *, by: str, number: str | None = None
    ) -> Asked:
        """Send a code to a person's first number on a channel, or to this ``number`` of the card.

        Raises NotFound where there is no such number, Conflict where it must wait.
        """

        def work(tx: Tx) -> Asked:
            snapshot = self.directory.at(tx, now)
            known = snapshot.people[person]
            line = _line(known, channel, number)
            before = next(
                (c for c in codes.of_channel(tx, person, channel) if c.address == line.address),
                None,
            )
            _may_send(before, now)
            sent = _following(before, known, line, now)
            codes.put(tx, sent)
            outbox.put(tx, [self._draft(known, sent, now)])
            _note(tx, "CodeSent", by, known, line, now)
            return Asked(
                person=known, channel=channel, number=line.label, expires_at=sent.expires_at
            )

        return self.db.attempt(work)

    def take(self, person: str, channel: Channel, code: str, now: datetime, *, by: str) -> Proven:
        """Somebody tells a code: the number it went to is proven, and good for use again.

        Raises NotFound where none was sent, Conflict for one too late or guessed too often, and
        Invalid for a wrong one, which is counted.
        """

        def work(tx: Tx) -> Proven | Fault:
            known = self.directory.at(tx, now).people[person]
            sent = next(iter(codes.of_channel(tx, person, channel)), None)
            if sent is None:
                raise NotFound("no_code", name=known.name)
            _may_guess(sent, now)
            if not hmac.compare_digest(code.strip().encode(), self.digits(sent.seed).encode()):
                return self._wrong(tx, sent, now)
            codes.put(tx, replace(sent, expires_at=now, sends=0, wrong=0))
            contacts.prove(tx, [person], sent.address, channel, contacts.BY_CODE, now)
            # Pages that had given up on the number look at the card again.
            pages.nudge(tx, now)
            line = _line(known, channel, sent.address)
            _note(tx, "NumberProven", by, known, line, now)
            return Proven(person=known, channel=channel, number=line.label, at=now)

        done = self.db.attempt(work)
        if isinstance(done, Fault):
            raise Invalid([done])
        return done

    def _wrong(self, tx: Tx, sent: codes.Sent, now: datetime) -> Fault:
        wrong = sent.wrong + 1
        left = GUESSES - wrong
        until = now + LOCKED if left <= 0 else None
        codes.put(tx, replace(sent, wrong=wrong, locked_until=until))
        params = {"left": str(max(left, 0)), "minutes": str(LOCKED // timedelta(minutes=1))}
        return Fault(where="code", code="code_wrong" if left > 0 else "code_locks", params=params)

    def _draft(self, person: Person, sent: codes.Sent, now: datetime) -> Draft:
        t = translator(person.lang or self.notices.lang)
        signature = self.notices.signature
        text = words(t, sent.channel, signature)
        return Draft(
            key=f"code/{person.id}/{sent.seed}",
            page=None,
            transfer=None,
            person=person.id,
            name=person.name[:_LONGEST_NAME],
            channel=sent.channel,
            address=sent.address,
            lang=person.lang,
            notice=Notice.NEWS,
            level=0,
            # Somebody waits for it with the card in their hand.
            lane=BULK - 1,
            facts=dumps({"seed": sent.seed}),
            planned_at=now,
            due_at=now,
            useful_seconds=int(LIFE.total_seconds()),
            text=signed(signature, text) if sent.channel is Channel.SMS else text,
        )


def _line(person: Person, channel: Channel, number: str | None) -> Line:
    """The number of a card that is meant, whatever is marked on it."""
    usable = [x for x in lines(person.numbers, person.mobiles) if x.channel is channel]
    named = [x for x in usable if number in (None, x.address, x.label)]
    if not named:
        raise NotFound("no_such_number", name=person.name, number=number or "–")
    return named[0]


def _may_send(before: codes.Sent | None, now: datetime) -> None:
    if before is None:
        return
    if before.locked_until is not None and before.locked_until > now:
        raise Conflict("code_locked", minutes=_minutes(before.locked_until - now))
    if now < before.sent_at + PAUSE:
        left = before.sent_at + PAUSE - now
        raise Conflict("code_too_soon", seconds=str(int(left.total_seconds()) or 1))
    if before.sends >= MOST and now < before.first_at + WITHIN:
        left = before.first_at + WITHIN - now
        raise Conflict("code_too_many", most=str(MOST), minutes=_minutes(left))


def _may_guess(sent: codes.Sent, now: datetime) -> None:
    if sent.locked_until is not None and sent.locked_until > now:
        raise Conflict("code_locked", minutes=_minutes(sent.locked_until - now))
    if sent.expires_at <= now or sent.wrong >= GUESSES:
        raise Conflict("code_expired")


def _following(before: codes.Sent | None, person: Person, line: Line, now: datetime) -> codes.Sent:
    fresh = before is None or now >= before.first_at + WITHIN
    return codes.Sent(
        person=person.id,
        address=line.address,
        channel=line.channel,
        seed=secrets.token_urlsafe(16),
        sent_at=now,
        expires_at=now + LIFE,
        sends=1 if before is None or fresh else before.sends + 1,
        first_at=now if before is None or fresh else before.first_at,
    )


def _minutes(left: timedelta) -> str:
    return str(-(-left // timedelta(minutes=1)))


def _note(tx: Tx, event: str, by: str, person: Person, line: Line, now: datetime) -> None:
    payload = {"person": person.name, "channel": line.channel, "number": line.label}
    append(tx, [Entry(transfer=NO_TRANSFER, at=now, event=event, who=by, payload=payload)])
