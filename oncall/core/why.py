"""Tell the story of a page: its log as plain sentences, each with the local time it happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from oncall.core.climb import Note
from oncall.core.model import Channel, Notice, Reason
from oncall.core.words import (
    ANSWERED_BY,
    ATTEMPTS,
    CHANNELS,
    GROUNDS,
    N_,
    SUMMARIES,
    WAIVERS,
    Text,
    moment,
    reason_text,
    sentences,
)

#: What a message was for.
NOTICES: Mapping[Notice, str] = {
    Notice.PAGE: N_("a page"),
    Notice.HANDOVER: N_("a page at the change of duty"),
    Notice.ALARM: N_("an alarm"),
    Notice.CONFIRMED: N_("a confirmation"),
    Notice.ALREADY_OWNED: N_("a word about who has it"),
    Notice.STOOD_DOWN: N_("a word about who has it"),
    Notice.TAKEN_OVER: N_("a word about who has it"),
    Notice.CANCELLED: N_("a word that it was withdrawn"),
    Notice.ENOUGH: N_("a word that enough have answered"),
    Notice.NOT_NEEDED: N_("a word that this unit is not needed any more"),
    Notice.REOPENED: N_("a page again, as it was given back"),
    Notice.FIRST_ACTION: N_("a reminder to act"),
    Notice.ETA_PASSED: N_("a question about the promised time"),
    Notice.REPLY: N_("an answer"),
    Notice.NEWS: N_("news"),
}

#: What happened outside the ladder. Blanks: who, detail.
OTHER: Mapping[str, str] = {
    "Accepted": N_("{who} handed over the transfer."),
    "Orphaned": N_("The nightly check found nothing planned any more; the desk is alarmed."),
    "Noted": N_("{who} recorded progress: {detail}"),
    "Reminded": N_("{detail}% of the time has passed; whoever has it was reminded."),
    "Overdue": N_("The time was over at {detail}; whoever has it was told, and the desk alarmed."),
    "ExtensionAsked": N_("{who} asked for more time: {detail}"),
    "ExtensionGranted": N_("{who} granted more time, until {detail}."),
    "ExtensionRefused": N_("{who} refused more time; it stays due at {detail}."),
    "Supervised": N_("Supervision order {detail} was issued."),
    "SupervisionReplied": N_("{who} replied to supervision order {detail}."),
    "SupervisionClosed": N_("{who} closed supervision order {detail}."),
    "SupervisionDropped": N_("{who} made no supervision order of a draft: {detail}"),
    "DueMoved": N_("The holidays changed: it must now be finished by {detail}."),
}

#: The units an act names, by the field of its event, in this order.
NAMED: Mapping[str, str] = {
    "unit": N_("On behalf of {units}."),
    "candidates": N_("It may be: {units}."),
    "suggestion": N_("Suggested: {units}."),
    "owner": N_("Whose it should be: {units}."),
    "to": N_("To: {units}."),
    "units": N_("To: {units}."),
    "assist": N_("Assisting: {units}."),
    "forward": N_("Forwarded to: {units}."),
}

#: On which ground a matter was not accepted, or closed without all it needs.
_CODES: Mapping[str, str] = {**GROUNDS, **WAIVERS}

_SENT = N_("{who} was sent {what} by {channel}: {state}.")
_LATE = N_("This was later than planned.")
_FAILED = N_("The provider says: {detail}.")
_HEARD = N_("The provider listened: {heard}. That alone acknowledges nothing.")
_ON_BEHALF = N_("{who} entered this on their behalf.")

#: Decisions that change nothing are told only where somebody did something.
_QUIET = frozenset(
    {
        Reason.NOT_YET,
        Reason.NOBODY_NEW,
        Reason.DELIVERED,
        Reason.CHANNEL_STALLED,
        Reason.SETTLED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message that a decision led to, and how far it came; ``code`` is the provider's.

    ``answered_by`` is who picked up a call, as the provider believed.
    """

    person: str
    channel: Channel
    notice: Notice
    state: str
    late: bool = False
    code: str = ""
    answered_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a page's log: what happened, what was decided and why, what was sent.

    ``who`` and the people in ``trail`` and ``sent`` are names or ids. ``detail`` is the text of a
    note. ``named`` are the codes of the units it names, by a key of ``NAMED``; ``codes`` are its
    ground or waivers. ``reason`` is None for what the ladder did not decide.
    """

    at: datetime
    event: str
    reason: Reason | None = None
    who: str = ""
    detail: str = ""
    entered_by: str = ""
    trail: tuple[Note, ...] = ()
    sent: tuple[Sent, ...] = ()
    named: tuple[tuple[str, tuple[str, ...]], ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """What happened at one moment: its local time, and one sentence a line."""

    at: datetime
    clock: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n  ".join((self.clock, *self.lines))


def tell(
    t: Text,
    log: Sequence[LogLine],
    names: Mapping[str, str],
    *,
    zone: str = "Asia/Shanghai",
) -> list[Paragraph]:
    """The log in order, as paragraphs in the reader's language, times on the wall of ``zone``.

    ``names`` turns people's ids and units' codes into names; a person who is not in it is shown by
    the id, a unit is left out. Lines about which there is nothing to say are left out.
    """
    out = []
    for line in log:
        said = tuple(_decided(t, line, names, zone)) + tuple(
            _message(t, sent, names) for sent in line.sent
        )
        if said:
            out.append(Paragraph(at=line.at, clock=moment(line.at, zone), lines=said))
    return out


def _decided(t: Text, line: LogLine, names: Mapping[str, str], zone: str) -> Iterator[str]:
    who = names.get(line.who, line.who)
    if line.reason is None:
        if line.event in OTHER:
            yield t(OTHER[line.event]).format(who=who, detail=line.detail)
        return
    # The trail says the same with names and moments; the decision in a word then adds nothing.
    told = {note.reason for note in line.trail} | ({Reason.STEP_DUE} if line.trail else set())
    if line.reason not in told and (line.reason not in _QUIET or line.sent):
        yield sentences((_word(t, line, who, zone), *_units(t, line, names), *_grounds(t, line)))
    for note in line.trail:
        yield reason_text(
            t,
            note.reason,
            who=names.get(note.who, note.who),
            detail=note.detail,
            level=note.level,
            zone=zone,
        )
    if line.entered_by:
        yield t(_ON_BEHALF).format(who=names.get(line.entered_by, line.entered_by))


def _units(t: Text, line: LogLine, names: Mapping[str, str]) -> Iterator[str]:
    for key, codes in line.named:
        known = [names[code] for code in codes if code in names]
        if known:
            yield t(NAMED[key]).format(units=t(N_(", ")).join(known))


def _grounds(t: Text, line: LogLine) -> Iterator[str]:
    known = [f"{code} {t(_CODES[code])}" for code in line.codes if code in _CODES]
    if known:
        yield t(N_("Ground: {codes}.")).format(codes=t(N_(", ")).join(known))


def _word(t: Text, line: LogLine, who: str, zone: str) -> str:
    assert line.reason is not None
    if line.reason in SUMMARIES:
        return t(SUMMARIES[line.reason])
    return reason_text(t, line.reason, who=who, detail=line.detail, zone=zone)


def _message(t: Text, sent: Sent, names: Mapping[str, str]) -> str:
    what = t(_SENT).format(
        who=names.get(sent.person, sent.person),
        what=t(NOTICES[sent.notice]),
        channel=t(CHANNELS[sent.channel]),
        state=t(ATTEMPTS[sent.state]) if sent.state in ATTEMPTS else sent.state,
    )
    said = [what]
    if sent.late:
        said.append(t(_LATE))
    if sent.answered_by in ANSWERED_BY:
        said.append(t(_HEARD).format(heard=t(ANSWERED_BY[sent.answered_by])))
    if sent.code:
        said.append(t(_FAILED).format(detail=sent.code))
    return sentences(said)
