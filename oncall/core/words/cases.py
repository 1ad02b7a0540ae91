"""What people read for a transfer's own life: decisions, refusals, grounds, waivers."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.core.model import Reason
from oncall.core.words.mark import N_

#: Why a matter is not accepted.
GROUNDS: Mapping[str, str] = {
    "R1": N_("state or commercial secrets, or private matters"),
    "R2": N_("party congress, consultative conference, discipline, courts, procuratorate, army"),
    "R3": N_("litigation, arbitration, review, or petition channels"),
    "R4": N_("already accepted elsewhere"),
    "R5": N_("the same facts were already concluded"),
    "R6": N_("belongs to 110, 119, 120 or 122"),
    "R7": N_("outside the county's powers"),
    "R8": N_("otherwise against laws or rules"),
}

#: What may stand for a missing response, result or feedback.
WAIVERS: Mapping[str, str] = {
    "W1": N_("the caller withdrew it"),
    "W2": N_("the caller cannot be reached"),
    "W3": N_("the same matter is handled under another number"),
    "W4": N_("the result is public"),
    "W5": N_("the result is confidential by law"),
    "W6": N_("another body handles it from here on"),
}

#: Why a decision about a whole transfer is what it is. Blanks: who, detail.
CASES: Mapping[Reason, str] = {
    Reason.ACCEPTED: N_("{who} handed over the transfer."),
    Reason.HELD_FOR_POLICE: N_(
        "The units wait until the police are on their way; the 110 desk is paged."
    ),
    Reason.HELD_AS_NUISANCE: N_(
        "The caller is marked as malicious; the desk decides before a unit is disturbed."
    ),
    Reason.STILL_HELD: N_("The units still wait for the police; the desk is alarmed again."),
    Reason.HELD_TOO_LONG: N_("Nobody decided about the marked caller in time; units are paged."),
    Reason.SETTLED: N_("A unit's answer moved the whole transfer."),
    Reason.NOTHING_MOVED: N_("Nothing changed for the transfer as a whole."),
    Reason.NOTED: N_("{who} recorded progress: “{detail}”."),
    Reason.RESULT_REPORTED: N_("{who} reported the result: “{detail}”."),
    Reason.RESULT_AMENDED: N_("{who} added to the result: “{detail}”."),
    Reason.FED_BACK: N_("{who} told the result on: “{detail}”."),
    Reason.FINISHED: N_("{who} closed it."),
    Reason.REOPENED: N_("{who} reopened it; the units that had it are paged anew."),
    Reason.CORRECTED: N_("{who} corrected it, and everybody was told: “{detail}”."),
    Reason.UNITS_ADDED: N_("{who} added units to it."),
    Reason.EXTENDED: N_("More time was granted."),
    Reason.FOLLOW_UP_PLANNED: N_("{who} planned a reminder: “{detail}”."),
    Reason.FOLLOW_UP_DUE: N_("A reminder came due: “{detail}”."),
    Reason.RETURNED: N_("{who} returned it; the sender decides, and the ladder goes on meanwhile."),
    Reason.THIRD_HOP: N_(
        "{who} returned it again; no third unit is tried, it is settled whose it is instead."
    ),
    Reason.RETURN_UPHELD: N_(
        "{who} upheld the return; another unit has it now, the deadline stands."
    ),
    Reason.RETURN_DENIED: N_("{who} did not uphold the return; the unit keeps it."),
    Reason.RETURN_ALLOWED: N_("{who} lets the first receiver return it after all."),
    Reason.DISPUTED: N_(
        "{who} says it is open whose it is; the ladders go on while the parties talk."
    ),
    Reason.PROPOSED: N_("{who} said whose it should be."),
    Reason.AGREED: N_("{who} said the same as 110: whose it is is agreed."),
    Reason.FIRST_RECEIVER: N_("Nobody agreed in time, so the first to hear of it goes ahead."),
    Reason.PARTIES_CALLED: N_("{who} had everybody concerned called to a talk."),
    Reason.PARTIES_JOINED: N_("Everybody called to the talk has joined."),
    Reason.PARTIES_MISSING: N_("Not everybody called to the talk has joined; the desk is alarmed."),
    Reason.TALK_RECORDED: N_("{who} recorded what the talk came to: “{detail}”."),
    Reason.CONFERENCE_OPENED: N_(
        "{who} opened a telephone conference; everybody who joined the talk is rung."
    ),
    Reason.GUEST_IN: N_("{who} entered the telephone conference."),
    Reason.GUEST_LEFT: N_("{who} left the telephone conference."),
    Reason.GUEST_MISSING: N_(
        "{who} could not be connected to the telephone conference; units are asked to call back."
    ),
    Reason.NO_CONFERENCE: N_(
        "No provider of calls here can hold a telephone conference; {who} is asked to call the "
        "desk back."
    ),
    Reason.CONFERENCE_OVER: N_("The telephone conference ended."),
    Reason.CONFERENCE_EMPTY: N_(
        "Nobody came together in the telephone conference in time, so it was ended; the desk is "
        "alarmed."
    ),
    Reason.REJECTED: N_("{who} did not accept it."),
    Reason.GUIDED: N_("{who} told the caller where to turn: “{detail}”."),
    Reason.ANSWERED: N_("{who} answered on the spot: “{detail}”."),
    Reason.NUISANCE_MARKED: N_("{who} marked the caller as malicious; two others must confirm it."),
    Reason.NUISANCE_CONFIRMED: N_("{who} confirmed the mark; one more must."),
    Reason.NUISANCE_IN_FORCE: N_(
        "{who} confirmed the mark; units are not disturbed by this caller until it expires."
    ),
    Reason.NUISANCE_ENDED: N_("The mark of a malicious caller ended."),
    Reason.POLICE_CALLED: N_("{who} called in 110; its desk is paged under a number of its own."),
    Reason.POLICE_BEFORE: N_("110 works on it already."),
    Reason.POLICE_DISPATCHED: N_("The police are on their way."),
    Reason.FAN_OUT_FORCED: N_("{who} had the units paged without waiting for the police."),
    Reason.WAVE_CALLED: N_("Too few have answered yet, so the next of the group are called."),
    Reason.UNIT_REFUSED: N_("One of the group cannot answer the call."),
    Reason.NEED_UNMET: N_(
        "All of the group were called and too few answer; the desk and the county know."
    ),
    Reason.MAJOR: N_(
        "{who} declared it major; the county's duty office and duty leader are paged at once."
    ),
    Reason.RULED: N_(
        "{who} recorded the conference's ruling on such matters ({detail}); it is a route now."
    ),
    Reason.ACCEPTED_BEFORE: N_("It was accepted before."),
    Reason.TOO_EARLY: N_("No unit has been paged for it yet."),
    Reason.TOO_LATE: N_("It has gone too far for that."),
    Reason.ENDED: N_("The transfer has ended."),
    Reason.NOT_CLOSED: N_("Only what is closed can be reopened."),
    Reason.REOPENED_BEFORE: N_("It was reopened once already; hand over a new transfer."),
    Reason.NOBODY_HAD_IT: N_("No unit ever had it; hand over a new transfer."),
    Reason.INCOMPLETE: N_("Response, result or feedback is missing, and no waiver stands for it."),
    Reason.NO_RESULT: N_("There is no result to tell yet."),
    Reason.ALREADY_IN: N_("These units have a part in it already."),
    Reason.NOT_A_PARTY: N_("This unit has no say in it here."),
    Reason.NO_UNIT_NAMED: N_("It must be said which unit gets it."),
    Reason.NOT_RETURNED: N_("Nobody has returned it."),
    Reason.NOT_DISPUTED: N_("Nobody disputes whose it is."),
    Reason.FIRST_RECEIVER_STAYS: N_(
        "The first receiver goes ahead; returning it needs supervision's approval."
    ),
    Reason.ALREADY_TALKING: N_("A talk is going on already."),
    Reason.NOT_TALKING: N_("No talk is going on."),
    Reason.ALREADY_CONNECTED: N_("A telephone conference is open already."),
    Reason.NO_CALLER_NUMBER: N_("The caller left no number that could be rung."),
    Reason.NOT_ASKED: N_("Nobody asked for that."),
    Reason.SAME_PERSON: N_("Somebody else must do this."),
    Reason.IN_THE_PAST: N_("This moment is over."),
    Reason.ALREADY_MARKED: N_("It is marked already."),
    Reason.NOT_HELD: N_("No unit is waiting for the police here."),
    Reason.ALREADY_MAJOR: N_("It is declared major already."),
    Reason.NO_CATEGORY: N_("It has no category, so nothing can be ruled about its kind."),
    Reason.ONLY_A_DRILL: N_("It is a drill; nothing follows from it for real matters."),
}

#: Decisions that come with what a person typed as their reason.
SAID = frozenset(
    {
        Reason.FINISHED,
        Reason.REOPENED,
        Reason.RETURNED,
        Reason.THIRD_HOP,
        Reason.RETURN_UPHELD,
        Reason.RETURN_DENIED,
        Reason.RETURN_ALLOWED,
        Reason.DISPUTED,
        Reason.REJECTED,
        Reason.NUISANCE_ENDED,
        Reason.POLICE_CALLED,
        Reason.FAN_OUT_FORCED,
        Reason.MAJOR,
    }
)
