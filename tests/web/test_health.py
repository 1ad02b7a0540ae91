"""Alive, ready, and figures, for the machine that watches this one."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from notifiers.message import Channel
from oncall.core.breaker import Breaker, BreakerState
from oncall.store import budgets
from oncall.wiring import build
from tests.county import CITY, LI, POST, ZHANG
from tests.patience import PATIENCE, until
from tests.web.serving import Site, serving, serving_web, urgent
from tests.world import World
from web.app import create_app


def figures(site: Site) -> dict[str, float]:
    """Every sample by its name and labels."""
    answer = site.call("GET", "/metrics", role=None)
    assert answer.status_code == 200
    return {
        " ".join([sample.name, *sorted(sample.labels.values())]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_it_is_alive(site: Site) -> None:
    """The process answers, without a token."""
    assert site.call("GET", "/healthz", role=None).json() == {"status": "ok"}


def test_a_node_without_an_engine_is_ready_with_its_database(site: Site) -> None:
    """It only answers, so only the database counts."""
    answer = site.call("GET", "/readyz", role=None)
    assert (answer.status_code, answer.json()["checks"]) == (200, {"database": "ok"})


def test_an_engine_that_makes_no_progress_is_not_ready(world: World) -> None:
    """Ready within ten seconds of a finished round, and not after."""

    def progress(ago: float) -> None:
        world.app.timers.progress_at = world.now - timedelta(seconds=ago)

    def ready() -> tuple[int, str]:
        answer = httpx.get(f"{url}/readyz", trust_env=False, timeout=PATIENCE)
        return answer.status_code, answer.json()["checks"]["engine"]

    web = create_app(world.app, run_engine=False)
    # Said to decide, but its loops do not run: the test makes the progress.
    web.state.door.run_engine = True
    with serving_web(web) as url:
        assert ready() == (503, "no progress")
        progress(9)
        assert ready() == (200, "ok")
        progress(11)
        assert ready() == (503, "no progress")


@contextmanager
def without_pages(world: World) -> Iterator[None]:
    """The database answers, but every round of the engine fails: its table is not there."""

    def rename(old: str, new: str) -> None:
        with world.app.db.begin() as tx:
            tx.conn.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    rename("pages", "pages_away")
    try:
        yield
    finally:
        rename("pages_away", "pages")


def test_an_engine_whose_rounds_fail_is_not_ready_until_they_succeed(world: World) -> None:
    """A real node: it beats and answers all the while, and only its progress tells."""

    def asked() -> httpx.Response:
        return httpx.get(f"{url}/readyz", trust_env=False, timeout=PATIENCE)

    def comes(status: int) -> dict[str, str]:
        asyncio.run(until(lambda: asked().status_code == status))
        checks: dict[str, str] = asked().json()["checks"]
        return checks

    phones = dict.fromkeys(Channel, (world.phones,))
    app = build(world.settings, clock=world.clock, notifiers=phones, node="web")
    with serving(app, run_engine=True) as url:
        assert comes(200) == {"database": "ok", "engine": "ok"}
        with without_pages(world):
            world.let_pass(1)
            assert comes(503) == {"database": "ok", "engine": "no progress"}
            assert httpx.get(f"{url}/healthz", trust_env=False, timeout=PATIENCE).status_code == 200
        assert comes(200) == {"database": "ok", "engine": "ok"}
    app.db.close()


def test_figures_tell_how_much_of_what(site: Site) -> None:
    """Open pages, messages by outcome, the oldest wait, alarms and decisions."""
    site.post("/transfers", urgent())
    site.post("/transfers", urgent(to=[POST]))
    before = figures(site)
    assert before["oncall_pages waiting"] == 2
    assert before["oncall_outbox queued sms"] >= 1
    site.world.let_pass(1)
    assert figures(site)["oncall_oldest_undispatched_seconds"] == 60
    site.world.settle()
    after = figures(site)
    assert after["oncall_attempts accepted sms"] >= 1
    assert after["oncall_oldest_undispatched_seconds"] == 0
    assert after["oncall_open_alarms"] >= 1
    assert after["oncall_decisions_total started"] == 2


def test_a_resting_provider_is_said_everywhere(site: Site) -> None:
    """The node stays ready; readiness, figures and the board name what works only in part."""
    breaker = Breaker(
        state=BreakerState.OPEN, since=site.world.now, until=site.world.now, code="20500"
    )
    with site.world.app.db.begin() as tx:
        budgets.publish(tx, "n1", "twilio", "sms", breaker)
    answer = site.call("GET", "/readyz", role=None)
    assert (answer.status_code, answer.json()["degraded"]) == (200, ["twilio sms"])
    assert figures(site)["oncall_provider_resting sms twilio"] == 1
    with site.world.app.db.begin() as tx:
        budgets.publish(tx, "n1", "twilio", "sms", Breaker())
    assert "degraded" not in site.call("GET", "/readyz", role=None).json()


def test_decisions_are_counted_once(site: Site) -> None:
    """However often they are read; young ones the next time."""
    made = site.post("/transfers", urgent()).json()
    assert "oncall_decisions_total started" not in figures(site)
    site.world.advance(1)
    assert figures(site)["oncall_decisions_total started"] == 1
    assert figures(site)["oncall_decisions_total started"] == 1
    site.post(f"/transfers/{made['id']}/ack", {"by": "张三"})
    site.world.advance(1)
    assert figures(site)["oncall_decisions_total acked"] == 1


def test_figures_name_nobody(site: Site) -> None:
    """No number, no name, no unit."""
    site.post("/transfers", urgent())
    site.world.settle()
    text = site.call("GET", "/metrics", role=None).text
    assert not any(word in text for word in (ZHANG, LI, "张三", CITY))


def test_the_page_of_the_api_needs_nothing_from_outside(site: Site) -> None:
    """Every call stands on it, in the reader's language, without a script or an outside address."""
    page = site.call("GET", "/api/v1/docs", role=None, headers={"Accept-Language": "zh"}).text
    document = site.call("GET", "/api/v1/openapi.json", role=None).json()
    assert all(path in page for path in document["paths"])
    assert "接口" in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_the_description_says_how_errors_look(site: Site) -> None:
    """Errors are problem+json in the document as they are on the wire, and every call has its own
    operation."""
    document = site.call("GET", "/api/v1/openapi.json", role=None).json()
    for path, methods in document["paths"].items():
        for call in methods.values():
            assert "application/problem+json" in call["responses"]["401"]["content"], path
            assert call["security"], path
    names = [c["operationId"] for methods in document["paths"].values() for c in methods.values()]
    assert len(names) == len(set(names))


def test_answers_are_not_framed_or_sniffed(site: Site) -> None:
    """Every answer carries the headers that keep browsers from guessing."""
    for path in ("/healthz", "/api/v1/docs", "/nothing"):
        headers = site.call("GET", path, role=None).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
