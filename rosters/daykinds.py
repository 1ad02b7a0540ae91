"""What kind of day it is: by the holiday table where it knows the day, else by the week."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_SATURDAY = 5


class DayKind(StrEnum):
    """The day-types a rule may be bound to."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    #: Off by the holiday table, whatever day of the week.
    HOLIDAY = "holiday"
    #: A Saturday or Sunday on which offices are open 调休, 补班.
    MAKEUP = "makeup"


EVERY_KIND = frozenset(DayKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTable:
    """The days on which the week is not as usual: off, and worked."""

    off: Set[date] = frozenset()
    working: Set[date] = frozenset()

    def kind(self, day: date) -> DayKind:
        """What kind of day this is."""
        weekend = day.weekday() >= _SATURDAY
        if day in self.off:
            return DayKind.HOLIDAY
        if day in self.working:
            return DayKind.MAKEUP if weekend else DayKind.WORKDAY
        return DayKind.WEEKEND if weekend else DayKind.WORKDAY
