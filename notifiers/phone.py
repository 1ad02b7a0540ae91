"""Phone numbers: one spelling inside, and none of them whole in a log."""

import re
import unicodedata

from notifiers.errors import NumberError

_NOISE = re.compile(r"[\s()./\-‐-―－]+")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
#: Whatever in a free text may be somebody's number: international, Chinese mobile, landline.
_NUMBERS = re.compile(
    r"(?<!\d)(?:\+\d{7,15}|(?:86)?1[3-9]\d(?:[ -]?\d{4}){2}|0\d{2,3}[ -]?\d{7,8})(?!\d)"
)
_CHINA_AREA_2 = re.compile(r"10|2\d")


def e164(number: str, country: str = "86") -> str:
    """The number in E.164, reading a national spelling as one of `country`.

    Accepts spaces, dashes, brackets, full-width digits, `+` and `00`. Raises NumberError.
    """
    text = _NOISE.sub("", unicodedata.normalize("NFKC", number))
    if text.startswith("00"):
        text = "+" + text[2:]
    elif not text.startswith("+"):
        text = "+" + _with_country(text, country)
    if not _E164.fullmatch(text) or not _dialable(text):
        raise NumberError(
            "phone.invalid",
            "{number} is not a phone number. Write a mobile as 13900000001, a landline with its"
            " area code as 0595-23500001, a foreign one with + and its country.",
            number=mask(number),
        )
    return text


def national(number: str) -> str:
    """An E.164 number as people here dial it; a foreign one stays as it is."""
    if not number.startswith("+86"):
        return number
    rest = number[3:]
    return rest if _is_mobile(rest) else "0" + rest


def mask(number: str) -> str:
    """The number with its middle hidden, for logs and for people who may not see it."""
    text = _NOISE.sub("", unicodedata.normalize("NFKC", number))
    local = national(text) if text.startswith("+") else text
    if len(local) < 7:
        return "****"
    head = 3 if not local.startswith("0") else 4
    return f"{local[:head]}****{local[-4:]}" if len(local) > head + 4 else f"****{local[-2:]}"


def mask_text(text: str) -> str:
    """The text with every phone number in it masked."""
    return _NUMBERS.sub(lambda found: mask(found.group()), text)


def _with_country(text: str, country: str) -> str:
    if country == "86" and text.startswith("86") and _is_mobile(text[2:]):
        return text
    if text.startswith("0"):
        text = text[1:]
    return country + text


def _is_mobile(text: str) -> bool:
    return len(text) == 11 and text[0] == "1" and text[1] in "3456789"


def _dialable(number: str) -> bool:
    """Chinese numbers have fixed lengths, so a digit lost in a spreadsheet is caught here."""
    if not number.startswith("+86"):
        return True
    rest = number[3:]
    if _is_mobile(rest):
        return True
    area = 2 if _CHINA_AREA_2.match(rest) else 3
    return rest[0] != "1" or area == 2 if len(rest) - area in (7, 8) else False
