"""Tell one person something that is no page: a duty that changed, a reminder, a report.

A notice is a ready text in the outbox, in a lane behind every page. Its key makes it one notice
however often it is asked for; what became of it is read from the outbox by that key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from oncall.carry import BULK
from oncall.core.model import Channel, Notice
from oncall.core.texts.facts import signed
from oncall.core.words import Text
from oncall.directory import Snapshot
from oncall.i18n import translator
from oncall.store import outbox
from oncall.store.database import Tx
from oncall.store.outbox import Draft

#: A notice that could not be sent for this long is news no more.
LIFE = timedelta(hours=2)
_LONGEST_NAME, _LONGEST_KEY = 60, 200
_OF_A_DRILL = '{"drill":true}'


class Notices:
    """Knows in which language and under whose name we speak."""

    def __init__(self, *, lang: str, signature: str) -> None:
        self.lang = lang
        self.signature = signature

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
        draft = Draft(
            key=key[:_LONGEST_KEY],
            page=None,
            transfer=transfer,
            person=person,
            name=known.name[:_LONGEST_NAME],
            channel=channel,
            address=address,
            lang=lang,
            notice=Notice.NEWS,
            level=0,
            lane=lane,
            facts=_OF_A_DRILL if drill else "{}",
            planned_at=now,
            due_at=now,
            useful_seconds=int(life.total_seconds()),
            text=signed(self.signature, text) if channel is Channel.SMS else text,
        )
        outbox.put_once(tx, draft)
        return True
