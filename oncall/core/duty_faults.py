"""What can be wrong with a wish to change who serves: overrides, swaps, cover, leave, takeover."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.core.words import N_

#: Code: (what is wrong, how to mend it). Blanks: value, where, and the fault's own parameters.
DUTY_FAULTS: Mapping[str, tuple[str, str]] = {
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
}
