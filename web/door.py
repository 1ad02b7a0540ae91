"""What every handler stands on: the node behind the door, and who is calling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from oncall.accounts import Accounts, actor
from oncall.core.errors import Fault, Forbidden, Invalid
from oncall.core.spelling import code_of
from oncall.core.words import Text
from oncall.feeds import Feeds
from oncall.i18n import translator
from oncall.intake import Actor
from oncall.store.directory import Account
from oncall.wiring import App
from web.errors import Unauthorized
from web.language import chosen
from web.limits import Penalties
from web.roles import ALLOWED, LIAISON, Call, may

T = TypeVar("T")

_LONGEST_TOKEN = 200
#: Threads for what people answer: a rush on the API must not keep a key press waiting.
_ANSWER_THREADS = 8


@dataclass(slots=True, kw_only=True)
class Door:
    """The node, and what the web keeps beside it."""

    app: App
    accounts: Accounts
    feeds: Feeds
    penalties: Penalties
    run_engine: bool
    #: Made in the loop that uses it.
    answer_threads: CapacityLimiter | None = None

    def now(self) -> datetime:
        """This moment on the node's clock."""
        return self.app.clock.now()

    def today(self) -> date:
        """The day in the installation's zone."""
        return self.now().astimezone(self.app.settings.zone).date()

    def coded(self, word: str) -> str:
        """The code of the unit that a word means; the word itself where it means none.

        Raises Invalid where several units are called so.
        """
        with self.app.db.read() as tx:
            units = self.app.directory.at(tx, self.now()).units
        faults: list[Fault] = []
        code = code_of(units, word, "unit", faults)
        if faults:
            raise Invalid(faults)
        return code

    def stamp(self, moment: datetime) -> str:
        """RFC 3339 in the installation's zone."""
        return stamp(moment, self.app)

    def maybe(self, moment: datetime | None) -> str | None:
        """The same for a moment that may not be."""
        return None if moment is None else stamp(moment, self.app)


def stamp(moment: datetime, app: App) -> str:
    """RFC 3339 with the offset of the installation's zone; parts of a second only where any."""
    local = moment.astimezone(UTC).astimezone(app.settings.zone)
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")


def door_of(request: Request) -> Door:
    """The door a request came through."""
    door: Door = request.app.state.door
    return door


async def in_thread(door: Door, call: Callable[[], T]) -> T:
    """Do what somebody answered, in the threads kept for it."""
    if door.answer_threads is None:
        door.answer_threads = CapacityLimiter(_ANSWER_THREADS)
    return await to_thread.run_sync(call, limiter=door.answer_threads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, by token, and the language they read."""

    account: Account
    t: Text
    lang: str
    #: The code of a unit, from whatever it is called.
    coded: Callable[[str], str]

    @property
    def actor(self) -> Actor:
        """The same as intake and desk know it."""
        return actor(self.account)

    @property
    def unit(self) -> str | None:
        """The one unit this caller sees; None for one who sees all."""
        return self.account.unit if self.account.role == LIAISON else None

    def may(self, call: Call) -> bool:
        """Whether this caller may do this as well."""
        return may(self.account.role, call)

    def require(self, call: Call) -> None:
        """Raises Forbidden where ``may`` says no."""
        if not self.may(call):
            allowed = ", ".join(sorted(ALLOWED[call]))
            raise Forbidden("not_allowed", role=self.account.role, allowed=allowed)


_bearer = HTTPBearer(auto_error=False, description="A token made by `oncall token create`.")


def calling(call: Call) -> Any:
    """A dependency: the caller, who may make this call. Refuses with 401 or 403."""

    def check(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Caller:
        door = door_of(request)
        if credentials is None:
            raise Unauthorized("no_token")
        token = credentials.credentials
        account = door.accounts.check(token, door.now()) if len(token) <= _LONGEST_TOKEN else None
        if account is None:
            raise Unauthorized("bad_token")
        lang = chosen(request.headers.get("accept-language"), door.app.settings.lang)
        caller = Caller(account=account, t=translator(lang), lang=lang, coded=door.coded)
        caller.require(call)
        if account.role == LIAISON and not account.unit:
            raise Forbidden("liaison_needs_unit")
        return caller

    return Depends(check)


TheDoor = Annotated[Door, Depends(door_of)]
Check = Callable[..., Caller]
