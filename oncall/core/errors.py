"""Every error this product raises on purpose; the docstring is what an operator reads.

OncallError
├── NotFound          (exit 1, HTTP 404)
├── Conflict          (exit 4, HTTP 409)
│   └── Stale
├── Forbidden         (exit 5, HTTP 403)
├── Invalid           (exit 3, HTTP 422)
└── Unreachable       (exit 6, HTTP 503)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong in what a user gave us: where, what, and how to mend it.

    ``code`` names the message in the catalogue; ``params`` fill its blanks.
    """

    where: str
    code: str
    value: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    severity: str = "error"


class OncallError(Exception):
    """Something we know how to explain went wrong."""

    exit_code = 1
    status = 400

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        shown = ", ".join(f"{k}={v}" for k, v in self.params.items())
        return f"{self.code}({shown})" if shown else self.code


class NotFound(OncallError):
    """There is no such thing here."""

    exit_code = 1
    status = 404


class Conflict(OncallError):
    """Somebody else got there first, or the thing is no longer in a state that allows this."""

    exit_code = 4
    status = 409


class Stale(Conflict):
    """The plan was made against an older state; make it again."""


class Forbidden(OncallError):
    """This account may not do that."""

    exit_code = 5
    status = 403


class Invalid(OncallError):
    """The input has errors; nothing was changed. ``faults`` lists all of them."""

    exit_code = 3
    status = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("invalid_input", count=str(len(faults)))
        self.faults = tuple(faults)


class Unreachable(OncallError):
    """The database or the server cannot be reached."""

    exit_code = 6
    status = 503
