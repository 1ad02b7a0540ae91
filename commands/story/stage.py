"""Play the story: service, hooks and phones on loopback, one transfer by HTTP, all recorded."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession

from commands.story import cast
from commands.story.clock import StoryClock
from commands.story.verdict import Seen
from notifiers.phone import national
from notifiers.twilio.emulator import Emulator
from oncall.accounts import digest
from oncall.config import Settings, load
from oncall.core.why import Paragraph, tell
from oncall.i18n import translator
from oncall.store import nodes, reports
from oncall.store.database import Database
from oncall.wiring import App, build
from web.app import create_app
from web.server import Server

_ACCOUNT = "AC" + "0" * 31 + "1"
#: The clock is started this much before 14:00, so that everything runs by then.
_BEFORE = timedelta(minutes=1)
#: Real seconds the service may take to start.
_START_WITHIN = 30
#: The story is told by then; whatever were still to come would have come.
_END = cast.BEGIN + timedelta(minutes=16, seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of it: the transfer, every message in order, and how quick the first one was."""

    code: str
    transfer: str
    #: When it counts as handed over, on the story's clock: the ladder's moments follow from it.
    at: datetime
    seen: tuple[Seen, ...]
    #: Real seconds from handing over to the provider's having the first message.
    first_after: float
    #: Callbacks the service refused or did not answer.
    refused: int


@dataclass(slots=True, kw_only=True)
class Stage:
    """The running parts, for whoever watches."""

    app: App
    emulator: Emulator
    clock: StoryClock
    speed: float
    url: str


@asynccontextmanager
async def stage(settings_of: Callable[[str, str], Settings], speed: float) -> AsyncIterator[Stage]:
    """Everything up at one minute to two; ``settings_of`` is given the hooks' and the API's URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    hooks = f"http://127.0.0.1:{listener.getsockname()[1]}"
    clock = StoryClock(cast.BEGIN - _BEFORE, speed)
    emulator = Emulator(_ACCOUNT, settings_of("", "").twilio_tokens[0], hooks, clock=clock.now,
                        sleep=clock.sleep)  # fmt: skip
    emulator.script(*cast.handsets())
    async with emulator.serve() as api:
        app = build(settings_of(hooks, api), clock=clock)
        beating = asyncio.create_task(clock.keep_going(lambda: _look(app)))
        server = Server(create_app(app))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            if not await asyncio.to_thread(server.up.wait, _START_WITHIN):
                raise RuntimeError("the service does not start")
            yield Stage(app=app, emulator=emulator, clock=clock, speed=speed, url=hooks)
        finally:
            server.should_exit = True
            await serving
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            app.db.close()


def _look(app: App) -> None:
    """What the story's clock beats through: a thread, and the database."""
    with app.db.read() as tx:
        nodes.latest(tx)


async def play(
    running: Stage, token: str, *, handed_over: Callable[[str, datetime], None]
) -> Played:
    """Hand the matter over at 14:00 sharp, let the story take its course, say what was sent."""
    clock, emulator = running.clock, running.emulator
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{running.url}/api/v1/transfers"
    async with ClientSession(headers=headers) as client:
        # 110's line is open before the matter comes: at this speed a slow hello is a slow minute.
        async with client.get(address) as hello:
            hello.raise_for_status()
        await clock.sleep((cast.BEGIN - clock.now()).total_seconds())
        began = clock.now()
        async with client.post(address, json=cast.MATTER) as answer:
            answer.raise_for_status()
            made = await answer.json()
    handed_over(made["code"], clock.now())
    await clock.sleep((_END - clock.now()).total_seconds())
    await emulator.settled()
    received = emulator.received
    return Played(
        code=made["code"],
        transfer=made["id"],
        at=datetime.fromisoformat(made["transferred_at"]),
        seen=tuple(
            Seen(
                number=national(one.to) if one.to else "",
                kind=one.kind,
                at=one.moment,
                text=one.body,
            )
            for one in received
        ),
        first_after=(
            (received[0].moment - began).total_seconds() / running.speed if received else -1.0
        ),
        refused=sum(1 for one in emulator.posted if not 200 <= one.answer < 300),
    )


def names(app: App, lang: str) -> tuple[str, str]:
    """The unit's and the place's name in the reader's language."""
    with app.db.read() as tx:
        snapshot = app.directory.at(tx, app.clock.now())
    return snapshot.unit_name(cast.UNIT, lang), snapshot.unit_name(cast.PLACE, lang)


def why(app: App, transfer: str, lang: str) -> list[Paragraph]:
    """The whole story as the log has it."""
    with app.db.read() as tx:
        people = {p.id: p.name for p in app.directory.at(tx, app.clock.now()).people.values()}
        said = [line.said for line in reports.timeline(tx, transfer)]
    return tell(translator(lang), said, people, zone=app.settings.timezone)


def prepare(database_url: str) -> str:
    """Fill an empty database for the story; gives the token 110 uses."""
    token = "oc_" + secrets.token_urlsafe(32)
    db = Database(database_url)
    try:
        cast.furnish(db, digest(token))
    finally:
        db.close()
    return token


def settings(database_url: str, lang: str, folder: Path) -> Callable[[str, str], Settings]:
    """Settings for the story once the addresses are known; nothing of the machine's own is read."""
    auth_token = secrets.token_hex(16)

    def at(hooks: str, api: str) -> Settings:
        return load(
            {
                "database_url": database_url,
                "lang": lang,
                "public_url": hooks or None,
                "channels": "sms=twilio,voice=twilio",
                "twilio_account_sid": _ACCOUNT,
                "twilio_from_number": "+8659523500001",
                "twilio_api_url": api or None,
            },
            {"TWILIO_AUTH_TOKEN": auth_token, "ONCALL_SECRET_KEY": secrets.token_hex(32)},
            cwd=folder,
        )

    return at
