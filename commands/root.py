"""`oncall`: every command by name, and one way out for every fault."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from commands.clicktexts import speak
from commands.lazy import CONTEXT, Group, Option, everywhere
from commands.session import Session, peek
from oncall.clock import SystemClock
from oncall.core.words import N_

#: What a shell reports of a process whose reader went away.
_PIPE_CLOSED = 141

COMMANDS = {
    "init": (
        "commands.setup:init",
        N_("Create or upgrade the database; --sample adds a county to try."),
    ),
    "serve": ("commands.serve:serve", N_("Run the service: engine, web, or both.")),
    "who": ("commands.who:who", N_("Who is on duty now, until when, and who is next.")),
    "schedule": ("commands.schedule:schedule", N_("Who is on duty over a stretch of time.")),
    "transfer": ("commands.transfer:transfer", N_("Hand over matters, answer them, look at them.")),
    "deadline": ("commands.deadline:deadline", N_("By when matters must be finished.")),
    "why": ("commands.story_of:why", N_("Every decision of a transfer's pages, in plain words.")),
    "drill": ("commands.drill:drill", N_("Reachability checks: is the phone read?")),
    "handover": (
        "commands.handover:handover",
        N_("Who hands over to whom next, and what a unit has on its hands."),
    ),
    "alarm": ("commands.alarm:alarm", N_("What the desk must look at.")),
    "roster": ("commands.roster:roster", N_("Read rosters, compare, apply, take back.")),
    "override": (
        "commands.override:override",
        N_("Somebody instead of, beside or without another, for a time."),
    ),
    "unit": ("commands.unit:unit", N_("Units: import, list, show.")),
    "person": ("commands.person:person", N_("People and their numbers: import, list, show.")),
    "supervise": (
        "commands.supervise:supervise",
        N_("Supervision orders: decide on drafts, see replies, print."),
    ),
    "swap": ("commands.duty_change:swap", N_("Swap duties, agreed and approved.")),
    "cover": ("commands.duty_change:cover", N_("Ask for somebody to stand in.")),
    "leave": ("commands.duty_change:leave", N_("Leave, and who stands in.")),
    "takeover": ("commands.duty_change:takeover", N_("Take a running duty over, now.")),
    "change": ("commands.duty_change:change", N_("Changes of duty: show, withdraw, undo.")),
    "report": (
        "commands.report:report",
        N_("Figures: how well it goes, who carries how much, what may be published."),
    ),
    "route": (
        "commands.route:route",
        N_("Which units matters of a category usually go to."),
    ),
    "group": ("commands.group:group", N_("Units that are called together.")),
    "policy": ("commands.policy:policy", N_("Who is contacted, when and how.")),
    "simulate": (
        "commands.simulate:simulate",
        N_("Play a page on a virtual clock."),
    ),
    "channel": (
        "commands.channel:channel",
        N_("Which providers carry what, and whether they do."),
    ),
    "templates": (
        "commands.templates:templates",
        N_("The texts carriers approve beforehand."),
    ),
    "calendar": (
        "commands.calendar:calendar",
        N_("Calendars: a person's address; those others keep."),
    ),
    "holiday": ("commands.holiday:holiday", N_("Holidays and make-up working days.")),
    "webhook": (
        "commands.webhook:webhook",
        N_("Who is told what becomes of the matters they handed over."),
    ),
    "token": ("commands.token:token", N_("Tokens for programs and people who call the service.")),
    "config": ("commands.config:config", N_("The settings, and where each comes from.")),
    "doctor": ("commands.doctor:doctor", N_("Everything that must be right, each with its mend.")),
    "db": ("commands.db:db", N_("Upgrade, back up, restore the database.")),
    "emulate": ("commands.emulate:emulate", N_("Play a provider, to try the service against.")),
    "demo": ("commands.demo:demo", N_("Play one transfer's story on a fast clock.")),
}

#: The same in the order in which a newcomer needs them.
SECTIONS = {
    N_("Set up and run"): "init serve doctor config db token demo",
    N_("Matters"): "transfer deadline why supervise group alarm",
    N_("Who is on duty"): "who schedule roster override handover calendar holiday",
    N_("Changes of duty"): "swap cover leave takeover change",
    N_("Whom it reaches, and how"): "unit person route policy simulate",
    N_("Ways out, and back"): "channel templates drill webhook emulate",
    N_("What it came to"): "report",
}

_VERSION = "0.1.0"


class Root(Group):
    """The outermost group: the only one that ends the process."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run one command and exit with its code (docs/cli.md)."""
        given = list(sys.argv[1:] if args is None else args)
        session = Session(peeked=peek(given))
        speak(session.lang)
        extra |= {"obj": session, "standalone_mode": False}
        try:
            result = super().main(given, prog_name or "oncall", **extra)
            sys.stdout.flush()
            code = result if isinstance(result, int) else 0
        except click.Abort:
            click.echo(session.t(N_("Aborted!")), err=True)
            code = 130
        except OSError as error:
            if error.errno != errno.EPIPE:
                code = _fail(session, error)
            else:
                # Nobody reads any more; Python would complain once again when it ends.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                code = _PIPE_CLOSED
        except Exception as error:  # noqa: BLE001 - the one place where every fault is told
            code = _fail(session, error)
        sys.exit(code)


def _fail(session: Session, error: Exception) -> int:
    # Loaded only now: explaining faults needs texts that working commands do without.
    code: int = import_module("commands.failures").fail(session, error, SystemClock().now())
    return code


@click.group(
    cls=Root,
    lazy=COMMANDS,
    sections=SECTIONS,
    context_settings=CONTEXT,
    help=N_("On-call rosters and escalation for a county's 12345/110 linkage."),
)
@click.version_option(_VERSION, "-V", "--version", prog_name="oncall", cls=Option,
                      help=N_("Show the version and exit."))  # fmt: skip
def root() -> None:
    """Every command is below."""


# At the top these options are shown; below they are taken but not repeated.
root.params = [p for p in root.params if p.expose_value is not False or p.name == "version"]
root.params.extend(everywhere(hidden=False))


def main() -> NoReturn:
    """The console script."""
    root.main()
