"""The console's page of drills: who can be reached, unit by unit, and a button to find out now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from oncall.core.drills import Check, Heard, Score, scores
from oncall.core.errors import Fault, Invalid
from oncall.core.model import Channel
from oncall.core.words import CHANNELS, N_, Text, moment
from oncall.directory import Snapshot
from oncall.drills import manned
from oncall.store import drills
from oncall.store.database import Tx
from web.console_door import FormDoor
from web.forms import Given
from web.render import Look
from web.roles import LIAISON, Call
from web.session import Visitor

#: Where the page is.
PATH = "/console/drills"
#: What the scorecard looks back on, and how many drills are listed.
MONTH = timedelta(days=30)
_LISTED = 8
_NUMBER = re.compile("[1-9][0-9]{0,3}")
#: A unit whose last month was better than this needs no colour.
_GOOD = 0.9

_HELD = N_("Drill {id} asks now; answers appear below as they come.")
_NOBODY = N_("nobody to ask ×{n}")
_BETWEEN = N_(", ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One unit of the scorecard; ``asked`` 0 where it had no drill in this time."""

    unit: str
    name: str
    asked: int
    in_time: int
    late: int
    percent: int
    good: bool
    wait: str
    missed: str
    dead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One drill: how it asked, and what came of it so far."""

    id: int
    at: str
    channel: str
    by: str
    asked: int
    in_time: int
    waiting: int
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the page shows."""

    lines: Sequence[Line]
    held: Sequence[Held]
    asked: int
    in_time: int
    #: How many units a drill of all asks, and whether that number must be typed to hold one.
    units: int
    must_count: bool
    channels: Sequence[tuple[str, str]]


def read(
    tx: Tx, snapshot: Snapshot, visitor: Visitor, now: datetime, seen: Look, zone: ZoneInfo
) -> Page:
    """The last 30 days, the worst first, then the units nobody asked; a liaison's own unit only."""
    t, lang = seen.t, seen.lang
    own = visitor.actor.unit if visitor.actor.role == LIAISON else None
    found = scores(drills.between(tx, now - MONTH, now, own))
    scored = {one.unit for one in found}
    asked = manned(snapshot)
    never = [u for u in snapshot.units if u in asked and u not in scored and own in (None, u)]
    lines = [_line(t, snapshot, one, lang) for one in found]
    lines += [_line(t, snapshot, _nothing(unit), lang) for unit in never]
    rounds = drills.listed(tx, _LISTED) if own is None else []
    return Page(
        lines=lines,
        held=[_held(t, one, drills.checks_of(tx, one.id), zone) for one in rounds],
        asked=sum(one.asked for one in found),
        in_time=sum(one.in_time for one in found),
        units=len(asked),
        must_count=snapshot.book.life.must_count(len(asked)),
        channels=[(channel.value, t(CHANNELS[channel])) for channel in Channel],
    )


class DrillDoor(FormDoor):
    """The handlers."""

    path = PATH
    template = "drills.html"

    async def show(self, request: Request) -> Response:
        """The page; with ``held`` in the address it says that this drill was begun."""
        held = request.query_params.get("held", "")[:12]
        plain = held.isascii() and held.isdecimal()
        return await self.shown(request, self.look(request).t(_HELD).format(id=held) * plain)

    async def hold(self, request: Request) -> Response:
        """Ask a unit, all units, or some at random, by text or by call."""
        return await self.done(request, self._hold)

    def values(self, seen: Look, visitor: Visitor) -> Mapping[str, Any]:
        """The scorecard, and the latest drills."""
        now = self.app.clock.now()
        with self.app.db.read() as tx:
            snapshot = self.app.directory.at(tx, now)
            return {"page": read(tx, snapshot, visitor, now, seen, self.app.settings.zone)}

    def _hold(self, given: Given) -> Response:
        given.require(Call.HAND_OVER)
        channel = given.get("channel") or Channel.SMS
        sample, typed = given.get("sample"), given.get("count")
        faults = []
        if channel not in set(Channel):
            known = {"wanted": ", ".join(Channel)}
            faults.append(
                Fault(where="channel", code="out_of_range", value=channel[:20], params=known)
            )
        for name, word in (("sample", sample), ("count", typed)):
            if word and not _NUMBER.fullmatch(word):
                wanted = {"wanted": "1–9999"}
                faults.append(
                    Fault(where=name, code="out_of_range", value=word[:20], params=wanted)
                )
        if faults:
            raise Invalid(faults)
        unit = given.get("unit")[:40]
        number = self.app.drills.new(
            [unit] if unit else [],
            given.visitor.signs(given.get("by")),
            self.app.clock.now(),
            sample=int(sample) if sample and not unit else None,
            channel=Channel(channel),
            count=int(typed) if typed and not unit and not sample else None,
        )
        return RedirectResponse(f"{PATH}?held={number}", status_code=303)


def _nothing(unit: str) -> Score:
    return Score(unit=unit, asked=0, in_time=0, late=0, seconds=None, dead=(), missed=())


def _line(t: Text, snapshot: Snapshot, one: Score, lang: str) -> Line:
    between = t(_BETWEEN)
    return Line(
        unit=one.unit,
        name=snapshot.unit_name(one.unit, lang),
        asked=one.asked,
        in_time=one.in_time,
        late=one.late,
        percent=round(100 * one.rate),
        good=one.rate >= _GOOD,
        wait=_wait(t, one.seconds),
        missed=between.join([*one.missed, *[t(_NOBODY).format(n=one.nobody)] * bool(one.nobody)]),
        dead=between.join(one.dead),
    )


def _wait(t: Text, seconds: int | None) -> str:
    if seconds is None:
        return "–"
    return t(N_("{n} s")).format(n=seconds)


def _held(t: Text, one: drills.Drill, checks: Sequence[Check], zone: ZoneInfo) -> Held:
    states = [check.state for check in checks]
    return Held(
        id=one.id,
        at=moment(one.at, zone.key),
        channel=t(CHANNELS[one.channel]),
        by=one.created_by,
        asked=len(states),
        in_time=states.count(Heard.ANSWERED),
        waiting=states.count(Heard.ASKED),
        over=one.closed_at is not None,
    )
