"""A TOML text with all that is broken in it at once, and where each key and value stands.

tomllib stops at the first mistake and does not say where what it read stood.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

#: The way to a value: table names, keys, and positions in arrays.
Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'"
    r"|#[^\n]*|\n|[ \t\r]+|[\[\]{},=.]|[^\s\[\]{},=.#\"']+|.",
    re.DOTALL,
)


_AT = re.compile(r"(?P<problem>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.S)
_MOST_BROKEN_LINES = 20


def load(text: str) -> tuple[Mapping[str, Any], list[tuple[int, str]], str]:
    """The tables, the broken lines with what is wrong, and the text without those lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n")
    broken: list[tuple[int, str]] = []
    while True:
        rest = "\n".join(lines)
        try:
            return tomllib.loads(rest), broken, rest
        except (ValueError, RecursionError) as error:
            found = _AT.fullmatch(str(error))
            line = int(found["line"]) if found and found["line"] else len(lines)
            problem = found["problem"] if found else "it cannot be read"
            # What follows a broken line directly is mostly the same mistake seen again.
            again = bool(broken) and line <= broken[-1][0] + 1
            if not again:
                broken.append((line, problem))
            if again or len(broken) > _MOST_BROKEN_LINES or not lines[line - 1].strip():
                return {}, broken, ""
            _leave_out(lines, line - 1)


def _leave_out(lines: list[str], index: int) -> None:
    """Blank one line; with the head of a table goes all that would fall to the table before it."""
    head = lines[index].lstrip().startswith("[")
    lines[index] = ""
    while head and index + 1 < len(lines) and not lines[index + 1].lstrip().startswith("["):
        index += 1
        lines[index] = ""


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of ``path``, or of the nearest thing around it that has one; at least 1."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def locate(text: str) -> dict[Path, int]:
    """The line (from 1) of every table, key and array element of a text that is TOML; for any
    other the answers are best guesses, never errors."""
    scan = _Scan()
    line = 1
    for found in _TOKEN.finditer(text):
        piece = found.group()
        scan.take(piece, line)
        line += piece.count("\n")
    return scan.lines


class _Scan:
    """A walk over the tokens, keeping the table and the array it is in."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self._table: Path = ()
        self._counts: dict[Path, int] = {}
        self._words: list[str] = []
        self._brackets = ""
        #: Set while inside a value: the path of what is open, one for each bracket.
        self._open: list[Path] = []
        self._at: list[int] = []
        self._value = False
        self._fresh = False

    def take(self, piece: str, line: int) -> None:
        if piece.startswith("#") or not piece.strip(" \t\r"):
            return
        if piece == "\n":
            if self._value and not self._at:
                self._value = False
            if not self._value:
                self._end_header(line)
                self._words = []
        elif self._value:
            self._in_value(piece, line)
        else:
            self._in_key(piece, line)

    def _in_key(self, piece: str, line: int) -> None:
        if piece in "[]":
            self._brackets += piece
        elif piece == "=":
            path = self._table + tuple(self._words)
            for end in range(len(self._table) + 1, len(path) + 1):
                self.lines.setdefault(path[:end], line)
            self._value, self._fresh = True, True
            self._open, self._at = [path], []
        elif piece != ".":
            self._words.append(_bare(piece))

    def _end_header(self, line: int) -> None:
        if not self._brackets:
            return
        path: Path = ()
        for depth, word in enumerate(self._words):
            path = (*path, word)
            last = depth == len(self._words) - 1
            if last and self._brackets.startswith("[["):
                self._counts[path] = self._counts.get(path, -1) + 1
                self.lines.setdefault(path, line)
            if path in self._counts:
                path = (*path, self._counts[path])
        self._table = path
        self.lines.setdefault(path, line)
        self._brackets = ""

    def _in_value(self, piece: str, line: int) -> None:
        if piece in "]}":
            if self._at:
                self._at.pop()
                self._open.pop()
            return
        if piece == ",":
            if self._at and self._at[-1] >= 0:
                self._at[-1] += 1
            self._fresh = True
            return
        if self._fresh and self._at and self._at[-1] >= 0:
            # The first piece of an element. Inline tables keep to their element's line.
            self.lines.setdefault((*self._open[-1], self._at[-1]), line)
        self._fresh = piece == "["
        if piece in "[{":
            inside = (*self._open[-1], self._at[-1]) if self._at else self._open[-1]
            self._open.append(inside)
            self._at.append(0 if piece == "[" else -1)


def _bare(piece: str) -> str:
    return piece[1:-1] if piece[:1] in "\"'" else piece
