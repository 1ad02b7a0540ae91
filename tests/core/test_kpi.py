"""Figures from the log: an example worked by hand, and any history counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.core.kpi import (
    Figures,
    Happened,
    Period,
    Profile,
    Rate,
    Spread,
    frequent,
    published,
    read,
    report,
)
from oncall.core.kpi.names import NAMES, document
from oncall.core.model import Urgency
from tests.recount import Slow

START = datetime(2026, 11, 1, tzinfo=UTC)
PERIOD = Period(start=START, end=START + timedelta(days=30), as_of=START + timedelta(days=40))
UNITS = ("A", "B", "C", "DESK-110")
MINUTE = timedelta(minutes=1)


class Log:
    """Lines in the making."""

    def __init__(self) -> None:
        self.lines: list[Happened] = []

    def add(
        self,
        transfer: str,
        at: datetime,
        event: str,
        *,
        page: str | None = None,
        reason: str | None = None,
        **payload: Any,
    ) -> None:
        """One line."""
        told = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in payload.items()}
        line = Happened(
            transfer=transfer, page=page, at=at, event=event, reason=reason, payload=told
        )
        self.lines.append(line)

    def matter(
        self,
        transfer: str,
        at: datetime,
        to: Sequence[str],
        *,
        urgency: str = "urgent",
        **more: Any,
    ) -> None:
        """A matter handed over, with a page for each unit."""
        self.add(transfer, at, "Accepted", to=list(to), origin=more.pop("origin", "110"))
        facts: dict[str, Any] = {
            "due_at": at + timedelta(days=2),
            "received_at": at - 5 * MINUTE,
            "urgency": urgency,
            "category": "供水",
            "first_receiver": None,
            "drill": False,
        }
        self.add(transfer, at, "DueSet", **facts | more)
        for unit in to:
            self.add(
                transfer,
                at,
                "Arrived",
                page=f"{transfer}/{unit}",
                unit=unit,
                urgency=urgency,
                policy=urgency,
                paged_at=at,
                ack_within=900,
                level=1,
            )

    def ack(self, transfer: str, unit: str, at: datetime, *, level: int = 1) -> None:
        """Somebody takes it."""
        page = f"{transfer}/{unit}"
        self.add(transfer, at, "Acked", page=page, reason="acked", of_level=level)


def counted(log: Log, **more: Any) -> Figures:
    """The whole county's figures."""
    return report(read(log.lines), PERIOD, **more).total


def test_an_example_worked_by_hand() -> None:
    """Three matters: answered in time, answered late by the leader, never answered."""
    log = Log()
    log.matter("1", START, ["A"])
    log.ack("1", "A", START + 4 * MINUTE)
    log.matter("2", START, ["B"], origin="12345")
    log.add("2", START + 10 * MINUTE, "StepDue", page="2/B", level=2)
    log.add("2", START + 15 * MINUTE, "StepDue", page="2/B", level=3)
    log.ack("2", "B", START + 20 * MINUTE, level=3)
    log.matter("3", START, ["C"])
    log.add("1", START + timedelta(days=1), "ResultReported", text="通水")
    log.add("1", START + timedelta(days=1), "FedBack", to="origin")
    log.add("1", START + timedelta(days=1), "Closed")
    log.add("2", START + timedelta(days=3), "Closed")
    log.add("1", START + timedelta(days=5), "Visited", solved=True, satisfied=None)
    found = counted(log)
    assert (found.transferred, found.pages) == (3, 3)
    assert found.ack_in_time == Rate(of=1, out_of=3)
    assert found.ack_in_time.value == 0.333333
    assert found.ack_time == Spread(
        count=2, mean=720.0, median=720.0, p90=1200.0, buckets=(0, 1, 0, 1, 0)
    )
    assert found.first_level == Rate(of=1, out_of=2)
    assert found.escalated == Rate(of=1, out_of=3)
    assert found.on_time == Rate(of=1, out_of=3)
    assert found.complete == Rate(of=1, out_of=2)
    assert found.closed_once == Rate(of=2, out_of=2)
    assert found.solved == Rate(of=1, out_of=1)
    assert found.satisfied == Rate()
    assert found.satisfied.value is None
    assert found.hop_time.median == 300.0


def test_practice_malice_and_early_withdrawals_are_left_out() -> None:
    """Only what was a matter, and had its time to be answered, counts."""
    log = Log()
    log.matter("drill", START, ["A"], drill=True)
    log.ack("drill", "A", START + MINUTE)
    log.matter("malice", START, ["A"])
    log.add("malice", START + MINUTE, "NuisanceConfirmed", reason="nuisance_in_force")
    log.matter("taken back", START, ["A"])
    log.add("taken back", START + 14 * MINUTE, "Cancelled", page="taken back/A")
    found = counted(log)
    assert found.pages == 0
    assert found.reachable == Rate(of=1, out_of=1)
    # A minute later nobody had answered in time, and taking it back does not mend that.
    log.matter("too late", START, ["A"])
    log.add("too late", START + 16 * MINUTE, "Cancelled", page="too late/A")
    assert counted(log).ack_in_time == Rate(of=0, out_of=1)


def test_what_is_not_decided_yet_is_not_told() -> None:
    """A page that still has time is neither good nor bad."""
    log = Log()
    log.matter("1", START, ["A"])
    early = Period(start=START, end=PERIOD.end, as_of=START + 14 * MINUTE)
    assert report(read(log.lines), early).total.ack_in_time == Rate()
    later = Period(start=START, end=PERIOD.end, as_of=START + 15 * MINUTE)
    assert report(read(log.lines), later).total.ack_in_time == Rate(of=0, out_of=1)


def test_wrong_sendings_are_charged_to_the_sender() -> None:
    """A return that is upheld is the desk's, the return itself the unit's."""
    log = Log()
    log.matter("1", START, ["A"], origin="12345")
    log.add("1", START + MINUTE, "Returned", unit="A", why="不属职责")
    log.add("1", START + 2 * MINUTE, "ReturnUpheld", to="B")
    units = report(read(log.lines), PERIOD).units
    assert units["A"].returned == Rate(of=1, out_of=1)
    assert units["A"].missent == Rate()
    assert units["DESK-12345"].missent == Rate(of=1, out_of=1)


def test_a_third_hand_is_a_return_and_a_dispute() -> None:
    """The engine opens a dispute by itself, and writes only the return; whoever leads is asked."""
    log = Log()
    log.matter("1", START, ["A"])
    log.add(
        "1",
        START + MINUTE,
        "Returned",
        reason="third_hop",
        unit="A",
        suggestion="B",
        state="disputed",
    )
    log.add("1", START + 20 * MINUTE, "DisputeDue", state="first_receiver", lead="C")
    found = counted(log)
    assert (found.returned, found.disputed) == (Rate(of=1, out_of=1), Rate(of=1, out_of=1))
    assert found.first_receiver == Rate(of=1, out_of=1)
    [matter] = read(log.lines)
    assert (matter.disputes, matter.lead) == ([(START + MINUTE, ("A", "B"))], "C")


def test_a_mark_of_malice_counts_from_its_second_confirmation_to_its_end() -> None:
    """One person's agreement leaves nothing out; when the mark's time is over it counts again."""
    log = Log()
    log.matter("1", START, ["A"])
    log.add("1", START + MINUTE, "NuisanceConfirmed", reason="nuisance_confirmed")
    assert counted(log).transferred == 1
    log.add("1", START + 2 * MINUTE, "NuisanceConfirmed", reason="nuisance_in_force")
    assert counted(log).transferred == 0
    log.add("1", START + timedelta(days=30), "NuisanceDue", reason="nuisance_ended")
    found = counted(log)
    assert (found.transferred, found.on_time) == (1, Rate(of=1, out_of=1))


def test_an_answer_on_the_spot_closes_with_all_three() -> None:
    """Response, result and feedback in one breath, and nobody had to take it."""
    log = Log()
    log.matter("1", START, ["A"])
    log.add("1", START + MINUTE, "Answered", text="明早恢复", state="closed")
    found = counted(log)
    assert found.on_time == found.complete == found.closed_once == Rate(of=1, out_of=1)


@pytest.mark.parametrize("event", ["Withdrawn", "Rejected", "Guided"])
def test_what_was_not_to_be_finished_is_not_late(event: str) -> None:
    """Taken back, not accepted, or guided elsewhere: no unit failed its deadline."""
    log = Log()
    log.matter("1", START, ["A"])
    assert counted(log).on_time == Rate(of=0, out_of=1)
    log.add("1", START + MINUTE, event)
    assert counted(log).on_time == Rate()


def test_reachability_checks_count_with_practice() -> None:
    """Answered in time of asked, of the unit and of the whole; no other unit is charged."""
    log = Log()
    log.matter("1", START, ["A"], drill=True)
    log.ack("1", "A", START + MINUTE)
    reached = {"A": Rate(of=1, out_of=3), "B": Rate(of=2, out_of=2)}
    found = report(read(log.lines), PERIOD, reached=reached)
    assert found.total.reachable == Rate(of=4, out_of=6)
    assert {unit: f.reachable for unit, f in found.units.items() if f.reachable.out_of} == {
        "A": Rate(of=2, out_of=4),
        "B": Rate(of=2, out_of=2),
    }
    alone = report(read(log.lines), PERIOD, reached=reached, unit="B")
    assert alone.total.reachable == Rate(of=2, out_of=2)


def test_whoever_leads_is_read_from_the_line_that_says_so() -> None:
    """Not the first that was named, where the hand-over says that another leads."""
    log = Log()
    log.add("1", START, "Accepted", to=["A", "B"], origin="110", lead="B")
    [matter] = read(log.lines)
    assert matter.lead == "B"


def test_the_police_see_what_went_through_110() -> None:
    """And not what 12345 asks callers afterwards."""
    log = Log()
    log.matter("1", START, ["A"], origin="110")
    log.matter("2", START, ["DESK-110"], origin="12345")
    log.matter("3", START, ["A"], origin="12345")
    found = report(read(log.lines), PERIOD, profile=Profile.POLICE)
    assert found.total.transferred == 2
    assert "solved" not in document(found)["total"]


def test_every_figure_has_a_name() -> None:
    """None is counted that nobody can read, in the order of the specification."""
    assert [f.name for f in fields(Figures)] == list(NAMES)


def test_the_conference_hears_of_what_comes_up_again_and_again() -> None:
    """Three times in the month and not two; each unit that was asked."""
    log = Log()
    for n in range(3):
        log.matter(str(n), START, ["A"])
        log.add(str(n), START + MINUTE, "Disputed", candidates=["A", "B"])
    log.matter("x", START, ["B"])
    log.add("x", START + MINUTE, "Returned", unit="B")
    found = frequent(read(log.lines), PERIOD, 3)
    assert [(f.category, f.unit, f.returns, f.disputes) for f in found] == [
        ("供水", "B", 1, 3),
        ("供水", "A", 0, 3),
    ]
    assert found[0].matters == ("x", "0", "1", "2")
    assert frequent(read(log.lines), PERIOD, 5) == []


def test_nobody_can_be_told_from_what_is_published() -> None:
    """Whatever has fewer than five matters is under the others, and those are five at least."""
    log = Log()
    for n in range(20):
        category = "供水" if n < 12 else "噪音" if n < 18 else "跑马"
        log.matter(str(n), START, ["A" if n < 19 else "B"], category=category)
    found = published(read(log.lines), PERIOD)
    assert dict(found.categories) == {"供水": 12, None: 8}
    assert dict(found.units) == {None: 20}
    assert found.total.transferred == 20


# -- any history, counted twice ------------------------------------------------------------


def histories(rng: Random, matters: int) -> Log:
    """Random lives of matters: answered, returned, disputed, closed, reopened, asked about."""
    log = Log()
    for n in range(matters):
        _life(log, rng, f"t{n}")
    return log


def _life(log: Log, rng: Random, id: str) -> None:
    at = START + timedelta(microseconds=rng.randrange(-5 * 86400, 35 * 86400) * 1_000_003)
    units = rng.sample(UNITS, rng.choice((0, 1, 1, 1, 2)))
    log.matter(
        id,
        at,
        units,
        urgency=rng.choice(list(Urgency)).value,
        origin=rng.choice(("110", "12345", "A")),
        drill=rng.random() < 0.1,
        category=rng.choice(("供水", "噪音", None)),
        received_at=at - timedelta(seconds=rng.randrange(4000)),
        due_at=at + timedelta(hours=rng.randrange(1, 200)),
    )
    for unit in units:
        page, moment = f"{id}/{unit}", at
        for level in (2, 3, 4):
            moment += timedelta(seconds=rng.randrange(1, 700))
            if rng.random() < 0.3:
                log.add(id, moment, "StepDue", page=page, level=level)
        if rng.random() < 0.2:
            kind = rng.choice(("Cancelled", "Finished"))
            log.add(id, moment, kind, page=page)
        if rng.random() < 0.8:
            log.ack(id, unit, moment, level=rng.randrange(5))
            if rng.random() < 0.2:
                log.add(id, moment, "Acked", page=page, reason="already_owned", of_level=1)
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("Returned", {"unit": rng.choice(UNITS), "state": "returned"}),
        ("Returned", {"unit": rng.choice(UNITS), "state": "disputed", "reason": "third_hop"}),
        ("ReturnUpheld", {"to": rng.choice(UNITS), "lead": rng.choice(UNITS)}),
        ("Disputed", {"candidates": rng.sample(UNITS, 2)}),
        ("DisputeDue", {"state": rng.choice(("first_receiver", "paged"))}),
        ("ResultReported", {"text": "办了"}),
        ("FedBack", {"to": "origin"}),
        ("Closed", {}),
        ("Reopened", {"why": "又漏了"}),
        ("Answered", {"text": "已答复"}),
        ("Withdrawn", {}),
        ("Rejected", {"ground": "R1"}),
        ("Guided", {"text": "找社区"}),
        ("NuisanceConfirmed", {"reason": "nuisance_confirmed"}),
        ("NuisanceConfirmed", {"reason": "nuisance_in_force"}),
        ("NuisanceLifted", {}),
        ("NuisanceDue", {}),
        ("ExtensionGranted", {"due_at": at + timedelta(hours=rng.randrange(1, 900))}),
        ("DueMoved", {"due_at": at + timedelta(hours=rng.randrange(1, 900))}),
        ("Visited", {"solved": rng.choice((True, False, None)), "satisfied": rng.random() < 0.5}),
    ]
    for _ in range(rng.randrange(12)):
        at += timedelta(seconds=rng.randrange(20 * 86400 // 4))
        event, payload = rng.choice(kinds)
        log.add(id, at, event, **payload)


def same(fast: Figures, slow: dict[str, Any]) -> None:
    """To the last digit."""
    for name, wanted in slow.items():
        value = getattr(fast, name)
        if isinstance(value, Rate):
            value = (value.of, value.out_of)
        elif isinstance(value, Spread):
            value = (value.count, value.mean, value.median, value.p90, value.buckets)
        assert value == wanted, name


@given(st.integers(0, 2**32), st.integers(0, 25))
@settings(max_examples=40)
def test_any_history_counted_the_slow_way_gives_the_same(seed: int, matters: int) -> None:
    """The whole, each unit, each urgency, either evaluator: the same to the last digit."""
    lines = histories(Random(seed), matters).lines
    window = (PERIOD.start, PERIOD.end, PERIOD.as_of)
    for profile in Profile:
        police = profile is Profile.POLICE
        found = report(read(lines), PERIOD, profile=profile)
        same(found.total, Slow(lines, *window, police=police).figures())
        for unit, of_unit in found.units.items():
            same(of_unit, Slow(lines, *window, unit=unit, police=police).figures())
        for urgency, of_urgency in found.urgencies.items():
            same(of_urgency, Slow(lines, *window, urgency=urgency, police=police).figures())


@pytest.mark.parametrize("unit", UNITS)
def test_one_unit_alone_is_the_same_as_in_the_whole_report(unit: str) -> None:
    """`--unit` only leaves out the others."""
    lines = histories(Random(7), 60).lines
    whole = report(read(lines), PERIOD).units[unit]
    alone = report(read(lines), PERIOD, unit=unit)
    assert alone.units == {unit: whole}
    assert alone.total == whole
