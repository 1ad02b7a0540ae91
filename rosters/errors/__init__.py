"""Every problem a roster can have: how grave it is, what is wrong, and how to mend it.

The texts are English templates; whoever shows them brings a translation (`explain`).
"""

from collections.abc import Callable, Mapping

from rosters.errors.calendars import CALENDARS
from rosters.errors.days import DAYS, SHIFTS
from rosters.errors.files import FILES, MAPPING
from rosters.errors.message import N_, Message
from rosters.errors.people import DUTIES, PEOPLE
from rosters.errors.rotations import ROTATIONS
from rosters.model import Problem

#: Problem code -> its severity and texts. A code that is not here cannot be raised.
MESSAGES: Mapping[str, Message] = {
    **FILES,
    **MAPPING,
    **DAYS,
    **SHIFTS,
    **PEOPLE,
    **DUTIES,
    **ROTATIONS,
    **CALENDARS,
}


#: Words that stand in for a parameter and are translated with the text around them.
WORDS = (
    N_("primary"), N_("deputy"), N_("leader"), N_("team"), N_("supervisor"),
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"),
    N_("Saturday"), N_("Sunday"),
    N_("both were read"), N_("the newer one was read"),
)  # fmt: skip
WEEKDAYS = WORDS[5:12]


def problem(code: str, where: str, value: object = "", /, **params: object) -> Problem:
    """A problem of this code; KeyError for a code without a message."""
    return Problem(
        severity=MESSAGES[code].severity,
        where=where,
        code=code,
        value=str(value)[:200],
        params={name: str(param) for name, param in params.items()},
    )


def explain(
    problem: Problem,
    translate: Callable[[str], str] = str,
    unit_name: Callable[[str], str] = str,
) -> str:
    """What is wrong and how to mend it, in the language `translate` turns the English into.

    `unit_name` gives a unit's name for its code, and anything else as it is.
    """
    message = MESSAGES[problem.code]
    words = {"value": problem.value}
    for name, text in problem.params.items():
        words[name] = translate(text) if text in WORDS else unit_name(text)
    return " ".join(translate(text).format_map(words) for text in (message.text, message.mend))
