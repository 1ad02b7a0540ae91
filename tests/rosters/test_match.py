"""From names in a file to people in the directory."""

from datetime import timedelta

import pytest

from rosters.match import match
from rosters.model import Entry, PersonRef
from tests.rosters.building import at, codes, person

START = at("2026-11-03 08:00")


def entry(
    name: str,
    mobile: str | None = None,
    *,
    role: str = "primary",
    after: float = 0,
    hours: float = 12,
    row: int = 4,
    unit: str = "U",
) -> Entry:
    """A duty as a file names it."""
    start = START + timedelta(hours=after)
    return Entry(
        unit=unit,
        role=role,
        name=name,
        mobile=mobile,
        start=start,
        end=start + timedelta(hours=hours),
        source=f"Sheet1!E{row}",
    )


ZHANG = person("张三", "13900000001")
NAMESAKES = [person("李四", "13900000002", id="li-1"), person("李四", "13900000003", id="li-2")]


@pytest.mark.parametrize(
    ("found", "people", "who"),
    [
        (entry("张三"), [ZHANG], "张三"),
        (entry("张 三", "13900000001"), [ZHANG], "张三"),
        (entry("李四", "13900000003"), NAMESAKES, "li-2"),
        (entry("张三"), [ZHANG, person("张三", unit="V", id="other")], "张三"),
        (entry("张三"), [ZHANG, person("张三", "13900000005", id="left", active=False)], "张三"),
        (entry("张三", "13900000001"), [person("张三")], "张三"),
        (
            entry("张三", "13900000007"),
            [
                PersonRef(
                    id="z", unit="U", name="张三", mobile="13900000001", mobile2="+86 139 0000 0007"
                )
            ],
            "z",
        ),
    ],
)
def test_found(found: Entry, people: list[PersonRef], who: str) -> None:
    """A name, and where needed its number, finds exactly one person, without a word."""
    duties, problems = match([found], people)
    assert [(d.person, d.start, d.source) for d in duties] == [(who, found.start, found.source)]
    assert problems == []


@pytest.mark.parametrize(
    ("found", "people", "code"),
    [
        (entry("吴九"), [ZHANG], "person-unknown"),
        (entry("张三", unit="V"), [ZHANG], "person-unknown"),
        (entry("张三丰", "13900000001"), [ZHANG], "person-renamed"),
        (entry("李四"), NAMESAKES, "person-ambiguous"),
        (entry("李四", "13900000008"), NAMESAKES, "person-ambiguous"),
        (entry("张三", "13900000002"), [ZHANG, *NAMESAKES], "mobile-of-another"),
        (entry("孙七"), [person("孙七", active=False)], "person-inactive"),
        (entry("张三", unit=""), [ZHANG], "unit-missing"),
    ],
)
def test_in_doubt(found: Entry, people: list[PersonRef], code: str) -> None:
    """Where it is not certain who is meant there is an error with its cell, and no duty."""
    duties, problems = match([found], people)
    assert duties == []
    assert codes(problems) == [(code, "Sheet1!E4")]


def test_another_number_than_the_directory_has() -> None:
    """A number nobody else has is only a warning: the directory's stands."""
    duties, problems = match([entry("张三", "13900000009")], [ZHANG])
    assert [d.person for d in duties] == ["张三"]
    assert codes(problems) == [("mobile-differs", "Sheet1!E4")]


def test_doubles_and_overlaps() -> None:
    """A row written twice counts once; overlapping with oneself is joined; both are told."""
    rows = [entry("张三", row=4), entry("张三", row=5), entry("张三", after=6, row=6)]
    duties, problems = match(rows, [ZHANG])
    assert [(d.start, d.end - d.start) for d in duties] == [(START, timedelta(hours=18))]
    assert codes(problems) == [("duplicate-row", "Sheet1!E5"), ("overlap-self", "Sheet1!E6")]


def test_touching_duties_and_other_roles_stay_apart() -> None:
    """A duty that begins when another ends, or in another role, is no double."""
    rows = [entry("张三"), entry("张三", after=12), entry("张三", role="leader")]
    duties, problems = match(rows, [ZHANG])
    assert (len(duties), problems) == (3, [])


def test_a_merged_cell_is_told_of_once() -> None:
    """An unknown leader over many rows is one problem."""
    _, problems = match([entry("吴九", after=12 * i) for i in range(30)], [ZHANG])
    assert codes(problems) == [("person-unknown", "Sheet1!E4")]


def test_create() -> None:
    """With create, unknown names become people: one each, whatever row has the number."""
    rows = [entry("吴九"), entry("吴九", "13900000006", after=12), entry("郑十", after=24)]
    duties, problems, new = match(rows, [ZHANG], create=True)
    assert [(p.name, p.mobile) for p in new] == [("吴九", "13900000006"), ("郑十", None)]
    assert [d.person for d in duties] == [new[0].id, new[0].id, new[1].id]
    assert codes(problems) == [("newcomer-no-mobile", "Sheet1!E4")]


@pytest.mark.parametrize("newcomer_first", [True, False])
def test_one_number_for_a_new_person_and_a_known_one(*, newcomer_first: bool) -> None:
    """It cannot be both's, in whichever order they stand: else the file, sent again, would be
    refused."""
    rows = [entry("吴九", "13900000006", row=5), entry("张三", "13900000006", after=12, row=6)]
    duties, problems, new = match(rows if newcomer_first else rows[::-1], [ZHANG], create=True)
    assert [(p.name, p.mobile) for p in new] == [("吴九", "13900000006")]
    assert [d.person for d in duties] == [new[0].id]
    assert codes(problems) == [("mobile-of-another", "Sheet1!E6")]


def test_create_does_not_guess() -> None:
    """A number that is somebody's, or two new namesakes without one, are still errors."""
    rows = [
        entry("张三丰", "13900000001"),
        entry("吴九", "13900000006", row=5),
        entry("吴九", "13900000007", row=6),
        entry("吴九", row=7),
    ]
    duties, problems, new = match(rows, [ZHANG], create=True)
    assert (len(duties), len(new)) == (2, 2)
    assert codes(problems) == [("person-renamed", "Sheet1!E4"), ("person-ambiguous", "Sheet1!E7")]


@pytest.mark.parametrize(
    ("name", "mobile", "code"),
    [
        ("陈局", None, "address-understood"),
        ("林书记", "13900000009", "address-understood"),
        ("林书记", None, "address-unclear"),
        ("黄镇长", None, "address-nobody"),
    ],
)
def test_forms_of_address(name: str, mobile: str | None, code: str) -> None:
    """陈局 is the one 陈 who is a 局长; where number and title leave a doubt, it is an error."""
    people = [
        PersonRef(id="1", unit="U", name="陈建国", mobile=None, title="局长"),
        PersonRef(id="2", unit="U", name="陈大年", mobile=None, title="科员"),
        PersonRef(id="3", unit="U", name="林芳", mobile="13900000009", title="党委书记"),
        PersonRef(id="4", unit="U", name="林国", mobile=None, title="副书记"),
    ]
    meant = {"陈局": ["1"], "林书记": ["3"]} if code == "address-understood" else {}
    for create in (False, True):
        duties, problems = match([entry(name, mobile=mobile)], people, create=create)[:2]
        assert [found.code for found in problems] == [code]
        assert [duty.person for duty in duties] == meant.get(name, [])
