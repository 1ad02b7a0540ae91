"""`oncall serve`: the engine, the web, or both, until Ctrl-C or SIGTERM, then an orderly stop."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

import click
import uvicorn

from commands.lazy import command, option
from commands.output import good, say, warn
from commands.session import Session, session_of
from notifiers.twilio.emulator import Emulator
from oncall.admin import restored
from oncall.admin.office import check_ready
from oncall.config import Settings, mask_url
from oncall.core.errors import OncallError
from oncall.core.words import N_
from oncall.wiring import App, build, spare_what_stands
from web import console
from web.app import create_app

if sys.platform != "win32":
    from uvloop import run as run_loop
else:
    from asyncio import run as run_loop

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TRIED = "SOE-CITYBUILD"
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What this process shall be."""

    host: str
    port: int
    engine: bool
    web: bool
    phones: bool


@command(N_("Run the service until Ctrl-C: engine and web, on this machine alone by default."))
@option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help=N_("Address to listen on; 0.0.0.0 for every network."),
)
@option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8110,
    show_default=True,
    help=N_("Port to listen on."),
)
@option("--no-engine", is_flag=True, help=N_("Only the web: another process decides and sends."))
@option("--no-web", is_flag=True, help=N_("Only the engine: nothing listens."))
@option(
    "--emulate-phones",
    is_flag=True,
    help=N_("Send everything to emulated phones on this machine; no real message leaves it."),
)
@click.pass_context
def serve(
    ctx: click.Context, host: str, port: int, no_engine: bool, no_web: bool, emulate_phones: bool
) -> None:
    """One node. Any number of them may run on one PostgreSQL."""
    session = session_of(ctx)
    plan = Plan(host=host, port=port, engine=not no_engine, web=not no_web, phones=emulate_phones)
    _check(session, plan)
    logging.basicConfig(level=logging.INFO, format=_FORMAT, stream=sys.stderr)
    for chatty in ("apscheduler", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    run_loop(_serve(session, plan))
    good(session.t(N_("Stopped in good order.")))


def _check(session: Session, plan: Plan) -> None:
    t = session.t
    if not plan.engine and not plan.web:
        raise click.UsageError(
            t(N_("With --no-engine and --no-web there is nothing to run. Leave one of them out."))
        )
    if plan.phones and not (plan.engine and plan.web):
        raise click.UsageError(
            t(N_("--emulate-phones needs the engine and the web in this process."))
        )
    if plan.phones and not _is_loopback(plan.host):
        said = N_("Emulated phones are for this machine only, not for {host}. Leave --host out.")
        raise click.UsageError(t(said).format(host=plan.host))


def _is_loopback(host: str) -> bool:
    try:
        return host in _LOOPBACK or ip_address(host).is_loopback
    except ValueError:
        return False


async def _serve(session: Session, plan: Plan) -> None:
    settings = session.settings
    with _listening(plan) as listener:
        if listener is not None and settings.origins["public_url"] == "default":
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            settings = replace(settings, public_url=url)
        async with _phones(settings, plan) as (settings, emulator):
            app = build(settings)
            try:
                await asyncio.to_thread(check_ready, app.db)
                # Whoever put a copy back may have been interrupted before its last step.
                await asyncio.to_thread(restored.settle, app.db, app.clock.now(), settings.zone)
                spare_what_stands()
                if listener is None:
                    await _engine_alone(session, app)
                else:
                    await _web(session, app, plan, listener, emulator)
            finally:
                app.db.close()


@contextmanager
def _listening(plan: Plan) -> Iterator[socket.socket | None]:
    """The port is taken before anything else starts: a second service must fail at once."""
    if not plan.web:
        yield None
        return
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    try:
        listener = socket.create_server((plan.host, plan.port), family=family, backlog=2048)
    except OSError as exc:
        detail = exc.strerror or type(exc).__name__
        raise OncallError("port_taken", host=plan.host, port=str(plan.port), detail=detail) from exc
    with listener:
        yield listener


@asynccontextmanager
async def _phones(
    settings: Settings, plan: Plan
) -> AsyncIterator[tuple[Settings, Emulator | None]]:
    """The emulated provider with an account made for this run, and settings that lead to it."""
    if not plan.phones:
        yield settings, None
        return
    account, token = f"AC{secrets.token_hex(16)}", secrets.token_hex(16)
    emulator = Emulator(account, token, settings.public_url)
    async with emulator.serve() as url:
        emulated = replace(
            settings,
            channels="sms=twilio,voice=twilio",
            twilio_account_sid=account,
            twilio_auth_token=token,
            twilio_from_number="+8659523500099",
            twilio_messaging_service_sid="",
            twilio_api_url=url,
        )
        yield emulated, emulator


async def _engine_alone(session: Session, app: App) -> None:
    """Decide and send, and listen to nobody."""
    stopping = asyncio.Event()
    _on_signals(stopping.set)
    running = asyncio.create_task(app.run())
    good(session.t(N_("The engine runs; Ctrl-C stops it.")))
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await app.stop()
    await running


class _Server(uvicorn.Server):
    """Signals are ours: uvicorn would raise them again when it is done."""

    def __init__(self, config: uvicorn.Config, welcome: Callable[[], None]) -> None:
        super().__init__(config)
        self._welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so once it listens."""
        await super().startup(sockets=sockets)
        if self.started:
            self._welcome()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


async def _web(
    session: Session,
    app: App,
    plan: Plan,
    listener: socket.socket,
    emulator: Emulator | None,
) -> None:
    web = create_app(app, run_engine=plan.engine)
    pages = console.mount(web, app, emulator)
    config = uvicorn.Config(
        web,
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
        lifespan="on",
    )
    server = _Server(config, lambda: _welcome(session, app, plan, listener))

    def stop() -> None:
        # Open pages listen for ever; they are let go, or the stop would wait for them.
        pages.pulse.close()
        server.force_exit = server.should_exit
        server.should_exit = True

    _on_signals(stop)
    await server.serve(sockets=[listener])


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


def _welcome(session: Session, app: App, plan: Plan, listener: socket.socket) -> None:
    """Where to look, and how to send a first transfer."""
    t = session.t
    port = listener.getsockname()[1]
    host = "127.0.0.1" if plan.host in ("0.0.0.0", "::") else plan.host  # noqa: S104 - compared
    good(t(N_("The service runs: http://{host}:{port}/")).format(host=host, port=port))
    if not plan.engine:
        warn(t(N_("Nothing is decided or sent in this process (--no-engine).")))
    if plan.phones:
        say(t(N_("Open it in a browser: open transfers, and the emulated phones beside them.")))
    elif app.settings.channels.strip() == "log":
        warn(t(N_("ONCALL_CHANNELS is log: messages are only written to this log.")))
    how = N_("A first transfer, on that page or in another terminal:")
    say(t(how))
    say(f"  {_call(session)} transfer new --to {_TRIED} --urgency urgent --summary 水管爆裂")
    say(t(N_("Ctrl-C stops it.")))


def _call(session: Session) -> str:
    """How this very program is called on this very database."""
    settings = session.settings
    program = Path(sys.argv[0])
    called = program.name if program.name != "cli.py" else f"python {sys.argv[0]}"
    if program.parent.name == "bin" and program.parent.parent.name == ".venv":
        called = ".venv/bin/oncall"
    if settings.origins["database_url"] in ("flag", "ONCALL_DATABASE_URL"):
        called += f" --database-url {mask_url(settings.database_url)}"
    return called
