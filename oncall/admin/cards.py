"""One person's contact card changed by hand: numbers in their order, address, language."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from oncall.admin.people import EMAIL, LANG_WORDS, MOST_NUMBERS
from oncall.config import LANGS
from oncall.core import personal
from oncall.core.errors import Fault, Invalid
from oncall.directory import Snapshot
from oncall.store import directory as rows
from oncall.store import pages
from oncall.store.database import Tx
from oncall.store.directory import Person
from rosters.phones import mobile, phones
from rosters.template import escaped
from rosters.text import squeeze

#: What an export gives, in the order of its columns; an import reads each.
EXPORTED = (
    "unit",
    "name",
    "mobile",
    "mobile2",
    "office_phone",
    "more_numbers",
    "email",
    "title",
    "post",
    "lang",
    "rules",
    "active",
)


def change(
    tx: Tx,
    snapshot: Snapshot,
    person: Person,
    now: datetime,
    *,
    numbers: Sequence[str] | None = None,
    email: str | None = None,
    lang: str | None = None,
    rules: Sequence[str] | None = None,
) -> Person:
    """Put a card right, and say what it is now; what is None stays, "" takes it away.

    ``numbers`` are all of them, in the order in which they are to be tried; ``rules`` all of the
    person's own, one line an urgency. Open pages ask again
    whom to contact. Raises Invalid with everything that is wrong.
    """
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    if numbers is not None:
        values |= placed(_read(snapshot, person, numbers, faults))
    if email is not None:
        values["email"] = email.strip() or None
        if email.strip() and not EMAIL.fullmatch(email.strip()):
            faults.append(Fault(where="email", code="bad_email", value=email))
    if lang is not None:
        values["lang"] = LANG_WORDS.get(squeeze(lang)) if lang.strip() else None
        if lang.strip() and values["lang"] is None:
            known = {"known": ", ".join(LANGS)}
            faults.append(Fault(where="lang", code="bad_lang", value=lang, params=known))
    if rules is not None:
        read, wrong = personal.parse(rules, "rules")
        faults += wrong
        values["rules"] = personal.written(read)
    if faults:
        raise Invalid(faults)
    after = replace(person, **values)
    if after != person:
        rows.put_people(tx, [after])
        pages.nudge(tx, now)
    return after


def placed(numbers: Sequence[str]) -> Mapping[str, Any]:
    """The places of a card for numbers in this order: read again they are in it as well."""
    rest = list(dict.fromkeys(numbers))
    found: dict[str, Any] = {"mobile": None, "mobile2": None, "office_phone": None}
    for place in ("mobile", "mobile2"):
        if rest and mobile(rest[0]) is not None:
            found[place] = rest.pop(0)
    if rest and mobile(rest[0]) is None:
        found["office_phone"] = rest.pop(0)
    return found | {"more_numbers": tuple(rest)}


def as_row(person: Person) -> dict[str, Any]:
    """A card as an export writes it, numbers in full."""
    found = {name: getattr(person, name) for name in EXPORTED}
    return found | {"more_numbers": list(person.more_numbers), "rules": " | ".join(person.rules)}


def as_csv(people: Sequence[Person]) -> str:
    """Cards as a table that an import reads, safe to open in a spreadsheet."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(EXPORTED)
    for person in people:
        row = as_row(person) | {
            "more_numbers": "；".join(person.more_numbers),
            "active": "yes" if person.active else "no",
        }
        table.writerow([escaped(str(row[name] or "")) for name in EXPORTED])
    return out.getvalue()


def _read(
    snapshot: Snapshot, person: Person, numbers: Sequence[str], faults: list[Fault]
) -> list[str]:
    owners = {
        number: other
        for other in snapshot.people.values()
        if other.active and other.id != person.id
        for number in other.mobiles
    }
    found: list[str] = []
    for place, text in enumerate(numbers, 1):
        where = f"number {place}"
        read = phones(text)
        some = [*read.mobiles, *read.landlines]
        if len(some) != 1 or read.unread or some[0][0] not in "014":
            faults.append(Fault(where=where, code="bad_phone", value=text))
            continue
        if some[0] in owners:
            other = owners[some[0]]
            said = {"other": f"{other.name} ({other.unit})"}
            faults.append(Fault(where=where, code="number_taken", value=some[0], params=said))
        found.append(some[0])
    if len(numbers) > MOST_NUMBERS:
        said = {"most": str(MOST_NUMBERS)}
        faults.append(Fault(where="numbers", code="too_many_numbers", params=said))
    return found
