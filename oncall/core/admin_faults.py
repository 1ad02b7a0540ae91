"""What can be wrong with the files and orders of those who administer: and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.core.words import N_

#: Code: (what is wrong, how to mend it). Blanks: value, where, and the fault's own parameters.
ADMIN_FAULTS: Mapping[str, tuple[str, str]] = {
    # The database.
    "database_missing": (
        N_("There is no database at {database}."),
        N_("Make it with `oncall init`, or check ONCALL_DATABASE_URL."),
    ),
    "database_empty": (
        N_("The database at {database} is empty."),
        N_("Prepare it with `oncall init`."),
    ),
    "database_old": (
        N_("The database is at revision {have}; this program needs {need}."),
        N_("Upgrade it with `oncall db upgrade`, after a backup."),
    ),
    "database_new": (
        N_("The database is at revision {have}; this program only knows {need}."),
        N_("Use the newer program that made it."),
    ),
    "no_pg_tools": (
        N_("{tool} is not installed here, and PostgreSQL is copied with it."),
        N_("Install PostgreSQL's client tools, or copy the database on its server."),
    ),
    "pg_tool_failed": (
        N_("{tool} failed: {detail}."),
        N_("Check the rights of the database user and the version of {tool}."),
    ),
    "not_a_backup": (
        N_("{file} is no copy of an oncall database, or it is damaged."),
        N_("Choose a file that `oncall db backup` wrote."),
    ),
    "backup_newer": (
        N_("{file} is at revision {have}; this program only knows {need}."),
        N_("Use the newer program that made it."),
    ),
    "file_there": (
        N_("{file} is there already."),
        N_("Choose another name, or remove it first."),
    ),
    "nodes_alive": (
        N_("A service is running on this database."),
        N_("Stop it first: it must not work on records that are being replaced."),
    ),
    # The coverage file.
    "coverage_unreadable": (
        N_("The coverage file cannot be read: {value}."),
        N_("Check ONCALL_COVERAGE, the path and its permissions."),
    ),
    "coverage_syntax": (
        N_("The coverage file is not TOML: {value}."),
        N_("Mend the line; texts need quotes, lists square brackets."),
    ),
    "coverage_key": (
        N_("Nothing is called “{value}” here."),
        N_("Write one of: {known}."),
    ),
    "coverage_value": (
        N_("“{value}” does not fit here."),
        N_("Write for example: {example}"),
    ),
    # Files in general.
    "file_unwritable": (
        N_("{file} cannot be written: {detail}."),
        N_("Check the folder and its permissions."),
    ),
    "file_unreadable": (
        N_("{value} cannot be read: {detail}."),
        N_("Check the path and its permissions."),
    ),
    "table_unreadable": (
        N_("This is no table of text: {detail}"),
        N_("Save it again as CSV UTF-8 (另存为)."),
    ),
    "no_header": (
        N_("There is no line of headings."),
        N_("The first line must name the columns: {needed}."),
    ),
    "column_missing": (
        N_("The column “{value}” is missing."),
        N_("Add it; the columns are: {known}."),
    ),
    "column_unknown": (
        N_("The column “{value}” is not known and was passed over."),
        N_("The columns are: {known}."),
    ),
    "column_twice": (N_("The column “{value}” stands there twice."), N_("Remove one of them.")),
    "row_too_long": (
        N_("This row has more cells than there are headings."),
        N_("Put quotation marks around a cell that holds a comma."),
    ),
    "json_rows_wanted": (
        N_("This JSON is no list of rows."),
        N_("Write a list of objects, or such a list under “items”; each with {needed}."),
    ),
    "nothing_in_it": (N_("There is nothing below the headings."), N_("Add at least one row.")),
    # People.
    "bad_mobile": (
        N_("“{value}” is no mobile number."),
        N_("Write eleven digits, such as 13900000001."),
    ),
    "too_many_numbers": (
        N_("These are more than {most} numbers for one person."),
        N_("Keep the {most} that are most likely to be heard, the best one first."),
    ),
    "bad_phone": (
        N_("“{value}” is no telephone number."),
        N_("Write a landline with its area code, such as 0595-23500001, or a mobile."),
    ),
    "bad_email": (N_("“{value}” is no e-mail address."), N_("Correct it or leave it empty.")),
    "bad_post": (N_("“{value}” is no post."), N_("Write one of: {known}; or leave it empty.")),
    "bad_lang": (N_("“{value}” is no language."), N_("Write one of: {known}; or leave it empty.")),
    "bad_yes_no": (N_("“{value}” is neither yes nor no."), N_("Write yes or no, 是 or 否.")),
    "number_taken": (
        N_("{value} is already the number of {other}."),
        N_("Give each person a number of their own."),
    ),
    "namesakes": (
        N_("{count} people of {unit} are called “{value}”."),
        N_("Write the mobile number that tells them apart."),
    ),
    "no_number": (
        N_("{value} has no number: nobody can reach them."),
        N_("Add a mobile or an office number."),
    ),
    "reason_wanted": (
        N_("Numbers are shown in full only for a reason."),
        N_('Say why: --full "new telephone list".'),
    ),
    # Rosters.
    "window_shared": (
        N_("{unit}, {role}: both {first} and {second} speak of {day}."),
        N_("Give each day of a roster in one file only."),
    ),
    "no_such_batch": (
        N_("There is no upload “{batch}”."),
        N_("`oncall roster history` lists them with their ids."),
    ),
    "several_batches": (
        N_("{count} uploads begin with “{batch}”."),
        N_("Give more of the id."),
    ),
    "batch_undone": (
        N_("The upload {batch} was taken back before."),
        N_("There is nothing to do."),
    ),
    "batch_built_upon": (
        N_("Later uploads stand on {batch}: {later}."),
        N_("Take those back first, or upload a corrected file."),
    ),
    "saved_plan_stale": (
        N_("Since {file} was made the roster changed or time went on; it would do something else."),
        N_("Make the plan again and look at it."),
    ),
    "plan_unreadable": (
        N_("This kept plan is damaged, or was made by another release."),
        N_("Make it again: oncall roster plan FILE... --out PLAN."),
    ),
    "plan_stale": (
        N_("Somebody changed the roster while you were looking at the plan."),
        N_("Look at the new plan and apply again."),
    ),
    # Holidays.
    "holidays_shape": (
        N_("This is no table of holidays."),
        N_("It has the shape of holiday-cn: days, each with name, date and isOffDay."),
    ),
    "bad_off": (
        N_("“{value}” says neither that the day is off nor that it is worked."),
        N_("Write true or false; in a table also 休 or 班."),
    ),
    "holiday_plain": (
        N_("{value} is worked anyway: it is no weekend."),
        N_("Check the date."),
    ),
    "holidays_few": (
        N_("The table of {value} has only {count} days off."),
        N_("Check that the file holds the whole year: days it does not name are taken out."),
    ),
    # Calendars that others keep.
    "no_such_calendar_in": (
        N_("There is no calendar {calendar}."),
        N_("`oncall calendar list` shows them with their numbers."),
    ),
    "calendar_is_file": (
        N_("The calendar {calendar} came from a file."),
        N_("Give the newer file: oncall calendar refresh {calendar} FILE.ics"),
    ),
    "calendar_unreadable": (
        N_("It is no calendar, or it is empty."),
        N_("What was read before stays in force; check what the address gives."),
    ),
    "calendar_names_nobody": (
        N_("Its events name nobody of the unit."),
        N_("What was read before stays in force; say who is meant with --map."),
    ),
    "url_with_password": (
        N_("The address of {value} has a user name or a password in it."),
        N_("Use the calendar's private address, which needs none."),
    ),
    "fetch_slow": (N_("It took too long: {value}."), N_("Try again later.")),
    "fetch_refused": (
        N_("The server refused: {value}."),
        N_("Check that the address is whole and still valid."),
    ),
    "fetch_failed": (
        N_("It could not be fetched: {value}."),
        N_("Check the address, and that this machine may reach it."),
    ),
    "fetch_large": (N_("It is too large: {value}."), N_("Give the roster's own calendar.")),
    # Orders.
    "port_taken": (
        N_("{host}:{port} cannot be used: {detail}."),
        N_("Another service may be running there; choose another --port."),
    ),
    "bad_seconds": (
        N_("“{value}” is no number of seconds up to {longest}."),
        N_("Write a whole number; 0 switches it off."),
    ),
    "no_mail_provider": (
        N_("Duty notices shall go by e-mail, but nobody is named who sends any."),
        N_("Add email=email to ONCALL_CHANNELS, or set ONCALL_DUTY_NOTICES to sms."),
    ),
    "bad_switch": (N_("“{value}” is neither yes nor no."), N_("Write yes or no.")),
    "bad_canary": (
        N_("“{value}” is no phone number."),
        N_("Give the mobile number that takes the test messages, or nothing."),
    ),
    "bad_limit": (
        N_("“{entry}” is no limit of a provider."),
        N_("Write for example twilio:sms=10/s, or twilio:voice=1/s each 1/m 5/h 20/d, or =none."),
    ),
    "no_such_group": (
        N_("There is no group “{group}”."),
        N_("List the groups with `oncall group list`, or import one."),
    ),
    "count_them": (
        N_("“{group}” calls {count}; so many are called only once their number is given."),
        N_("Look who is in it, and give the count."),
    ),
    "not_called": (
        N_("“{name}” is none of those who were called: {people}."),
        N_("Name one of them; whoever is called later answers then."),
    ),
    "count_drill": (
        N_("This drill asks {count} units; so many are asked only once their number is given."),
        N_("Look whom it asks, and give the count."),
    ),
    "group_over": (
        N_("No unit of “{group}” is there any more."),
        N_("Import the group anew with the units that have their duties."),
    ),
    "needs_more_than_there_are": (
        N_("“{value}” asks for more answers than it has units ({count})."),
        N_("Ask for fewer, or add units."),
    ),
}
