"""Telephone numbers as people type them: mobiles, landlines, short numbers, and what is neither."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rosters.text import clean

_SPLIT = re.compile(r"[、，,/;；|\n]+|(?<=\d)\s{2,}(?=\d)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LOOSE_MOBILE = re.compile(r"(?<!\d)(?:\+?86|0086)?(1[3-9]\d{9})(?!\d)")
_LANDLINE = re.compile(r"(0[1-9]\d{1,2})?([2-8]\d{6,7})(?:(?:转|ext\.?|x|#)(\d{1,6}))?")
_SHORT = re.compile(r"\d{3,6}")
_SERVICE = re.compile(r"[48]00\d{7}")
_EXPONENT = re.compile(r"(\d)\.(\d+)e\+?(\d{1,2})", re.IGNORECASE)
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1[3-9]\d{9}$|0?\d{3}[2-8]\d{6,7}$))")
_LABEL = re.compile(
    r"(?:手机号码|手机号|手机|移动电话|联系电话|值班电话|办公电话|电话|短号|小号|座机|办|宅"
    r"|tel|phone|mobile)[:：.]?"
)
# Mathematical minus and every dash people find on their keyboards.
_PUNCTUATION = re.compile(r"[\s()\[\]【】.·\-‐‑‒–—―−_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phones:
    """The numbers of one cell, in order, each of its kind; `unread` is what is no number."""

    mobiles: tuple[str, ...] = ()
    landlines: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@lru_cache(maxsize=65536)
def _read(text: str) -> Phones:
    mobiles: list[str] = []
    landlines: list[str] = []
    short: list[str] = []
    unread: list[str] = []
    for token in _SPLIT.split(text):
        token = token.strip()
        if not token or not any(sign.isalnum() for sign in token):
            continue
        number = _digits(token)
        if _MOBILE.fullmatch(number):
            mobiles.append(number)
        elif (line := _LANDLINE.fullmatch(number)) and not number.startswith("1"):
            area, local, extension = line.groups()
            before, after = f"{area}-" if area else "", f"转{extension}" if extension else ""
            landlines.append(before + local + after)
        elif _SHORT.fullmatch(number):
            short.append(number)
        elif _SERVICE.fullmatch(number):
            landlines.append(number)
        elif several := _several(token):
            mobiles.extend(several)
        else:
            unread.append(token)
    return Phones(
        mobiles=tuple(mobiles), landlines=tuple(landlines), short=tuple(short), unread=tuple(unread)
    )


def _digits(token: str) -> str:
    # 1.39E+10 has lost its last digits: only a number with all of them is one.
    if (power := _EXPONENT.fullmatch(token)) and len(power[2]) == int(power[3]):
        token = power[1] + power[2]
    if re.fullmatch(r"\d{7,}\.0+", token):
        token = token.split(".")[0]
    number = _PUNCTUATION.sub("", _LABEL.sub("", token.casefold()))
    rest = _COUNTRY.sub("", number)
    # Abroad one drops the zero of the area code: +86 595 23500000.
    if rest != number and not _MOBILE.fullmatch(rest) and re.fullmatch(r"[1-9]\d{9,10}", rest):
        rest = "0" + rest
    return rest


def _several(token: str) -> list[str]:
    # "13900000001 13900000002": two whole numbers with a plain space between them.
    found = _LOOSE_MOBILE.findall(re.sub(r"[-‐‑‒–—―−]", "", token))
    leftover = _LOOSE_MOBILE.sub("", re.sub(r"[-‐‑‒–—―−]", "", token))
    return found if len(found) > 1 and not any(sign.isdigit() for sign in leftover) else []


def phones(value: object) -> Phones:
    """Every number of a cell. Spaces, dashes, brackets and +86/86/0086 are dropped; a mobile is
    `1[3-9]` and nine digits; a landline may have its area code and 转 extension."""
    return _read(clean(value))


def mobile(value: object) -> str | None:
    """The cell's one mobile as eleven digits; None if it holds none, or several."""
    found = phones(value).mobiles
    return found[0] if len(found) == 1 else None
