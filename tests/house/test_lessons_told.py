"""docs/lessons.md: every lesson, every code and every way to answer has a story of its own."""

from __future__ import annotations

import re

import pytest

from notifiers.twilio.codes import CODES
from tests.house.files import ROOT, syntax

TEXT = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
SECTIONS = dict(part.split("\n", 1) for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:])
#: How many rows each table has at least: what was promised, and no row of it may go.
WANTED = {"What went wrong elsewhere": 15, "Twilio's codes": 6, "Ways to answer": 12}
#: The codes of the design that must be met at the pager.
MET = {20003, 20429, 429, 21211, 21614, 21635, 21408, 21610, 21611, 30001, *range(30003, 30009),
       30036}  # fmt: skip


def rows(section: str) -> list[list[str]]:
    """The cells of a section's table."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def written(folder: str) -> set[str]:
    """Every test in a folder of tests."""
    names = (
        str(getattr(node, "name", ""))
        for path in (ROOT / "tests" / folder).glob("test_*.py")
        for node in syntax(path).body
    )
    return {name for name in names if name.startswith("test_")}


@pytest.mark.parametrize("section", WANTED)
def test_every_row_names_a_story_that_is_there(section: str) -> None:
    """Each row has one, in the folder it says; no two lessons lean on the same ones alone."""
    found = rows(section)
    assert len(found) >= WANTED[section]
    told = []
    for row in found:
        named = re.findall(r"`(test_\w+)`(?: \((\w+)\))?", row[-1])
        assert named, row
        for name, folder in named:
            assert name in written(folder or "stories"), f"{name} is no test"
        told.append(frozenset(name for name, _ in named))
    assert len(set(told)) == len(told)


def test_every_code_of_the_design_is_met_at_the_pager() -> None:
    """Those the design names are all told, and each is one the notifier gives a meaning."""
    told = {int(code) for row in rows("Twilio's codes") for code in re.findall(r"\d{3,5}", row[0])}
    assert told == MET
    assert set(CODES) >= MET


def test_the_stories_of_codes_meet_those_codes() -> None:
    """A code stands in the very list that its story is told for."""
    source = (ROOT / "tests" / "stories" / "test_twilio_codes.py").read_text(encoding="utf-8")
    lists = dict(re.findall(r"^([A-Z_]+) = \(([\d, ]+)\)$", source, flags=re.MULTILINE))
    told = {
        row[2].strip("`"): set(re.findall(r"\d{3,5}", row[0])) for row in rows("Twilio's codes")
    }
    for story, name in (
        ("test_a_text_refused_for_ever", "DEAD_AT_ONCE"),
        ("test_a_text_that_did_not_arrive", "DEAD_BY_RECEIPT"),
        ("test_a_provider_that_takes_no_text_now", "NOT_NOW"),
    ):
        assert set(re.findall(r"\d+", lists[name])) == told[story]
        assert re.search(rf'parametrize\("code", {name}\)\ndef {story}\(', source)


def test_every_form_of_yes_is_tried() -> None:
    """The forms the page lists are those its story goes through."""
    source = (ROOT / "tests" / "stories" / "test_texts_back.py").read_text(encoding="utf-8")
    body = source.partition("def test_a_yes_takes_it")[2].partition("\ndef ")[0]
    for form in re.findall(r"`([^`]+)`", rows("Ways to answer")[0][0]):
        assert f'"{form.replace("4821", "{}")}"' in body
