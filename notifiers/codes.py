"""What a provider's error codes mean: one table per provider, and no code without a meaning."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from notifiers.message import Outcome, OutcomeKind

_logger = logging.getLogger("notifiers")

K = TypeVar("K")

UNMAPPED = "The provider answered with a code this program does not know."


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """What a code says about one attempt, whether it refuses a request or comes in a receipt."""

    kind: OutcomeKind
    #: A fixed sentence: the vendor's own text may hold the number, so it is never passed on.
    detail: str
    #: Sending the same to the same number again cannot help.
    permanent: bool = False
    opted_out: bool = False
    #: The number itself is at fault: it will not take anything tomorrow either.
    dead: bool = False
    #: The handset is away, and may be back in a moment.
    once_more: bool = False


#: What is said of a number that is itself at fault; whoever says one of these means just that.
DEAD_NUMBER = frozenset(
    {
        "The number is not valid.",
        "The number does not exist or is out of service.",
        "The number cannot receive SMS.",
        "The number is a landline and cannot receive SMS.",
        "The number is protected against calls.",
    }
)


def table(rows: Mapping[OutcomeKind, Mapping[str, Iterable[K]]]) -> dict[K, Meaning]:
    """Code -> meaning, from codes grouped by what they come to and the sentence they are told by.

    What is rejected is permanent.
    """
    return {
        code: Meaning(
            kind=kind,
            detail=detail,
            permanent=kind is OutcomeKind.REJECTED,
            dead=detail in DEAD_NUMBER,
        )
        for kind, sentences in rows.items()
        for detail, codes in sentences.items()
        for code in codes
    }


class Book(Generic[K]):
    """A provider's table, and the one place where its codes become outcomes."""

    def __init__(self, provider: str, codes: Mapping[K, Meaning]) -> None:
        self.provider = provider
        self.codes = codes

    def get(self, code: K) -> Meaning | None:
        """The meaning of a code; for one we do not know none, and a warning that names it."""
        found = self.codes.get(code)
        if found is None:
            _logger.warning("%s answered with the unknown code %s", self.provider, str(code)[:64])
        return found

    def refusal(self, code: K, retry_after: timedelta | None = None) -> Outcome:
        """What a refused request comes to; an unknown code may mend itself: it is tried again."""
        meaning = self.get(code) or _UNKNOWN
        return Outcome(
            kind=meaning.kind,
            provider=self.provider,
            code=str(code),
            detail=meaning.detail,
            retry_after=retry_after,
            opted_out=meaning.opted_out,
            dead=meaning.dead,
        )


_UNKNOWN = Meaning(kind=OutcomeKind.UNAVAILABLE, detail=UNMAPPED)
