"""What Twilio tells us: nothing is believed, and nothing changes, before its signature is checked.

A signature proves who sent it; the address it is made over is the configured one, because a
request's own host can be forged.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Request, Response

from notifiers.errors import WrongAccountError
from notifiers.twilio import inbound
from oncall.core.errors import Forbidden
from oncall.core.words import N_
from oncall.i18n import translator
from oncall.spoken import Spoken
from web.door import Door, door_of, in_thread
from web.hooking import entering, readable, refusing

_log = logging.getLogger(__name__)

router = APIRouter(prefix="/hooks/twilio", include_in_schema=False)

Form = list[tuple[str, str]]

_XML = "application/xml"

_CALLED_BACK = N_(
    "This number only calls out. Please reply to the text message, or call your duty desk."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A callback that Twilio did send."""

    form: Form
    query: Form


async def verified(request: Request) -> Verified:
    """The form of a request whose signature and account are right.

    Raises Forbidden where they are not, TooMany for an address with too many wrong requests.
    """
    settings = entering(request).app.settings
    body = await request.body()
    try:
        form = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200)
    except ValueError as exc:
        raise refusing(request, "bad_signature") from exc
    tokens = settings.twilio_tokens
    if not tokens:
        _log.error("a Twilio callback was refused: TWILIO_AUTH_TOKEN is not set")
    if not tokens or not inbound.signature_ok(
        settings.public_url,
        _path_with_query(request),
        form,
        request.headers.get("x-twilio-signature", ""),
        tokens,
        request.headers.get("x-twilio-webhooks-signature-settings", ""),
    ):
        raise refusing(request, "bad_signature")
    try:
        inbound.require_account(form, settings.twilio_account_sid)
    except WrongAccountError as exc:
        raise Forbidden("wrong_account") from exc
    query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Verified(form=form, query=query)


@router.post("/sms")
async def sms(request: Request) -> Response:
    """Somebody texted us; the answer goes out as a message of its own, so that it is kept."""
    told = await verified(request)
    door = door_of(request)
    text = readable(lambda: inbound.parse_sms(told.form))
    await in_thread(door, lambda: door.app.answers.sms(text, door.now()))
    return Response(inbound.reply(), media_type=_XML)


@router.post("/status")
async def status(request: Request) -> Response:
    """What became of a message or a call."""
    told = await verified(request)
    door = door_of(request)
    receipt = readable(lambda: inbound.parse_status(told.form, told.query))
    await in_thread(door, lambda: door.app.answers.receipt(receipt, door.now()))
    return Response(status_code=204)


@router.post("/detected")
async def detected(request: Request) -> Response:
    """Whether a person or a machine picked up a call: written down, never taken for an answer."""
    told = await verified(request)
    door = door_of(request)
    receipt = readable(lambda: inbound.parse_detected(told.form, told.query))
    await in_thread(door, lambda: door.app.answers.receipt(receipt, door.now()))
    return Response(status_code=204)


@router.post("/gather")
async def gather(request: Request) -> Response:
    """A key was pressed in one of our calls; the caller hears what came of it."""
    told = await verified(request)
    door = door_of(request)
    press = readable(lambda: inbound.parse_gather(told.form, told.query))
    spoken = await in_thread(door, lambda: door.app.answers.key(press, door.now()))
    return Response(_twiml(door, spoken, press.key), media_type=_XML)


@router.post("/conference")
async def conference(request: Request) -> Response:
    """Who entered or left a telephone conference, or that it is over."""
    told = await verified(request)
    door = door_of(request)
    news = readable(lambda: inbound.parse_room(told.form, told.query))
    await in_thread(door, lambda: door.app.rooms.heard(news, door.now()))
    return Response(status_code=204)


@router.post("/voice")
async def voice(request: Request) -> Response:
    """Somebody called our number back."""
    await verified(request)
    lang = door_of(request).app.settings.lang
    return Response(inbound.say(translator(lang)(_CALLED_BACK), lang, times=2), media_type=_XML)


def _twiml(door: Door, spoken: Spoken, key: str) -> str:
    if not spoken.text:
        return inbound.hang_up()
    base = f"{door.app.settings.public_url.rstrip('/')}/hooks/twilio"
    again = f"{base}/gather?attempt={quote(spoken.key or key, safe='/:')}"
    room = spoken.room
    return inbound.say(
        spoken.text,
        spoken.lang,
        again if spoken.listen else None,
        dial=spoken.dial,
        caller=door.app.settings.twilio_from_number or None,
        room=room,
        room_url=f"{base}/conference?room={quote(room.name)}" if room is not None else "",
    )


def _path_with_query(request: Request) -> str:
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
