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
    # Changes of duty.
    "no_such_change": (
        N_("There is no change of duty no. {change}."),
        N_("Look the number up with `oncall change list`."),
    ),
    "change_settled": (
        N_("Change no. {change} is settled already ({state}, by {by})."),
        N_("Look at it with `oncall change show {change}`."),
    ),
    "change_pending": (
        N_("Change no. {change} about the same duty is still open."),
        N_("Have it decided, or withdraw it, first."),
    ),
    "change_past": (
        N_("The duty of change no. {change} is over."),
        N_("There is nothing left to change."),
    ),
    "change_moved_on": (
        N_("{person} no longer has the duty that this was about."),
        N_("Withdraw it and ask for what the roster says now."),
    ),
    "change_over": (
        N_("All that change no. {change} brought was served already."),
        N_("There is nothing left to take back."),
    ),
    "no_such_duty": (
        N_("{value} is not on duty at that time, or not in that role."),
        N_("Look with `oncall person show`, and name a moment inside the duty."),
    ),
    "several_duties": (
        N_("{value} has several duties at that time: {roles}."),
        N_("Say which one, with --role."),
    ),
    "several_on_duty": (
        N_("Several serve at this moment: {value}."),
        N_("Say instead of whom."),
    ),
    "swap_with_self": (
        N_("{value} cannot stand in for themself."),
        N_("Name somebody else."),
    ),
    "swap_across_units": (
        N_("{value} serves in another unit."),
        N_("Name somebody of the same unit; for a change between units order an override."),
    ),
    "nobody_to_ask": (
        N_("Nobody in the unit is free then and has a number: {person} has nobody to ask."),
        N_("Ask the duty leader, or order an override with somebody of another unit."),
    ),
    "leave_past": (N_("This time is over."), N_("Give an end that is still to come.")),
    "leave_not_approved": (
        N_("Leave no. {change} is not approved, or no longer."),
        N_("Have it approved first."),
    ),
    "nothing_to_fill": (
        N_("In leave no. {change} no such duty is left to fill."),
        N_("Look at it with `oncall change show {change}`."),
    ),
    "takeover_until": (
        N_("Nobody serves at this moment, so nothing says until when."),
        N_("Say until when."),
    ),
    "already_on_duty": (
        N_("{person} is on duty already."),
        N_("There is nothing to take over."),
    ),
    "not_your_duty": (
        N_("Only the person themself may ask for this."),
        N_("Name yourself, or let an administrator enter it."),
    ),
    "not_your_change": (
        N_("Change no. {change} was asked by somebody else."),
        N_("Let them withdraw it, or an administrator."),
    ),
    "not_the_other": (
        N_("Only the person who was asked may answer change no. {change}."),
        N_("Let them answer, in their own name."),
    ),
    "not_asked": (
        N_("Change no. {change} can only be accepted by somebody else of the same unit."),
        N_("Name who will serve."),
    ),
    "own_matter": (
        N_("Nobody decides their own change, no. {change}."),
        N_("Let another leader of the unit decide."),
    ),
    "not_a_leader": (
        N_("Only a leader of {unit} may decide this."),
        N_("Name the duty leader, a division leader or the head, in whose name you decide."),
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
    # Overrides.
    "no_such_override": (
        N_("There is no override {override}."),
        N_("`oncall override list` shows them with their numbers."),
    ),
    "unknown_kind": (N_("“{value}” is no kind of override."), N_("Write one of: {known}.")),
    "override_empty": (
        N_("The override names nobody, and nobody is silenced by leaving a name out."),
        N_("Name the person; if the role is to stay empty, say so: vacant."),
    ),
    "vacant_with_person": (
        N_("The role is to stay vacant, and yet “{value}” is named."),
        N_("Leave out one of the two."),
    ),
    "replaces_nothing": (
        N_("“{value}” can only be replaced by somebody."),
        N_("Choose the kind `replace`, or leave it out."),
    ),
    "replaces_self": (N_("{value} would replace themselves."), N_("Name two different people.")),
    "override_past": (
        N_("It ends at {value}, which is over: what was served stays as recorded."),
        N_("Check the day and the time zone."),
    ),
    "override_contradicts": (
        N_("{mine} contradicts override {override}, {other}, about {person}."),
        N_("Take that one back first (`oncall override remove {override}`), or change the hours."),
    ),
    "override_stranded": (
        N_("Override {override} ({start} – {end}) would have nothing left to change."),
        N_("Take it back, correct the file, or say --strand to leave it without effect."),
    ),
    "override_removed": (
        N_("The override {override} was taken back before."),
        N_("There is nothing to do."),
    ),
    "override_over": (
        N_("The override {override} is over: what was served stays as recorded."),
        N_("There is nothing to do."),
    ),
    "override_built_upon": (
        N_("Override {later} hands on what override {override} gave."),
        N_("Take override {later} back first."),
    ),
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
