"""The parts that commands need without a running node: clock, database, directory, engine.

Nothing here sends a message: what a command decides is committed, and a node sends it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from oncall.acts import Acts
from oncall.clock import SystemClock
from oncall.config import Settings, secret_key
from oncall.core.errors import Fault, Invalid, Unreachable
from oncall.core.policies import PolicyBook, default_book, parse
from oncall.deadlines import Deadlines
from oncall.desk import Desk
from oncall.directory import Directory, Snapshot
from oncall.drills import Drills
from oncall.engine import Engine
from oncall.handover import Handovers
from oncall.intake import Intake
from oncall.links import Links
from oncall.notices import Notices
from oncall.outbound import Outbound
from oncall.store import upkeep
from oncall.store.database import Database, Tx
from oncall.store.revisions import newest
from oncall.supervision import Supervision
from oncall.verifying import Verifying


def new_id() -> str:
    """An id nobody can guess: 128 random bits."""
    return secrets.token_hex(16)


def policy_of(settings: Settings) -> Callable[[], PolicyBook]:
    """The ladder used while no policy was applied: the named file's, else the built-in one."""
    if not settings.policy:
        return default_book
    path = Path(settings.policy)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise Invalid([Fault(where=str(path), code="policy_unreadable", value=str(exc))]) from exc
    book, faults = parse(text, str(path))
    if book is None:
        raise Invalid(faults)
    return lambda: book


@dataclass
class Office:
    """One command's way to the records. Close it when done."""

    settings: Settings
    clock: SystemClock
    db: Database
    directory: Directory

    @property
    def now(self) -> datetime:
        """This moment, UTC."""
        return self.clock.now()

    @cached_property
    def engine(self) -> Engine:
        """What decides about pages; whatever it wants sent is sent by a node."""
        settings = self.settings
        notices = Notices.of(settings)
        return Engine(
            self.db,
            self.directory,
            notices=notices,
            zone=settings.zone,
            new_id=new_id,
            gather=settings.gather,
        )

    @cached_property
    def intake(self) -> Intake:
        """Takes transfers."""
        return Intake(self.engine, new_id)

    @cached_property
    def desk(self) -> Desk:
        """Takes answers to them."""
        return Desk(self.engine)

    @cached_property
    def drills(self) -> Drills:
        """Books drills; a node holds them."""
        notices = Notices.of(self.settings)
        return Drills(self.db, self.directory, notices, zone=self.settings.timezone)

    @cached_property
    def handovers(self) -> Handovers:
        """Takes the word of those who come on duty."""
        notices = Notices.of(self.settings)
        return Handovers(self.db, self.directory, notices)

    @cached_property
    def deadlines(self) -> Deadlines:
        """Asks for more time, and gives it."""
        settings = self.settings
        notices = Notices.of(settings)
        return Deadlines(self.desk, self.directory, notices)

    @cached_property
    def supervision(self) -> Supervision:
        """Issues orders, and takes replies."""
        settings = self.settings
        notices = Notices.of(settings)
        return Supervision(self.db, self.directory, notices)

    @cached_property
    def verifying(self) -> Verifying:
        """Proves numbers by codes; a node sends them."""
        settings = self.settings
        notices = Notices(lang=settings.lang, signature=settings.signature)
        links = Links(lambda: secret_key(settings), settings.public_url)
        return Verifying(self.db, self.directory, notices, links.digits)

    @cached_property
    def acts(self) -> Acts:
        """Takes what people do to transfers as a whole."""
        return Acts(self.desk, self.intake)

    @cached_property
    def outbound(self) -> Outbound:
        """Knows who is told; a node tells them."""
        return Outbound(self.db, clock=self.clock, new_id=new_id)

    def snapshot(self, tx: Tx) -> Snapshot:
        """The directory as this transaction sees it."""
        return self.directory.at(tx, self.now)

    def close(self) -> None:
        """Give the connections back."""
        self.db.close()


def open_office(settings: Settings, *, ready: bool = True) -> Office:
    """Open the records; with ``ready`` they must have the schema this code needs.

    Raises Unreachable where there is no database, or one that must be made or upgraded first.
    """
    db = Database(settings.database_url)
    if ready:
        check_ready(db)
    return Office(
        settings=settings,
        clock=SystemClock(),
        db=db,
        directory=Directory(policy_of(settings), aloud=False),
    )


def check_ready(db: Database) -> None:
    """Raise Unreachable unless the database has the schema this code needs."""
    if not upkeep.there(db):
        raise Unreachable("database_missing", database=upkeep.shown(db))
    with db.read() as tx:
        have = upkeep.revision(tx)
    need = newest()
    if have is None:
        raise Unreachable("database_empty", database=upkeep.shown(db))
    if have != need:
        raise Unreachable("database_old" if have < need else "database_new", have=have, need=need)
