"""Days and hours that are wrong, missing or in doubt."""

from collections.abc import Mapping

from rosters.errors.message import N_, Message, error, warning

DAYS: Mapping[str, Message] = {
    "month-conflict": error(
        N_("The title speaks of {found}, but {asked} was asked for."),
        N_("Choose the right file, or the right month."),
    ),
    "month-doubtful": warning(
        N_("The title speaks of {found}, the file's name of {asked}; the title was followed."),
        N_("Check the month, and name it (--month 2026-11)."),
    ),
    "date-missing": error(
        N_("The row names people, but no date."),
        N_("Write the date into the row, or merge the date cell over all its rows."),
    ),
    "date-unreadable": error(N_("“{value}” is no date."), N_("Write it as 2026-11-03 or 11月3日.")),
    "range-wrong": error(
        N_("“{value}” is no range of days from an earlier to a later one."),
        N_("Write it as 11月2日—11月8日, or write one row for each day."),
    ),
    "date-range": error(N_("“{value}” covers several days."), N_("Write one row for each day.")),
    "date-impossible": error(
        N_("There is no such day as “{value}”."), N_("Write the right day, as 2026-11-03.")
    ),
    "date-ambiguous": error(
        N_("“{value}” may be {one} or {other}: a spreadsheet shows both alike."),
        N_("Write it as a real date, as 2026-11-03."),
    ),
    "year-unknown": error(
        N_("“{value}” has no year, and neither the title nor the request names one."),
        N_("Name the month (--month 2026-11), or write the year into the title."),
    ),
    "month-unknown": error(
        N_("“{value}” has no month, and neither the title nor the request names one."),
        N_("Name the month (--month 2026-11), or write it into the title."),
    ),
    "date-outside-month": error(
        N_("{day} is not in {month}, the month of this roster."),
        N_("Correct the date (a wrong year is a common slip), or choose the right month."),
    ),
    "date-near-month": warning(
        N_("{day} is just outside {month}, the month of this roster."),
        N_("Check that the day is meant."),
    ),
    "date-far": error(
        N_("{day} is more than a year away from the other dates of this file."),
        N_("Correct the date; a wrong year is a common slip."),
    ),
    "weekday-mismatch": warning(
        N_("{day} is {real}, but “{value}” is written."),
        N_("Correct the date or the weekday, whichever is wrong."),
    ),
}

SHIFTS: Mapping[str, Message] = {
    "shift-missing": error(
        N_("Neither the row nor the notes say from when to when the duty lasts."),
        N_("Write it below the table, as 值班时间:8:00-次日8:00, or into a column 班次."),
    ),
    "shift-unknown": error(
        N_("Nothing says from when to when “{value}” lasts."),
        N_(
            "Write the hours into the heading or below the table, as "
            "注:白班8:00-20:00,夜班20:00-次日8:00, or into the row as 08:00-20:00."
        ),
    ),
    "shift-from-note": warning(
        N_("The hours were taken from the notes: {clocks}."), N_("Check that they are right.")
    ),
    "shift-clock-differs": warning(
        N_("This row says {value}, elsewhere “{shift}” is {other}; the row was followed."),
        N_("Correct the one that is wrong."),
    ),
    "shift-clock-conflict": error(
        N_("“{value}” is given with different hours: {clocks}."),
        N_("Write the hours into each row, as 08:00-20:00."),
    ),
    "remark-clock": warning(
        N_("The hours in “{value}” were not used."),
        N_("If they are the hours of the shift, write them alone, as 20:00-08:00."),
    ),
    "shift-vanishes": error(
        N_("The shift {value} falls into the hour that daylight saving leaves out."),
        N_("Write hours that exist on that day."),
    ),
}
