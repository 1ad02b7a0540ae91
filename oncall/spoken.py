"""What somebody in one of our calls hears after a key, and where the call goes from there."""

from __future__ import annotations

from dataclasses import dataclass

from notifiers.message import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Words, and whether we go on listening; perhaps a number to put the call through to."""

    text: str
    lang: str
    listen: bool = False
    dial: str | None = None
    #: The conference the call is put into after the words.
    room: Room | None = None
    #: What the next key is about, where it is something else than the last: see ``KeyPress.key``.
    key: str = ""
