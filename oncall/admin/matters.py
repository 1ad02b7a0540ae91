"""A transfer as a command shows it: what stands, what comes next, and its whole story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from oncall import duty
from oncall.core.errors import NotFound
from oncall.core.model import Channel, Notice
from oncall.core.transfers import Part
from oncall.core.upcoming import NextAction
from oncall.core.why import LogLine, Paragraph, Sent, tell
from oncall.core.words import FLAGS, Text
from oncall.directory import Snapshot
from oncall.store import nodes, reports, upkeep
from oncall.store.database import Tx
from oncall.store.reports import Attempt, Brief, Full, Share

#: What a transfer says of itself.
_OF_ITSELF = ("major", "nuisance", "drill", "confidential")

#: Without a sign of life for this long, nobody decides or sends.
ALIVE_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What one page did; or the transfer itself, where ``share`` is None."""

    share: Share | None
    paragraphs: tuple[Paragraph, ...]


def in_full(tx: Tx, transfer_id: str) -> Full:
    """Everything about a transfer. Raises NotFound."""
    found = reports.in_full(tx, transfer_id)
    if found is None:
        raise NotFound("no_such_transfer", ref=transfer_id)
    return found


def marks(t: Text, brief: Brief, now: datetime, *, drill: bool = True) -> list[str]:
    """What else a reader must know of a transfer at a glance, the most pressing first.

    ``drill``: whether practice is said as well, where it does not stand there anyhow.
    """
    late = brief.deadline is not None and brief.deadline.overdue(now)
    has = {"overdue": late, "supervised": brief.supervised} | {
        word: getattr(brief.transfer, word) for word in _OF_ITSELF if drill or word != "drill"
    }
    return [t(FLAGS[word]) for word, holds in has.items() if holds]


def next_of(tx: Tx, snapshot: Snapshot, full: Sequence[Share]) -> list[tuple[Share, NextAction]]:
    """Each part with what happens next to its page."""
    return [(share, duty.next_action(tx, snapshot, share.page)) for share in full]


def whose(snapshot: Snapshot, part: Part, lang: str) -> str:
    """The unit of a part, and who of it was called by name."""
    known = snapshot.people.get(part.person or "")
    name = snapshot.unit_name(part.unit, lang)
    return f"{name} · {known.name}" if known is not None else name


def stories(t: Text, full: Full, names: Mapping[str, str], zone: str) -> list[Story]:
    """The transfer's own notes, then each page's story with the messages it led to."""
    own = [line.said for line in full.timeline if line.page is None]
    told = [Story(share=None, paragraphs=tuple(tell(t, own, names, zone=zone)))]
    for share in full.brief.shares:
        lines = [line.said for line in full.timeline if line.page == share.page.id]
        sent = [one for one in full.attempts if one.page == share.page.id]
        whole = _with_messages(lines, sent)
        told.append(Story(share=share, paragraphs=tuple(tell(t, whole, names, zone=zone))))
    return [story for story in told if story.paragraphs]


def _with_messages(lines: Sequence[LogLine], sent: Sequence[Attempt]) -> list[LogLine]:
    """Each message beside the decision that planned it: the first one not before its plan."""
    placed: dict[int, list[Sent]] = {}
    for one in sent:
        after = (i for i, line in enumerate(lines) if line.at >= one.planned_at)
        index = next(after, len(lines) - 1)
        placed.setdefault(index, []).append(
            Sent(
                person=one.name,
                channel=Channel(one.channel),
                notice=Notice(one.notice),
                state=one.state,
                late=one.late,
                code=one.code or "",
                answered_by=one.answered_by or "",
            )
        )
    return [replace(line, sent=tuple(placed.get(i, ()))) for i, line in enumerate(lines)]


def served(tx: Tx) -> bool:
    """Whether any process decides and sends just now."""
    beat, _ = nodes.latest(tx)
    return beat is not None and abs(upkeep.database_clock(tx) - beat) < ALIVE_WITHIN
