"""The policy file in force: shown, checked against the units there are, applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oncall.config import Settings
from oncall.core.errors import Fault, Invalid
from oncall.core.policies import PolicyBook, dump, parse
from oncall.directory import Directory, Snapshot
from oncall.store import directory as rows
from oncall.store.database import Tx
from rosters.delimited import decode

APPLIED, FROM_FILE, BUILT_IN = "applied", "file", "built-in"
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The file for pages opened from now on, and whether somebody applied it."""

    text: str
    applied: bool


def in_force(tx: Tx, directory: Directory, now: datetime) -> InForce:
    """What is in force: as it was applied, else written out from the settings' or built-in book."""
    text = rows.policy_text(tx)
    if text is not None:
        return InForce(text=text, applied=True)
    return InForce(text=dump(directory.at(tx, now).book), applied=False)


def origin(found: InForce, settings: Settings) -> str:
    """Where that file comes from."""
    if found.applied:
        return APPLIED
    return FROM_FILE if settings.policy else BUILT_IN


def decoded(data: bytes, name: str) -> str:
    """A policy file's text. Raises Invalid for bytes that are no text."""
    text = decode(data)
    if text is None:
        fault = Fault(where=name, code="policy_unreadable", value="UTF-8?")
        raise Invalid([fault])
    return text


def check(text: str, name: str, snapshot: Snapshot) -> tuple[PolicyBook | None, list[Fault]]:
    """Every fault of a policy file, in the order of its lines."""
    return parse(text, name, units=snapshot.units)


def apply(
    tx: Tx, text: str, name: str, snapshot: Snapshot, by: str, now: datetime
) -> tuple[bool, list[Fault]]:
    """Put a file in force; whether that changed anything, and its warnings.

    Raises Invalid with every fault.
    """
    book, faults = check(text, name, snapshot)
    if book is None:
        raise Invalid(faults)
    if rows.policy_text(tx) == text:
        return False, faults
    rows.put_policy(tx, name=name[:_LONGEST_NAME], body=text, by=by, now=now)
    return True, faults
