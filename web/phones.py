"""The emulated phones on the console: what each one shows, and what a person does with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from notifiers.phone import national
from notifiers.twilio.emulator import Emulator, EmulatorError
from notifiers.twilio.emulator_phones import TONE
from notifiers.twilio.emulator_world import Phone, PhoneCall, PhoneText
from oncall.core.words import N_, Text, role
from oncall.store.directory import Person, Unit

#: Phones shown, the liveliest first; a storm must not make the page heavy.
SHOWN = 24
_ITEMS = 30

KEYS: Sequence[tuple[str, str]] = (
    ("1", N_("take it")),
    ("2", N_("cannot")),
    ("3", N_("one by one")),
    ("9", N_("to 110")),
    ("0", N_("desk")),
    ("*", N_("repeat")),
)
_VERBS = frozenset({"answer", "decline", "hang-up", "press"})

_FAILED = frozenset({"undelivered", "failed"})
_TEXT_NOTES = {
    "undelivered": N_("not delivered"),
    "failed": N_("not delivered"),
    "canceled": N_("withdrawn"),
    "delivered": N_("delivered"),
}
_ENDS = {
    "completed": N_("Call ended"),
    "no-answer": N_("Missed call"),
    "busy": N_("Call rejected"),
    "failed": N_("Call failed: the number is dead"),
    "canceled": N_("The call stopped ringing"),
}
_PRESSED = N_("keys pressed: {keys}")
_NO_KEY = N_("no key pressed: not an acknowledgement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line on a phone: ``kind`` is in (to the phone), out (from it) or was (a past call)."""

    sid: str
    at: datetime
    kind: str
    clock: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """A call going on: ringing, or answered and speaking."""

    sid: str
    status: str
    ringing: bool
    spoken: tuple[str, ...]
    listening: bool
    pressed: str
    #: What this page lets hear once: "ring", or "drill" for the tones a drill opens with.
    sound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handset:
    """One phone as the page shows it; its number is invented and therefore shown in full."""

    number: str
    shown: str
    owner: str
    unit: str
    call: Ringing | None
    items: tuple[Item, ...]


class Handsets:
    """The doors' way to the emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def now(self) -> list[Phone]:
        """Every phone that anything came to, as it is; to be called on the emulator's loop."""
        return [phone for phone in self.emulator.phones() if phone.texts or phone.calls]

    async def act(self, sid: str, verb: str) -> None:
        """Answer, decline, hang-up, or ``press KEY``. Raises EmulatorError after the call."""
        word, _, digit = verb.partition(" ")
        if word not in _VERBS or (word == "press" and digit not in dict(KEYS)):
            raise EmulatorError("There is no such thing to do with a call.")
        if word == "answer":
            await self.emulator.answer(sid)
        elif word == "decline":
            await self.emulator.decline(sid)
        elif word == "press":
            await self.emulator.press(sid, digit)
        else:
            await self.emulator.hang_up(sid)

    async def reply(self, number: str, text: str) -> None:
        """The person writes back."""
        await self.emulator.reply(number, text)


def show(
    t: Text,
    phones: Sequence[Phone],
    people: Mapping[str, Person],
    units: Mapping[str, Unit],
    *,
    zone: ZoneInfo,
    lang: str,
) -> list[Handset]:
    """Phones as the page shows them: those in a call first, then the latest."""
    owners = {p.mobile: p for p in people.values() if p.mobile and p.active}
    desks = {u.desk_phone: u for u in units.values() if u.desk_phone}
    out = []
    for phone in sorted(phones, key=_liveliest, reverse=True)[:SHOWN]:
        number = national(phone.number)
        person = owners.get(number)
        unit = units.get(person.unit) if person else desks.get(number)
        name = (unit.name_en or unit.name_zh) if unit and lang == "en" else ""
        out.append(
            Handset(
                number=phone.number,
                shown=number,
                owner=_owner(t, person, unit),
                unit=name or (unit.name_zh if unit else ""),
                call=_going_on(phone),
                items=_items(t, phone, zone),
            )
        )
    return out


def _owner(t: Text, person: Person | None, unit: Unit | None) -> str:
    if person is None:
        return t(N_("Duty desk")) if unit else t(N_("A number nobody has here"))
    return f"{person.name} · {role(t, person.post)}" if person.post else person.name


def _liveliest(phone: Phone) -> tuple[bool, datetime]:
    moments = [text.at for text in phone.texts] + [call.at for call in phone.calls]
    return any(not call.over for call in phone.calls), max(moments)


def _going_on(phone: Phone) -> Ringing | None:
    for call in reversed(phone.calls):
        if not call.over and call.status in ("ringing", "in-progress"):
            return Ringing(
                sid=call.sid,
                status=call.status,
                ringing=call.status == "ringing",
                spoken=call.spoken[-3:],
                listening=call.listening,
                pressed=call.pressed,
                sound=_sound(call),
            )
    return None


def _sound(call: PhoneCall) -> str:
    if call.status == "ringing":
        return "ring"
    return "drill" if any(TONE in words for words in call.spoken) else ""


def _items(t: Text, phone: Phone, zone: ZoneInfo) -> tuple[Item, ...]:
    items = [_text(t, text, zone) for text in phone.texts]
    items += [_past(t, call, zone) for call in phone.calls if call.over]
    items.sort(key=lambda item: item.at)
    return tuple(items[-_ITEMS:])


def _text(t: Text, text: PhoneText, zone: ZoneInfo) -> Item:
    note = t(_TEXT_NOTES[text.status]) if text.status in _TEXT_NOTES else ""
    if text.status in _FAILED:
        note = f"✕ {note} {text.code or ''}".strip()
    return Item(
        sid=text.sid,
        at=text.at,
        kind="in" if text.to_phone else "out",
        clock=_clock(text.at, zone),
        text=text.text,
        note=note,
    )


def _past(t: Text, call: PhoneCall, zone: ZoneInfo) -> Item:
    note = ""
    if call.pressed:
        note = t(_PRESSED).format(keys=call.pressed)
    elif call.status == "completed":
        note = t(_NO_KEY)
    return Item(
        sid=call.sid,
        at=call.at,
        kind="was",
        clock=_clock(call.at, zone),
        text=f"☎ {t(_ENDS[call.status]) if call.status in _ENDS else call.status}",
        note=note,
    )


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M:%S")
