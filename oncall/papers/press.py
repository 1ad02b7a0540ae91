"""Print a page: one template environment, texts in the reader's language, all escaped.

A printed page stands alone: its style is inside it, and it fetches nothing from anywhere.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from oncall.i18n import translator

_HERE = Path(__file__).resolve().parent.parent / "data" / "papers"

_pages = Environment(
    loader=FileSystemLoader(_HERE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def printed(name: str, lang: str, values: Mapping[str, Any]) -> bytes:
    """A page as UTF-8 HTML, laid out for A4."""
    html = _pages.get_template(name).render(t=translator(lang), lang=lang, **values)
    return html.encode()


def put_file(path: Path, data: bytes) -> None:
    """Write a file all at once, for its owner and group only: nobody ever reads half a page, and
    what is printed names people and numbers. Raises OSError."""
    descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(part).chmod(0o640)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
