"""Write down what became of sends, and tell pages what they must know, in one commit.

One outcome that cannot be written holds up no other: it is found by itself, and what a provider or
a template put into it is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from notifiers.message import Channel
from oncall.cards import Labels
from oncall.core import model
from oncall.core.errors import NotFound, OncallError
from oncall.core.events import DeliveryFailed, DeliveryStalled, Event
from oncall.core.model import Alarm
from oncall.core.transfers.talks import Presence
from oncall.engine import Engine
from oncall.legs import Leg, leg_of
from oncall.notices import EMAIL, undelivered
from oncall.packing import PAGING
from oncall.rooms import Rooms
from oncall.routes import USED_UP
from oncall.store import alarms, outbox, pages, transfers
from oncall.store.database import Database, Tx
from oncall.store.outbox import EXPIRED, FAILED, SUPERSEDED, Row, Sent

_log = logging.getLogger(__name__)

#: Why a row failed without being offered to a provider.
UNSPEAKABLE = "cannot_be_worded"
#: Why nothing more is known of a send.
_UNRECORDABLE = "cannot_be_recorded"
#: Whoever's limit is used up for longer than this is not waited for.
_WAITED_FOR = timedelta(seconds=60)


class Recorder:
    """Writes outcomes of rows this node holds; ``held`` is the sender's own list of them."""

    def __init__(
        self,
        engine: Engine,
        held: Mapping[int, Row],
        now: Callable[[], datetime],
        also: Callable[[Tx, datetime], None],
    ) -> None:
        self.engine = engine
        self.rooms = Rooms(engine, lang=engine.lang)
        self.held = held
        self._now = now
        #: What else is to be written in the same commit.
        self._also = also

    def record(self, db: Database, batch: Sequence[Sent]) -> None:
        """Write all of it, if need be one by one. Raises Unreachable: nothing was written then."""
        try:
            db.attempt(lambda tx: self._write(tx, batch))
        except OncallError:
            raise
        except Exception:  # noqa: BLE001 - the one that is wrong is found by itself
            _log.exception("%s outcomes cannot be recorded, trying them one by one", len(batch))
            for sent in batch:
                self._record_one(db, sent)

    def _record_one(self, db: Database, sent: Sent) -> None:
        """The outcome as it is, else without what a provider or a template put into it."""
        for one in (sent, replace(sent, text="", provider_id=None, code=_UNRECORDABLE)):
            try:
                db.attempt(partial(self._write, batch=[one]))
            except OncallError:
                raise
            except Exception:  # noqa: BLE001 - left as it is, "being sent", which is alarmed
                _log.exception("the outcome of attempt %s cannot be recorded", sent.id)
            else:
                return

    def _write(self, tx: Tx, batch: Sequence[Sent]) -> None:
        now = self._now()
        # Some may have been written the last time, before the database went away, and some be of a
        # try that others took for lost: what is under way now is another, with its own outcome.
        batch = sorted((s for s in batch if is_of(s, self.held)), key=lambda sent: sent.id)
        label = self.engine.cards.labels(tx, now)
        news = [
            (self.held[sent.id], sent, _news(self.held[sent.id], sent, label)) for sent in batch
        ]
        # Pages before messages, and messages by id, as everybody locks them.
        about = {row.page for row, _, event in news if event is not None and row.page is not None}
        lost = [
            (row, leg, sent.code or "")
            for row, sent, _ in news
            if (leg := _lost_leg(row, sent)) is not None
        ]
        for row, _, _ in lost:
            about |= {page for _, page, _ in transfers.pages_of(tx, row.transfer or "")}
        pages.lock(tx, about)
        overtaken = outbox.record(tx, batch)
        for row, sent, _ in news:
            if sent.flag is not None and sent.id not in overtaken:
                self.engine.cards.spoil(tx, row, sent.flag, sent.code, now)
        for row in self._failed_with(tx, news, overtaken):
            failed = DeliveryFailed(
                person=row.person or "",
                channel=model.Channel(row.channel),
                code=FAILED,
                number=label(row),
            )
            self._tell(tx, row.page or "", failed, now)
        for row, sent, event in news:
            if row.channel == EMAIL and sent.state in (FAILED, EXPIRED):
                undelivered(tx, self.engine.directory.at(tx, now), row, sent.state, now)
            if row.page is None or event is None or sent.id in overtaken:
                continue
            self._tell(tx, row.page, event, now)
            if sent.code == UNSPEAKABLE:
                _alarm(tx, row, now)
        for row, leg, code in lost:
            if row.id not in overtaken:
                self.rooms.tell(tx, row, leg, Presence.MISSING, now, code)
        self._also(tx, now)
        if any(row.channel == Channel.VOICE for row, _, _ in news):
            tx.ring()

    def _failed_with(
        self, tx: Tx, news: Sequence[tuple[Row, Sent, Event | None]], overtaken: Collection[int]
    ) -> list[Row]:
        """Rows that went in a text whose receipt came before its record, and said that it failed.

        The receipt could tell only the page of the first row: nobody knew yet of the others.
        """
        found: list[Row] = []
        for first, sent, _ in news:
            if sent.id not in overtaken or first.channel != Channel.SMS or not sent.provider_id:
                continue
            now_is = outbox.by_id(tx, sent.id)
            if now_is is not None and now_is.state == FAILED:
                found += [
                    row
                    for row, other, _ in news
                    if other.provider_id == sent.provider_id
                    and other.state == SUPERSEDED
                    and row.page is not None
                    and row.person is not None
                ]
        pages.lock(tx, {row.page for row in found if row.page is not None})
        return found

    def _tell(self, tx: Tx, page: str, event: Event, now: datetime) -> None:
        try:
            self.engine.tell(tx, page, event, now)
        except NotFound:
            _log.error("a message speaks of the page %s, which is not there", page)


def is_of(sent: Sent, held: Mapping[int, Row]) -> bool:
    """Whether this is the outcome of what is held, and not of an earlier try of the same row."""
    row = held.get(sent.id)
    return row is not None and row.tries == sent.tries


def _news(row: Row, sent: Sent, label: Labels) -> Event | None:
    """What a page must hear of one send; None if nothing."""
    if row.page is None or row.person is None or row.notice not in PAGING:
        return None
    channel, code = model.Channel(row.channel), sent.code or ""
    if sent.state == FAILED:
        return DeliveryFailed(person=row.person, channel=channel, code=code, number=label(row))
    if sent.stalled:
        used_up = code == USED_UP and sent.due_at - sent.at > _WAITED_FOR
        return DeliveryStalled(person=row.person, channel=channel, code=code, used_up=used_up)
    return None


def _lost_leg(row: Row, sent: Sent) -> Leg | None:
    """The leg of a conference that will not be rung, whatever the reason."""
    return leg_of(row) if sent.state in (FAILED, EXPIRED) else None


def _alarm(tx: Tx, row: Row, now: datetime) -> None:
    unit, transfer = pages.whose(tx, row.page or "")
    alarms.raise_alarm(tx, Alarm.SILENT, now, unit=unit, transfer=transfer, page=row.page)
