"""The small county of the tests: its units, people and roster, and databases that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from oncall.store import directory, schema
from oncall.store.database import Database, Tx
from oncall.store.directory import Batch, Person, Unit
from rosters.model import Duty
from tests.databases import Templates, templates_of

ZONE = ZoneInfo("Asia/Shanghai")
#: Tuesday afternoon.
START = datetime(2026, 11, 3, 14, 0, tzinfo=ZONE).astimezone(UTC)

CITY, TOWN, POST = "SOE-CITYBUILD", "TWN-100", "SOE-POST"
GOV, EFFICIENCY, DESK_110, DESK_12345 = "GOV-OFFICE", "PTY-EFFICIENCY", "DESK-110", "DESK-12345"

#: The county's phones. WANG relieves ZHANG on 4 November at 08:00, and they alternate from there.
ZHANG, LI, CHEN, LIN, HUANG = (f"1390000000{n}" for n in range(1, 6))
WU, ZHENG, QIAN, HE, WANG = (
    "13900000006",
    "13900000007",
    "13900000008",
    "13900000009",
    "13900000010",
)
WANG, ZHAO, SUN, ZHOU = (f"1390000001{n}" for n in range(4))

_UNITS = (
    (CITY, "县城建集团", "Urban Construction Group", "state_enterprise"),
    (TOWN, "浔中镇", "Xunzhong Town", "township"),
    #: Linked, but without people and without a roster.
    (POST, "邮政德化分公司", "China Post Dehua Branch", "utility_telecom"),
    (GOV, "县政府办", "County Government Office", "gov_department"),
    (EFFICIENCY, "县效能办", "Administrative Efficiency Office", "party_organ"),
    (DESK_110, "110报警服务台", "110 desk", "desk"),
    (DESK_12345, "12345热线", "12345 desk", "desk"),
)
_PEOPLE = (
    (ZHANG, "张三", CITY, None),
    (LI, "李四", CITY, None),
    (CHEN, "陈建国", CITY, None),
    (LIN, "林芳", CITY, "division_leader"),
    (HUANG, "黄明", CITY, "head"),
    (WU, "吴九", GOV, None),
    (ZHENG, "郑十", EFFICIENCY, None),
    (QIAN, "钱一", DESK_110, None),
    (HE, "何二", DESK_12345, None),
    (WANG, "王五", CITY, None),
    (ZHAO, "赵六", TOWN, None),
    (SUN, "孙七", TOWN, None),
    (ZHOU, "周八", TOWN, None),
)
#: Around the clock, handed over at 08:00, for the whole of November.
_SERVING = (
    (CITY, "deputy", LI),
    (CITY, "leader", CHEN),
    (TOWN, "primary", ZHAO),
    (TOWN, "deputy", SUN),
    (TOWN, "leader", ZHOU),
    (GOV, "supervisor", WU),
    (EFFICIENCY, "supervisor", ZHENG),
    (DESK_110, "primary", QIAN),
    (DESK_12345, "primary", HE),
)
_DAYS = 30


def person_id(number: str) -> str:
    """The id of the person with this phone."""
    return f"p{number[-3:]}"


def furnish(db: Database) -> None:
    """Bring an empty database to the county's first day."""
    schema.upgrade(db)
    with db.begin() as tx:
        directory.put_units(
            tx, [Unit(code=c, name_zh=zh, name_en=en, kind=k) for c, zh, en, k in _UNITS]
        )
        directory.put_people(
            tx,
            [
                Person(id=person_id(number), unit=unit, name=name, mobile=number, post=post)
                for number, name, unit, post in _PEOPLE
            ],
        )
        put_duties(tx, list(_duties()), START - timedelta(days=5))


def _duties() -> Iterator[Duty]:
    first = datetime(2026, 11, 1, 8, tzinfo=ZONE)
    for day in range(_DAYS):
        start = first + timedelta(days=day)
        primary = (CITY, "primary", WANG if day % 2 else ZHANG)
        for row, (unit, role, number) in enumerate((primary, *_SERVING), 3):
            yield Duty(
                unit=unit,
                role=role,
                person=person_id(number),
                start=start,
                end=start + timedelta(days=1),
                source=f"11月!{chr(66 + day % 20)}{row}",
            )


def put_duties(tx: Tx, duties: list[Duty], at: datetime) -> None:
    """Apply duties as one batch."""
    batch = Batch(
        id=f"batch-{uuid4().hex}", at=at, by="admin", files="test.csv", sha256="0", summary="{}"
    )
    directory.apply_batch(tx, batch, add=duties, remove=[])


@pytest.fixture(scope="session")
def templates(
    pytestconfig: pytest.Config, run_folder: Path, request: pytest.FixtureRequest
) -> Templates:
    """Furnished databases to copy: building the schema costs a second, copying it nothing."""
    return templates_of(pytestconfig, run_folder, request, "county", furnish)


@pytest.fixture
def furnished_url(templates: Templates, backend: str, database_file: Path) -> Iterator[str]:
    """The URL of a fresh furnished database; other processes may open it too."""
    with templates.lend(backend, database_file) as url:
        yield url
