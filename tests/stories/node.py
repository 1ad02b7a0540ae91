"""A node in a process of its own, which may be told to kill itself at an exact point.

The points are in this file, never in the product: the child wraps what it was built from. It says
``ready`` on its standard output and does its work when a line comes in on the standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from commands.root import main as command
from notifiers.message import Capabilities, Channel, Message, Notifier, Outcome
from oncall.clock import SystemClock
from oncall.config import Settings, load
from oncall.core.transfers import Draft
from oncall.intake import Actor
from oncall.wiring import App, build, notifiers_of
from tests.county import CITY

ACCOUNT, TOKEN = "AC" + "0" * 32, "emulated"
#: As fast as the machine can.
UNLIMITED = "twilio:sms=none,twilio:voice=none"
DESK = Actor(name="110席", role="dispatcher")


class ShiftedClock:
    """The machine's clock, set to another day: every process of a story sees the same time."""

    def __init__(self, shift: timedelta) -> None:
        self._clock, self._shift = SystemClock(), shift

    def now(self) -> datetime:
        """This moment on that other day, UTC."""
        return self._clock.now() + self._shift

    def seconds_until(self, moment: datetime) -> float:
        """Real seconds until then."""
        return (moment - self.now()).total_seconds()

    def real(self, moment: datetime) -> datetime:
        """When that is by the machine's own clock."""
        return moment - self._shift


def settings_for(
    url: str, api_url: str, limits: str = UNLIMITED, public: str = "http://127.0.0.1:9"
) -> Settings:
    """A node's settings: real Twilio notifiers that speak to an emulator."""
    flags = {
        "database_url": url,
        "channels": "sms=twilio,voice=twilio",
        "limits": limits,
        "gather_seconds": "0",
        "twilio_account_sid": ACCOUNT,
        "twilio_from_number": "+12025550100",
        "twilio_api_url": api_url,
        "public_url": public,
    }
    return load(flags, {"TWILIO_AUTH_TOKEN": TOKEN}, cwd=Path("/nonexistent"))


def die() -> None:
    """No goodbye, no clean-up: as if the power had gone."""
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly:
    """A notifier around a real one: dies at its Nth send, before it or after; or is slow."""

    def __init__(self, inner: Notifier, *, before: int, after: int, slow: float) -> None:
        self._inner = inner
        self._before, self._after, self._slow = before, after, slow
        self._sends = 0
        self.name = inner.name
        self.channels = inner.channels

    def capabilities(self, channel: Channel) -> Capabilities:
        """As the real one."""
        return self._inner.capabilities(channel)

    async def send(self, message: Message) -> Outcome:
        """As the real one, unless it is time to die."""
        self._sends += 1
        if self._sends == self._before:
            die()
        mine = self._sends
        await asyncio.sleep(self._slow)
        outcome = await self._inner.send(message)
        if mine == self._after:
            die()
        return outcome

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """As the real one."""
        return await self._inner.stop(provider_id, channel)

    async def close(self) -> None:
        """As the real one."""
        await self._inner.close()


def freeze() -> None:
    """Stand still with everything in hand, until somebody says SIGCONT."""
    os.kill(os.getpid(), signal.SIGSTOP)


def at_statement(start: str, nth: int, stop: Callable[[], None]) -> None:
    """Stop once the Nth statement that begins like this was carried out, before its commit."""
    seen = 0

    @event.listens_for(Engine, "after_cursor_execute")
    def executed(_: Any, __: Any, statement: str, *___: Any) -> None:
        nonlocal seen
        seen += statement.startswith(start)
        if seen == nth:
            seen = sys.maxsize
            stop()


def node(options: argparse.Namespace) -> App:
    """The App this process runs."""
    settings = settings_for(options.url, options.api)
    made: Mapping[Channel, Sequence[Notifier]] = notifiers_of(settings)
    wrap: dict[int, Deadly] = {}
    for notifier in (n for some in made.values() for n in some):
        wrap[id(notifier)] = wrap.get(id(notifier)) or Deadly(
            notifier, before=options.before_send, after=options.after_send, slow=options.slow
        )
    return build(
        settings,
        clock=ShiftedClock(timedelta(seconds=options.shift)),
        node=str(os.getpid()),
        notifiers={c: tuple(wrap[id(n)] for n in some) for c, some in made.items()},
    )


def post(app: App, refs: Sequence[str]) -> None:
    """Hand over one transfer per reference and say what became of each."""
    for ref in refs:
        draft = Draft(origin="110", origin_ref=ref, to=(CITY,), urgency="urgent", summary=ref)
        accepted = app.intake.accept(draft, app.clock.now(), DESK)
        say({"id": accepted.transfer.id, "created": accepted.created})


def say(what: object) -> None:
    """One line to whoever started us."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Be a node, post transfers, or run a command, and die where told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("serve", "post", "command"))
    parser.add_argument("--url", default="")
    parser.add_argument("--api", default="http://127.0.0.1:9")
    parser.add_argument("--shift", type=float, default=0.0)
    parser.add_argument("--before-send", type=int, default=0)
    parser.add_argument("--after-send", type=int, default=0)
    parser.add_argument("--slow", type=float, default=0.0)
    parser.add_argument("--at-commit", action="store_true")
    parser.add_argument("--statement", default="")
    parser.add_argument("--nth", type=int, default=1)
    parser.add_argument("--freeze", action="store_true")
    options, rest = parser.parse_known_args()
    works: dict[str, Callable[[], None]]
    if options.work == "command":
        arm(options)
        sys.argv = ["oncall", *rest]
        os.environ["ONCALL_DATABASE_URL"] = options.url
        command()
    app = node(options)
    if options.at_commit:
        # Before the app's own bell: the commit is made, and nobody has heard of it.
        app.db.on_commit(die)
    works = {"serve": lambda: asyncio.run(app.run()), "post": lambda: post(app, rest)}
    if options.work == "post":
        with app.db.read():
            say("ready")
        sys.stdin.readline()
    arm(options)
    works[options.work]()


def patient(dbapi: Any, _: object) -> None:
    """The server is not to end what stands still: only another node will."""
    with dbapi.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    dbapi.commit()


def arm(options: argparse.Namespace) -> None:
    """Set the trap in the database, if one was asked for."""
    if options.freeze:
        event.listen(Engine, "connect", patient)
    if options.statement:
        at_statement(options.statement, options.nth, freeze if options.freeze else die)


if __name__ == "__main__":
    main()
