"""The small county of the tests: its units, people and roster, and databases that hold them."""

from __future__ import annotations

import fcntl
import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql

from oncall.store import directory, schema
from oncall.store.database import Database, Tx
from oncall.store.directory import Batch, Person, Unit
from rosters.model import Duty
from tests.databases import Lender, sqlalchemy_url

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
_count = itertools.count(1)
_TEMPLATE, _HALF = "furnished", "furnished_half"
_TEMPLATES = pytest.StashKey["Templates"]()


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
        id=f"batch-{next(_count)}", at=at, by="admin", files="test.csv", sha256="0", summary="{}"
    )
    directory.apply_batch(tx, batch, add=duties, remove=[])


class Templates:
    """Furnished databases of one run, made when first asked for, copied or lent to each test.

    ``folder`` is the run's, and so is the server: whoever comes first furnishes for all workers.
    """

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._worker = worker
        self._lender: Lender | None = None

    def sqlite(self, target: Path) -> str:
        """A copy as a file; its URL."""
        original = self._folder / "furnished.db"
        with (self._folder / "furnished.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not original.exists():
                half = self._folder / "half.db"
                db = Database(f"sqlite:///{half}")
                furnish(db)
                db.close()
                half.rename(original)
        shutil.copyfile(original, target)
        return f"sqlite:///{target}"

    def pg(self, server: str) -> str:
        """The name of a furnished database on ``server`` that others are copied from."""
        with psycopg.connect(server, autocommit=True) as connection:
            # Held until the connection ends.
            connection.execute("SELECT pg_advisory_lock(1)")
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", (_TEMPLATE,))
            if not known.fetchall():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_HALF)))
                db = Database(sqlalchemy_url(server, _HALF))
                furnish(db)
                db.close()
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(_HALF), sql.Identifier(_TEMPLATE)
                    )
                )
        return _TEMPLATE

    def lender(self, server: str) -> Lender:
        """Whoever lends copies of that to the tests of this process."""
        if self._lender is None:
            self._lender = Lender(server, lambda: self._copied(server))
        return self._lender

    def close(self) -> None:
        """Lend no more."""
        if self._lender is not None:
            self._lender.close()

    def _copied(self, server: str) -> str:
        template, name = self.pg(server), f"lent_{self._worker}_{next(_count)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return name


@pytest.fixture(scope="session")
def templates(pytestconfig: pytest.Config, run_folder: Path) -> Templates:
    """Furnished databases to copy: building the schema costs a second, copying it nothing."""
    # A fixture that several folders import is one of each; what it gives is one of all.
    if _TEMPLATES not in pytestconfig.stash:
        worker = getattr(pytestconfig, "workerinput", {}).get("workerid", "main")
        made = Templates(run_folder, worker)
        pytestconfig.stash[_TEMPLATES] = made
        pytestconfig.add_cleanup(made.close)
    return pytestconfig.stash[_TEMPLATES]


@pytest.fixture
def furnished_url(
    backend: str, templates: Templates, request: pytest.FixtureRequest, database_file: Path
) -> Iterator[str]:
    """The URL of a fresh furnished database; other processes may open it too."""
    if backend == "sqlite":
        yield templates.sqlite(database_file)
        return
    with templates.lender(request.getfixturevalue("pg_server")).lend() as url:
        yield url
