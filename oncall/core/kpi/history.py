"""Read the log into matters and their pages: what was said to happen, each thing once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from oncall.core.model import Reason, Urgency

#: Ladders that ask for something else than to take a matter on: their pages are not counted.
_NOT_A_MATTER = frozenset({"talk", "county", "short"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of the log; ``payload`` is the event with whatever else was written beside it."""

    transfer: str
    page: str | None
    at: datetime
    event: str
    reason: str | None
    payload: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class PageFacts:
    """One ladder, from the moment somebody was paged to the first answer."""

    unit: str
    urgency: Urgency
    paged_at: datetime
    limit_at: datetime
    #: The highest level that was reached for.
    level: int = 0
    acked_at: datetime | None = None
    #: The level at which whoever took it had been reached; 0 for somebody nobody had paged.
    acked_level: int = 0
    ended_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Visit:
    """What a caller said when asked afterwards; None where they did not say."""

    at: datetime
    solved: bool | None
    satisfied: bool | None


@dataclass(slots=True, kw_only=True)
class Matter:
    """One transfer, as far as the figures need it."""

    id: str
    at: datetime
    origin: str = ""
    urgency: Urgency = Urgency.ROUTINE
    category: str | None = None
    received_at: datetime | None = None
    drill: bool = False
    nuisance: bool = False
    pages: dict[str, PageFacts] = field(default_factory=dict)
    #: Whose it is now.
    lead: str | None = None
    due_at: datetime | None = None
    extensions: int = 0
    result_at: datetime | None = None
    feedback_at: datetime | None = None
    #: When it was answered on the spot: response, result and feedback in one breath.
    answered_at: datetime | None = None
    closings: list[datetime] = field(default_factory=list)
    reopenings: list[datetime] = field(default_factory=list)
    #: When it was given up without being worked on: withdrawn, not accepted, guided elsewhere.
    dropped_at: datetime | None = None
    #: Units that gave it back; how often the sender had to agree that it was sent wrongly.
    returned_by: list[str] = field(default_factory=list)
    upheld: int = 0
    #: The units that were asked whose it is, at each dispute.
    disputes: list[tuple[datetime, tuple[str, ...]]] = field(default_factory=list)
    returns: list[tuple[datetime, str]] = field(default_factory=list)
    first_receiver: bool = False
    visits: list[Visit] = field(default_factory=list)

    @property
    def units(self) -> frozenset[str]:
        """Every unit that was paged for it."""
        return frozenset(page.unit for page in self.pages.values())

    @property
    def responded_at(self) -> datetime | None:
        """The first answer of any unit, or the one on the spot."""
        answers = [self.answered_at, *(p.acked_at for p in self.pages.values())]
        return min((at for at in answers if at is not None), default=None)

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed for good so far; None while it is open."""
        if not self.closings or (self.reopenings and self.reopenings[-1] >= self.closings[-1]):
            return None
        return self.closings[-1]

    @property
    def counts(self) -> bool:
        """Whether it may be counted: no practice, and no malicious call."""
        return not (self.drill or self.nuisance)


def read(lines: Iterable[Happened]) -> list[Matter]:
    """Every matter that the lines tell of, in the order they were handed over.

    The lines stand in the order they were written; those of different transfers may be mixed.
    """
    matters: dict[str, Matter] = {}
    for line in lines:
        matter = matters.get(line.transfer)
        if matter is None:
            if line.event != "Accepted":
                continue
            matter = matters[line.transfer] = Matter(id=line.transfer, at=line.at)
        if line.page is not None:
            _page(matter, line.page, line)
            continue
        # A line that moved the matter to another unit says whose it is since.
        matter.lead = line.payload.get("lead") or matter.lead
        if (hear := _HEARS.get(line.event)) is not None:
            hear(matter, line)
    return list(matters.values())


def _page(matter: Matter, page_id: str, line: Happened) -> None:
    payload = line.payload
    if line.event == "Arrived" and "paged_at" in payload:
        if payload["policy"] in _NOT_A_MATTER:
            return
        paged_at = moment(payload["paged_at"])
        matter.pages[page_id] = PageFacts(
            unit=payload["unit"],
            urgency=Urgency(payload["urgency"]),
            paged_at=paged_at,
            limit_at=paged_at + timedelta(seconds=payload["ack_within"]),
        )
    page = matter.pages.get(page_id)
    if page is None:
        return
    page.level = max(page.level, payload.get("level", 0))
    if line.event == "Acked" and line.reason == Reason.ACKED and page.acked_at is None:
        page.acked_at = line.at
        page.acked_level = payload.get("of_level", 0)
    elif line.event in ("Cancelled", "Finished") and page.ended_at is None:
        page.ended_at = line.at


def moment(text: str) -> datetime:
    """A moment as the log writes it."""
    return datetime.fromisoformat(text).astimezone(UTC)


# -- what each line of a matter says -------------------------------------------------------


def _accepted(matter: Matter, line: Happened) -> None:
    to = line.payload.get("to") or [None]
    matter.lead = line.payload.get("lead") or to[0]
    matter.origin = line.payload.get("origin", "")


def _due_set(matter: Matter, line: Happened) -> None:
    told = line.payload
    matter.urgency = Urgency(told["urgency"])
    matter.category = told["category"]
    matter.received_at = moment(told["received_at"])
    matter.drill = told["drill"]
    matter.due_at = moment(told["due_at"])


def _due_moved(matter: Matter, line: Happened) -> None:
    matter.due_at = moment(line.payload["due_at"])


def _extended(matter: Matter, line: Happened) -> None:
    _due_moved(matter, line)
    matter.extensions += 1


def _closed(matter: Matter, line: Happened) -> None:
    matter.closings.append(line.at)


def _answered(matter: Matter, line: Happened) -> None:
    matter.answered_at = matter.answered_at or line.at
    _result(matter, line)
    _fed_back(matter, line)
    _closed(matter, line)


def _reopened(matter: Matter, line: Happened) -> None:
    matter.reopenings.append(line.at)
    matter.result_at = matter.feedback_at = None


def _dropped(matter: Matter, line: Happened) -> None:
    matter.dropped_at = line.at


def _result(matter: Matter, line: Happened) -> None:
    matter.result_at = matter.result_at or line.at


def _fed_back(matter: Matter, line: Happened) -> None:
    matter.feedback_at = matter.feedback_at or line.at


def _returned(matter: Matter, line: Happened) -> None:
    unit = line.payload.get("unit") or matter.lead or ""
    matter.returned_by.append(unit)
    matter.returns.append((line.at, unit))
    if line.payload.get("state") == "disputed":
        # A third hand is not tried: the unit, whoever leads and whom it named argue instead.
        suggestion = line.payload.get("suggestion")
        _dispute(matter, line.at, [unit, *([suggestion] if suggestion else [])])


def _upheld(matter: Matter, _: Happened) -> None:
    matter.upheld += 1


def _disputed(matter: Matter, line: Happened) -> None:
    _dispute(matter, line.at, line.payload.get("candidates", ()))


def _dispute(matter: Matter, at: datetime, named: Iterable[str]) -> None:
    """Whoever leads is asked with those who were named."""
    units = dict.fromkeys(unit for unit in (matter.lead, *named) if unit)
    matter.disputes.append((at, tuple(units)))


def _dispute_over(matter: Matter, line: Happened) -> None:
    if line.payload.get("state") == "first_receiver":
        matter.first_receiver = True


def _nuisance(matter: Matter, line: Happened) -> None:
    # One person's agreement changes nothing; the one that brings it into force ends the matter.
    if line.reason == Reason.NUISANCE_IN_FORCE:
        matter.nuisance = True
        _closed(matter, line)


def _no_nuisance(matter: Matter, _: Happened) -> None:
    matter.nuisance = False


def _visited(matter: Matter, line: Happened) -> None:
    told = line.payload
    visit = Visit(at=line.at, solved=told.get("solved"), satisfied=told.get("satisfied"))
    matter.visits.append(visit)


_HEARS: Mapping[str, Callable[[Matter, Happened], None]] = {
    "Accepted": _accepted,
    "DueSet": _due_set,
    "DueMoved": _due_moved,
    "ExtensionGranted": _extended,
    "ResultReported": _result,
    "FedBack": _fed_back,
    "Closed": _closed,
    "Reopened": _reopened,
    "Answered": _answered,
    "Withdrawn": _dropped,
    "Rejected": _dropped,
    "Guided": _dropped,
    "Returned": _returned,
    "ReturnUpheld": _upheld,
    "Disputed": _disputed,
    "DisputeDue": _dispute_over,
    "NuisanceConfirmed": _nuisance,
    "NuisanceLifted": _no_nuisance,
    "NuisanceDue": _no_nuisance,
    "Visited": _visited,
}
