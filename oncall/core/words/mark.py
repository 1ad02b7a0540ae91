"""How a text is marked for the catalogue, and what translates it."""

from __future__ import annotations

from collections.abc import Callable

#: Turns an English source string into the reader's language.
Text = Callable[[str], str]


def N_(text: str) -> str:  # noqa: N802 - the name gettext's tools and readers know
    """Mark ``text`` for the catalogue; it is translated later, with ``t``, where it is shown."""
    return text
