"""Arguments that several commands take, and their one meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from commands.lazy import option
from oncall.core.words import N_

#: A transfer: its id, its printed number, or origin:number of the sender.
ID = click.argument("id", metavar="ID")
BY = option("--by", metavar="NAME", help=N_("Who says so (default: whoever sits here)."))
WHY = option("--why", default="", metavar="TEXT", help=N_("Their reason, for the record."))


def limit_option(default: int) -> Callable[[Any], Any]:
    """How long a list may be."""
    return option(
        "--limit",
        type=click.IntRange(1, 500),
        default=default,
        show_default=True,
        help=N_("How many at most."),
    )
