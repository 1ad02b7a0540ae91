"""What people read for the words of the rules: English source strings, translated where shown.

``N_`` marks a string for the catalogue and returns it unchanged; whoever shows it calls ``t``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.core.cards import Flag
from oncall.core.errors import Fault
from oncall.core.model import Alarm, Channel, Colour, Reason, State, Urgency
from oncall.core.words.cases import CASES, GROUNDS, SAID, WAIVERS
from oncall.core.words.mark import N_, Text

__all__ = [
    "ALARMS",
    "ANSWERED_BY",
    "ATTEMPTS",
    "CHANNELS",
    "COLOURS",
    "FLAGS",
    "GROUNDS",
    "NUMBER_FLAGS",
    "PARTS",
    "PRESENCES",
    "REASONS",
    "ROLES",
    "SOMEBODY",
    "STATES",
    "SUMMARIES",
    "TRANSFER_STATES",
    "UNSAID",
    "URGENCY",
    "VIA",
    "WAIVERS",
    "WHY",
    "N_",
    "Text",
    "alarm_text",
    "fault_text",
    "moment",
    "reason_text",
    "role",
    "sentences",
]

URGENCY: Mapping[Urgency, str] = {
    Urgency.CRITICAL: N_("critical"),
    Urgency.URGENT: N_("urgent"),
    Urgency.ROUTINE: N_("routine"),
}

CHANNELS: Mapping[Channel, str] = {
    Channel.SMS: N_("text message"),
    Channel.VOICE: N_("phone call"),
}

#: How an answer reached us.
VIA: Mapping[str, str] = {
    "sms": N_("text message"),
    "keypad": N_("a key pressed in the call"),
    "web": N_("the web page"),
    "cli": N_("the command line"),
    "api": N_("the programming interface"),
    "phone": N_("telephone, entered by the desk"),
}

COLOURS: Mapping[Colour, str] = {
    Colour.BLUE: N_("blue"),
    Colour.YELLOW: N_("yellow"),
    Colour.RED: N_("red"),
}

#: Roster roles, standing posts and the duty desk: all that an Ask may name.
ROLES: Mapping[str, str] = {
    "primary": N_("primary liaison"),
    "deputy": N_("deputy"),
    "leader": N_("duty leader"),
    "team": N_("emergency team"),
    "supervisor": N_("supervisor"),
    "liaison": N_("standing liaison"),
    "division_leader": N_("division leader"),
    "head": N_("head of the unit"),
    "desk": N_("duty desk"),
}

#: The states of one page.
STATES: Mapping[State, str] = {
    State.WAITING: N_("waiting for an answer"),
    State.ACKED: N_("acknowledged"),
    State.CANCELLED: N_("withdrawn"),
    State.EXHAUSTED: N_("nobody answered"),
}

#: The states of a transfer, then its flags (product.md section 3).
TRANSFER_STATES: Mapping[str, str] = {
    "new": N_("new"),
    "paged": N_("waiting for an answer"),
    "acked": N_("acknowledged"),
    "handling": N_("being handled"),
    "replied": N_("result reported"),
    "closed": N_("closed"),
    "cancelled": N_("withdrawn"),
    "returned": N_("returned"),
    "disputed": N_("disputed"),
    "first_receiver": N_("first receiver goes ahead"),
    "rejected": N_("not accepted"),
    "guided": N_("guided elsewhere"),
    "extended": N_("extended"),
    "police": N_("police dispatched"),
}
FLAGS: Mapping[str, str] = {
    "overdue": N_("overdue"),
    "supervised": N_("supervised"),
    "major": N_("major"),
    "nuisance": N_("malicious caller"),
    "drill": N_("drill"),
    "confidential": N_("confidential"),
}

#: The states of a supervision order.
ORDERS: Mapping[str, str] = {
    "draft": N_("draft, waits for a person"),
    "issued": N_("issued, waits for the reply"),
    "replied": N_("replied"),
    "closed": N_("closed"),
    "dropped": N_("dropped"),
}

#: A unit's share in a transfer.
PARTS: Mapping[str, str] = {
    "lead": N_("leading unit"),
    "assist": N_("assisting unit"),
    "copy": N_("for information"),
    "police": N_("police desk"),
    "party": N_("called to talk"),
    "county": N_("county duty office"),
}

#: What is wrong with a number.
NUMBER_FLAGS: Mapping[Flag, str] = {
    Flag.OPTED_OUT: N_("wants no more texts"),
    Flag.DEAD: N_("dead"),
}

#: The states of one message to one person.
ATTEMPTS: Mapping[str, str] = {
    "queued": N_("queued"),
    "sending": N_("being sent"),
    "accepted": N_("taken by the provider"),
    "delivered": N_("delivered"),
    "answered": N_("call answered"),
    "acked": N_("acknowledged"),
    "failed": N_("failed"),
    "expired": N_("too old to send"),
    "superseded": N_("no longer needed"),
    "unknown": N_("fate unknown"),
}

#: Where somebody rung for a telephone conference is.
PRESENCES: Mapping[str, str] = {
    "rung": N_("being rung since"),
    "in": N_("in it since"),
    "left": N_("left at"),
    "missing": N_("not connected at"),
}

#: Who picked up a call, as far as the provider can tell. None of them is an acknowledgement.
ANSWERED_BY: Mapping[str, str] = {
    "human": N_("a person seems to have picked up"),
    "machine": N_("a machine seems to have picked up"),
    "unknown": N_("who picked up is unclear"),
}

#: Why a decision is what it is. Blanks: who, detail, level.
REASONS: Mapping[Reason, str] = {
    Reason.STARTED: N_("The ladder began."),
    Reason.STEP_DUE: N_("Level {level}, planned for {detail}, was carried out."),
    Reason.NOT_YET: N_("It is not yet time for the next step."),
    Reason.ROSTER_ROLE: N_("{who} holds the duty of {detail} now and is contacted."),
    Reason.FALLBACK: N_("The first choice for level {level} is vacant; {detail} steps in."),
    Reason.REPEATED: N_("Level {level} is contacted again, as planned for {detail}."),
    Reason.MERGED: N_("{who} was sent the same a moment ago; the two became one message."),
    Reason.DUPLICATE_TARGET: N_("{who} was contacted by an earlier level, so not again."),
    Reason.OUT_OF_PLAY: N_("{who} has declined or cannot be reached, so is not contacted again."),
    Reason.NO_TARGET: N_("Level {level} has nobody new to contact, so it is passed over at once."),
    Reason.NO_CHANNEL: N_("{who} has no working number, so level {level} cannot reach them."),
    Reason.QUIET_HOURS: N_("Level {level} is not disturbed at night; it waits until {detail}."),
    Reason.NEXT_CHANNEL: N_("{who} is now tried by {detail}."),
    Reason.NEXT_NUMBER: N_("{who} is now tried at another of their numbers, {detail}."),
    Reason.NUMBER_FAILED: N_("{who} cannot be reached at {detail}."),
    Reason.BY_NAME: N_("{who} is called by name."),
    Reason.LEFT_OUT: N_("Does not come; the call goes on without them."),
    Reason.PERSONAL_RULE: N_("{who} has asked to be reached so, by their own rules."),
    Reason.CHANNEL_FAILED: N_("{who} cannot be reached by {detail}."),
    Reason.CHANNEL_STALLED: N_("A provider takes no messages just now; it is tried again."),
    Reason.USED_UP: N_("{who} has had all that may be sent by {detail}; the next level is asked."),
    Reason.PERSON_UNREACHABLE: N_("No way to reach {who} is left; the ladder moves on at once."),
    Reason.ALREADY_CLIMBED: N_("The ladder is already beyond {who}, at level {level}."),
    Reason.DECLINED: N_("{who} cannot take it; the ladder moves on at once."),
    Reason.ADVANCED: N_("Level {level} is contacted now, ahead of its planned time."),
    Reason.BY_HAND: N_("{who} asked for the next level now."),
    Reason.HANDED_OVER: N_("{who} has come on duty as {detail} and takes over what is unanswered."),
    Reason.NOBODY_NEW: N_("The duty changed, but nobody new came on."),
    Reason.HELD_OVER: N_(
        "{who} stays on duty until the relief takes over, until {detail} at the latest."
    ),
    Reason.ACKED: N_("{who} took it, by {detail}."),
    Reason.ALREADY_OWNED: N_("{who} also answered, but {detail} already has it."),
    Reason.ALREADY_YOURS: N_("The same person acknowledged again; they already have it."),
    Reason.TAKEN_OVER: N_("{who} took it over from {detail}."),
    Reason.RELEASED: N_("{who} gave it back."),
    Reason.RESUMED: N_("It was given back, and the ladder goes on where it stood."),
    Reason.CANCELLED: N_("{who} withdrew the transfer; everybody is told."),
    Reason.ENOUGH: N_("Enough others have answered; whoever was still asked here is told."),
    Reason.NOT_NEEDED: N_("Nothing more is asked of this unit; whoever was paged here is told."),
    Reason.EXHAUSTED: N_("Every level has been tried and nobody has it; the desk is alarmed."),
    Reason.ALARM_REPEATED: N_("Still nobody has it; the desk and supervision are alarmed again."),
    Reason.FIRST_ACTION_DUE: N_("{who} took it, but no progress has been recorded in time."),
    Reason.PROMISED: N_("{who} promised to be there by {detail}."),
    Reason.ETA_PASSED: N_("{who} promised to be there by now, and nothing has been noted."),
    Reason.PROGRESSED: N_("Progress was recorded; the first action is done."),
    Reason.RESTS: N_("The transfer has ended; nothing more is asked of whoever has it."),
    Reason.DELIVERED: N_("A message arrived on the phone; that is not yet an answer."),
    Reason.SUPERVISION_DRAFTED: N_("A {detail} supervision order was drafted."),
    Reason.NOT_OWNED: N_("Nobody has it yet, so there is nothing to give back or to report on."),
    Reason.NOT_OWNER: N_("Only the person who has it can give it back."),
    Reason.ALREADY_STARTED: N_("The ladder had already begun."),
    Reason.CLOSED: N_("The transfer is closed or withdrawn; nothing more happens."),
    **CASES,
}

#: The same for a decision as a whole, whose people and moments are told by the lines of its trail.
SUMMARIES: Mapping[Reason, str] = {
    Reason.STEP_DUE: N_("What was due was carried out."),
    Reason.NEXT_CHANNEL: N_("A message failed, so the person is tried another way."),
    Reason.NEXT_NUMBER: N_("A message failed, so the person's next number is tried."),
    Reason.NUMBER_FAILED: N_("A message failed."),
    Reason.PERSONAL_RULE: N_("Somebody's own rules asked for a message now."),
    Reason.CHANNEL_FAILED: N_("A message failed."),
    Reason.USED_UP: N_("Somebody had all that may be sent, so the next level is asked."),
    Reason.HANDED_OVER: N_("The duty changed, and whoever came on is contacted."),
    Reason.ACKED: N_("Somebody took it."),
    Reason.ALREADY_OWNED: N_("Somebody already has it, so nothing changes."),
    Reason.TAKEN_OVER: N_("Somebody else took it over."),
}

#: Added to a reason when a person said why.
WHY = N_("Their reason: {detail}.")

#: What the desk must look at. Blanks: who, level.
ALARMS: Mapping[Alarm, str] = {
    Alarm.GAP: N_("The roster names nobody as {who}; find somebody to stand in."),
    Alarm.NO_TARGET: N_("Level {level} found nobody at all; check the roster and the posts."),
    Alarm.UNREACHABLE: N_("{who} cannot be reached by any number; mend the contact card."),
    Alarm.OPTED_OUT: N_("{who} wants no more texts and is only called; ask them to text START."),
    Alarm.EXHAUSTED: N_("Every level has been tried and nobody has it; somebody must take it now."),
    Alarm.NO_FIRST_ACTION: N_("{who} took it, but nothing has been done; ask what is going on."),
    Alarm.SILENT: N_("An open page has nothing planned any more; escalate it by hand."),
    Alarm.OVERDUE: N_("The time for it is over and it is not finished; ask what is going on."),
    Alarm.NOT_RELIEVED: N_("{who} has not confirmed, or cannot take, a duty; find somebody."),
    Alarm.WANTS_DESK: N_("{who} was called and wants to speak to the desk; call back."),
    Alarm.NOT_TOLD: N_("{who} cannot be told what becomes of its matters; look at the webhook."),
    Alarm.NO_REPLY: N_("No reply to supervision order {who}, and its time is over; ask for it."),
    Alarm.HELD: N_("Units wait for the police; say that they are on their way, or page anyway."),
    Alarm.RETURNED: N_("{who} returned it; decide whose it is, or that they keep it."),
    Alarm.DISPUTED: N_("It is open whose it is; bring the parties together before the deadline."),
    Alarm.NOT_JOINED: N_("These have not joined the talk: {who}. Call them by telephone."),
    Alarm.NUISANCE: N_("A caller is marked as malicious; look at the evidence and decide."),
    Alarm.SHORT: N_("Too few of the group answer ({who}); call more, or telephone."),
    Alarm.ORPHAN: N_("Nothing is planned for this transfer and nobody works on it; decide."),
    Alarm.CANARY: N_("The test message did not arrive; telephone, and ask the provider why."),
    Alarm.RESTORED: N_(
        "The database was restored from a copy of {who}; later matters are not in it: hand them "
        "over again."
    ),
    Alarm.OPEN_IN_COPY: N_(
        "Open in the copy of {who}, nobody is paged: withdraw it if it is done, else escalate it."
    ),
    Alarm.STALE: N_(
        "The calendar {who} cannot be read for hours; what it last said holds. Ask its keeper."
    ),
    Alarm.STUCK: N_("Messages do not leave; telephone, and see what the providers say."),
    Alarm.DEGRADED: N_("{who} takes no messages; others carry them where there are any."),
    Alarm.OLD_BACKUP: N_("No copy of the database for two days; see why `oncall db backup` fails."),
    Alarm.CERTIFICATE: N_("The certificate of {who} ends soon, or is not believed; renew it."),
    Alarm.CLOCK: N_(
        "The clock of {who} and the database's differ, so steps come early or late; let both "
        "follow a time server."
    ),
    Alarm.NOT_DONE: N_("Planned work fails again and again ({who}); look into the log."),
}

SOMEBODY = N_("somebody")
UNSAID = N_("a way not recorded")

#: Reasons whose ``detail`` is what a person typed, so it is quoted and may be missing.
_SAID = SAID | {Reason.DECLINED, Reason.BY_HAND, Reason.RELEASED, Reason.CANCELLED}
_MOMENTS = frozenset({Reason.STEP_DUE, Reason.REPEATED, Reason.QUIET_HOURS, Reason.PROMISED})
_CHANNELS = frozenset({Reason.NEXT_CHANNEL, Reason.CHANNEL_FAILED, Reason.USED_UP})
_ROLES = frozenset({Reason.ROSTER_ROLE, Reason.HANDED_OVER, Reason.FALLBACK})


def role(t: Text, word: str) -> str:
    """A role or post in the reader's language; a word we do not know is shown as it is."""
    return t(ROLES[word]) if word in ROLES else word


def channel_word(t: Text, word: str) -> str:
    """A channel in the reader's language; one that pages do not use is shown as it is."""
    known = {str(channel): text for channel, text in CHANNELS.items()}
    return t(known[word]) if word in known else word


def reason_text(
    t: Text,
    reason: Reason,
    *,
    who: str = "",
    detail: str = "",
    level: int = 0,
    zone: str = "Asia/Shanghai",
) -> str:
    """One full sentence for a line of the trail; ``detail`` is what the machine put there.

    Without who and detail it is the sentence for a decision as a whole. Moments (ISO 8601) are
    shown as wall time in the IANA ``zone``.
    """
    if not who and not detail and reason in SUMMARIES:
        return t(SUMMARIES[reason])
    sentence = t(REASONS[reason]).format(
        who=who or t(SOMEBODY), detail=_detail(t, reason, detail, zone), level=level
    )
    if reason in _SAID and detail:
        return sentences((sentence, t(WHY).format(detail=detail)))
    return sentence


def alarm_text(t: Text, alarm: Alarm, *, who: str = "", level: int = 0) -> str:
    """One full sentence for an alarm; ``who`` is a person's name, or a role for a gap."""
    shown = role(t, who) if alarm is Alarm.GAP else who
    return t(ALARMS[alarm]).format(who=shown or t(SOMEBODY), level=level)


def fault_text(t: Text, messages: Mapping[str, str], fault: Fault) -> str:
    """What is wrong and how to mend it, from the ``messages`` of whoever found the fault."""
    return t(messages[fault.code]).format(value=fault.value, where=fault.where, **fault.params)


def sentences(said: Iterable[str]) -> str:
    """One after the other; a Chinese sentence is followed by the next without a blank."""
    out = ""
    for one in said:
        out += one if not out or out.endswith("。") else f" {one}"
    return out


def moment(when: datetime, zone: str) -> str:
    """Month, day and wall time in ``zone``; seconds only where there are any."""
    local = when.astimezone(ZoneInfo(zone))
    return local.strftime("%m-%d %H:%M:%S" if local.second else "%m-%d %H:%M")


def _detail(t: Text, reason: Reason, detail: str, zone: str) -> str:
    if not detail:
        return "" if reason in _SAID else t(UNSAID) if reason not in CASES else "–"
    if reason in _MOMENTS:
        return moment(datetime.fromisoformat(detail), zone)
    if reason in _CHANNELS:
        return t(CHANNELS[Channel(detail)])
    if reason in _ROLES:
        return role(t, detail.rpartition(":")[2])
    if reason is Reason.ACKED:
        return t(VIA[detail]) if detail in VIA else detail
    if reason is Reason.SUPERVISION_DRAFTED:
        return t(COLOURS[Colour(detail)])
    return detail
