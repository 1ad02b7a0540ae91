"""What is refused though it was typed well: it is not there, not now, or not theirs to do."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.core.words import N_

#: Code: (why not, and what to do instead). Blanks: the refusal's own parameters.
REFUSALS: Mapping[str, tuple[str, str]] = {
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
}
