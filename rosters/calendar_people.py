"""Who is meant by an event: by a mapping that people made, by full names, by who is invited."""

import re
from collections.abc import Iterable, Mapping, Sequence

from rosters.calendar_in import Shift
from rosters.errors import problem
from rosters.model import Duty, PersonRef, Problem
from rosters.text import clean, fold_name

_BETWEEN = re.compile(r"[、，,/;；&+|\n]+")
_WORDS = re.compile(r"[\s:：()\[\]【】<>《》—–-]+")
#: What stands before or behind a name without being one.
_ROLE_WORD = re.compile(
    r"^(?:值班人员|值班领导|值班员|值班|带班领导|带班|主班|副班|白班|夜班|早班|中班|晚班|应急队|领导)"
    r"|(?:值班|带班|主班|副班|白班|夜班)$"
)


def match(
    shifts: Iterable[Shift],
    people: Sequence[PersonRef],
    mapping: Mapping[str, str],
    *,
    unit: str,
    role: str,
    source: str,
    emails: Mapping[str, str] | None = None,
) -> tuple[list[Duty], list[Problem]]:
    """The duties of a unit's role, and every event that names nobody, or somebody unknown.

    ``mapping``: words of an event -> a person's id. ``emails``: address -> a person's id.
    """
    finder = _Finder(people, mapping, unit, emails or {})
    duties: list[Duty] = []
    told: dict[tuple[str, str], Problem] = {}
    for shift in shifts:
        found, unknown = finder.people(shift)
        if not found:
            code = "calendar-nobody"
        elif unknown:
            code = "calendar-somebody"
        else:
            code = ""
        if code:
            shown = shift.summary[:80] or "—"
            told.setdefault((shift.where, code), problem(code, shift.where, shown))
        duties += [
            Duty(
                unit=unit, role=role, person=person, start=shift.start, end=shift.end,
                source=source,
            )
            for person in found
        ]  # fmt: skip
    return duties, list(told.values())


def words(text: str) -> str:
    """The words of an event as they are compared."""
    return fold_name(clean(text)).casefold()


class _Finder:
    def __init__(
        self,
        people: Sequence[PersonRef],
        mapping: Mapping[str, str],
        unit: str,
        emails: Mapping[str, str],
    ) -> None:
        self._mapping = {words(text): person for text, person in mapping.items()}
        self._emails = {address.casefold(): person for address, person in emails.items()}
        self._names: dict[str, list[str]] = {}
        for person in people:
            if person.unit == unit and person.active:
                self._names.setdefault(words(person.name), []).append(person.id)

    def people(self, shift: Shift) -> tuple[list[str], bool]:
        """Who is meant, and whether somebody else is who is not known."""
        whole = self._mapping.get(words(shift.summary))
        if whole is not None:
            return [whole], False
        found: dict[str, None] = {}
        unknown = False
        for part in _BETWEEN.split(shift.summary):
            if part.strip():
                own = self._in(part)
                found.update(dict.fromkeys(own))
                unknown = unknown or not own
        if found:
            return list(found), unknown
        for word in shift.invited:
            person = self._emails.get(word.casefold()) or self._one(word)
            if person is not None:
                found[person] = None
        return list(found), False

    def _in(self, part: str) -> list[str]:
        for text in (part, clean(part).rpartition(":")[2]):
            person = self._one(text)
            if person is not None:
                return [person]
        each = (self._one(word) for word in _WORDS.split(clean(part)))
        return [one for one in each if one is not None]

    def _one(self, word: str) -> str | None:
        """The one person of this name; None for nobody, and for namesakes."""
        key = words(word)
        for text in (key, _ROLE_WORD.sub("", key)):
            if text in self._mapping:
                return self._mapping[text]
            named = self._names.get(text, [])
            if len(named) == 1:
                return named[0]
        return None
