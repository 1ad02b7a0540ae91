"""The words Twilio speaks and the key it waits for, as TwiML."""

import re

from notifiers.message import Room
from notifiers.twilio import sdk

#: Twilio's limit for TwiML inside a request.
MAX_INLINE = 4_000
#: Seconds a caller waits for a key after the last word.
_PATIENCE = 6
#: Three equal tones, half a second apart, before the first word of a drill: no file is fetched.
DRILL_TONE = "8w8w8"
_LANGUAGES = {"zh_CN": "zh-CN", "en": "en-US"}
#: XML 1.0 cannot hold these, and one of them would silence the whole call.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def say(
    text: str,
    lang: str,
    gather_url: str | None = None,
    times: int = 1,
    *,
    drill: bool = False,
    dial: str | None = None,
    caller: str | None = None,
    room: Room | None = None,
    room_url: str = "",
) -> str:
    """Speak the text `times` times; with `gather_url`, take one key there, also while speaking.

    Silence ends the call: it is never an answer. A `drill` opens with its own tone. With `dial`
    (E.164) the call then goes on to that number, which sees `caller`; with `room` into that
    conference, of which `room_url` hears.
    """
    response = sdk.VoiceResponse()
    if drill:
        response.play(digits=DRILL_TONE)
    speaker = response
    if gather_url is not None:
        # finishOnKey is # by default, which would swallow that key.
        speaker = response.gather(
            input="dtmf",
            num_digits=1,
            action=gather_url,
            method="POST",
            timeout=_PATIENCE,
            finish_on_key="",
        )
    speaker.say(_UNSPEAKABLE.sub(" ", text), language=_LANGUAGES.get(lang, "zh-CN"), loop=times)
    if dial is not None:
        response.dial(dial, caller_id=caller)
    if room is not None:
        # The first to enter sets the address for all of them, so it names only the room.
        response.dial().conference(
            room.name,
            participant_label=room.label,
            end_conference_on_exit=room.ends,
            status_callback=room_url,
            status_callback_method="POST",
            status_callback_event="start end join leave",
            record="do-not-record",
        )
    return str(response)


def hang_up() -> str:
    """End the call."""
    response = sdk.VoiceResponse()
    response.hangup()
    return str(response)


def reply(text: str | None = None) -> str:
    """Answer an inbound SMS with a text, or take note of it in silence."""
    response = sdk.MessagingResponse()
    if text is not None:
        response.message(_UNSPEAKABLE.sub(" ", text))
    return str(response)
