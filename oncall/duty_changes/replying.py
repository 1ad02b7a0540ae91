"""Answers to changes of duty that come as texts: to the change they mean, and always answered.

Whoever was asked agrees or refuses, whoever leads approves or rejects, with the same two words.
Several that wait are asked back once; what is settled already is said, with how.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.carry import BULK
from oncall.core.errors import NotFound, OncallError
from oncall.core.faults import explain_error
from oncall.core.words import N_, Text
from oncall.directory import Directory, Snapshot
from oncall.duty_changes import finding, rights, words
from oncall.duty_changes.deciding import act
from oncall.duty_changes.values import By, Stage
from oncall.notices import Notices
from oncall.store import duty_changes as rows
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.duty_changes import Change
from rosters.changes import OPEN, Kind, State, Verb

#: An answer without a number may still mean what was asked this long ago and is settled.
_REMEMBERED = timedelta(days=3)
_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A change that waits for a person, and what their yes and their no would do to it."""

    change: Change
    person: Person
    yes: Verb
    #: None where a no changes nothing: others were asked as well.
    no: Verb | None


class Replies:
    """Takes the answers to changes of duty."""

    def __init__(
        self, directory: Directory, notices: Notices, *, zone: ZoneInfo, office: str
    ) -> None:
        self.directory = directory
        self.notices = notices
        self.zone = zone
        self.office = office

    def waits(self, tx: Tx, people: Sequence[Person], now: datetime) -> set[int]:
        """The numbers of what waits for an answer of one of these people."""
        return {one.change.id for one in self._waiting(tx, people, now)}

    def heard(
        self,
        tx: Tx,
        people: Sequence[Person],
        now: datetime,
        *,
        yes: bool,
        number: int | None = None,
        why: str = "",
    ) -> bool:
        """One of these people, who share a phone, answered; False where nothing waits or waited
        for them, so that it may mean something else."""
        waiting = self._waiting(tx, people, now)
        meant = [one for one in waiting if number in (None, one.change.id)]
        if len(meant) == 1:
            self._answer(tx, meant[0], now, yes=yes, why=why)
            return True
        if meant:
            self._ask_which(tx, meant, now)
            return True
        settled = self._settled(tx, people, now, number)
        if settled is not None:
            person, change = settled
            said = words.SETTLED
            self._say(tx, person, change, said, now, state=words.STATES[change.state])
            return True
        if waiting:
            self._ask_which(tx, waiting, now)
        return bool(waiting)

    # -- which -----------------------------------------------------------------------------

    def _waiting(self, tx: Tx, people: Sequence[Person], now: datetime) -> list[Waiting]:
        found = []
        for person in people:
            stage = self._stage(tx, person, now)
            # The county's office decides where a unit has nobody who may.
            unit = None if person.unit == self.office else person.unit
            for change in rows.listed(tx, unit=unit, open_only=True):
                verbs = _verbs(stage, change, person.id)
                if verbs is not None:
                    found.append(Waiting(change=change, person=person, yes=verbs[0], no=verbs[1]))
        return sorted(found, key=lambda one: one.change.id)

    def _settled(
        self, tx: Tx, people: Sequence[Person], now: datetime, number: int | None
    ) -> tuple[Person, Change] | None:
        """What one of them was once asked, and is settled: the one named, else the newest."""
        for person in people:
            if number is not None:
                try:
                    known = [rows.find(tx, number)]
                except NotFound:
                    return None
            else:
                unit = None if person.unit == self.office else person.unit
                known = rows.listed(tx, unit=unit, since=now - _REMEMBERED)
            stage = self._stage(tx, person, now)
            for change in known:
                if change.state not in OPEN and _was_asked(stage, change, person.id):
                    return person, change
        return None

    # -- what comes of it ------------------------------------------------------------------

    def _answer(self, tx: Tx, one: Waiting, now: datetime, *, yes: bool, why: str) -> None:
        verb, change = one.yes if yes else one.no, one.change
        if verb is None:
            self._say(tx, one.person, change, words.NO_COVER, now)
            return
        stage = self._stage(tx, one.person, now)
        try:
            with tx.savepoint():
                done = act(stage, change.id, verb, why=why).change
        except OncallError as error:
            refusal = error

            def reason(t: Text) -> str:
                return str(explain_error(t, refusal))

            self._say(tx, one.person, change, words.COULD_NOT, now, reason=reason)
            return
        said = {
            Verb.AGREE: words.SAID_YES,
            Verb.REFUSE: words.SAID_NO,
            Verb.APPROVE: words.SAID_APPROVED,
            Verb.REJECT: words.SAID_REJECTED,
        }[verb]
        if done.kind is Kind.COVER:
            return  # in force at once, and both were told so
        leave = verb is Verb.APPROVE and done.kind is Kind.LEAVE
        fill = len(finding.conflicts(stage, done)) if leave else 0
        self._say(tx, one.person, done, said, now, fill=fill)

    def _ask_which(self, tx: Tx, several: Sequence[Waiting], now: datetime) -> None:
        names = _names(self.directory.at(tx, now))

        def text(t: Text) -> str:
            shown = t(N_(", ")).join(
                t(words.ONE_OF).format(
                    number=one.change.id,
                    kind=t(words.KINDS[one.change.kind]),
                    name=names.get(one.change.person, one.change.person),
                )
                for one in several[:_MOST]
            )
            return t(words.ASK_WHICH).format(
                count=len(several), list=shown, example=several[0].change.id
            )

        self._tell(tx, several[0].person, text, "which", now)

    def _say(
        self,
        tx: Tx,
        person: Person,
        change: Change,
        template: str,
        now: datetime,
        *,
        state: str = "",
        reason: Callable[[Text], str] | None = None,
        fill: int = 0,
    ) -> None:
        names = _names(self.directory.at(tx, now))

        def text(t: Text) -> str:
            said = t(template).format(
                kind=t(words.KINDS[change.kind]),
                number=change.id,
                name=names.get(change.person, change.person),
                state=t(state) if state else "",
                reason=reason(t) if reason is not None else "",
            )
            return said + (t(words.TO_FILL).format(count=fill) if fill else "")

        self._tell(tx, person, text, f"{change.id}/{template[:24]}", now)

    def _tell(
        self, tx: Tx, person: Person, text: Callable[[Text], str], about: str, now: datetime
    ) -> None:
        key = f"change-reply/{person.id}/{now.timestamp():.6f}/{about}"
        snapshot = self.directory.at(tx, now)
        self.notices.tell(tx, snapshot, person.id, text, now, key=key, lane=BULK - 1)

    def _stage(self, tx: Tx, person: Person, now: datetime) -> Stage:
        return Stage(
            tx=tx,
            snapshot=self.directory.at(tx, now),
            now=now,
            by=By(account=person.name, person=person.id),
            notices=self.notices,
            zone=self.zone,
            office=self.office,
        )


def _verbs(stage: Stage, change: Change, person: str) -> tuple[Verb, Verb | None] | None:
    """What a yes and a no of this person would do to an open change; None where it is not theirs
    to answer."""
    if change.state is State.ASKED and change.kind is Kind.SWAP:
        return (Verb.AGREE, Verb.REFUSE) if person == change.other else None
    if change.kind is Kind.COVER:
        return (Verb.AGREE, None) if person in change.asked_of else None
    if person in (change.person, change.other) or not rights.leads(stage, change, person):
        return None
    return Verb.APPROVE, Verb.REJECT


def _was_asked(stage: Stage, change: Change, person: str) -> bool:
    if change.kind is Kind.TAKEOVER or person == change.person:
        return False
    return person in (change.other, *change.asked_of) or rights.leads(stage, change, person)


def _names(snapshot: Snapshot) -> dict[str, str]:
    return {key: one.name for key, one in snapshot.people.items()}
