"""A policy file is read whole or refused with every fault in it; the default is the county's."""

import re
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.core.errors import NotFound
from oncall.core.model import (
    Channel,
    Colour,
    Quiet,
    Urgency,
)
from oncall.core.policies import MESSAGES, PolicyBook, default_book, dump, parse
from oncall.core.words import fault_text
from oncall.i18n import LANGS, translator
from rosters.toml_lines import locate

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "policies"
UNITS = frozenset({"GOV-OFFICE", "PTY-EFFICIENCY", "SOE-CITYBUILD"})
MINUTE = timedelta(minutes=1)


def promised(text: str) -> list[tuple[int, str]]:
    """The faults a fixture announces in its comments, as (line, code)."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        marks = re.search(r"\S.*#((?: [a-z_]+)+)$", line)
        for mark in marks[1].split() if marks else ():
            if f"policy.{mark}" in MESSAGES:
                found.append((number, mark))
    return sorted(found)


def fixture(name: str) -> str:
    """A policy file made for these tests."""
    return (FIXTURES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["values", "order", "missing", "syntax", "one_way", "deadlines", "handover", "life"]
)
def test_every_fault_is_found_at_its_line(name: str) -> None:
    """All at once, each at the line that must be mended, and not one more."""
    name = f"{name}.toml"
    text = fixture(name)
    _, faults = parse(text, name, units=UNITS, two_way={Channel.VOICE})
    assert all(f.where.startswith(f"{name}:") for f in faults)
    found = [(int(f.where.rpartition(":")[2]), f.code.removeprefix("policy.")) for f in faults]
    assert sorted(found) == promised(text)
    assert [line for line, _ in found] == sorted(line for line, _ in found)


def test_the_fixtures_know_every_fault() -> None:
    """Each fault we can explain is also one we can find."""
    known = {mark for file in FIXTURES.glob("*.toml") for _, mark in promised(fixture(file.name))}
    # This one is about a file with nothing in it; it has a test of its own.
    assert known | {"no_policies"} == {code.removeprefix("policy.") for code in MESSAGES}


@pytest.mark.parametrize(
    "name", ["values.toml", "order.toml", "missing.toml", "syntax.toml", "deadlines.toml"]
)
def test_a_file_with_an_error_gives_no_book(name: str) -> None:
    """Half a policy is no policy."""
    book, faults = parse(fixture(name), name, units=UNITS)
    assert book is None
    assert any(f.severity == "error" for f in faults)


def test_a_warning_does_not_keep_a_file_from_use() -> None:
    """One-way text messages are a matter for a person to weigh, not a broken file."""
    book, faults = parse(fixture("one_way.toml"), "p.toml", units=UNITS, two_way={Channel.VOICE})
    assert [f.severity for f in faults] == ["warning"]
    assert book is not None
    assert book.choose("供水", Urgency.URGENT).name == "water"
    assert book.choose("供水", Urgency.CRITICAL) is book.choose(None, Urgency.CRITICAL)
    assert book.choose(None, Urgency.CRITICAL).zone == "Asia/Urumqi"
    assert book.choose("供气", Urgency.ROUTINE).zone == "Asia/Shanghai"
    assert parse(fixture("one_way.toml"), "p.toml") == (book, [])


@pytest.mark.parametrize("lang", LANGS)
def test_every_fault_says_how_to_mend_it(lang: str) -> None:
    """Each explanation is filled in and ends in a second sentence: the mend."""
    for file in sorted(FIXTURES.glob("*.toml")):
        for fault in parse(fixture(file.name), file.name, units=UNITS, two_way=())[1]:
            text = fault_text(translator(lang), MESSAGES, fault)
            assert len(re.findall(r"[.。:：] ?", text)) >= 2, text


@pytest.mark.parametrize("text", ["", "# nothing\n", 'name = "x"\n', "policy = []\n"])
def test_a_file_without_ladders_is_refused(text: str) -> None:
    """An empty file is a mistake, never "no escalation"."""
    book, faults = parse(text, "p.toml")
    assert book is None
    assert [f.code for f in faults] == ["policy.no_policies"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ending_and_a_byte_order_mark_will_do(end: str) -> None:
    """Files come from Windows too, and the lines are counted all the same."""
    text = "\ufeff" + dump(default_book()).replace("\n", end)
    assert parse(text, "p.toml") == (default_book(), [])
    _, faults = parse(text.replace('ack_within = "5m"', 'ack_within = "soon"'), "p.toml")
    line = (
        dump(default_book())
        .split("\n")
        .index(
            next(x for x in dump(default_book()).split("\n") if x.startswith('ack_within = "5m"'))
        )
    )
    assert [f.where for f in faults] == [f"p.toml:{line + 1}"]


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_any_text_is_answered_with_faults(text: str) -> None:
    """Whatever is in the file, it is refused politely."""
    book, faults = parse(text, "p.toml")
    assert book is None
    assert faults


@given(st.data())
@settings(max_examples=200)
def test_a_damaged_policy_is_read_or_refused(data: st.DataObject) -> None:
    """A slip anywhere in a good file ends in a book or in faults with lines, never in a crash."""
    text = dump(default_book())
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 5))
    text = text[:at] + data.draw(st.text("[]{}=\"'#\n,.a1", max_size=3)) + text[at + gone :]
    book, faults = parse(text, "p.toml")
    assert (book is None) is any(f.severity == "error" for f in faults)
    for fault in faults:
        assert 1 <= int(fault.where.rpartition(":")[2]) <= text.count("\n") + 1
        fault_text(str, MESSAGES, fault)


def test_deep_nesting_is_refused() -> None:
    """A file made to exhaust the reader is a broken file like any other."""
    _, faults = parse("a = " + "[" * 100_000, "p.toml")
    assert [f.code for f in faults] == ["policy.syntax"]


def test_lines_are_found_in_every_corner_of_toml() -> None:
    """Arrays over several lines, strings over several lines, and tables within tables."""
    text = (
        'hours = [\n  "a # b", # c\n\n  "b", ["p",\n "q"], "c"]\ns = """\n[not]\nk = 1\n"""\n'
        "[[policy]]\nu = 1\n[[policy.step]]\nn.m = 1\n[[ 'policy' . step ]]\nn = { a = [1,\n 2] }\n"
        "[[policy]]\n[policy.quiet]\nsince = 1\n"
    )
    lines = locate(text)
    assert lines["hours", 0] == 2
    assert lines["hours", 1] == 4
    assert lines["hours", 2, 1] == 5
    assert lines["hours", 3] == 5
    assert lines["policy", 0] == 10
    assert lines["policy", 0, "step", 0, "n", "m"] == 13
    assert lines["policy", 0, "step", 1, "n"] == 15
    assert lines["policy", 1, "quiet", "since"] == 19
    assert ("k",) not in lines


# -- the default ------------------------------------------------------------------------------

#: product.md section 4, copied by hand: level, minutes, channels, draft.
S, V = (Channel.SMS,), (Channel.VOICE,)
BOTH = (Channel.SMS, Channel.VOICE)
TABLE = {
    Urgency.CRITICAL: (
        5,
        [(1, 0, BOTH), (2, 3, BOTH), (3, 5, BOTH), (4, 8, BOTH), (5, 12, BOTH), (6, 15, BOTH),
         (7, 60, BOTH)],
    ),
    Urgency.URGENT: (
        15,
        [(1, 0, S), (1, 5, V), (2, 10, BOTH), (3, 15, BOTH), (4, 25, BOTH), (5, 40, BOTH),
         (6, 60, BOTH), (7, 120, BOTH)],
    ),
    Urgency.ROUTINE: (
        30,
        [(1, 0, S), (1, 15, S), (2, 30, S), (3, 60, S), (4, 120, S), (5, 240, S)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("urgency", Urgency)
def test_the_default_ladder_is_the_countys_table(urgency: Urgency) -> None:
    """Minutes, levels and channels are those of the table, urgency by urgency."""
    minutes, rows = TABLE[urgency]
    policy = default_book().choose(None, urgency)
    assert policy.ack_within == minutes * MINUTE
    assert [
        (s.level, s.after // MINUTE, s.channels) for s in policy.steps if s.after is not None
    ] == rows


def test_the_default_asks_roster_then_post_then_supervision() -> None:
    """Liaison, deputy, duty leader or landline, the two standing leaders, the two offices."""

    def asks(level: int) -> list[str]:
        step = next(
            s for s in default_book().choose(None, Urgency.URGENT).steps if s.level == level
        )
        return [f"{a.source}:{a.role}@{a.unit or ''}" for a in step.asks]

    assert asks(1) == ["roster:primary@", "post:liaison@"]
    assert asks(2) == ["roster:deputy@", "post:deputy@"]
    assert asks(3) == ["roster:leader@", "desk:desk@"]
    assert asks(4) == ["post:division_leader@"]
    assert asks(5) == ["post:head@"]
    for level, unit in ((6, "GOV-OFFICE"), (7, "PTY-EFFICIENCY")):
        assert asks(level) == [f"roster:supervisor@{unit}", f"post:liaison@{unit}",
                               f"roster:primary@{unit}"]  # fmt: skip


def test_the_default_drafts_graver_and_graver_orders() -> None:
    """Urgent: yellow, then red. Routine: blue, then yellow. Critical: people, not papers."""
    drafts = {
        urgency: [s.draft for s in default_book().choose(None, urgency).steps if s.draft]
        for urgency in Urgency
    }
    assert drafts == {
        Urgency.CRITICAL: [],
        Urgency.URGENT: [Colour.YELLOW, Colour.RED],
        Urgency.ROUTINE: [Colour.BLUE, Colour.YELLOW],
    }


def test_the_default_times_after_an_answer_and_at_night() -> None:
    """First action, useful life and quiet hours are the county's."""
    book = default_book()
    critical, urgent, routine = (book.choose("any", urgency) for urgency in Urgency)
    assert [p.first_action // MINUTE for p in (critical, urgent, routine)] == [15, 60, 240]
    assert [p.first_action_working for p in (critical, urgent, routine)] == [False, False, True]
    assert [p.useful_life // MINUTE for p in (critical, urgent, routine)] == [2, 10, 60]
    assert [p.alarm_every // MINUTE for p in (critical, urgent, routine)] == [5, 15, 30]
    assert (critical.quiet, urgent.quiet) == (None, None)
    assert routine.quiet == Quiet(since=time(22), until=time(8), from_level=3)


def test_the_default_asks_only_for_units_that_exist() -> None:
    """Supervision sits at two offices of the county's own list."""
    assert parse(dump(default_book()), "p.toml", units=UNITS) == (default_book(), [])


def test_a_book_without_the_urgency_says_so() -> None:
    """A book made by hand may be short of a ladder; asking for it is an error, not a crash."""
    with pytest.raises(NotFound) as caught:
        PolicyBook(name="x", policies={}).choose("供水", Urgency.URGENT)
    assert caught.value.code == "no_policy"
