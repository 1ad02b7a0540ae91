"""Calendars as others write them: one file for each trap, and noise of every kind."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosters.calendar_in import Reading, read
from rosters.calendar_people import match
from rosters.calendar_values import BadError, duration
from rosters.calendar_zones import named
from rosters.errors import explain
from rosters.known import Known, held
from rosters.model import Duty, PersonRef

FOLDER = Path(__file__).parent.parent / "fixtures" / "calendars"
SHANGHAI = ZoneInfo("Asia/Shanghai")
START, END = datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)

#: File -> every shift as "MM-DD HH:MM/MM-DD HH:MM who" on Shanghai's clock.
EXPECTED = {
    "rrule": ["11-02 08:00/11-03 08:00 张三", "11-04 08:00/11-05 08:00 张三",
              "11-06 08:00/11-07 08:00 张三"],
    "rdate": ["11-02 08:00/11-02 20:00 张三", "11-04 08:00/11-04 20:00 张三",
              "11-06 09:00/11-06 21:00 张三", "11-08 08:00/11-08 10:00 张三"],
    "exdate": ["11-02 08:00/11-03 08:00 张三", "11-05 08:00/11-06 08:00 张三"],
    "recurrence_id_sequence": ["11-02 08:00/11-03 08:00 张三", "11-03 10:00/11-03 18:00 王五",
                               "11-04 08:00/11-05 08:00 张三"],
    "this_and_future": ["11-02 08:00/11-03 08:00 张三", "11-03 08:00/11-04 08:00 张三",
                        "11-04 09:00/11-05 08:00 王五", "11-05 09:00/11-06 08:00 王五"],
    # Berlin's days, seven hours behind; the last day named is the first that does not count.
    "all_day_own_zone": ["11-02 07:00/11-04 07:00 张三", "11-04 07:00/11-05 07:00 李四"],
    "floating": ["11-02 08:00/11-02 20:00 张三"],
    # Read as UTC, the rule would go on for another day.
    "until_without_z": ["11-02 08:00/11-02 20:00 张三", "11-03 08:00/11-03 20:00 张三",
                        "11-04 08:00/11-04 20:00 张三", "11-06 08:00/11-06 20:00 李四",
                        "11-07 08:00/11-07 20:00 李四"],
    "windows_zone": ["11-02 00:00/11-03 00:00 张三", "11-03 08:00/11-03 20:00 李四",
                     "11-04 08:00/11-04 20:00 李四"],
    # "Amt" is half past nine hours east, because the calendar says so.
    "private_zone": ["11-02 06:30/11-02 18:30 张三", "11-03 06:30/11-03 18:30 张三"],
    "cancelled": ["11-03 08:00/11-03 20:00 李四", "11-05 08:00/11-05 20:00 李四"],
    "uid_twice": ["11-02 09:00/11-02 20:00 李四", "11-03 08:00/11-03 20:00 王五",
                  "11-04 08:00/11-04 20:00 张三"],
    "uid_missing": ["11-02 08:00/11-02 20:00 张三", "11-03 08:00/11-03 20:00 李四"],
    "broken_rows": ["11-05 08:00/11-05 10:00 张三"],
    "empty": [],
    "web_page": [],
    # The clock goes back on 1 November: a start takes the first 01:30, an end the last.
    "summer_time": ["10-31 21:00/11-01 22:00 张三", "11-01 13:30/11-01 15:30 王五",
                    "11-01 22:00/11-02 22:00 张三"],
    "folded_with_alarm": ["11-02 08:00/11-02 20:00 值班人员：张三、李四"],
}  # fmt: skip

PROBLEMS = {
    "uid_twice": ["calendar-uid-twice", "calendar-uid-twice"],
    "uid_missing": ["calendar-no-uid"],
    "broken_rows": ["calendar-cut", "calendar-event", "calendar-event", "calendar-length",
                    "calendar-line", "calendar-rule", "calendar-zone"],
    "empty": ["calendar-empty"],
    "web_page": ["calendar-none"],
    "summer_time": ["calendar-length"],
}  # fmt: skip


def load(name: str, zone: ZoneInfo = SHANGHAI) -> Reading:
    """One fixture read."""
    return read((FOLDER / f"{name}.ics").read_bytes(), f"{name}.ics", zone, START, END)


def shown(reading: Reading) -> list[str]:
    """Every shift in one line."""
    return [
        f"{s.start.astimezone(SHANGHAI):%m-%d %H:%M}/{s.end.astimezone(SHANGHAI):%m-%d %H:%M} "
        f"{s.summary}"
        for s in reading.shifts
    ]


@pytest.mark.parametrize("name", EXPECTED)
def test_one_trap_one_file(name: str) -> None:
    """Exactly the shifts that were meant, and exactly the problems there are, each with a line."""
    reading = load(name)
    assert shown(reading) == EXPECTED[name]
    assert sorted(p.code for p in reading.problems) == PROBLEMS.get(name, [])
    for told in reading.problems:
        assert told.where.startswith(f"{name}.ics")
        assert "{" not in explain(told)
    assert reading.failed is (name in ("empty", "web_page"))


def test_every_trap_has_its_file() -> None:
    """No fixture lies there without being read, and none is missing."""
    assert {path.stem for path in FOLDER.glob("*.ics")} == set(EXPECTED)


def test_a_floating_time_is_the_roster_s() -> None:
    """The same file means other instants in a roster of another zone."""
    [shift] = load("floating", ZoneInfo("Europe/Berlin")).shifts
    assert shift.start == datetime(2026, 11, 2, 7, tzinfo=UTC)


def test_the_window_is_half_open() -> None:
    """A shift that ends as the window begins, or begins as it ends, is outside."""
    data = (FOLDER / "rrule.ics").read_bytes()
    second, third = (datetime(2026, 11, day, tzinfo=UTC) for day in (3, 4))
    assert read(data, "x", SHANGHAI, second, third).shifts == ()
    [one] = read(data, "x", SHANGHAI, second - timedelta(seconds=1), third).shifts
    assert one.start == datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "zone"),
    [("Asia/Shanghai", "Asia/Shanghai"), ("China Standard Time", "Asia/Shanghai"),
     ("/mozilla.org/20071231_1/Europe/Berlin", "Europe/Berlin"), ('"UTC"', "UTC"),
     ("Eastern Standard Time", "America/New_York"), ("中国标准时间", None),
     ("Middle Earth", None), ("../../etc/passwd", None), ("", None)],
)  # fmt: skip
def test_names_of_zones(name: str, zone: str | None) -> None:
    """IANA names, also behind a path, and Windows names; nothing else, and no file."""
    found = named(name)
    assert (found and found.key) == zone


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=3", "FREQ=DAILY;INTERVAL=0", "FREQ=NEVER", "COUNT=3",
     "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYSETPOS=2", "FREQ=HOURLY;BYMONTH=2",
     "FREQ=DAILY;BYMINUTE=" + ",".join(map(str, range(60))), "FREQ=DAILY;UNTIL=soon",
     "FREQ=DAILY;COUNT=99999999999", "FREQ=DAILY;BYDAY=XX"],
)  # fmt: skip
def test_a_rule_without_end_or_sense_is_left_out(rule: str) -> None:
    """What would repeat every second, search for 30 February, or cannot be read, is reported."""
    text = (FOLDER / "rrule.ics").read_bytes().decode()
    data = text.replace("FREQ=DAILY;INTERVAL=2;COUNT=3", rule).encode()
    reading = read(data, "x", SHANGHAI, START, END)
    assert reading.shifts == ()
    assert {p.code for p in reading.problems} <= {"calendar-rule", "calendar-event"}
    assert len(reading.problems) == 1


def test_lengths() -> None:
    """Weeks, days, hours; and what is none."""
    assert duration("P1W") == timedelta(days=7)
    assert duration("P1DT2H3M4S") == timedelta(days=1, hours=2, minutes=3, seconds=4)
    for wrong in ("P", "8 hours", "-PT1H", ""):
        with pytest.raises(BadError):
            duration(wrong)


# -- people --------------------------------------------------------------------------------

PEOPLE = [
    PersonRef(id=f"p{n}", unit="U", name=name, mobile=None, active=active)
    for n, (name, active) in enumerate(
        [("张三", True), ("李四", True), ("王五", False), ("赵六", True), ("赵六", True)]
    )
]


def who(summary: str, *invited: str, **mapping: str) -> tuple[list[str], list[str]]:
    """Who is meant by an event, and what is wrong with it."""
    lines = [f"ATTENDEE;{one}" for one in invited]
    text = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", f"SUMMARY:{summary}", *lines,
            "DTSTART:20261102T000000Z", "DURATION:PT1H", "END:VEVENT", "END:VCALENDAR"]  # fmt: skip
    reading = read("\r\n".join(text).encode(), "x", SHANGHAI, START, END)
    duties, problems = match(reading.shifts, PEOPLE, mapping, unit="U", role="primary",
                             source="calendar x", emails={"li@example.org": "p1"})  # fmt: skip
    return [duty.person for duty in duties], [told.code for told in problems]


@pytest.mark.parametrize(
    ("summary", "people", "problems"),
    [
        ("张三", ["p0"], []),
        ("值班人员：张 三、李四", ["p0", "p1"], []),
        ("主班张三/李四值班", ["p0", "p1"], []),
        ("夜班 - 李四 (20:00)", ["p1"], []),
        ("张三、外人", ["p0"], ["calendar-somebody"]),
        ("外人", [], ["calendar-nobody"]),
        ("王五", [], ["calendar-nobody"]),
        ("赵六", [], ["calendar-nobody"]),
        ("", [], ["calendar-nobody"]),
    ],
)
def test_people_by_their_names(summary: str, people: list[str], problems: list[str]) -> None:
    """Full names between marks and role words; not who is unknown, has left, or has a namesake."""
    assert who(summary) == (people, problems)


def test_people_by_mapping_and_by_invitation() -> None:
    """Words that somebody explained, names in invitations, and addresses."""
    assert who("Duty A", **{"Duty A": "p3"}) == (["p3"], [])
    assert who("Zhao、张三", Zhao="p4") == (["p4", "p0"], [])
    assert who("Night", "CN=李四:mailto:x@example.org") == (["p1"], [])
    assert who("Night", "CN=Li:mailto:LI@example.org") == (["p1"], [])


# -- what was known when -------------------------------------------------------------------


def hour(n: float) -> datetime:
    """So many hours after the beginning."""
    return datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=n)


def known(person: str, start: float, end: float, since: float, until: float | None = None) -> Known:
    """A duty that was known for some hours."""
    duty = Duty(
        unit="U", role="primary", person=person, start=hour(start), end=hour(end), source="c"
    )
    return Known(duty=duty, since=hour(since), until=None if until is None else hour(until))


def test_what_a_calendar_said_counts_while_it_said_it() -> None:
    """Read before, it is whole; read late, it begins then; withdrawn, it ends then."""
    rows = [known("a", 8, 12, 0), known("b", 12, 16, 14), known("c", 16, 20, 0, 18),
            known("d", 20, 24, 0, 19), known("e", 0, 4, 5)]  # fmt: skip
    assert [(d.person, d.start, d.end) for d in held(rows)] == [
        ("a", hour(8), hour(12)), ("b", hour(14), hour(16)), ("c", hour(16), hour(18)),
    ]  # fmt: skip


def test_a_shift_written_anew_while_it_runs_is_one_duty() -> None:
    """Its end moved at 10:00: the person has one duty, from its start to its new end."""
    [one] = held([known("a", 8, 12, 0, 10), known("a", 8, 14, 10)])
    assert (one.start, one.end, one.cut_from) == (hour(8), hour(14), None)


# -- noise ---------------------------------------------------------------------------------

ALL = [path.read_bytes() for path in sorted(FOLDER.glob("*.ics"))]
_PIECES = [b"BEGIN:VEVENT", b"END:VEVENT", b"RRULE:FREQ=WEEKLY;BYDAY=MO,XX", b"\r\n ", b":", b";",
           b"DTSTART;TZID=Amt:", b"20261102T080000", b"99999999", b"\xff\xfe", b"\x00", b"EXDATE:",
           b"RDATE;VALUE=PERIOD:20261102T080000Z/P", b"BEGIN:VTIMEZONE", b"TZOFFSETTO:+9999",
           b"RECURRENCE-ID:20261102", b"UNTIL=20261104", b"SEQUENCE:-1",
           b"DURATION:P9999999D"]  # fmt: skip


@settings(max_examples=4 * (settings.default or settings()).max_examples)
@given(st.data())
def test_no_calendar_is_too_strange(data: st.DataObject) -> None:
    """Good calendars with noise in them are read or reported, in bounded time, never a fault."""
    whole = bytearray(data.draw(st.sampled_from(ALL)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole)))
        cut = data.draw(st.integers(0, 12))
        put = data.draw(st.one_of(st.sampled_from(_PIECES), st.binary(max_size=8)))
        whole[at : at + cut] = put
    reading = read(bytes(whole), "x", SHANGHAI, START, END)
    for shift in reading.shifts:
        assert shift.start < shift.end
        assert shift.start < END
        assert shift.end > START
    for told in reading.problems:
        assert explain(told)


@given(st.binary(max_size=400))
def test_no_bytes_are_too_strange(noise: bytes) -> None:
    """Whatever comes instead of a calendar is said to be none."""
    head = b"BEGIN:VCALENDAR\r\n" if len(noise) % 2 else b""
    assert read(head + noise, "x", SHANGHAI, START, END).failed


def test_the_last_day_is_a_day() -> None:
    """The smallest and the largest years are refused instead of overflowing."""
    for year in ("0001", "1969", "9999"):
        text = (FOLDER / "floating.ics").read_bytes().decode().replace("2026", year)
        reading = read(text.encode(), "x", SHANGHAI, START, END)
        assert [p.code for p in reading.problems] == ["calendar-event"]
    assert date.max.year == 9999
