"""The reader's language: a translator for every language we ship, or a clear refusal.

Catalogues are oncall/locale/LANG/LC_MESSAGES/oncall.po, compiled beside it by ``make i18n``.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from oncall.core.errors import NotFound

DOMAIN = "oncall"
LOCALE = Path(__file__).resolve().parent / "locale"

#: The languages we ship; the first is the default.
LANGS = ("zh_CN", "en")
DEFAULT_LANG = LANGS[0]

_FIRST_WORDS = {"zh": "zh_CN", "en": "en"}


def language(lang: str | None) -> str:
    """The language of ours that ``lang`` names: zh_CN, zh-cn, zh, en_GB.UTF-8; None is the default.

    NotFound (``unknown_language``) for any other.
    """
    if not lang:
        return DEFAULT_LANG
    word = lang.partition(".")[0].replace("-", "_").partition("_")[0].lower()
    if word not in _FIRST_WORDS:
        raise NotFound("unknown_language", lang=lang, known=", ".join(LANGS))
    return _FIRST_WORDS[word]


def translator(lang: str | None = None) -> Callable[[str], str]:
    """``t``: turns a marked English string into ``lang``; one it does not know stays English.

    NotFound (``unknown_language``) for a language we do not ship. Cached: calling it is cheap.
    """
    return _load(language(lang))


@cache
def _load(lang: str) -> Callable[[str], str]:
    found = gettext.translation(DOMAIN, LOCALE, languages=[lang])

    # A message is made of twenty pieces, and thousands of messages of the same ones.
    @lru_cache(maxsize=4096)
    def t(text: str) -> str:
        # gettext answers "" with the catalogue's header.
        return found.gettext(text) if text else ""

    return t
