"""Two at the same instant: the database decides, and nobody is lost or counted twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import func, select, update

from notifiers.message import InboundSms, Receipt, ReceiptResult
from notifiers.phone import e164
from oncall.core.model import Reason
from oncall.core.transfers import Draft, TransferState
from oncall.store import outbox as queue
from oncall.store import transfers
from oncall.tables import outbox
from oncall.tables import transfers as transfers_table
from tests.county import CITY, LI, TOWN, ZHANG, ZHAO
from tests.world import DISPATCHER, World

ROUNDS = 6


def at_once(*work: Callable[[], Any]) -> Sequence[Any]:
    """Do these at the same instant, each in a thread of its own; their answers in order."""
    gate = threading.Barrier(len(work))

    def started(one: Callable[[], Any]) -> Any:
        gate.wait()
        return one()

    with ThreadPoolExecutor(len(work)) as threads:
        return [f.result() for f in [threads.submit(started, one) for one in work]]


def says(world: World, number: str, text: str, sid: str) -> Callable[[], Reason | None]:
    """Somebody texts."""
    inbound = InboundSms(provider_id=sid, sender=e164(number), text=text)
    return lambda: world.app.answers.sms(inbound, world.now)


def test_two_units_answer_at_once(world: World) -> None:
    """Each acks its own page in the same instant: the transfer is acknowledged."""
    for n in range(ROUNDS):
        sent = world.transfer(CITY, TOWN, summary=str(n))
        at_once(says(world, ZHANG, "1", f"A{n}"), says(world, ZHAO, "1", f"B{n}"))
        with world.app.db.read() as tx:
            found = transfers.find(tx, sent.id)
        assert found is not None
        assert found.state is TransferState.ACKED


def test_two_people_answer_at_once(world: World) -> None:
    """One has it, the other is told so; never both, never neither."""
    for n in range(ROUNDS):
        world.transfer(summary=str(n))
        world.advance(10)
        told = at_once(says(world, ZHANG, "1", f"A{n}"), says(world, LI, "1", f"B{n}"))
        assert sorted(told) == [Reason.ACKED, Reason.ALREADY_OWNED]
        world.settle()
    world.ignore()


def test_one_request_twice_at_once(world: World) -> None:
    """The same idempotency key in the same instant makes one transfer."""
    for n in range(ROUNDS):
        draft = Draft(origin="110", to=(CITY,), urgency="urgent", summary=str(n))

        def post(draft: Draft = draft, key: str = f"K{n}") -> str:
            made = world.app.intake.accept(draft, world.now, DISPATCHER, key=key)
            return made.transfer.id

        first, second = at_once(post, post)
        assert first == second
    with world.app.db.read() as tx:
        count = tx.conn.execute(select(func.count()).select_from(transfers_table)).scalar_one()
    assert count == ROUNDS


def test_the_police_is_called_once(world: World) -> None:
    """Two ask for the police in the same instant: one page to its desk."""
    sent = world.transfer()

    def call() -> bool:
        return world.app.intake.call_police(sent.id, "张三", world.now)

    assert sorted(at_once(call, call)) == [False, True]
    with world.app.db.read() as tx:
        (linked,) = transfers.linked(tx, sent.id)
        assert [p.unit for p in transfers.units_of(tx, linked.id)] == ["DESK-110"]
    world.settle()
    world.ignore()


def test_an_ack_while_outcomes_are_written(world: World) -> None:
    """Ack, receipts and records of one page in the same instant: all get through."""
    for n in range(ROUNDS):
        sent = world.transfer(urgency="critical", summary=str(n), settle=False)
        with world.app.db.begin() as tx:
            held = [*queue.claim(tx, "a", "sms", world.now, 9)]
            held += queue.claim(tx, "a", "voice", world.now, 9)
            tx.conn.execute(update(outbox).values(provider_id=outbox.c.key))

        def written(rows: Sequence[queue.Row] = tuple(held)) -> None:
            done = [
                queue.Sent(
                    id=row.id,
                    tries=row.tries,
                    state=queue.QUEUED,
                    text="",
                    provider="p",
                    provider_id=None,
                    code=None,
                    at=world.now,
                    due_at=world.now,
                    late=False,
                )
                for row in sorted(rows, key=lambda row: row.id)
            ]
            world.app.db.attempt(lambda tx: queue.record(tx, done))

        def reported(row: queue.Row = held[0]) -> bool:
            receipt = Receipt(
                key=str(row.id),
                provider_id="x",
                status="sent",
                rank=40,
                result=ReceiptResult.PROGRESS,
            )
            return world.app.answers.receipt(receipt, world.now)

        answers = at_once(says(world, ZHANG, "1", f"A{n}"), written, reported)
        assert answers[0] is Reason.ACKED
        asked = outbox.c.id.in_([row.id for row in held if row.transfer == sent.id])
        with world.app.db.read() as tx:
            found = tx.conn.execute(select(outbox.c.state).where(asked)).scalars().all()
        assert len(found) == 2
        assert queue.QUEUED not in found
