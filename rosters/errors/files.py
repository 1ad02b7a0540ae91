"""Files and sheets that cannot be read, or not as a whole."""

from collections.abc import Mapping

from rosters.errors.message import N_, Message, error, warning

FILES: Mapping[str, Message] = {
    "file-empty": error(N_("The file is empty."), N_("Choose the file that holds the roster.")),
    "file-too-large": error(
        N_("The file has {size} MB; at most {limit} MB are read."),
        N_("Split it into one file per month."),
    ),
    "too-many-rows": error(
        N_("The file has more than {limit} rows or is padded with far too many cells."),
        N_("Copy only the roster itself into a new workbook, or split it into one file per month."),
    ),
    "file-bomb": error(
        N_("The file is packed so tightly that unpacking it could harm this machine."),
        N_("Copy the roster into a new workbook and save it as .xlsx."),
    ),
    "file-broken": error(
        N_("The file is damaged or incomplete and cannot be opened."),
        N_("Open it in WPS or Excel, choose Save as (另存为), type .xlsx, and send that file."),
    ),
    "file-locked": error(
        N_("The workbook is protected by a password."),
        N_("Remove the password and save it again as .xlsx (另存为)."),
    ),
    "file-old-sheet": error(
        N_("This {kind} workbook cannot be read."),
        N_("Open it in WPS or Excel, choose Save as (另存为), type .xlsx, and send that file."),
    ),
    "file-word": error(
        N_("This is a {kind} text document, not a table."),
        N_("Copy its table into a new workbook, choose Save as (另存为), type .xlsx."),
    ),
    "file-picture": error(
        N_("This is a {kind} file; the names in it cannot be read safely."),
        N_("Ask for the table it was made from, and save that as .xlsx (另存为)."),
    ),
    "file-calendar": error(
        N_("This is a calendar (.ics), not a roster to be applied once."),
        N_("Have it read for a unit: oncall calendar add UNIT FILE, first with --dry-run."),
    ),
    "file-unknown": error(
        N_("This is neither a workbook (.xlsx, .xls) nor a CSV file."),
        N_("Open it in WPS or Excel, choose Save as (另存为), type .xlsx, and send that file."),
    ),
    "encoding-unknown": error(
        N_("The text is neither UTF-8, UTF-16 nor GB18030."),
        N_("Save it again as CSV UTF-8 (另存为), or as .xlsx."),
    ),
    "csv-broken": error(
        N_("From this line on the rows cannot be told apart: {detail}."),
        N_("Look for a quotation mark without its partner."),
    ),
    "json-broken": error(
        N_("This is no roster exported by this program: {detail}."),
        N_("Export it again: oncall roster export --format json."),
    ),
    "json-duty": error(
        N_("The duty {value} cannot be read: {detail}."),
        N_("It needs unit, role, person, start and end; times need their offset, as +08:00."),
    ),
    "layout-unknown": error(
        N_("No header row was found that names a date and the people on duty."),
        N_("Write a header such as 日期, 班次, 带班领导, 值班人员, 联系电话 above the rows."),
    ),
    "column-missing": error(N_("The column {name} is missing."), N_("Add it to the header row.")),
    "column-ignored": warning(
        N_("The column “{value}” is not understood and was left out."),
        N_("If it names people on duty, give it a header such as 值班人员 or 副班."),
    ),
    "row-unlabelled": error(
        N_("Nothing says in which role the people of this row serve (“{value}”)."),
        N_("Write 值班, 带班 or another role into the first column of the row."),
    ),
    "other-month": warning(
        N_("“{value}” is of another month than the one asked for, and was left out."),
        N_("Ask for that month to read it."),
    ),
    "sheet-skipped": warning(
        N_("The sheet “{value}” holds no roster and was left out."),
        N_("If it does, check its header row."),
    ),
    "no-duties": error(
        N_("The file holds no duty that could be read."),
        N_("Mend the problems listed, or choose another file."),
    ),
    "hidden-sheet": warning(
        N_("The sheet “{value}” is hidden and was left out."),
        N_("Show it if it counts; delete it if it does not."),
    ),
    "hidden-row": warning(
        N_("The row is hidden and was left out."),
        N_("Show it (or clear the filter) if it counts; delete it if it does not."),
    ),
    "hidden-column": warning(
        N_("The column is hidden; it was read all the same."),
        N_("Delete it if it does not count."),
    ),
    "comment-left-out": warning(
        N_("The comment on this cell was not read: “{value}”."),
        N_("If it counts, write it into the table itself."),
    ),
    "struck-through": warning(
        N_("“{value}” is struck through and was left out."),
        N_("Delete the text, or remove the line through it."),
    ),
    "formula-without-value": warning(
        N_("The formula {value} has no stored result and counts as empty."),
        N_("Open the file in WPS or Excel and save it once, or type the value."),
    ),
    "cell-error": error(
        N_("The cell shows {value} instead of a value."), N_("Type the value itself.")
    ),
}

#: The unit's mapping file, which answers questions once.
MAPPING: Mapping[str, Message] = {
    "mapping-broken": error(
        N_("The mapping file cannot be read: {detail}."),
        N_('Mend that line; texts need quotes, as "24小时" = "08:00-08:00".'),
    ),
    "mapping-unknown": error(
        N_("“{value}” is no part of a mapping file."), N_("Use one of: {known}.")
    ),
    "mapping-table": error(
        N_("“{value}” must be a section."), N_("Write [{name}] on a line of its own above it.")
    ),
    "mapping-text": error(N_("“{value}” is no text."), N_("Write a text in quotes.")),
    "mapping-clock": error(
        N_("“{value}” are no hours."),
        N_('Write from when to when, as "08:00-20:00"; "20:00-08:00" ends the next day.'),
    ),
    "mapping-column": error(
        N_("“{value}” is nothing a column can hold."),
        N_(
            "Write a role (primary, deputy, leader, team), or one of date, weekday, shift, phone,"
            " remark, unit, ignore."
        ),
    ),
    "mapping-role": error(
        N_("“{value}” is no role."),
        N_("Write one of: primary 主班, deputy 副班, leader 带班领导, team 应急队."),
    ),
    "mapping-unit": error(
        N_("The mapping file speaks of “{value}”, and there is no such unit."),
        N_("Write the code or the full name of a unit."),
    ),
    "mapping-twice": error(
        N_("“{value}” is answered twice, and differently."), N_("Keep one of the two lines.")
    ),
}
