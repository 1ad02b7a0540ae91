"""New duties meet those in force: the past stays, the same again changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oncall.admin.settling import Line, Row, Settled, settle
from rosters.diff import Window
from rosters.model import Duty
from rosters.resolve import compile_roster

UNIT, ROLE = "U", "primary"
LINE: Line = (UNIT, ROLE)
DAY = datetime(2026, 11, 3, tzinfo=UTC)
NOON = DAY + timedelta(hours=12)
WHOLE_DAY = {LINE: [Window(start=DAY, end=DAY + timedelta(days=1))]}


def duty(person: str, start: float, end: float) -> Duty:
    """A duty from hour to hour of the day."""
    return Duty(
        unit=UNIT,
        role=ROLE,
        person=person,
        start=DAY + timedelta(hours=start),
        end=DAY + timedelta(hours=end),
        source="test",
    )


def rows(*duties: Duty) -> list[Row]:
    """As they stand in the database."""
    return list(enumerate(duties, 1))


def carried_out(base: list[Row], settled: Settled) -> list[Row]:
    """The rows after a plan."""
    kept = [row for row in base if row[0] not in settled.rows_to_remove]
    first = max((number for number, _ in base), default=0) + 1
    return [*kept, *enumerate(settled.rows_to_add, first)]


def shown(duties: list[Duty]) -> list[str]:
    """Who served from when to when."""
    roster = compile_roster(duties)
    return [
        f"{''.join(s.people) or '-'} {(s.start - DAY) / timedelta(hours=1):g}"
        for s in roster.schedule(ROLE, DAY, DAY + timedelta(days=1))
    ]


def test_what_has_ended_stays() -> None:
    """A file that names another person for this morning changes nothing of this morning."""
    base = rows(duty("A", 0, 8), duty("B", 16, 24))
    settled = settle(base, [duty("X", 0, 8), duty("Y", 16, 24)], WHOLE_DAY, NOON)
    assert settled.past_kept == 1
    assert shown(settled.after(base)) == ["A 0", "- 8", "Y 16"]


def test_whoever_is_relieved_now_did_serve_until_now() -> None:
    """A change in the middle of a duty keeps the hours that were served."""
    base = rows(duty("A", 8, 20))
    settled = settle(base, [duty("B", 8, 20)], WHOLE_DAY, NOON)
    assert shown(settled.after(base)) == ["- 0", "A 8", "B 12", "- 20"]
    assert len(settled.diff.change) == 1


def test_a_change_in_the_middle_again_changes_nothing() -> None:
    """The same file an hour later is no change, though its duty began before the first."""
    base = rows(duty("A", 8, 20))
    file = [duty("B", 8, 20)]
    after = carried_out(base, settle(base, file, WHOLE_DAY, NOON))
    assert settle(after, file, WHOLE_DAY, NOON + timedelta(hours=1)).empty


def test_an_unrecorded_past_is_filled_in() -> None:
    """Where nobody is recorded, a file tells how it was; a running duty begins at its start."""
    settled = settle([], [duty("A", 0, 8), duty("B", 8, 20)], WHOLE_DAY, NOON)
    assert shown(settled.after([])) == ["A 0", "B 8", "- 20"]


def test_the_last_night_of_the_month_before_stays() -> None:
    """A duty that started before the file's first day is not the file's to replace."""
    night = duty("A", -4, 8)
    settled = settle(rows(night), [duty("B", 8, 20)], WHOLE_DAY, DAY - timedelta(days=3))
    assert settled.rows_to_remove == ()


def test_a_plan_is_the_same_plan_a_minute_later() -> None:
    """While a person reads a plan, time passes; that alone does not make it stale."""
    base = rows(duty("A", 8, 20), duty("C", 20, 24))
    file = [duty("B", 8, 20)]
    first = settle(base, file, WHOLE_DAY, NOON)
    later = settle(base, file, WHOLE_DAY, NOON + timedelta(minutes=1))
    assert first.fingerprint == later.fingerprint
    assert first.fingerprint != settle(base[1:], file, WHOLE_DAY, NOON).fingerprint


HOURS = st.integers(0, 23)
DUTIES = st.lists(
    st.builds(
        lambda person, start, length: duty(person, start, start + length),
        st.sampled_from("ABC"),
        HOURS,
        st.integers(1, 14),
    ),
    max_size=6,
)


def one_row_each(duties: list[Duty]) -> list[Duty]:
    """As `rosters.match` leaves them: nobody twice in the same hours of the same role."""
    kept: list[Duty] = []
    for one in duties:
        clash = (d for d in kept if d.person == one.person)
        if not any(d.start < one.end and one.start < d.end for d in clash):
            kept.append(one)
    return kept


@given(base=DUTIES, file=DUTIES, hour=HOURS)
def test_the_past_is_never_rewritten(base: list[Duty], file: list[Duty], hour: int) -> None:
    """Whatever the file says: who was recorded at a moment that is past is recorded then."""
    now = DAY + timedelta(hours=hour)
    before = rows(*one_row_each(base))
    settled = settle(before, one_row_each(file), WHOLE_DAY, now)
    was, is_now = (compile_roster(d) for d in ([d for _, d in before], settled.after(before)))
    for step in range(hour * 2):
        moment = DAY + timedelta(minutes=30 * step)
        recorded = set(was.who(ROLE, moment).people)
        assert not recorded or recorded <= set(is_now.who(ROLE, moment).people)


@given(base=DUTIES, file=DUTIES, hour=HOURS)
def test_from_now_on_the_file_holds(base: list[Duty], file: list[Duty], hour: int) -> None:
    """From now to the end of the file's days the roster is what the file says."""
    now = DAY + timedelta(hours=hour)
    wanted = one_row_each(file)
    before = rows(*one_row_each(base))
    after = compile_roster(settle(before, wanted, WHOLE_DAY, now).after(before))
    asked = compile_roster(wanted)
    for step in range((24 - hour) * 2):
        moment = now + timedelta(minutes=30 * step)
        assert set(after.who(ROLE, moment).people) == set(asked.who(ROLE, moment).people)


@given(base=DUTIES, file=DUTIES, hour=HOURS)
def test_twice_is_once(base: list[Duty], file: list[Duty], hour: int) -> None:
    """Applying the same file again, then or later, changes nothing."""
    now = DAY + timedelta(hours=hour)
    wanted = one_row_each(file)
    before = rows(*one_row_each(base))
    after = carried_out(before, settle(before, wanted, WHOLE_DAY, now))
    assert settle(after, wanted, WHOLE_DAY, now).empty
    assert settle(after, wanted, WHOLE_DAY, now + timedelta(hours=3)).empty
