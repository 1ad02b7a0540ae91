"""The OpenAPI document: errors as problem+json, and what may follow each answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web import errors, shapes
from web.api import PREFIX
from web.links import link


def described(web: FastAPI) -> Callable[[], dict[str, Any]]:
    """What makes the document of an application, once."""

    def describe() -> dict[str, Any]:
        if web.openapi_schema is None:
            document = get_openapi(
                title=web.title,
                version=web.version,
                routes=web.routes,
                description="Transfers, rosters and alarms of a county's 12345/110 linkage.",
            )
            problem = shapes.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            document["components"]["schemas"] |= problem.pop("$defs")
            document["components"]["schemas"][shapes.Problem.__name__] = problem
            for call in (c for methods in document["paths"].values() for c in methods.values()):
                for status, answer in call["responses"].items():
                    content = answer.get("content", {})
                    if int(status) >= 400 and content:
                        # Also where the call itself answers a page or a file.
                        shape = next(iter(content.values()))
                        answer["content"] = {errors.MEDIA_TYPE: shape}
            link(document, PREFIX)
            web.openapi_schema = document
        return web.openapi_schema

    return describe
