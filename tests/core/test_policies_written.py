"""Whatever book of ladders we write down as a policy file, we read back the same."""

from datetime import time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.core.model import (
    Ask,
    Channel,
    Colour,
    Morning,
    Policy,
    Quiet,
    Step,
    Urgency,
)
from oncall.core.oversight import Failing, Oversight, Tally
from oncall.core.policies import PolicyBook, dump, parse
from oncall.core.policies.values import ROLES
from oncall.core.terms import Term, Terms
from oncall.core.transfers import LifeTerms
from tests.core.test_policies import UNITS

NAMES = st.text(min_size=1, max_size=20).map(str.strip).filter(bool)
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))


HOURS = st.sampled_from([((time(8), time(12)),), ((time(9), time(10)), (time(10), time(11, 1)))])


def seconds(least: int, most: int = 366 * 86400) -> st.SearchStrategy[timedelta]:
    """Lengths of whole seconds."""
    return st.integers(least, most).map(lambda s: timedelta(seconds=s))


ASKS = st.one_of(
    *(
        st.builds(
            Ask,
            source=st.just(source),
            role=st.sampled_from(roles),
            unit=st.none() | st.sampled_from(sorted(UNITS)),
        )
        for source, roles in ROLES.items()
    )
)


@st.composite
def ladders(draw: st.DrawFn, urgency: Urgency) -> Policy:
    """A sound ladder: levels and times grow, it begins before an answer is due."""
    levels = sorted(draw(st.lists(st.integers(1, 9), min_size=1, max_size=6)))
    levels[0] = 1
    at = timedelta()
    steps = []
    mornings = draw(st.integers(0, len(levels) - 1))
    for i, level in enumerate(levels):
        new = i > 0 and level != levels[i - 1]
        at += draw(seconds(1 if new else 0, 86400))
        first = i == 0
        by_morning = not first and i >= len(levels) - mornings
        steps.append(
            Step(
                level=level,
                asks=tuple(draw(st.lists(ASKS, min_size=1, max_size=3, unique=True))),
                channels=tuple(draw(st.lists(st.sampled_from(Channel), min_size=1, unique=True))),
                after=None if by_morning else at,
                morning=Morning(clock=draw(CLOCKS), not_before=at, days_later=i)
                if by_morning
                else None,
            )
        )
    begins = steps[0].after or timedelta()
    since, until = draw(st.tuples(CLOCKS, CLOCKS).filter(lambda two: two[0] != two[1]))
    quiet = Quiet(since=since, until=until, from_level=draw(st.integers(1, 9)))
    return Policy(
        name=draw(NAMES),
        urgency=urgency,
        zone=draw(st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "UTC"])),
        ack_within=begins + draw(seconds(60, 86400)),
        steps=tuple(steps),
        useful_life=draw(seconds(1)),
        first_action=draw(seconds(60)),
        first_action_working=draw(st.booleans()),
        exhausted_after=draw(seconds(60)),
        alarm_every=draw(seconds(60)),
        quiet=quiet if urgency is Urgency.ROUTINE and draw(st.booleans()) else None,
        hours=draw(HOURS),
        late_after=draw(seconds(1)),
    )


@st.composite
def tables(draw: st.DrawFn) -> Terms:
    """A term for each urgency, and perhaps some for categories."""
    keys: list[tuple[str | None, Urgency]] = [(None, urgency) for urgency in Urgency]
    keys += draw(st.lists(st.tuples(NAMES, st.sampled_from(Urgency)), max_size=2, unique=True))
    lengths = st.tuples(seconds(60), st.none()) | st.tuples(st.none(), st.integers(1, 250))
    terms = []
    for category, urgency in keys:
        within, days = draw(lengths)
        terms.append(Term(urgency=urgency, category=category, within=within, working_days=days))
    return Terms(
        terms=tuple(terms),
        zone=draw(st.sampled_from(["Asia/Shanghai", "UTC"])),
        day_ends=draw(CLOCKS),
        hours=draw(HOURS),
        remind=(*sorted(draw(st.sets(st.integers(1, 99), max_size=3))), 100),
        extensions_by=draw(st.sampled_from(sorted(UNITS))),
    )


@st.composite
def supervision(draw: st.DrawFn) -> Oversight:
    """How some county supervises."""
    by_colour = st.fixed_dictionaries({colour: st.integers(1, 250) for colour in Colour})
    tallies = st.builds(
        Tally, what=st.sampled_from(Failing), times=st.integers(1, 250), within=seconds(86400)
    )
    return Oversight(
        number=draw(st.sampled_from(["德督办〔{year}〕{n}号", "{year}-{n}"])),
        office=draw(NAMES),
        unit=draw(st.sampled_from(sorted(UNITS))),
        words=draw(st.dictionaries(st.sampled_from(Colour), NAMES)),
        auto_blue=draw(st.booleans()),
        reply_within=draw(by_colour),
        tally_at=draw(CLOCKS),
        tallies=tuple(draw(st.lists(tallies, max_size=3))),
    )


@st.composite
def books(draw: st.DrawFn) -> PolicyBook:
    """A book with a ladder for each urgency, and perhaps some for categories."""
    keys: list[tuple[str | None, Urgency]] = [(None, urgency) for urgency in Urgency]
    keys += draw(st.lists(st.tuples(NAMES, st.sampled_from(Urgency)), max_size=2, unique=True))
    return PolicyBook(
        name=draw(NAMES),
        policies={key: draw(ladders(key[1])) for key in keys},
        terms=draw(tables()),
        oversight=draw(supervision()),
        life=LifeTerms(
            dispute_urgent=draw(seconds(60)),
            dispute_routine=draw(seconds(60)),
            join_within=draw(seconds(60)),
            hops=draw(st.integers(1, 9)),
            copy_parent=draw(st.booleans()),
            either_may_ack=draw(st.booleans()),
            nuisance_lapses=draw(seconds(60)),
            nuisance_holds=draw(seconds(60)),
            nuisance_waits=draw(seconds(60)),
            held_again=draw(seconds(60)),
            county_office=draw(st.sampled_from(sorted(UNITS))),
        ),
    )


@given(books())
@settings(max_examples=100)
def test_what_we_write_we_read_back(book: PolicyBook) -> None:
    """Any sound book survives the file: same names, same steps, same times."""
    assert parse(dump(book), "p.toml", units=UNITS) == (book, [])
