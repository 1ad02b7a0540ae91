"""Every fault and refusal in a plain sentence, and how to mend it: one table for all doors.

A code that is used anywhere in oncall or web stands here; a test reads the source to make sure.
The faults of policy files have a table of their own beside their reader, which is asked as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oncall.core.admin_faults import ADMIN_FAULTS
from oncall.core.card_faults import CARD_FAULTS
from oncall.core.errors import Fault, Invalid, OncallError
from oncall.core.model import Reason
from oncall.core.policies import MESSAGES as POLICY_FAULTS
from oncall.core.unit_faults import UNIT_FAULTS
from oncall.core.words import N_, Text, reason_text

#: Code: (what is wrong, how to mend it). Blanks: value, where, and the fault's own parameters.
FAULTS: Mapping[str, tuple[str, str]] = {
    **ADMIN_FAULTS,
    **UNIT_FAULTS,
    **CARD_FAULTS,
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
    # What is not there.
    "no_such_address": (
        N_("There is nothing at this address."),
        N_("The API's page lists every call."),
    ),
    "no_such_method": (
        N_("This address does not take {value}."),
        N_("The API's page lists every call."),
    ),
    "no_such_transfer": (
        N_("There is no transfer “{ref}”."),
        N_("Give its id, its printed number, or origin:number of the sender."),
    ),
    "no_such_part": (
        N_("“{unit}” has no part in {transfer}."),
        N_("Name one of the units it was handed to."),
    ),
    "no_such_page": (N_("There is no page “{page}”."), N_("Look it up in the transfer.")),
    "no_such_alarm": (N_("There is no alarm {alarm}."), N_("List the open alarms.")),
    "no_such_person": (
        N_("There is nobody called “{name}”."),
        N_("Check the name, or add the contact card."),
    ),
    "several_people": (
        N_("{count} people are called “{name}”."),
        N_("Give the person's id or mobile number."),
    ),
    "no_such_token": (N_("There is no token “{name}”."), N_("List the tokens.")),
    "no_such_calendar": (
        N_("There is no calendar at this address."),
        N_("Ask your administrator for a new address."),
    ),
    "no_such_handover": (
        N_("{name} does not come on duty at {unit} in the next 36 hours."),
        N_("Look who does with `oncall handover`."),
    ),
    "no_such_drill": (N_("There is no drill {drill}."), N_("`oncall drill list` shows them.")),
    "in_past": (N_("This moment is over: {value}."), N_("Give one that is still to come.")),
    "no_talk": (N_("Nobody was called to a talk about {transfer}."), N_("Call the talk first.")),
    "no_such_link": (
        N_("This link leads to no matter."),
        N_("Open the link in the newest message, or answer by text message or telephone."),
    ),
    "link_ended": (
        N_("This link has ended."),
        N_("Open the link in the newest message, or ask the desk by telephone."),
    ),
    "not_from_the_page": (
        N_("This was not sent by the page itself; nothing was done."),
        N_("Open the link again and press there."),
    ),
    "no_policy": (
        N_("No ladder serves {urgency} matters of category “{category}”."),
        N_("Apply a policy file that has one."),
    ),
    "unknown_language": (N_("There is no language “{lang}”."), N_("Write one of: {known}.")),
    # What somebody else did first.
    "already_closed": (
        N_("{transfer} is closed or withdrawn."),
        N_("Hand over a new transfer if there is more to do."),
    ),
    "refused": (
        N_("{said}"),
        N_("Look at the transfer: where it stands decides what can be done."),
    ),
    "which_unit": (
        N_("Several units have a part in it: {units}."),
        N_("Say for which unit you answer."),
    ),
    "nobody_owns_it": (
        N_("Nobody has {transfer} yet, so it cannot be given back."),
        N_("Acknowledge or decline it instead."),
    ),
    "no_such_matter": (
        N_("There is no transfer “{value}”."),
        N_("Write its printed number, or origin:number as the sender has it."),
    ),
    "bad_visit_time": (
        N_("“{value}” does not say when the caller was asked."),
        N_("Write it as 2026-11-03 14:00."),
    ),
    "visited_before": (
        N_("The caller was asked at {value}, before the matter was handed over."),
        N_("Check the number of the transfer and the time."),
    ),
    "bad_answer": (
        N_("“{value}” is neither yes nor no."),
        N_("Write yes, no, or nothing where the caller did not say."),
    ),
    "not_a_target": (
        N_("“{value}” is no address that can be told."),
        N_("Write https://host/path, or file:///folder for files."),
    ),
    "bad_name": (
        N_("“{value}” is no name."),
        N_("Write at least one and at most sixty characters."),
    ),
    "webhook_there": (
        N_("Somebody called {name} is told already."),
        N_("Choose another name, or remove that one first."),
    ),
    "no_such_webhook": (
        N_("Nobody called {name} is told anything."),
        N_("See who is with `oncall webhook list`."),
    ),
    "webhook_failed": (
        N_("{name} could not be told: {detail}."),
        N_("Check the address, the network, and what the other side's log says."),
    ),
    "not_an_exchange": (
        N_("A file of the kind “{value}” cannot be taken."),
        N_("Put one of these there: {known}."),
    ),
    "file_too_large": (
        N_("The file has {value} bytes; that is too much."),
        N_("Split it into several files."),
    ),
    "too_many_rows": (
        N_("The file has {value} matters; that is too many for one file."),
        N_("Split it into several files."),
    ),
    "not_a_table": (
        N_("This is no table that can be read: {value}."),
        N_("Save it as CSV, with the headings in the first line."),
    ),
    "no_such_order": (
        N_("There is no supervision order “{ref}”."),
        N_("See them with `oncall supervise list`."),
    ),
    "order_elsewhere": (
        N_("Supervision order {order} is {state} by now."),
        N_("Look at it with `oncall supervise show`."),
    ),
    "not_later": (
        N_("{value} is not later than the present deadline."),
        N_("Name a moment after it, and after now."),
    ),
    "extension_undecided": (
        N_("More time was asked for {transfer} already, and nobody has decided yet."),
        N_("Ask the supervisor on duty to decide: `oncall deadline grant` or `refuse`."),
    ),
    "no_extension_asked": (
        N_("Nobody is waiting for more time for {transfer}."),
        N_("See what is waiting with `oncall deadline list`."),
    ),
    "no_deadline": (
        N_("No clock is running for {transfer}."),
        N_("It has come to its end, or was handed over before there were deadlines."),
    ),
    "nothing_open": (
        N_("Nothing of {transfer} is waiting for an answer."),
        N_("Release it first if somebody has it and cannot do it."),
    ),
    "alarm_closed": (N_("The alarm {alarm} is closed already."), N_("There is nothing to do.")),
    "idempotency_key_reused": (
        N_("This Idempotency-Key was used for another content."),
        N_("Use a new key for every new transfer."),
    ),
    "transfer_vanished": (
        N_("“{ref}” was being handed over at this very moment."),
        N_("Send it again."),
    ),
    "busy": (N_("Somebody else changed this at the same moment."), N_("Do it again.")),
    # What this account may not do.
    "no_token": (
        N_("This call needs a token."),
        N_("Send the header Authorization: Bearer TOKEN; `oncall token create` makes one."),
    ),
    "bad_token": (
        N_("This token is not known, or was revoked."),
        N_("Ask your administrator for a new one."),
    ),
    "not_allowed": (
        N_("The role “{role}” may not do this."),
        N_("Ask somebody with one of these roles: {allowed}."),
    ),
    "not_your_unit": (
        N_("This account answers for {unit} only."),
        N_("Ask the desk to enter it."),
    ),
    "not_the_owner": (
        N_("{owner} has it, and only the owner can give it back."),
        N_("Ask the desk to release it."),
    ),
    "liaison_needs_unit": (
        N_("A liaison's token belongs to a unit."),
        N_("Name the unit by its code."),
    ),
    "bad_signature": (
        N_("The signature is wrong."),
        N_("Check TWILIO_AUTH_TOKEN and ONCALL_PUBLIC_URL."),
    ),
    "bad_push": (
        N_("This push does not come from where pushes come from."),
        N_("Give the provider the address with ONCALL_HOOK_TOKEN; see ONCALL_HOOK_NETWORKS."),
    ),
    "wrong_account": (
        N_("This is about another account than ours."),
        N_("Check TWILIO_ACCOUNT_SID."),
    ),
    "bad_callback": (N_("The callback cannot be read: {value}"), N_("Check the provider.")),
    "too_many_requests": (N_("Too many wrong requests."), N_("Wait a minute.")),
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
