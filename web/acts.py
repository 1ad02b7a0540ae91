"""The verbs over HTTP: one call each, made from the table that every door reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field as Limits
from pydantic import StrictBool, create_model

from oncall.core.words import reason_text
from oncall.verbs import VERBS, Field, Kind, Verb
from web import bodies, shapes
from web.api import PREFIX, PROBLEMS, own
from web.door import Caller, TheDoor, calling
from web.roles import CALLS

router = APIRouter(prefix=PREFIX, tags=["acts"], responses=PROBLEMS)


def _type(field: Field) -> Any:
    if field.kind is Kind.FLAG:
        return StrictBool
    if field.kind is Kind.MOMENT:
        return bodies.Moment
    if field.kind is Kind.UNIT:
        return bodies.UnitCode
    if field.kind is Kind.UNITS:
        return Annotated[list[bodies.UnitCode], Limits(max_length=100)]
    if field.kind is Kind.CHOICES:
        return Annotated[list[str], Limits(max_length=10)]
    return Annotated[str, Limits(max_length=field.longest)]


def _body(verb: Verb) -> type[bodies.Body]:
    """The body a verb takes."""
    fields: dict[str, Any] = {"by": (bodies.Name, ...), "unit": (bodies.UnitCode | None, None)}
    for field in verb.fields:
        kind, about = _type(field), Limits(description=field.about)
        kind = Annotated[kind, about] if field.required else Annotated[kind | None, about]
        fields[field.name] = (kind, ... if field.required else None)
    name = "".join(word.title() for word in verb.name.split("-")) + "In"
    return create_model(name, __base__=bodies.Body, __doc__=verb.about, **fields)


def _handler(verb: Verb, body: type[bodies.Body]) -> Callable[..., shapes.CaseOut]:
    def act(
        ref: str, body: Any, door: TheDoor, caller: Annotated[Caller, calling(CALLS[verb.who])]
    ) -> shapes.CaseOut:
        given = {name: getattr(body, name) for name in type(body).model_fields}
        done = door.app.acts.do(
            ref,
            verb,
            given,
            by=given["by"],
            now=door.now(),
            actor=caller.actor,
            unit=own(caller, given["unit"]),
        )
        return shapes.CaseOut(
            id=done.transfer.id,
            code=done.transfer.code,
            state=done.transfer.state,
            reason=done.reason,
            text=reason_text(caller.t, done.reason, who=given["by"], detail=done.detail),
        )

    act.__annotations__ = {
        "ref": str,
        "body": body,
        "door": TheDoor,
        "caller": Annotated[Caller, calling(CALLS[verb.who])],
        "return": shapes.CaseOut,
    }
    act.__doc__ = verb.about
    return act


for _verb in VERBS.values():
    router.add_api_route(
        f"/transfers/{{ref:path}}/{_verb.name}",
        _handler(_verb, _body(_verb)),
        methods=["POST"],
        operation_id=f"act_{_verb.name.replace('-', '_')}",
        response_model=shapes.CaseOut,
    )
