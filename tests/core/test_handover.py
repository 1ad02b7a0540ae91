"""Who comes on duty and when they are reminded, for any roster and any rules."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oncall.core.handover import HandoverRules, check_at, coming, reminders, still_comes
from oncall.core.policies import default_book, dump, parse
from rosters.model import Duty
from rosters.resolve import compile_roster

#: 14:00 in Dehua.
NOON = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def duty(person: str, start: float, hours: float, role: str = "primary") -> Duty:
    """A duty that starts so many hours from noon."""
    begin = NOON + start * HOUR
    return Duty(
        unit="U", role=role, person=person, start=begin, end=begin + hours * HOUR, source="x"
    )


def test_only_who_comes_new_is_reminded() -> None:
    """Two duties in a row of one person are one watch; another role is another matter."""
    roster = compile_roster(
        [duty("a", -6, 12), duty("a", 6, 12), duty("b", 18, 12), duty("b", -6, 48, "deputy")]
    )
    found = coming(roster, HandoverRules(), NOON, NOON + DAY)
    assert [(s.person, s.role, s.start) for s in found] == [("b", "primary", NOON + 18 * HOUR)]


def test_a_unit_or_a_role_may_be_left_alone() -> None:
    """Units that are off, and roles that are not named, are not reminded."""
    roster = compile_roster([duty("a", 1, 8), duty("b", 1, 8, "team")])
    everybody = HandoverRules(roles=("primary", "team"))
    assert len(coming(roster, everybody, NOON, NOON + DAY)) == 2
    assert len(coming(roster, HandoverRules(), NOON, NOON + DAY)) == 1
    assert coming(roster, HandoverRules(off=frozenset({"U"})), NOON, NOON + DAY) == []


def test_the_evening_is_the_one_before() -> None:
    """A morning is reminded the evening before; so is a night that begins soon after supper."""
    morning, night = NOON + 18 * HOUR, NOON + 30 * HOUR
    assert reminders(HandoverRules(), morning, NOON, ZONE) == [
        NOON + 4 * HOUR,
        morning - timedelta(minutes=30),
    ]
    assert reminders(HandoverRules(), night, NOON, ZONE) == [
        NOON + 4 * HOUR,
        night - timedelta(minutes=30),
    ]
    assert reminders(HandoverRules(evening=None), morning, NOON, ZONE) == [
        morning - timedelta(minutes=30)
    ]


@given(st.floats(0.01, 40), st.sampled_from([None, time(18), time(0), time(23, 59)]))
def test_nobody_is_reminded_in_the_past_or_too_late(hours: float, evening: time | None) -> None:
    """Whenever a duty is given, there is a reminder, and the check comes after it, in time."""
    rules, start = HandoverRules(evening=evening), NOON + hours * HOUR
    moments = reminders(rules, start, NOON, ZONE)
    assert moments == sorted(set(moments))
    assert NOON <= moments[0] <= moments[-1] < start
    assert moments[-1] <= check_at(rules, start, NOON) < start


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(-20, 40), st.integers(1, 20)), max_size=8
    )
)
def test_who_is_found_does_come(rows: list[tuple[str, int, int]]) -> None:
    """Everybody found comes on, each once per moment, and the roster says so again when asked."""
    if not rows:
        return
    roster = compile_roster([duty(*row) for row in rows])
    found = coming(roster, HandoverRules(), NOON, NOON + DAY)
    assert len({(s.person, s.start) for s in found}) == len(found)
    for shift in found:
        assert NOON < shift.start <= NOON + DAY
        assert still_comes(roster, shift)
    # Whoever serves at some moment of the day served at noon, or was found coming on before it.
    for hour in range(1, 24):
        at = NOON + hour * HOUR
        for person in roster.who("primary", at).people:
            served = person in roster.who("primary", NOON).people
            assert served or any(s.person == person and s.start <= at for s in found)


def test_a_policy_file_says_when() -> None:
    """The rules are read from [handover] and written back; what is wrong is told with its line."""
    text = dump(default_book())
    book, faults = parse(text, "p.toml")
    assert faults == []
    assert book is not None
    assert book.handover == HandoverRules()
    changed = text.replace('evening = "18:00"', 'evening = ""').replace(
        "off = []", 'off = ["TWN-100"]'
    )
    book, _ = parse(changed, "p.toml")
    assert book is not None
    assert book.handover.evening is None
    assert book.handover.off == frozenset({"TWN-100"})
    again, _ = parse(dump(book), "p.toml")
    assert again == book
    broken = text.replace('confirm_by = "15m"', 'confirm_by = "45m"').replace(
        'roles = ["primary", "deputy", "leader"]', 'roles = ["boss"]'
    )
    book, faults = parse(broken, "p.toml")
    assert book is None
    assert [f.code for f in faults] == ["policy.confirm_before", "policy.bad_word"]
