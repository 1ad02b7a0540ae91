"""The story of a page reads plainly, in Chinese and in English, with times on the wall."""

from datetime import UTC, datetime

import pytest

from oncall.core.climb import Note
from oncall.core.model import Channel, Notice, Reason
from oncall.core.why import NOTICES, LogLine, Sent, tell
from oncall.i18n import translator
from tests.core.ladders import Story

NAMES = {"Wang": "王伟", "Li": "李娜", "Chen": "陈刚"}


def log_of(story: Story) -> list[LogLine]:
    """A story's decisions as the log would hold them, all at the story's last moment."""
    return [
        LogLine(at=story.now, event="", reason=d.reason, trail=d.trail) for d in story.decisions
    ]


def lines(lang: str, log: list[LogLine]) -> list[str]:
    """Everything that is told."""
    return [line for part in tell(translator(lang), log, NAMES) for line in part.lines]


def at(minute: int, second: int = 0) -> datetime:
    """A moment a little after 14:00 in the county."""
    return datetime(2026, 11, 3, 6, minute, second, tzinfo=UTC)


DEAD_PHONE = LogLine(
    at=at(15, 5),
    event="DeliveryFailed",
    reason=Reason.PERSON_UNREACHABLE,
    trail=(
        Note(reason=Reason.CHANNEL_FAILED, level=3, who="Chen", detail="voice"),
        Note(reason=Reason.PERSON_UNREACHABLE, level=3, who="Chen"),
        Note(reason=Reason.ADVANCED, level=4),
    ),
    sent=(
        Sent(person="Li", channel=Channel.VOICE, notice=Notice.PAGE, state="answered", late=True),
    ),
)


def test_a_dead_phone_in_chinese() -> None:
    """Time on the wall, then what failed, what that means, and what went out."""
    (told,) = tell(translator("zh_CN"), [DEAD_PHONE], NAMES)
    assert told.clock == "11-03 14:15:05"
    assert told.lines == (
        "用电话联系不上陈刚。",
        "陈刚的所有联系方式都不通，立即转下一级。",
        "提前呼叫第4级。",
        "以电话向李娜发出呼叫：已接听。晚于计划时间。",
    )


def test_a_dead_phone_in_english() -> None:
    """The same story for a reader of English."""
    assert lines("en", [DEAD_PHONE]) == [
        "陈刚 cannot be reached by phone call.",
        "No way to reach 陈刚 is left; the ladder moves on at once.",
        "Level 4 is contacted now, ahead of its planned time.",
        "李娜 was sent a page by phone call: call answered. This was later than planned.",
    ]


def test_the_decision_in_a_word_is_not_said_twice() -> None:
    """A trail that tells it all is not introduced by its own summary."""
    story = Story()
    story.begins()
    story.declines("Wang")
    told = lines("en", log_of(story))
    assert told[0] == "The ladder began."
    assert told.count("王伟 cannot take it; the ladder moves on at once.") == 1


def test_a_look_that_found_nothing_is_left_out() -> None:
    """The alarm clock ringing too soon is not part of the story."""
    assert tell(str, [LogLine(at=at(1), event="StepDue", reason=Reason.NOT_YET)], {}) == []


def test_what_people_wrote_is_told() -> None:
    """Who handed it over, what was noted, and who typed in an answer given by telephone."""
    log = [
        LogLine(at=at(0), event="Accepted", who="110"),
        LogLine(
            at=at(7),
            event="Acked",
            reason=Reason.ACKED,
            trail=(Note(reason=Reason.ACKED, who="Li", detail="phone"),),
            entered_by="Zhou",
        ),
        LogLine(at=at(9), event="Noted", who="Li", detail="到场"),
    ]
    assert lines("en", log) == [
        "110 handed over the transfer.",
        "李娜 took it, by telephone, entered by the desk.",
        "Zhou entered this on their behalf.",
        "李娜 recorded progress: 到场",
    ]


def test_a_provider_s_code_is_shown() -> None:
    """Whoever mends it needs the number."""
    sent = Sent(
        person="Li", channel=Channel.SMS, notice=Notice.HANDOVER, state="failed", code="30005"
    )
    log = [LogLine(at=at(1), event="ShiftChanged", reason=Reason.HANDED_OVER, sent=(sent,))]
    assert lines("en", log)[-1].endswith("The provider says: 30005.")


@pytest.mark.parametrize("notice", list(Notice))
def test_every_notice_has_a_word(notice: Notice) -> None:
    """A message of any kind can be told."""
    assert NOTICES[notice]


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_every_reason_can_be_told(lang: str, reason: Reason) -> None:
    """A decision of any kind gives whole sentences, or is silent because nothing happened."""
    log = [LogLine(at=at(1), event="", reason=reason)]
    for line in lines(lang, log):
        assert "{" not in line
        assert line[-1] in ".。"
