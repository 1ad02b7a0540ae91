"""The mobile answer page at /a/CODE: works without a script, and answers only what is posted.

Whoever has the link is the person it was sent to. Opening it changes nothing; a form carries a mark
that only this installation can make, works once, and only for a while.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from oncall.answering import LONGEST_ETA, Gone, Said, Verb
from oncall.core.errors import Forbidden, NotFound, OncallError
from oncall.core.faults import explain_error
from oncall.i18n import LANGS, translator
from oncall.progress import LONGEST
from oncall.store.pages import Lost
from web.answer_view import EMPTY, MINUTES, REASONS, STALE, show
from web.door import Door, TheDoor, in_thread
from web.language import chosen
from web.render import STATIC, written

router = APIRouter(include_in_schema=False)

#: A form older than this is shown again before it does anything.
_FRESH = timedelta(hours=12)
_LONGEST_FIELDS = 20


@router.api_route("/a/{code}", methods=["GET", "HEAD"])
async def look(code: str, request: Request, door: TheDoor) -> Response:
    """The page. It may be opened by anything that follows links, so it does nothing."""
    now = door.now()
    lang, said = request.query_params.get("lang"), request.query_params.get("said")
    try:
        sheet = await in_thread(door, lambda: door.app.answering.look(code, now))
    except (NotFound, Gone) as error:
        return _refused(door, request, error)
    shown_in = lang if lang in LANGS else sheet.me.lang or door.app.settings.lang
    t = translator(shown_in)
    once = f"{int(now.timestamp())}-{token_hex(12)}"
    values = {
        "v": show(t, shown_in, sheet, now, door.app.settings.zone, said),
        "once": once,
        "seal": door.app.links.seal(code, once),
        "here": _address(code, lang),
        "other": _address(code, "zh_CN" if shown_in == "en" else "en"),
        "reasons": [(key, t(words)) for key, words in REASONS.items()],
        "minutes": MINUTES,
        "longest": LONGEST,
    }
    return _page("answer.html", door, shown_in, values)


@router.post("/a/{code}")
async def act(code: str, request: Request, door: TheDoor) -> Response:
    """One answer; then the page again, by a redirect, so that loading it again repeats nothing."""
    if request.headers.get("sec-fetch-site", "same-origin") in ("cross-site", "same-site"):
        return _refused(door, request, Forbidden("not_from_the_page"))
    lang, now = request.query_params.get("lang"), door.now()
    form = _form(await request.body())
    once = form.get("once", "")
    if form.get("seal") != door.app.links.seal(code, once):
        return _refused(door, request, Forbidden("not_from_the_page"))
    if _age(once, now) > _FRESH:
        return RedirectResponse(_address(code, lang, STALE), status_code=303)
    try:
        verb = Verb(form.get("verb", ""))
    except ValueError:
        return _refused(door, request, Forbidden("not_from_the_page"))
    text, eta = _text(door, verb, form), _eta(form, now) if verb is Verb.PROMISE else None
    if (verb is Verb.NOTE and not text) or (verb is Verb.PROMISE and eta is None):
        return RedirectResponse(_address(code, lang, EMPTY), status_code=303)
    try:
        said: str = await in_thread(
            door,
            lambda: door.app.answering.act(code, verb, now, once=once, text=text, eta=eta),
        )
    except (NotFound, Gone) as error:
        return _refused(door, request, error)
    except Lost:
        said = Said.BROKEN
    return RedirectResponse(_address(code, lang, said), status_code=303)


# -- what was sent -------------------------------------------------------------------------


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("utf-8"), max_num_fields=_LONGEST_FIELDS)
    except ValueError:
        return {}
    return {name: "".join(c for c in value if c >= " " or c == "\n") for name, value in pairs}


def _age(once: str, now: datetime) -> timedelta:
    """How long ago a form was shown; its seal has proved that we wrote the mark."""
    return timedelta(seconds=int(now.timestamp()) - int(once.partition("-")[0]))


def _text(door: Door, verb: Verb, form: Mapping[str, str]) -> str:
    """A reason or a note; a reason from the list is written down in the desk's language."""
    written_out = " ".join(form.get("text", "").split())[:LONGEST]
    reason = REASONS.get(form.get("reason", "")) if verb is Verb.DECLINE else None
    if reason is None or form.get("reason") == "other":
        return written_out
    said = translator(door.app.settings.lang)(reason)
    return f"{said} {written_out}".strip()


def _eta(form: Mapping[str, str], now: datetime) -> datetime | None:
    minutes = form.get("minutes", "")
    if not minutes.isascii() or not minutes.isdecimal() or len(minutes) > len("1440"):
        return None
    ahead = timedelta(minutes=int(minutes))
    return now + ahead if timedelta() < ahead <= LONGEST_ETA else None


# -- what is shown -------------------------------------------------------------------------


def _address(code: str, lang: str | None, said: str | None = None) -> str:
    given = {"lang": lang if lang in LANGS else None, "said": said}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/a/{code}?{query}" if query else f"/a/{code}"


def _refused(door: Door, request: Request, error: OncallError) -> Response:
    """A page that says why there is nothing, and what to do instead."""
    lang = request.query_params.get("lang")
    if lang not in LANGS:
        lang = chosen(request.headers.get("accept-language"), door.app.settings.lang)
    said = explain_error(translator(lang), error)
    values = {"message": said.message, "mend": said.mend}
    return _page("answer_refused.html", door, lang, values, error.status)


def _page(
    name: str, door: Door, lang: str, values: Mapping[str, Any], status: int = 200
) -> HTMLResponse:
    style, policy = _style()
    html = written(
        name,
        t=translator(lang),
        lang=lang,
        style=style,
        county=door.app.settings.signature,
        **values,
    )
    response = HTMLResponse(html, status_code=status)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@cache
def _style() -> tuple[Markup, str]:
    """The style stands in the page, so that one request shows all; the browser takes no other."""
    css = (STATIC / "answer.css").read_text("utf-8")
    mark = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{mark}'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    return Markup(css), policy  # noqa: S704 - our own file
