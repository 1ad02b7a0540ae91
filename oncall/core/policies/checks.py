"""What must hold between the values of a ladder: its order, its times, a way to answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Generic, Protocol, TypeVar

from oncall.core.model import Channel, Colour, Policy, Quiet, Step, Urgency
from oncall.core.policies.values import written
from rosters.toml_lines import Path, line_of

Value = TypeVar("Value")

_COLOURS = tuple(Colour)


class Report(Protocol):
    """Takes down one fault at one place."""

    def __call__(
        self, path: Path, code: str, value: object = "", *, severity: str = "error", **params: str
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Placed(Generic[Value]):
    """A value and where it stands; ``note`` is a policy's category."""

    path: Path
    value: Value
    note: str | None


def check_steps(report: Report, steps: Sequence[Placed[Step]], *, complete: bool) -> None:
    """Levels and times only grow, and so do the colours; level 1 comes first."""
    if steps and complete and steps[0].value.level != 1:
        report((*steps[0].path, "level"), "first_level", steps[0].value.level)
    graver = -1
    for i, placed in enumerate(steps):
        step, path = placed.value, placed.path
        if i:
            _check_order(report, steps[i - 1].value, step, path)
        if step.draft is not None:
            if _COLOURS.index(step.draft) < graver:
                before = _COLOURS[graver]
                report((*path, "draft"), "colour_order", step.draft, before=before)
            graver = max(graver, _COLOURS.index(step.draft))


def _check_order(report: Report, before: Step, step: Step, path: Path) -> None:
    if step.level < before.level:
        report((*path, "level"), "level_order", step.level, before=str(before.level))
        return
    ahead, here = _moment(before), _moment(step)
    if here > ahead or (here == ahead and step.level == before.level):
        return
    key = "after" if step.morning is None else "morning"
    report((*path, key), "time_order", _shown(step), before=_shown(before))


def _moment(step: Step) -> tuple[bool, timedelta, int, time]:
    """A key that orders steps as they can be relied on to fall; a morning is after all minutes."""
    if step.morning is None:
        return (False, step.after or timedelta(), 0, time())
    m = step.morning
    return (True, m.not_before, m.days_later, m.clock)


def _shown(step: Step) -> str:
    if step.morning is None:
        return written(step.after or timedelta())
    m = step.morning
    later = f" +{m.days_later}" if m.days_later else ""
    return f"{m.clock:%H:%M} >{written(m.not_before)}{later}"


def check_policy(
    report: Report,
    path: Path,
    urgency: Urgency | None,
    ack_within: timedelta | None,
    quiet: Quiet | None,
    steps: Sequence[Placed[Step]],
    two_way: Collection[Channel],
) -> None:
    """The ladder begins before an answer is due, can be answered, and waits only if routine."""
    if quiet is not None and urgency not in (Urgency.ROUTINE, None):
        report((*path, "quiet"), "quiet_not_routine", urgency)
    if not steps:
        return
    first = steps[0].value
    begins = first.after if first.morning is None else first.morning.not_before
    if ack_within is not None and begins is not None and begins >= ack_within:
        report((*path, "ack_within"), "ack_too_short", written(ack_within), first=written(begins))
    used = dict.fromkeys(c for s in steps for c in s.value.channels)
    if used and not any(c in two_way for c in used):
        report(path, "one_way", ", ".join(used), severity="warning")


def check_book(
    report: Report,
    lines: Mapping[Path, int],
    found: Sequence[Placed[Policy]],
    wanted: Collection[str],
    any_policy: bool,
) -> None:
    """Each urgency has one ladder for any category; ``wanted`` are those the file tries to give."""
    seen: dict[tuple[str | None, Urgency], Path] = {}
    for placed in found:
        key = (placed.note, placed.value.urgency)
        if key in seen:
            line = str(line_of(lines, seen[key]))
            shown = key[1] if key[0] is None else f"{key[0]}/{key[1]}"
            report(placed.path, "duplicate", shown, line=line)
        seen.setdefault(key, placed.path)
    if not any_policy:
        report((), "no_policies")
        return
    for urgency in Urgency:
        if urgency not in wanted:
            report((), "missing_urgency", urgency)
