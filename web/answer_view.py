"""What the answer page says, as plain values in its reader's language; the template lays it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.answering import Said, Sheet
from oncall.core.model import State
from oncall.core.upcoming import next_text
from oncall.core.words import N_, URGENCY, Text

#: Why somebody cannot; the key travels, the words are for people and for the log.
REASONS: Mapping[str, str] = {
    "away": N_("I am out of town"),
    "busy": N_("I am busy with another urgent matter"),
    "ill": N_("I am ill"),
    "not_ours": N_("It is not our unit's duty"),
    "other": N_("Another reason"),
}
#: Minutes until arrival, one button each.
MINUTES = (5, 10, 20, 30, 60, 120)

_SAID: Mapping[Said, str] = {
    Said.TAKEN: N_("You have it now. Everybody else is told."),
    Said.PROMISED: N_("You have it, and the desk sees when you will be there."),
    Said.YOURS: N_("You have it already."),
    Said.OWNED: N_("{owner} has it; nothing was changed."),
    Said.DECLINED: N_("Noted that you cannot. The next person is asked at once."),
    Said.RELEASED: N_("You gave it back. The next person is asked at once."),
    Said.NOT_OWNED: N_("Nobody has it, so there is nothing to give back."),
    Said.NOTED: N_("Your note is with the desk."),
    Said.POLICE: N_("110 is being called about it."),
    Said.POLICE_BEFORE: N_("110 has been called about it before."),
    Said.CLOSED: N_("It is over. Nothing was changed."),
    Said.BEFORE: N_("This was already done."),
    Said.BROKEN: N_("This could not be done; the desk is alarmed. Please telephone."),
}
_BAD = frozenset({Said.OWNED, Said.NOT_OWNED, Said.CLOSED, Said.BROKEN})
#: Refused before anything was done.
STALE, EMPTY = "stale", "empty"
_REFUSED: Mapping[str, str] = {
    STALE: N_("This page had been open for long. Look at it again, then press once more."),
    EMPTY: N_("Nothing was written. Write a few words, then send it again."),
}
_PARTS = " · "


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The page in words."""

    code: str
    urgency: str
    urgency_text: str
    drill: bool
    name: str
    unit: str
    about: str
    #: The moment by which somebody must have it, and how far off that is; "" once somebody has.
    deadline: str
    left: str
    overdue: bool
    #: "open", "mine", "theirs" or "over".
    state: str
    standing: str
    next: str
    declined: bool
    police: bool
    now: str
    said: str
    bad: bool


def show(
    t: Text, lang: str, sheet: Sheet, now: datetime, zone: ZoneInfo, said: str | None
) -> Shown:
    """The sheet for its reader; ``said`` is what came of what they just did."""
    page, transfer = sheet.page, sheet.transfer
    waiting = page.state in (State.WAITING, State.EXHAUSTED)
    about = (
        transfer.category,
        sheet.snapshot.unit_name(transfer.area, lang),
        t(N_("from {origin}")).format(origin=sheet.snapshot.origin_name(transfer.origin, lang)),
    )
    minutes = int((page.limit_at - now).total_seconds() // 60)
    left = N_("{n} minutes left") if minutes >= 0 else N_("{n} minutes overdue")
    words, bad = _said(t, sheet, said)
    return Shown(
        code=transfer.code,
        urgency=transfer.urgency,
        urgency_text=t(URGENCY[transfer.urgency]),
        drill=transfer.drill,
        name=sheet.me.name,
        unit=sheet.snapshot.unit_name(page.unit, lang),
        about=_PARTS.join(part for part in about if part),
        deadline=_clock(page.limit_at, now, zone) if waiting else "",
        left=t(left).format(n=minutes if minutes >= 0 else -minutes) if waiting else "",
        overdue=waiting and minutes < 0,
        state=_state(sheet),
        standing=_standing(t, sheet, now, zone),
        next=_next(t, sheet, now, zone),
        declined=sheet.declined,
        police=sheet.police,
        now=_clock(now, now, zone),
        said=words,
        bad=bad,
    )


def _said(t: Text, sheet: Sheet, said: str | None) -> tuple[str, bool]:
    if said is not None and said in _REFUSED:
        return t(_REFUSED[said]), True
    if said not in set(Said):
        return "", False
    word = Said(said)
    if word is Said.OWNED and sheet.page.owner_name is None:
        return "", False
    return t(_SAID[word]).format(owner=sheet.page.owner_name or ""), word in _BAD


def _state(sheet: Sheet) -> str:
    if sheet.mine:
        return "mine"
    return {State.ACKED: "theirs", State.CANCELLED: "over"}.get(sheet.page.state, "open")


def _standing(t: Text, sheet: Sheet, now: datetime, zone: ZoneInfo) -> str:
    page = sheet.page
    if page.state is State.CANCELLED:
        return t(N_("It was withdrawn. There is nothing for you to do."))
    if page.state is not State.ACKED:
        asked = [c.name for c in page.contacted if c.paged]
        if page.state is State.EXHAUSTED:
            said = t(N_("Nobody has it, and everybody was asked."))
        else:
            said = t(N_("Nobody has it yet."))
        if not asked:
            return said
        return said + t(N_(" Asked so far: {who}.")).format(who=t(N_(", ")).join(asked))
    since = _clock(page.acked_at or now, now, zone)
    has = N_("You have it since {clock}.") if sheet.mine else N_("{owner} has it since {clock}.")
    said = t(has).format(owner=page.owner_name or "", clock=since)
    if page.eta_at is not None:
        said += t(N_(" Expected there by {clock}.")).format(clock=_clock(page.eta_at, now, zone))
    return said


def _next(t: Text, sheet: Sheet, now: datetime, zone: ZoneInfo) -> str:
    if sheet.next.at is None:
        return ""
    return f"{_clock(sheet.next.at, now, zone)} {next_text(t, sheet.next)}"


def _clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    same = local.date() == now.astimezone(zone).date()
    return local.strftime("%H:%M" if same else "%m-%d %H:%M")
