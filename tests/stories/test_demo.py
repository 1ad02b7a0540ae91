"""The demo tells its story on both databases, and its verdict cannot be talked round."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from commands.story.verdict import Check, Expected, Seen, compare
from tests.house.files import ROOT
from tests.patience import PATIENCE

pytestmark = pytest.mark.waits

START = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
TOLERANCE = timedelta(seconds=50)


def test_the_whole_story_comes_true() -> None:
    """On either database: every message at its minute, and no other."""
    flags = {"sqlite": (), "postgres": ("--postgres", "--lang", "en")}
    words = {
        "sqlite": (
            "没有按键就挂断",
            "林芳 (分管领导, 13900000004)按下 1",
            "恰好收到了该收到的消息",
        ),
        "postgres": ("hangs up without pressing", "presses 1", "Exactly the expected messages"),
    }
    # Each is half a minute of waiting for its own clock; together they wait once.
    telling = {
        name: subprocess.Popen(
            [sys.executable, ROOT / "cli.py", "demo", *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )
        for name, more in flags.items()
    }
    try:
        told = {name: process.communicate(timeout=PATIENCE)[0] for name, process in telling.items()}
    finally:
        for process in telling.values():
            process.kill()
    for name, process in telling.items():
        assert process.returncode == 0, told[name]
        for word in words[name]:
            assert word in told[name]
        assert "✗" not in told[name]
        assert told[name].count("14:15:") > 8


def plain(text: str) -> str:
    """English is its own translation."""
    return text


def wanted(number: str = "1", kind: str = "sms", minute: int = 0) -> Expected:
    """A message that must come."""
    at = START + timedelta(minutes=minute)
    return Expected(who="Zhang", number=number, kind=kind, at=at, words=("DH1",))


def came(number: str = "1", kind: str = "sms", seconds: float = 0.5, text: str = "DH1") -> Seen:
    """A message that came."""
    return Seen(number=number, kind=kind, at=START + timedelta(seconds=seconds), text=text)


def wrong(expected: list[Expected], seen: list[Seen], never: tuple[str, ...] = ()) -> list[str]:
    """What the verdict finds wrong."""
    checks: list[Check] = compare(plain, expected, seen, never=never, tolerance=TOLERANCE)
    return [check.wrong for check in checks if check.wrong]


def test_what_was_expected_and_came_is_right() -> None:
    """Two messages to one phone may come in either order."""
    expected = [wanted(), wanted(minute=15)]
    assert wrong(expected, [came(seconds=901), came()]) == []


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ([], "never came"),
        ([came(number="2")], "never came"),
        ([came(kind="call")], "never came"),
        ([came(seconds=-0.1)], "came 0.1 s early"),
        ([came(seconds=51)], "came 51.0 s late"),
        ([came(text="DH2")], "does not say “DH1”: DH2"),
        ([came(), came()], "nobody expected it: DH1"),
        ([came(), came(kind="hang-up", text="")], "nobody expected it"),
    ],
)
def test_one_wrong_message_spoils_the_verdict(seen: list[Seen], words: str) -> None:
    """Missing, elsewhere, by another channel, early, late, saying something else, or too many."""
    assert any(words in one for one in wrong([wanted()], seen))


def test_a_word_about_the_caller_spoils_the_verdict() -> None:
    """Even a message that is right in everything else may not say who called."""
    seen = [came(text="DH1 德新大街88号")]
    assert wrong([wanted()], seen, never=("德新大街88号",)) == ["told to 1"]
