"""Lists that name units: a group or a route with a unit that is no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from oncall.admin import stale
from oncall.admin.findings import Finding, Level
from oncall.core.errors import Fault
from oncall.core.words import N_
from oncall.store import directory, groups, routes
from oncall.store.database import Tx

_NAMED = 5


def look(tx: Tx, day: date) -> Iterator[Finding]:
    """Groups and routes, on a day of the installation's zone."""
    units = {unit.code: unit for unit in directory.all_units(tx)}
    known, rows = list(groups.all_groups(tx).values()), routes.all_routes(tx)
    yield _judged(
        "groups",
        stale.in_groups(known, units, day),
        len(known),
        none=N_("{count} groups, and every unit of them is there."),
        some=N_("Groups name units that are no more: {names}."),
        mend=N_("`oncall group list` says who has their duties; import the group with those."),
    )
    yield _judged(
        "routes",
        stale.in_routes(rows, units, day),
        len(rows),
        none=N_("{count} routes, and every unit of them is there."),
        some=N_("Routes name units that are no more: {names}."),
        mend=N_("`oncall route list` says who has their duties; import the rows with those."),
    )


def _judged(
    what: str, found: Sequence[Fault], count: int, *, none: str, some: str, mend: str
) -> Finding:
    if not found:
        return Finding(what=what, level=Level.OK, said=none, params={"count": str(count)})
    named = [f"{fault.where} ({fault.value})" for fault in found]
    shown = ", ".join(named[:_NAMED]) + (", …" if len(named) > _NAMED else "")
    # No failure: a group calls whoever has their duties, and a route only suggests.
    return Finding(what=what, level=Level.WARNING, said=some, mend=mend, params={"names": shown})
