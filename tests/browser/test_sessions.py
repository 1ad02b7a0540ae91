"""How long a session opens the console, and that nobody can make one up."""

from __future__ import annotations

import httpx

from oncall import accounts
from tests.browser.serving import console_of
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
    with console_of(world.app) as url, httpx.Client(base_url=url) as client:
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
            answer = httpx.get(url, headers=[(b"Cookie", cookie)])
            assert answer.status_code == 303
