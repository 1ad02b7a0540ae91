"""From a policy file's text to a book of ladders, or to every fault in it at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from oncall.core.errors import Fault
from oncall.core.model import Channel, Colour, Morning, Policy, Quiet, Step, Urgency
from oncall.core.policies import values
from oncall.core.policies.book import DEFAULT_ZONE, PolicyBook
from oncall.core.policies.checks import Placed, check_book, check_policy, check_steps
from oncall.core.policies.deadlines import TERM_KEYS, read_terms
from oncall.core.policies.handover import HANDOVER_KEYS, read_handover
from oncall.core.policies.life import LIFE_KEYS, read_life
from oncall.core.policies.reader import Reader, Table
from oncall.core.policies.supervision import read_oversight
from rosters.toml_lines import Path, load

_NOTHING = timedelta()
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)

_COMMON = ("name", "zone", "hours", "late_after")
_TOP = (*_COMMON, *TERM_KEYS, "supervision", *HANDOVER_KEYS, *LIFE_KEYS, "policy")
_POLICY = (
    *_COMMON,
    "urgency",
    "category",
    "ack_within",
    "useful_life",
    "first_action",
    "first_action_working",
    "exhausted_after",
    "alarm_every",
    "quiet",
    "step",
)
_STEP = ("level", "ask", "channels", "after", "morning", "draft")
_MORNING = ("clock", "not_before", "days_later")
_QUIET = ("since", "until", "from_level")

#: With a broken line left out, what seems to be missing may stand on that line.
_MAY_BE_ON_A_BROKEN_LINE = frozenset(
    f"policy.{code}"
    for code in (
        "missing_key",
        "missing_urgency",
        "missing_term",
        "no_policies",
        "no_steps",
        "no_asks",
        "no_channels",
        "no_time",
        "first_level",
        "ack_too_short",
    )
)


def parse(
    text: str,
    filename: str,
    *,
    units: Collection[str] | None = None,
    two_way: Collection[Channel] = frozenset(Channel),
) -> tuple[PolicyBook | None, list[Fault]]:
    """Read a policy file; with errors there is no book, with only warnings there is one.

    Every fault of the file is in the list, in the order of its lines, with ``where`` as
    "file:LINE". ``units`` are the known unit codes (None: do not check), ``two_way`` the channels
    on which people can answer here.
    """
    data, broken, rest = load(text)
    reader = _Reader(filename, rest, units, two_way)
    for line, problem in broken:
        reader.faults.append((line, reader.at_line(line, "policy.syntax", "", problem=problem)))
    book = reader.book(data)
    found = reader.faults
    if broken:
        found = [f for f in found if f[1].code not in _MAY_BE_ON_A_BROKEN_LINE]
    faults = [fault for _, fault in sorted(found, key=lambda f: f[0])]
    if any(f.severity == "error" for f in faults):
        return None, faults
    return book, faults


class _Reader(Reader):
    """Reads tables into ladders."""

    def __init__(
        self,
        filename: str,
        text: str,
        units: Collection[str] | None,
        two_way: Collection[Channel],
    ) -> None:
        super().__init__(filename, text)
        self._units = units
        self._ask = values.ask(units)
        self._two_way = two_way

    # -- the parts of a file ---------------------------------------------------------------

    def book(self, data: Table) -> PolicyBook | None:
        self.known(data, (), _TOP)
        name = self.take(data, (), "name", values.text) or "policy"
        common = self._common(data, ())
        found: list[Placed[Policy]] = []
        tables = self.tables(data, (), "policy")
        for path, table in tables:
            policy = self._policy(table, path, common, name)
            category = self.take(table, path, "category", values.text)
            if policy is not None:
                found.append(Placed(path, policy, category))
        # A ladder with a fault of its own is there all the same.
        wanted = {str(t.get("urgency")) for _, t in tables if "category" not in t}
        check_book(self.fault, self.lines, found, wanted, bool(data.get("policy")))
        return PolicyBook(
            name=name,
            policies={(p.note, p.value.urgency): p.value for p in found},
            terms=read_terms(self, data, common, self._units),
            oversight=read_oversight(self, data, self._units),
            handover=read_handover(self, data, self._units),
            life=read_life(self, data, self._units),
        )

    def _common(self, table: Table, path: Path) -> dict[str, Any]:
        found = {
            "zone": self.take(table, path, "zone", values.zone),
            "hours": self.take(table, path, "hours", values.hours),
            "late_after": self.take(table, path, "late_after", values.duration(_SECOND)),
        }
        return {key: value for key, value in found.items() if value is not None}

    def _policy(self, table: Table, path: Path, common: dict[str, Any], book: str) -> Policy | None:
        self.known(table, path, _POLICY)
        before = len(self.faults)
        urgency = self.take(table, path, "urgency", values.word(Urgency), example='"urgent"')

        def length(key: str, least: timedelta, example: str) -> timedelta | None:
            return self.take(table, path, key, values.duration(least), example=f'"{example}"')

        ack_within = length("ack_within", _MINUTE, "15m")
        useful_life = length("useful_life", _SECOND, "10m")
        first_action = length("first_action", _MINUTE, "1h")
        exhausted_after = length("exhausted_after", _MINUTE, "15m")
        # Shorter, and a forgotten page would flood the desk that should help.
        alarm_every = length("alarm_every", _MINUTE, "15m")
        working = self.take(table, path, "first_action_working", values.flag)
        own = {"zone": DEFAULT_ZONE, **common, **self._common(table, path)}
        name = self.take(table, path, "name", values.text)
        quiet = self._quiet(table, path)
        steps = self._steps(table, path)
        check_policy(self.fault, path, urgency, ack_within, quiet, steps, self._two_way)
        if (
            urgency is None
            or ack_within is None
            or useful_life is None
            or first_action is None
            or exhausted_after is None
            or alarm_every is None
            or any(f.severity == "error" for _, f in self.faults[before:])
        ):
            return None
        return Policy(
            name=name or f"{book}-{urgency}",
            urgency=urgency,
            ack_within=ack_within,
            steps=tuple(s.value for s in steps),
            useful_life=useful_life,
            first_action=first_action,
            first_action_working=bool(working),
            exhausted_after=exhausted_after,
            alarm_every=alarm_every,
            quiet=quiet,
            **own,
        )

    def _quiet(self, table: Table, path: Path) -> Quiet | None:
        inner = self.table(table, path, "quiet", _QUIET)
        if inner is None:
            return None
        at = (*path, "quiet")
        since = self.take(inner, at, "since", values.clock, example='"22:00"')
        until = self.take(inner, at, "until", values.clock, example='"08:00"')
        level = self.take(inner, at, "from_level", values.level, example="3")
        if since is None or until is None or level is None:
            return None
        if since == until:
            self.fault((*at, "until"), "quiet_empty", since.strftime("%H:%M"))
            return None
        return Quiet(since=since, until=until, from_level=level)

    def _steps(self, table: Table, path: Path) -> list[Placed[Step]]:
        out: list[Placed[Step]] = []
        tables = self.tables(table, path, "step")
        if not tables and not table.get("step"):
            self.fault(path, "no_steps")
        for at, inner in tables:
            step = self._step(inner, at)
            if step is not None:
                out.append(Placed(at, step, None))
        check_steps(self.fault, out, complete=len(out) == len(tables))
        return out

    def _step(self, table: Table, path: Path) -> Step | None:
        self.known(table, path, _STEP)
        level = self.take(table, path, "level", values.level, example="1")
        asks = self.items(table, path, "ask", self._ask)
        channels = self.items(table, path, "channels", values.channel)
        after = self.take(table, path, "after", values.duration(_NOTHING))
        morning = self._morning(table, path)
        draft = self.take(table, path, "draft", values.word(Colour))
        if asks == ():
            self.fault(path, "no_asks")
        if channels == ():
            self.fault(path, "no_channels")
        if "after" in table and "morning" in table:
            self.fault((*path, "morning"), "two_times")
            return None
        if "after" not in table and "morning" not in table:
            self.fault(path, "no_time")
        if level is None or (after is None and morning is None):
            return None
        return Step(
            level=level,
            asks=asks or (),
            channels=channels or (),
            after=after,
            morning=morning,
            draft=draft,
        )

    def _morning(self, table: Table, path: Path) -> Morning | None:
        inner = self.table(table, path, "morning", _MORNING)
        if inner is None:
            return None
        at = (*path, "morning")
        clock = self.take(inner, at, "clock", values.clock, example='"09:00"')
        later = self.take(inner, at, "days_later", values.days)
        not_before = self.take(inner, at, "not_before", values.duration(_NOTHING), example='"24h"')
        if clock is None or not_before is None:
            return None
        return Morning(clock=clock, not_before=not_before, days_later=later or 0)
