"""docs/cli.md and docs/settings.md keep pace with the commands and the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from commands.root import root
from oncall.config import SETTINGS
from tests.house.files import ROOT

CLI = (ROOT / "docs" / "cli.md").read_text("utf-8")
SETTINGS_DOC = (ROOT / "docs" / "settings.md").read_text("utf-8")


def commands(
    command: click.Command = root, path: str = "oncall"
) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with how it is called."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    with click.Context(command) as ctx:
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from commands(inner, f"{path} {name}")


COMMANDS = dict(commands())


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_is_described(path: str) -> None:
    """Whoever reads the page finds every command, as it is typed."""
    assert re.search(rf"`{path}\b", CLI), path


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_is_described(path: str) -> None:
    """Every option a command takes is named in the section that describes the command."""
    section = next(part for part in CLI.split("\n## ") if re.search(rf"`{path}\b", part))
    missing = [
        param.opts[-1]
        for param in COMMANDS[path].params
        if isinstance(param, click.Option) and not param.hidden
        and not re.search(rf"{param.opts[-1]}\b", section)
    ]  # fmt: skip
    assert missing == []


def test_what_goes_everywhere_is_described() -> None:
    """The options before or after any command."""
    names = [param.opts[0] for param in root.params if param.opts[0].startswith("--")]
    assert [name for name in names if f"`{name}" not in CLI] == []
    assert len(names) >= 4


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 6, 7, 10])
def test_an_exit_code_is_described(code: int) -> None:
    """Scripts are told what each code means."""
    assert re.search(rf"^\| {code} \|", CLI, re.MULTILINE)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.variable)
def test_a_setting_is_described(setting: object) -> None:
    """Variable, name in the file, and default stand in one row."""
    variable, name, default = (getattr(setting, n) for n in ("variable", "name", "default"))
    row = re.search(rf"^\| `{variable}` \| `{name}` \| (.*?) \|", SETTINGS_DOC, re.MULTILINE)
    assert row is not None
    assert not default or default in row[1]
