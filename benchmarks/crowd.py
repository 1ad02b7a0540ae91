"""Many pages at once, put straight into the tables: the state before a burst, not the burst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from oncall.core.escalation import decide, open_page
from oncall.core.events import Arrived
from oncall.core.model import (
    Ask,
    Channel,
    Page,
    Policy,
    Source,
    Step,
    Urgency,
    Watch,
    WorkCalendar,
)
from oncall.core.transfers import Part, PartRole, Transfer, TransferState
from oncall.store import pages, transfers
from oncall.store.database import Database

#: From a page's opening to its only step.
WAIT = timedelta(minutes=1)

POLICY = Policy(
    name="bench",
    urgency=Urgency.URGENT,
    zone="Asia/Shanghai",
    ack_within=timedelta(minutes=15),
    steps=(
        Step(
            level=1,
            asks=(Ask(source=Source.ROSTER, role="primary"),),
            channels=(Channel.SMS,),
            after=WAIT,
        ),
    ),
    useful_life=timedelta(minutes=10),
    first_action=timedelta(hours=1),
    exhausted_after=timedelta(hours=5),
    alarm_every=timedelta(hours=1),
)


def waiting(name: str, unit: str, due: datetime) -> tuple[Transfer, Part, Page]:
    """A transfer, its part and its page, which texts the unit's primary at ``due``."""
    opened = due - WAIT
    transfer = Transfer(
        id=f"t{name}",
        code=f"DH20261103-{name}",
        origin="110",
        origin_ref=None,
        urgency=Urgency.URGENT,
        category="供水",
        area=None,
        summary="bench",
        received_at=opened,
        transferred_at=opened,
        first_receiver=None,
        state=TransferState.PAGED,
        created_by="bench",
    )
    part = Part(id=f"a{name}", transfer=transfer.id, unit=unit, role=PartRole.LEAD)
    page = open_page(
        page_id=f"g{name}",
        transfer=transfer.id,
        part=part.id,
        unit=unit,
        policy=POLICY,
        calendar=WorkCalendar(),
        paged_at=opened,
    )
    started = decide(page, Arrived(), opened, lambda _: Watch(people=())).page
    return transfer, part, started


def fill(db: Database, made: Iterator[tuple[Transfer, Part, Page]], chunk: int = 2_000) -> None:
    """Store them, many in one commit."""
    while batch := list(islice(made, chunk)):
        with db.begin() as tx:
            for transfer, _, _ in batch:
                transfers.add(tx, transfer, None)
            transfers.add_parts(tx, [part for _, part, _ in batch])
            pages.add(tx, [(page, Urgency.URGENT) for _, _, page in batch])


def idle(db: Database, codes: Sequence[str], moment: datetime, count: int) -> None:
    """So many open pages of one transfer, waiting for moments from ``moment`` on."""
    transfer, part, _ = waiting("idle", codes[0], moment)
    with db.begin() as tx:
        transfers.add(tx, transfer, None)
        transfers.add_parts(tx, [part])
    for start in range(0, count, 5_000):
        fresh = []
        for i in range(start, min(count, start + 5_000)):
            page = open_page(
                page_id=f"i{i}",
                transfer=transfer.id,
                part=part.id,
                unit=codes[i % len(codes)],
                policy=POLICY,
                calendar=WorkCalendar(),
                paged_at=moment + timedelta(milliseconds=i),
            )
            fresh.append((page, Urgency.URGENT))
        with db.begin() as tx:
            pages.add(tx, fresh)
