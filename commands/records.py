"""The records behind a command: opened for it, closed after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from commands.session import Session
from oncall.admin.office import Office, open_office
from oncall.intake import Actor


@contextmanager
def office_of(session: Session, *, ready: bool = True) -> Iterator[Office]:
    """The records, open until the block ends. Raises Unreachable as ``open_office`` does."""
    office = open_office(session.settings, ready=ready)
    try:
        yield office
    finally:
        office.close()


def operator(session: Session) -> Actor:
    """Whoever sits at the machine may do everything: they could open the database file as well."""
    return Actor(name=session.user, role="admin")
