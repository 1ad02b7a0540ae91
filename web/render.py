"""Turn values into pages: one template environment, texts in the reader's language, all escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from oncall.core.errors import NotFound
from oncall.core.words import Text
from oncall.i18n import language, translator

#: What ?only= may say.
_SUPERVISED = "supervised"

_HERE = Path(__file__).resolve().parent
STATIC = _HERE / "static"
LANG_COOKIE = "oncall_lang"

#: Everything comes from here; no script or style stands in a page, so none can be slipped in.
POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'"
)

_pages = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with its content, so a cache is never stale."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/console/static/{name}?v={mark}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one reader looks at a page of the console: the language, and what is chosen on it."""

    lang: str
    #: Said with ?lang= just now, so it is to be remembered.
    said: bool
    #: The transfer shown beside the list, or what else ``key`` chooses.
    chosen: str | None
    #: Which page.
    path: str = "/"
    key: str = "t"
    #: Only what is under a supervision order is listed.
    supervised: bool = False

    @property
    def t(self) -> Text:
        """English source string to this reader's language."""
        return translator(self.lang)

    def address(self, **other: str | None) -> str:
        """The page's own address with some of its parameters exchanged."""
        query = {
            self.key: self.chosen,
            "lang": self.lang if self.said else None,
            "only": _SUPERVISED if self.supervised else None,
            **other,
        }
        given = {name: value for name, value in query.items() if value}
        return f"{self.path}?{urlencode(given)}" if given else self.path


def look(request: Request, default_lang: str) -> Look:
    """Read the language and the choice from an address; what makes no sense is passed over."""
    lang, said = default_lang, False
    remembered, asked = request.cookies.get(LANG_COOKIE), request.query_params.get("lang")
    for word, now in ((remembered, False), (asked, True)):
        try:
            lang, said = (language(word), now) if word else (lang, said)
        except NotFound:
            continue
    chosen = request.query_params.get("t", "")[:150] or None
    supervised = request.query_params.get("only") == _SUPERVISED
    return Look(lang=lang, said=said, chosen=chosen, supervised=supervised)


def written(name: str, **values: Any) -> str:
    """A template with its values filled in."""
    return _pages.get_template(name).render(**values)


def page(
    name: str,
    look: Look,
    values: Mapping[str, Any],
    *,
    zone: str,
    county: str,
    status: int = 200,
) -> HTMLResponse:
    """A page ready to be sent; it is never cached and takes nothing from anywhere else."""
    switch: Callable[[str], str] = lambda lang: look.address(lang=lang)  # noqa: E731 - for a template
    desk = replace(look, path="/")
    pick: Callable[[str], str] = lambda code: f"{desk.address(t=code)}#detail"  # noqa: E731 - the same
    html = written(
        name,
        t=look.t,
        lang=look.lang,
        zone=zone,
        county=county,
        asset=asset,
        switch=switch,
        pick=pick,
        here=look.address(),
        supervised=look.supervised,
        everything=look.address(only=None),
        only_supervised=look.address(only=_SUPERVISED),
        **values,
    )
    response = HTMLResponse(html, status_code=status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    if look.said:
        response.set_cookie(LANG_COOKIE, look.lang, max_age=365 * 86400, samesite="lax")
    return response
