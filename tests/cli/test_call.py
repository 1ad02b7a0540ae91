"""How commands are called: exit codes, help, languages, and mistakes told in words."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from commands.help_lines import columns, wrap
from commands.root import root
from tests.cli.conftest import Cli
from tests.county import CITY


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["who", "-h"], 0),
        (["roster", "plan", "--help"], 0),
        ([], 2),
        (["roster"], 2),
        (["whoo"], 2),
        (["roster", "plann"], 2),
        (["who", "--rolle", "primary"], 2),
        (["who", "--role", "king"], 2),
        (["who", "--role"], 2),
        (["who", "A", "B"], 2),
        (["who", "--at", "yesterday"], 2),
        (["who", "--at", "25:00"], 2),
        (["schedule"], 2),
        (["roster", "show", CITY, "--month", "2026-13"], 2),
        (["roster", "history", "--limit", "0"], 2),
        (["transfer", "new", "--to", CITY, "--urgency", "fast", "--summary", "x"], 2),
        (["transfer", "new", "--to", CITY, "--urgency", "urgent"], 2),
        (["transfer", "ack", "X"], 2),
        (["token", "create", "--name", "x", "--role", "king"], 2),
        (["serve", "--no-engine", "--no-web"], 2),
        (["serve", "--emulate-phones", "--host", "192.0.2.1"], 2),
        (["serve", "--emulate-phones", "--no-web"], 2),
        (["alarm", "close", "x"], 2),
        (["simulate", "--to", CITY, "--urgency", "urgent", "--fail", "pigeon"], 2),
        (["who", "NOBODY"], 1),
        (["schedule", "NOBODY"], 1),
        (["unit", "show", "NOBODY"], 1),
        (["person", "show", "无此人"], 1),
        (["transfer", "show", "DH1"], 1),
        (["transfer", "ack", "DH1", "--by", "张三"], 1),
        (["why", "DH1"], 1),
        (["roster", "undo", "zzz", "--yes"], 1),
        (["token", "revoke", "zzz", "--yes"], 1),
        (["alarm", "close", "99"], 1),
        (["calendar", "url", "无此人"], 1),
        (["db", "restore", "nothing.db", "--yes"], 1),
        (["simulate", "--to", CITY, "--urgency", "urgent", "--no-answer", "无此人"], 1),
        (["unit", "import", "nothing.csv"], 3),
        (["roster", "plan", "nothing.xlsx"], 3),
        (["policy", "check", "nothing.toml"], 3),
        (["who", "--lang", "fr"], 3),
        (["who", "--config", "nothing.toml"], 3),
        (["token", "create", "--name", "x", "--role", "liaison"], 3),
        (["token", "create", "--name", "x", "--role", "admin", "--unit", "NOBODY"], 3),
        (["who", "--database-url", "mysql://x/y"], 3),
        (["who", "--database-url", "sqlite:///nothing.db"], 6),
        (["unit", "list", "--database-url", "sqlite:///nothing.db"], 6),
        (["who", "--database-url", "postgresql://u:secret@127.0.0.1:1/x"], 6),
        (["unit", "list", "--database-url", "postgresql://u:secret@127.0.0.1:1/x"], 6),
    ],
)
def test_exit_codes(cli: Cli, args: list[str], code: int) -> None:
    """Scripts tell from the code alone what happened; nothing ever ends in a traceback."""
    done = cli(*args)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    assert "secret" not in done.output
    if code:
        assert done.stderr.strip()
        assert code == 2 or not done.stdout


def test_a_missing_database_is_not_made_by_looking(cli: Cli) -> None:
    """A reading command that finds no database leaves no empty file behind."""
    for command in (["who"], ["unit", "list"], ["doctor"], ["db", "current"]):
        cli(*command, "--database-url", "sqlite:///nothing.db")
        assert not Path("nothing.db").exists()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["whoo"], "Did you mean who"),
        (["transfer", "shwo", "X"], "Did you mean show"),
        (["who", "--rol", "x"], "Did you mean --role"),
        (["who", "SOE-CITYBUILT"], "Did you mean SOE-CITYBUILD 县城建集团"),
        (["who", "城建"], "Did you mean SOE-CITYBUILD 县城建集团"),
        (["who", "--role", "king"], "primary, deputy, leader"),
        (["who", "--at", "noon"], "2026-11-03T14:00+08:00"),
        (["who", "A", "B"], "one word too many: B"),
        (["who", "--role"], "--role needs a value"),
        (["db", "restore"], "Missing argument"),
    ],
)
def test_a_mistake_is_told_with_its_mend(cli: Cli, args: list[str], told: str) -> None:
    """What is wrong, and what was probably meant."""
    assert told in cli(*args).stderr


def test_the_first_breath_is_chinese(cli: Cli) -> None:
    """Unless asked otherwise, help and errors are Chinese, click's own words included."""
    page = cli("who", "--help", lang="").stdout
    assert "用法" in page
    assert "现在谁值班" in page
    assert "Usage" not in page
    assert "没有命令" in cli("whoo", lang="").stderr
    assert "没有数据库" in cli("who", "--database-url", "sqlite:///nothing.db", lang="").stderr


@pytest.mark.parametrize("args", [["--lang", "en", "who", "-h"], ["who", "-h", "--lang", "en"]])
def test_the_language_may_stand_anywhere(cli: Cli, args: list[str]) -> None:
    """Before or after the command, and even after --help."""
    assert "Who is on duty now" in cli(*args, lang="zh_CN").stdout


def test_flags_may_stand_before_or_after(cli: Cli) -> None:
    """--database-url at either end means the same."""
    url = cli.url
    before = cli("--database-url", url, "unit", "list", "--database-url", url)
    assert before.exit_code == 0
    assert cli("--database-url", "sqlite:///nothing.db", "unit", "list").exit_code == 6


def test_broken_settings_are_all_told(cli: Cli) -> None:
    """Two mistakes in oncall.toml, two lines, each with its place; and help still works."""
    Path("oncall.toml").write_text('timezone = "Mars"\nlanguage = "en"\n', "utf-8")
    done = cli("unit", "list")
    assert done.exit_code == 3
    assert "Mars" in done.stderr
    assert "oncall.toml:language" in done.stderr
    assert "2 to mend" in done.stderr
    assert cli("unit", "list", "--help").exit_code == 0


def test_a_line_ends_where_a_reader_expects_it() -> None:
    """Between Chinese characters or words, never before a comma, nor after an opening bracket."""
    said = "单位（可重复），例如 GOV-WATER、县水利局；不写则列出全部。"
    assert list(wrap(said, 12)) == [
        "单位（可重", "复），例如", "GOV-WATER、", "县水利局；不", "写则列出全", "部。",
    ]  # fmt: skip
    assert list(wrap("one two  three", 8)) == ["one two", "three"]
    assert list(wrap("", 8)) == []


def test_every_command_loads_and_explains_itself(cli: Cli) -> None:
    """A name in a group whose module or help is missing is found here, in both languages; a screen
    of 80 columns shows every line whole, and no heading leaves a command out."""

    def walk(command: click.Command, path: list[str]) -> None:
        for lang in ("en", "zh_CN"):
            page = cli(*path, "--help", "--lang", lang)
            assert page.exit_code == 0, path
            assert page.stdout.count("\n") > 3
            assert [line for line in page.stdout.splitlines() if columns(line) > 80] == []
        if isinstance(command, click.Group):
            with click.Context(command) as ctx:
                for name in command.list_commands(ctx):
                    assert f"\n  {name} " in page.stdout, path
                    inner = command.get_command(ctx, name)
                    assert inner is not None
                    walk(inner, [*path, name])

    walk(root, [])


def test_a_prompt_without_a_terminal_says_how(cli: Cli) -> None:
    """A script that forgot --yes is told so, and nothing is done."""
    file = cli.file(
        "r.csv", f"unit,date,shift,role,name\n{CITY},2099-11-03,08:00-08:00,primary,张三\n"
    )
    done = cli("roster", "apply", file)
    assert done.exit_code == 2
    assert "--yes" in done.stderr
    assert cli("roster", "plan", file, "--detailed-exitcode").exit_code == 10


def test_a_fault_of_ours_is_one_line_and_a_file(cli: Cli) -> None:
    """Nobody is shown a traceback unasked; it is kept, without numbers, and --debug shows it."""
    db = cli.folder / "broken.db"
    db.write_bytes(b"SQLite format 3\x00" + b"\x00" * 100)
    done = cli("unit", "list", "--database-url", f"sqlite:///{db}")
    assert done.exit_code in (1, 6)
    assert "Traceback" not in done.output
    assert len(done.stderr.strip().splitlines()) <= 2
