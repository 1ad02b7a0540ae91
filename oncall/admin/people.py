"""People from a file: who is who by unit, name and number; then all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from oncall.admin.tables import Column, Faults, Row, read_json, read_table
from oncall.admin.units import phone
from oncall.config import LANGS
from oncall.core import personal
from oncall.core.errors import Fault
from oncall.core.model import Source
from oncall.core.policies.values import ROLES
from oncall.core.spelling import similar
from oncall.directory import duties_of
from oncall.store import directory as rows
from oncall.store import pages
from oncall.store.database import Tx
from oncall.store.directory import Person, Unit
from oncall.store.log import Entry, append
from oncall.store.usage import NO_TRANSFER
from rosters.model import Duty
from rosters.phones import phones
from rosters.text import fold_name, squeeze

COLUMNS = (
    Column(name="unit", also=("单位", "单位代码", "单位名称", "部门"), required=True),
    Column(name="name", also=("姓名", "人员", "联络员"), required=True),
    Column(name="mobile", also=("手机", "手机号", "手机号码", "联系电话", "phone"), required=True),
    Column(name="mobile2", also=("手机2", "备用手机", "第二手机")),
    Column(name="more_numbers", also=("其他号码", "更多号码", "其他电话", "备用号码")),
    Column(name="office_phone", also=("办公电话", "座机", "固定电话", "办公座机")),
    Column(name="email", also=("邮箱", "电子邮箱", "邮件")),
    Column(name="title", also=("职务", "职位", "职称")),
    Column(name="post", also=("岗位", "身份", "联络身份")),
    Column(name="lang", also=("语言",)),
    Column(name="rules", also=("个人规则", "呼叫规则")),
    Column(name="active", also=("在职", "在岗", "状态")),
)
#: Standing posts, and what people write for them.
POSTS: Mapping[str, str] = {
    squeeze(word): post
    for post, words in {
        "liaison": "liaison 联络员",
        "deputy": "deputy 副职 副班 副联络员",
        "division_leader": "division_leader 分管领导 分管",
        "head": "head 主要负责人 主要领导 负责人",
    }.items()
    for word in words.split()
}
_YES = frozenset("yes y true 1 是 在职 在岗 有效".split())
_NO = frozenset("no n false 0 否 离职 离岗 调离 退休 无效".split())
#: Between the numbers of one cell.
_BETWEEN = re.compile(r"[、，,/;；|\n]+")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBERS = ("mobile", "mobile2", "more_numbers", "office_phone")
#: So many numbers are tried one after another; more would keep the ladder from climbing.
MOST_NUMBERS = 6
_LONGEST = {"name": 60, "email": 120, "title": 60}
LANG_WORDS = {"zh": "zh_CN", "zh_cn": "zh_CN", "zh-cn": "zh_CN", "中文": "zh_CN", "en": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlan:
    """What a file of people changes."""

    add: tuple[Person, ...]
    change: tuple[tuple[Person, Person], ...]
    unchanged: int
    warnings: tuple[Fault, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.add or self.change)


def plan(
    data: bytes,
    filename: str,
    units: Mapping[str, Unit],
    people: Sequence[Person],
    new_id: Callable[[], str],
) -> PersonPlan:
    """What the file would change; raises Invalid with every fault of it.

    A person is known again by unit and name, namesakes by their number, and who moved to another
    unit by name and number. People the file does not name stay as they are.
    """
    faults = Faults()
    read = (
        read_json(data, filename, COLUMNS, faults)
        if data.lstrip()[:1] in (b"{", b"[")
        else read_table(data, filename, COLUMNS, faults)
    )
    reading = _Reading(units, people, faults, new_id)
    for row in read:
        reading.add(row)
    reading.check_numbers()
    faults.check()
    return reading.plan()


def apply(tx: Tx, planned: PersonPlan, now: datetime) -> None:
    """Carry a plan out; open pages ask again whom to contact."""
    rows.put_people(tx, [*planned.add, *(new for _, new in planned.change)])
    pages.nudge(tx, now)


@dataclass
class _Reading:
    units: Mapping[str, Unit]
    people: Sequence[Person]
    faults: Faults
    new_id: Callable[[], str]
    #: What was read: person id -> (where, before, after).
    found: dict[str, tuple[str, Person | None, Person]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.named: dict[tuple[str, str], list[Person]] = {}
        for person in self.people:
            self.named.setdefault((person.unit, fold_name(person.name)), []).append(person)
        self.spelled = {squeeze(word): u.code for u in self.units.values() for word in u.aliases}
        self.spelled |= {squeeze(u.name_zh): u.code for u in self.units.values()}
        self.spelled |= {squeeze(u.code): u.code for u in self.units.values()}

    def add(self, row: Row) -> None:
        """One row: everything wrong with it is noted."""
        unit = self.spelled.get(squeeze(row.get("unit")))
        if unit is None:
            self._unknown_unit(row)
        name = row.get("name").replace("\n", " ")
        if not name:
            self.faults.add(row.where, "missing_cell", "name")
        values = dict(self._values(row))
        if unit is None or not name:
            return
        before, sure = self._known(row, unit, name, values.get("mobile"))
        if not sure:
            return
        person = before or Person(id=self.new_id(), unit=unit, name=name)
        after = replace(person, unit=unit, name=name, **values)
        if before is None and "active" not in values:
            after = replace(after, active=True)
        written = any(row.get(name) for name in _NUMBERS)
        if after.active and not after.numbers and not written:
            self.faults.add(row.where, "no_number", name, severity="warning")
        if after.id in self.found:
            first = self.found[after.id][0]
            self.faults.add(row.where, "given_before", name, first=first)
            return
        self.found[after.id] = (row.where, before, after)
        if before is None:
            self.named.setdefault((unit, fold_name(name)), []).append(after)

    def _unknown_unit(self, row: Row) -> None:
        text = row.get("unit")
        near = similar(text, self.units.values()) if text else []
        if not text:
            self.faults.add(row.where, "missing_cell", "unit")
        elif near:
            self.faults.add(row.where, "unknown_unit_near", text, unit=text, near=", ".join(near))
        else:
            self.faults.add(row.where, "unknown_unit", text)

    def _known(
        self, row: Row, unit: str, name: str, number: str | None
    ) -> tuple[Person | None, bool]:
        """Who that is already, if anybody; and whether there is no doubt."""
        same = self.named.get((unit, fold_name(name)), [])
        if len(same) == 1 and (not number or not same[0].mobile or same[0].id not in self.found):
            return same[0], True
        if same:
            fitting = [p for p in same if number and number in p.mobiles]
            if len(fitting) == 1:
                return fitting[0], True
            if not number:
                self.faults.add(row.where, "namesakes", name, count=str(len(same)), unit=unit)
                return None, False
            return None, True
        moved = [
            p
            for p in self.people
            if number and number == p.mobile and fold_name(p.name) == fold_name(name)
        ]
        return (moved[0] if len(moved) == 1 else None), True

    def _values(self, row: Row) -> Iterator[tuple[str, Any]]:
        """The cells that are there, read; a column that is not there says nothing."""
        yield from self._numbers(row)
        if "office_phone" in row.cells:
            text = row.get("office_phone")
            yield "office_phone", phone(row, "office_phone", self.faults) if text else None
        for name in ("email", "title"):
            if name in row.cells:
                yield name, row.get(name) or None
        if row.get("email") and not EMAIL.fullmatch(row.get("email")):
            self.faults.add(row.where, "bad_email", row.get("email"))
        for name, longest in _LONGEST.items():
            if len(row.get(name)) > longest:
                self.faults.add(
                    row.where, "too_long", str(len(row.get(name))), longest=str(longest)
                )
        if "post" in row.cells:
            yield "post", self._word(row, "post", POSTS, "bad_post", ROLES[Source.POST])
        if "lang" in row.cells:
            yield "lang", self._word(row, "lang", LANG_WORDS, "bad_lang", LANGS)
        if "rules" in row.cells:
            lines = re.split(r"[\n|｜]", row.get("rules"))
            rules, faults = personal.parse(lines, row.where)
            self.faults.found += faults
            yield "rules", personal.written(rules)
        if row.get("active"):
            yield "active", self._active(row)

    def _numbers(self, row: Row) -> Iterator[tuple[str, Any]]:
        """Mobiles in their places, and what is left over after those further ones."""
        spare: list[str] = []
        for name in ("mobile", "mobile2"):
            if name in row.cells:
                found = self._mobiles(row, name)
                yield name, found[0] if found else None
                spare += found[1:]
        if "more_numbers" in row.cells or spare:
            more = tuple(dict.fromkeys([*spare, *self._more(row)]))
            if len(more) > MOST_NUMBERS - len(_NUMBERS) + 1:
                self.faults.add(row.where, "too_many_numbers", most=str(MOST_NUMBERS))
            yield "more_numbers", more

    def _mobiles(self, row: Row, name: str) -> list[str]:
        """The mobiles of a cell, which usually holds one."""
        text = row.get(name)
        read = phones(text)
        if text and (not read.mobiles or read.landlines or read.short or read.unread):
            self.faults.add(row.where, "bad_mobile", text)
            return []
        return list(read.mobiles)

    def _more(self, row: Row) -> list[str]:
        """Further numbers in their order, mobiles and landlines alike."""
        found = []
        for text in _BETWEEN.split(row.get("more_numbers")):
            if text.strip():
                one = phone(replace(row, cells={"more_numbers": text}), "more_numbers", self.faults)
                found += [one] if one else []
        return found

    def _word(
        self, row: Row, name: str, words: Mapping[str, str], code: str, known: Sequence[str]
    ) -> str | None:
        text = row.get(name)
        found = words.get(squeeze(text))
        if text and found is None:
            self.faults.add(row.where, code, text, known=", ".join(known))
        return found

    def _active(self, row: Row) -> bool:
        word = squeeze(row.get("active"))
        if word not in _YES and word not in _NO:
            self.faults.add(row.where, "bad_yes_no", row.get("active"))
        return word not in _NO

    def check_numbers(self) -> None:
        """One number, one person: over the file and everybody who is known."""
        owners: dict[str, tuple[str, str]] = {}
        for person in self.people:
            if person.active and person.id not in self.found:
                for number in person.mobiles:
                    owners[number] = (person.id, f"{person.name} ({person.unit})")
        for where, _, person in self.found.values():
            if not person.active:
                continue
            for number in person.mobiles:
                other = owners.get(number)
                if other is not None and other[0] != person.id:
                    self.faults.add(where, "number_taken", number, other=other[1])
                owners.setdefault(number, (person.id, f"{person.name} ({where})"))

    def plan(self) -> PersonPlan:
        """What has to change."""
        add, change, same = [], [], 0
        for _, before, after in self.found.values():
            if before is None:
                add.append(after)
            elif before != after:
                change.append((before, after))
            else:
                same += 1
        return PersonPlan(
            add=tuple(add),
            change=tuple(change),
            unchanged=same,
            warnings=self.faults.warnings,
        )


def next_duties(tx: Tx, person: str, now: datetime, days: int = 30) -> list[Duty]:
    """A person's duties from the running one on."""
    return duties_of(tx, person, now, now + timedelta(days=days))


def note_numbers_shown(tx: Tx, *, by: str, why: str, whom: str, now: datetime) -> None:
    """Keep who looked at numbers in full, whose, and why."""
    payload = {"why": why[:200], "whom": whom}
    append(tx, [Entry(transfer=NO_TRANSFER, at=now, event="PhonesShown", who=by, payload=payload)])
