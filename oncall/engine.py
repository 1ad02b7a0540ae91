"""Load, decide, save: page, log and outbox in one commit, or nothing at all.

The engine brings the rules what they may not know: the time, the roster of this moment, and what
the database holds. It sends nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.batch import Batch
from oncall.cards import Cards
from oncall.carry import ENDED_BY_ACK, Carrier
from oncall.cases import Cases
from oncall.core.errors import NotFound, OncallError
from oncall.core.escalation import Decision
from oncall.core.events import Acked, Declined, Escalated, Event, Progressed, ShiftChanged, StepDue
from oncall.core.model import Alarm, Page, Reason, State
from oncall.core.transfers import Transfer
from oncall.directory import Directory
from oncall.notices import Notices
from oncall.store import alarms, attempts, pages, transfers
from oncall.store.database import Contended, Database, Tx
from oncall.store.pages import Loaded, Lost

_log = logging.getLogger(__name__)

#: Somebody who was asked cannot, or whoever had it cannot after all.
_REFUSALS = (Reason.DECLINED, Reason.RESUMED)
#: States in which the roster is still asked.
OPEN = (State.WAITING, State.EXHAUSTED)
#: A page that still wants to be looked at after this many looks at one moment is broken.
_LOOKS = 40
#: How long a page that cannot be decided is left alone before it is tried again.
_POSTPONED = timedelta(seconds=60)
#: Another node saved the same page first; deciding again this often is far more than enough.
_RETRIES = 5


class Engine:
    """The only thing that changes a page."""

    def __init__(
        self,
        db: Database,
        directory: Directory,
        *,
        notices: Notices,
        zone: ZoneInfo,
        new_id: Callable[[], str],
        gather: timedelta = timedelta(0),
    ) -> None:
        self.db = db
        self.directory = directory
        self.lang = notices.lang
        #: How long messages to a person who has just had one are gathered into the next.
        self.gather = gather
        self.cards = Cards(directory)
        #: The transfers' own lives, which hear how their pages move.
        self.cases = Cases(self, notices, zone=zone, new_id=new_id)

    def batch(self, tx: Tx, now: datetime) -> Batch:
        """An empty batch on an open transaction."""
        snapshot = self.directory.at(tx, now)
        return Batch(
            tx=tx,
            snapshot=snapshot,
            carrier=Carrier(tx, snapshot, now, self.lang, self.gather),
            now=now,
        )

    def handle(
        self,
        page_id: str,
        event: Event | Callable[[Page], Event | None],
        now: datetime,
        *,
        attempt: int | None = None,
        before: Callable[[Tx], bool] | None = None,
    ) -> Decision | None:
        """Tell one page what happened, in a transaction of its own.

        ``event`` may be made from the page as it is by then (None: nothing to tell). ``attempt`` is
        the message through which a human is answering, which must not be hung up. ``before`` runs
        in the same transaction and may call the whole thing off. Raises NotFound.
        """
        for _ in range(_RETRIES):
            try:
                with self.db.begin() as tx:
                    if before is not None and not before(tx):
                        return None
                    return self.handle_in(tx, page_id, event, now, attempt=attempt)
            except (Lost, Contended):
                continue
        raise Lost

    def handle_in(
        self,
        tx: Tx,
        page_id: str,
        event: Event | Callable[[Page], Event | None],
        now: datetime,
        *,
        attempt: int | None = None,
    ) -> Decision | None:
        """The same inside an open transaction."""
        loaded = pages.load(tx, page_id)
        if loaded is None:
            raise NotFound("no_such_page", page=page_id)
        told = event if isinstance(event, Event) else event(loaded.page)
        if told is None:
            return None
        batch = self.batch(tx, now)
        transfer = transfers.by_ids(tx, [loaded.page.transfer])[loaded.page.transfer]
        if isinstance(told, Acked) and loaded.page.state is not State.CANCELLED:
            attempts.mark_acked(tx, page_id, told.person, now, attempt=attempt)
        decision = batch.decide(loaded.page, told, transfer)
        before, after = loaded.page, decision.page
        if after != before:
            batch.changed.append((after, loaded.version))
        if after.state is not before.state or after.owner != before.owner:
            self._quell(tx, after, now, attempt)
        batch.save()
        if loaded.nudged and after.state in OPEN:
            # The roster changed and nobody has looked yet: saving must not make us forget to.
            pages.nudge(tx, now, page_id)
        if after.state is not before.state:
            self.cases.settle(tx, after.transfer, now)
        refused = isinstance(told, Declined) and decision.reason in _REFUSALS
        if refused or _left_out(before, after, told):
            self.cases.refused(tx, after, now)
        if isinstance(told, Escalated):
            alarms.close_for_page(tx, page_id, (Alarm.OPEN_IN_COPY,), told.by, now)
        if isinstance(told, Progressed):
            alarms.close_for_page(tx, page_id, (Alarm.NO_FIRST_ACTION,), told.by, now)
        return decision

    def tell(
        self,
        tx: Tx,
        page_id: str,
        event: Event | Callable[[Page], Event | None],
        now: datetime,
        *,
        attempt: int | None = None,
    ) -> Decision | None:
        """The same for a caller with other things to do: a page that cannot be decided is alarmed.

        None then, and the transaction can go on.
        """
        try:
            with tx.savepoint():
                return self.handle_in(tx, page_id, event, now, attempt=attempt)
        except (OncallError, Lost):
            raise
        except Exception:  # noqa: BLE001 - whatever is wrong with one page, the others go on
            _log.exception("page %s could not be told", page_id)
        self._report(tx, page_id, now)
        return None

    def _quell(self, tx: Tx, page: Page, now: datetime, attempt: int | None) -> None:
        """A human owns it, or it is withdrawn: nothing unsent goes out, nothing keeps ringing."""
        if page.state in (State.ACKED, State.CANCELLED):
            attempts.quell(tx, page.id, now, but=attempt)
            by = page.owner_name or ""
            alarms.close_for_page(tx, page.id, ENDED_BY_ACK, by, now)

    # -- the clock -------------------------------------------------------------------------

    def run_due(self, now: datetime, limit: int = 200) -> int:
        """Do what is due, up to ``limit`` pages in one commit; says how many were looked at.

        A page that cannot be decided is alarmed, left alone for a minute, and holds up no other.
        """
        try:
            return self._run(now, limit, None)
        except Lost:
            return limit
        except OncallError:
            raise
        except Exception:  # noqa: BLE001 - whatever is wrong with one page, the others go on
            _log.exception("a batch of pages could not be decided; trying them one by one")
        with self.db.read() as tx:
            ids = pages.due_ids(tx, now, limit)
        for page_id in ids:
            try:
                self._run(now, 1, page_id)
            except Lost:
                continue
            except OncallError:
                raise
            except Exception:  # noqa: BLE001 - this is the one; it is reported, not retried at once
                _log.exception("page %s could not be decided", page_id)
                self._give_up(page_id, now)
        return len(ids)

    def _run(self, now: datetime, limit: int, only: str | None) -> int:
        with self.db.begin() as tx:
            due = pages.load_due(tx, now, limit, only)
            if not due:
                return 0
            batch = self.batch(tx, now)
            about = transfers.by_ids(tx, [loaded.page.transfer for loaded in due])
            for loaded in due:
                page = _look(batch, loaded, about[loaded.page.transfer])
                batch.changed.append((page, loaded.version))
            batch.save()
        return len(due)

    def _give_up(self, page_id: str, now: datetime) -> None:
        with self.db.begin() as tx:
            pages.postpone(tx, page_id, now + _POSTPONED)
            self._report(tx, page_id, now)

    def _report(self, tx: Tx, page_id: str, now: datetime) -> None:
        unit, transfer = pages.whose(tx, page_id)
        alarms.raise_alarm(tx, Alarm.SILENT, now, unit=unit, transfer=transfer, page=page_id)

    def next_wake(self) -> datetime | None:
        """The earliest moment any page must be looked at."""
        with self.db.read() as tx:
            return pages.next_wake(tx)


def _left_out(before: Page, after: Page, told: Event) -> bool:
    """Whether somebody who was called by name will not come: unreachable, gone back, given up."""
    if not after.policy.alone or after.state is not State.WAITING:
        return False
    given_up = isinstance(told, Escalated)
    return given_up or (_asked(before) and not _asked(after))


def _asked(page: Page) -> bool:
    return any(known.in_play for known in page.contacted)


def _look(batch: Batch, loaded: Loaded, transfer: Transfer) -> Page:
    """Everything that is due on one page at this moment."""
    page, now = loaded.page, batch.now
    if loaded.nudged:
        page = batch.decide(page, ShiftChanged(), transfer).page
    for _ in range(_LOOKS):
        wake_at = page.wake_at
        if wake_at is None or wake_at > now:
            return page
        handed_over = page.handover_at is not None and page.handover_at <= now
        page = batch.decide(page, ShiftChanged() if handed_over else StepDue(), transfer).page
    raise RuntimeError("the page wants to be looked at for ever")
