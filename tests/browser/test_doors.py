"""The console's doors without a browser: sessions, forged and hostile forms, a database away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from notifiers.twilio.emulator import Emulator
from oncall import accounts
from oncall.config import load
from oncall.core.model import State
from oncall.store import reports
from oncall.wiring import build
from tests.browser.serving import console_of
from tests.county import CITY, TOWN
from tests.patience import PATIENCE
from tests.web.serving import with_settings
from tests.world import World

OURS = {"Sec-Fetch-Site": "same-origin"}


def test_a_session_ends_after_twelve_hours_and_with_its_token(world: World) -> None:
    """Twelve hours later, or once the token is revoked, the same cookie opens nothing."""

    def enter(client: httpx.Client, name: str) -> None:
        made = accounts.create(
            world.app.db,
            name=name,
            role="auditor",
            unit=None,
            now=world.now,
            new_id=world.app.new_id,
        )
        answer = client.post("/console/sign-in", data={"token": made.token}, headers=OURS)
        assert answer.status_code == 303

    with_settings(world, secret_key="an invented key")
    with console_of(world.app) as url, httpx.Client(base_url=url, timeout=PATIENCE) as client:
        enter(client, "night")
        world.let_pass(12 * 60 - 1)
        assert client.get("/").status_code == 200
        world.let_pass(1)
        assert client.get("/").status_code == 303
        assert client.get("/console/live").status_code == 401
        enter(client, "day")
        assert client.get("/").status_code == 200
        accounts.revoke(world.app.db, "day", world.now)
        assert client.get("/").status_code == 303


def test_a_cookie_cannot_be_made_by_hand(world: World) -> None:
    """A session that we did not sign opens nothing, whatever it says."""
    with_settings(world, secret_key="an invented key")
    with console_of(world.app) as url:
        for forged in ("x", "WyJhIiwwXQ.c2ln", "0", '""', "%00", "é"):
            cookie = f"oncall_session={forged}".encode("latin-1")
            answer = httpx.get(url, headers=[(b"Cookie", cookie)], timeout=PATIENCE)
            assert answer.status_code == 303


@contextmanager
def desk(world: World, role: str = "dispatcher", unit: str | None = None) -> Iterator[httpx.Client]:
    """Somebody signed in, whose forms come from our own page and want JSON."""
    with_settings(world, secret_key="an invented key")
    made = accounts.create(
        world.app.db, name=role, role=role, unit=unit, now=world.now, new_id=world.app.new_id
    )
    headers = OURS | {"Accept": "application/json"}
    with (
        console_of(world.app) as url,
        httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client,
    ):
        client.post("/console/sign-in", data={"token": made.token})
        yield client


def test_a_form_sent_twice_is_one_transfer(world: World) -> None:
    """A second press of the button, or a retry after a lost answer, makes nothing new."""
    matter = {"to": CITY, "urgency": "urgent", "summary": "x", "origin": "110", "key": "k1"}
    with desk(world) as client:
        first = client.post("/console/transfers", data=matter).json()
        again = client.post("/console/transfers", data=matter).json()
        other = client.post("/console/transfers", data=matter | {"summary": "y"})
    assert first["goto"] == again["goto"]
    assert other.status_code == 409
    with world.app.db.read() as tx:
        assert len(reports.list_transfers(tx)) == 1


def test_a_liaison_does_not_answer_for_another_unit(world: World) -> None:
    """In a transfer that two units share, each liaison's form reaches the own page only."""
    code = world.transfer(CITY, TOWN).code
    with desk(world, "liaison", CITY) as client:
        shown = client.get("/console/live").text
        assert "赵六" not in shown
        stolen = {"unit": TOWN, "who": "赵六", "by": "x"}
        assert client.post(f"/console/transfers/{code}/ack", data=stolen).status_code == 403
        own = client.post(f"/console/transfers/{code}/ack", data={"who": "张三"})
        assert own.status_code == 200
        for verb in ("escalate", "cancel"):
            answer = client.post(f"/console/transfers/{code}/{verb}", data={"why": "x"})
            assert answer.status_code == 403
    with world.app.db.read() as tx:
        shares = reports.list_transfers(tx)[0].shares
    assert {s.part.unit: s.page.state for s in shares} == {CITY: State.ACKED, TOWN: State.WAITING}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/console/transfers", {"to": "\0" * 9, "urgency": "\0", "summary": "\0", "origin": "\0"}),
        ("/console/transfers", {"to": ",,、;" * 30, "urgency": "urgent", "summary": "x" * 3000}),
        ("/console/transfers", {}),
        ("/console/transfers/NONE/ack", {"who": "张三"}),
        ("/console/transfers/CODE/ack", {"who": ""}),
        ("/console/transfers/CODE/ack", {"who": "张三", "unit": "NONE"}),
        ("/console/transfers/CODE/explode", {"why": "x"}),
        ("/console/transfers/CODE/release", {"why": "x"}),
        ("/console/transfers/CODE/note", {"why": "\0 \x07"}),
        ("/console/transfers/CODE/cancel", {"why": ""}),
        ("/console/alarms", {"ids": "²,-1,99999999999999999999,x,7"}),
        ("/console/alarms", {}),
        ("/console/phones/call", {"sid": "CA1", "verb": "answer"}),
    ],
)
def test_a_hostile_form_is_refused_and_changes_nothing(
    world: World, path: str, body: dict[str, str]
) -> None:
    """Zero characters, endless lists, unknown things: a clear refusal, never a fault of ours."""
    code = world.transfer(CITY).code
    with desk(world) as client:
        answer = client.post(path.replace("CODE", code), data=body)
    assert 400 <= answer.status_code < 500
    assert answer.json()["said"]
    with world.app.db.read() as tx:
        found = reports.list_transfers(tx)
    assert [brief.shares[0].page.state for brief in found] == [State.WAITING]


def test_long_and_odd_names_are_cut_to_what_is_kept(world: World) -> None:
    """A name of any length and content is written down in what fits, on every database."""
    code = world.transfer(CITY).code
    with desk(world) as client:
        odd = {"who": "甲\0乙" * 60, "by": "丙\x1b" * 60, "why": "丁" * 5000}
        answer = client.post(f"/console/transfers/{code}/ack", data=odd)
    assert answer.status_code == 200, answer.text
    with world.app.db.read() as tx:
        owner = reports.list_transfers(tx)[0].shares[0].page.owner_name
    assert owner == ("甲乙" * 60)[:40]


def test_without_its_database_the_page_says_so() -> None:
    """The desk reads what is wrong and what to check, not a stack of code."""
    nowhere = {"database_url": "postgresql://nobody@127.0.0.1:1/none"}
    app = build(load(nowhere, {}, cwd=Path("/nonexistent")))
    emulator = Emulator("AC1", "invented", "http://127.0.0.1")
    with console_of(app, emulator) as url:
        answer = httpx.get(url, timeout=PATIENCE)
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert "ONCALL_DATABASE_URL" in answer.text
    assert "Traceback" not in answer.text
