"""The lines of a mapping file that would answer what a roster left open, ready to be copied."""

import json
from collections.abc import Callable, Iterable, Mapping

from rosters.errors.message import N_
from rosters.model import Problem

#: What a shift of this name mostly lasts. Only proposed: whoever copies the line decides.
_USUAL: Mapping[str, str] = {
    "24小时": "08:00-08:00",
    "全天": "08:00-08:00",
    "白班": "08:00-20:00",
    "夜班": "20:00-08:00",
    "早班": "08:00-16:00",
    "中班": "16:00-24:00",
    "大夜班": "00:00-08:00",
    "小夜班": "16:00-24:00",
}
_HOURS = N_("from when to when; 20:00-08:00 ends the next day")
_ROLE = N_("or primary, deputy, leader, team")
_COLUMN = N_("or a role, or date, weekday, shift, phone, remark, unit")
_NAME = N_("the full name")
_UNIT = N_("the unit's code or name")
#: Where there is nothing to propose: a value that is refused until somebody writes another.
_OPEN = "?"


def answers(problems: Iterable[Problem], translate: Callable[[str], str] = str) -> str:
    """TOML with one line per open question, each with what may be written there; "" for none.

    Every line reads back as it stands, or is refused with its line: nothing is answered by merely
    copying, unless the proposed value was looked at.
    """
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for problem in problems:
        if line := _line(problem):
            section, key, value, hint = line
            found.setdefault(section, {}).setdefault(key, (value, hint))
    out: list[str] = []
    for section in sorted(found):
        if section:
            out.append(f"\n[{section}]")
        for key, (value, hint) in found[section].items():
            name = _quoted(key) if section else key
            out.append(f"{name} = {_quoted(value)}  # {translate(hint)}")
    return "\n".join(out).strip() + "\n" if out else ""


def _line(problem: Problem) -> tuple[str, str, str, str] | None:
    """Section, key, value and hint of the line that answers a problem."""
    value = problem.value
    match problem.code:
        case "shift-missing":
            return "", "hours", _USUAL["24小时"], _HOURS
        case "shift-unknown" | "shift-clock-conflict":
            clocks = problem.params.get("clocks", "").split(", ")[0]
            return "shifts", value, clocks or _USUAL.get(value, _OPEN), _HOURS
        case "column-ignored":
            return "columns", value, "ignore", _COLUMN
        case "row-unlabelled" if value:
            return "columns", value, _OPEN, _ROLE
        case "role-unknown":
            return "roles", value, _OPEN, _ROLE
        case "address-unclear" | "address-nobody":
            names = problem.params["names"].split("、")
            only = names[0] if len(names) == 1 and names[0] else _OPEN
            return "people", problem.params["name"], only, _NAME
        case "unit-missing":
            return "", "unit", _OPEN, _UNIT
        case "unit-unknown":
            return "units", value, _OPEN, _UNIT
        case _:
            return None


def _quoted(text: str) -> str:
    # JSON's string is TOML's basic string, but for one control character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
