"""What the figures are called, which of them each evaluator reads, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oncall.core.kpi.figures import Figures, Rate, Spread
from oncall.core.kpi.report import Profile, Report
from oncall.core.words import N_

#: In the order of section 5.
NAMES: Mapping[str, str] = {
    "transferred": N_("transfers"),
    "pages": N_("pages"),
    "ack_in_time": N_("acknowledged in time"),
    "ack_time": N_("time to acknowledge"),
    "first_level": N_("acknowledged by level 1 or 2"),
    "escalated": N_("escalated to level 3 or higher"),
    "reachable": N_("reached in drills"),
    "covered": N_("duty covered"),
    "on_time": N_("finished in time"),
    "extended": N_("given more time"),
    "solved": N_("solved, say callers"),
    "satisfied": N_("satisfied callers"),
    "returned": N_("returned by the unit"),
    "missent": N_("sent to the wrong unit"),
    "closed_once": N_("closed for good"),
    "disputed": N_("argued about"),
    "first_receiver": N_("disputes left to the first receiver"),
    "complete": N_("with response, result and feedback"),
    "hop_time": N_("from the call to the unit"),
}
PROFILES: Mapping[Profile, str] = {
    Profile.GOV: N_("county government office"),
    Profile.POLICE: N_("county police"),
}
#: What callers say afterwards is asked by 12345 alone.
_NOT_OF_THE_POLICE = frozenset({"solved", "satisfied", "closed_once", "complete"})
_BUCKETS = ("to_1_min", "to_5_min", "to_15_min", "to_30_min", "over_30_min")


def names(profile: Profile) -> list[str]:
    """The figures one evaluator reads, in order."""
    return [n for n in NAMES if profile is Profile.GOV or n not in _NOT_OF_THE_POLICE]


def plain(figures: Figures, profile: Profile) -> dict[str, Any]:
    """One scope's figures as plain values: the same wherever they are shown."""
    return {name: _plain(getattr(figures, name)) for name in names(profile)}


def document(found: Report) -> dict[str, Any]:
    """A whole report as plain values, but for its moments."""
    profile = found.profile
    return {
        "profile": profile,
        "total": plain(found.total, profile),
        "urgencies": {str(u): plain(f, profile) for u, f in found.urgencies.items()},
        "units": {code: plain(f, profile) for code, f in found.units.items()},
    }


def _plain(value: object) -> Any:
    if isinstance(value, Rate):
        return {"of": value.of, "out_of": value.out_of, "rate": value.value}
    if isinstance(value, Spread):
        return {
            "count": value.count,
            "mean_seconds": value.mean,
            "median_seconds": value.median,
            "p90_seconds": value.p90,
            "buckets": dict(zip(_BUCKETS, value.buckets, strict=True)),
        }
    return value
