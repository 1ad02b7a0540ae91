"""What rotation rules give: dates and people, never the rules themselves."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from commands.output import local, say, table
from commands.session import Session
from oncall.admin.rotations import RotationPlan
from oncall.core.words import N_
from oncall.core.words import role as role_word
from rosters.model import Duty

#: Lines before it says how many more there are.
_SHOWN = 60


def show_dates(session: Session, found: RotationPlan, unit_name: Callable[[str], str]) -> None:
    """The turns the rules give in the time that was looked at, one line each."""
    t, zone = session.t, session.settings.zone

    def turn(duty: Duty) -> tuple[object, ...]:
        return duty.unit, duty.start, duty.end, duty.role, duty.source

    given = sorted(found.duties, key=lambda duty: (turn(duty), duty.person))
    lines = [
        (
            unit_name(own[0].unit),
            local(own[0].start, zone),
            local(own[0].end, zone),
            role_word(t, own[0].role),
            t(N_(", ")).join(found.people[duty.person].name for duty in own),
            own[0].source.removeprefix("rotation "),
        )
        for own in (list(group) for _, group in groupby(given, key=turn))
    ]
    if not lines:
        return
    heads = (N_("Unit"), N_("Starts"), N_("Ends"), N_("Role"), N_("On duty"), N_("Rotation"))
    table(session, heads, lines[:_SHOWN])
    if len(lines) > _SHOWN:
        say(t(N_("and {n} more")).format(n=len(lines) - _SHOWN))
