"""What a message about a roster is made of."""

from dataclasses import dataclass

from rosters.model import Severity


def N_(text: str) -> str:  # noqa: N802 - the name by which Babel finds text to translate
    """Mark a text for the catalogue; nothing else happens here."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One kind of problem: its severity, a template of what is wrong and one of the mend."""

    severity: Severity
    text: str
    mend: str


def error(text: str, mend: str) -> Message:
    return Message(severity=Severity.ERROR, text=text, mend=mend)


def warning(text: str, mend: str) -> Message:
    return Message(severity=Severity.WARNING, text=text, mend=mend)
