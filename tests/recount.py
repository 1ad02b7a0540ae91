"""The figures counted again, the slow and simple way, from the same lines and nothing of ours.

Every figure goes over every line again, one question at a time; nothing is shared with the product
but the meaning of the lines.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, Protocol

MINUTE = timedelta(minutes=1)
DESKS = {"110": "DESK-110", "12345": "DESK-12345", "GOV-POLICE": "DESK-110"}


class Line(Protocol):
    """A line of the log."""

    @property
    def transfer(self) -> str: ...
    @property
    def page(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def event(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def payload(self) -> Any: ...


class Slow:
    """One scope's figures: ``unit`` and ``urgency`` narrow it, ``police`` takes 110's share."""

    def __init__(
        self,
        lines: Sequence[Line],
        start: datetime,
        end: datetime,
        as_of: datetime,
        *,
        unit: str | None = None,
        urgency: str | None = None,
        police: bool = False,
    ) -> None:
        self.start, self.end, self.as_of, self.unit = start, end, as_of, unit
        by_transfer: dict[str, list[Line]] = {}
        for line in lines:
            by_transfer.setdefault(line.transfer, []).append(line)
        self.matters = [
            told
            for told in by_transfer.values()
            if (urgency is None or self.fact(told, "urgency") == urgency)
            and (not police or self.sender(told) == "DESK-110" or "DESK-110" in self.units(told))
        ]

    # -- what the lines of one matter say --------------------------------------------------

    def all(self, told: list[Line], event: str) -> list[Line]:
        return [line for line in told if line.event == event and line.page is None]

    def fact(self, told: list[Line], name: str) -> Any:
        [line] = self.all(told, "DueSet")
        return line.payload[name]

    def sender(self, told: list[Line]) -> str:
        origin: str = self.all(told, "Accepted")[0].payload["origin"]
        return DESKS.get(origin, origin)

    def opened(self, told: list[Line]) -> list[Line]:
        return [
            line
            for line in told
            if line.event == "Arrived"
            and "paged_at" in line.payload
            and line.payload["policy"] not in ("talk", "county", "short")
        ]

    def units(self, told: list[Line]) -> set[str]:
        return {line.payload["unit"] for line in self.opened(told)}

    def lead(self, told: list[Line]) -> str | None:
        leads = [x.payload["lead"] for x in told if x.page is None and x.payload.get("lead")]
        first = self.all(told, "Accepted")[0].payload["to"]
        return leads[-1] if leads else (first[0] if first else None)

    def fair(self, told: list[Line]) -> bool:
        ends = ("NuisanceLifted", "NuisanceDue")
        marks = [x.event for x in told if x.event in ends or x.reason == "nuisance_in_force"]
        return not self.fact(told, "drill") and marks[-1:] != ["NuisanceConfirmed"]

    def inside(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def due(self, told: list[Line]) -> datetime:
        moves = ("DueSet", "DueMoved", "ExtensionGranted")
        last = [x for x in told if x.event in moves and x.page is None][-1]
        return datetime.fromisoformat(last.payload["due_at"]).astimezone(UTC)

    def closed(self, told: list[Line]) -> datetime | None:
        shut = self.closings(told)
        turns = [x for x in told if x.event == "Reopened" or x in shut]
        return turns[-1].at if turns and turns[-1].event != "Reopened" else None

    def closings(self, told: list[Line]) -> list[Line]:
        return [
            x for x in told if x.event in ("Closed", "Answered") or x.reason == "nuisance_in_force"
        ]

    def disputed(self, told: list[Line]) -> bool:
        third = [x for x in self.all(told, "Returned") if x.payload.get("state") == "disputed"]
        return bool(self.all(told, "Disputed") or third)

    def last_since_reopened(self, told: list[Line], event: str) -> bool:
        said = (event, "Answered")
        turns = [x.event for x in told if x.page is None and x.event in (*said, "Reopened")]
        return bool(turns) and turns[-1] in said

    # -- scopes ----------------------------------------------------------------------------

    def handed(self) -> list[list[Line]]:
        return [
            told
            for told in self.matters
            if self.fair(told)
            and self.units(told)
            and self.inside(self.all(told, "Accepted")[0].at)
            and (self.unit is None or self.unit in self.units(told))
        ]

    def own(self) -> list[list[Line]]:
        return [
            told
            for told in self.matters
            if self.fair(told) and self.unit in (None, self.lead(told))
        ]

    def pages(self, *, drills: bool = False) -> Iterator[dict[str, Any]]:
        for told in self.matters:
            if self.fact(told, "drill") if drills else self.fair(told):
                for line in self.opened(told):
                    page = self.page(told, line)
                    if page is not None and self.unit in (None, line.payload["unit"]):
                        yield page

    def page(self, told: list[Line], opened: Line) -> dict[str, Any] | None:
        paged = datetime.fromisoformat(opened.payload["paged_at"]).astimezone(UTC)
        limit = paged + timedelta(seconds=opened.payload["ack_within"])
        if not self.inside(paged):
            return None
        mine = [line for line in told if line.page == opened.page]
        acks = [x for x in mine if x.event == "Acked" and x.reason == "acked"]
        ends = [x.at for x in mine if x.event in ("Cancelled", "Finished")]
        if not acks and (limit > self.as_of or any(at < limit for at in ends[:1])):
            return None
        return {
            "took": acks[0].at - paged if acks else None,
            "in_time": bool(acks) and acks[0].at <= limit,
            "by": acks[0].payload.get("of_level", 0) if acks else None,
            "level": max(x.payload.get("level", 0) for x in mine),
        }

    # -- the figures -----------------------------------------------------------------------

    def figures(self) -> dict[str, Any]:
        """Every figure by its name: (numerator, denominator), a number, or a spread."""
        pages, drills = list(self.pages()), list(self.pages(drills=True))
        acked = [p for p in pages if p["took"] is not None]
        handed, own = self.handed(), self.own()
        due = [
            told
            for told in own
            if self.inside(self.due(told))
            and self.due(told) <= self.as_of
            and not any(self.all(told, end) for end in ("Withdrawn", "Rejected", "Guided"))
        ]
        closed = [t for t in own if (at := self.closed(t)) is not None and self.inside(at)]
        once = [t for t in own if (c := self.closings(t)) and self.inside(c[0].at)]
        visits = [v for t in own for v in self.all(t, "Visited") if self.inside(v.at)]
        sent = [
            told
            for told in self.matters
            if self.fair(told)
            and self.units(told)
            and self.inside(self.all(told, "Accepted")[0].at)
            and self.unit in (None, self.sender(told))
        ]
        returned = [
            told
            for told in self.matters
            if self.fair(told)
            and self.units(told)
            and self.inside(self.all(told, "Accepted")[0].at)
            and any(
                self.unit is None or x.payload.get("unit") == self.unit
                for x in self.all(told, "Returned")
            )
        ]
        disputed = [t for t in handed if self.disputed(t)]
        return {
            "transferred": len(handed),
            "pages": len(pages),
            "ack_in_time": _share(pages, lambda p: p["in_time"]),
            "ack_time": _spread([p["took"] for p in acked]),
            "first_level": _share(acked, lambda p: p["by"] in (1, 2)),
            "escalated": _share(pages, lambda p: p["level"] > 2),
            "reachable": _share(drills, lambda p: p["in_time"]),
            "on_time": _share(due, lambda t: (self.closed(t) or self.as_of) <= self.due(t)
                              and self.closed(t) is not None),
            "extended": _share(due, lambda t: bool(self.all(t, "ExtensionGranted"))),
            "solved": _answers([v.payload["solved"] for v in visits]),
            "satisfied": _answers([v.payload["satisfied"] for v in visits]),
            "returned": (len(returned), len(handed)),
            "missent": _share(sent, lambda t: bool(self.all(t, "ReturnUpheld"))),
            "closed_once": _share(once, self._held),
            "disputed": (len(disputed), len(handed)),
            "first_receiver": _share(disputed, lambda t: any(
                x.payload.get("state") == "first_receiver" for x in self.all(t, "DisputeDue"))),
            "complete": _share(closed, lambda t: any(
                x.event == "Answered" or (x.event == "Acked" and x.reason == "acked"
                and x.page in {o.page for o in self.opened(t)}) for x in t)
                and self.last_since_reopened(t, "ResultReported")
                and self.last_since_reopened(t, "FedBack")),
            "hop_time": _spread([
                self.all(t, "Accepted")[0].at
                - datetime.fromisoformat(self.fact(t, "received_at")).astimezone(UTC)
                for t in handed]),
        }  # fmt: skip

    def _held(self, told: list[Line]) -> bool:
        first = self.closings(told)[0].at
        back = [x.at for x in self.all(told, "Reopened") if x.at >= first]
        return all(at - first > timedelta(days=30) for at in back)


def _share(of: Sequence[Any], good: Callable[[Any], bool]) -> tuple[int, int]:
    return sum(1 for one in of if good(one)), len(of)


def _answers(given: list[bool | None]) -> tuple[int, int]:
    return given.count(True), len(given) - given.count(None)


def _spread(took: list[timedelta]) -> tuple[Any, ...]:
    if not took:
        return 0, None, None, None, (0, 0, 0, 0, 0)
    exact = [Fraction(t // timedelta(microseconds=1), 10**6) for t in took]
    ordered = sorted(exact)
    rank = next(i for i in range(len(ordered)) if Fraction(i + 1, len(ordered)) >= Fraction(9, 10))
    edges = [timedelta.min, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, timedelta.max]
    return (
        len(took),
        float(round(statistics.mean(exact), 3)),
        float(round(statistics.median(exact), 3)),
        float(round(ordered[rank], 3)),
        tuple(sum(lo < t <= hi for t in took) for lo, hi in pairwise(edges)),
    )
