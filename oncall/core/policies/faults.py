"""Everything that can be wrong with a policy file: what it is, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.core.words import N_

#: Blanks: value (what stands there) and those named in the fault's params.
MESSAGES: Mapping[str, str] = {
    "policy.syntax": N_(
        "This is not TOML: {problem}. Mend the line; texts need quotes, lists square brackets."
    ),
    "policy.unknown_key": N_("Nothing is called “{value}” here. Write one of: {known}."),
    "policy.missing_key": N_("“{key}” is missing. Add a line such as: {example}"),
    "policy.wrong_type": N_("“{value}” does not fit here. Write for example: {example}"),
    "policy.bad_duration": N_(
        "“{value}” is no length of time. Write a number and s, m, h or d in quotes, "
        'for example "15m", "4h" or "1h30m".'
    ),
    "policy.too_short": N_("“{value}” is too short. Write at least {least}."),
    "policy.too_long": N_("“{value}” is too long. Write at most {most}."),
    "policy.bad_clock": N_('“{value}” is no time of day. Write "HH:MM", for example "08:00".'),
    "policy.bad_zone": N_('“{value}” is no time zone. Write for example "Asia/Shanghai".'),
    "policy.bad_hours": N_(
        "“{value}” are no office hours. Write times of one day in order, for example "
        '["08:00-12:00", "14:30-17:30"].'
    ),
    "policy.bad_word": N_("“{value}” is not known here. Write one of: {known}."),
    "policy.bad_ask": N_(
        "“{value}” does not say whom to ask. Write source:role, and @UNIT for another unit, "
        'for example "roster:primary" or "post:liaison@GOV-OFFICE".'
    ),
    "policy.unknown_role": N_("No {source} has a role “{value}”. Write one of: {known}."),
    "policy.unknown_unit": N_("There is no unit “{value}”. Import it first, or write its code."),
    "policy.bad_level": N_("“{value}” is no level. Write a whole number from 1 to 9."),
    "policy.repeated": N_("“{value}” is named twice. Leave one of them out."),
    "policy.confirm_before": N_(
        "“{value}” before a duty is earlier than its last reminder. Write a shorter time than "
        "“before”."
    ),
    "policy.held_and_off": N_(
        "{value} is to take over in words, and is not reminded at all. Leave it out of “hold” or "
        "of “off”."
    ),
    "policy.no_policies": N_(
        "The file has no ladder. Add [[policy]] sections, or start from: oncall policy show"
    ),
    "policy.missing_urgency": N_(
        "No ladder serves {value} matters of any category. Add a [[policy]] with urgency = "
        '"{value}" and no category.'
    ),
    "policy.duplicate": N_(
        "{value} already has a ladder, at line {line}. Remove one, or give it a category."
    ),
    "policy.no_steps": N_("This ladder has no steps. Add [[policy.step]] sections below it."),
    "policy.no_asks": N_('This step asks nobody. Write for example: ask = ["roster:primary"]'),
    "policy.no_channels": N_('This step has no channel. Write for example: channels = ["sms"]'),
    "policy.no_time": N_('This step has no time. Write for example: after = "10m"'),
    "policy.two_times": N_("This step has both “after” and “morning”. Keep one of them."),
    "policy.level_order": N_(
        "Level {value} comes after level {before}. Put the steps in the order of their levels."
    ),
    "policy.first_level": N_("The ladder begins with level {value}. Begin with level 1."),
    "policy.time_order": N_(
        "This step comes at {value}, not later than the step before it ({before}). Put the steps "
        "in the order of their times; only steps of one level may share a moment."
    ),
    "policy.ack_too_short": N_(
        "An answer is due within {value}, but the first step comes at {first}. Let the first step "
        "come earlier, or allow more time."
    ),
    "policy.quiet_not_routine": N_(
        "Only routine matters may wait for the morning. Remove the quiet hours of this {value} "
        "ladder."
    ),
    "policy.quiet_empty": N_("The quiet hours begin and end at {value}. Write two times."),
    "policy.one_way": N_(
        "Nobody on this ladder can answer where the message reaches them: {value} is one-way "
        "here. Add a channel that takes an answer, or they must answer on the web page or by "
        "telephone."
    ),
    "policy.bad_number": N_("“{value}” does not fit. Write a whole number from {least} to {most}."),
    "policy.missing_term": N_(
        "There are deadlines, but none for {value} matters of any category. Add a [[deadline]] "
        'with urgency = "{value}" and no category.'
    ),
    "policy.one_term": N_(
        "A deadline has a length of time or a number of working days. Write one of: "
        'within = "24h", working_days = 5'
    ),
    "policy.duplicate_term": N_("{value} already has a deadline. Remove one of the two."),
    "policy.bad_order_number": N_(
        "“{value}” numbers no orders. Write {{year}} and {{n}} once each, for example "
        '"德督办〔{{year}}〕{{n}}号".'
    ),
    "policy.remind_order": N_(
        "“{value}” are no reminders. Write per cents that grow and end with 100, for example "
        "[50, 80, 100]."
    ),
    "policy.colour_order": N_(
        "The {value} draft comes after a {before} one. Colours only become graver: blue, yellow, "
        "red."
    ),
}
