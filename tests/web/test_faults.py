"""Every refusal has a sentence that says what is wrong and a sentence that says how to mend it."""

import ast
import re
import string
from collections.abc import Iterator

import pytest

from oncall.core.errors import Conflict, Fault, Invalid, NotFound
from oncall.core.faults import FAULTS, explain, explain_error, sentence
from oncall.core.policies import MESSAGES
from oncall.i18n import LANGS, translator
from tests.house.files import ROOT, project_files, short, syntax

ERRORS = {
    "NotFound",
    "Conflict",
    "Stale",
    "Forbidden",
    "Unreachable",
    "Unauthorized",
    "BadRequest",
    "TooLarge",
    "TooMany",
}
#: Blanks that explain() fills by itself.
OWN = {"value", "where", "code"}
#: Policy files have words of their own for what their values are not.
OTHER_TABLES = ("oncall/core/policies/",)


def used() -> Iterator[tuple[str, str, set[str] | None]]:
    """Every code in the source: where, the code, and the blanks filled there (None: unknown)."""
    for path in project_files(".py"):
        if path.relative_to(ROOT).parts[0] not in ("oncall", "web", "commands"):
            continue
        if short(path).startswith(OTHER_TABLES):
            continue
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Call):
                yield from _codes(f"{short(path)}:{node.lineno}", node)


def _codes(where: str, call: ast.Call) -> Iterator[tuple[str, str, set[str] | None]]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in ERRORS and call.args and isinstance(call.args[0], ast.Constant):
        filled = {one.arg for one in call.keywords if one.arg}
        yield where, str(call.args[0].value), filled if all(k.arg for k in call.keywords) else None
    if name == "Fault":
        for one in call.keywords:
            if one.arg == "code" and isinstance(one.value, ast.Constant):
                yield where, str(one.value.value), None
    if name == "wrong" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
        yield where, str(call.args[1].value), {one.arg for one in call.keywords if one.arg}


def blanks(text: str) -> set[str]:
    """The names between braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_has_its_sentences() -> None:
    """A refusal nobody can understand fails here, where it was written."""
    found = list(used())
    assert len(found) > 40
    assert [(where, code) for where, code, _ in found if code not in {*FAULTS, *MESSAGES}] == []


def test_every_blank_is_filled_where_it_is_raised() -> None:
    """A sentence never shows a dash in place of what it is about."""
    empty = [
        (where, code, blanks(" ".join(FAULTS[code])) - filled - OWN)
        for where, code, filled in used()
        if filled is not None and code in FAULTS
    ]
    assert [one for one in empty if one[2]] == []


def test_no_sentence_is_left_over() -> None:
    """A code that nothing raises any more is dropped from the table."""
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in project_files(".py")
        if path.relative_to(ROOT).parts[0] in ("oncall", "web", "commands")
        and not path.name.endswith(("faults.py", "refusals.py"))
    )
    words = set(re.findall(r'"([a-z][a-z0-9_.]+)"', source))
    assert sorted(set(FAULTS) - words - {"invalid_input"}) == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_sentence_keeps_its_blanks_in_every_language(lang: str) -> None:
    """A translation that lost a blank would hide what is wrong."""
    t = translator(lang)
    lost = [
        code
        for code, texts in FAULTS.items()
        for text in texts
        if text and not blanks(text) >= blanks(t(text))
    ]
    assert lost == []


def test_a_fault_says_what_and_how() -> None:
    """Both sentences, with the value in them."""
    said = explain(translator("en"), Fault(where="to[0]", code="unknown_unit", value="X-1"))
    assert "X-1" in said.message
    assert "oncall unit list" in said.mend


def test_a_refusal_names_its_thing() -> None:
    """Errors without a value name their first parameter where the sentence wants one."""
    t = translator("en")
    assert "X-1" in str(explain_error(t, NotFound("unknown_unit", unit="X-1")))
    assert "A, B" in str(explain_error(t, Conflict("which_unit", units="A, B")))
    one = Invalid([Fault(where="by", code="empty")])
    assert "Nothing is written" in str(explain_error(t, one))


def test_an_unknown_code_is_still_a_sentence() -> None:
    """An error about an error helps nobody."""
    assert "mystery" in str(sentence(translator("en"), "mystery"))
