"""What a carrier must be shown to approve our texts, and what each text looks like when filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from notifiers.message import Template
from notifiers.segments import Encoding, encoding, segments, units
from oncall.core.model import Channel, Notice, Urgency
from oncall.core.texts.answers import Answer
from oncall.core.texts.facts import Facts, signed
from oncall.core.texts.templates import (
    BLANKS,
    Key,
    names,
    of_answer,
    of_code,
    of_digest,
    of_key_press,
    of_news,
    of_notice,
    said,
    written,
)
from oncall.core.words import N_, Text

#: How each carrier that approves texts writes a blank.
SPELLINGS: Mapping[str, str] = {"aliyun": "${{{name}}}", "tencent": "{{{number}}}"}

#: When each text is sent: carriers ask for it, and refuse texts whose use is not clear.
USES: Mapping[Channel, str] = {
    Channel.SMS: N_(
        "Sent to liaison officers of public bodies on duty; never to the public, no advertising."
    ),
    Channel.VOICE: N_(
        "Calls liaison officers of public bodies on duty; never the public, no advertising."
    ),
}

_NOON = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
_OF = {
    Key.PAGE: Notice.PAGE,
    Key.CONFIRMED: Notice.CONFIRMED,
    Key.OWNED: Notice.STOOD_DOWN,
    Key.CANCELLED: Notice.CANCELLED,
    Key.FIRST_ACTION: Notice.FIRST_ACTION,
    Key.VOICE_PAGE: Notice.PAGE,
    Key.VOICE_CONFIRMED: Notice.CONFIRMED,
    Key.VOICE_OWNED: Notice.STOOD_DOWN,
    Key.VOICE_CANCELLED: Notice.CANCELLED,
    Key.VOICE_FIRST_ACTION: Notice.FIRST_ACTION,
}
_ANSWERS = {
    Key.CONFIRMED_ALL: Answer.CONFIRMED_ALL,
    Key.WHICH: Answer.ASK_WHICH,
    Key.HELP: Answer.HELP,
    Key.DECLINED: Answer.DECLINED,
    Key.NOT_YOURS: Answer.NOT_YOURS,
    Key.NOTHING: Answer.NOTHING,
    Key.POLICE: Answer.POLICE,
    Key.RELEASED: Answer.RELEASED,
    Key.NOTED: Answer.NOTED,
    Key.RETURN: Answer.RETURN,
    Key.DUTY_CONFIRMED: Answer.DUTY_CONFIRMED,
    Key.DUTY_REFUSED: Answer.DUTY_REFUSED,
    Key.DRILL: Answer.DRILL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One text as an application needs it, with an example filled in."""

    key: Key
    #: The text as the carrier writes it.
    text: str
    #: Its blanks in order: name, what goes in, the longest it gets, an example.
    blanks: tuple[tuple[str, str, int, str], ...]
    #: The example as a person reads it: an SMS with its signature.
    sample: str
    parts: int
    #: The number each carrier gave to it, as the settings have it; with other languages apart.
    numbers: Mapping[str, str]
    #: Characters as a carrier counts them.
    length: int
    encoding: Encoding


def form(
    t: Text,
    key: Key,
    signature: str,
    provider: str = "",
    approved: Mapping[str, Mapping[str, str]] | None = None,
) -> Form:
    """One text with an example, its blanks spelled as ``provider`` does, else as ``{name}``.

    ``approved`` are the carriers' numbers by key, as in the settings.
    """
    template = example(t, key, signature)
    filled = dict(template.variables)
    sample = said(t, template)
    if key.channel is Channel.SMS:
        sample = signed(signature, sample)
    return Form(
        key=key,
        text=written(t, key, SPELLINGS.get(provider, "{{{name}}}")),
        blanks=tuple(
            (name, t(BLANKS[name].meaning), BLANKS[name].longest, filled[name])
            for name in names(key)
        ),
        sample=sample,
        parts=segments(sample),
        numbers={
            carrier: number
            for carrier, ids in (approved or {}).items()
            if (number := ", ".join(v for k, v in ids.items() if k == key or k[:-3] == key))
        },
        length=units(sample),
        encoding=encoding(sample),
    )


def example(t: Text, key: Key, signature: str) -> Template:
    """A made-up matter in a text's blanks."""
    codes = ["DH20261103-0017", "DH20261103-0018"]
    facts = _facts(t, codes[0])
    if key in (Key.DIGEST, Key.VOICE_DIGEST):
        return of_digest(t, [facts, _facts(t, codes[1])], key.channel, signature)
    if key in (Key.CODE, Key.VOICE_CODE):
        return of_code(t, key.channel, "304817", signature)
    if key in (Key.NEWS, Key.VOICE_NEWS):
        return of_news(
            t, key.channel, t(N_("Your night duty on 5 November is now 20:00.")), signature
        )
    if key is Key.VOICE_PRESSED:
        return of_key_press()
    if key in _ANSWERS:
        return of_answer(t, _ANSWERS[key], code=codes[0], codes=codes)
    return of_notice(t, _OF[key], key.channel, facts, signature)


def _facts(t: Text, code: str) -> Facts:
    return Facts(
        code=code,
        origin="110",
        urgency=Urgency.URGENT,
        category=t(N_("water supply")),
        area=t(N_("Xunzhong")),
        owner=t(N_("Li Si")),
        ack_by=_NOON + timedelta(minutes=15),
        minutes=15,
        zone="Asia/Shanghai",
        planned_at=_NOON,
    )
