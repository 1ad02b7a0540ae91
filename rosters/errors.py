"""Every problem a roster can have: how grave it is, what is wrong, and how to mend it.

The texts are English templates; whoever shows them brings a translation (`explain`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rosters.model import Problem, Severity


def N_(text: str) -> str:  # noqa: N802 - the name by which Babel finds text to translate
    """Mark a text for the catalogue; nothing else happens here."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One kind of problem: its severity, a template of what is wrong and one of the mend."""

    severity: Severity
    text: str
    mend: str


def _error(text: str, mend: str) -> Message:
    return Message(severity=Severity.ERROR, text=text, mend=mend)


def _warning(text: str, mend: str) -> Message:
    return Message(severity=Severity.WARNING, text=text, mend=mend)


_FILES = {
    "file-empty": _error(N_("The file is empty."), N_("Choose the file that holds the roster.")),
    "file-too-large": _error(
        N_("The file has {size} MB; at most {limit} MB are read."),
        N_("Split it into one file per month."),
    ),
    "too-many-rows": _error(
        N_("The file has more than {limit} rows or is padded with far too many cells."),
        N_("Copy only the roster itself into a new workbook, or split it into one file per month."),
    ),
    "file-bomb": _error(
        N_("The file is packed so tightly that unpacking it could harm this machine."),
        N_("Copy the roster into a new workbook and save it as .xlsx."),
    ),
    "file-broken": _error(
        N_("The file is damaged or incomplete and cannot be opened."),
        N_("Open it in WPS or Excel, choose Save as (另存为), type .xlsx, and send that file."),
    ),
    "file-locked": _error(
        N_("The workbook is protected by a password."),
        N_("Remove the password and save it again as .xlsx (另存为)."),
    ),
    "file-old-sheet": _error(
        N_("This is an old {kind} workbook, which is not read."),
        N_("Open it in WPS or Excel, choose Save as (另存为), type .xlsx, and send that file."),
    ),
    "file-word": _error(
        N_("This is a {kind} text document, not a table."),
        N_("Copy its table into a new workbook, choose Save as (另存为), type .xlsx."),
    ),
    "file-picture": _error(
        N_("This is a {kind} file; the names in it cannot be read safely."),
        N_("Ask for the table it was made from, and save that as .xlsx (另存为)."),
    ),
    "file-unknown": _error(
        N_("This is neither an .xlsx workbook nor a CSV file."),
        N_("Open it in WPS or Excel, choose Save as (另存为), type .xlsx, and send that file."),
    ),
    "encoding-unknown": _error(
        N_("The text is neither UTF-8, UTF-16 nor GB18030."),
        N_("Save it again as CSV UTF-8 (另存为), or as .xlsx."),
    ),
    "csv-broken": _error(
        N_("From this line on the rows cannot be told apart: {detail}."),
        N_("Look for a quotation mark without its partner."),
    ),
    "layout-unknown": _error(
        N_("No header row was found that names a date and the people on duty."),
        N_("Write a header such as 日期, 班次, 带班领导, 值班人员, 联系电话 above the rows."),
    ),
    "side-by-side": _error(
        N_("Two tables stand side by side here."),
        N_("Put the second table below the first, under the same columns."),
    ),
    "column-missing": _error(N_("The column {name} is missing."), N_("Add it to the header row.")),
    "column-ignored": _warning(
        N_("The column “{value}” is not understood and was left out."),
        N_("If it names people on duty, give it a header such as 值班人员 or 副班."),
    ),
    "sheet-skipped": _warning(
        N_("The sheet “{value}” holds no roster and was left out."),
        N_("If it does, check its header row."),
    ),
    "no-duties": _error(
        N_("The file holds no duty that could be read."),
        N_("Mend the problems listed, or choose another file."),
    ),
    "hidden-sheet": _warning(
        N_("The sheet “{value}” is hidden and was left out."),
        N_("Show it if it counts; delete it if it does not."),
    ),
    "hidden-row": _warning(
        N_("The row is hidden and was left out."),
        N_("Show it (or clear the filter) if it counts; delete it if it does not."),
    ),
    "hidden-column": _warning(
        N_("The column is hidden; it was read all the same."),
        N_("Delete it if it does not count."),
    ),
    "struck-through": _warning(
        N_("“{value}” is struck through and was left out."),
        N_("Delete the text, or remove the line through it."),
    ),
    "formula-without-value": _warning(
        N_("The formula {value} has no stored result and counts as empty."),
        N_("Open the file in WPS or Excel and save it once, or type the value."),
    ),
    "cell-error": _error(
        N_("The cell shows {value} instead of a value."), N_("Type the value itself.")
    ),
}

_DAYS = {
    "month-conflict": _error(
        N_("The title speaks of {found}, but {asked} was asked for."),
        N_("Choose the right file, or the right month."),
    ),
    "date-missing": _error(
        N_("The row names people, but no date."),
        N_("Write the date into the row, or merge the date cell over all its rows."),
    ),
    "date-unreadable": _error(
        N_("“{value}” is no date."), N_("Write it as 2026-11-03 or 11月3日.")
    ),
    "date-range": _error(N_("“{value}” covers several days."), N_("Write one row for each day.")),
    "date-impossible": _error(
        N_("There is no such day as “{value}”."), N_("Write the right day, as 2026-11-03.")
    ),
    "date-ambiguous": _error(
        N_("“{value}” may be {one} or {other}: a spreadsheet shows both alike."),
        N_("Write it as a real date, as 2026-11-03."),
    ),
    "year-unknown": _error(
        N_("“{value}” has no year, and neither the title nor the request names one."),
        N_("Name the month (--month 2026-11), or write the year into the title."),
    ),
    "month-unknown": _error(
        N_("“{value}” has no month, and neither the title nor the request names one."),
        N_("Name the month (--month 2026-11), or write it into the title."),
    ),
    "date-outside-month": _error(
        N_("{day} is not in {month}, the month of this roster."),
        N_("Correct the date (a wrong year is a common slip), or choose the right month."),
    ),
    "date-near-month": _warning(
        N_("{day} is just outside {month}, the month of this roster."),
        N_("Check that the day is meant."),
    ),
    "date-far": _error(
        N_("{day} is more than a year away from the other dates of this file."),
        N_("Correct the date; a wrong year is a common slip."),
    ),
    "weekday-mismatch": _warning(
        N_("{day} is {real}, but “{value}” is written."),
        N_("Correct the date or the weekday, whichever is wrong."),
    ),
}

_SHIFTS = {
    "shift-missing": _error(
        N_("Neither the row nor the notes say from when to when the duty lasts."),
        N_("Write it below the table, as 值班时间:8:00-次日8:00, or into a column 班次."),
    ),
    "shift-unknown": _error(
        N_("Nothing says from when to when “{value}” lasts."),
        N_("Write it below the table, as 注:{value}8:00-20:00, or into the row as 08:00-20:00."),
    ),
    "shift-from-note": _warning(
        N_("The hours were taken from the notes: {clocks}."), N_("Check that they are right.")
    ),
    "shift-clock-differs": _warning(
        N_("This row says {value}, elsewhere “{shift}” is {other}; the row was followed."),
        N_("Correct the one that is wrong."),
    ),
    "shift-clock-conflict": _error(
        N_("“{value}” is given with different hours: {clocks}."),
        N_("Write the hours into each row, as 08:00-20:00."),
    ),
    "remark-clock": _warning(
        N_("The hours in “{value}” were not used."),
        N_("If they are the hours of the shift, write them alone, as 20:00-08:00."),
    ),
    "shift-vanishes": _error(
        N_("The shift {value} falls into the hour that daylight saving leaves out."),
        N_("Write hours that exist on that day."),
    ),
}

_PEOPLE = {
    "person-pending": _error(
        N_("“{value}”: nobody is named yet."), N_("Name the person, or leave the cell empty.")
    ),
    "slot-empty": _warning(
        N_("Nobody is named as {role} on {day}."), N_("Name a person, or accept the gap.")
    ),
    "ditto-without": _error(
        N_("“{value}” repeats the cell above, which is empty."), N_("Write the name itself.")
    ),
    "name-unreadable": _error(
        N_("“{value}” is no person's name."), N_("Write the full name only.")
    ),
    "name-missing": _error(N_("The row names nobody."), N_("Write the name, or delete the row.")),
    "cover-understood": _warning(
        N_("“{value}” was read as: {name} serves instead of {other}."),
        N_("Write only the name of the person who serves."),
    ),
    "swap-noted": _warning(
        N_("A swap is noted in “{value}”; {name} was read as the person who serves."),
        N_("Write only the name of the person who serves."),
    ),
    "phone-wrong": _error(
        N_("“{value}” is no complete telephone number."),
        N_("A mobile has 11 digits; a landline needs its area code, as 0595-23500000."),
    ),
    "phone-words": _warning(
        N_("“{value}” is no telephone number and was left out."), N_("Write the number itself.")
    ),
    "phone-count": _error(
        N_("{names} people and {phones} mobile numbers: nobody can tell which is whose."),
        N_("Write one number per person, in the same order."),
    ),
    "phone-shared": _warning(
        N_("One mobile number stands for {names} people; it was given to none of them."),
        N_("Write one number per person, in the same order."),
    ),
    "phone-extra": _warning(
        N_("There are several mobile numbers for one person; only {used} was used."),
        N_("Keep the number by which the person is known."),
    ),
    "phone-nobody": _warning(
        N_("There is a number, but nobody beside it."), N_("Write the name beside the number.")
    ),
    "role-unknown": _error(
        N_("“{value}” is no role."),
        N_("Write one of: primary 主班, deputy 副班, leader 带班领导, team 应急队."),
    ),
    "role-missing": _error(
        N_("The row names no role."),
        N_("Write one of: primary 主班, deputy 副班, leader 带班领导, team 应急队."),
    ),
    "unit-missing": _error(
        N_("Nothing says which unit this duty belongs to."),
        N_("Name the unit (--unit CODE), or write it into the title or a column 单位."),
    ),
    "unit-unknown": _error(
        N_("There is no unit “{value}”."), N_("Write its code or its full name.")
    ),
    "unit-other": _error(
        N_("The row belongs to “{value}”, but the roster of {asked} was asked for."),
        N_("Leave the unit away to read rows of several units, or correct the row."),
    ),
    "person-unknown": _error(
        N_("{unit} has nobody called {name}."),
        N_("Correct the name, or add the person first (oncall person import, or --create)."),
    ),
    "person-renamed": _error(
        N_("{unit} has nobody called {name}, but {mobile} is the number of {other}."),
        N_("Correct the name or the number."),
    ),
    "person-ambiguous": _error(
        N_("{unit} has {count} people called {name}."),
        N_("Write the person's mobile number beside the name."),
    ),
    "person-inactive": _error(N_("{name} no longer serves in {unit}."), N_("Name somebody else.")),
    "mobile-of-another": _error(
        N_("{mobile} is the number of {other}, not of {name}."),
        N_("Correct the name or the number."),
    ),
    "mobile-differs": _warning(
        N_("The directory has another mobile number for {name}; the directory's is used."),
        N_("Correct whichever is out of date."),
    ),
    "newcomer-no-mobile": _warning(
        N_("{name} is new and has no mobile number: messages cannot reach them."),
        N_("Write the mobile number beside the name."),
    ),
}

_DUTIES = {
    "duplicate-row": _warning(
        N_("The same duty is already given at {first}."), N_("Delete one of the two.")
    ),
    "overlap-self": _warning(
        N_("{name} is already on this duty at {first}; the two were joined."),
        N_("Correct the hours of one of the two."),
    ),
    "shift-short": _warning(
        N_("The duty lasts only {minutes} minutes."), N_("Check its start and end.")
    ),
    "long-stretch": _warning(
        N_("{person} serves {hours} hours in a row."), N_("Let somebody else take a part.")
    ),
    "double-booked": _warning(
        N_("{person} is also on duty as {role} in {unit} at that time ({other})."),
        N_("Let somebody else take one of the two."),
    ),
    "seam": _warning(
        N_("Between two duties {seconds} seconds are left open."),
        N_("Let the second start when the first ends."),
    ),
    "shared-mobile": _warning(
        N_("{mobile} is the number of {people}."), N_("Give each person their own number.")
    ),
}

#: Problem code -> its severity and texts. A code that is not here cannot be raised.
MESSAGES: Mapping[str, Message] = {**_FILES, **_DAYS, **_SHIFTS, **_PEOPLE, **_DUTIES}


#: Words that stand in for a parameter and are translated with the text around them.
WORDS = (
    N_("primary"), N_("deputy"), N_("leader"), N_("team"), N_("supervisor"),
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"),
    N_("Saturday"), N_("Sunday"),
)  # fmt: skip
WEEKDAYS = WORDS[5:]


def problem(code: str, where: str, value: object = "", /, **params: object) -> Problem:
    """A problem of this code; KeyError for a code without a message."""
    return Problem(
        severity=MESSAGES[code].severity,
        where=where,
        code=code,
        value=str(value)[:200],
        params={name: str(param) for name, param in params.items()},
    )


def explain(problem: Problem, translate: Callable[[str], str] = str) -> str:
    """What is wrong and how to mend it, in the language `translate` turns the English into."""
    message = MESSAGES[problem.code]
    words = {"value": problem.value}
    for name, text in problem.params.items():
        words[name] = translate(text) if text in WORDS else text
    return " ".join(translate(text).format_map(words) for text in (message.text, message.mend))
