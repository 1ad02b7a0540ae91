"""How a command fails: every fault with its place and its mend, one exit code, no traceback."""

from __future__ import annotations

import re
import traceback
from datetime import datetime
from pathlib import Path

import click

from commands.output import bad, paint, say
from commands.session import Session
from notifiers.phone import mask_text
from oncall.config import data_folder
from oncall.core.errors import Conflict, Fault, Invalid, OncallError
from oncall.core.faults import explain, explain_error
from oncall.core.words import N_
from oncall.store.pages import Lost

FAILURE, USAGE = 1, 2
#: A process ended by the terminal's Ctrl-C says so to its shell.
INTERRUPTED = 130
LOG_NAME = "errors.log"

#: What click says about a call in words of its own; the rest is in its own messages.
_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)")


def fail(session: Session, error: Exception, now: datetime) -> int:
    """Tell what went wrong, and give the exit code for it."""
    if isinstance(error, click.ClickException):
        return _usage(session, error)
    if isinstance(error, Lost):
        error = Conflict("busy")
    if isinstance(error, OncallError):
        _refused(session, error)
        return error.exit_code
    return _unexpected(session, error, now)


def _refused(session: Session, error: OncallError) -> None:
    t = session.t
    if not isinstance(error, Invalid):
        bad(str(explain_error(t, error)))
        return
    faults(session, error.faults)
    count = sum(fault.severity == "error" for fault in error.faults)
    said = N_("{count} to mend; nothing was changed.")
    bad(t(said).format(count=count))


def faults(session: Session, found: tuple[Fault, ...] | list[Fault]) -> None:
    """Each fault on a line of its own: where, what stands there, what is wrong, how to mend it."""
    for fault in found:
        where = paint(fault.where, bold=True)
        say(
            f"{where}: {explain(session.t, fault)}"
            if fault.where
            else str(explain(session.t, fault))
        )


def _usage(session: Session, error: click.ClickException) -> int:
    t = session.t
    message = error.format_message()
    ctx = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        say(message)
        return USAGE
    if isinstance(error, click.exceptions.NoSuchCommand | click.exceptions.NoSuchOption):
        message = error.message
        if error.possibilities:
            near = t(N_(", ")).join(sorted(error.possibilities, key=lambda n: (len(n), n)))
            message = f"{message} {t(N_('Did you mean {near}?')).format(near=near)}"
    elif isinstance(error, click.exceptions.BadOptionUsage):
        message = t(N_("The option {name} needs a value.")).format(name=error.option_name)
    elif extra := _EXTRA.fullmatch(message):
        message = t(N_("There is one word too many: {words}")).format(words=extra[1])
    bad(message)
    if ctx is not None:
        hint = N_("How it is called: {command} --help")
        say(t(hint).format(command=ctx.command_path))
    return USAGE if isinstance(error, click.UsageError) else FAILURE


def _unexpected(session: Session, error: Exception, now: datetime) -> int:
    t = session.t
    text = "".join(traceback.format_exception(error))
    bad(t(N_("A fault of this program: {what}.")).format(what=_first_line(error)))
    if session.debug:
        say(text)
        return FAILURE
    kept = _keep(session, text, now)
    if kept is not None:
        say(t(N_("What led to it is in {file}; --debug shows it here.")).format(file=kept))
    else:
        say(t(N_("--debug shows what led to it.")))
    return FAILURE


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return mask_text(f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__)


def _keep(session: Session, text: str, now: datetime) -> Path | None:
    try:
        path = data_folder(session.settings) / LOG_NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"--- {now.isoformat()}\n{mask_text(text)}\n")
    except (OSError, OncallError):
        return None
    return path
