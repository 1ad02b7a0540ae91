"""Commands that load when they are used, and speak the reader's language when they explain.

A group names its commands as "module:attribute" with one line of help each, so that neither
`oncall who` nor `oncall --help` imports what another command needs (docs/decisions).
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from commands.help_lines import Context
from commands.session import session_of
from oncall.core.words import N_

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
#: Characters of a list of commands that the commands' own names may take.
_NAMES = 16
#: A list of words longer than this does not stand in an option's name but in its help.
_WORDS = 60


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """What is loaded stays: looking for rubbish among it is a sixth of the time loading takes."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            session_of(ctx).flags[name] = value

    return callback


class Option(click.Option):
    """An option whose help is translated when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option's names and its help in the reader's language."""
        source = self.help
        self.help = session_of(ctx).t(source) if source else source
        if isinstance(self.type, Word) and self.type.long:
            self.help = f"{self.help} [{', '.join(self.type.choices)}]"
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = source


class Word(click.Choice[str]):
    """One of a few words, and no other; says so in the reader's language."""

    def __init__(self, choices: Iterable[str]) -> None:
        super().__init__([str(choice) for choice in choices])

    @property
    def long(self) -> bool:
        """Whether there are too many words for one column of a screen."""
        return len("|".join(self.choices)) > _WORDS

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """The words, or where they are too many only that it is one of them."""
        return "WORD" if self.long else super().get_metavar(param, ctx)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word as we write it."""
        if isinstance(value, str) and value in self.choices:
            return value
        t = session_of(ctx).t if ctx is not None else str
        said = t(N_("“{value}” is none of: {choices}.")).format(
            value=value, choices=t(N_(", ")).join(self.choices)
        )
        raise click.BadParameter(said, ctx=ctx, param=param)


def option(*names: str, **attributes: Any) -> Callable[[Any], Any]:
    """``click.option``, but translated."""
    return click.option(*names, cls=Option, **attributes)


def everywhere(*, hidden: bool) -> list[click.Parameter]:
    """The options every command takes, before or after its name."""
    return [
        Option(
            ["--config"],
            metavar="FILE",
            help=N_("Settings file (default: oncall.toml)."),
            callback=_remember("config"),
            expose_value=False,
            hidden=hidden,
        ),
        Option(
            ["--database-url"],
            metavar="URL",
            help=N_("Database, e.g. sqlite:///oncall.db or postgresql://host/name."),
            callback=_remember("database_url"),
            expose_value=False,
            hidden=hidden,
        ),
        Option(
            ["--lang"],
            metavar="LANG",
            help=N_("Language: zh_CN or en."),
            callback=_remember("lang"),
            expose_value=False,
            hidden=hidden,
        ),
        Option(
            ["--debug"],
            is_flag=True,
            help=N_("Show the traceback of an unexpected fault."),
            callback=_remember("debug"),
            expose_value=False,
            hidden=hidden,
        ),
    ]


class _Spoken(click.Command):
    """What commands and groups share: translated help, laid out by columns."""

    context_class = Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """--help, explained in the reader's language."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = session_of(ctx).t(N_("Show this message and exit."))
        return found

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence."""
        return self.short_help or self.help or ""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help text, translated."""
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(session_of(ctx).t(self.help))


class Command(_Spoken):
    """A command; takes the options that go everywhere, too."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        attributes.setdefault("context_settings", CONTEXT)
        super().__init__(*args, **attributes)
        self.params.extend(everywhere(hidden=True))


class Group(_Spoken, click.Group):
    """A group of commands that are imported when one of them is called."""

    command_class = Command

    def __init__(
        self,
        *args: Any,
        lazy: Mapping[str, tuple[str, str]] | None = None,
        sections: Mapping[str, str] | None = None,
        **attributes: Any,
    ) -> None:
        """``lazy``: name -> ("module:attribute", one line of help); ``sections``: heading ->
        names of commands, parted by blanks, where one list of all would be too long to read."""
        attributes.setdefault("context_settings", CONTEXT)
        super().__init__(*args, **attributes)
        self.lazy = dict(lazy or {})
        self.sections = {head: names.split() for head, names in (sections or {}).items()}
        self.params.extend(everywhere(hidden=True))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name: by section, then in the order they were given."""
        told = (name for names in self.sections.values() for name in names)
        return list(dict.fromkeys([*told, *self.lazy, *self.commands]))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        with _nothing_collected():
            command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command meant; a slip of the finger is told which commands are near."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            near = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=near, ctx=ctx
            ) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their line of help; nothing is imported for it."""
        t = session_of(ctx).t
        for head, names in (self.sections or {N_("Commands"): self.list_commands(ctx)}).items():
            rows = [(name, t(about)) for name in names if (about := self._about(name))]
            if rows:
                with formatter.section(t(head)):
                    formatter.write_dl(rows, col_max=_NAMES)

    def _about(self, name: str) -> str:
        """A command's line of help; empty for one that is not shown."""
        if name in self.lazy:
            return self.lazy[name][1]
        command = self.commands[name]
        return "" if command.hidden else command.get_short_help_str()


def group(
    about: str,
    lazy: Mapping[str, tuple[str, str]] | None = None,
    sections: Mapping[str, str] | None = None,
) -> Callable[[Any], Group]:
    """``click.group`` for our groups."""

    def make(function: Callable[..., Any]) -> Group:
        made: Group = click.group(cls=Group, help=about, lazy=lazy, sections=sections)(function)
        return made

    return make


def command(about: str, **attributes: Any) -> Callable[[Any], Command]:
    """``click.command`` for our commands."""

    def make(function: Callable[..., Any]) -> Command:
        made: Command = click.command(cls=Command, help=about, **attributes)(function)
        return made

    return make
