"""What units are told about a transfer beside paging: its number, never a word of its content."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.core.texts.facts import clean
from oncall.core.texts.sms import DRILL
from oncall.core.transfers.commands import News
from oncall.core.words import N_, Text

#: Blanks: code; unit, the name of a unit where the news is about one.
NEWS: Mapping[News, str] = {
    News.COPIED: N_("For your information: transfer {code}. No answer is needed."),
    News.CORRECTED: N_("Correction about {code}: please read it again on the web page."),
    News.RETURNED: N_("{unit} returned {code}. Please decide whether it is theirs."),
    News.RETURN_DENIED: N_("Your return of {code} was not upheld; please go on with it."),
    News.DISPUTED: N_("It is open whose {code} is. Please say so on the web page; whoever has it "
                      "goes on meanwhile."),
    News.AGREED: N_("{code} goes to {unit} by agreement."),
    News.FIRST_RECEIVER: N_("Nobody agreed whose {code} is: as the first to hear of it, please go "
                            "ahead."),
    News.RESULT: N_("The result of {code} is there. Please tell the caller."),
    News.REJECTED: N_("{code} was not accepted, ground {unit}."),
    News.FOLLOW_UP: N_("Reminder: please look into {code}."),
    News.WITHDRAWN: N_("{code} was withdrawn. Nothing for you to do."),
    News.SHORT: N_("Too few units answer the call of {code}. Please look at the roll-call."),
}  # fmt: skip


def news(t: Text, kind: News, code: str, *, unit: str = "", drill: bool = False) -> str:
    """One sentence, to be signed by whoever sends it."""
    said = t(NEWS[kind]).format(code=clean(code), unit=clean(unit))
    return t(DRILL) + said if drill else said
