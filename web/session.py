"""Who is looking at the console: a token shown once, then a signed cookie; never a stranger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from oncall.accounts import Accounts, actor
from oncall.core.words import N_, Text, role
from oncall.delivery import Clock
from oncall.intake import Actor
from oncall.store import directory
from oncall.store.database import Database
from oncall.store.directory import Account
from web.roles import Call, may

COOKIE = "oncall_session"
#: After this a person signs in again, whatever the browser still holds.
LIFE = timedelta(hours=12)

#: Roles that are no role in a unit.
_ACCOUNTS = {
    "dispatcher": N_("dispatcher"),
    "admin": N_("administrator"),
    "auditor": N_("auditor"),
}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whoever opened the page, and what they may do there."""

    actor: Actor
    #: Nobody signed in: the demonstration on this very machine.
    guest: bool = False

    def may(self, call: str) -> bool:
        """Whether this visitor's role may make a call of ``web.roles``."""
        return may(self.actor.role, Call(call))

    def role_text(self, t: Text) -> str:
        """What the account is, in the reader's words."""
        word = self.actor.role
        return t(_ACCOUNTS[word]) if word in _ACCOUNTS else role(t, word)

    def signs(self, by: str) -> str:
        """The name an action is written down under: the one given, and the account behind it."""
        given = " ".join(by.split())[:20]
        if not given or given == self.actor.name or self.guest:
            return given or self.actor.name
        return f"{given} ({self.actor.name})"[:60]


class Sessions:
    """Turns requests into visitors."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        secret: Callable[[], str],
        *,
        public_url: str,
        guest: Actor | None,
    ) -> None:
        self.db = db
        self.clock = clock
        self.public_url = public_url
        #: As whom somebody at this machine may look without signing in; None: nobody may.
        self.guest = guest
        self._accounts = Accounts(db)
        # Made when first needed: whoever never signs in has no key file written.
        self._secret = secret
        self._made: URLSafeSerializer | None = None

    def visitor(self, request: Request) -> Visitor | None:
        """Whoever this is; None for a stranger, an ended session or a revoked token."""
        account = self._account(request.cookies.get(COOKIE, ""))
        if account is not None:
            return Visitor(actor=actor(account))
        if self.guest is not None and _at_this_machine(request):
            return Visitor(actor=self.guest, guest=True)
        return None

    def sign_in(self, token: str, response: Response) -> bool:
        """Open a session for whoever holds this token; False for an unknown or revoked one."""
        now = self.clock.now()
        account = self._accounts.check(token.strip(), now)
        if account is None:
            return False
        response.set_cookie(
            COOKIE,
            self._signer.dumps([account.id, int(now.timestamp())]),
            max_age=int(LIFE.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=self.public_url.startswith("https:"),
        )
        return True

    def sign_out(self, response: Response) -> None:
        """End the session in this browser."""
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")

    def from_our_page(self, request: Request) -> bool:
        """Whether the browser says that a page of ours sent this; every action asks first."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = urlsplit(request.headers.get("origin", ""))
        hosts = {request.headers.get("host", ""), urlsplit(self.public_url).netloc}
        return bool(origin.netloc) and origin.netloc in hosts

    @property
    def _signer(self) -> URLSafeSerializer:
        if self._made is None:
            self._made = URLSafeSerializer(self._secret(), salt="oncall-console")
        return self._made

    def _account(self, cookie: str) -> Account | None:
        if not cookie:
            return None
        try:
            account_id, began = self._signer.loads(cookie)
            opened = timedelta(seconds=int(began))
        except (BadSignature, TypeError, ValueError):
            return None
        if not timedelta() <= _since_epoch(self.clock.now()) - opened < LIFE:
            return None
        with self.db.read() as tx:
            for account in directory.accounts(tx):
                if account.id == account_id and account.revoked_at is None:
                    return account
        return None


def _since_epoch(moment: datetime) -> timedelta:
    return timedelta(seconds=int(moment.timestamp()))


def _at_this_machine(request: Request) -> bool:
    """Asked from this machine, by its own name, with no proxy in between.

    The name matters: a page elsewhere may have its own name resolved to this machine's address.
    """
    client = request.client.host if request.client else ""
    named = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    forwarded = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    return client in _LOOPBACK and named in _LOOPBACK and not forwarded
