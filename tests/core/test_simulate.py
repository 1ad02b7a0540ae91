"""Simulate plays the very ladder the engine would, with scripted people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from oncall.core.events import Acked
from oncall.core.model import Ask, Channel, Reason, Urgency, Watch, WorkCalendar
from oncall.core.simulate import Act, Answer, Kind, Line, Script, simulate
from tests.core.ladders import LADDERS, UNIT, Story

START = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DEMO = Script(
    answers={"Lin": Answer(act=Act.ACK, after=30 * timedelta(seconds=1))},
    dead=frozenset({("Chen", Channel.SMS), ("Chen", Channel.VOICE)}),
)


def on_duty_at(ask: Ask, _now: datetime) -> Watch:
    """The sample county's duty, the same at every moment."""
    return Story().on_duty(ask)


def played(script: Script, urgency: Urgency = Urgency.URGENT, minutes: int = 90) -> list[Line]:
    """A ladder opened at 14:00 and played for so many minutes."""
    until = START + minutes * MINUTE
    return simulate(LADDERS[urgency], WorkCalendar(), UNIT, START, on_duty_at, script, until)


def told(lines: list[Line]) -> list[str]:
    """Lines as `05:00 notify voice Wang page`, minutes and seconds since the page opened."""
    out = []
    for line in lines:
        minutes, seconds = divmod(int((line.at - START).total_seconds()), 60)
        parts = (line.kind, line.channel or "", line.name, line.what)
        out.append(f"{minutes:02}:{seconds:02} " + " ".join(p for p in parts if p))
    return out


def test_the_story_of_the_demo() -> None:
    """Nobody, nobody, a dead phone, then the division leader takes it and everybody hears."""
    assert told(played(DEMO)) == [
        "00:00 notify sms Wang page",
        "05:00 notify voice Wang page",
        "10:00 notify sms Li page",
        "10:00 notify voice Li page",
        "15:00 notify sms Chen page",
        "15:00 notify voice Chen page",
        "15:05 heard sms Chen DeliveryFailed",
        "15:05 heard voice Chen DeliveryFailed",
        "15:05 alarm Chen unreachable",
        "15:05 notify sms Lin page",
        "15:05 notify voice Lin page",
        "15:35 heard Lin Acked",
        "15:35 stand_down sms Wang stood_down",
        "15:35 stand_down sms Li stood_down",
        "15:35 stand_down sms Chen stood_down",
        "15:35 tell sms Lin confirmed",
        "75:35 tell sms Lin first_action",
        "75:35 tell sms Li first_action",
    ]


def test_it_is_the_same_ladder_as_the_machine_s() -> None:
    """What simulate prints is what decide() does: nothing of its own is added."""
    story = Story()
    story.begins()
    story.until("15:29")
    machine = [c.key for d in story.decisions for c in d.commands if hasattr(c, "key")]
    lines = [line for line in played(Script(), minutes=89) if line.kind is Kind.NOTIFY]
    assert len(lines) == len(machine)
    assert [f"{line.person}/{line.channel}" for line in lines] == [
        "/".join(key.split("/")[2:4]) for key in machine
    ]


def test_everybody_declines() -> None:
    """A county of people who cannot: the ladder runs to its end in minutes and alarms."""
    lines = played(Script(others=Answer(act=Act.DECLINE, after=MINUTE)), minutes=20)
    assert [line.name for line in lines if line.what == "Declined"] == [
        "Wang", "Li", "Chen", "Lin", "Huang", "Zheng", "Wu",
    ]  # fmt: skip
    assert "07:00 alarm exhausted" in told(lines)


def test_an_answer_counts_from_the_first_message_that_arrived() -> None:
    """A text that failed reached nobody: the minute counts from the call."""
    script = Script(
        answers={"Wang": Answer(act=Act.ACK, after=MINUTE)},
        dead=frozenset({("Wang", Channel.SMS)}),
    )
    acked = [line for line in played(script) if line.what == Acked.__name__]
    assert [(line.at - START, line.reason) for line in acked] == [
        (timedelta(minutes=1, seconds=5), Reason.ACKED)
    ]


def test_the_roster_of_the_moment_is_asked() -> None:
    """Whoever comes on duty during the page is in the simulation too."""
    change = START + 3 * MINUTE

    def shifting(ask: Ask, now: datetime) -> Watch:
        watch = on_duty_at(ask, now)
        if ask.role != "primary":
            return watch
        if now < change:
            return msgspec.structs.replace(watch, until=change)
        zhao = msgspec.structs.replace(watch.people[0], person="Zhao", name="Zhao")
        return Watch(people=(zhao,))

    lines = simulate(
        LADDERS[Urgency.URGENT],
        WorkCalendar(),
        UNIT,
        START,
        shifting,
        Script(),
        START + 6 * MINUTE,
    )
    assert told(lines)[1:] == ["03:00 notify sms Zhao handover", "05:00 notify voice Zhao page"]


def test_it_ends_before_the_moment_it_is_told_to() -> None:
    """Half-open like every interval here: what is planned for the end is not in it."""
    assert told(played(Script(), minutes=5)) == ["00:00 notify sms Wang page"]


def test_a_ladder_that_stands_still_is_reported() -> None:
    """A policy that would alarm without pause is an error here, not a program that hangs."""
    policy = msgspec.structs.replace(LADDERS[Urgency.CRITICAL], alarm_every=timedelta())
    with pytest.raises(RuntimeError, match="stands still"):
        simulate(policy, WorkCalendar(), UNIT, START, on_duty_at, Script(), START + 600 * MINUTE)


def test_a_script_is_a_value() -> None:
    """Two runs of one script are the same, and a script is not used up."""
    assert played(DEMO) == played(replace(DEMO)) == played(DEMO)
