"""All that bears on some rosters, side by side, and the duties that come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rosters.compose import acting, compose
from rosters.known import Known, held
from rosters.model import Duty, Override
from rosters.rotation import Version, layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What every source says of some stretch of time; of any number of units. Lowest first."""

    rotations: Sequence[Version] = ()
    uploaded: Sequence[Duty] = ()
    calendars: Sequence[Known] = ()
    overrides: Sequence[Override] = ()

    def settled(self, start: datetime, end: datetime) -> list[Duty]:
        """The duties that hold and touch [start, end)."""
        found = compose(self._layers(start, end), self.overrides)
        # What was cut from a duty may lie outside, though the duty did not.
        return [duty for duty in found if duty.end > start and duty.start < end]

    def acting(self, start: datetime, end: datetime) -> set[int]:
        """The overrides that change anything there."""
        return acting(self._layers(start, end), self.overrides)

    def _layers(self, start: datetime, end: datetime) -> list[Sequence[Duty]]:
        return [*layers(self.rotations, start, end), self.uploaded, held(self.calendars)]
