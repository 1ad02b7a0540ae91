"""What a decision about a transfer must know: read from the rows, in its own transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from zoneinfo import ZoneInfo

from oncall.batch import Batch
from oncall.core.model import State
from oncall.core.transfers import (
    POLICE_DESK,
    TERMINAL,
    Facts,
    Part,
    PartFact,
    PartRole,
    Transfer,
    desk_of,
)
from oncall.core.transfers import events as e
from oncall.directory import above
from oncall.store import pages, transfers
from oncall.store.database import Tx

_WANT_POLICE = (e.DangerReported, e.PoliceCalled)
#: Those that bring in units whose own unit may know already.
_ASK_FOR_COPIES = (
    e.UnitsAdded,
    e.ReturnUpheld,
    e.Proposed,
    e.TalkRecorded,
    e.DisputeDue,
)


def at_birth(batch: Batch, zone: ZoneInfo) -> Facts:
    """For a transfer that has no row yet: the terms alone, and which unit stands above which."""
    return Facts(terms=batch.snapshot.book.life, above=_above(batch, zone))


def of(batch: Batch, transfer: Transfer, event: e.TransferEvent, zone: ZoneInfo) -> Facts:
    """For a transfer that hears of ``event``; what only some events ask is read for those alone.

    The day on which a unit stands above another is that of the IANA ``zone``.
    """
    tx = batch.tx
    found = transfers.pages_of(tx, transfer.id)
    owners: dict[str, str | None] = {}
    if transfer.life.talk is not None:
        owners = pages.owners(tx, [page for _, page, _ in found])
    return Facts(
        parts=tuple(
            PartFact(
                unit=part.unit,
                role=part.role,
                state=state,
                owner=owners.get(page),
                person=part.person,
            )
            for part, page, state in found
        ),
        heir=unit_behind(batch, transfer.first_receiver) or unit_behind(batch, transfer.origin),
        copies=_copies(tx, transfer) if isinstance(event, _ASK_FOR_COPIES) else (),
        police_live=isinstance(event, _WANT_POLICE) and _police_live(tx, transfer, found),
        caller=isinstance(event, e.ConferenceOpened)
        and bool(transfers.caller_phone(tx, transfer.id)),
        terms=batch.snapshot.book.life,
        above=_above(batch, zone),
    )


def unit_behind(batch: Batch, word: str | None) -> str | None:
    """The unit behind an origin or a code; None where there is none."""
    code = desk_of(word or "")
    return code if code in batch.snapshot.units else None


def _above(batch: Batch, zone: ZoneInfo) -> Callable[[str], str | None]:
    return partial(above, batch.snapshot.units, day=batch.now.astimezone(zone).date())


def _copies(tx: Tx, transfer: Transfer) -> tuple[str, ...]:
    """The units that need only know: they have no page, so no fact of their own."""
    found = transfers.units_of(tx, transfer.id)
    return tuple(part.unit for part in found if part.role is PartRole.COPY)


def _police_live(tx: Tx, transfer: Transfer, found: Iterable[tuple[Part, str, State]]) -> bool:
    """Whether 110 works on this matter already, under this number or a linked one."""
    here = transfer.state not in TERMINAL and any(
        part.unit == POLICE_DESK and part.role is not PartRole.PARTY
        for part, _, state in found
        if state is not State.CANCELLED
    )
    return here or any(
        one.state not in TERMINAL
        and any(part.unit == POLICE_DESK for part, _, _ in transfers.pages_of(tx, one.id))
        for one in transfers.linked(tx, transfer.id)
    )
