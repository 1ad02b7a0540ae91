"""A unit's mapping file: answers somebody wrote down once, as TOML kept with the rosters.

unit = "TWN-XUNZHONG"       hours = "08:00-08:00"
[shifts]   "24小时" = "08:00-08:00"
[columns]  "D" = "leader"   "值班人员" = ["primary", "deputy"]   "门卫" = "ignore"
[people]   "陈局" = "陈建国"
[units]    "城管局" = "GOV-URBAN"
[roles]    "总值班" = "leader"
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from rosters.clocks import read_clock
from rosters.columns import Kind, column_key
from rosters.errors import problem
from rosters.habits import Habits, Rule
from rosters.model import ROLES, Problem
from rosters.text import clean, fold_name, role, squeeze
from rosters.toml_lines import line_of, locate

#: How a column may be called in the file, beside the words for roles.
_KINDS: Mapping[str, Kind] = {
    word: kind
    for kind, words in {
        Kind.DATE: "date 日期",
        Kind.WEEKDAY: "weekday 星期",
        Kind.SHIFT: "shift 班次",
        Kind.PHONE: "phone 电话 手机",
        Kind.REMARK: "remark 备注",
        Kind.UNIT: "unit 单位",
        Kind.IDLE: "ignore 忽略 不读",
    }.items()
    for word in words.split()
}
_WORDS = ("unit", "hours")
_TABLES = ("shifts", "columns", "people", "units", "roles")
_MAX_BYTES = 256 * 1024


def parse(data: bytes, filename: str) -> tuple[Habits, list[Problem]]:
    """The answers of a mapping file, and everything wrong with it, each with its line.

    Where anything is wrong, the right answers are still returned: reading on finds more problems.
    """
    try:
        if len(data) > _MAX_BYTES:
            raise ValueError(f"> {_MAX_BYTES // 1024} KB")
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        line = re.search(r"at line (\d+)", str(wrong))
        where = f"{filename}:{line[1]}" if line else filename
        return Habits(name=filename), [problem("mapping-broken", where, detail=wrong)]
    return _Parser(filename, table, locate(text)).read()


class _Parser:
    def __init__(self, name: str, table: Mapping[str, Any], lines: Mapping[Any, int]) -> None:
        self.name = name
        self.table = table
        self.lines = lines
        self.problems: list[Problem] = []

    def read(self) -> tuple[Habits, list[Problem]]:
        for key in self.table:
            if key not in (*_WORDS, *_TABLES):
                known = ", ".join((*_WORDS, *(f"[{name}]" for name in _TABLES)))
                self._tell("mapping-unknown", (key,), key, known=known)
        habits = Habits(
            name=self.name,
            unit=self._word("unit", str) or None,
            hours=self._word("hours", self._clock) or "",
            shifts=self._answers("shifts", str, self._clock),
            columns=self._answers("columns", column_key, self._rule),
            people=self._answers("people", fold_name, self._text),
            units=self._answers("units", str, self._text),
            roles=self._answers("roles", lambda key: squeeze(clean(key)), self._role),
        )
        return habits, self.problems

    def _tell(self, code: str, path: tuple[str, ...], value: object, **params: object) -> None:
        where = f"{self.name}:{line_of(self.lines, path)}"
        self.problems.append(problem(code, where, value, **params))

    def _word(self, key: str, read: Callable[[str], Any]) -> str:
        value = self.table.get(key, "")
        if not isinstance(value, str):
            self._tell("mapping-text", (key,), value)
            return ""
        if value and read(value) is None:
            self._tell("mapping-clock", (key,), value)
            return ""
        return value.strip()

    def _answers(
        self, name: str, fold: Callable[[str], str], read: Callable[[Any], Any]
    ) -> dict[str, Any]:
        table = self.table.get(name, {})
        if not isinstance(table, dict):
            self._tell("mapping-table", (name,), name, name=name)
            return {}
        found: dict[str, Any] = {}
        for key, value in table.items():
            answer = read(value)
            if answer is None:
                self._tell(_WRONG[name], (name, key), value)
            elif fold(key) in found and found[fold(key)] != answer:
                self._tell("mapping-twice", (name, key), key)
            else:
                found[fold(key)] = answer
        return found

    @staticmethod
    def _clock(value: Any) -> str | None:
        return value if isinstance(value, str) and read_clock(value) else None

    @staticmethod
    def _text(value: Any) -> str | None:
        return clean(value) or None if isinstance(value, str) else None

    @staticmethod
    def _role(value: Any) -> str | None:
        if not isinstance(value, str):
            return None
        return value if value in ROLES else role(value)

    def _rule(self, value: Any) -> Rule | None:
        if isinstance(value, str) and (kind := _KINDS.get(squeeze(clean(value)))):
            return Rule(kind=kind.value)
        words = value if isinstance(value, list) else [value]
        roles = [self._role(word) for word in words]
        if not roles or None in roles:
            return None
        return Rule(kind=Kind.PERSON.value, roles=tuple(word for word in roles if word))


#: What to say of a value that does not belong into a section.
_WRONG = {
    "shifts": "mapping-clock",
    "columns": "mapping-column",
    "people": "mapping-text",
    "units": "mapping-text",
    "roles": "mapping-role",
}
