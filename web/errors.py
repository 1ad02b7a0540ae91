"""Whatever goes wrong leaves as problem+json: where, what, why, and how to mend it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from oncall.core.errors import Conflict, Fault, Forbidden, Invalid, OncallError
from oncall.core.faults import explain, explain_error, sentence
from oncall.core.words import N_, Text
from oncall.i18n import translator
from oncall.store.pages import Lost
from web import shapes
from web.language import chosen

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
#: An error's shape in the description, by the name under which it stands there once. Given as a
#: model it would be built anew for every status of every call, in each process that starts.
SHAPE: Mapping[str, Any] = {
    MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{shapes.Problem.__name__}"}}
}
#: More of a wrong value than this helps nobody.
_SHOWN = 80


class Unauthorized(OncallError):
    """The call needs a token that is good."""

    status = 401


class BadRequest(OncallError):
    """The request cannot even be read."""

    status = 400


class TooLarge(OncallError):
    """The body is larger than we read."""

    status = 413


class TooMany(OncallError):
    """This address sent too many wrong requests."""

    status = 429


def problem(
    status: int, code: str, detail: str, errors: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """The body of RFC 9457, with our code and the places that are wrong."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": list(errors),
    }


def answer(t: Text, error: OncallError) -> Response:
    """An error as its reader gets it."""
    errors = []
    if isinstance(error, Invalid):
        errors = [_shown(t, fault) for fault in error.faults]
        detail = str(sentence(t, error.code, **error.params))
    else:
        detail = str(explain_error(t, error))
    headers = {"WWW-Authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(
        problem(error.status, error.code, detail, errors),
        status_code=error.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def _shown(t: Text, fault: Fault) -> dict[str, str]:
    said = explain(t, fault)
    return {
        "path": fault.where,
        "code": fault.code,
        "value": fault.value[:_SHOWN],
        "message": said.message,
        "mend": said.mend,
    }


# -- what FastAPI and pydantic found -------------------------------------------------------

#: pydantic's word: what would fit.
_WANTED = {
    "string_type": N_("a text"),
    "string_unicode": N_("a text"),
    "bool_type": N_("true or false"),
    "bool_parsing": N_("true or false"),
    "list_type": N_("a list"),
    "dict_type": N_("an object"),
    "model_type": N_("an object"),
    "model_attributes_type": N_("an object"),
    "int_type": N_("a whole number"),
    "int_parsing": N_("a whole number"),
    "int_from_float": N_("a whole number"),
}
#: What the framework refuses by itself.
_CODES = {404: "no_such_address", 405: "no_such_method", 413: "too_large"}
_OURS = frozenset({"naive_time", "bad_time"})


def faults_of(error: RequestValidationError, t: Text) -> list[Fault]:
    """Everything that is wrong with a request, in our words and with our paths."""
    return [_fault(one, t) for one in error.errors()]


def _fault(one: Mapping[str, Any], t: Text) -> Fault:
    kind, value = str(one["type"]), _short(one.get("input"))
    where = _path(one["loc"])
    limits = one.get("ctx") or {}
    if kind == "missing":
        return Fault(where=where, code="missing")
    if kind == "extra_forbidden":
        return Fault(where=where, code="unknown_field", value=str(one["loc"][-1])[:_SHOWN])
    if kind in _OURS:
        return Fault(where=where, code=kind, value=value)
    if kind in ("string_too_long", "too_long"):
        longest = str(limits.get("max_length", ""))
        size = str(limits.get("actual_length") or len(str(one.get("input", ""))))
        code = "too_long" if kind == "string_too_long" else "too_many"
        return Fault(where=where, code=code, value=size, params={"longest": longest})
    if kind in _WANTED:
        return Fault(
            where=where, code="wrong_type", value=value, params={"wanted": t(_WANTED[kind])}
        )
    low, high = limits.get("ge"), limits.get("le")
    wanted = f"≥ {low}" if low is not None else f"≤ {high}" if high is not None else kind
    return Fault(where=where, code="out_of_range", value=value, params={"wanted": wanted})


def _path(loc: Sequence[int | str]) -> str:
    """("body", "to", 0) is to[0], as the sender wrote it."""
    out = ""
    for part in loc[1:] if len(loc) > 1 else loc:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out[:_SHOWN]


def _short(value: Any) -> str:
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else ""
    # What cannot be written as UTF-8 cannot be sent back either.
    text = text or str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


# -- handlers ------------------------------------------------------------------------------


def install(api: FastAPI, default_lang: str) -> None:
    """Make every error of the application leave as problem+json."""

    def t_of(request: Request) -> Text:
        return translator(chosen(request.headers.get("accept-language"), default_lang))

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, OncallError)  # noqa: S101 - registered for it
        return answer(t_of(request), error)

    async def lost(request: Request, _: Exception) -> Response:
        return answer(t_of(request), Conflict("busy"))

    async def unreadable(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
        t = t_of(request)
        for one in error.errors():
            if one["type"] == "json_invalid":
                return answer(t, BadRequest("not_json", value=str(one["ctx"]["error"])))
        return answer(t, Invalid(faults_of(error, t)))

    async def elsewhere(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
        code = _CODES.get(error.status_code, "not_json")
        value = request.method if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else ""
        said = sentence(t_of(request), code, value=value or str(error.detail))
        return JSONResponse(
            problem(error.status_code, code, str(said)),
            status_code=error.status_code,
            headers=error.headers,
            media_type=MEDIA_TYPE,
        )

    async def fault(request: Request, error: Exception) -> Response:
        incident = secrets.token_hex(4)
        # The route, not the address: an address may hold a secret.
        route = getattr(request.scope.get("route"), "path", "")
        _log.error("%s %s failed, incident %s", request.method, route, incident, exc_info=error)
        said = sentence(t_of(request), "server_fault", value=incident)
        return JSONResponse(
            problem(500, "server_fault", str(said)), status_code=500, media_type=MEDIA_TYPE
        )

    api.add_exception_handler(OncallError, ours)
    api.add_exception_handler(Lost, lost)
    api.add_exception_handler(RequestValidationError, unreadable)
    api.add_exception_handler(HTTPException, elsewhere)
    api.add_exception_handler(Exception, fault)


__all__ = [
    "BadRequest",
    "Forbidden",
    "TooLarge",
    "TooMany",
    "Unauthorized",
    "answer",
    "install",
    "problem",
]
