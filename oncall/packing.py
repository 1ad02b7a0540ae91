"""Put queued rows into words: one message per row, or one for several overdue ones (rule 9)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from notifiers.message import Channel, Template
from oncall.carry import facts_of
from oncall.core import model
from oncall.core.model import Notice
from oncall.core.texts import digest, render
from oncall.core.texts.gathered import gathered
from oncall.core.texts.proof import filled
from oncall.core.texts.templates import of_code, of_digest, of_news, of_notice
from oncall.i18n import translator
from oncall.links import hidden
from oncall.store.outbox import EXPIRED, FAILED, Row

_log = logging.getLogger(__name__)
_template = msgspec.json.Decoder(Template).decode

#: Messages that ask a human to take the matter.
PAGING = frozenset({Notice.PAGE, Notice.HANDOVER, Notice.ALARM})
#: These come with their words.
_READY = frozenset({Notice.REPLY, Notice.NEWS})
#: Several of these to one phone, overdue or gathered, become one message that lists them.
_LISTING = frozenset({Channel.SMS, Channel.VOICE})
_MERGED = frozenset({Notice.PAGE, Notice.HANDOVER})


class _Marks(msgspec.Struct):
    """What of a row's facts is heard before its words."""

    drill: bool = False
    #: What makes the code that stands in the text.
    seed: str = ""


_marks = msgspec.json.Decoder(_Marks).decode


def is_drill(row: Row) -> bool:
    """Whether a message belongs to a drill and must sound like one."""
    return _marks(row.facts).drill


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One message and the rows it speaks for."""

    rows: tuple[Row, ...]
    text: str
    late: bool
    #: The secret address in it; "" for none.
    link: str = ""
    #: The code in it that proves a number; "" for none.
    code: str = ""

    @property
    def kept(self) -> str:
        """The text as it may be written down."""
        if self.code:
            return self.rows[0].text or ""
        return hidden(self.text, self.link)


def pack(
    rows: Sequence[Row],
    now: datetime,
    lang: str,
    signature: str,
    links: Callable[[Row], str] | None = None,
    *,
    digits: Callable[[str], str],
    gather: bool = False,
) -> tuple[list[Parcel], list[tuple[Row, str]]]:
    """Messages to send, and rows that will never be sent with the state they end in.

    A page past its useful life says that it is late; a mere notice past its own is dropped. Pages
    of one person that are late, or where ``gather``, become one message.
    ``links`` gives the answer page's address for a row, where the channel carries links; ``digits``
    the code that a seed makes.
    """
    parcels: list[Parcel] = []
    silent: list[tuple[Row, str]] = []
    together: dict[str, list[tuple[Row, bool]]] = {}
    ready: list[tuple[tuple[Row, ...], bool]] = []
    for row in rows:
        age = (now - row.planned_at).total_seconds()
        late = row.late or age > row.useful_seconds
        if late and row.notice not in PAGING:
            silent.append((row, EXPIRED))
        elif (late or (gather and _may_join(row))) and _is_listed(row):
            together.setdefault(row.address, []).append((row, late))
        else:
            ready.append(((row,), late))
    for several in together.values():
        ready.append((tuple(row for row, _ in several), any(late for _, late in several)))
    for same, late in ready:
        link = links(same[0]) if links is not None and len(same) == 1 else ""
        try:
            text = _words(same, lang, signature, late=late, link=link)
            seed = _marks(same[0].facts).seed
            code = digits(seed) if seed else ""
            text = filled(text, model.Channel(same[0].channel), code) if code else text
        except Exception:  # noqa: BLE001 - one bad row is reported; the others go out
            _log.exception("attempts %s cannot be put into words", [row.id for row in same])
            if len(same) > 1:
                ready += [((row,), late) for row in same]
            else:
                silent += [(row, FAILED) for row in same]
        else:
            parcels.append(Parcel(rows=same, text=text, late=late, link=link, code=code))
    return parcels, silent


def again(parcel: Parcel, lang: str, signature: str) -> Parcel:
    """The same for another provider while the first may have it: it says that it may repeat."""
    rows = tuple(replace(row, resent=True) for row in parcel.rows)
    try:
        text = _words(rows, lang, signature, late=parcel.late, link=parcel.link)
    except Exception:  # noqa: BLE001 - it could be worded once, and goes out as it was
        return parcel
    return replace(parcel, rows=rows, text=text)


def _is_listed(row: Row) -> bool:
    return row.channel in _LISTING and row.notice in _MERGED


def _may_join(row: Row) -> bool:
    """Whether a message may go together with others: not a critical one, nor a text in doubt.

    A text in doubt is looked for by its words; a call is not, and ten more would be worse.
    """
    return row.lane > 0 and (row.channel == Channel.VOICE or not row.resent)


def _words(rows: Sequence[Row], lang: str, signature: str, *, late: bool, link: str) -> str:
    row = rows[0]
    t = translator(row.lang or lang)
    if len(rows) > 1:
        items = [facts_of(r, late=late) for r in rows]
        spoken = row.channel == Channel.VOICE
        return gathered(t, items, signature) if spoken else digest(t, items, signature)
    if row.notice in _READY and row.text:
        return row.text
    facts = facts_of(row, late=late)
    return render(t, Notice(row.notice), model.Channel(row.channel), facts, signature, link)


def approved(parcel: Parcel, lang: str, signature: str) -> Template:
    """The parcel's words as a carrier approved them, for one that takes nothing else."""
    row = parcel.rows[0]
    t = translator(row.lang or lang)
    channel = model.Channel(row.channel)
    if len(parcel.rows) > 1:
        items = [facts_of(r, late=parcel.late) for r in parcel.rows]
        return of_digest(t, items, channel, signature)
    if row.notice == Notice.REPLY and row.text:
        # Whoever answered wrote it down, for the words alone do not tell which answer it was.
        return _template(row.facts)
    if parcel.code:
        return of_code(t, channel, parcel.code, signature)
    if row.notice == Notice.NEWS and row.text:
        return of_news(t, channel, row.text.removeprefix(f"【{signature}】"), signature)
    facts = facts_of(row, late=parcel.late)
    return of_notice(t, Notice(row.notice), channel, facts, signature)


def first_words(parcel: Parcel, lang: str, signature: str) -> str:
    """What a message in doubt said when it was first sent: without the mark that it may repeat."""
    row = replace(parcel.rows[0], resent=False)
    try:
        return _words([row], lang, signature, late=row.late, link=parcel.link)
    except Exception:  # noqa: BLE001 - it was reported when it was packed
        return ""
