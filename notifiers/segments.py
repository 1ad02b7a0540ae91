"""How many SMS parts a text costs (3GPP TS 23.038; paging.md section 2)."""

from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Each of these is sent as an escape and a letter: two septets.
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM7 = _BASIC | _EXTENSION


class Encoding(StrEnum):
    """The alphabet a text travels in."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


def encoding(text: str) -> Encoding:
    """The alphabet a carrier will use; one character outside GSM-7 moves the whole text."""
    return Encoding.GSM7 if _GSM7.issuperset(text) else Encoding.UCS2


def units(text: str) -> int:
    """Length as a carrier counts it: septets in GSM-7, UTF-16 code units in UCS-2."""
    if encoding(text) is Encoding.GSM7:
        return len(text) + (0 if _EXTENSION.isdisjoint(text) else sum(map(text.count, _EXTENSION)))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def segments(text: str) -> int:
    """The number of parts: 160 then 153 in GSM-7, 70 then 67 in UCS-2; an empty text is one.

    An escaped letter or a surrogate pair is never torn between two parts.
    """
    gsm = encoding(text) is Encoding.GSM7
    single, part = (160, 153) if gsm else (70, 67)
    length = units(text)
    if length <= single:
        return 1
    if length == len(text):
        # Nothing in it is twice as wide, so nothing can be torn.
        return -(-length // part)
    parts, used = 1, 0
    for letter in text:
        width = 2 if (letter in _EXTENSION if gsm else ord(letter) > 0xFFFF) else 1
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts
