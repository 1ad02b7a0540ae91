"""Keep secrets that stand in addresses out of the access log."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/(?:calendars|a|hooks/(?!twilio/)\w+)/)[^/?\s.\"]+")


def hidden(path: str) -> str:
    """An address with its secret replaced."""
    return _SECRET.sub(r"\1***", path)


class HideSecrets(logging.Filter):
    """Rewrites the address in uvicorn's access records before anything writes them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        if isinstance(record.args, tuple):
            record.args = tuple(hidden(a) if isinstance(a, str) else a for a in record.args)
        return True


def install() -> None:
    """Put the filter on uvicorn's access log, once."""
    access = logging.getLogger("uvicorn.access")
    if not any(isinstance(one, HideSecrets) for one in access.filters):
        access.addFilter(HideSecrets())
