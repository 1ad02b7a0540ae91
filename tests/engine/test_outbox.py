"""The outbox's rules, row by row: who may send, what a record may undo, what an ack stops."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from notifiers.message import ReceiptResult
from oncall import tables
from oncall.core.events import DeliveryFailed
from oncall.core.model import Channel
from oncall.store import attempts, nodes, pages
from oncall.store import outbox as queue
from oncall.store.outbox import ACCEPTED, FAILED, QUEUED, SENDING, SUPERSEDED, UNKNOWN, Row, Sent
from oncall.tables import nodes as nodes_table
from oncall.tables import outbox
from rosters.model import Duty
from tests.county import CITY, ZHANG, ZHOU, person_id, put_duties
from tests.world import World

SMS = "sms"


def claim(world: World, node: str = "a", limit: int = 10, lane: int | None = None) -> list[Row]:
    """What a node gets."""
    with world.app.db.begin() as tx:
        return queue.claim(tx, node, SMS, world.now, limit, lane=lane)


def sent(row: Row, state: str, world: World, **more: object) -> Sent:
    """An outcome of a send."""
    values: dict[str, object] = {
        "id": row.id,
        "tries": row.tries,
        "state": state,
        "text": "t",
        "provider": "p",
        "provider_id": None,
        "code": None,
        "at": world.now,
        "due_at": world.now,
        "late": False,
        **more,
    }
    return Sent(**values)  # type: ignore[arg-type]  # a test's shorthand


def record(world: World, one: Sent) -> set[int]:
    """Write it down."""
    with world.app.db.begin() as tx:
        return queue.record(tx, [one])


def state(world: World, row: Row) -> tuple[str, bool]:
    """State, and whether it may have been sent twice."""
    with world.app.db.read() as tx:
        found = tx.conn.execute(select(outbox).where(outbox.c.id == row.id)).one()
    return found.state, found.resent


def quell(world: World, page: str | None) -> None:
    """A human took the page."""
    with world.app.db.begin() as tx:
        attempts.quell(tx, page or "", world.now, but=None)


@pytest.fixture
def row(world: World) -> Row:
    """A claimed message."""
    world.transfer(settle=False)
    (found,) = claim(world)
    return found


def test_nobody_gets_the_same_message(world: World) -> None:
    """Two nodes that claim one after the other share nothing, and the gravest comes first."""
    for urgency in ("routine", "urgent", "critical"):
        world.transfer(urgency=urgency, settle=False)
    first, second, third = claim(world, "a", 2), claim(world, "b", 2), claim(world, "c", 2)
    assert [one.lane for one in (*first, *second)] == [0, 1, 2]
    assert third == []


def test_a_reserved_place_is_for_the_gravest(world: World) -> None:
    """A claim up to a lane leaves the others where they are."""
    world.transfer(urgency="routine", settle=False)
    assert claim(world, lane=0) == []
    world.transfer(urgency="critical", settle=False)
    assert [one.lane for one in claim(world, lane=0)] == [0]


def test_an_ack_while_it_is_being_sent(world: World, row: Row) -> None:
    """What a provider refused for now is not tried again once a human has the page."""
    quell(world, row.page)
    assert record(world, sent(row, QUEUED, world)) == set()
    assert state(world, row) == (SUPERSEDED, False)
    assert claim(world) == []


def test_in_doubt_after_an_ack(world: World, row: Row) -> None:
    """What may or may not have been sent stays in doubt and is not repeated."""
    quell(world, row.page)
    record(world, sent(row, UNKNOWN, world))
    assert state(world, row) == (UNKNOWN, False)
    assert claim(world) == []
    with world.app.db.read() as tx:
        assert queue.next_due(tx, [SMS]) is None


def test_in_doubt_is_repeated_and_says_so(world: World, row: Row) -> None:
    """Nobody has it: the send in doubt is repeated, marked."""
    record(world, sent(row, UNKNOWN, world))
    (again,) = claim(world)
    assert (again.tries, again.resent) == (2, True)


def test_an_outcome_of_an_earlier_try(world: World, row: Row) -> None:
    """A node that was taken for dead cannot overwrite what its heir is doing now."""
    with world.app.db.begin() as tx:
        queue.give_back_all_but(tx, "a", ())
    (heir,) = claim(world, "b")
    assert heir.resent
    record(world, sent(row, FAILED, world))
    assert state(world, row) == (SENDING, True)
    record(world, sent(heir, ACCEPTED, world))
    assert state(world, row)[0] == ACCEPTED


def test_what_we_hold_is_not_given_back(world: World, row: Row) -> None:
    """Only what a node claimed without hearing of it goes back to the queue."""
    with world.app.db.begin() as tx:
        assert queue.give_back_all_but(tx, "a", [row.id]) == 0
        assert queue.give_back_all_but(tx, "b", ()) == 0
        assert queue.give_back_all_but(tx, "a", ()) == 1


def test_the_dead_are_relieved_and_the_living_are_not(world: World, row: Row) -> None:
    """A living node keeps its messages; one that stopped beating, or never did, loses them."""
    with world.app.db.begin() as tx:
        nodes.beat(tx, "a", None)
        assert nodes.take_over(tx, "b") == 0
        nodes.leave(tx, "a")
        assert nodes.take_over(tx, "a") == 0, "whoever asks is alive, however late its beat"
        assert nodes.take_over(tx, "b") == 1
    assert state(world, row) == (QUEUED, True)


@pytest.mark.parametrize("minutes", [-1, 60], ids=["long ago", "before the clock was put back"])
def test_a_beat_that_proves_nothing(world: World, row: Row, minutes: float) -> None:
    """A beat from long ago, or from a time that has not come, keeps nobody alive."""
    with world.app.db.begin() as tx:
        nodes.beat(tx, "b", None)
        beat_at = tx.conn.execute(select(nodes_table.c.beat_at)).scalar_one()
        tx.conn.execute(
            insert(nodes_table).values(id="a", beat_at=beat_at + timedelta(minutes=minutes))
        )
        assert nodes.take_over(tx, "b") == 1
    assert state(world, row) == (QUEUED, True)


def test_dead_while_a_human_took_it(world: World, row: Row) -> None:
    """What a dead node was sending for a page somebody has is not sent again."""
    quell(world, row.page)
    with world.app.db.begin() as tx:
        assert nodes.take_over(tx, "b") == 1
    assert state(world, row)[0] == UNKNOWN
    assert claim(world) == []


def test_a_receipt_before_the_record(world: World, row: Row) -> None:
    """A receipt that overtakes our own record stands; the record only adds what it knows."""
    with world.app.db.begin() as tx:
        assert attempts.advance(
            tx, row.id, state="delivered", rank=50, provider_id="SM9", code=None, now=world.now
        )
    assert record(world, sent(row, UNKNOWN, world)) == {row.id}
    assert state(world, row) == ("delivered", False)
    with world.app.db.read() as tx:
        found = tx.conn.execute(select(outbox).where(outbox.c.id == row.id)).one()
    assert (found.provider_id, found.text) == ("SM9", "t")


def test_a_failure_of_an_earlier_send(world: World, row: Row) -> None:
    """That the first of two sends failed does not end the second, which arrived."""
    record(world, sent(row, UNKNOWN, world))
    (again,) = claim(world)
    record(world, sent(again, ACCEPTED, world, provider_id="SM2"))
    with world.app.db.begin() as tx:
        assert not attempts.advance(
            tx, row.id, state=FAILED, rank=60, provider_id="SM1", code="30005", now=world.now
        )
    assert state(world, row)[0] == ACCEPTED


def test_a_merged_message_that_fails(world: World) -> None:
    """One text for three pages is undelivered: each of the three pages has the person called."""
    for n in range(3):
        world.transfer(summary=str(n), settle=False)
    with world.app.db.begin() as tx:
        tx.conn.execute(update(outbox).values(late=True))
    world.settle()
    world.expect((ZHANG, "sms", "3件"))
    assert world.receipt(ZHANG, "sms", ReceiptResult.FAILED, code="30005")
    world.expect(*((ZHANG, "voice"),) * 3)


def test_a_call_that_began_before_its_record(world: World) -> None:
    """A call whose id came with a receipt is hung up though our own record never was written."""
    world.transfer(urgency="critical", settle=False)
    with world.app.db.begin() as tx:
        (call,) = queue.claim(tx, "a", "voice", world.now, 10)
        attempts.advance(
            tx, call.id, state=ACCEPTED, rank=40, provider_id="CA1", code=None, now=world.now
        )
    quell(world, call.page)
    with world.app.db.begin() as tx:
        (found,) = attempts.to_stop(tx, world.now, 10)
        assert found.provider_id == "CA1"
        attempts.stopped(tx, found.id, world.now)
        assert attempts.to_stop(tx, world.now, 10) == []
    assert state(world, call)[0] == SUPERSEDED


def test_a_roster_change_is_not_forgotten(world: World) -> None:
    """A message fails between a roster change and the next look: whoever came on is still paged."""
    world.transfer()
    world.ignore()
    duty = Duty(
        unit=CITY,
        role="primary",
        person=person_id(ZHOU),
        start=world.now,
        end=world.now + timedelta(hours=4),
        source="test",
    )
    with world.app.db.begin() as tx:
        put_duties(tx, [duty], world.now)
        pages.nudge(tx, world.now)
        (page,) = tx.conn.execute(select(tables.pages.c.id)).scalars()
    failed = DeliveryFailed(person=person_id(ZHANG), channel=Channel.SMS, code="30005")
    world.app.engine.handle(page, failed, world.now)
    world.settle()
    world.expect((ZHANG, "voice"), (ZHOU, "sms", "接班"))
