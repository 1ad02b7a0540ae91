"""docs/clauses.md leads from each clause of the county's document to the stories that prove it."""

import ast
import re

from tests.house.files import ROOT, project_files, syntax

CLAUSES = range(1, 36)
TEXT = (ROOT / "docs" / "clauses.md").read_text(encoding="utf-8")
ROWS = {
    int(number): set(re.findall(r"`(test_\w+)`", row))
    for number, row in re.findall(r"^\| (\d+) (\|.*)$", TEXT, flags=re.MULTILINE)
}


def clauses_of(test: str) -> list[int]:
    """The clauses that a test names itself after: test_clause_07_…, test_clauses_08_and_09_…."""
    found = re.match(r"test_clauses?_(\d\d(?:_and_\d\d)*)_", test)
    return [int(number) for number in found[1].split("_and_")] if found else []


def test_every_clause_has_its_story() -> None:
    """All 35 are in the table, each with the tests that carry its number, and with no other."""
    named: dict[int, set[str]] = {number: set() for number in CLAUSES}
    for path in project_files(".py"):
        if not path.is_relative_to(ROOT / "tests"):
            continue
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.FunctionDef):
                for number in clauses_of(node.name):
                    named[number].add(node.name)
    assert named == ROWS
    assert [number for number, tests in named.items() if not tests] == []


def test_a_number_is_read_from_a_name() -> None:
    """One clause, several, or none."""
    assert clauses_of("test_clause_07_told_once") == [7]
    assert clauses_of("test_clauses_08_and_09_its_own_times") == [8, 9]
    assert clauses_of("test_a_return") == []
