"""More time on the console: what its two forms ask, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from oncall.core.errors import Fault, Invalid
from oncall.core.words import N_, Text, moment
from oncall.intake import Actor
from oncall.verbs import Field, Kind
from oncall.wiring import App
from web.form_acts import read_moment
from web.roles import Call

_GRANT, _REFUSE = "grant", "refuse"
_WHY = Field(name="why", kind=Kind.TEXT, about=N_("Their reason, for the record."), required=True)

#: By the last word of the address: label, about, fields, and who may.
TIME: Mapping[str, tuple[str, str, tuple[Field, ...], Call]] = {
    "extend": (
        N_("Ask for more time"),
        N_("Whoever handles it needs more time; the supervisor on duty decides."),
        (
            Field(name="until", kind=Kind.MOMENT, about=N_("Until when."), required=True),
            _WHY,
        ),
        Call.ASK_EXTENSION,
    ),
    "extension": (
        N_("Decide on more time"),
        N_("Grant the time that was asked for, or refuse it; whoever handles it is told."),
        (
            Field(
                name="grant",
                kind=Kind.CHOICE,
                about=N_("Is it granted?"),
                required=True,
                choices=(_GRANT, _REFUSE),
            ),
            _WHY,
        ),
        Call.GRANT_EXTENSION,
    ),
}
CHOICES: Mapping[str, str] = {_GRANT: N_("granted"), _REFUSE: N_("refused")}

_ASKED = N_("More time for {code} was asked for, until {until}; the supervisor on duty is told.")
_DECIDED = {
    _GRANT: N_("More time for {code} is granted; it is due at {until} now."),
    _REFUSE: N_("More time for {code} is refused; it stays due at {until}."),
}


def more_time(
    app: App, get: Callable[[str], str], verb: str, code: str, t: Text, *, by: str, actor: Actor
) -> str:
    """Do it; what was done, in words. Raises Invalid, NotFound, Conflict, Forbidden."""
    now, zone, why = app.clock.now(), app.settings.zone, get("why")[: _WHY.longest]
    if not why:
        raise Invalid([Fault(where="why", code="empty")])
    if verb == "extend":
        until = read_moment(get("until"), "until", zone)
        app.deadlines.ask(code, by, until, why, now, actor)
        return _told(t, _ASKED, code, until, str(zone))
    decided = get("grant")
    if decided not in CHOICES:
        known = {"known": ", ".join(CHOICES)}
        raise Invalid([Fault(where="grant", code="unknown_word", value=decided[:20], params=known)])
    app.deadlines.decide(code, by, now, actor, grant=decided == _GRANT, why=why)
    _, deadline, _ = app.deadlines.of(code, actor)
    return _told(t, _DECIDED[decided], code, deadline.due_at, str(zone))


def _told(t: Text, said: str, code: str, at: datetime, zone: str) -> str:
    return t(said).format(code=code, until=moment(at, zone))
