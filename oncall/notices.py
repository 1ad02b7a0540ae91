"""Tell one person something that is no page: a duty that changed, a reminder, a report.

What concerns somebody's duties may go by e-mail as well, or instead of a text, with those duties as
a calendar; whoever has no address, or whose mail is not taken, gets the text.

A notice is a ready text in the outbox, in a lane behind every page. Its key makes it one notice
however often it is asked for; what became of it is read from the outbox by that key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from oncall.carry import BULK
from oncall.config import Settings
from oncall.core.model import Alarm, Channel, Notice
from oncall.core.texts.facts import signed
from oncall.core.words import N_, Text
from oncall.directory import Snapshot
from oncall.i18n import translator
from oncall.store import alarms, outbox
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.outbox import FAILED, Draft, Row

#: A notice that could not be sent for this long is news no more.
LIFE = timedelta(hours=2)
#: How the outbox calls the way of e-mails, and what their keys end in.
EMAIL, _MAIL = "email", "/mail"
_ENCLOSED = N_(
    "Your duties of that time, if any, are enclosed as a calendar; opened, it replaces what an "
    "earlier one said. Please do not answer this e-mail."
)
_LONGEST_NAME, _LONGEST_KEY = 60, 200
_OF_A_DRILL = '{"drill":true}'


class Mailed(msgspec.Struct, omit_defaults=True):
    """What an e-mail about duties carries beside its words, as it stands in the outbox."""

    #: What is texted if the mail cannot be delivered; "" where it was texted anyhow.
    sms: str = ""
    #: The stretch whose duties are enclosed as a calendar; None for none.
    start: datetime | None = None
    end: datetime | None = None


class Notices:
    """Knows in which language and under whose name we speak, and how duties are told."""

    def __init__(self, *, lang: str, signature: str, duties: str = "sms") -> None:
        """``duties``: by sms, email or both."""
        self.lang = lang
        self.signature = signature
        self.duties = duties

    @classmethod
    def of(cls, settings: Settings) -> Notices:
        """As the settings say."""
        return cls(lang=settings.lang, signature=settings.signature, duties=settings.duty_notices)

    def duty(
        self,
        tx: Tx,
        snapshot: Snapshot,
        person: str,
        words: Callable[[Text], str],
        now: datetime,
        *,
        key: str,
        span: tuple[datetime, datetime] | None = None,
        asks: bool = False,
        mailed: Callable[[Text], str] | None = None,
    ) -> bool:
        """Tell a person about their duties, by text, e-mail or both as the settings say.

        ``span`` is the stretch whose duties the e-mail encloses as a calendar. What ``asks`` for an
        answer by text is texted in any case; the e-mail then says ``mailed`` where that is given.
        False where there is no way.
        """
        known = snapshot.people.get(person)
        by_mail = self.duties != "sms" and known is not None and known.active and known.email
        texted = False
        if asks or self.duties != "email" or not by_mail:
            texted = self.tell(tx, snapshot, person, words, now, key=key)
        if not by_mail or known is None:
            return texted
        lang = snapshot.lang(person)
        t = translator(lang or self.lang)
        said = (mailed or words)(t)
        start, end = span or (None, None)
        told = Mailed(sms="" if texted else signed(self.signature, said), start=start, end=end)
        body = [said, t(_ENCLOSED) if span else "", self.signature]
        text = "\n\n".join(part for part in body if part)
        draft = _draft(
            f"{key[: _LONGEST_KEY - len(_MAIL)]}{_MAIL}",
            known,
            EMAIL,
            known.email or "",
            text,
            now,
            facts=msgspec.json.encode(told).decode(),
        )
        outbox.put_once(tx, draft)
        return True

    def tell(
        self,
        tx: Tx,
        snapshot: Snapshot,
        person: str,
        words: Callable[[Text], str],
        now: datetime,
        *,
        key: str,
        transfer: str | None = None,
        channel: Channel = Channel.SMS,
        life: timedelta = LIFE,
        lane: int = BULK,
        drill: bool = False,
    ) -> bool:
        """Queue ``words`` (given the reader's language) for a person; False where there is no way.

        ``key`` names the occasion and the person, at most 200 characters; said again it is not sent
        again. ``transfer`` is what it is about, if it is about one. A call that is a ``drill``
        sounds like one and listens for a key.
        """
        address = snapshot.address(person, channel)
        known = snapshot.people.get(person)
        if address is None or known is None or not known.active:
            return False
        lang = snapshot.lang(person)
        text = words(translator(lang or self.lang))
        draft = _draft(
            key[:_LONGEST_KEY],
            known,
            channel,
            address,
            signed(self.signature, text) if channel is Channel.SMS else text,
            now,
            facts=_OF_A_DRILL if drill else "{}",
            transfer=transfer,
            life=life,
            lane=lane,
        )
        outbox.put_once(tx, draft)
        return True


def undelivered(tx: Tx, snapshot: Snapshot, row: Row, state: str, now: datetime) -> None:
    """An e-mail was refused for ever, or became too old: it is texted, and the desk is told.

    Only of an address that is wrong; a mail server that is away has an alarm of its own.
    """
    known = snapshot.people.get(row.person or "")
    if known is None:
        return
    told = msgspec.json.decode(row.facts, type=Mailed)
    address = snapshot.address(known.id, Channel.SMS)
    if told.sms and address is not None:
        draft = _draft(f"{row.id}/instead", known, Channel.SMS, address, told.sms, now)
        outbox.put_once(tx, draft)
        tx.ring()
    if state == FAILED:
        who = f"{row.name} {_hidden(row.address)}"
        alarms.raise_alarm(tx, Alarm.UNREACHABLE, now, unit=known.unit, who=who[:_LONGEST_NAME])


def _hidden(address: str) -> str:
    """An e-mail address as those may see it who need not write there."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"


def _draft(
    key: str,
    person: Person,
    channel: str,
    address: str,
    text: str,
    now: datetime,
    *,
    facts: str = "{}",
    transfer: str | None = None,
    life: timedelta = LIFE,
    lane: int = BULK,
) -> Draft:
    """A ready text in the outbox."""
    return Draft(
        key=key,
        page=None,
        transfer=transfer,
        person=person.id,
        name=person.name[:_LONGEST_NAME],
        channel=channel,
        address=address,
        lang=person.lang,
        notice=Notice.NEWS,
        level=0,
        lane=lane,
        facts=facts,
        planned_at=now,
        due_at=now,
        useful_seconds=int(life.total_seconds()),
        text=text,
    )
