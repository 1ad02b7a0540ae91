"""Who may do what: a call that is not in this table is denied to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from oncall.verbs import Who

DISPATCHER, ADMIN, LIAISON = "dispatcher", "admin", "liaison"
SUPERVISOR, AUDITOR = "supervisor", "auditor"


class Call(StrEnum):
    """Everything the API can be asked to do."""

    HAND_OVER = "hand_over"
    READ_TRANSFERS = "read_transfers"
    ANSWER = "answer"
    ESCALATE = "escalate"
    CANCEL = "cancel"
    NOTE = "note"
    CALL_POLICE = "call_police"
    #: The verbs of ``oncall.verbs``, by who may.
    WORK = "work"
    DECIDE = "decide"
    OVERSEE = "oversee"
    READ_ROSTERS = "read_rosters"
    CHANGE_ROSTERS = "change_rosters"
    READ_PEOPLE = "read_people"
    #: Mend contact cards; a liaison those of the own unit.
    CHANGE_PEOPLE = "change_people"
    #: Prove that a number reaches its person.
    VERIFY_PEOPLE = "verify_people"
    READ_ALARMS = "read_alarms"
    CLOSE_ALARM = "close_alarm"
    READ_REPORTS = "read_reports"
    EVALUATE = "evaluate"
    RECORD_VISITS = "record_visits"
    READ_ORDERS = "read_orders"
    ISSUE_ORDERS = "issue_orders"
    ANSWER_ORDERS = "answer_orders"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    #: See numbers in full, with a reason that is kept.
    SEE_PHONES = "see_phones"
    #: See who called; nobody else's business.
    SEE_CALLER = "see_caller"


_EVERYBODY = frozenset({DISPATCHER, ADMIN, LIAISON, SUPERVISOR, AUDITOR})
_DESK = frozenset({DISPATCHER, ADMIN})
_INVOLVED = frozenset({DISPATCHER, ADMIN, LIAISON, SUPERVISOR})

#: A liaison is bound to a unit, and each of these stands for that unit's own parts only.
ALLOWED: Mapping[Call, frozenset[str]] = {
    Call.HAND_OVER: _DESK,
    Call.READ_TRANSFERS: _EVERYBODY,
    Call.ANSWER: _INVOLVED,
    Call.ESCALATE: frozenset({DISPATCHER, ADMIN, SUPERVISOR}),
    Call.CANCEL: _DESK,
    Call.NOTE: _INVOLVED,
    # Danger may be reported by anyone involved.
    Call.CALL_POLICE: _INVOLVED,
    Call.WORK: _INVOLVED,
    Call.DECIDE: _DESK,
    Call.OVERSEE: frozenset({ADMIN, SUPERVISOR}),
    Call.READ_ROSTERS: _EVERYBODY,
    # At three in the morning it is the desk that finds somebody to stand in.
    Call.CHANGE_ROSTERS: frozenset({DISPATCHER, ADMIN, LIAISON}),
    Call.READ_PEOPLE: _EVERYBODY,
    Call.CHANGE_PEOPLE: frozenset({ADMIN, LIAISON}),
    Call.VERIFY_PEOPLE: frozenset({DISPATCHER, ADMIN, LIAISON}),
    Call.READ_ALARMS: _EVERYBODY,
    Call.CLOSE_ALARM: frozenset({DISPATCHER, ADMIN, SUPERVISOR}),
    Call.READ_REPORTS: _EVERYBODY,
    Call.EVALUATE: frozenset({DISPATCHER, ADMIN, SUPERVISOR, AUDITOR}),
    Call.RECORD_VISITS: _DESK,
    Call.READ_ORDERS: _EVERYBODY,
    # Never by the clock, and by nobody else (clause 21).
    Call.ISSUE_ORDERS: frozenset({SUPERVISOR}),
    Call.ANSWER_ORDERS: _INVOLVED,
    Call.ASK_EXTENSION: _INVOLVED,
    # Nobody gives time to themselves.
    Call.GRANT_EXTENSION: frozenset({DISPATCHER, ADMIN, SUPERVISOR}),
    Call.SEE_PHONES: _INVOLVED,
    Call.SEE_CALLER: frozenset({DISPATCHER, ADMIN, LIAISON}),
}


def may(role: str, call: Call) -> bool:
    """Whether a role may make a call."""
    return role in ALLOWED.get(call, frozenset())


#: Which right a verb asks for.
CALLS = {
    Who.INVOLVED: Call.WORK,
    Who.DESK: Call.DECIDE,
    Who.OVERSEER: Call.OVERSEE,
}
