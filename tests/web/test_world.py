"""The world other tests stand on keeps its own promises."""

import pytest

from notifiers.message import OutcomeKind
from notifiers.phone import e164
from notifiers.testing import UnexpectedError
from oncall.core.model import Reason
from tests.county import CHEN, LI, ZHANG
from tests.world import World


def test_the_ladder_climbs_at_its_moments(world: World) -> None:
    """Nobody answers: text, call after five minutes, deputy after ten, and never early."""
    sent = world.transfer()
    world.expect((ZHANG, "sms", sent.code))
    world.advance(4.99)
    world.expect()
    world.advance(0.01)
    world.expect((ZHANG, "voice"))
    world.advance(5)
    world.expect((LI, "sms"), (LI, "voice"))
    spoken = world.press(LI, "1")
    assert spoken.text
    world.expect((ZHANG, "sms", "李四"))


def test_a_reply_is_an_answer(world: World) -> None:
    """A text of 1 takes the matter and is confirmed."""
    world.transfer()
    world.ignore()
    assert world.text(ZHANG, "1") is Reason.ACKED
    world.expect((ZHANG, "sms"))
    world.advance(30)
    world.expect()


def test_a_dead_number_is_passed_over(world: World) -> None:
    """A refused text goes on as a call, and a refused call as the next level, at once."""
    world.phones.script(e164(ZHANG), OutcomeKind.REJECTED)
    world.transfer()
    world.expect((LI, "sms"), (LI, "voice"))
    world.advance(15)
    world.expect((CHEN, "sms"), (CHEN, "voice"))


def test_what_nobody_expected_is_an_error(world: World) -> None:
    """A page that no test asked for fails it."""
    world.transfer()
    with pytest.raises(UnexpectedError):
        world.expect()
