"""Tests say what they promise, are never switched off, and use the real parts."""

import ast
from collections.abc import Iterator

from tests.house.files import ROOT, project_files, short, syntax

SWITCHES = {"skip", "skipif", "xfail", "importorskip"}
LONGEST_SENTENCE = 200
TEST_FILES = [path for path in project_files(".py") if path.is_relative_to(ROOT / "tests")]


def all_tests() -> Iterator[tuple[str, str | None]]:
    """Every test function of the suite: where it stands, and its docstring."""
    for path in TEST_FILES:
        for node in ast.walk(syntax(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name.startswith("test_"):
                yield f"{short(path)}:{node.lineno} {node.name}", ast.get_docstring(node)


def is_one_sentence(text: str) -> bool:
    """One paragraph, ended like a sentence, that can be read in one breath."""
    paragraph = " ".join(text.split())
    ends = paragraph.endswith((".", "?", "!", "。", "？", "！"))
    return "\n\n" not in text and ends and len(paragraph) <= LONGEST_SENTENCE


def test_every_test_says_its_promise_in_one_sentence() -> None:
    """Whoever reads a red test's name finds beside it, in one sentence, what no longer holds."""
    bad = [where for where, text in all_tests() if not text or not is_one_sentence(text)]
    assert bad == []


def test_no_test_is_switched_off() -> None:
    """A test runs everywhere or does not exist."""
    found = [
        f"{short(path)}:{node.lineno} {node.attr}"
        for path in TEST_FILES
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Attribute) and node.attr in SWITCHES
    ]
    assert found == []


def test_no_test_replaces_our_own_parts() -> None:
    """What a test proves about a patched object it proves about nothing that ships."""
    found = [
        f"{short(path)}:{node.lineno}"
        for path in TEST_FILES
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Attribute)
        and node.attr == "setattr"
        and isinstance(node.value, ast.Name)
        and node.value.id == "monkeypatch"
    ]
    assert found == []


def test_every_test_file_is_collected() -> None:
    """A file with tests in it carries the name pytest looks for."""
    hidden = [
        where
        for where, _ in all_tests()
        if not where.split(":")[0].rpartition("/")[2].startswith("test_")
    ]
    assert hidden == []
