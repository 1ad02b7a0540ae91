"""Draw docs/states.md from the tables of the escalation machine.

``python scripts/states.py`` writes it; ``--check`` changes nothing and exits 1 when it is stale.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from oncall.core.escalation import IGNORED, LEADS_TO, TRANSITIONS
from oncall.core.events import EVENTS, Event
from oncall.core.model import State
from oncall.core.words import reason_text

TARGET = Path(__file__).resolve().parent.parent / "docs" / "states.md"

#: The order of the sections; open states first.
ORDER = (State.WAITING, State.EXHAUSTED, State.ACKED, State.CANCELLED)

_HEAD = """\
# States of a page

Drawn by `python scripts/states.py` from the tables in
[escalation.py](../oncall/core/escalation.py); a test fails when this file is stale. What each rule
promises is in [rules.md](rules.md).

A page is *open* while it is waiting or exhausted: nobody owns it yet. An exhausted page has nobody
left to try; it alarms the desk and the supervising units until a human takes it.
"""


def arrows() -> Iterator[tuple[str, str, str]]:
    """From, to, and the events that lead there; one arrow for each pair of states."""
    found: dict[tuple[State, State], list[str]] = {}
    for (state, event), rule in TRANSITIONS.items():
        for target in LEADS_TO.get(rule, ()):
            if target is not state:
                found.setdefault((state, target), []).append(event.__name__)
    for (state, target), events in found.items():
        yield state, target, ", ".join(events)


def diagram() -> str:
    """The arrows between states as a Mermaid diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.WAITING}"]
    lines += [f"    {state} --> {target}: {events}" for state, target, events in arrows()]
    lines.append(f"    {State.CANCELLED} --> [*]")
    return "\n".join(["```mermaid", *lines, "```"])


def table(state: State) -> str:
    """What each event does in one state, in the words of the rule itself."""
    why = {name: _ignored(state, event) for name, event in EVENTS.items()}
    if all(why.values()):
        return "Final: " + " ".join(dict.fromkeys(why.values()))
    rows = ["| event | rule | what it does |", "|---|---|---|"]
    for name, event in EVENTS.items():
        rule = TRANSITIONS.get((state, event))
        if rule is None:
            rows.append(f"| {name} | | *nothing.* {why[name]} |")
        else:
            promise = (inspect.getdoc(rule) or "").split("\n")[0]
            rows.append(f"| {name} | `{rule.__name__}` | {promise} |")
    return "\n".join(rows)


def _ignored(state: State, event: type[Event]) -> str:
    reason = IGNORED.get((state, event))
    return "" if reason is None else reason_text(str, reason)


def document() -> str:
    """The whole file."""
    parts = [_HEAD, diagram()]
    parts += [f"## {state}\n\n{table(state)}" for state in ORDER]
    return "\n".join(f"{part.rstrip()}\n" for part in parts)


def main() -> int:
    """Write the file, or say whether it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 when stale")
    check = parser.parse_args().check
    fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == document()
    if check:
        return 0 if fresh else 1
    TARGET.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
