"""Which zone a calendar means: IANA names, Windows names, and zones it brings itself."""

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar, Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_WINDOWS = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}


def named(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, also at the end of a path, or of a Windows name; else None."""
    word = name.strip().strip('"').strip()
    parts = [part for part in word.split("/") if part]
    tries = [word, _WINDOWS.get(word.casefold(), ""), "/".join(parts[-2:]), "/".join(parts[-3:])]
    for one in tries:
        try:
            # An absolute path is refused by ZoneInfo, so no file but a zone can be meant.
            if one and one.isascii():
                return ZoneInfo(one)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None


class Zones:
    """The zones of one calendar, each made once."""

    def __init__(self, private: Mapping[str, str]) -> None:
        self._private = private
        self._known: dict[str, tzinfo | None] = {}

    def get(self, name: str) -> tzinfo | None:
        """The zone a TZID names; None where nobody knows it."""
        if name not in self._known:
            self._known[name] = named(name) or self._made(name)
        return self._known[name]

    def _made(self, name: str) -> tzinfo | None:
        """A zone by the rules the calendar brings: never by its name, which others may use too."""
        text = self._private.get(name) or self._private.get(name.strip('"'))
        if text is None:
            return None
        try:
            whole = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{text}\r\nEND:VCALENDAR\r\n"
            for found in Calendar.from_ical(whole).walk("VTIMEZONE"):
                if isinstance(found, Timezone):
                    made: tzinfo = found.to_tz(lookup_tzid=False)
                    return made
        except (ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError):
            return None
        return None
