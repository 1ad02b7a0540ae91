"""Help that fits the screen: a Chinese character takes two columns, and a line may end after it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import click

_OPEN, _CLOSE = "（《“‘【", "，。；：、！？）》”’】…"
_WIDE = "\u2e80-\uffef"
#: What stays on one line: a word or a wide character, with the punctuation that clings to it.
_PIECE = re.compile(rf"[{_OPEN}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSE}]*\s*")


def columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def wrap(text: str, width: int) -> Iterator[str]:
    """``text`` in lines of at most ``width`` columns; only a longer word makes a longer line."""
    line = ""
    for piece in _PIECE.findall(text):
        if line and columns((line + piece).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
    if line:
        yield line.rstrip()


class Formatter(click.HelpFormatter):
    """click's own, which counts characters; here columns are counted."""

    def write_text(self, text: str) -> None:
        """A paragraph, at the present indentation."""
        super().write_text(_as_it_is(text, self.width - self.current_indent))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Names and what they mean, in two columns."""
        rows = list(rows)
        first = min(max(columns(name) for name, _ in rows), col_max) + col_spacing
        room = max(self.width - first - self.current_indent, 10)
        told = [(name, _as_it_is(about, room)) for name, about in rows]
        super().write_dl(told, col_max, col_spacing)


class Context(click.Context):
    """A call whose help is laid out by columns."""

    formatter_class = Formatter


def _as_it_is(text: str, width: int) -> str:
    r"""Broken into lines; \b asks click to leave them so."""
    return "\n".join(["\b", *wrap(text, width)]) if text else text
