"""Roster files into plans: a county's month, and a city's month over several files.

The work is done by `oncall roster plan` and `apply`, as processes of their own: what is measured is
what an administrator waits for, and how much memory the machine must have.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from openpyxl import Workbook

from benchmarks.ground import ROOT, Figure, Postgres, goal
from oncall.store import directory, schema
from oncall.store.database import Database
from oncall.store.directory import Person, Unit

_HEADER = ("unit", "date", "shift", "role", "name", "mobile")
_FIRST = date(2099, 11, 1)
_DAYS = 30
_SHIFTS = ("08:00-20:00", "20:00-08:00")
_ROLES = ("primary", "deputy", "leader")
_CREW = 5
#: One unit's month in the flat table: every day, two shifts of three roles.
_ROWS = _DAYS * len(_SHIFTS) * len(_ROLES)
#: Runs `oncall` as it is installed, and tells the most memory it had.
_RUN = """
import resource, sys
from cli import main
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak {used}", file=sys.stderr)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one command took."""

    seconds: float
    megabytes: float


def run_cli(*args: str, database: str) -> Cost:
    """One command in a process of its own; whatever goes wrong is raised."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *args],
        cwd=ROOT,
        env=os.environ | {"ONCALL_DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=True,
    )
    took = time.perf_counter() - began
    return Cost(seconds=took, megabytes=int(done.stderr.rsplit("peak ", 1)[1]) / 1024)


def furnish(database: str, units: int) -> None:
    """An empty roster with so many units, five people in each."""
    db = Database(database)
    schema.upgrade(db)
    with db.begin() as tx:
        directory.put_units(tx, [Unit(code=f"U{n:04}", name_zh=f"第{n}单位") for n in range(units)])
        directory.put_people(
            tx,
            [
                Person(
                    id=f"{n}-{m}", unit=f"U{n:04}", name=_name(n, m), mobile=f"139{n * 10 + m:08}"
                )
                for n in range(units)
                for m in range(_CREW)
            ],
        )
    db.close()


def _name(unit: int, member: int) -> str:
    return "张王李赵陈"[member] + chr(0x4E00 + unit % 2000) + chr(0x5200 + member)


def rows(units: range) -> Iterator[tuple[str, date, str, str, str, str]]:
    """The flat table of some units' month."""
    for n in units:
        for day in range(_DAYS):
            for s, shift in enumerate(_SHIFTS):
                for r, role in enumerate(_ROLES):
                    member = (day * 2 + s + r) % _CREW
                    number = f"139{n * 10 + member:08}"
                    moment = _FIRST + timedelta(days=day)
                    yield f"U{n:04}", moment, shift, role, _name(n, member), number


def csv_file(path: Path, units: range) -> str:
    """The table as CSV in GB18030, as WPS saves it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    writer.writerows(rows(units))
    path.write_bytes(out.getvalue().encode("gb18030"))
    return str(path)


def xlsx_file(path: Path, units: range) -> str:
    """The table as a workbook with real dates."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("2099年11月")
    sheet.append(_HEADER)
    for row in rows(units):
        sheet.append(row)
    book.save(path)
    return str(path)


def parts(units: int, files: int) -> list[range]:
    """The units, dealt out to so many files."""
    edges = [units * n // files for n in range(files + 1)]
    return [range(left, right) for left, right in pairwise(edges)]


async def run(folder: Path, _: Postgres) -> list[Figure]:
    """Plan and apply a county's month; plan and apply a city's."""
    out: list[Figure] = []
    for name, units, files, most in (("county", 94, 2, 5), ("city", 1334, 4, 60)):
        total = units * _ROWS
        for kind, write in (("csv", csv_file), ("xlsx", xlsx_file)):
            database = f"sqlite:///{folder}/{name}-{kind}.db"
            furnish(database, units)
            made = [
                write(folder / f"{name}-{i}.{kind}", part)
                for i, part in enumerate(parts(units, files))
            ]
            steps = (("plan",), ("apply", "--yes"), ("plan", "--detailed-exitcode"))
            for label, step in zip(("plan", "apply", "plan again"), steps, strict=True):
                cost = run_cli("roster", step[0], *made, *step[1:], database=database)
                what = f"{label}, {name}'s month, {files} × {kind}"
                note = f"{total:,} rows, {cost.megabytes:,.0f} MB"
                out.append(goal(what, cost.seconds, "s", most=most, note=note))
                if name == "city":
                    out.append(goal(f"{what}: memory", cost.megabytes, "MB", most=500))
    return out
