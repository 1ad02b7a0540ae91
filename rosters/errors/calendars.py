"""Calendars that cannot be read, or not as a whole: each event that is wrong, the rest is kept."""

from collections.abc import Mapping

from rosters.errors.message import N_, Message, error, warning

CALENDARS: Mapping[str, Message] = {
    "calendar-none": error(
        N_("This is no calendar: it has no BEGIN:VCALENDAR."),
        N_("Give the address or the file that ends in .ics, not the page that shows it."),
    ),
    "calendar-empty": error(
        N_("The calendar has no event at all."),
        N_("Check the address; what was read last stays in force."),
    ),
    "calendar-too-many": error(
        N_("The calendar has more than {limit} events or lines of an event."),
        N_("Give the calendar of this roster alone."),
    ),
    "calendar-line": warning(
        N_("“{value}” is no line of a calendar; it was passed over."),
        N_("Tell whoever keeps the calendar."),
    ),
    "calendar-cut": warning(
        N_("The last event is cut short; it was left out."), N_("Read the calendar again.")
    ),
    "calendar-event": warning(
        N_("The event cannot be read and was left out: {detail}."),
        N_("Correct it in the calendar it comes from."),
    ),
    "calendar-zone": warning(
        N_("There is no time zone “{value}”, so the event was left out."),
        N_("Set the event's zone to a known one, such as Asia/Shanghai."),
    ),
    "calendar-own-zone": warning(
        N_("The calendar's own zone “{value}” is not known; its whole days were read in {zone}."),
        N_("Set the calendar's zone to a known one, such as Asia/Shanghai."),
    ),
    "calendar-rule": warning(
        N_("The rule “{value}” repeats too often or cannot be carried out; it was left out."),
        N_("Use a rule by days, weeks, months or years."),
    ),
    "calendar-length": warning(
        N_("The event ends before it starts, and was left out."), N_("Correct its end.")
    ),
    "calendar-no-uid": warning(
        N_("The event has no UID; it was read all the same."),
        N_("Tell whoever keeps the calendar: its changes may not be recognized."),
    ),
    "calendar-uid-twice": warning(
        N_("Two events have the UID {value}; {kept}."),
        N_("Tell whoever keeps the calendar."),
    ),
    "calendar-nobody": warning(
        N_("“{value}” names nobody of the unit, so it puts nobody on duty."),
        N_("Write the person's full name, or say who is meant: --map “{value}=name”."),
    ),
    "calendar-somebody": warning(
        N_("“{value}” names somebody the unit does not know; the others were read."),
        N_("Write the full names, or say who is meant with --map."),
    ),
}  # fmt: skip
