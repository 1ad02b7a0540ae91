"""Transfers over HTTP: hand over, look up, answer. interface.md's promise to people's scripts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from oncall.admin.group_calls import called, counted, group_named
from oncall.core.errors import Fault, Forbidden, Invalid, NotFound
from oncall.core.transfers import Draft, Transfer, TransferState
from oncall.desk import Outcome
from oncall.store import groups, reports
from oncall.store.database import Tx
from oncall.store.log import Entry, append
from oncall.verbs import AT_THE_DOOR, VERBS
from web import bodies, errors, shapes
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call
from web.views import View

PREFIX = "/api/v1"
#: How errors look in the description of every call.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": errors.SHAPE}
    for status, said in (
        (400, "The request cannot be read"),
        (401, "No token, or one that is not good"),
        (403, "This role may not do it"),
        (404, "There is no such thing"),
        (409, "Somebody else got there first"),
        (413, "The body is too large"),
        (422, "The input has errors; nothing was changed"),
        (429, "Too many requests; wait as long as Retry-After says"),
        (503, "The database is away; try again"),
    )
}

router = APIRouter(prefix=PREFIX, tags=["transfers"], responses=PROBLEMS)

Reader = Annotated[Caller, calling(Call.READ_TRANSFERS)]
Answerer = Annotated[Caller, calling(Call.ANSWER)]

_KEY = "Repeating a request with the same key gives the first one's answer."


@router.post("/transfers", status_code=201, responses={200: {"model": shapes.AcceptedOut}})
def hand_over(
    body: bodies.TransferIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.HAND_OVER)],
    response: Response,
    idempotency_key: Annotated[str | None, Header(description=_KEY)] = None,
) -> shapes.AcceptedOut:
    """Hand over a transfer; it is durable and paging has begun when this answers.

    201 for a new one; 200 and the same transfer for the same origin and origin_ref, or the same
    Idempotency-Key.
    """
    caller_in = body.caller.model_dump(exclude_none=True) if body.caller else None
    group = None
    if body.group is not None:
        with door.app.db.read() as tx:
            snapshot = door.app.directory.at(tx, door.now())
            named = group_named(groups.all_groups(tx), body.group)
            group = called(
                named,
                snapshot,
                tx,
                door.now(),
                door.today(),
                urgency=body.urgency,
                category=body.category,
                beside=tuple(body.to),
            )
        counted(named, group.members.size, snapshot, body.count)
    draft = Draft(
        **body.model_dump(exclude={"caller", "to", "copy_to", "decision", "group", "count"}),
        to=(*body.to, *(group.units if group is not None else ())),
        needed=group.needed if group is not None else 0,
        calls=group.calls if group is not None else None,
        people=group.people if group is not None else (),
        copy=tuple(body.copy_to),
        decided=body.decision is not None,
        caller=caller_in or None,
    )
    key = _key(idempotency_key)
    if body.decision is None:
        accepted = door.app.intake.accept(draft, door.now(), caller.actor, key=key)
    else:
        verb = VERBS[_decision(body.decision.kind)]
        accepted = door.app.acts.at_the_door(
            draft,
            verb,
            body.decision.model_dump(exclude={"kind"}),
            by=caller.account.name,
            now=door.now(),
            actor=caller.actor,
            key=key,
        )
    if not accepted.created:
        response.status_code = 200
    response.headers["Location"] = f"{PREFIX}/transfers/{accepted.transfer.id}"
    with door.app.db.read() as tx:
        view = View(door, caller, tx)
        return view.accepted(_brief(tx, accepted.transfer))


@router.get("/transfers")
def list_transfers(
    query: Annotated[bodies.ListQuery, Query()], door: TheDoor, caller: Reader
) -> shapes.ListOut:
    """Transfers, the newest first, with what happens next to each page."""
    states = _states(query.state)
    before = _cursor(query.cursor)
    unit = own(caller, query.unit)
    with door.app.db.read() as tx:
        found = reports.list_transfers(
            tx,
            states=states,
            unit=unit,
            supervised=query.supervised,
            limit=query.limit + 1,
            before=before,
        )
        view = View(door, caller, tx)
        items = [view.transfer(brief) for brief in found[: query.limit]]
    more = len(found) > query.limit
    last = found[query.limit - 1].transfer if more else None
    return shapes.ListOut(items=items, next=_next(last) if last is not None else None)


@router.get("/transfers/{ref:path}")
def show_transfer(
    ref: str, query: Annotated[bodies.OneQuery, Query()], door: TheDoor, caller: Reader
) -> shapes.FullOut:
    """One transfer in full; `ref` is its id, its printed code, or origin:origin_ref."""
    transfer = door.app.desk.find(ref, caller.actor)
    if query.reveal is not None:
        revealing(door, caller, query.reveal, transfer.id)
    with door.app.db.read() as tx:
        full = reports.in_full(tx, transfer.id)
        if full is None:
            raise NotFound("no_such_transfer", ref=ref)
        return View(door, caller, tx).full(
            full, _who_called(tx, caller, transfer), reveal=query.reveal is not None
        )


@router.post("/transfers/{ref:path}/ack")
def ack(ref: str, body: bodies.AckIn, door: TheDoor, caller: Answerer) -> shapes.ActedOut:
    """Somebody takes it: the ladder stops, everybody else is told."""
    return _act(
        door,
        caller,
        ref,
        lambda: door.app.desk.ack(
            ref,
            body.by,
            door.now(),
            caller.actor,
            on_behalf_of=body.on_behalf_of,
            unit=own(caller, body.unit),
            takeover=body.takeover,
            minutes=body.eta_minutes,
            via="api",
        ),
    )


@router.post("/transfers/{ref:path}/decline")
def decline(ref: str, body: bodies.AnswerIn, door: TheDoor, caller: Answerer) -> shapes.ActedOut:
    """Somebody cannot: the next level is paged at once."""
    return _act(
        door,
        caller,
        ref,
        lambda: door.app.desk.decline(
            ref,
            body.by,
            door.now(),
            caller.actor,
            why=body.why,
            on_behalf_of=body.on_behalf_of,
            unit=own(caller, body.unit),
            via="api",
        ),
    )


@router.post("/transfers/{ref:path}/release")
def release(ref: str, body: bodies.ActIn, door: TheDoor, caller: Answerer) -> shapes.ActedOut:
    """The owner gives it back; the ladder goes on where it stood."""
    desk = door.app.desk
    return _simple(door, caller, ref, body, desk.release)


@router.post("/transfers/{ref:path}/escalate")
def escalate(
    ref: str,
    body: bodies.ActIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.ESCALATE)],
) -> shapes.ActedOut:
    """The next level is paged now."""
    return _simple(door, caller, ref, body, door.app.desk.escalate)


@router.post("/transfers/{ref:path}/cancel")
def cancel(
    ref: str,
    body: bodies.ActIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.CANCEL)],
) -> shapes.ActedOut:
    """The transfer is withdrawn: everybody stops and is told."""
    return _simple(door, caller, ref, body, door.app.desk.cancel)


@router.post("/transfers/{ref:path}/note")
def note(
    ref: str,
    body: bodies.NoteIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.NOTE)],
) -> shapes.ActedOut:
    """Progress, in `why`; on an owned page it is the first action."""
    return _act(
        door,
        caller,
        ref,
        lambda: door.app.desk.note(
            ref, body.by, body.why, door.now(), caller.actor, unit=own(caller, body.unit)
        ),
    )


@router.post("/transfers/{ref:path}/police")
def call_police(
    ref: str,
    body: bodies.PoliceIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.CALL_POLICE)],
) -> shapes.PoliceOut:
    """转110: the police desk is paged as critical, beside whatever else goes on."""
    transfer = door.app.desk.find(ref, caller.actor)
    called = door.app.intake.call_police(transfer.id, body.by, door.now())
    return shapes.PoliceOut(id=transfer.id, code=transfer.code, called=called)


# -- shared --------------------------------------------------------------------------------


def revealing(door: Door, caller: Caller, why: str, transfer: str) -> None:
    """Keep who looked at numbers in full, and why. Raises Forbidden where the role may not."""
    caller.require(Call.SEE_PHONES)
    entry = Entry(
        transfer=transfer,
        at=door.now(),
        event="PhonesShown",
        who=caller.account.name,
        payload={"why": why},
    )
    with door.app.db.begin() as tx:
        append(tx, [entry])


def _simple(
    door: Door,
    caller: Caller,
    ref: str,
    body: bodies.ActIn,
    act: Callable[..., list[Outcome]],
) -> shapes.ActedOut:
    return _act(
        door,
        caller,
        ref,
        lambda: act(
            ref,
            body.by,
            door.now(),
            caller.actor,
            why=body.why,
            unit=own(caller, body.unit),
        ),
    )


def _act(
    door: Door, caller: Caller, ref: str, do: Callable[[], Sequence[Outcome]]
) -> shapes.ActedOut:
    outcomes = do()
    transfer = door.app.desk.find(ref, caller.actor)
    with door.app.db.read() as tx:
        view = View(door, caller, tx)
        return shapes.ActedOut(
            id=transfer.id,
            code=transfer.code,
            state=transfer.state,
            results=[view.result(outcome) for outcome in outcomes],
        )


def own(caller: Caller, unit: str | None) -> str | None:
    """The code of the unit meant, whatever it is called; a liaison means the own one.

    Raises Forbidden for another's, Invalid where several units are called so.
    """
    unit = caller.coded(unit) if unit is not None else None
    if caller.unit is None:
        return unit
    if unit not in (None, caller.unit):
        raise Forbidden("not_your_unit", unit=caller.unit)
    return caller.unit


def _who_called(tx: Tx, caller: Caller, transfer: Transfer) -> dict[str, str] | None:
    """Who called, for those who need it; the unit complained about never learns it."""
    if not caller.may(Call.SEE_CALLER) or (transfer.confidential and caller.unit is not None):
        return None
    return reports.caller_of(tx, transfer.id)


def _brief(tx: Tx, transfer: Transfer) -> reports.Brief:
    brief = reports.one_transfer(tx, transfer.id)
    if brief is None:
        raise NotFound("no_such_transfer", ref=transfer.id)
    return brief


def _decision(kind: str) -> str:
    if kind not in AT_THE_DOOR:
        known = {"known": ", ".join(AT_THE_DOOR)}
        raise Invalid([Fault(where="decision.kind", code="unknown_word", value=kind, params=known)])
    return kind


def _key(given: str | None) -> str | None:
    if given is None:
        return None
    if not 1 <= len(given) <= 100 or not given.isascii() or not given.isprintable():
        raise Invalid([Fault(where="Idempotency-Key", code="bad_key", value=given[:40])])
    return given


def _states(given: str | None) -> list[str] | None:
    if given is None:
        return None
    words = [word.strip() for word in given.split(",")]
    known = ", ".join(TransferState)
    wrong = [
        Fault(where="state", code="unknown_state", value=word, params={"known": known})
        for word in words
        if word not in set(TransferState)
    ]
    if wrong:
        raise Invalid(wrong)
    return words


def _next(last: Transfer) -> str:
    place = f"{last.transferred_at.isoformat()}|{last.id}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _cursor(given: str | None) -> tuple[datetime, str] | None:
    if given is None:
        return None
    try:
        place = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode()
        at, bar, last = place.partition("|")
        moment = datetime.fromisoformat(at)
        if not bar or moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC), last
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid([Fault(where="cursor", code="bad_cursor", value=given[:40])]) from None
