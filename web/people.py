"""One contact card over HTTP: look at it, mend it, prove a number."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from notifiers.phone import mask
from oncall.admin import cards
from oncall.core.errors import Forbidden
from oncall.core.model import Channel
from oncall.store import contacts
from oncall.store.contacts import Known
from oncall.store.database import Tx
from oncall.store.directory import Person
from web.api import PREFIX, PROBLEMS
from web.bodies import Body
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call
from web.shapes_directory import PersonOut

router = APIRouter(prefix=PREFIX, tags=["directory"], responses=PROBLEMS)

_Number = Annotated[str, Field(min_length=1, max_length=40)]


class CardIn(Body):
    """What to change; what is not given stays, "" takes it away.

    `numbers` are all of them, in the order in which they are to be tried.
    """

    numbers: Annotated[list[_Number], Field(max_length=20)] | None = None
    email: Annotated[str, Field(max_length=120)] | None = None
    lang: Annotated[str, Field(max_length=10)] | None = None
    #: All of the person's own, one line an urgency: `urgent = voice, 3 voice, 6 sms`.
    rules: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=10)] | None = (
        None
    )


class AskIn(Body):
    """Where the code goes: the first number of the card that the channel takes, or this one."""

    channel: Literal["sms", "voice"] = "sms"
    number: _Number | None = None


class TakeIn(Body):
    """The code that the person tells."""

    channel: Literal["sms", "voice"] = "sms"
    code: Annotated[str, Field(min_length=1, max_length=20)]


class ContactOut(BaseModel):
    """One number on one channel, its middle hidden; `proven` is when it last reached the person."""

    number: str
    channel: str
    proven: str | None
    proven_by: str | None
    flag: str | None
    code: str | None
    flagged_at: str | None


class CardOut(PersonOut):
    """A contact card with every number in the order in which they are tried."""

    contacts: list[ContactOut]
    rules: list[str]


class AskedOut(BaseModel):
    """A code is on its way."""

    person: str
    channel: str
    number: str
    expires_at: str


class ProvenOut(BaseModel):
    """The number reaches its person."""

    person: str
    channel: str
    number: str
    proven: str


@router.get("/people/{person}", dependencies=[calling(Call.READ_PEOPLE)])
def card(person: str, door: TheDoor) -> CardOut:
    """One card, by id, name or number."""
    with door.app.db.read() as tx:
        found = door.app.directory.at(tx, door.now()).find(person)
        return _card(door, found, contacts.of_card(tx, found))


@router.patch("/people/{person}")
def change(
    person: str,
    body: CardIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.CHANGE_PEOPLE)],
) -> CardOut:
    """Mend a card; open pages ask again whom to contact."""
    with door.app.db.begin() as tx:
        snapshot = door.app.directory.at(tx, door.now())
        before = _own(tx, door, caller, person)
        after = cards.change(
            tx,
            snapshot,
            before,
            door.now(),
            numbers=body.numbers,
            email=body.email,
            lang=body.lang,
            rules=body.rules,
        )
        return _card(door, after, contacts.of_card(tx, after))


@router.post("/people/{person}/verification", status_code=202)
def ask(
    person: str,
    body: AskIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.VERIFY_PEOPLE)],
) -> AskedOut:
    """Send six digits to a number; whoever has it tells them back."""
    with door.app.db.read() as tx:
        known = _own(tx, door, caller, person)
    asked = door.app.verifying.ask(
        known.id, Channel(body.channel), door.now(), by=caller.account.name, number=body.number
    )
    return AskedOut(
        person=known.name,
        channel=body.channel,
        number=asked.number,
        expires_at=door.stamp(asked.expires_at),
    )


@router.post("/people/{person}/verification/check")
def take(
    person: str,
    body: TakeIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.VERIFY_PEOPLE)],
) -> ProvenOut:
    """The digits come back: the number is proven. Guessing locks."""
    with door.app.db.read() as tx:
        known = _own(tx, door, caller, person)
    done = door.app.verifying.take(
        known.id, Channel(body.channel), body.code, door.now(), by=caller.account.name
    )
    return ProvenOut(
        person=known.name,
        channel=body.channel,
        number=done.number,
        proven=door.stamp(done.at),
    )


def _own(tx: Tx, door: Door, caller: Caller, person: str) -> Person:
    """The person meant; a liaison sees to the cards of the own unit."""
    found = door.app.directory.at(tx, door.now()).find(person)
    if caller.unit is not None and found.unit != caller.unit:
        raise Forbidden("not_your_unit", unit=caller.unit)
    return found


def _card(door: Door, person: Person, known: list[Known]) -> CardOut:
    return CardOut(
        id=person.id,
        unit=person.unit,
        name=person.name,
        title=person.title,
        post=person.post,
        lang=person.lang,
        active=person.active,
        mobile=mask(person.mobile) if person.mobile else None,
        rules=list(person.rules),
        contacts=[
            ContactOut(
                number=mask(one.address),
                channel=one.channel,
                proven=door.maybe(one.proven),
                proven_by=one.proven_by,
                flag=one.flag,
                code=one.code,
                flagged_at=door.maybe(one.flagged_at),
            )
            for one in known
        ],
    )
