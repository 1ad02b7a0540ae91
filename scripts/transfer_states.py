"""Draw the middle of docs/transfer-life.md from the tables of the transfer machine.

``python scripts/transfer_states.py`` writes it; ``--check`` changes nothing and exits 1 when stale.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from oncall.core.transfers.events import EVENTS, TransferEvent
from oncall.core.transfers.machine import IGNORED, LEADS_TO, TRANSITIONS
from oncall.core.transfers.model import LIVE, TERMINAL, TransferState
from oncall.core.words import reason_text
from oncall.verbs import VERBS

TARGET = Path(__file__).resolve().parent.parent / "docs" / "transfer-life.md"
BEGIN, END = "<!-- drawn: begin -->", "<!-- drawn: end -->"


def arrows() -> Iterator[tuple[TransferState, type[TransferEvent], TransferState]]:
    """From, by which event, to."""
    for (state, event), rule in TRANSITIONS.items():
        for target in LEADS_TO.get(rule, {}).get(state, ()):
            yield state, event, target


#: What may be said of all of these at once is drawn from their common frame.
_FRAME = [s for s in LIVE if s not in (TransferState.NEW, TransferState.REPLIED)]


def diagram() -> str:
    """The arrows between states as a Mermaid diagram."""
    sources: dict[tuple[str, TransferState], list[TransferState]] = {}
    for source, event, target in arrows():
        sources.setdefault((event.__name__, target), []).append(source)
    drawn: dict[tuple[str, str], list[str]] = {}
    for (name, target), froms in sources.items():
        whole = all(state in froms for state in _FRAME)
        left = [s for s in froms if s not in _FRAME] if whole else froms
        for begin in [*["open"] * whole, *left]:
            drawn.setdefault((begin, target), []).append(name)
    inner: list[str] = []
    outer: list[str] = []
    for (begin, end), told in drawn.items():
        inside = begin in _FRAME and end in _FRAME
        (inner if inside else outer).append(f"{begin} --> {end}: {', '.join(told)}")
    outer += [f"{state} --> [*]" for state in TransferState if state in TERMINAL]
    lines = ["stateDiagram-v2", f"    [*] --> {TransferState.NEW}", "    state open {"]
    lines += [f"        {line}" for line in inner]
    lines += ["    }", *(f"    {line}" for line in outer)]
    return "\n".join(["```mermaid", *lines, "```"])


def _verb(event: str) -> str:
    names = [name for name, verb in VERBS.items() if verb.event.__name__ == event]
    return f"`{names[0]}`" if names else ""


def table() -> str:
    """What each event does, by the rule's own words, and in which states."""
    rows = ["| event | verb | in | what it does |", "|---|---|---|---|"]
    for name, event in EVENTS.items():
        rules = {s: TRANSITIONS[(s, event)] for s in TransferState if (s, event) in TRANSITIONS}
        for rule in dict.fromkeys(rules.values()):
            states = [s for s, r in rules.items() if r is rule]
            where = "any state" if len(states) == len(TransferState) else ", ".join(states)
            promise = (inspect.getdoc(rule) or "").split("\n")[0]
            rows.append(f"| {name} | {_verb(name)} | {where} | {promise} |")
    return "\n".join(rows)


def refusals() -> str:
    """Why nothing happens in every other pair."""
    rows = ["| why | events, and the states they do nothing in |", "|---|---|"]
    by_reason: dict[str, dict[str, list[str]]] = {}
    for (state, event), reason in IGNORED.items():
        where = by_reason.setdefault(reason_text(str, reason), {})
        where.setdefault(event.__name__, []).append(state)
    for why, where in by_reason.items():
        said = "; ".join(f"{event} ({', '.join(states)})" for event, states in where.items())
        rows.append(f"| {why} | {said} |")
    return "\n".join(rows)


def drawn() -> str:
    """Everything between the marks."""
    return "\n\n".join(
        (
            BEGIN,
            diagram(),
            "## What each event does",
            table(),
            "## Where it does nothing, and why",
            refusals(),
            END,
        )
    )


def document(text: str) -> str:
    """The whole file with its middle drawn anew."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + drawn() + tail


def main() -> int:
    """Write the file, or say whether it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 when stale")
    check = parser.parse_args().check
    text = TARGET.read_text(encoding="utf-8")
    if check:
        return 0 if text == document(text) else 1
    TARGET.write_text(document(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
