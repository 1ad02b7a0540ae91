"""The machine's own clock: the one place, beside the demo's, where the time is read."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """This moment, UTC."""
        return datetime.now(UTC)

    def seconds_until(self, moment: datetime) -> float:
        """Real seconds until ``moment``."""
        return (moment - self.now()).total_seconds()

    def real(self, moment: datetime) -> datetime:
        """The same moment: this clock is real."""
        return moment
