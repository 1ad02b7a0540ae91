"""The county's proof, the doctor and the policy check speak of numbers that were never proven."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from oncall.admin import chain
from oncall.admin.doctor_cards import look
from oncall.admin.findings import Level
from oncall.config import load
from oncall.core.cards import Flag
from oncall.core.model import Channel
from oncall.core.needs import Rules
from oncall.coverage import Coverage
from oncall.i18n import translator
from oncall.papers.proof import Proof, as_json, as_page
from oncall.store import contacts
from tests.county import CITY, LI, WANG, ZHANG, ZONE
from tests.stories.test_contact_cards import give
from tests.world import World


def prove(world: World, days: int = 180) -> Proof:
    """A week of the city's proof, as the command makes it."""
    coverage = Coverage(Rules(proven_days=days), ZONE)
    end = world.now + timedelta(days=7)
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        found = coverage.survey(tx, snapshot, [CITY], world.now, end, now=world.now)
        return Proof(
            made_at=world.now,
            version=snapshot.version,
            start=world.now,
            end=end,
            units=tuple(found),
            proven_days=days,
            proofs=contacts.last_proven(tx),
        )


def told(world: World, made: Proof) -> tuple[Any, str]:
    """The proof as JSON and as a page in Chinese."""
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
    plain = as_json(made, snapshot, lambda moment: moment.isoformat())
    page = as_page(made, snapshot, "zh_CN", ZONE, translator("zh_CN"))
    return json.loads(json.dumps(plain)), page.decode()


def test_a_county_that_has_proven_nothing_can_read_its_proof(world: World) -> None:
    """Coverage stays whole; whose numbers are to be proven stands once, by unit."""
    made = prove(world)
    assert (made.whole, made.share, made.lacks) == (1, 1.0, ())
    assert (made.verified, made.proven) == (0, 0.0)
    plain, page = told(world, made)
    assert plain["summary"]["unproven_people"] == 4
    assert page.count("张三") == 1
    assert "待验证号码" in page


def test_who_answers_is_proven_and_the_proof_says_until_when(world: World) -> None:
    """Zhang's turns are proven, Wang's are not; half a year later the proof has gone stale."""
    for number in (ZHANG, LI, "13900000003"):
        world.text(number, "1")
    made = prove(world)
    plain, page = told(world, made)
    (unit,) = plain["units"]
    assert [one["person"] for one in unit["unproven_people"]] == ["王五"]
    primary = next(role for role in unit["roles"] if role["role"] == "primary")
    assert {one["why"] for one in primary["unproven"]} == {"unproven"}
    assert 0 < primary["proven_minutes"] < primary["held_minutes"] == primary["needed_minutes"]
    assert "王五" in page
    world.text(WANG, "1")
    assert prove(world).verified == 1
    world.clock.set(world.now + timedelta(days=10))
    assert prove(world, days=9).verified == 0
    assert prove(world, days=11).verified == 1
    assert prove(world, days=0).verified == 1
    _, page = told(world, prove(world, days=9))
    assert "王五（上次2026-11-03）" in page


def test_a_number_marked_dead_is_an_exception_of_its_own(world: World) -> None:
    """Whoever has nothing but dead numbers counts as not to be reached, proven or not."""
    world.text(ZHANG, "1")
    with world.app.db.begin() as tx:
        for channel in Channel:
            contacts.flag(tx, "p001", ZHANG, channel, Flag.DEAD, "21211", world.now)
    assert {lack.why.value for lack in prove(world).lacks} == {"unreachable"}
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        findings = look(tx, snapshot, snapshot.book, world.settings, world.now)
        marked = next(finding for finding in findings if "dead" in finding.said)
    assert (marked.level, marked.params["names"]) == (Level.WARNING, "张三 (SOE-CITYBUILD)")


def test_the_doctor_and_the_policy_check_name_who_is_not_proven_or_cannot_answer(
    world: World, tmp_path: Path
) -> None:
    """People on rosters and on posts that the ladder asks, each by name."""
    world.text(ZHANG, "1")
    give(world, "李四", "0595-23500001")
    # A call that only the log hears cannot be answered.
    channels = {"channels": "sms=spool,voice=log", "database_url": world.url}
    folder = {"ONCALL_SPOOL_FOLDER": str(tmp_path)}
    settings = load(channels, folder, cwd=Path("/nonexistent"))
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        book = snapshot.book
        found = chain.look(tx, snapshot, book, settings, world.now)
        warned = chain.warnings(tx, snapshot, book, settings, world.now, "policy.toml")
        findings = list(look(tx, snapshot, book, settings, world.now))
    assert "张三" not in [one.name for one in found.unproven]
    assert {"李四", "林芳", "黄明", "吴九"} <= {one.name for one in found.unproven}
    assert [fault.code for fault in warned] == ["chain_unproven", "chain_mute"]
    assert "林芳 (SOE-CITYBUILD)" in warned[0].params["names"]
    assert [one.name for one in found.mute] == ["李四"]
    assert {finding.level for finding in findings} == {Level.WARNING, Level.FAILURE}
