"""Rotations against a slow reading of the same rules, minute by minute, where clocks jump."""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosters.clocks import Clock
from rosters.compose import compose
from rosters.daykinds import EVERY_KIND, DayKind, DayTable
from rosters.model import Duty
from rosters.resolve import compile_roster
from rosters.rotation import Rule, Step, Version, layers, moved, wall
from rosters.rotation_body import version as from_body
from rosters.rotation_body import written

#: In `make soak` the profile asks for twenty times as many.
MANY = settings().max_examples
DAY = 24 * 60
MINUTE = timedelta(minutes=1)
EVER = datetime(2020, 1, 1, tzinfo=UTC)
#: A zone, and a day on which its clock jumps, or nothing happens.
TRANSITIONS = [
    ("Asia/Shanghai", date(2026, 3, 29)),
    ("America/Chicago", date(2026, 3, 8)),
    ("America/Chicago", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
]


def rule(**changes: object) -> Rule:
    """Two people, a day each from 08:00, since Monday 2 November 2026."""
    values: dict[str, object] = {
        "name": "r", "role": "primary", "layer": 0, "groups": (("a",), ("b",)), "every": 1,
        "step": Step.DAYS, "anchor": wall(date(2026, 11, 2), 8 * 60),
    }  # fmt: skip
    return Rule(**(values | changes))  # type: ignore[arg-type]


def version(*rules: Rule, zone: str = "Asia/Shanghai", since: datetime = EVER,
            until: datetime | None = None, table: DayTable | None = None) -> Version:  # fmt: skip
    """One version of unit U."""
    return Version(unit="U", zone=ZoneInfo(zone), rules=rules, since=since, until=until,
                   table=table or DayTable())  # fmt: skip


def local(duties: list[Duty], zone: str = "Asia/Shanghai") -> list[tuple[str, str, str]]:
    """Who from when to when on the wall."""
    return [
        (d.person, f"{d.start.astimezone(ZoneInfo(zone)):%m-%d %H:%M}",
         f"{d.end.astimezone(ZoneInfo(zone)):%m-%d %H:%M}")
        for d in sorted(duties, key=lambda one: (one.start, one.person))
    ]  # fmt: skip


def during(*versions: Version, days: int = 7, first: date = date(2026, 11, 2)) -> list[Duty]:
    """The settled duties of some days."""
    start = datetime(first.year, first.month, first.day, tzinfo=versions[0].zone).astimezone(UTC)
    end = start + timedelta(days=days)
    return [d for d in compose(layers(versions, start, end)) if d.start < end]


# -- the slow reading ----------------------------------------------------------------------


class Slow:
    """Every minute of some days, what the wall shows then, and who serves by the rule's words."""

    def __init__(self, zone: str, first: date, days: int) -> None:
        self.zone = ZoneInfo(zone)
        begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
        self.minutes = [begin + n * MINUTE for n in range((days + 2) * DAY)]
        shown = [moment.astimezone(self.zone) for moment in self.minutes]
        self.walls = [wall(s.date(), s.hour * 60 + s.minute) for s in shown]
        self.at: dict[int, list[datetime]] = {}
        for moment, what in zip(self.minutes, self.walls, strict=True):
            self.at.setdefault(what, []).append(moment)

    def instant(self, what: int, *, ending: bool) -> datetime:
        """The first or last minute at which the wall shows this, or the one after the hole."""
        if what in self.at:
            return self.at[what][-1 if ending else 0]
        steps = zip(self.walls, self.walls[1:], self.minutes[1:], strict=False)
        return next(after for was, now, after in steps if was < what < now)

    def serving(self, one: Rule, table: DayTable) -> dict[datetime, set[str]]:
        """Minute -> who serves."""
        found: dict[datetime, set[str]] = {}
        low, high = min(self.walls), max(self.walls)
        for start, end, group in self._stretches(one, table, low, high):
            # The first and last day are only there so that what reaches in from outside is seen.
            moment = self.minutes[0] if start == low else self.instant(start, ending=False)
            last = self.minutes[-1] if end == high else self.instant(end, ending=True)
            while moment < last:
                found.setdefault(moment, set()).update(group)
                moment += MINUTE
        return found

    def _stretches(
        self, one: Rule, table: DayTable, low: int, high: int
    ) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Minutes of the wall with the same turn and somebody allowed, glued together."""
        begins = self._begins(one, low, high)
        for number, (begin, end) in begins:
            group = one.groups[(one.first + number) % len(one.groups)]
            open_since = None
            begin, end = max(begin, low), min(end, high)
            for what in range(begin, end + 1):
                inside = what < end and self._allowed(one, table, what)
                if inside and open_since is None:
                    open_since = what
                if not inside and open_since is not None:
                    yield open_since, what, group
                    open_since = None

    def _begins(self, one: Rule, low: int, high: int) -> list[tuple[int, tuple[int, int]]]:
        """The turns around these minutes, counted one by one from the anchor."""
        number = 0
        while _begin(one, number) > low:
            number -= 1
        found = []
        while (begin := _begin(one, number)) < high:
            if (end := _begin(one, number + 1)) > low:
                found.append((number, (begin, end)))
            number += 1
        return found

    def _allowed(self, one: Rule, table: DayTable, what: int) -> bool:
        if one.since is not None and what < one.since:
            return False
        if one.until is not None and what >= one.until:
            return False
        hours = one.hours
        if not hours and one.weekdays == frozenset(range(7)) and one.days == EVERY_KIND:
            return True
        hours = hours or (Clock(start=one.handover, end=one.handover + DAY),)
        for back in (0, 1):
            day = date.fromordinal(what // DAY - back)
            minute = what % DAY + back * DAY
            named = day.weekday() in one.weekdays and table.kind(day) in one.days
            if named and any(clock.start <= minute < clock.end for clock in hours):
                return True
        return False


def _begin(one: Rule, number: int) -> int:
    """Where on the wall this turn begins; a month without the day hands over on its last."""
    if one.step is not Step.MONTHS:
        length = {Step.HOURS: 60, Step.DAYS: DAY, Step.WEEKS: 7 * DAY}[one.step]
        return one.anchor + number * one.every * length
    first = date.fromordinal(one.anchor // DAY)
    year, month = divmod(first.year * 12 + first.month - 1 + number * one.every, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return wall(date(year, month + 1, min(first.day, last)), one.anchor % DAY)


def together(slow: Slow, rules: list[Rule], table: DayTable) -> dict[datetime, set[str]]:
    """Minute -> who serves by all of these: those of the highest layer in which anybody does."""
    found: dict[datetime, set[str]] = {}
    for layer in sorted({one.layer for one in rules}):
        mine: dict[datetime, set[str]] = {}
        for one in rules:
            if one.layer == layer:
                for moment, people in slow.serving(one, table).items():
                    mine.setdefault(moment, set()).update(people)
        found |= mine
    return found


@st.composite
def _rules(draw: st.DrawFn, around: date) -> Rule:
    step = draw(st.sampled_from(Step))
    every = draw(st.integers(1, 30) if step is Step.HOURS else st.integers(1, 3))
    # Clocks near the jump, where everything that can go wrong goes wrong.
    clock = st.one_of(st.integers(0, 4 * 60), st.integers(0, DAY - 1))
    anchor = wall(around, draw(clock)) - draw(st.integers(-2, 9)) * DAY
    if step is Step.MONTHS:
        # Back by so many months, to a day whose handover falls near the jump, or on a 31st.
        near = around + timedelta(days=draw(st.integers(-1, 1)))
        year, month = divmod(near.year * 12 + near.month - 1 - draw(st.integers(0, 14)), 12)
        last = calendar.monthrange(year, month + 1)[1]
        day = min(draw(st.sampled_from([near.day, 31])), last)
        anchor = wall(date(year, month + 1, day), draw(clock))
    hours = []
    for start, end in draw(st.lists(st.tuples(clock, clock), max_size=2)):
        hours.append(Clock(start=start, end=end if end > start else end + DAY))
    ends = [wall(around, draw(clock)) + draw(st.integers(-2, 2)) * DAY for _ in range(2)]
    return rule(
        layer=draw(st.integers(0, 2)),
        groups=draw(st.permutations([("a",), ("b", "c"), ("d",)]))[: draw(st.integers(1, 3))],
        first=draw(st.integers(0, 2)),
        every=every,
        step=step,
        anchor=anchor,
        hours=tuple(hours),
        weekdays=draw(st.one_of(st.just(frozenset(range(7))), st.frozensets(st.integers(0, 6)))),
        days=draw(st.one_of(st.just(EVERY_KIND), st.frozensets(st.sampled_from(DayKind)))),
        since=draw(st.sampled_from([None, min(ends)])),
        until=draw(st.sampled_from([None, max(ends) + 1])),
    )


_DAYS = 3
SLOW = {
    (zone, around): Slow(zone, around - timedelta(days=1), _DAYS) for zone, around in TRANSITIONS
}


@pytest.mark.parametrize(("zone", "around"), TRANSITIONS)
@settings(max_examples=MANY // 8)
@given(data=st.data())
def test_every_minute_is_as_a_slow_reading_has_it(
    zone: str, around: date, data: st.DataObject
) -> None:
    """Whatever the rules, their layers, and the moment at which others came into force: each
    minute around a jump of the clock has the people it should."""
    rules = st.lists(_rules(around), min_size=1, max_size=2)
    old, new = data.draw(rules), data.draw(st.one_of(st.none(), rules))
    table = DayTable(off=frozenset({around}), working=frozenset({around + timedelta(days=1)}))
    slow = SLOW[zone, around]
    start, end = slow.minutes[DAY], slow.minutes[-DAY]
    expected = together(slow, old, table)
    versions = [version(*old, zone=zone, table=table)]
    if new is not None:
        change = start + data.draw(st.integers(0, _DAYS * DAY)) * MINUTE
        later = together(slow, new, table)
        expected = {at: who for at, who in expected.items() if at < change}
        expected |= {at: who for at, who in later.items() if at >= change}
        versions = [
            version(*old, zone=zone, table=table, until=change),
            version(*new, zone=zone, table=table, since=change),
        ]
    [*found] = compose(layers(versions, start, end))
    roster = compile_roster(found)
    moment = start
    while moment < end:
        assert set(roster.who("primary", moment).people) == expected.get(moment, set()), moment
        moment += MINUTE


@pytest.mark.parametrize(("zone", "around"), TRANSITIONS)
@given(every=st.integers(1, 40), clock=st.integers(0, DAY - 1))
def test_a_handover_never_leaves_a_hole(zone: str, around: date, every: int, clock: int) -> None:
    """Whatever the clock of the handover, somebody serves at every instant around a jump."""
    one = rule(every=every, step=Step.HOURS, anchor=wall(around, clock))
    start = datetime(around.year, around.month, around.day, tzinfo=UTC) - timedelta(days=2)
    end = start + timedelta(days=4)
    roster = compile_roster(compose(layers([version(one, zone=zone)], start, end)))
    assert roster.gaps("primary", start, end) == []


# -- the words of the rules ----------------------------------------------------------------


def test_days_from_handover_to_handover() -> None:
    """Two people take turns at 08:00; the start index says whose turn is the first."""
    assert local(during(version(rule(since=rule().anchor)), days=3)) == [
        ("a", "11-02 08:00", "11-03 08:00"),
        ("b", "11-03 08:00", "11-04 08:00"),
        ("a", "11-04 08:00", "11-05 08:00"),
    ]
    assert local(during(version(rule(first=1)), days=1))[-1][0] == "b"


def test_a_group_serves_together() -> None:
    """A turn of several people puts all of them on duty."""
    found = during(version(rule(groups=(("a", "b"), ("c",)), since=rule().anchor)), days=2)
    assert [person for person, _, _ in local(found)] == ["a", "b", "c"]


def test_months_of_unequal_length() -> None:
    """A month that has no 31st hands over on its last day, and the next counts from 31 again."""
    one = rule(step=Step.MONTHS, anchor=wall(date(2027, 1, 31), 8 * 60), since=0)
    found = local(during(version(one), first=date(2027, 1, 31), days=90))
    assert [start for _, start, _ in found[1:]] == ["01-31 08:00", "02-28 08:00", "03-31 08:00",
                                                    "04-30 08:00"]  # fmt: skip


def test_nights_only() -> None:
    """Hours over midnight belong to the evening they begin in."""
    one = rule(hours=(Clock(start=20 * 60, end=32 * 60),), weekdays=frozenset({4}))
    assert local(during(version(one))) == [("a", "11-06 20:00", "11-07 08:00")]


def test_equal_clocks_are_the_whole_day_and_no_weekday_is_never() -> None:
    """08:00 to 08:00 is a day and a night; bound to no day of the week nobody ever serves."""
    monday = rule(hours=(Clock(start=8 * 60, end=32 * 60),), weekdays=frozenset({0}))
    assert local(during(version(monday))) == [("a", "11-02 08:00", "11-03 08:00")]
    assert during(version(rule(weekdays=frozenset()))) == []


def test_a_higher_layer_cuts_a_lower_one_while_it_serves() -> None:
    """At night the night layer serves, by day the one beneath; layers alike serve together."""
    day = rule(groups=(("a",),), name="day")
    night = rule(groups=(("n",),), layer=1, hours=(Clock(start=20 * 60, end=32 * 60),), name="n")
    found = local(during(version(day, night), days=1))
    assert found[-2:] == [("a", "11-02 08:00", "11-02 20:00"), ("n", "11-02 20:00", "11-03 08:00")]
    also = rule(groups=(("x",),), name="also")
    assert {p for p, start, _ in local(during(version(day, also), days=1)) if "11-02" in start} == {
        "a", "x",
    }  # fmt: skip


def test_holidays_and_make_up_days_choose_the_rule() -> None:
    """Offices work on the make-up Sunday and rest on the Thursday that is off."""
    table = DayTable(off=frozenset({date(2026, 11, 5)}), working=frozenset({date(2026, 11, 8)}))
    office = rule(groups=(("o",),), days=frozenset({DayKind.WORKDAY, DayKind.MAKEUP}))
    rest = rule(groups=(("r",),), days=frozenset({DayKind.HOLIDAY, DayKind.WEEKEND}))
    found = local(during(version(office, rest, table=table), days=7))
    on = {start[:5]: person for person, start, _ in found}
    assert [on[f"11-0{day}"] for day in range(2, 9)] == ["o", "o", "o", "r", "o", "r", "o"]


def test_a_new_version_counts_from_its_instant_only() -> None:
    """The hours served by the old rule stay as they were, and nobody's turn begins in the past."""
    change = datetime(2026, 11, 3, 4, tzinfo=UTC)
    old = version(rule(groups=(("a",),)), until=change)
    new = version(rule(groups=(("z",),)), since=change)
    found = during(old, new, days=3)
    assert local(found)[1:3] == [("a", "11-02 08:00", "11-03 08:00"),
                                 ("a", "11-03 08:00", "11-03 12:00")]  # fmt: skip
    assert local(found)[3] == ("z", "11-03 12:00", "11-04 08:00")
    [cut] = [d for d in found if d.person == "z" and d.cut_from]
    assert cut.cut_from == (change - timedelta(hours=4), change + timedelta(hours=20))


def test_who_goes_on_serving_has_one_duty() -> None:
    """A new version that keeps a turn does not cut it in two, nor move it in calendars."""
    change = datetime(2026, 11, 3, 4, tzinfo=UTC)
    old = version(rule(), until=change)
    new = version(rule(groups=(("a",), ("b",), ("c",))), since=change)
    start, end = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 6, tzinfo=UTC)
    assert local(during(old, new, days=2))[1:] == [
        ("a", "11-02 08:00", "11-03 08:00"), ("b", "11-03 08:00", "11-04 08:00"),
    ]  # fmt: skip
    touched = moved([old, new], "b", start, end)
    third = datetime(2026, 11, 3, tzinfo=UTC)
    assert touched["U", "primary", third] == {EVER}
    fifth = third + timedelta(days=2)
    assert touched["U", "primary", fifth] == {EVER, change}


def test_what_is_kept_is_read_back() -> None:
    """A version's text gives the same rules, zone and days again, and the same text."""
    one = rule(hours=(Clock(start=480, end=1200),), days=frozenset({DayKind.MAKEUP}), first=1,
               weekdays=frozenset({1, 2}), since=5, until=7)  # fmt: skip
    table = DayTable(off=frozenset({date(2026, 10, 1)}), working=frozenset({date(2026, 10, 10)}))
    body = written(ZoneInfo("Europe/Berlin"), (one,), table)
    back = from_body("U", body, EVER, None)
    assert (back.rules, back.zone.key, back.table) == ((one,), "Europe/Berlin", table)
    assert written(back.zone, back.rules, back.table) == body
