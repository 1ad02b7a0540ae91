"""Every fault and refusal in a plain sentence, and how to mend it: one table for all doors.

A code that is used anywhere in oncall or web stands here; a test reads the source to make sure.
The faults of policy files have a table of their own beside their reader, which is asked as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oncall.core.admin_faults import ADMIN_FAULTS
from oncall.core.card_faults import CARD_FAULTS
from oncall.core.duty_faults import DUTY_FAULTS
from oncall.core.errors import Fault, Invalid, OncallError
from oncall.core.model import Reason
from oncall.core.policies import MESSAGES as POLICY_FAULTS
from oncall.core.refusals import REFUSALS
from oncall.core.unit_faults import UNIT_FAULTS
from oncall.core.words import N_, Text, reason_text

#: Code: (what is wrong, how to mend it). Blanks: value, where, and the fault's own parameters.
FAULTS: Mapping[str, tuple[str, str]] = {
    **ADMIN_FAULTS,
    **UNIT_FAULTS,
    **CARD_FAULTS,
    **DUTY_FAULTS,
    **REFUSALS,
    # What a transfer may say.
    "empty": (N_("Nothing is written here."), N_("Write something.")),
    "too_long": (
        N_("This has {value} characters; at most {longest} are kept."),
        N_("Shorten it."),
    ),
    "control_character": (
        N_("There is a character in it that no screen can show."),
        N_("Type the text again instead of pasting it."),
    ),
    "unknown_urgency": (N_("“{value}” is no urgency."), N_("Write one of: {known}.")),
    "no_unit": (N_("No unit is named."), N_("Name at least one unit by its code.")),
    "one_decision": (
        N_("More than one decision is given."),
        N_("Give one of them."),
    ),
    "unit_and_decided": (
        N_("What is decided at the door goes to no unit."),
        N_("Leave out the units, or the decision."),
    ),
    "suggested": (
        N_("No unit is named. Matters of this kind usually go to {value}."),
        N_("Write them here, or others."),
    ),
    "unit_twice": (N_("The unit “{value}” is named twice."), N_("Name it once.")),
    "in_future": (
        N_("This moment has not come yet: {value}."),
        N_("Check the clock and the time zone of whoever sends it."),
    ),
    # What a request may say.
    "invalid_input": (
        N_("The input has {count} errors; nothing was changed."),
        N_("Mend every place named below and send it again."),
    ),
    "not_json": (N_("The body is not JSON: {value}."), N_("Send one JSON object.")),
    "missing": (N_("This is missing."), N_("Add it.")),
    "unknown_field": (
        N_("Nothing is called “{value}” here."),
        N_("Check the spelling, or leave it out; the API's page lists the fields."),
    ),
    "naive_time": (
        N_("“{value}” does not say in which zone."),
        N_("Add the offset, for example 2026-11-03T14:00:00+08:00."),
    ),
    "bad_time": (
        N_("“{value}” is no moment."),
        N_("Write it as 2026-11-03T14:00:00+08:00."),
    ),
    "wrong_type": (N_("“{value}” does not fit here."), N_("What fits: {wanted}.")),
    "out_of_range": (N_("“{value}” is out of range."), N_("What fits: {wanted}.")),
    "too_many": (N_("There are too many here."), N_("At most {longest} are taken at once.")),
    "bad_cursor": (
        N_("This cursor is not one of ours."),
        N_("Start again without a cursor."),
    ),
    "bad_key": (
        N_("This Idempotency-Key cannot be kept."),
        N_("Use 1 to 100 printable ASCII characters."),
    ),
    "bad_address": (N_("The address holds a zero character."), N_("Remove it.")),
    "too_large": (N_("The body is larger than {limit} bytes."), N_("Send less.")),
    "unknown_state": (N_("“{value}” is no state of a transfer."), N_("Write one of: {known}.")),
    "unknown_word": (N_("“{value}” is none of those."), N_("Write one of: {known}.")),
    "unknown_role": (N_("“{value}” is no role."), N_("Write one of: {known}.")),
    "ends_before_start": (
        N_("The window ends at {value}, before it starts."),
        N_("Exchange the two moments."),
    ),
    "window_too_long": (
        N_("The window is longer than {days} days."),
        N_("Ask for it in pieces."),
    ),
    # What is wrong with this installation.
    "database_unreachable": (
        N_("The database cannot be reached: {detail}."),
        N_("Check ONCALL_DATABASE_URL and whether the database is running."),
    ),
    "server_fault": (
        N_("Something went wrong on our side; it is in the log under {value}."),
        N_("Try again, and tell your administrator if it stays."),
    ),
    "channels": (N_("The channels cannot be used: {why}"), N_("Mend ONCALL_CHANNELS.")),
    "policy_unreadable": (
        N_("The policy file cannot be read: {value}."),
        N_("Check ONCALL_POLICY and the file's permissions."),
    ),
    "config_missing": (N_("There is no such file."), N_("Check the path of the settings file.")),
    "config_unreadable": (
        N_("The settings file is not TOML: {value}."),
        N_("Texts need quotes, and every line one equals sign."),
    ),
    "config_unknown": (
        N_("There is no setting “{value}”."),
        N_("`oncall config show` lists every setting."),
    ),
    "unknown_lang": (N_("There is no language “{value}”."), N_("Write one of: {known}.")),
    "unknown_zone": (
        N_("There is no time zone “{value}”."),
        N_("Write for example Asia/Shanghai."),
    ),
    "no_such_folder": (
        N_("There is no folder “{value}”."),
        N_("Make it, or leave the setting away."),
    ),
    "not_a_url": (
        N_("“{value}” is no web address."),
        N_("Write it with http:// or https:// in front."),
    ),
    "not_one_of": (
        N_("“{value}” is none of: {known}."),
        N_("Use one of them."),
    ),
    "not_a_port": (
        N_("“{value}” is no port."),
        N_("Ports are numbers from 1 to 65535."),
    ),
    "not_a_network": (
        N_("“{value}” is no list of networks."),
        N_("Write networks with commas between, for example 10.1.0.0/16,203.0.113.7."),
    ),
    "unknown_database": (
        N_("“{value}” is no database we know."),
        N_("Write sqlite:///file.db or postgresql://user@host/name."),
    ),
}

#: For a code that is in no table, which a test keeps from happening.
_OTHERWISE = (N_("This is not allowed here: {code}."), N_("Ask your administrator."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A fault as its reader sees it."""

    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.message} {self.mend}".strip()


class _Blanks(dict[str, str]):
    """A blank nobody filled shows as a dash, never as an error about an error."""

    def __missing__(self, key: str) -> str:
        return "–"


def explain(t: Text, fault: Fault) -> Explained:
    """What is wrong and how to mend it, in the reader's language."""
    return sentence(t, fault.code, value=fault.value, where=fault.where, **fault.params)


def explain_error(t: Text, error: OncallError) -> Explained:
    """The same for a refusal as a whole; the faults of an Invalid are explained one by one."""
    params = dict(error.params)
    if isinstance(error, Invalid) and len(error.faults) == 1:
        return explain(t, error.faults[0])
    # Refusals name the thing itself where faults of input name a value.
    params.setdefault("value", next(iter(params.values()), ""))
    return sentence(t, error.code, **params)


def sentence(t: Text, code: str, **blanks: str) -> Explained:
    """The two sentences of a code with their blanks filled."""
    filled = _Blanks(blanks, code=code)
    if code == "refused":
        # The machine's own word for why not.
        filled["said"] = reason_text(t, Reason(blanks["said"]))
    if code in POLICY_FAULTS:
        return Explained(message=t(POLICY_FAULTS[code]).format_map(filled), mend="")
    message, mend = FAULTS.get(code, _OTHERWISE)
    return Explained(message=t(message).format_map(filled), mend=t(mend).format_map(filled))
