"""Files of units and people: every fault at once with its line; twice is once; all or nothing."""

from __future__ import annotations

import itertools
import json
from datetime import date

import pytest

from oncall.admin import cards, people, units
from oncall.admin.uploads import spellings
from oncall.core.errors import Invalid, NotFound
from oncall.core.spelling import unit_of
from oncall.store import directory
from oncall.store.database import Database
from oncall.store.directory import Person, Unit
from tests.county import CITY, LI, START, TOWN, ZHANG

KNOWN = {
    CITY: Unit(code=CITY, name_zh="县城建集团", name_en="City", kind="state_enterprise"),
    TOWN: Unit(code=TOWN, name_zh="浔中镇", kind="township", desk_phone="0595-23500000"),
}
PEOPLE = [
    Person(id="zhang", unit=CITY, name="张三", mobile=ZHANG, title="主任"),
    Person(id="li1", unit=CITY, name="李四", mobile=LI),
    Person(id="li2", unit=CITY, name="李四", mobile="13900000012"),
]
_ids = itertools.count(1)


def new_id() -> str:
    """Ids in order."""
    return f"new{next(_ids)}"


def unit_faults(text: str) -> list[tuple[str, str]]:
    """Code and place of each fault of a file of units."""
    with pytest.raises(Invalid) as refused:
        units.plan(text.encode(), "units.csv", KNOWN)
    return [(f.code, f.where) for f in refused.value.faults]


def person_faults(text: str) -> list[tuple[str, str]]:
    """The same of a file of people."""
    with pytest.raises(Invalid) as refused:
        people.plan(text.encode(), "p.csv", KNOWN, PEOPLE, new_id)
    return [(f.code, f.where) for f in refused.value.faults]


def read_people(text: str, *, encoding: str = "utf-8") -> people.PersonPlan:
    """A file of people that is good."""
    return people.plan(text.encode(encoding), "p.csv", KNOWN, PEOPLE, new_id)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("twn,浔中镇,,township,,,,", "ok"),
        ("X!,甲,,office,,,,", "bad_code"),
        ("A" * 41 + ",甲,,office,,,,", "bad_code"),
        (",甲,,office,,,,", "bad_code"),
        ("NEW-1,,,office,,,,", "missing_cell"),
        ("NEW-1,甲,,,,,,", "bad_kind"),
        ("NEW-1,甲,,Big Office,,,,", "bad_kind"),
        ("NEW-1,甲,,office,NEW-1,,,", "own_parent"),
        ("NEW-1,甲,,office,NOBODY,,,", "unknown_unit"),
        ("NEW-1,甲,,office,,12,,", "bad_phone"),
        ("NEW-1,甲,,office,,,2026-13-01,", "bad_day"),
        ("NEW-1,甲,,office,,,2026-02-01,2026-01-01", "ends_first"),
        ("NEW-1," + "甲" * 101 + ",,office,,,,", "too_long"),
        ("NEW-1,甲,,office,,,,,one,too,many", "row_too_long"),
    ],
)
def test_a_bad_row_of_units(row: str, code: str) -> None:
    """Each kind of fault is told with the line it is on."""
    header = "code,name_zh,name_en,kind,parent,desk_phone,valid_from,valid_to\n"
    if code == "ok":
        assert not units.plan((header + row).encode(), "units.csv", KNOWN).empty
    else:
        assert unit_faults(header + row) == [(code, "units.csv:2")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "table_unreadable"),
        ("code,name_zh\n", "column_missing"),
        ("code,code,name_zh,kind\nA1,A1,甲,office\n", "column_twice"),
        ("甲,乙,丙\n1,2,3\n", "no_header"),
        ('code,name_zh,kind\n"A1,甲,office\n', "table_unreadable"),
        ("code,name_zh,kind\n", "nothing_in_it"),
        ("code,name_zh,kind\nA1,甲,office\nA1,乙,office\n", "given_before"),
    ],
)
def test_a_bad_file_of_units(text: str, code: str) -> None:
    """A file that is no such table says so, and nothing is read from it."""
    assert code in [found for found, _ in unit_faults(text)]


def test_bytes_that_are_no_text() -> None:
    """A picture renamed to .csv is no table."""
    with pytest.raises(Invalid) as refused:
        units.plan(b"\x89PNG\xff\xff\xff", "units.csv", KNOWN)
    assert refused.value.faults[0].code == "table_unreadable"


def test_all_faults_of_a_file_at_once() -> None:
    """Three bad lines among good ones: three faults, each with its line."""
    text = "单位,姓名,手机\n浔中镇,甲,139\n无此镇,乙,13900000020\n浔中镇,,13900000021\n"
    assert person_faults(text) == [
        ("bad_mobile", "p.csv:2"),
        ("unknown_unit", "p.csv:3"),
        ("missing_cell", "p.csv:4"),
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("浔中,甲,13900000020,,,,,", "unknown_unit_near"),
        ("浔中镇,甲,13900000020,123,,,,", "bad_mobile"),
        ("浔中镇,甲,13900000020,,12,,,", "bad_phone"),
        ("浔中镇,甲,13900000020,,,who,,", "bad_email"),
        ("浔中镇,甲,13900000020,,,,king,", "bad_post"),
        ("浔中镇,甲,13900000020,,,,,fr", "bad_lang"),
        (f"浔中镇,甲,{ZHANG},,,,,", "number_taken"),
        ("SOE-CITYBUILD,李四,,,0595-23500001,,,", "namesakes"),
        ("浔中镇," + "甲" * 61 + ",13900000020,,,,,", "too_long"),
    ],
)
def test_a_bad_row_of_people(row: str, code: str) -> None:
    """Each kind of fault is told with the line it is on."""
    header = "unit,name,mobile,mobile2,office_phone,email,post,lang\n"
    assert person_faults(header + row) == [(code, "p.csv:2")]


def test_one_number_on_two_people_of_the_file() -> None:
    """Two people with one number would both be paged, and one would answer for the other."""
    text = "unit,name,mobile\n浔中镇,甲,13900000020\n浔中镇,乙,13900000020\n"
    assert person_faults(text) == [("number_taken", "p.csv:3")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headings_in_every_encoding(encoding: str) -> None:
    """What WPS, Excel and old systems write is read."""
    text = "单位,姓名,手机,职务,岗位,语言\n浔中镇,王 五,139-0000-0020,副镇长,分管领导,中文\n"
    (person,) = read_people(text, encoding=encoding).add
    assert (person.unit, person.name, person.mobile) == (TOWN, "王 五", "13900000020")
    assert (person.title, person.post, person.lang) == ("副镇长", "division_leader", "zh_CN")


def test_a_column_that_is_not_there_keeps_what_is_known() -> None:
    """A file without titles takes nobody's title away; an empty cell does."""
    header = "unit,name,mobile"
    assert read_people(f"{header}\n{CITY},张三,{ZHANG}\n").empty
    ((_, after),) = read_people(f"{header},title\n{CITY},张三,{ZHANG},\n").change
    assert after.title is None


def test_namesakes_are_told_apart_by_number() -> None:
    """Of two people called the same, the number says who is meant."""
    planned = read_people(f"unit,name,mobile,title\n{CITY},李四,13900000012,科长\n")
    ((before, after),) = planned.change
    assert (before.id, after.title) == ("li2", "科长")


def test_who_moved_to_another_unit_is_the_same_person() -> None:
    """The name and the number moved together: no second contact card."""
    planned = read_people(f"unit,name,mobile\n浔中镇,张三,{ZHANG}\n")
    ((before, after),) = planned.change
    assert (before.id, after.unit) == ("zhang", TOWN)


def test_who_left_frees_the_number() -> None:
    """The successor may have the telephone of whoever left in the same file."""
    text = f"unit,name,mobile,在职\n{CITY},张三,{ZHANG},否\n{CITY},新人,{ZHANG},是\n"
    planned = read_people(text)
    assert [p.name for p in planned.add] == ["新人"]
    assert [after.active for _, after in planned.change] == [False]


def test_nobody_can_reach_somebody_without_a_number() -> None:
    """It is a warning: the card may be kept, but it is told."""
    planned = read_people("unit,name,mobile\n浔中镇,甲,\n")
    assert [f.code for f in planned.warnings] == ["no_number"]


def test_a_column_nobody_knows_is_told() -> None:
    """A misspelled heading must not be passed over in silence."""
    planned = read_people("unit,name,mobile,titel\n浔中镇,甲,13900000020,x\n")
    assert [(f.code, f.value) for f in planned.warnings] == [("column_unknown", "titel")]


def test_an_import_twice_is_an_import_once(db: Database) -> None:
    """On either database: the second time there is nothing to add or change."""
    text = "unit,name,mobile\n浔中镇,新人,13900000020\n县城建集团,张三,13900000001\n"
    summary = []
    for _ in range(2):
        with db.begin() as tx:
            known = {u.code: u for u in directory.all_units(tx)}
            planned = people.plan(text.encode(), "p.csv", known, directory.all_people(tx), new_id)
            people.apply(tx, planned, START)
        summary.append((len(planned.add), len(planned.change), planned.unchanged))
    assert summary == [(1, 0, 1), (0, 0, 2)]


def test_units_are_kept_with_their_days(db: Database) -> None:
    """What a file says about a unit is what the next reader is told."""
    text = "code,name_zh,kind,valid_from,desk_phone\nNEW-1,新单位,office,2026-01-01,0595-23500009\n"
    with db.begin() as tx:
        units.apply(tx, units.plan(text.encode(), "u.csv", {}))
    with db.read() as tx:
        found = next(u for u in directory.all_units(tx) if u.code == "NEW-1")
    assert (found.name_zh, found.valid_from) == ("新单位", date(2026, 1, 1))


def imported(db: Database, text: str) -> tuple[int, int, int]:
    """Read a file of units; how many were new, changed and known."""
    with db.begin() as tx:
        planned = units.plan(text.encode(), "u.csv", {u.code: u for u in directory.all_units(tx)})
        units.apply(tx, planned)
    return len(planned.add), len(planned.change), planned.unchanged


def test_a_merged_unit_names_its_successor_and_what_else_it_is_called(db: Database) -> None:
    """Chinese headings, the successor by name; read again, nothing changes."""
    text = (
        "单位代码,单位名称,类别,停用日期,别名,并入/承接单位\n"
        f"NEW-1,新单位,office,2026-11-01,新办；老新办；新办,县城建集团\n{CITY},县城建集团,soe,,,\n"
    )
    assert imported(db, text) == (1, 1, 0)
    with db.read() as tx:
        known = {u.code: u for u in directory.all_units(tx)}
    assert (known["NEW-1"].aliases, known["NEW-1"].successor) == (("新办", "老新办"), CITY)
    assert (known[CITY].aliases, known[CITY].successor) == ((), None)
    assert unit_of(known, "老新办").code == "NEW-1"
    assert imported(db, text) == (0, 0, 2)


def test_a_renamed_unit_is_still_found_by_its_old_name(db: Database) -> None:
    """The old name becomes an alias by itself, and stays until the file says which there are."""
    head = "code,name_zh,kind,aliases\n"
    assert imported(db, head + f"{CITY},县城投集团,soe,\n") == (0, 1, 0)
    assert imported(db, head + f"{CITY},县城投集团,soe,\n") == (0, 0, 1)
    with db.read() as tx:
        known = {u.code: u for u in directory.all_units(tx)}
    assert unit_of(known, "县城建集团").code == CITY
    assert spellings(known.values())["县城建集团"] == CITY
    assert imported(db, head + f"{CITY},县城投集团,soe,-\n") == (0, 1, 0)
    with db.read() as tx:
        known = {u.code: u for u in directory.all_units(tx)}
    with pytest.raises(NotFound):
        unit_of(known, "县城建集团")


def test_two_units_may_exchange_their_names() -> None:
    """A name that another unit has now is nobody's alias, and a name goes before an alias."""
    text = f"code,name_zh,kind\n{CITY},浔中镇,soe\n{TOWN},县城建集团,township\n"
    planned = units.plan(text.encode(), "u.csv", KNOWN)
    assert [new.aliases for _, new in planned.change] == [(), ()]


def test_people_and_rosters_of_a_unit_by_its_alias(db: Database) -> None:
    """A list of contact cards may still use the short name."""
    imported(db, f"code,name_zh,kind,aliases\n{CITY},县城建集团,soe,城建\n")
    with db.read() as tx:
        known = {u.code: u for u in directory.all_units(tx)}
    text = "单位,姓名,手机\n城建,新人,13900000020\n"
    planned = people.plan(text.encode(), "p.csv", known, [], new_id)
    assert [person.unit for person in planned.add] == [CITY]
    assert spellings(known.values())["城建"] == CITY


def test_several_numbers_of_one_person_keep_their_order() -> None:
    """A cell may hold several, and a column of its own the rest, landlines included."""
    header = "单位,姓名,手机,手机2,办公电话,其他号码"
    row = "浔中镇,甲,13900000020/13900000021,13900000022,0595-23500001,13900000023；0595-23500002"
    (person,) = read_people(f"{header}\n{row}\n").add
    assert person.numbers == (
        *("13900000020", "13900000022", "0595-23500001"),
        *("13900000021", "13900000023", "0595-23500002"),
    )
    assert person.mobiles == ("13900000020", "13900000022", "13900000021", "13900000023")


def test_one_number_on_two_people_is_found_among_the_further_ones() -> None:
    """A third mobile belongs to one person as the first does."""
    text = "unit,name,mobile,more_numbers\n浔中镇,甲,13900000020,13900000021\n"
    assert person_faults(text + "浔中镇,乙,13900000021,\n") == [("number_taken", "p.csv:3")]


def test_more_numbers_than_anybody_is_tried_at() -> None:
    """Each number tried keeps the ladder from climbing."""
    many = "；".join(f"139000000{n}" for n in range(30, 36))
    text = f"unit,name,mobile,more_numbers\n浔中镇,甲,13900000020,{many}\n"
    assert person_faults(text) == [("too_many_numbers", "p.csv:2")]


def test_people_come_as_json_too() -> None:
    """The same names as the columns; several numbers are a list."""
    text = (
        '{"items": [{"unit": "浔中镇", "name": "甲", "mobile": "13900000020", "lang": "en",'
        ' "more_numbers": ["13900000021", "0595-23500001"], "active": true, "id": "x"}]}'
    )
    (person,) = read_people(text).add
    assert person.numbers == ("13900000020", "13900000021", "0595-23500001")
    assert (person.lang, person.active) == ("en", True)
    assert person_faults('{"items": 3}') == [("json_rows_wanted", "p.csv")]
    assert person_faults("[{") == [("table_unreadable", "p.csv")]


def test_an_export_of_people_is_no_change() -> None:
    """What was written out reads back as what is there, as a table and as JSON."""
    card = Person(
        id="jia",
        unit=TOWN,
        name="甲",
        more_numbers=("0595-23500002", "13900000020"),
        office_phone="0595-23500001",
        post="head",
    )
    as_json = json.dumps({"items": [cards.as_row(card)]}, ensure_ascii=False)
    for text in (cards.as_csv([card]), as_json):
        planned = people.plan(text.encode(), "p.csv", KNOWN, [card], lambda: "new")
        assert planned.empty, text
