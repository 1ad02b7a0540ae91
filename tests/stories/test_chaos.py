"""A small storm on every run of the suite; the large one, on both databases, is `make soak`."""

from __future__ import annotations

import asyncio

import pytest

from tests.chaos.plan import Plan
from tests.chaos.run import Chaos

pytestmark = pytest.mark.waits


@pytest.mark.parametrize(("backend", "nodes"), [("sqlite", 1), ("postgresql", 2)])
def test_a_small_storm(furnished_url: str, nodes: int) -> None:
    """Killed, refused, left hanging: nothing is lost, silent, unmarked, or said to an answerer."""
    # The two seconds after an answer are measured in `make soak`: here others use the machine too.
    plan = Plan(seed=7, pages=12, kills=3, units=4, nodes=nodes, pause=1.0, grace=20.0)
    figures = asyncio.run(Chaos(furnished_url, plan).play())
    assert (figures.pages, figures.kills) == (12, 3)
    wrong = figures.lost, figures.unmarked, figures.after_the_answer, figures.unowned
    assert (*wrong, figures.unexplained) == (0, 0, 0, 0, 0), figures.problems
    assert figures.answered
