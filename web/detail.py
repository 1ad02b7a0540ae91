"""One transfer on the console in full: each unit's page, its story and its messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from notifiers.phone import mask
from oncall.admin.undecided import Open, Teller, undecided
from oncall.core.model import Contacted, Page, State
from oncall.core.transfers import BINDING, TERMINAL, Transfer
from oncall.core.why import NOTICES, LogLine, tell
from oncall.core.words import (
    ANSWERED_BY,
    ATTEMPTS,
    CHANNELS,
    COLOURS,
    N_,
    ORDERS,
    PARTS,
    STATES,
    URGENCY,
    VIA,
    Text,
    role,
)
from oncall.duty import next_action
from oncall.store import deadlines, supervisions
from oncall.store.reports import Attempt, Brief, Full, Share
from web.board import MARKS, Next, Reader, flags, standing, still
from web.offers import Offered, offers
from web.roles import Call
from web.talk_view import TalkView, talk_of
from web.views import OTHER

#: A sign beside each state of a message.
_MARKS = {
    "queued": "…",
    "sending": "→",
    "accepted": "→",
    "delivered": "✓",
    "answered": "☎",
    "acked": "✔",
    "failed": "✕",
    "expired": "✕",
    "superseded": "–",
    "unknown": "?",
}
#: By the words as rows carry them.
_NOTICES: Mapping[str, str] = {str(notice): text for notice, text in NOTICES.items()}
#: A unit without which it goes on.
_GONE = N_("no longer takes part")
_CHANNELS: Mapping[str, str] = {str(channel): text for channel, text in CHANNELS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Somebody the page reached for."""

    name: str
    role_text: str
    phone: str
    note: str
    out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message."""

    id: int
    clock: str
    name: str
    phone: str
    channel_text: str
    state: str
    state_text: str
    state_mark: str
    note: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One moment of the story."""

    clock: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """A unit's share, or that of one person of it, with its page."""

    #: Whose it is, as ``member`` names them.
    who: str
    unit: str
    unit_name: str
    #: The one person who was called for themselves; "" where it is the unit's.
    person: str
    role_text: str
    state: str
    state_text: str
    state_mark: str
    owner: str
    owner_note: str
    next: Next | None
    people: tuple[Reached, ...]
    #: Others of the unit who may turn out to have it.
    colleagues: tuple[str, ...]
    story: tuple[Told, ...]
    attempts: tuple[Sent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """The whole transfer."""

    code: str
    urgency: str
    urgency_text: str
    flags: tuple[str, ...]
    drill: bool
    state: str
    state_text: str
    state_mark: str
    #: Nothing more is done about it, unless it is reopened.
    ended: bool
    summary: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[PartView, ...]
    notes: tuple[Told, ...]
    #: The words that lead to its roll, where several units are asked; else "".
    roll: str
    #: What came out of it, by printed number.
    links: tuple[str, ...]
    verbs: tuple[Offered, ...]
    #: What waits for a decision.
    open: tuple[Open, ...]
    #: Supervision orders about it, in words.
    orders: tuple[str, ...]
    talk: TalkView | None


def detail(
    reader: Reader, full: Full, may: Callable[[Call], bool], *, bridges: bool = True
) -> Detail:
    """Everything about a transfer that the reader may see; never who called.

    ``bridges``: some provider puts telephone calls together.
    """
    transfer = full.brief.transfer
    t = reader.t
    state, text = standing(t, full.brief)
    shares = reader.mine(full.brief)
    notes = [line.said for line in full.timeline if line.page is None]
    asked = deadlines.undecided(reader.tx, transfer.id)
    return Detail(
        code=transfer.code,
        urgency=transfer.urgency,
        urgency_text=t(URGENCY[transfer.urgency]),
        flags=tuple(flags(t, full.brief, reader.now)),
        drill=transfer.drill,
        state=state,
        state_text=text,
        state_mark=MARKS[state],
        ended=transfer.state in TERMINAL,
        summary=transfer.summary,
        facts=tuple(_facts(reader, full)),
        parts=tuple(_part(reader, full, share) for share in shares),
        notes=_told(reader, full, notes),
        roll=_roll(t, full.brief),
        links=tuple(one.code for one in full.links),
        talk=talk_of(reader, transfer),
        open=undecided(Teller(t=t, unit=reader.name, clock=reader.clock), transfer, asked),
        orders=tuple(_orders(reader, transfer)),
        verbs=offers(reader, full.brief, asked, may, bridges=bridges),
    )


def _roll(t: Text, brief: Brief) -> str:
    asked = [share for share in still(brief.shares) if share.part.role in BINDING]
    calling = brief.transfer.life.calling
    if calling is not None and calling.how.group:
        return t(N_("Roll-call of “{group}”")).format(group=calling.how.group)
    return t(N_("Roll-call")) if len(asked) > 1 else ""


def _orders(reader: Reader, transfer: Transfer) -> Iterable[str]:
    """What a reader may know of the orders about it; a unit knows of no draft."""
    for order in supervisions.listed(reader.tx, transfer=transfer.id):
        if reader.unit is None or (order.number is not None and order.unit == reader.unit):
            what = order.number or reader.t(COLOURS[order.colour])
            yield f"{what} {reader.name(order.unit)} {reader.t(ORDERS[order.state])}"


def _facts(reader: Reader, full: Full) -> Iterable[tuple[str, str]]:
    t, transfer, due = reader.t, full.brief.transfer, full.brief.deadline
    sender = reader.snapshot.origin_name(transfer.origin, reader.lang)
    origin = " ".join(part for part in (sender, transfer.origin_ref) if part)
    for name, value in (
        (N_("Category"), transfer.category or ""),
        (N_("Place"), reader.name(transfer.area)),
        (N_("From"), origin),
        (N_("Received"), reader.clock(transfer.received_at)),
        (N_("Handed over"), reader.clock(transfer.transferred_at)),
        (N_("First receiver"), reader.name(transfer.first_receiver)),
        (N_("Due"), reader.clock(due.due_at) if due is not None else ""),
        (N_("Entered by"), transfer.created_by),
    ):
        if value:
            yield t(name), value


def _part(reader: Reader, full: Full, share: Share) -> PartView:
    t, page = reader.t, share.page
    said = [line.said for line in full.timeline if line.page == page.id]
    people = tuple(_reached(reader, c) for c in page.contacted if c.paged)
    there = {p.name for p in people}
    return PartView(
        who=share.part.who,
        unit=page.unit,
        unit_name=reader.name(page.unit),
        person=people[0].name if people and share.part.person else "",
        role_text=t(PARTS[share.part.role]),
        state=page.state,
        state_text=t(STATES[page.state] if share.part.ended_at is None else _GONE),
        state_mark=MARKS[page.state],
        owner=page.owner_name or "",
        owner_note=_owned(reader, page),
        next=reader.next(next_action(reader.tx, reader.snapshot, page)),
        people=people,
        colleagues=tuple(
            p.name
            for p in reader.snapshot.people.values()
            if p.unit == page.unit and p.active and p.name not in there
        ),
        story=_told(reader, full, said),
        attempts=tuple(_sent(reader, a) for a in full.attempts if a.page == page.id),
    )


def _owned(reader: Reader, page: Page) -> str:
    if page.state is not State.ACKED or page.acked_at is None:
        return ""
    via = VIA.get(page.acked_via or "")
    said = [reader.clock(page.acked_at)]
    if via:
        said.append(reader.t(via))
    if page.eta_at is not None:
        said.append(reader.t(N_("expected by {clock}")).format(clock=reader.clock(page.eta_at)))
    return " · ".join(said)


def _reached(reader: Reader, known: Contacted) -> Reached:
    t = reader.t
    note = ""
    if known.declined:
        note = t(N_("cannot take it"))
    elif known.unreachable:
        note = t(N_("cannot be reached"))
    number = reader.snapshot.address(known.person, known.channels[0]) if known.channels else None
    return Reached(
        name=known.name,
        role_text=role(t, known.role),
        phone=mask(number) if number else "",
        note=note,
        out=bool(note),
    )


def _sent(reader: Reader, one: Attempt) -> Sent:
    t = reader.t
    said = [t(_NOTICES[one.notice])] if one.notice in _NOTICES else []
    if one.late:
        said.append(t(N_("later than planned")))
    if one.resent:
        said.append(t(N_("perhaps sent twice")))
    if one.tries > 1:
        said.append(t(N_("{n} tries")).format(n=one.tries))
    if one.answered_by is not None and one.answered_by in ANSWERED_BY:
        said.append(t(ANSWERED_BY[one.answered_by]))
    if one.code:
        said.append(t(N_("code {code}")).format(code=one.code))
    return Sent(
        id=one.id,
        clock=reader.clock(one.sent_at or one.planned_at),
        name=one.name,
        phone=mask(one.address) if one.address else t(N_("no number")),
        channel_text=t(_CHANNELS[one.channel]) if one.channel in _CHANNELS else one.channel,
        state=one.state,
        state_text=t(ATTEMPTS[one.state]) if one.state in ATTEMPTS else one.state,
        state_mark=_MARKS.get(one.state, ""),
        note=" · ".join(said),
        text=one.text or "",
    )


def _told(reader: Reader, full: Full, log: Sequence[LogLine]) -> tuple[Told, ...]:
    """The log as `oncall why` tells it, and what happened beside the ladder."""
    names, out = _names(reader, full), []
    for line in log:
        for paragraph in tell(reader.t, [line], names, zone=str(reader.zone)):
            out.append(Told(clock=reader.clock(paragraph.at), lines=paragraph.lines))
        if line.event in OTHER:
            said = reader.t(OTHER[line.event]).format(who=line.who, detail=line.detail)
            out.append(Told(clock=reader.clock(line.at), lines=(said,)))
    return tuple(out)


def _names(reader: Reader, full: Full) -> dict[str, str]:
    names = reader.snapshot.named(reader.lang)
    for share in full.brief.shares:
        names |= {c.person: c.name for c in share.page.contacted}
    return names
