"""What can be wrong with a unit: in the file of units, and where somebody names one."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.core.words import N_

#: Code: (what is wrong, how to mend it). Blanks: value, where, and the fault's own parameters.
UNIT_FAULTS: Mapping[str, tuple[str, str]] = {
    # Named by somebody.
    "unknown_unit": (
        N_("There is no unit “{value}”."),
        N_("Look the code up with `oncall unit list`, or import the unit."),
    ),
    "unit_ended": (
        N_("The unit “{value}” ({name}) ended on {day}."),
        N_("Look with `oncall unit list` who has its duties now, and name that unit."),
    ),
    "unit_succeeded": (
        N_("The unit “{value}” ({name}) ended on {day}; {heir} has its duties now."),
        N_("Name {heir} instead."),
    ),
    "unit_not_begun": (
        N_("The unit “{value}” ({name}) begins on {day}."),
        N_("Name the unit that has these duties until then."),
    ),
    # The file of units.
    "bad_code": (
        N_("“{value}” is no code of a unit."),
        N_("Use 2 to 40 capital letters, digits and dashes, such as TWN-100."),
    ),
    "bad_kind": (
        N_("“{value}” is no kind of unit."),
        N_("Use a lower-case word such as township or gov_department."),
    ),
    "bad_day": (N_("“{value}” is no day."), N_("Write it as 2026-11-03.")),
    "ends_first": (
        N_("It ends on {value}, not after its first day."),
        N_("Exchange or correct the two days."),
    ),
    "missing_cell": (N_("“{value}” is empty."), N_("Fill it in.")),
    "given_before": (
        N_("“{value}” was given before, at {first}."),
        N_("Keep one of the two rows."),
    ),
    "own_parent": (N_("The unit is its own parent."), N_("Name the unit above it, or none.")),
    "unknown_unit_near": (
        N_("There is no unit “{unit}”."),
        N_("Did you mean {near}?"),
    ),
    "several_units": (
        N_("“{unit}” may mean several units: {near}."),
        N_("Write the code of the one that is meant."),
    ),
    "own_successor": (
        N_("The unit is its own successor."),
        N_("Name the unit that has its duties, or none."),
    ),
    "alias_taken": (
        N_("“{value}” is also what {other} is called."),
        N_("Leave it out: one word means one unit."),
    ),
}
