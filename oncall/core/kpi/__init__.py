"""The event log read back as figures: nothing is counted that the log does not say.

``history`` reads the log into matters and pages, ``figures`` counts them, ``report`` puts the
counts together by unit and urgency, ``conference`` finds what is disputed again and again,
``public`` what may be published. Moments are aware UTC; periods are half-open.
"""

from oncall.core.kpi.conference import Frequent, frequent
from oncall.core.kpi.figures import Figures, Period, Rate, Spread
from oncall.core.kpi.history import Happened, Matter, read
from oncall.core.kpi.public import Published, published
from oncall.core.kpi.report import Profile, Report, report

__all__ = [
    "Figures",
    "Frequent",
    "Happened",
    "Matter",
    "Period",
    "Profile",
    "Published",
    "Rate",
    "Report",
    "Spread",
    "frequent",
    "published",
    "read",
    "report",
]
