"""What the doctor says of one thing: how it stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from oncall.core.words import Text


class Level(StrEnum):
    """How it stands: a failure must be mended, a warning must be known."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. ``said`` and ``mend`` are templates, ``params`` fill both."""

    what: str
    level: Level
    said: str
    mend: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    def text(self, t: Text) -> str:
        """How it stands, in the reader's words."""
        return t(self.said).format(**self.params)

    def cure(self, t: Text) -> str:
        """What to do about it, in the reader's words."""
        return t(self.mend).format(**self.params) if self.mend else ""
