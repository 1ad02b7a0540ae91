"""docs/rules.md names code and tests that exist, for all ten rules."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.house.files import ROOT, syntax

TEXT = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
RULES = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
NAMED = re.findall(r"`((?:[a-z]\w+|Climb|Page)\.\w+)`", TEXT)
CLASSES = {"Climb": "climb", "Page": "model"}


def test_names() -> set[str]:
    """Every test of the machine."""
    return {
        node.name
        for path in Path(__file__).parent.glob("test_*.py")
        for node in syntax(path).body
        if hasattr(node, "name")
    }


test_names.__test__ = False  # type: ignore[attr-defined]


def test_all_ten_rules_are_told() -> None:
    """Each rule says what, why, where it stands in the code, and which test proves it."""
    assert [rule.split(".")[0] for rule in RULES] == [str(n) for n in range(1, 11)]
    for rule in RULES:
        for part in ("- Why: ", "- Code: ", "- Test: "):
            assert part in rule, rule.splitlines()[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"rule {rule.split('.')[0]}")
def test_the_tests_it_names_exist(rule: str) -> None:
    """A reader who looks for the proof finds it."""
    named = set(re.findall(r"`(test_\w+)`", rule))
    assert named
    assert named - test_names() == set()


@pytest.mark.parametrize("name", NAMED)
def test_the_code_it_names_exists(name: str) -> None:
    """A reader who looks for the rule finds it."""
    place, _, attribute = name.partition(".")
    if place in CLASSES:
        owner: object = getattr(import_module(f"oncall.core.{CLASSES[place]}"), place)
    else:
        owner = import_module(f"oncall.core.{place}")
    assert hasattr(owner, attribute)
