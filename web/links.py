"""What may follow an answer: OpenAPI links from one call to the next, each with a sound example.

A link takes the address of the next call from the answer and brings a body that means something: a
program (or a test that walks by itself) goes a matter's whole way by the description alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: A unit of every installation.
_DESK = "DESK-12345"
#: No deadline and no reminder is later.
_FAR = "2099-12-31T18:00:00+08:00"
_BY = {"by": "值班员"}
_WHY = {**_BY, "why": "经核实"}
_TEXT = {**_BY, "text": "已恢复供水"}
_MATTER = {"origin": "12345", "urgency": "urgent", "summary": "水管爆裂", "category": "供水"}
_FIRST = "items/0/id"

#: What may be done with a matter, and what goes with it.
_ACTS: Mapping[str, Mapping[str, Any]] = {
    "ack": {"by": "张三", "eta_minutes": 30},
    "decline": {**_WHY, "on_behalf_of": "张三"},
    "release": _WHY,
    "escalate": _WHY,
    "cancel": _WHY,
    "note": {**_BY, "why": "已到现场"},
    "police": _BY,
    "extend": {**_WHY, "until": _FAR},
    "extension": {**_WHY, "grant": True},
    "result": _TEXT,
    "feedback": {**_TEXT, "to": "both"},
    "close": {**_BY, "waivers": ["W1"]},
    "reopen": _WHY,
    "add": {**_BY, "units": [_DESK]},
    "correct": _TEXT,
    "remind": {**_TEXT, "at": _FAR},
    "reject": {**_WHY, "ground": "R7"},
    "guide": _TEXT,
    "answer": _TEXT,
    "nuisance": {**_BY, "evidence": "一小时内拨打二十次"},
    "confirm": {"by": "另一值班员"},
    "lift": _WHY,
    "return": {**_WHY, "suggestion": _DESK},
    "uphold": {**_WHY, "to": _DESK},
    "deny": _WHY,
    "allow-return": _WHY,
    "dispute": {**_WHY, "candidates": [_DESK]},
    "propose": {**_BY, "unit": "DESK-110", "owner": _DESK},
    "talk": _BY,
    "talked": {**_BY, "outcome": "由热线办理", "owner": _DESK},
    "conference": _BY,
    "rule": {**_BY, "owner": _DESK, "minutes": "2026年11月会商纪要"},
    "danger": _WHY,
    "dispatched": _BY,
    "force": _WHY,
    "major": _WHY,
}
_ANSWERS = ("ack", "decline", "escalate", "cancel")
_WORK = ("note", "result", "extend", "add", "remind", "correct", "police", "danger", "major")
_WHOSE = ("return", "dispute", "talk", "rule")
#: Which acts usually follow which.
_AFTER: Mapping[str, Sequence[str]] = {
    "ack": ("release", *_WORK, *_WHOSE),
    "decline": _ANSWERS,
    "release": _ANSWERS,
    "escalate": _ANSWERS,
    "note": ("result", "remind", "extend"),
    "result": ("feedback", "close", "note"),
    "feedback": ("close",),
    "close": ("reopen",),
    "reopen": (*_ANSWERS, "note"),
    "add": ("ack",),
    "nuisance": ("confirm", "lift"),
    "confirm": ("confirm", "lift"),
    "return": ("uphold", "deny", "dispute"),
    "uphold": ("ack", "return"),
    "deny": ("ack", "note"),
    "dispute": ("propose", "talk"),
    "propose": ("propose", "talk", "ack"),
    "allow-return": ("return",),
    "danger": ("dispatched",),
    "dispatched": ("force", "ack"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One next call: ``METHOD path``, what goes with it, and where its address is in the answer."""

    to: str
    sends: Mapping[str, Any] | None = None
    #: A part of the address, or of the query: where in the answer it stands.
    takes: Mapping[str, str] = field(default_factory=dict)


def _act(verb: str, at: str = "id") -> Link:
    return Link(f"POST /transfers/{{ref}}/{verb}", _ACTS[verb], {"ref": at})


def _show(at: str = "id") -> Link:
    return Link("GET /transfers/{ref}", None, {"ref": at})


def _order(what: str, at: str = "id", sends: Mapping[str, Any] | None = None) -> Link:
    method = "GET" if sends is None else "POST"
    return Link(f"{method} /supervisions/{{ref}}{what}", sends, {"ref": at})


def _card(what: str = "", at: str = "person", sends: Mapping[str, Any] | None = None) -> Link:
    method = "GET" if sends is None else "POST"
    return Link(f"{method} /people/{{person}}{what}", sends, {"person": at})


_ROLL = Link("GET /group-calls/{ref}", None, {"ref": "id"})
_TALK = Link("GET /talks/{ref}", None, {"ref": "id"})
_LATER = Link("POST /transfers/{ref}/extension", _ACTS["extension"], {"ref": "transfer"})
_DELETE = "DELETE /overrides/{number}"

#: From each call's good answer to what may follow it; the paths are those under the API's prefix.
LINKS: Mapping[str, Sequence[Link]] = {
    "GET /units": (
        Link("POST /transfers", {**_MATTER, "to": ["$response.body#/items/0/code"]}),
        Link("GET /on-duty", None, {"unit": "items/0/code"}),
        Link("GET /people", None, {"unit": "items/0/code"}),
        Link("GET /handover", None, {"unit": "items/0/code"}),
    ),
    "POST /transfers": (
        _show(),
        *map(_act, (*_ANSWERS, "reject", "guide", "answer", "nuisance", *_WORK, *_WHOSE)),
        _act("dispatched"),
    ),
    "GET /transfers": (_show(_FIRST), *(_act(verb, _FIRST) for verb in _ACTS)),
    **{
        f"POST /transfers/{{ref}}/{verb}": (_show(), *map(_act, after))
        for verb, after in _AFTER.items()
    },
    "POST /transfers/{ref}/talk": (_TALK, *map(_act, ("conference", "talked"))),
    "POST /transfers/{ref}/conference": (_TALK, _act("talked")),
    "POST /transfers/{ref}/extend": (_LATER,),
    "GET /deadlines": (
        Link("POST /transfers/{ref}/extend", _ACTS["extend"], {"ref": "items/0/transfer"}),
    ),
    "GET /groups": (
        Link("GET /groups/{name}/preview", None, {"name": "items/0/name"}),
        Link(
            "POST /groups/{name}/calls",
            {**_MATTER, "count": "$response.body#/items/0/count"},
            {"name": "items/0/name"},
        ),
    ),
    "POST /groups/{name}/calls": (_ROLL, _show(), *map(_act, ("ack", "correct", "cancel"))),
    "GET /supervisions": (
        _order("", _FIRST),
        _order("/print", _FIRST),
        _order("/confirm", _FIRST, {**_BY, "demand": "今日18:00前恢复供水"}),
        _order("/drop", _FIRST, _WHY),
    ),
    "POST /supervisions/{ref}/confirm": (_order("/print"), _order("/reply", "id", _TEXT)),
    "POST /supervisions/{ref}/reply": (_order("/print"), _order("/close", "id", _WHY)),
    "GET /alarms": (Link("POST /alarms/{alarm_id}/close", _BY, {"alarm_id": _FIRST}),),
    "GET /people": (
        _card("", _FIRST),
        _card("/verification", _FIRST, {"channel": "sms"}),
        Link("PATCH /people/{person}", {"lang": "zh_CN"}, {"person": _FIRST}),
    ),
    "POST /people/{person}/verification": (
        _card("/verification/check", "person", {"channel": "sms", "code": "000000"}),
    ),
    "POST /overrides": (Link(_DELETE, None, {"number": "id"}),),
    "GET /overrides": (Link(_DELETE, None, {"number": _FIRST}),),
    "POST /changes/swap": (Link("GET /changes/{number}", None, {"number": "id"}),),
    "GET /changes": (Link("GET /changes/{number}", None, {"number": _FIRST}),),
}


def link(document: dict[str, Any], prefix: str) -> None:
    """Write the links into an OpenAPI document whose paths begin with ``prefix``."""
    for source, following in LINKS.items():
        answers = _call(document, source, prefix)["responses"]
        for status in (status for status in answers if status.startswith("2")):
            answers[status]["links"] = dict(_written(document, one, prefix) for one in following)


def _call(document: dict[str, Any], named: str, prefix: str) -> dict[str, Any]:
    method, _, path = named.partition(" ")
    found: dict[str, Any] = document["paths"][prefix + path][method.lower()]
    return found


def _written(document: dict[str, Any], one: Link, prefix: str) -> tuple[str, dict[str, Any]]:
    call = _call(document, one.to, prefix)
    out: dict[str, Any] = {
        "operationId": call["operationId"],
        "description": call["description"].partition("\n")[0],
        "parameters": {name: f"$response.body#/{at}" for name, at in one.takes.items()},
    }
    if one.sends is not None:
        out["requestBody"] = dict(one.sends)
    return call["operationId"], out
