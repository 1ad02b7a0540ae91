"""Which of our languages a reader asked for."""

from __future__ import annotations

from oncall.core.errors import NotFound
from oncall.i18n import language

_LONGEST = 200


def chosen(accept: str | None, default: str) -> str:
    """The language of ours that stands highest in an Accept-Language header, else the default."""
    best, weight = default, 0.0
    for part in (accept or "")[:_LONGEST].split(","):
        word, _, parameter = part.strip().partition(";")
        try:
            q = float(parameter.partition("=")[2] or 1)
            lang = language(word) if word and word != "*" else None
        except (ValueError, NotFound):
            continue
        if lang is not None and q > weight:
            best, weight = lang, q
    return best
