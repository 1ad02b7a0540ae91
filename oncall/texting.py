"""What people text to us: told to the page they mean exactly once, and always answered.

A number we do not know changes nothing and hears nothing. Somebody with several matters who names
none is asked which; rubbish gets one line of help in ten minutes, so that two machines never chat.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from notifiers.message import Channel, InboundSms
from notifiers.phone import mask, national
from oncall import progress
from oncall.carry import BULK
from oncall.core import model
from oncall.core.events import Acked, Declined, DeliveryFailed, Event, Released
from oncall.core.model import Notice, Page, Reason, State
from oncall.core.replies import Aim, Intent, Reply, choose, parse
from oncall.core.texts.answers import Answer, answer
from oncall.core.texts.templates import of_answer
from oncall.core.words import N_
from oncall.core.worktime import at_wall
from oncall.drills import Drills
from oncall.engine import Engine
from oncall.handover import Handovers
from oncall.i18n import translator
from oncall.intake import Intake
from oncall.store import outbox, pages, transfers
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.outbox import Draft
from oncall.store.transfers import Asked
from oncall.texter import OPEN, Changes, Matter, Texter, likely, meant, understood

_log = logging.getLogger(__name__)

#: How long after a page ended its number is still understood ("you are late, X has it").
_REMEMBERED = timedelta(hours=24)
#: At most one help line per number in this many seconds.
_HELP_EVERY = 600

#: What may mean a duty as well as a matter, and how the duty is called when we ask back.
_ABOUT_DUTY = frozenset({Intent.ACK, Intent.DECLINE})
_ABOUT_CHANGE = frozenset({Intent.AGREE, Intent.REFUSE})
_ON_DUTY = N_("on duty")
_DRILL = N_("drill")
#: Where a drill waits, these are an answer to it and nothing else.
_ANY_WORD = frozenset({Intent.HELP, Intent.UNKNOWN})

#: More matters than this, taken in one word, are confirmed in one text: a storm ends in no other.
_EACH = 3
_TAKEN = frozenset({Reason.ACKED, Reason.ALREADY_YOURS})

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


class Texting:
    """The one way in for texts."""

    def __init__(
        self,
        engine: Engine,
        intake: Intake,
        handovers: Handovers,
        drills: Drills,
        changes: Changes,
        *,
        lang: str,
        signature: str,
        zone: ZoneInfo,
    ) -> None:
        self.engine = engine
        self.handovers = handovers
        self.drills = drills
        self.changes = changes
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
        people = self.engine.directory.at(tx, now).texting_from(number)
        if not people:
            _log.warning("a text from %s, which is nobody's number here", mask(number))
            return None
        asked = transfers.pages_for(tx, [p.id for p in people], now - _REMEMBERED)
        reply = parse(inbound.text)
        if inbound.opted_out or reply.intent is Intent.OPT_OUT:
            self._opted_out(tx, number, people, asked, now)
            return None
        back = inbound.opted_in or reply.intent is Intent.OPT_IN
        self.engine.cards.texted(tx, people, number, now, opted_in=back)
        ids = {p.id for p in people}
        matters = [Matter(asked=a, mine=_has(tx, a, ids)) for a in asked]
        return self._act(tx, Texter(number=number, people=people, matters=matters, now=now), reply)

    def _act(self, tx: Tx, texter: Texter, reply: Reply) -> Reason | None:
        reply = understood(reply, texter)
        drill = self._in_drill(tx, texter)
        if self._about_duty(tx, texter, reply, drill=drill):
            return None
        if reply.intent is Intent.DRILL or (drill and reply.intent in _ANY_WORD):
            self._say(tx, texter, Answer.DRILL if drill else Answer.NOTHING)
            return None
        if self._about_change(tx, texter, reply):
            return None
        if reply.intent in (Intent.HELP, Intent.UNKNOWN, Intent.OPT_IN):
            self._help(tx, texter)
            return None
        choice = meant(reply, texter)
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
        together = reply.intent is Intent.ACK_ALL and len(chosen) > _EACH
        taken = []
        for target in chosen:
            found = self._one(tx, texter, target, reply, together=together)
            taken += [target.code] * (found in _TAKEN)
            reason = found or reason
        if together and taken:
            self._say(tx, texter, Answer.CONFIRMED_ALL, codes=list(dict.fromkeys(taken)))
        return reason

    def _in_drill(self, tx: Tx, texter: Texter) -> bool:
        """Whether a drill waited for them; any word proves that the phone is read."""
        checks = self.drills.pending(tx, {p.id for p in texter.people}, texter.now)
        self.drills.heard(tx, checks, texter.now)
        return bool(checks)

    def _about_duty(self, tx: Tx, texter: Texter, reply: Reply, *, drill: bool) -> bool:
        """Whether the reply was about coming on duty or a drill, and was dealt with (rule 6).

        A bare 1 that may also be about a matter is asked back: nobody takes one by answering a
        drill.
        """
        told = reply.intent is Intent.ON_DUTY
        if not told and (reply.code is not None or reply.intent not in _ABOUT_DUTY):
            return False
        asked = self.handovers.pending(tx, {p.id for p in texter.people}, texter.now)
        other = [_ON_DUTY] * bool(asked) + [_DRILL] * drill
        if not asked and told:
            self._say(tx, texter, Answer.NOTHING)
            return True
        if not other:
            return False
        rivals = likely(reply, texter) or (texter.mine if reply.intent is Intent.DECLINE else [])
        if not told and (rivals or len(other) > 1):
            t = translator(texter.who.lang or self.lang)
            codes = (*(m.code for m in rivals), *map(t, other))
            digit = _EXAMPLES.get(reply.intent, "1")
            self._say(tx, texter, Answer.ASK_WHICH, codes=codes, digit=digit)
        elif not asked:
            self._say(tx, texter, Answer.DRILL)
        elif reply.intent is Intent.DECLINE:
            self.handovers.refuse(tx, asked, texter.now)
            self._say(tx, texter, Answer.DUTY_REFUSED)
        else:
            self.handovers.confirm(tx, asked, texter.now)
            self._say(tx, texter, Answer.DUTY_CONFIRMED)
        return True

    def _about_change(self, tx: Tx, texter: Texter, reply: Reply) -> bool:
        """Whether the reply was about a change of duty, and was answered.

        By the words of its own, or by a 1 or 2 that can be about nothing else: a page comes first.
        """
        told = reply.intent in _ABOUT_CHANGE
        if not told and not self._only_a_change(tx, texter, reply):
            return False
        heard = self.changes.heard(
            tx,
            texter.people,
            texter.now,
            yes=reply.intent in (Intent.AGREE, Intent.ACK),
            number=int(reply.code) if reply.code is not None else None,
            why=reply.why,
        )
        if told and not heard and texter.open:
            self._help(tx, texter)
        elif told and not heard:
            self._say(tx, texter, Answer.NOTHING)
        return told or heard

    def _only_a_change(self, tx: Tx, texter: Texter, reply: Reply) -> bool:
        if reply.intent not in _ABOUT_DUTY:
            return False
        if reply.code is None:
            return not texter.matters
        if not reply.code.isdecimal():
            return False
        fits = choose(reply, [m.code for m in texter.matters]).aim is Aim.ONE
        return not fits and int(reply.code) in self.changes.waits(tx, texter.people, texter.now)

    def _one(
        self, tx: Tx, texter: Texter, target: Asked, reply: Reply, *, together: bool
    ) -> Reason | None:
        """One reply about one page; what is taken ``together`` is confirmed for all of them."""
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
            return self._event(reply, texter.known_to(page), now, together=together)

        decision = self.engine.tell(tx, target.page, event, now)
        if decision is None:
            return None
        said = _answer_to(reply, decision.reason)
        if said is not None and not (together and decision.reason in _TAKEN):
            self._say(tx, texter, said, code=code, owner=decision.page.owner_name or "")
        return decision.reason

    def _event(self, reply: Reply, person: Person, now: datetime, *, together: bool) -> Event:
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
            together=together,
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

    def _note(self, tx: Tx, texter: Texter, target: Asked, reply: Reply) -> None:
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

    def _help(self, tx: Tx, texter: Texter) -> None:
        turn = int(texter.now.timestamp()) // _HELP_EVERY
        if transfers.first_time(tx, f"help:{texter.number}:{turn}", texter.now):
            self._say(tx, texter, Answer.HELP, codes=[m.code for m in texter.open])

    def _opted_out(
        self,
        tx: Tx,
        number: str,
        people: Sequence[Person],
        asked: Sequence[Asked],
        now: datetime,
    ) -> None:
        """The provider now blocks texts to this number: say so, and use another way."""
        snapshot = self.engine.directory.at(tx, now)
        for person in people:
            self.engine.cards.opted_out(tx, person.id, number, now)
            for target in asked:
                if target.state in OPEN:
                    event = DeliveryFailed(
                        person=person.id,
                        channel=model.Channel.SMS,
                        code="opted_out",
                        number=snapshot.label(person.id, number),
                    )
                    self.engine.tell(tx, target.page, event, now)

    def _say(
        self,
        tx: Tx,
        texter: Texter,
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


def _answer_to(reply: Reply, reason: Reason) -> Answer | None:
    """What to say of a decision; None where the page itself says it."""
    if reason in (Reason.NOT_OWNER, Reason.NOT_OWNED):
        return Answer.OWNED if reason is Reason.NOT_OWNER else Answer.NOT_OWNED
    if reason is Reason.RESUMED:
        return Answer.RELEASED
    if reply.intent is Intent.DECLINE:
        return Answer.DECLINED
    return Answer.CONFIRMED if reason is Reason.ALREADY_YOURS else None
