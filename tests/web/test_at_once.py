"""The same matter from several sides at the same instant is one transfer, and nobody waits long."""

import threading
from collections import Counter

import httpx
import pytest

from notifiers.message import Channel, Message, Outcome
from notifiers.testing import Phones
from oncall.store import reports
from oncall.wiring import build
from tests.county import ZHANG
from tests.forked import processes
from tests.patience import PATIENCE
from tests.web.posting import hand_in
from tests.web.serving import Site, serving, urgent
from tests.world import World


def posted_together(site: Site, count: int, **how: dict[str, str]) -> list[httpx.Response]:
    """The same hand-over from so many threads, let go at one moment."""
    gate = threading.Barrier(count)
    answers: list[httpx.Response] = []
    site.token("dispatcher")

    def post() -> None:
        gate.wait()
        answers.append(site.post("/transfers", urgent(**how.get("body", {})), **_rest(how)))

    threads = [threading.Thread(target=post) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _rest(how: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {name: value for name, value in how.items() if name != "body"}


@pytest.mark.parametrize(
    "how",
    [
        {"body": {"origin_ref": "A1"}},
        {"headers": {"Idempotency-Key": "k1"}},
        {"body": {"origin_ref": "A1"}, "headers": {"Idempotency-Key": "k1"}},
    ],
    ids=["number", "key", "both"],
)
def test_threads_that_hand_in_the_same_make_one(site: Site, how: dict[str, dict[str, str]]) -> None:
    """One is 201, the others 200 with the same transfer; one message goes out."""
    answers = posted_together(site, 6, **how)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 5}
    assert len({answer.json()["id"] for answer in answers}) == 1
    site.world.settle()
    site.world.expect((ZHANG, "sms"))


def test_processes_that_hand_in_the_same_make_one(world: World) -> None:
    """Three processes on one database, by number or by key: one makes it, all answer with it."""
    nodes = []
    for _ in range(3):
        pipe, theirs = processes.Pipe()
        node = processes.Process(target=hand_in, args=(world.url, theirs), daemon=True)
        node.start()
        theirs.close()
        nodes.append((node, pipe))
    assert [pipe.recv() for _, pipe in nodes] == ["ready"] * 3
    for same in ({"origin_ref": "A1"}, {"key": "k1"}):
        for _, pipe in nodes:
            pipe.send((world.now, urgent() | same))
        got = [pipe.recv() for _, pipe in nodes]
        assert sorted(created for created, _ in got) == [False, False, True]
        assert len({transfer for _, transfer in got}) == 1
        world.settle()
        world.expect((ZHANG, "sms"))
    for node, pipe in nodes:
        pipe.send(None)
        node.join(PATIENCE)
        pipe.close()
        assert node.exitcode == 0


def test_two_acks_at_once_have_one_winner(site: Site) -> None:
    """First ack wins; the other is told who has it."""
    made = site.post("/transfers", urgent()).json()
    site.world.settle()
    gate = threading.Barrier(2)
    results: list[dict[str, str]] = []

    def ack(name: str) -> None:
        gate.wait()
        answer = site.post(f"/transfers/{made['id']}/ack", {"by": name})
        results.extend(answer.json()["results"])

    threads = [threading.Thread(target=ack, args=(name,)) for name in ("张三", "李四")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result["reason"] for result in results) == ["acked", "already_owned"]
    assert len({result["owner"] for result in results}) == 1


def test_numbers_are_given_once_each(site: Site) -> None:
    """Different matters at one instant get different numbers, without a hole."""
    gate = threading.Barrier(8)
    codes: list[str] = []
    site.token("dispatcher")

    def post(ref: int) -> None:
        gate.wait()
        codes.append(site.post("/transfers", urgent(origin_ref=str(ref))).json()["code"])

    threads = [threading.Thread(target=post, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [f"DH20261103-{n:04d}" for n in range(1, 9)]


class Ringing(Phones):
    """Phones that say when something arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = threading.Event()

    async def send(self, message: Message) -> Outcome:
        """Ring."""
        outcome = await super().send(message)
        self.arrived.set()
        return outcome


def test_a_node_with_its_engine_sends_by_itself(world: World) -> None:
    """With run_engine the web door's process decides and sends, and stops in good order."""
    phones = Ringing()
    app = build(
        world.settings,
        clock=world.clock,
        notifiers=dict.fromkeys(Channel, (phones,)),
        node="web",
    )
    with (
        serving(app, run_engine=True) as url,
        httpx.Client(trust_env=False, timeout=PATIENCE) as client,
    ):
        site = Site(world=world, url=url, client=client, tokens={})
        site.post("/transfers", urgent())
        assert phones.arrived.wait(PATIENCE)
    app.db.close()
    with world.app.db.read() as tx:
        [brief] = reports.list_transfers(tx)
        [attempt] = reports.attempts(tx, brief.transfer.id)
    assert attempt.state == "accepted"
    assert phones.closed
