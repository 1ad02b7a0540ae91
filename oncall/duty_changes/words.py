"""What people are told about changes of duty: the old before the new, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from oncall.core.words import N_, Text, role
from oncall.duty_changes.values import Move
from rosters.changes import Kind, State

NOBODY = N_("nobody")
_MOVE = N_("{role} {span}: {old} → {new}")
_BETWEEN = N_("; ")

#: Kind: what it is called in a sentence.
KINDS: Mapping[Kind, str] = {
    Kind.SWAP: N_("swap"),
    Kind.COVER: N_("cover"),
    Kind.LEAVE: N_("leave"),
    Kind.TAKEOVER: N_("take-over"),
}

#: Blanks: name, other, moves, span, number, count, why, unit.
SWAP_ASKED = N_(
    "{name} asks you to swap duties: {moves}. Reply “agree {number}” or “refuse {number}”."
)
SWAP_TO_DECIDE = N_(
    "{name} and {other} want to swap duties: {moves}. Reply “agree {number}” to approve or "
    "“refuse {number}”."
)
SWAP_REFUSED = N_("{other} does not want to swap: {moves}. The roster stays as it was.")
COVER_ASKED = N_(
    "{name} needs somebody to stand in: {moves}. Whoever accepts first serves: reply “agree "
    "{number}”."
)
COVER_SETTLED = N_("Cover no. {number} is settled: {moves}. Thank you.")
LEAVE_ASKED = N_(
    "{name} asks for leave {span}; duties in it: {count}. Reply “agree {number}” to approve or "
    "“refuse {number}”."
)
LEAVE_GRANTED = N_(
    "Your leave {span} is approved; duties still yours until somebody stands in: {count}."
)
IN_FORCE = N_("Your duties changed ({kind} no. {number}): {moves}.")
TO_LEADER = N_("Duties changed ({kind} no. {number}): {moves}.")
URGENT = N_("Urgent change of duty at {unit}, less than 24 hours ahead: {moves}.")
REJECTED = N_("The {kind} no. {number} was not approved: {moves}. The roster stays as it was.")
WITHDRAWN = N_("{name} withdrew the {kind} no. {number}: {moves}. The roster stays as it was.")
LAPSED = N_("The {kind} no. {number} was not settled in time: {moves}. The roster stays as it was.")
UNDONE = N_("The {kind} no. {number} was taken back. Duties changed: {moves}.")
OVERRIDE = N_("Duties changed (override no. {number}): {moves}.")
OVERRIDE_UNDONE = N_("Override no. {number} was taken back. Duties changed: {moves}.")
_WHY = N_(" Reason: {why}.")

#: State: how a change stands.
STATES: Mapping[State, str] = {
    State.ASKED: N_("asked"),
    State.AGREED: N_("agreed, to be approved"),
    State.IN_FORCE: N_("in force"),
    State.REFUSED: N_("refused"),
    State.REJECTED: N_("not approved"),
    State.WITHDRAWN: N_("called off"),
    State.LAPSED: N_("not settled in time"),
    State.UNDONE: N_("taken back"),
}

#: To whoever answered by text. Blanks: kind, number, name, list, count, example.
SAID_YES = N_("Noted: you agree to the {kind} no. {number}. Your leader is asked now.")
SAID_NO = N_("Noted: you do not agree to the {kind} no. {number}. The roster stays as it was.")
NO_COVER = N_("Noted: you cannot stand in (no. {number}). Thank you.")
SAID_APPROVED = N_("You approved the {kind} no. {number} of {name}; it is in force.")
SAID_REJECTED = N_("You did not approve the {kind} no. {number} of {name}; they are told.")
TO_FILL = N_(" Duties without a stand-in: {count}. See to them on the console.")
ASK_WHICH = N_("{count} changes of duty wait for you: {list}. Reply for example: agree {example}")
ONE_OF = N_("no. {number} {kind} of {name}")
SETTLED = N_("The {kind} no. {number} of {name} is settled: {state}. Nothing was changed.")
COULD_NOT = N_("The {kind} no. {number} could not be answered: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Who is called what, and in which zone clocks are read."""

    names: Mapping[str, str]
    zone: ZoneInfo

    def name(self, t: Text, person: str | None) -> str:
        """A person's name; nobody where there is none."""
        return self.names.get(person, person) if person else t(NOBODY)

    def moves(self, t: Text, found: Sequence[Move]) -> str:
        """Every stretch with who had it and who has it."""
        return t(_BETWEEN).join(
            t(_MOVE).format(
                role=role(t, move.role),
                span=self.span(move),
                old=self.name(t, move.old),
                new=self.name(t, move.new),
            )
            for move in found
        )

    def span(self, move: Move) -> str:
        """From when to when, as the wall shows it; the day once where it is the same."""
        start, end = move.start.astimezone(self.zone), move.end.astimezone(self.zone)
        last = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%m-%d %H:%M}"
        return f"{start:%m-%d %H:%M}–{last}"

    def words(
        self,
        template: str,
        found: Sequence[Move],
        *,
        why: str = "",
        kind: Kind | None = None,
        **blanks: str | None,
    ) -> Callable[[Text], str]:
        """A text that is said in its reader's language."""

        def say(t: Text) -> str:
            people = {k: self.name(t, v) for k, v in blanks.items() if k in ("name", "other")}
            rest = {k: v for k, v in blanks.items() if k not in people}
            said = t(template).format(
                moves=self.moves(t, found), kind=t(KINDS[kind]) if kind else "", **people, **rest
            )
            return said + (t(_WHY).format(why=why) if why else "")

        return say
