"""What people send from the console, checked and done; every answer in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notifiers.twilio.emulator import EmulatorError
from oncall.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound, OncallError
from oncall.core.faults import explain, explain_error
from oncall.core.model import Reason
from oncall.core.routing import suggest
from oncall.core.transfers import Draft
from oncall.core.words import N_, Text, reason_text
from oncall.desk import Outcome
from oncall.directory import Snapshot
from oncall.store import alarms, routes
from oncall.store.pages import Lost
from oncall.verbs import VERBS, Verb
from oncall.wiring import App
from web.form_acts import given_by
from web.form_time import TIME, more_time
from web.phones import Handsets
from web.render import Look
from web.roles import ALLOWED, CALLS, LIAISON, Call
from web.session import Visitor

_BETWEEN = re.compile(r"[,，、;；\n]+")
_NO_SUCH_UNIT = N_("No unit is called “{value}”. Choose one from the list.")
_NO_URGENCY = N_("Choose how urgent it is.")
_OVER = N_("The call is over already.")

#: Said to a form that did not come from our own page.
ELSEWHERE = N_("This was not sent by the console's own page; nothing was done.")

_TAKEN = (Reason.ACKED, Reason.ALREADY_YOURS, Reason.TAKEN_OVER, Reason.PROMISED)
_DONE = {
    "ack": N_("{who} has {code} now; everybody else paged is told."),
    "decline": N_("Noted that {who} cannot; the next person is asked at once."),
    "escalate": N_("The next level of {code} is being contacted."),
    "release": N_("{code} was given back; the ladder goes on."),
    "note": N_("Noted on {code}."),
    "cancel": N_("{code} was withdrawn; everybody paged is told."),
    "police": N_("The 110 desk is being paged about {code}."),
}
_POLICE_BEFORE = N_("The 110 desk has a part in {code} already.")
_OWNED = N_("{who} already has {code}; nothing was changed.")
_SENT = N_("{code} was handed over; paging has begun.")
_SENT_BEFORE = N_("{code} is already here; nothing was sent twice.")
_OTHER_WORDS = N_(
    "This form was sent a moment ago with other words. Look at the list, then send it again if"
    " it is another matter."
)
_LONGEST_WHY, _LONGEST_NAME = 500, 40
#: Minutes; whoever comes later than a day from now has promised nothing.
_LONGEST_ETA = 1440
_DEALT_WITH = N_("The alarm is closed.")
#: More than the page ever offers at once.
_ALARMS = 200

_CALLS = {
    "ack": Call.ANSWER,
    "decline": Call.ANSWER,
    "release": Call.ANSWER,
    "escalate": Call.ESCALATE,
    "note": Call.NOTE,
    "cancel": Call.CANCEL,
    "police": Call.CALL_POLICE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One form as it came, from whom, and in which language to answer."""

    visitor: Visitor
    look: Look
    form: Mapping[str, str]

    @property
    def t(self) -> Text:
        """English source string to the reader's language."""
        return self.look.t

    def get(self, name: str) -> str:
        """A field without blanks around it and without what no screen shows; "" if missing."""
        typed = self.form.get(name, "").encode("utf-8", "replace").decode()
        return "".join(c for c in typed if c >= " " or c in "\n\t").strip()

    def unit(self) -> str | None:
        """Whose part it is about; of a liaison's own unit. Raises Forbidden for another's."""
        named, own = self.get("unit")[:100] or None, self.visitor.actor.unit
        if self.visitor.actor.role != LIAISON:
            return named
        if named is not None and named.partition("/")[0] != own:
            raise Forbidden("not_your_unit", unit=own or "")
        return named or own

    def require(self, call: Call) -> None:
        """Raises Forbidden for a visitor who may not."""
        if not self.visitor.may(call):
            allowed = ", ".join(sorted(ALLOWED[call]))
            raise Forbidden("not_allowed", role=self.visitor.actor.role, allowed=allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it: words for the reader, faults by field, and the transfer to show."""

    said: str
    status: int = 200
    faults: Mapping[str, str] = field(default_factory=dict)
    goto: str | None = None

    @property
    def good(self) -> bool:
        """Whether it was done."""
        return self.status < 400


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """The form for a new transfer as it stands: what was typed, and what is wrong with it."""

    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    said: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody is in the middle of it."""
        return bool(self.given)


class Forms:
    """Does what a form asks; nothing it refuses leaves a trace."""

    def __init__(self, app: App) -> None:
        self.app = app

    def send(self, given: Given) -> Result:
        """Hand over a new transfer."""
        return _explained(given, lambda: self._send(given))

    def act(self, given: Given, ref: str, verb: str) -> Result:
        """Answer for somebody, escalate, give back, note, withdraw, call in 110."""
        return _explained(given, lambda: self._act(given, ref, verb))

    def close_alarms(self, given: Given) -> Result:
        """Alarms were dealt with."""
        return _explained(given, lambda: self._close_alarms(given))

    def _send(self, given: Given) -> Result:
        given.require(Call.HAND_OVER)
        now = self.app.clock.now()
        with self.app.db.read() as tx:
            snapshot = self.app.directory.at(tx, now)
        draft = Draft(
            origin=given.get("origin"),
            origin_ref=given.get("origin_ref") or None,
            to=tuple(_units(given.get("to"), snapshot)),
            urgency=given.get("urgency"),
            summary=given.get("summary"),
            category=given.get("category") or None,
            area=given.get("area") or None,
            danger=bool(given.get("danger")),
            drill=bool(given.get("drill")),
            copy=tuple(_units(given.get("copy"), snapshot)),
            police_first=bool(given.get("police_first")),
        )
        if not draft.to and draft.category:
            self._suggest(given, snapshot, draft, now)
        key = given.get("key")[:60] or None
        accepted = self.app.intake.accept(draft, now, given.visitor.actor, key=key)
        code = accepted.transfer.code
        said = _SENT if accepted.created else _SENT_BEFORE
        return Result(said=given.t(said).format(code=code), goto=code)

    def _suggest(self, given: Given, snapshot: Snapshot, draft: Draft, now: datetime) -> None:
        """Say whose it usually is, where nobody named a unit. Raises Invalid with that."""
        with self.app.db.read() as tx:
            known = routes.all_routes(tx)
        day = now.astimezone(self.app.settings.zone).date()
        for route in suggest(known, draft.category or "", draft.area, day):
            units = (route.lead, *route.assist)
            named = given.t(N_(", ")).join(snapshot.unit_name(c, given.look.lang) for c in units)
            raise Invalid([Fault(where="to", code="suggested", value=named)])

    def _act(self, given: Given, ref: str, verb: str) -> Result:
        if verb in VERBS:
            return self._do(given, ref, VERBS[verb])
        if verb in TIME:
            return self._time(given, ref, verb)
        if verb not in _CALLS:
            raise NotFound("no_such_address")
        given.require(_CALLS[verb])
        transfer = self.app.desk.find(ref, given.visitor.actor)
        by, why = given.visitor.signs(given.get("by")), given.get("why")[:_LONGEST_WHY]
        now, actor, desk = self.app.clock.now(), given.visitor.actor, self.app.desk
        code, part = transfer.code, given.unit()
        who = given.get("who")[:_LONGEST_NAME]
        if verb == "ack":
            minutes = _minutes(given.get("minutes"))
            done = desk.ack(
                code, by, now, actor, on_behalf_of=_named(who), unit=part, minutes=minutes
            )
            if not any(one.reason in _TAKEN for one in done):
                return _already(given, code, done)
        elif verb == "decline":
            desk.decline(code, by, now, actor, why=why, on_behalf_of=_named(who), unit=part)
        elif verb == "escalate":
            desk.escalate(code, by, now, actor, why=why, unit=part)
        elif verb == "release":
            desk.release(code, by, now, actor, why=_written(why), unit=part)
        elif verb == "note":
            desk.note(code, by, why, now, actor, unit=part)
        elif verb == "cancel":
            desk.cancel(code, by, now, actor, why=_written(why))
        elif not self.app.intake.call_police(code, by, now):
            return Result(said=given.t(_POLICE_BEFORE).format(code=code), goto=code)
        return Result(said=given.t(_DONE[verb]).format(code=code, who=who), goto=code)

    def _do(self, given: Given, ref: str, verb: Verb) -> Result:
        given.require(CALLS[verb.who])
        now, actor = self.app.clock.now(), given.visitor.actor
        with self.app.db.read() as tx:
            snapshot = self.app.directory.at(tx, now)
        values = given_by(given.get, verb, snapshot, self.app.settings.zone, _units)
        by = given.visitor.signs(given.get("by"))
        unit = next(iter(_units(given.unit() or "", snapshot)), None)
        done = self.app.acts.do(ref, verb, values, by=by, now=now, actor=actor, unit=unit)
        said = reason_text(given.t, done.reason, who=by, detail=done.detail)
        return Result(said=said, goto=done.transfer.code)

    def _time(self, given: Given, ref: str, verb: str) -> Result:
        *_, call = TIME[verb]
        given.require(call)
        by, actor = given.visitor.signs(given.get("by")), given.visitor.actor
        code = self.app.desk.find(ref, actor).code
        said = more_time(self.app, given.get, verb, code, given.t, by=by, actor=actor)
        return Result(said=said, goto=code)

    def _close_alarms(self, given: Given) -> Result:
        given.require(Call.CLOSE_ALARM)
        numbers = [
            int(n) for n in given.get("ids").split(",")[:_ALARMS] if n.isdecimal() and len(n) < 18
        ]
        with self.app.db.begin() as tx:
            by, now = given.visitor.signs(given.get("by")), self.app.clock.now()
            closed = sum(alarms.close(tx, number, by, now) for number in numbers)
            if not closed:
                raise Conflict("alarm_closed", alarm=given.get("ids")[:40])
            tx.ring()
        return Result(said=given.t(_DEALT_WITH))


async def on_phone(given: Given, handsets: Handsets | None, verb: str) -> Result:
    """Somebody picks up, presses a key, hangs up or writes back on an emulated phone."""
    if handsets is None:
        return Result(said=given.t(_OVER), status=404)
    try:
        if verb == "call":
            await handsets.act(given.get("sid"), given.get("verb"))
        else:
            await handsets.reply(given.get("number"), given.get("text"))
    except EmulatorError:
        return Result(said=given.t(_OVER), status=409)
    return Result(said="")


def refused(t: Text, error: OncallError) -> Result:
    """A refusal in words; the faults of a form each at its field."""
    if error.code == "idempotency_key_reused":
        return Result(said=t(_OTHER_WORDS), status=error.status)
    if not isinstance(error, Invalid):
        return Result(said=str(explain_error(t, error)), status=error.status)
    faults: dict[str, str] = {}
    for fault in error.faults:
        name = re.sub(r"\[\d+\]$", "", fault.where)
        faults.setdefault(name, _fault(t, name, fault))
    return Result(said="；".join(faults.values()), status=error.status, faults=faults)


def _fault(t: Text, name: str, fault: Fault) -> str:
    if name == "to" and fault.code == "unknown_unit":
        return t(_NO_SUCH_UNIT).format(value=fault.value)
    if name == "urgency":
        return t(_NO_URGENCY)
    return str(explain(t, fault))


def _explained(given: Given, work: Callable[[], Result]) -> Result:
    try:
        return work()
    except OncallError as error:
        return refused(given.t, error)
    except Lost:
        return refused(given.t, Conflict("busy"))


def _already(given: Given, code: str, done: list[Outcome]) -> Result:
    owner = next((one.owner for one in done if one.owner), "") or ""
    said = given.t(_OWNED).format(who=owner, code=code)
    return Result(said=said, status=409, goto=code)


def _written(why: str) -> str:
    if not why:
        raise Invalid([Fault(where="why", code="empty")])
    return why


def _named(who: str) -> str:
    if not who:
        raise Invalid([Fault(where="who", code="empty")])
    return who


def _minutes(typed: str) -> int | None:
    """Minutes until somebody is there; None where nothing was typed."""
    if not typed:
        return None
    if not typed.isascii() or not typed.isdecimal() or not 1 <= int(typed[:5]) <= _LONGEST_ETA:
        wanted = {"wanted": f"1–{_LONGEST_ETA}"}
        raise Invalid([Fault(where="minutes", code="out_of_range", value=typed, params=wanted)])
    return int(typed)


def _units(typed: str, snapshot: Snapshot) -> list[str]:
    """Codes for whatever people type: a code, or a name in either language."""
    units = snapshot.units.values()
    known = {word.casefold(): unit.code for unit in units for word in unit.aliases}
    for unit in units:
        for word in (unit.name_en, unit.name_zh, unit.code):
            if word:
                known[word.casefold()] = unit.code
    said = [part.strip() for part in _BETWEEN.split(typed)]
    return [known.get(part.casefold(), part[:40]) for part in said if part]
