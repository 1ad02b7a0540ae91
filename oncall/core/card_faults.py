"""What can be wrong when a number is to be proven."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.core.words import N_

#: Code: (what is wrong, how to mend it). Blanks: value, where, and the fault's own parameters.
CARD_FAULTS: Mapping[str, tuple[str, str]] = {
    "no_such_number": (
        N_("{name} has no number {number} of this kind."),
        N_("Look with `oncall person show`; texts go to mobiles only."),
    ),
    "no_code": (
        N_("No code was sent to {name} by this channel."),
        N_("Send one first: `oncall person verify` without --code."),
    ),
    "code_too_soon": (
        N_("A code was sent to this number a moment ago."),
        N_("Wait {seconds} seconds before asking for another."),
    ),
    "code_too_many": (
        N_("This number has had {most} codes."),
        N_("Try again in {minutes} minutes, or let the person text 1 from it instead."),
    ),
    "code_locked": (
        N_("The code was guessed wrong too often."),
        N_("Send a new one in {minutes} minutes."),
    ),
    "code_expired": (N_("The code holds no more."), N_("Send a new one.")),
    "code_wrong": (
        N_("This is not the code."),
        N_("Ask for it once more; {left} tries are left."),
    ),
    "rule_line": (
        N_("“{value}” is no rule."),
        N_("Begin with critical, urgent or routine, as in: {example}"),
    ),
    "rule_twice": (
        N_("There are two rules for “{value}”."),
        N_("Write one line for each urgency."),
    ),
    "rule_count": (
        N_("“{value}” has no entry, or more than {most}."),
        N_("Write one to {most} entries with commas between them."),
    ),
    "rule_entry": (
        N_("“{value}” is no entry of a rule."),
        N_("Write minutes (at most {latest}) and sms, voice or sms+voice, as in: {example}"),
    ),
    "chain_unproven": (
        N_(
            "{count} of {of} people it would call have no number that lately proved to work: "
            "{names}."
        ),
        N_("Hold a drill, or prove numbers with `oncall person verify NAME`."),
    ),
    "chain_mute": (
        N_("{count} of {of} people it would call have no way to answer: {names}."),
        N_("Give them a number on a channel that takes answers, or use a provider that does."),
    ),
    "code_locks": (
        N_("This is not the code, and it was guessed wrong too often."),
        N_("Send a new one in {minutes} minutes."),
    ),
}
