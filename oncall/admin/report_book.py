"""The figures of a period as a workbook with charts, for whoever must put them on a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from oncall.core.kpi import Figures, Period, Rate, Report, Spread
from oncall.core.kpi.names import NAMES, PROFILES, names
from oncall.core.words import N_, URGENCY, Text
from rosters.workbook import Among, Chart, Share, Table, workbook

_BUCKETS = (
    N_("up to 1 min"),
    N_("1–5 min"),
    N_("5–15 min"),
    N_("15–30 min"),
    N_("over 30 min"),
)
_RATIO = N_("{name} (of / out of)")
_MEDIAN, _P90 = N_("{name}, median (s)"), N_("{name}, 90% within (s)")
#: Units in the chart: more could not be read.
_CHARTED = 25
_DAY = "%Y-%m-%d"


def book(t: Text, found: Report, unit_name: Callable[[str], str], zone: ZoneInfo) -> bytes:
    """The .xlsx bytes: the whole, every unit, and how long answers took."""
    title = heading(t, found, zone)
    return workbook(
        (
            _whole(t, found, title),
            _units(t, found, title, unit_name),
            _answers(t, found, title),
        )
    )


def heading(t: Text, found: Report, zone: ZoneInfo) -> str:
    """What stands above every table: which evaluator, which days."""
    first, last = days(found.period, zone)
    said = t(N_("Figures for the {profile}, {first} to {last}"))
    return said.format(profile=t(PROFILES[found.profile]), first=first, last=last)


def days(period: Period, zone: ZoneInfo) -> tuple[str, str]:
    """The first and the last day of a period."""
    last = period.end - timedelta(seconds=1)
    first, final = (m.astimezone(zone).strftime(_DAY) for m in (period.start, last))
    return first, final


def spoken(value: object) -> str:
    """A figure for people: per cent with what it is made of, or the median and P90."""
    if isinstance(value, Rate):
        return "–" if value.value is None else f"{value.value:.1%} ({value.of}/{value.out_of})"
    if isinstance(value, Spread):
        if value.median is None or value.p90 is None:
            return "–"
        return f"{clock(value.median)} / {clock(value.p90)}"
    return str(value)


def clock(seconds: float) -> str:
    """Minutes and seconds, as on a stopwatch; hours where it takes them."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _whole(t: Text, found: Report, title: str) -> Table:
    columns = {t(N_("all")): found.total} | {
        t(URGENCY[urgency]): figures for urgency, figures in found.urgencies.items()
    }
    heads = [t(N_("Figure"))]
    for column in columns:
        heads += [column, t(_RATIO).format(name=column)]
    rows: list[list[object]] = []
    for name in names(found.profile):
        label = t(NAMES[name])
        values = [getattr(figures, name) for figures in columns.values()]
        if isinstance(values[0], Spread):
            for source, pick in ((_MEDIAN, "median"), (_P90, "p90")):
                cells = [(getattr(value, pick), Among(count=value.count)) for value in values]
                rows.append([t(source).format(name=label), *(c for two in cells for c in two)])
            continue
        cells_of = [_pair(value) for value in values]
        rows.append([label, *(cell for two in cells_of for cell in two)])
    return Table(name=t(N_("Whole")), title=title, heads=heads, rows=rows)


def _pair(value: object) -> tuple[object, object]:
    if isinstance(value, Rate):
        return Share(value=value.value), f"{value.of} / {value.out_of}"
    return value, None


def _units(t: Text, found: Report, title: str, unit_name: Callable[[str], str]) -> Table:
    shown = names(found.profile)
    heads = [t(N_("Unit"))]
    for name in shown:
        label = t(NAMES[name])
        if isinstance(getattr(found.total, name), Spread):
            heads += [t(_MEDIAN).format(name=label), t(_P90).format(name=label)]
        else:
            heads.append(label)
    busiest = sorted(found.units.items(), key=lambda kv: (-kv[1].pages, kv[0]))
    rows = [[unit_name(code), *_row(figures, shown)] for code, figures in busiest]
    charted = min(_CHARTED, sum(1 for _, figures in busiest if figures.pages))
    charts = []
    if charted:
        column = heads.index(t(NAMES["ack_in_time"]))
        charts.append(
            Chart(
                title=t(NAMES["ack_in_time"]),
                labels=0,
                values=column,
                first=0,
                last=charted - 1,
                at=f"B{len(rows) + 5}",
                wide=True,
                percent=True,
            )
        )
    return Table(name=t(N_("By unit")), title=title, heads=heads, rows=rows, charts=charts)


def _row(figures: Figures, shown: list[str]) -> list[object]:
    row: list[object] = []
    for name in shown:
        value = getattr(figures, name)
        if isinstance(value, Spread):
            row += [value.median, value.p90]
        else:
            row.append(Share(value=value.value) if isinstance(value, Rate) else value)
    return row


def _answers(t: Text, found: Report, title: str) -> Table:
    scopes: Mapping[str, Figures] = {t(N_("all")): found.total} | {
        t(URGENCY[urgency]): figures for urgency, figures in found.urgencies.items()
    }
    rows = [
        [t(bucket), *(figures.ack_time.buckets[i] for figures in scopes.values())]
        for i, bucket in enumerate(_BUCKETS)
    ]
    charts = [
        Chart(title=name, labels=0, values=i, first=0, last=len(rows) - 1, at=at)
        for i, (name, at) in enumerate(zip(scopes, ("G2", "G20", "Q2", "Q20"), strict=True), 1)
    ]
    label = t(NAMES["ack_time"])
    heads = [label, *scopes]
    return Table(name=label, title=title, heads=heads, rows=rows, charts=charts)
