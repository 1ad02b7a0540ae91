"""Moments and months as people type them: with an offset, or as the wall shows them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.session import session_of
from oncall.core.words import N_

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?")
_AHEAD = re.compile(r"([+-]\d{1,5})([mhd])")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class MomentType(click.ParamType[str]):
    """An RFC 3339 moment, or local wall time; kept as typed until the zone and `now` are known."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what no zone could make a moment of."""
        if read_moment(str(value), ZoneInfo("UTC"), datetime(2000, 1, 1, tzinfo=UTC)) is None:
            said = N_(
                "“{value}” is no moment. Write 2026-11-03T14:00+08:00, or as your clock shows it: "
                "“2026-11-03 14:00”, 14:00 for today, +2h for in two hours."
            )
            t = session_of(ctx).t if ctx is not None else str
            self.fail(t(said).format(value=value), param, ctx)
        return str(value)


class MonthType(click.ParamType[tuple[int, int]]):
    """A month, as (year, month)."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Year and month of 2026-11 and its like."""
        if isinstance(value, tuple):
            return value
        found = _MONTH.fullmatch(str(value).strip())
        if found is None or not 1 <= int(found[2]) <= 12:
            t = session_of(ctx).t if ctx is not None else str
            self.fail(
                t(N_("“{value}” is no month. Write 2026-11.")).format(value=value), param, ctx
            )
        return int(found[1]), int(found[2])


MOMENT = MomentType()
MONTH = MonthType()


def read_moment(text: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The UTC moment meant by ``text``; None when it is none. What has no offset is in ``zone``."""
    word = text.strip().replace("：", ":").replace("T", " ").replace("t", " ")
    if word in ("now", "现在"):
        return now
    if ahead := _AHEAD.fullmatch(word):
        return now + timedelta(**{_UNITS[ahead[2]]: int(ahead[1])})
    if clock := _CLOCK.fullmatch(word):
        today = now.astimezone(zone).date()
        return _at(today, int(clock[1]), int(clock[2]), int(clock[3] or 0), zone)
    day, _, rest = word.replace("/", "-").partition(" ")
    if rest.startswith("24:00"):
        word, extra = f"{day} 00:00{rest[5:]}", timedelta(days=1)
    else:
        word, extra = f"{day} {rest}".strip(), timedelta()
    try:
        moment = datetime.fromisoformat(word.replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC) + extra
    except OverflowError:
        return None


def _at(day: date, hour: int, minute: int, second: int, zone: ZoneInfo) -> datetime | None:
    if hour == 24:
        if minute or second:
            return None
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return datetime.combine(day, time(hour, minute, second), zone).astimezone(UTC)


def moment_of(ctx: click.Context, text: str | None, now: datetime) -> datetime:
    """The moment an option names; ``now`` where it was not given."""
    if text is None:
        return now
    moment = read_moment(text, session_of(ctx).settings.zone, now)
    if moment is None:
        raise click.BadParameter(text)
    return moment


def month_span(month: tuple[int, int], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A local month as a half-open UTC interval."""
    year, number = month
    after = (year + 1, 1) if number == 12 else (year, number + 1)
    start, end = (datetime(y, m, 1, tzinfo=zone).astimezone(UTC) for y, m in (month, after))
    return start, end
