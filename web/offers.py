"""What a reader may do to a transfer now, as the console's forms ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from oncall.core.transfers import POLICE_DESK
from oncall.core.words import GROUNDS, N_, WAIVERS, Text
from oncall.store.deadlines import Extension
from oncall.store.reports import Brief
from oncall.verbs import Field, Verb, offered
from web.board import Reader, still
from web.form_time import CHOICES as DECISIONS
from web.form_time import TIME
from web.roles import CALLS, Call

#: What a unit that has a part in it says for itself.
_FOR_A_UNIT = frozenset({"return", "result"})
_CALL = "conference"
#: What the button does where no provider holds conferences; the same stands in the log then.
_NO_BRIDGE = N_(
    "No provider here puts telephone calls together: everybody who joined is texted to ring the"
    " desk now."
)
_CHOICES: Mapping[str, str] = {
    **GROUNDS,
    **WAIVERS,
    "origin": N_("whoever sent it"),
    "caller": N_("the caller"),
    "both": N_("both"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A verb that this reader may do now, with what it asks for."""

    verb: str
    label: str
    about: str
    fields: tuple[Asked, ...]
    #: For which unit somebody may speak, by code and name; none where it does not matter.
    parties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of a verb; ``choices`` are words and what they mean."""

    name: str
    kind: str
    label: str
    required: bool
    longest: int
    choices: tuple[tuple[str, str], ...]


def offers(
    reader: Reader,
    brief: Brief,
    asked: Extension | None,
    may: Callable[[Call], bool],
    *,
    bridges: bool,
) -> tuple[Offered, ...]:
    """Every verb that would do something now; ``asked`` is a wish for more time, ``bridges``
    whether telephone calls can be put together."""
    fitting = (verb for verb in offered(brief.transfer) if may(CALLS[verb.who]))
    if not bridges:
        fitting = (replace(v, about=_NO_BRIDGE) if v.name == _CALL else v for v in fitting)
    return (
        *(_offered(reader, brief, verb) for verb in fitting),
        *_times(reader.t, brief, asked, may),
    )


def _offered(reader: Reader, brief: Brief, verb: Verb) -> Offered:
    t = reader.t
    return Offered(
        verb=verb.name,
        label=t(verb.label),
        about=t(verb.about),
        fields=tuple(_asked(t, field) for field in verb.fields),
        parties=tuple((code, reader.name(code)) for code in _parties(reader, brief, verb)),
    )


def _parties(reader: Reader, brief: Brief, verb: Verb) -> Iterable[str]:
    """The units for which this reader may do it."""
    dispute = brief.transfer.life.dispute
    if verb.name == "propose" and dispute is not None:
        named = (*dispute.candidates, POLICE_DESK)
    elif verb.name in _FOR_A_UNIT:
        named = tuple(share.part.unit for share in still(brief.shares))
    else:
        return ()
    return [code for code in dict.fromkeys(named) if reader.unit in (None, code)]


def _asked(t: Text, field: Field) -> Asked:
    return Asked(
        name=field.name,
        kind=field.kind,
        label=t(field.about),
        required=field.required,
        longest=field.longest,
        choices=tuple((word, _choice(t, word)) for word in field.choices),
    )


def _times(
    t: Text, brief: Brief, asked: Extension | None, may: Callable[[Call], bool]
) -> Iterable[Offered]:
    """More time: to be asked for while a deadline runs, and decided on once it was."""
    if brief.deadline is None or brief.deadline.ended_at is not None:
        return
    verb = "extend" if asked is None else "extension"
    label, about, fields, call = TIME[verb]
    if may(call):
        given = tuple(_asked(t, field) for field in fields)
        yield Offered(verb=verb, label=t(label), about=t(about), fields=given)


def _choice(t: Text, word: str) -> str:
    if word in DECISIONS:
        return t(DECISIONS[word])
    meaning = _CHOICES.get(word)
    return f"{word} {t(meaning)}" if meaning else word
