"""What one command works with: the flags, the settings, the language, the records."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import click

from oncall.config import Settings, language_at_least, load
from oncall.core.errors import Invalid
from oncall.i18n import translator

_PEEKED = ("lang", "config")


@dataclass
class Session:
    """One call of `oncall`."""

    flags: dict[str, str | None] = field(default_factory=dict)
    #: Language and settings file as they stand anywhere on the line: for help and for errors.
    peeked: dict[str, str | None] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        """Flag over environment over file over default; Invalid with every fault."""
        return load({name: value for name, value in self.flags.items() if name != "debug"})

    @property
    def debug(self) -> bool:
        """Whether the operator wants to see tracebacks."""
        return bool(self.flags.get("debug"))

    @cached_property
    def lang(self) -> str:
        """The reader's language; the default where the settings are broken."""
        try:
            return load({**self.peeked, **_of(self.flags, _PEEKED)}).lang
        except Invalid:
            return language_at_least({**self.peeked, **_of(self.flags, _PEEKED)})

    @cached_property
    def t(self) -> Callable[[str], str]:
        """Turns an English source string into the reader's language."""
        return translator(self.lang)

    @cached_property
    def user(self) -> str:
        """Who sits at this machine, for the records."""
        try:
            return getpass.getuser()[:60]
        except (OSError, KeyError, ImportError):
            return "cli"

    @property
    def terminal(self) -> bool:
        """Whether somebody looks at what we write."""
        return sys.stdout.isatty()


def peek(args: Sequence[str]) -> dict[str, str | None]:
    """--lang and --config, wherever they stand: help must be in the right language already."""
    found: dict[str, str | None] = {}
    for index, arg in enumerate(args):
        if arg == "--":
            break
        for name in _PEEKED:
            flag = f"--{name}"
            if arg.startswith(f"{flag}="):
                found[name] = arg.removeprefix(f"{flag}=")
            elif arg == flag and index + 1 < len(args):
                found[name] = args[index + 1]
    return found


def session_of(ctx: click.Context) -> Session:
    """The session of a command's context."""
    return ctx.ensure_object(Session)


def _of(flags: dict[str, str | None], names: Sequence[str]) -> dict[str, str | None]:
    return {name: flags[name] for name in names if flags.get(name)}
