"""What people text to us: told to the page they mean exactly once, and always answered.

A number we do not know changes nothing and hears nothing. Somebody with several matters who names
none is asked which; rubbish gets one line of help in ten minutes, so that two machines never chat.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from notifiers.message import Channel, InboundSms
from notifiers.phone import mask, national
from oncall import progress
from oncall.carry import BULK
from oncall.core import model
from oncall.core.events import Acked, Declined, DeliveryFailed, Event, Released
from oncall.core.model import Alarm, Notice, Page, Reason, State
from oncall.core.replies import Aim, Choice, Intent, Reply, choose, is_news, parse
from oncall.core.texts.answers import Answer, answer
from oncall.core.texts.templates import of_answer
from oncall.core.words import N_
from oncall.core.worktime import at_wall
from oncall.engine import Engine
from oncall.i18n import translator
from oncall.intake import Intake
from oncall.store import alarms, directory, outbox, pages, transfers
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.outbox import Draft
from oncall.store.transfers import Asked

_log = logging.getLogger(__name__)

#: How long after a page ended its number is still understood ("you are late, X has it").
_REMEMBERED = timedelta(hours=24)
#: At most one help line per number in this many seconds.
_HELP_EVERY = 600
_OPEN = (State.WAITING, State.EXHAUSTED)

#: What to reply when we ask back which of several is meant.
_EXAMPLES = {
    Intent.DECLINE: "2",
    Intent.POLICE: "9",
    Intent.ETA: N_("eta 20"),
    Intent.RELEASE: N_("release"),
    Intent.TAKE_OVER: N_("take over"),
    Intent.NOTE: N_("note"),
    Intent.RETURN: "2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matter:
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
class _Texter:
    """Whoever is texting: all who share the number, and what reached them, the newest first."""

    number: str
    people: Sequence[Person]
    matters: Sequence[_Matter]
    now: datetime

    @property
    def who(self) -> Person:
        """Whom we answer."""
        return self.people[0]

    def known_to(self, page: Page) -> Person:
        """The one of them whom a page reached."""
        return next((p for p in self.people if page.person(p.id) is not None), self.who)

    @property
    def open(self) -> list[_Matter]:
        """What waits for an answer."""
        return [m for m in self.matters if m.state in _OPEN]

    @property
    def mine(self) -> list[_Matter]:
        """What they have."""
        return [m for m in self.matters if m.mine]


class Texting:
    """The one way in for texts."""

    def __init__(
        self, engine: Engine, intake: Intake, *, lang: str, signature: str, zone: ZoneInfo
    ) -> None:
        self.engine = engine
        self.intake = intake
        self.db = engine.db
        self.lang = lang
        self.signature = signature
        self.zone = zone

    def sms(self, inbound: InboundSms, now: datetime) -> Reason | None:
        """A text arrived: act on it once and answer it; None when it changed nothing."""
        return self.db.attempt(lambda tx: self._sms(tx, inbound, now))

    def _sms(self, tx: Tx, inbound: InboundSms, now: datetime) -> Reason | None:
        number = national(inbound.sender)
        if not transfers.first_time(tx, f"sms:{inbound.provider_id}", now):
            return None
        people = directory.people_with_number(tx, number)
        if not people:
            _log.warning("a text from %s, which is nobody's number here", mask(number))
            return None
        asked = transfers.pages_for(tx, [p.id for p in people], now - _REMEMBERED)
        reply = parse(inbound.text)
        if inbound.opted_out or reply.intent is Intent.OPT_OUT:
            self._opted_out(tx, people, asked, now)
            return None
        ids = {p.id for p in people}
        matters = [_Matter(asked=a, mine=_has(tx, a, ids)) for a in asked]
        return self._act(tx, _Texter(number=number, people=people, matters=matters, now=now), reply)

    def _act(self, tx: Tx, texter: _Texter, reply: Reply) -> Reason | None:
        reply = _understood(reply, texter)
        if reply.intent in (Intent.HELP, Intent.UNKNOWN, Intent.ON_DUTY):
            self._help(tx, texter)
            return None
        choice = _meant(reply, texter)
        if choice.aim is Aim.NOTHING:
            self._say(tx, texter, Answer.NOTHING)
            return None
        if choice.aim is Aim.ASK:
            digit = _EXAMPLES.get(reply.intent, "1")
            self._say(tx, texter, Answer.ASK_WHICH, codes=choice.codes, digit=digit)
            return None
        reason = None
        chosen = [m.asked for m in texter.matters if m.code in choice.codes]
        pages.lock(tx, {target.page for target in chosen})
        for target in chosen:
            reason = self._one(tx, texter, target, reply) or reason
        return reason

    def _one(self, tx: Tx, texter: _Texter, target: Asked, reply: Reply) -> Reason | None:
        """One reply about one page."""
        code, now = target.code, texter.now
        if reply.intent is Intent.POLICE:
            self.intake.call_police_in(tx, code, texter.who.name, now)
            self._say(tx, texter, Answer.POLICE, code=code)
            return Reason.BY_HAND
        if target.state is State.CANCELLED:
            self._say(tx, texter, Answer.CLOSED, code=code)
            return Reason.CLOSED
        if reply.intent is Intent.RETURN:
            self._say(tx, texter, Answer.RETURN, code=code)
            return None
        if reply.intent is Intent.NOTE:
            self._note(tx, texter, target, reply)
            return Reason.PROGRESSED

        def event(page: Page) -> Event:
            return self._event(reply, texter.known_to(page), now)

        decision = self.engine.tell(tx, target.page, event, now)
        if decision is None:
            return None
        said = _answer_to(reply, decision.reason)
        if said is not None:
            self._say(tx, texter, said, code=code, owner=decision.page.owner_name or "")
        return decision.reason

    def _event(self, reply: Reply, person: Person, now: datetime) -> Event:
        if reply.intent is Intent.DECLINE:
            return Declined(person=person.id, name=person.name, why=reply.why, via="sms")
        if reply.intent is Intent.RELEASE:
            return Released(person=person.id, name=person.name)
        return Acked(
            person=person.id,
            name=person.name,
            via="sms",
            takeover=reply.intent is Intent.TAKE_OVER,
            eta=self._eta(reply, now),
        )

    def _eta(self, reply: Reply, now: datetime) -> datetime | None:
        """The promised moment; a clock is the next time the wall shows it."""
        if reply.minutes is not None:
            return now + timedelta(minutes=reply.minutes)
        if reply.clock is None:
            return None
        day = now.astimezone(self.zone).date()
        today = at_wall(day, reply.clock, self.zone.key)
        return (
            today if today > now else at_wall(day + timedelta(days=1), reply.clock, self.zone.key)
        )

    def _note(self, tx: Tx, texter: _Texter, target: Asked, reply: Reply) -> None:
        unit, transfer = pages.whose(tx, target.page)
        text = reply.text[: progress.LONGEST]
        progress.note(
            self.engine,
            tx,
            transfer,
            texter.who.name,
            text,
            texter.now,
            entered_by="sms",
            unit=unit,
        )
        self._say(tx, texter, Answer.NOTED, code=target.code)

    def _help(self, tx: Tx, texter: _Texter) -> None:
        turn = int(texter.now.timestamp()) // _HELP_EVERY
        if transfers.first_time(tx, f"help:{texter.number}:{turn}", texter.now):
            self._say(tx, texter, Answer.HELP, codes=[m.code for m in texter.open])

    def _opted_out(
        self, tx: Tx, people: Sequence[Person], asked: Sequence[Asked], now: datetime
    ) -> None:
        """The provider now blocks texts to this number: say so, and use another channel."""
        for person in people:
            alarms.raise_alarm(tx, Alarm.UNREACHABLE, now, unit=person.unit, who=person.name)
            for target in asked:
                if target.state in _OPEN:
                    event = DeliveryFailed(
                        person=person.id, channel=model.Channel.SMS, code="opted_out"
                    )
                    self.engine.tell(tx, target.page, event, now)

    def _say(
        self,
        tx: Tx,
        texter: _Texter,
        kind: Answer,
        *,
        code: str = "",
        codes: Sequence[str] = (),
        owner: str = "",
        digit: str = "1",
    ) -> None:
        person, number, now = texter.who, texter.number, texter.now
        t = translator(person.lang or self.lang)
        digit = t(digit)
        text = answer(t, kind, self.signature, code=code, codes=codes, owner=owner, digit=digit)
        # For a carrier that sends approved texts only.
        template = of_answer(t, kind, code=code, codes=codes, owner=owner, digit=digit)
        draft = Draft(
            # One answer of a kind per text and matter: said of two pages, it is said once.
            key=f"reply/{number}/{now.timestamp():.6f}/{kind}/{code}",
            page=None,
            transfer=None,
            person=person.id,
            name=person.name,
            channel=Channel.SMS,
            address=number,
            lang=person.lang,
            notice=Notice.REPLY,
            level=0,
            lane=BULK - 1,
            facts=msgspec.json.encode(template).decode(),
            planned_at=now,
            due_at=now,
            useful_seconds=3600,
            text=text,
        )
        outbox.put_once(tx, draft)


def _has(tx: Tx, asked: Asked, people: set[str]) -> bool:
    """Whether one of these people has the matter."""
    if asked.state is not State.ACKED:
        return False
    loaded = pages.load(tx, asked.page)
    return loaded is not None and loaded.page.owner in people


def _understood(reply: Reply, texter: _Texter) -> Reply:
    """Free words as a note, where they can be nothing else.

    That is from somebody who names what they have, or has one matter and owes no answer.
    """
    if reply.intent is not Intent.UNKNOWN or not is_news(reply.text):
        return reply
    mine = [m.code for m in texter.mine]
    named = reply.code is not None and choose(reply, mine).aim is Aim.ONE
    alone = reply.code is None and len(mine) == 1 and not texter.open
    return replace(reply, intent=Intent.NOTE) if named or alone else reply


def _meant(reply: Reply, texter: _Texter) -> Choice:
    """Which matters a reply is about: what it names, else the only one it can be about."""
    every = [m.code for m in texter.matters]
    likely = [m.code for m in _likely(reply, texter)]
    if reply.code is not None:
        among = choose(reply, likely)
        wider = choose(reply, every)
        return wider if among.aim is not Aim.ONE and wider.aim is Aim.ONE else among
    if likely:
        return choose(reply, likely)
    # Nothing fits, but "X has it already" is a better answer than silence.
    return choose(reply, every[:1])


def _likely(reply: Reply, texter: _Texter) -> Sequence[_Matter]:
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


def _answer_to(reply: Reply, reason: Reason) -> Answer | None:
    """What to say of a decision; None where the page itself says it."""
    if reason in (Reason.NOT_OWNER, Reason.NOT_OWNED):
        return Answer.OWNED if reason is Reason.NOT_OWNER else Answer.NOT_OWNED
    if reason is Reason.RESUMED:
        return Answer.RELEASED
    if reply.intent is Intent.DECLINE:
        return Answer.DECLINED
    return Answer.CONFIRMED if reason is Reason.ALREADY_YOURS else None
