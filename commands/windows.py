"""Stretches of time as options: --from and --to, half-open, with what they are when not given."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from commands.lazy import option
from commands.moments import MOMENT, moment_of
from commands.session import session_of
from oncall.core.words import N_
from oncall.duty import LONGEST

from_option = option("--from", "start", type=MOMENT, metavar="TIME", help=N_("From when."))
to_option = option("--to", "end", type=MOMENT, metavar="TIME", help=N_("Until when."))
units_option = option(
    "--unit", "units", multiple=True, metavar="CODE", help=N_("Only this unit; repeatable.")
)


def window(
    ctx: click.Context, start: str | None, end: str | None, now: datetime, usual: timedelta
) -> tuple[datetime, datetime]:
    """The stretch two options name: from now, and for ``usual``, where they do not say."""
    t = session_of(ctx).t
    first = moment_of(ctx, start, now.replace(second=0, microsecond=0))
    last = moment_of(ctx, end, first) if end else first + usual
    if last <= first:
        raise click.UsageError(t(N_("--to must be later than --from.")))
    if last - first > LONGEST:
        said = t(N_("At most {days} days are looked at in one go."))
        raise click.UsageError(said.format(days=LONGEST.days))
    return first, last
