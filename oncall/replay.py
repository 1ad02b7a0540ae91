"""Decide a page again from its log: what stands in the database is what was decided, or we say so.

The log keeps every event with the roster's answers of that moment; the rules are pure. So the same
page must come of it, and whoever audits one need not trust the row that holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from oncall.core.errors import NotFound
from oncall.core.escalation import Decision, decide, open_page
from oncall.core.events import EVENTS, Event
from oncall.core.model import Ask, Page, Watch
from oncall.store import log, pages
from oncall.store.database import Tx
from oncall.store.log import Told

_events = {name: msgspec.json.Decoder(kind).decode for name, kind in EVENTS.items()}
_saw = msgspec.json.Decoder(list[tuple[Ask, Watch]]).decode


class DiffersError(ValueError):
    """The log and the rules do not lead to what is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One decision made again: when, of what, and what came of it."""

    at: datetime
    event: Event
    decision: Decision


def replay(tx: Tx, page_id: str) -> list[Line]:
    """Every decision of a page, made again from its log.

    Raises NotFound, and DiffersError at the first line whose reason, questions or, at the end,
    whose page is not what was stored.
    """
    loaded = pages.load(tx, page_id)
    if loaded is None:
        raise NotFound("no_such_page", page=page_id)
    stored = loaded.page
    page = open_page(
        page_id=stored.id,
        transfer=stored.transfer,
        part=stored.part,
        unit=stored.unit,
        policy=stored.policy,
        calendar=stored.calendar,
        paged_at=stored.paged_at,
    )
    lines = []
    for told in log.of_page(tx, page_id):
        if told.event in _events:
            lines.append(_again(page, told))
            page = lines[-1].decision.page
    if page != stored:
        raise DiffersError(f"page {page_id}: {_difference(page, stored)}")
    return lines


def _again(page: Page, told: Told) -> Line:
    event = _events[told.event](told.payload)
    answers = iter(_saw(told.saw) if told.saw is not None else ())

    def on_duty(ask: Ask) -> Watch:
        asked, watch = next(answers, (None, None))
        if asked != ask or watch is None:
            raise DiffersError(f"page {page.id} at {told.at}: asked {ask}, the log has {asked}")
        return watch

    decision = decide(page, event, told.at, on_duty)
    if decision.reason != told.reason:
        raise DiffersError(
            f"page {page.id} at {told.at}: {told.event} gives {decision.reason}, not {told.reason}"
        )
    if next(answers, None) is not None:
        raise DiffersError(f"page {page.id} at {told.at}: the log has more answers than questions")
    return Line(at=told.at, event=event, decision=decision)


def _difference(made: Page, stored: Page) -> str:
    return ", ".join(_unequal(made, stored))


def _unequal(made: Page, stored: Page) -> Iterator[str]:
    for name in Page.__struct_fields__:
        ours, theirs = getattr(made, name), getattr(stored, name)
        if ours != theirs:
            yield f"{name} is {theirs!r} and should be {ours!r}"
