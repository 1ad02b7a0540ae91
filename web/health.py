"""Alive, ready, and how much of what: for the machine that watches this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from threading import Lock

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from oncall.core.errors import OncallError
from oncall.store import budgets, nodes, reports
from oncall.store.budgets import Degraded
from web.door import Door, door_of

router = APIRouter(include_in_schema=False)

#: Real seconds without a finished round after which the engine counts as stuck.
PROGRESS_WITHIN = 10.0
#: Decisions younger than this are counted next time: their commit may still be on its way.
_SETTLED = timedelta(seconds=10)


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """The database answers and, where this node decides, a round was finished lately."""
    door = door_of(request)
    checks = {"database": "ok"}
    degraded: list[Degraded] = []
    try:
        with door.app.db.read() as tx:
            nodes.latest(tx)
            degraded = budgets.degraded(tx)
    except OncallError as exc:
        checks["database"] = exc.code
    if door.run_engine:
        # This node's own: that another one is well does not make this one so.
        progress = door.app.timers.progress_at
        age = None if progress is None else -door.app.clock.seconds_until(progress)
        stuck = age is None or age > PROGRESS_WITHIN
        checks["engine"] = "no progress" if stuck else "ok"
    ready = all(word == "ok" for word in checks.values())
    body: dict[str, object] = {"status": "ready" if ready else "not ready", "checks": checks}
    if degraded:
        # Others carry the messages meanwhile: this node is to be mended, not to be taken away.
        body["degraded"] = sorted({f"{one.provider} {one.channel}" for one in degraded})
    return JSONResponse(body, status_code=200 if ready else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """For Prometheus; no names and no numbers of people."""
    registry: CollectorRegistry = request.app.state.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class Figures:
    """Reads the figures from the database when they are asked for."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._lock = Lock()
        self._counted = 0
        self._decisions: dict[str, int] = {}

    def collect(self) -> Iterator[Metric]:
        """Every figure, as of now."""
        now = self._door.now()
        with self._lock, self._door.app.db.read() as tx:
            counts = reports.counts(tx, now)
            self._counted, new = reports.decisions_since(tx, self._counted, now - _SETTLED)
            for reason, n in new.items():
                self._decisions[reason] = self._decisions.get(reason, 0) + n
            decisions = dict(self._decisions)
            degraded = budgets.degraded(tx)
        open_pages = GaugeMetricFamily("oncall_pages", "Pages by state", labels=["state"])
        for state, n in counts.pages.items():
            open_pages.add_metric([state], n)
        yield open_pages
        waiting = GaugeMetricFamily(
            "oncall_outbox", "Messages no provider has taken", labels=["channel", "state"]
        )
        ended = GaugeMetricFamily(
            "oncall_attempts", "Messages by what became of them", labels=["channel", "outcome"]
        )
        for (channel, state), n in counts.outbox.items():
            family = waiting if state in reports.UNDISPATCHED else ended
            family.add_metric([channel, state], n)
        yield waiting
        yield ended
        age = 0.0 if counts.oldest_due is None else (now - counts.oldest_due).total_seconds()
        yield GaugeMetricFamily(
            "oncall_oldest_undispatched_seconds", "Age of the oldest message that is due", value=age
        )
        resting = GaugeMetricFamily(
            "oncall_provider_resting", "Nodes not using a provider", labels=["provider", "channel"]
        )
        for (provider, channel), n in Counter((d.provider, d.channel) for d in degraded).items():
            resting.add_metric([provider, channel], n)
        yield resting
        yield GaugeMetricFamily("oncall_open_alarms", "Alarms", value=counts.open_alarms)
        decided = CounterMetricFamily("oncall_decisions", "Decisions by reason", labels=["reason"])
        for reason, n in decisions.items():
            decided.add_metric([reason], n)
        yield decided


def registry_for(door: Door) -> CollectorRegistry:
    """A registry of this application alone."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(door))
    return registry
