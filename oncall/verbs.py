"""What people may do to a transfer as a whole: one table, which every door reads.

The command line, the HTTP interface and the console offer the same verbs with the same fields,
because they are made from the same rows. What a verb does is the machine's business
(``core.transfers``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from oncall.core.transfers import Ground, Life, PartRole, Transfer, Waiver
from oncall.core.transfers import events as e
from oncall.core.transfers.machine import TRANSITIONS
from oncall.core.words import N_


class Kind(StrEnum):
    """What may stand in a field."""

    TEXT = "text"
    UNIT = "unit"
    UNITS = "units"
    MOMENT = "moment"
    CHOICE = "choice"
    CHOICES = "choices"
    FLAG = "flag"


class Who(StrEnum):
    """Who may do it."""

    #: Whoever has a hand in the matter: the desks, the units, supervision.
    INVOLVED = "involved"
    #: The desk that handed it over.
    DESK = "desk"
    #: Supervision.
    OVERSEER = "overseer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to say beside who says it."""

    name: str
    kind: Kind
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()
    longest: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One thing to do: its name, a short label, a line about it, its fields, who may, its event."""

    name: str
    label: str
    about: str
    who: Who
    fields: tuple[Field, ...]
    event: type[e.TransferEvent]

    def make(self, **values: Any) -> e.TransferEvent:
        """The event that this verb is, with what was given."""
        if self.event is e.UnitsAdded:
            role = PartRole.COPY if values.pop("copy_only", False) else PartRole.ASSIST
            return e.UnitsAdded(role=role, **values)
        return self.event(**values)


def _field(name: str, kind: Kind, about: str, **more: Any) -> Field:
    return Field(name=name, kind=kind, about=about, **more)


def _must(name: str, kind: Kind, about: str, **more: Any) -> Field:
    return Field(name=name, kind=kind, about=about, required=True, **more)


_WHY = _field("why", Kind.TEXT, N_("Their reason, for the record."))
_MUST_WHY = _must("why", Kind.TEXT, N_("Their reason, for the record."))


def _text(about: str) -> Field:
    return _must("text", Kind.TEXT, about, longest=2000)


def _row(
    name: str, label: str, who: Who, event: type[e.TransferEvent], about: str, *fields: Field
) -> Verb:
    return Verb(name=name, label=label, about=about, who=who, fields=fields, event=event)


_TO = ("origin", "caller", "both")
_ROWS = (
    # The straight way.
    _row("result", N_("Result"), Who.INVOLVED, e.ResultReported,
         N_("Report the result."),
         _text(N_("What was done, and what came of it."))),
    _row("feedback", N_("Result told"), Who.DESK, e.FedBack,
         N_("Record that the result was told on."),
         _must("to", Kind.CHOICE, N_("Who was told: origin, caller or both."), choices=_TO),
         _field("text", Kind.TEXT, N_("What was said, and what they said to it."), longest=2000)),
    _row("close", N_("Close"), Who.DESK, e.Closed,
         N_("Close it; what is missing of response, result and feedback needs a waiver."),
         _field("waivers", Kind.CHOICES, N_("Codes for what is missing, W1 to W6."),
                choices=tuple(Waiver)),
         _WHY),
    _row("reopen", N_("Reopen"), Who.DESK, e.Reopened,
         N_("The result did not hold: begin again, once."),
         _MUST_WHY),
    _row("add", N_("Add units"), Who.DESK, e.UnitsAdded,
         N_("Let more units take part, or only know."),
         _must("units", Kind.UNITS, N_("Units that join.")),
         _field("copy_only", Kind.FLAG, N_("For their information only: no answer is asked for."))),
    _row("correct", N_("Correct"), Who.DESK, e.Corrected,
         N_("Tell everybody who was told that something is different."),
         _text(N_("What is different; it stays in this system."))),
    _row("remind", N_("Reminder"), Who.INVOLVED, e.FollowUpPlanned,
         N_("Have whoever is on duty then reminded."),
         _must("at", Kind.MOMENT, N_("When.")),
         _text(N_("Of what; it stays in this system."))),
    # Decided at the door.
    _row("reject", N_("Not accepted"), Who.DESK, e.Rejected,
         N_("Do not accept it, on one of eight grounds."),
         _must("ground", Kind.CHOICE, N_("R1 to R8; R6 is forwarded."), choices=tuple(Ground)),
         _MUST_WHY,
         _field("forward", Kind.UNIT, N_("For R6: the unit of the emergency line."))),
    _row("guide", N_("Guided"), Who.DESK, e.Guided,
         N_("Tell the caller where to turn; nobody is paged."),
         _text(N_("What the caller was told."))),
    _row("answer", N_("Answered"), Who.DESK, e.Answered,
         N_("Answered on the spot; nobody is paged."),
         _text(N_("The answer."))),
    _row("nuisance", N_("Malicious call"), Who.DESK, e.NuisanceMarked,
         N_("Mark the caller as malicious; two other people must confirm it."),
         _must("evidence", Kind.TEXT, N_("On what evidence."))),
    _row("confirm", N_("Confirm the mark"), Who.DESK, e.NuisanceConfirmed,
         N_("Confirm the mark of a malicious caller, as a second or third person.")),
    _row("lift", N_("Lift the mark"), Who.DESK, e.NuisanceLifted,
         N_("Lift the mark of a malicious caller."),
         _MUST_WHY),
    # Whose is it?
    _row("return", N_("Return"), Who.INVOLVED, e.Returned,
         N_("It is not this unit's: give it back to the desk."),
         _MUST_WHY,
         _field("suggestion", Kind.UNIT, N_("Whose it would be."))),
    _row("uphold", N_("Uphold the return"), Who.DESK, e.ReturnUpheld,
         N_("The return is right: another unit gets it."),
         _field("to", Kind.UNIT, N_("Which; the suggested one if none is named.")), _WHY),
    _row("deny", N_("Keep it there"), Who.DESK, e.ReturnDenied,
         N_("The return is not right: the unit keeps it."),
         _MUST_WHY),
    _row("allow-return", N_("Allow the return"), Who.OVERSEER, e.ReturnAllowed,
         N_("Let the first receiver return it after all."), _MUST_WHY),
    _row("dispute", N_("Dispute"), Who.INVOLVED, e.Disputed,
         N_("It is open whose it is: have it settled."),
         _must("candidates", Kind.UNITS, N_("Whose it may be.")), _WHY),
    _row("propose", N_("Propose the unit"), Who.INVOLVED, e.Proposed,
         N_("Say for a party whose it should be; the unit and 110 together decide."),
         _must("owner", Kind.UNIT, N_("Whose it should be."))),
    _row("talk", N_("Call to a talk"), Who.INVOLVED, e.PartiesCalled,
         N_("Call everybody concerned and 110 to a talk now."),
         _field("candidates", Kind.UNITS, N_("Who else is called."))),
    _row("talked", N_("Record the talk"), Who.INVOLVED, e.TalkRecorded,
         N_("Record what the talk came to."),
         _must("outcome", Kind.TEXT, N_("What it came to.")),
         _field("owner", Kind.UNIT, N_("The unit that it and 110 agreed on."))),
    _row("conference", N_("Telephone conference"), Who.DESK, e.ConferenceOpened,
         N_("Put whoever joined the talk into one telephone call; who joins later enters it too."),
         _field("caller", Kind.FLAG, N_("Ring the caller as well."))),
    _row("rule", N_("Ruling of the conference"), Who.OVERSEER, e.Ruled,
         N_("Record a ruling of the conference: whose matters of this kind are from now on."),
         _must("owner", Kind.UNIT, N_("Whose such matters are.")),
         _must("minutes", Kind.TEXT, N_("Where the ruling is written, for example the minutes."),
               longest=200),
         _field("assist", Kind.UNITS, N_("Who assists.")),
         _field("since", Kind.MOMENT, N_("From which day on (default: today).")),
         _field("everywhere", Kind.FLAG, N_("Wherever they are, not only at this place."))),
    # Danger.
    _row("danger", N_("Report danger"), Who.INVOLVED, e.DangerReported,
         N_("Danger to people or property: 110 is paged at once, whatever else goes on."), _WHY),
    _row("dispatched", N_("Police on their way"), Who.DESK, e.PoliceDispatched,
         N_("The police are on their way; units that waited for that are paged."),
         _field("at", Kind.MOMENT, N_("Since when (default: now)."))),
    _row("force", N_("Do not wait"), Who.DESK, e.FanOutForced,
         N_("Page the units without waiting for the police."), _MUST_WHY),
    _row("major", N_("Major matter"), Who.INVOLVED, e.MajorDeclared,
         N_("A major matter: the county's duty office and duty leader are paged at once."), _WHY),
)  # fmt: skip

VERBS: Mapping[str, Verb] = {verb.name: verb for verb in _ROWS}
#: What may be done with a matter before any unit is named.
AT_THE_DOOR = ("answer", "guide", "reject")


def offered(transfer: Transfer) -> list[Verb]:
    """The verbs that would do something as a transfer stands, in the order of the table."""
    return [
        verb
        for verb in VERBS.values()
        if (transfer.state, verb.event) in TRANSITIONS and _fits(transfer.life, verb.event)
    ]


def _fits(life: Life, event: type[e.TransferEvent]) -> bool:
    """Whether what an event answers to is there."""
    talking = life.talk is not None and life.talk.ended_at is None
    asked = {
        e.FanOutForced: bool(life.held),
        e.NuisanceMarked: life.nuisance is None,
        e.NuisanceConfirmed: life.nuisance is not None and not life.nuisance.in_force,
        e.NuisanceLifted: life.nuisance is not None,
        e.ReturnAllowed: life.fallback and not life.return_allowed,
        e.Returned: not life.fallback or life.return_allowed,
        e.PartiesCalled: not talking,
        e.TalkRecorded: talking,
        e.ConferenceOpened: talking and life.talk is not None and life.talk.connected is None,
        e.Reopened: life.reopened == 0,
    }
    return asked.get(event, True)
