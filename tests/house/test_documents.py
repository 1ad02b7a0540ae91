"""Documents keep pace: both languages, every decision listed, every link alive."""

import re
from pathlib import Path

import pytest

from tests.house.files import ROOT, project_files, short

READMES = ("README.md", "README.zh-CN.md")
DECISIONS = ROOT / "docs" / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))
GLOSSARY_WORDS = [
    "Unit 单位",
    "Person 人员",
    "Role 岗位",
    "Post 职务",
    "Roster 值班表",
    "Duty 班次",
    "Override 顶班",
    "Swap 换班",
    "Leave 请假",
    "Gap 缺岗",
    "Transfer 转办单",
    "Part 承办",
    "Page 呼叫",
    "Step 级",
    "Policy 升级策略",
    "Attempt 通知",
    "Receipt 回执",
    "Reply 回复",
    "Ack 签收",
    "Reason 缘由",
    "Desk 席位",
    "Supervision 督办",
    "Drill 演练",
]


def text(path: Path) -> str:
    """A document as it is read."""
    return path.read_text(encoding="utf-8")


def without_code(document: str) -> str:
    """A document without its fenced blocks, where `#` is a comment and brackets are code."""
    return re.sub(r"^```.*?^```", "", document, flags=re.DOTALL | re.MULTILINE)


def test_both_readmes_have_the_same_sections() -> None:
    """A reader of Chinese and a reader of English are told the same things in the same order."""
    english, chinese = (
        re.findall(r"^(#+) ", without_code(text(ROOT / name)), flags=re.MULTILINE)
        for name in READMES
    )
    assert english == chinese


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_the_test_command(name: str) -> None:
    """The command CI takes from the README is the one everybody is told."""
    found = re.search(r"<!-- test-command -->\s+```\w*\n(.*?)\n```", text(ROOT / name), re.DOTALL)
    assert found is not None
    assert found[1] == "make test"


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_decision_is_listed_and_complete(record: Path) -> None:
    """A decision can be found from the list and says why, what, and what follows."""
    assert f"({record.name})" in text(DECISIONS / "README.md")
    sections = re.findall(r"^## (\w+)", text(record), flags=re.MULTILINE)
    assert sections == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_gaps() -> None:
    """A missing number means a decision was lost."""
    numbers = [int(record.name[:4]) for record in RECORDS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("word", GLOSSARY_WORDS)
def test_the_glossary_holds_the_fixed_words(word: str) -> None:
    """Code, screens and documents use one word for one thing, in both languages."""
    english, chinese = word.split(" ")
    rows = [line.split("|") for line in text(ROOT / "docs" / "glossary.md").splitlines()]
    assert any(
        len(row) > 3 and row[1].strip() == english and row[2].strip() == chinese for row in rows
    )


def test_links_between_documents_lead_somewhere() -> None:
    """No document sends its reader to a file that is not there."""
    broken = [
        f"{short(path)} -> {target}"
        for path in project_files(".md")
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", without_code(text(path)))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


def test_the_map_of_the_code_leads_somewhere() -> None:
    """Every file and folder that docs/architecture.md sends its reader to is there."""
    page = text(ROOT / "docs" / "architecture.md")
    named = re.findall(r"`((?:\w+/)+[\w.*]*)`", page)
    assert len(named) > 50
    assert [place for place in named if not any(ROOT.glob(place.rstrip("/")))] == []


def test_every_make_target_explains_itself() -> None:
    """`make help` lists each target a person may call."""
    makefile = text(ROOT / "Makefile")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert phony is not None
    silent = [
        name
        for name in phony[1].split()
        if not re.search(rf"^{name}:.*## \S", makefile, flags=re.MULTILINE)
    ]
    assert silent == []


def test_the_changelog_opens_with_what_is_coming() -> None:
    """The first heading below the title is what the next release will hold."""
    headings = re.findall(r"^## (.*)$", text(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)
    assert headings[0].startswith("Unreleased")
