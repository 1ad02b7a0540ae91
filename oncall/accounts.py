"""Tokens: made once, kept as a hash, checked on every call, counted at most once a minute."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.core.errors import Fault, Invalid, NotFound
from oncall.intake import Actor
from oncall.store import directory, usage
from oncall.store.database import Database
from oncall.store.directory import Account

#: What an account may be; ``web.roles`` says what each may do.
ROLES = ("dispatcher", "admin", "liaison", "supervisor", "auditor")

_PREFIX = "oc_"
_LONGEST_NAME = 60
_COUNTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A new account with its token: the only time the token is known."""

    account: Account
    token: str


def digest(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def create(
    db: Database,
    *,
    name: str,
    role: str,
    unit: str | None,
    now: datetime,
    new_id: Callable[[], str],
) -> Created:
    """Make a token for a name and a role. Raises Invalid with every fault of the three."""
    faults = []
    if not name.strip():
        faults.append(Fault(where="name", code="empty"))
    elif len(name) > _LONGEST_NAME:
        params = {"longest": str(_LONGEST_NAME)}
        faults.append(Fault(where="name", code="too_long", value=str(len(name)), params=params))
    elif not name.isprintable():
        faults.append(Fault(where="name", code="control_character"))
    if role not in ROLES:
        params = {"known": ", ".join(ROLES)}
        faults.append(Fault(where="role", code="unknown_role", value=role, params=params))
    if role == "liaison" and not unit:
        faults.append(Fault(where="unit", code="liaison_needs_unit"))
    with db.begin() as tx:
        if unit and unit not in {u.code for u in directory.all_units(tx)}:
            faults.append(Fault(where="unit", code="unknown_unit", value=unit))
        if faults:
            raise Invalid(faults)
        account = Account(
            id=new_id(), name=name.strip(), role=role, unit=unit or None, created_at=now
        )
        token = _PREFIX + secrets.token_urlsafe(32)
        directory.add_token(tx, account, digest(token))
    return Created(account=account, token=token)


def revoke(db: Database, name_or_id: str, now: datetime) -> int:
    """End every live token of a name or id; says how many. Raises NotFound for none."""
    with db.begin() as tx:
        ended = directory.revoke_token(tx, name_or_id, now)
    if not ended:
        raise NotFound("no_such_token", name=name_or_id)
    return ended


def every(db: Database) -> list[Account]:
    """All accounts, the revoked ones too, the oldest first."""
    with db.read() as tx:
        return directory.accounts(tx)


class Accounts:
    """Checks tokens for one process."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._counted: dict[str, datetime] = {}

    def check(self, token: str, now: datetime) -> Account | None:
        """Whose token this is; None for a revoked or unknown one.

        The look-up is by hash, so how long it takes says nothing about any token.
        """
        with self.db.read() as tx:
            account = directory.account_of(tx, digest(token))
        if account is not None:
            self._count(account.id, now)
        return account

    def _count(self, account: str, now: datetime) -> None:
        """Remember that a token is in use, without a write per request."""
        last = self._counted.get(account)
        if last is not None and now - last < _COUNTED_EVERY:
            return
        self._counted[account] = now
        with self.db.begin() as tx:
            usage.token_used(tx, account, now, unless_since=now - _COUNTED_EVERY)


def actor(account: Account) -> Actor:
    """An account as intake and desk know whoever acts."""
    return Actor(name=account.name, role=account.role, unit=account.unit)
