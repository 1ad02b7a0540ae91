"""The API's page: every call, field and answer, from the OpenAPI document; no script, no CDN."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from oncall.i18n import translator
from web.api import PREFIX
from web.door import door_of
from web.language import chosen

router = APIRouter(include_in_schema=False)

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)


@router.get(f"{PREFIX}/docs")
def docs(request: Request) -> HTMLResponse:
    """Every call on one page."""
    lang = chosen(request.headers.get("accept-language"), door_of(request).app.settings.lang)
    document = request.app.openapi()
    page = _templates.get_template("docs.html").render(
        t=translator(lang),
        lang=lang.replace("_", "-"),
        calls=_calls(document),
        schemas=document["components"]["schemas"],
        kind=_kind,
    )
    return HTMLResponse(page)


def _calls(document: dict[str, Any]) -> list[dict[str, Any]]:
    paths = {
        call["operationId"]: f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    }
    return [
        {"path": path, "method": method.upper(), "next": _next(call, paths), **call}
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    ]


def _next(call: dict[str, Any], paths: dict[str, str]) -> list[dict[str, str]]:
    """The calls that may follow this one, each once."""
    led_to = {
        link["operationId"]: None
        for answer in call["responses"].values()
        for link in answer.get("links", {}).values()
    }
    return [{"operationId": name, "path": paths[name]} for name in led_to]


def _kind(schema: dict[str, Any]) -> str:
    """A schema's type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " | ".join(_kind(one) for one in schema[word])
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "")
