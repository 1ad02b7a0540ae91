"""Rotation files that cannot be read, or that say what cannot be."""

from collections.abc import Mapping

from rosters.errors.message import N_, Message, error, warning

ROTATIONS: Mapping[str, Message] = {
    "rotation-syntax": error(
        N_("This line is not TOML: {problem}."),
        N_("Texts stand in quotation marks, lists in square brackets."),
    ),
    "rotation-encoding": error(
        N_("The file is not written in UTF-8."), N_("Save it again as UTF-8 (另存为).")
    ),
    "rotation-missing": error(N_("“{value}” is missing."), N_("Add it, for example: {example}")),
    "rotation-unknown": error(N_("Nothing is called “{value}” here."), N_("Known are: {known}.")),
    "rotation-type": error(N_("“{value}” does not fit here."), N_("Write it as {example}.")),
    "rotation-zone": error(
        N_("There is no time zone “{value}”."), N_("Write it as Asia/Shanghai.")
    ),
    "rotation-role": error(
        N_("“{value}” is no role."),
        N_("Write primary, deputy, leader, team or supervisor, or the Chinese word."),
    ),
    "rotation-turn": error(
        N_("“{value}” is no length of a turn."), N_("Write it as 12 hours, 1 day, 1 week, 1 month.")
    ),
    "rotation-clock": error(N_("“{value}” is no clock."), N_("Write it as 08:00.")),
    "rotation-hours": error(
        N_("“{value}” is no range of hours."),
        N_("Write it as 20:00-08:00; leave it out where the whole turn is meant."),
    ),
    "rotation-day": error(
        N_("“{value}” is no day of the calendar."),
        N_("Write it as 2026-11-02, or with a clock as 2026-11-02T08:00:00, without a zone."),
    ),
    "rotation-weekday": error(
        N_("“{value}” is no day of the week."), N_("Write Mon to Sun, or 周一 to 周日.")
    ),
    "rotation-daykind": error(
        N_("“{value}” is no kind of day."),
        N_("Write workday 工作日, weekend 周末, holiday 节假日 or makeup 补班."),
    ),
    "rotation-groups": error(
        N_("Nobody takes turns here."), N_('Write the groups as [["张三"], ["李四", "王五"]].')
    ),
    "rotation-first": error(
        N_("There is no group {value}: there are {count}."), N_("Count from 1.")
    ),
    "rotation-ends": error(
        N_("It ends at {value}, not after it starts."), N_("Exchange or correct the two.")
    ),
    "rotation-name-twice": error(
        N_("Two rotations are called “{value}”."), N_("Give each a name of its own.")
    ),
    "rotation-unit": error(
        N_("There is no unit “{value}”."),
        N_("Write its code or its name as `oncall unit list` shows it."),
    ),
    "rotation-other-unit": error(
        N_("The file is about {value}, not about {asked}."),
        N_("Choose the right file, or the right unit."),
    ),
    "rotation-unit-twice": error(
        N_("{other} is about the same unit {value}."),
        N_("Put all rotations of a unit into one file."),
    ),
    "rotation-never": warning(
        N_("“{value}” never puts anybody on duty: it is bound to no day at all."),
        N_("Name the days, or leave the restriction out."),
    ),
    "rotation-no-table": warning(
        N_("There is no holiday table for {value}: until there is, Monday to Friday count as "
           "working days."),
        N_("Import it with `oncall holiday import`."),
    ),
}  # fmt: skip
