"""The persona pages are followed by people: every command in them is one, in both languages."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from commands.root import root
from tests.house.files import ROOT

PAGES = sorted((ROOT / "docs" / "personas").glob("*.md"))
ENGLISH = [page for page in PAGES if not page.name.startswith("zh_")]
#: A page's blocks: the language of one, and what stands in it. Commands stand where none is named.
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


def typed(page: Path) -> list[list[str]]:
    """The words of each command on a page."""
    blocks = _FENCED.findall(page.read_text("utf-8"))
    fenced = "\n".join(block for language, block in blocks if not language)
    lines = (shlex.split(line) for line in fenced.splitlines() if line.startswith("oncall "))
    return [words[1:] for words in lines]


def parsed(words: list[str]) -> tuple[str, list[str]]:
    """The command that these words call, and the options they give it. Raises what click does."""
    command: click.Command = root
    path, rest = ["oncall"], list(words)
    context = click.Context(root, info_name="oncall")
    while isinstance(command, click.Group):
        name = rest.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"no command {' '.join([*path, name])}"
        command = found
        path.append(name)
        context = click.Context(command, info_name=name, parent=context)
    # Nothing is done: only what is typed is read, as strictly as when it is.
    command.make_context(path[-1], list(rest), parent=context.parent)
    return " ".join(path), sorted(word for word in rest if word.startswith("--"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_is_one(page: Path) -> None:
    """The command exists, knows its options, and has all that it must be given."""
    commands = typed(page)
    assert len(commands) > 5
    for words in commands:
        parsed(words)


@pytest.mark.parametrize("page", ENGLISH, ids=lambda page: page.stem)
def test_both_languages_walk_the_same_day(page: Path) -> None:
    """Whoever reads Chinese types the same commands with the same options, in the same order."""
    chinese = page.with_name(f"zh_{page.name}")
    assert [parsed(words) for words in typed(chinese)] == [parsed(words) for words in typed(page)]
