"""Tables on a terminal: ruled, as wide as they need, wrapped where the terminal ends."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import ROUNDED
from rich.console import Console
from rich.table import Table
from rich.text import Text


def show(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on stdout; honours NO_COLOR and the terminal's width."""
    table = Table(box=ROUNDED, header_style="bold", border_style="dim", pad_edge=True)
    for head in heads:
        table.add_column(Text(head), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False, markup=False).print(table)
