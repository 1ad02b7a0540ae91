"""What is exported reads back as the same duties, whatever the roster."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.admin import history
from oncall.store.directory import Person
from rosters.files import opened, understood
from rosters.match import match
from rosters.model import SUPERVISOR, TEAM, Duty, PersonRef, Request
from tests.county import ZONE

MIDNIGHT = datetime(2026, 11, 1, tzinfo=ZONE)
PEOPLE = {
    "1": Person(id="1", unit="U", name="张三", mobile="13900000001"),
    "2": Person(id="2", unit="U", name="李四", mobile="13900000002"),
    "3": Person(id="3", unit="U", name="李四", mobile="13900000003"),
    "4": Person(id="4", unit="U", name="欧阳娜娜"),
}
KNOWN = [PersonRef(id=p.id, unit=p.unit, name=p.name, mobile=p.mobile) for p in PEOPLE.values()]
#: Who, in which role, from which minute of the month on, for how many minutes.
SLOTS = st.lists(
    st.tuples(
        st.sampled_from(sorted(PEOPLE)),
        st.sampled_from([TEAM, SUPERVISOR]),
        st.integers(0, 24 * 28) | st.integers(0, 24 * 28 * 60).map(lambda minutes: minutes / 60),
        st.integers(1, 36) | st.integers(30, 36 * 60).map(lambda minutes: minutes / 60),
    ),
    min_size=1,
    max_size=8,
)


def roster(slots: list[tuple[str, str, float, float]]) -> list[Duty]:
    """The duties, those left out that overlap one of the same person in the same role."""
    kept: list[Duty] = []
    for number, (person, role, first, hours) in enumerate(slots):
        start = MIDNIGHT + timedelta(minutes=round(first * 60))
        end = start + timedelta(minutes=round(hours * 60))
        same = [d for d in kept if (d.person, d.role) == (person, role)]
        if not any(start < other.end and other.start < end for other in same):
            kept.append(
                Duty(unit="U", role=role, person=person, start=start, end=end, source=f"r:{number}")
            )
    return kept


@settings(max_examples=60)
@given(SLOTS)
def test_an_export_reads_back_as_the_same_duties(
    slots: list[tuple[str, str, float, float]],
) -> None:
    """CSV and workbook: namesakes by number, nights, 24:00, a day and a half, to the minute."""
    duties = roster(slots)
    files = {
        "r.csv": history.export_csv(duties, PEOPLE, ZONE).encode("utf-8-sig"),
        "r.xlsx": history.export_xlsx(duties, PEOPLE, ZONE, "2026年11月"),
    }
    for name, data in files.items():
        result = understood(opened(data, name), Request(filename=name, tz=ZONE))
        found, problems = match(result.entries, KNOWN)
        assert not result.failed, result.problems
        assert not problems
        assert {_key(duty) for duty in found} == {_key(duty) for duty in duties}


def _key(duty: Duty) -> tuple[object, ...]:
    return duty.unit, duty.role, duty.person, duty.start, duty.end
