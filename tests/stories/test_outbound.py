"""Clause 7: the result flows back to the origin, signed, in the end, and never in paging's way."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from oncall.core.errors import Conflict, Invalid
from oncall.core.model import Alarm
from oncall.outbound import BACKOFF, LIFE
from oncall.store import alarms, outbound
from oncall.store.outbound import Webhook
from tests.county import ZHANG
from tests.world import DISPATCHER, World


@dataclass
class Hearer:
    """A system of the origin: keeps what it hears, and answers as it is told to."""

    url: str = ""
    status: int = 200
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        """What was said, oldest first, each once."""
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def hearer() -> Iterator[Hearer]:
    """An origin that listens."""
    heard = Hearer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.heard.append((dict(self.headers.items()), body))
            self.send_response(heard.status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.url = f"http://127.0.0.1:{server.server_port}/events"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield heard
    server.shutdown()
    thread.join()
    server.server_close()


def listening(world: World, url: str, origin: str | None = "110") -> Webhook:
    """Tell this address from now on."""
    return world.app.outbound.add("接口", url, "admin", world.now, origin=origin)


def tell(world: World) -> int:
    """One turn of the loop."""
    return asyncio.run(world.app.outbound.once())


def not_told(world: World) -> int:
    """How often the desk is shown that an origin is not reached."""
    with world.app.db.read() as tx:
        return sum(one.alarm == Alarm.NOT_TOLD for one in alarms.open_alarms(tx))


def test_clause_07_every_change_is_told_signed_and_once(world: World, hearer: Hearer) -> None:
    """Accepted, escalated, acked: in order, with number and state, and not a word of the caller."""
    webhook = listening(world, hearer.url)
    sent = world.transfer(
        origin_ref="JJ-1", caller={"name": "林某某", "phone": "13900000077", "address": "三班镇9号"}
    )
    world.transfer(origin="12345")
    world.advance(10)
    world.app.desk.ack(sent.code, "张三", world.now, DISPATCHER)
    while tell(world):
        pass
    assert tell(world) == 0
    types = [body["type"] for body in hearer.bodies()]
    assert types == ["transfer.accepted", "part.escalated", "part.acked"]
    assert {body["transfer"]["origin_ref"] for body in hearer.bodies()} == {"JJ-1"}
    assert hearer.bodies()[-1]["transfer"]["state"] == "acked"
    for headers, body in hearer.heard:
        assert not any(word in body.decode() for word in ("林某某", "13900000077", "三班镇"))
        text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
        mac = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{mac}"
        assert headers["webhook-id"] == json.loads(body)["id"]
    assert sent.code == hearer.bodies()[0]["transfer"]["code"]


def test_who_does_not_answer_is_told_later_and_the_same(world: World, hearer: Hearer) -> None:
    """Longer and longer waits, an alarm after three, the same id, and then it is over."""
    listening(world, hearer.url)
    hearer.status = 503
    world.transfer()
    for wait in BACKOFF[:4]:
        assert tell(world) == 1
        assert tell(world) == 0
        world.let_pass(wait / timedelta(minutes=1))
    assert not_told(world) == 1
    hearer.status = 204
    assert tell(world) == 1
    assert not_told(world) == 0
    assert len({headers["webhook-id"] for headers, _ in hearer.heard}) == 1
    world.let_pass(24 * 60)
    assert tell(world) == 0
    world.settle()


def test_nobody_there_is_given_up_after_days_and_can_be_replayed(
    world: World, hearer: Hearer
) -> None:
    """Paging goes on meanwhile; the replay brings what was lost with its old id."""
    webhook = listening(world, "http://127.0.0.1:9/nobody")
    began = world.now
    world.transfer()
    world.expect((ZHANG, "sms"))
    while world.now < began + LIFE + timedelta(hours=2):
        tell(world)
        world.let_pass(60)
    with world.app.db.read() as tx:
        [standing] = outbound.standings(tx)
    assert (standing.queued, standing.failed) == (0, 1)
    with world.app.db.begin() as tx:
        outbound.remove(tx, webhook.id)
    again = listening(world, hearer.url)
    world.transfer()
    tell(world)
    told = [headers["webhook-id"] for headers, _ in hearer.heard]
    assert told
    with world.app.db.begin() as tx:
        again_told = outbound.replay(tx, again.id, world.now - timedelta(hours=1), world.now)
    assert again_told == len(told)
    tell(world)
    assert [headers["webhook-id"] for headers, _ in hearer.heard] == told * 2
    world.settle()
    world.ignore()


def test_a_folder_is_told_by_files(world: World, tmp_path: Path) -> None:
    """One whole file for each change, none half-written, none again once it was picked up."""
    out = tmp_path / "出 out"
    listening(world, out.as_uri(), origin=None)
    world.transfer()
    tell(world)
    [file] = list(out.iterdir())
    assert json.loads(file.read_text("utf-8"))["type"] == "transfer.accepted"
    file.unlink()
    tell(world)
    assert list(out.iterdir()) == []


def test_what_changed_nothing_is_not_told(world: World, hearer: Hearer) -> None:
    """A second ack by the same person is no news."""
    listening(world, hearer.url)
    sent = world.transfer()
    for _ in range(2):
        world.app.desk.ack(sent.code, "张三", world.now, DISPATCHER)
    while tell(world):
        pass
    assert [body["type"] for body in hearer.bodies()] == ["transfer.accepted", "part.acked"]


@pytest.mark.parametrize("url", ["ftp://x/y", "http://", "file:relative", "x", "javascript:1"])
def test_only_addresses_one_can_tell_are_taken(world: World, url: str) -> None:
    """And no two by one name."""
    with pytest.raises(Invalid):
        listening(world, url)
    listening(world, "http://127.0.0.1:9/")
    with pytest.raises(Conflict):
        listening(world, "http://127.0.0.1:9/")
