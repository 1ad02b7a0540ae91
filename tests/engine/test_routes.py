"""Several providers, their limits and their health: who carries what, and what must wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifiers.message import (
    Capabilities,
    Channel,
    Limit,
    Message,
    Notifier,
    Outcome,
    OutcomeKind,
)
from notifiers.phone import e164
from notifiers.testing import Phones
from oncall.config import load
from oncall.core.errors import Invalid
from oncall.core.model import Alarm
from oncall.store import budgets
from oncall.store.alarms import open_alarms
from tests.county import CHEN, CITY, LI, TOWN, ZHANG, ZHAO
from tests.stories.provider import Provider
from tests.world import World

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=s) for s in (1, 60, 3600, 86_400))
DOWN = Outcome(kind=OutcomeKind.UNAVAILABLE, provider="", code="20500")
TEXTS = Capabilities(two_way=True)


class Named(Provider):
    """A provider with a name of its own, and with its own list of what it was asked."""

    def __init__(self, name: str, **limits: tuple[Limit, ...]) -> None:
        super().__init__()
        self.name = name
        self._able = replace(TEXTS, **limits)  # type: ignore[arg-type]
        self.asked: list[Message] = []

    def capabilities(self, channel: Channel) -> Capabilities:
        """The same on every channel."""
        return self._able

    async def send(self, message: Message) -> Outcome:
        """As it is told to, under its own name."""
        self.asked.append(message)
        return replace(await super().send(message), provider=self.name)


@contextmanager
def served(world: World, *providers: Notifier) -> Iterator[None]:
    """The world's node with these providers for every channel, in this order."""
    world.app.delivery.routes.notifiers = dict.fromkeys(Channel, providers)
    yield
    world.ignore()


def degraded(world: World) -> list[tuple[str, str]]:
    """What every node shows as out of order."""
    with world.app.db.read() as tx:
        return [(one.provider, one.channel) for one in budgets.degraded(tx)]


def alarmed(world: World) -> list[str | None]:
    """Whom the desk is told to be out of order."""
    with world.app.db.read() as tx:
        return [one.who for one in open_alarms(tx) if one.alarm == Alarm.DEGRADED]


def test_the_next_provider_takes_over(world: World) -> None:
    """The first refuses: the second carries all, is soon asked first, and gives it back later."""
    first, second = Named("first"), Named("second")
    first.broken = dict.fromkeys(Channel, DOWN)
    with served(world, first, second):
        for n in range(10):
            world.transfer(urgency="routine", summary=str(n))
        assert len(second.sent) == 10
        assert len(first.asked) == 4, "a provider that is down was asked again and again"
        assert degraded(world) == [("first", "sms")]
        assert alarmed(world) == ["first sms"]
        first.broken.clear()
        world.advance(seconds=6)
        world.transfer("TWN-100", urgency="routine")
        world.transfer("TWN-100", urgency="routine")
        assert len(first.sent) == 2
        assert len(second.sent) == 10
        assert degraded(world) == []
        assert alarmed(world) == []


IN_DOUBT = Outcome(kind=OutcomeKind.UNKNOWN, provider="", code="timeout")


@pytest.mark.parametrize("urgency", ["critical", "urgent", "routine"])
def test_a_pressing_text_in_doubt_goes_to_the_next_provider(world: World, urgency: str) -> None:
    """The first hangs: the second has the text in the same send, marked; a routine one waits."""
    first, second = Named("first"), Named("second")
    first.broken = {Channel.SMS: IN_DOUBT}
    with served(world, first, second):
        world.transfer(TOWN, urgency=urgency)
        texts = [one for one in second.sent if one.channel is Channel.SMS]
        assert ["可能重复" in one.text for one in texts] == [True] * (urgency != "routine")
        assert [one.text for one in first.asked if "可能重复" in one.text] == []
        world.advance(1.1)
        assert any(one.channel is Channel.SMS for one in second.sent)
        assert len([one for one in first.asked if one.channel is Channel.SMS]) == 1


def test_all_of_them_in_doubt(world: World) -> None:
    """Where no provider answers in time the page goes on by telephone, and the text is repeated."""
    first, second = Named("first"), Named("second")
    first.broken = second.broken = {Channel.SMS: IN_DOUBT}
    with served(world, first, second):
        world.transfer(TOWN)
        assert [one.channel for one in first.sent] == [Channel.VOICE]
        second.broken = {}
        world.advance(seconds=11)
        assert [(one.to, one.channel) for one in second.sent] == [(e164(ZHAO), Channel.SMS)]


def test_what_rests_holds_up_no_page(world: World) -> None:
    """The only provider of texts is known to be down: the phone rings at once, not after tries."""
    provider = Named("only")
    provider.broken = {Channel.SMS: DOWN}
    with served(world, provider):
        for n in range(4):
            world.transfer(urgency="routine", summary=str(n))
        asked = len(provider.asked)
        assert degraded(world) == [("only", "sms")]
        world.transfer(TOWN)
        assert [(one.to, one.channel) for one in provider.asked[asked:]] == [
            (e164(ZHAO), Channel.VOICE)
        ]
        provider.broken.clear()
        world.advance(1)
        assert degraded(world) == []
        texts = [one.to for one in provider.sent if one.channel is Channel.SMS]
        assert sorted(texts) == [e164(ZHANG)] * 4 + [e164(ZHAO)]


def test_a_hanging_trial_costs_one_message(world: World) -> None:
    """After its rest a provider is tried with one message, not with all that wait."""
    provider = Named("only")
    provider.broken = {Channel.SMS: DOWN}
    with served(world, provider):
        for n in range(30):
            world.transfer(urgency="routine", summary=str(n), settle=False)
        world.settle()
        before = sum(one.channel is Channel.SMS for one in provider.asked)
        world.advance(seconds=5)
        trials = sum(one.channel is Channel.SMS for one in provider.asked) - before
        assert trials == 1


def test_a_pace_lets_the_gravest_first(world: World) -> None:
    """At one text a second two hundred wait their turn, and a critical one goes at the next."""
    provider = Named("slow", rate=(Limit(count=1, span=SECOND),))
    with served(world, provider):
        for n in range(60):
            world.transfer(urgency="routine", summary=str(n), settle=False)
        world.advance(seconds=5)
        assert len(provider.sent) == 6
        sent = world.transfer(TOWN, urgency="critical")
        world.advance(seconds=1)
        texts = [one for one in provider.sent if sent.code in one.text]
        assert [one.to for one in texts if one.channel is Channel.SMS] == [e164(ZHAO)]
        world.advance(2)
        assert sum(one.channel is Channel.SMS for one in provider.sent) >= 61


CALLEE = (Limit(count=1, span=MINUTE), Limit(count=5, span=HOUR), Limit(count=20, span=DAY))


def test_a_number_is_not_redialled_at_its_limit(world: World) -> None:
    """Nothing more to one number today: the other channel, then the next level, at once."""
    texts = Named("texts", per_recipient=(Limit(count=2, span=DAY),))
    with served(world, texts):
        for _ in range(2):
            world.transfer(urgency="routine")
        assert [one.to for one in texts.sent] == [e164(ZHANG)] * 2
        world.transfer(urgency="routine", summary="third")
        assert [(one.to, one.channel) for one in texts.sent[2:]] == [(e164(ZHANG), Channel.VOICE)]
        world.transfer(urgency="routine", summary="fourth")
        world.transfer(urgency="critical", summary="fifth")
        # No way to this person is left: the deputy is asked now, not in three minutes.
        rest = [(one.to, one.channel) for one in texts.sent[3:]]
        assert (e164(LI), Channel.SMS) in rest
        assert (e164(LI), Channel.VOICE) in rest
        assert not any(one.to == e164(CHEN) for one in texts.sent)


def test_the_last_text_to_a_number_is_for_the_gravest(world: World) -> None:
    """Claimed together, and one more may go to this number: it is the critical one."""
    texts = Named("texts", per_recipient=(Limit(count=1, span=DAY),))
    with served(world, texts):
        for urgency in ("routine", "urgent", "routine"):
            world.transfer(urgency=urgency, settle=False)
        grave = world.transfer(urgency="critical")
        mine = [one for one in texts.sent if (one.to, one.channel) == (e164(ZHANG), Channel.SMS)]
        assert [grave.code in one.text for one in mine] == [True]


def test_another_provider_has_limits_of_its_own(world: World) -> None:
    """One provider carries no more to this number: the next one does."""
    first = Named("first", per_recipient=(Limit(count=1, span=DAY),))
    second = Named("second", per_recipient=(Limit(count=1, span=DAY),))
    with served(world, first, second):
        for _ in range(3):
            world.transfer(urgency="routine")
        texts = [len([m for m in p.sent if m.channel is Channel.SMS]) for p in (first, second)]
        assert texts == [1, 1]


def test_two_nodes_keep_the_limits_together(furnished_url: str) -> None:
    """What one node spent, the other cannot spend again: neither pace nor a number's own limit."""
    made = [
        Named("shared", rate=(Limit(count=5, span=SECOND),), per_recipient=CALLEE) for _ in range(2)
    ]
    worlds = [World(furnished_url, node=f"n{i}", phones=p) for i, p in enumerate(made)]
    for n in range(8):
        worlds[0].transfer(CITY if n % 2 else TOWN, urgency="routine", settle=False)
    for seconds in range(3):
        for world in worlds:
            world.clock.set(world.now + timedelta(seconds=seconds))
            world.settle()
    sent = [one for p in made for one in p.sent]
    # One each a minute: the others go on as calls or wait, but no second text leaves.
    assert sorted(m.to for m in sent if m.channel is Channel.SMS) == [e164(ZHANG), e164(ZHAO)]
    for world in worlds:
        world.close()


class Remembering(Phones):
    """A provider that loses its answers, but can say what it has taken."""

    def __init__(self) -> None:
        super().__init__()
        self.searches: list[str] = []
        self.able = True

    async def find(self, message: Message, since: datetime) -> Outcome:
        """By the words, as real ones do."""
        self.searches.append(message.text)
        if not self.able:
            raise ZeroDivisionError
        there = any((one.to, one.text) == (message.to, message.text) for one in self.sent)
        kind = OutcomeKind.ACCEPTED if there else OutcomeKind.UNAVAILABLE
        return Outcome(kind=kind, provider=self.name, provider_id="found" if there else None)


@pytest.mark.parametrize("able", [True, False], ids=["can-say", "cannot-say"])
def test_a_send_in_doubt_is_looked_for(furnished_url: str, able: bool) -> None:
    """Taken and not confirmed: found again it is not sent twice; else it is, and says so."""
    phones = Remembering()
    phones.able = able
    phones.script(
        e164(ZHANG),
        Outcome(kind=OutcomeKind.UNKNOWN, provider=""),
        Outcome(kind=OutcomeKind.ACCEPTED, provider=""),
    )
    world = World(furnished_url, phones=phones)
    world.transfer(urgency="routine")
    world.advance(2)
    texts = [one.text for one in phones.sent if one.channel is Channel.SMS]
    assert phones.searches == [texts[0]]
    assert ["可能重复" in one for one in texts] == ([False] if able else [False, True])
    world.close()


def test_a_mistake_in_the_limits_stops_the_start(tmp_path: Path) -> None:
    """A limit that cannot be read is said at once, with how to write it."""
    with pytest.raises(Invalid) as told:
        load({}, {"ONCALL_LIMITS": "twilio:sms=fast"}, cwd=tmp_path)
    assert [(f.code, f.params["entry"]) for f in told.value.faults] == [
        ("bad_limit", "twilio:sms=fast")
    ]


def test_the_setting_lifts_a_limit(furnished_url: str) -> None:
    """What the provider's own notifier declares is what counts, unless the setting says more."""
    sent = []
    for limits in ("", "paced:sms=none"):
        flags = {"database_url": furnished_url, "limits": limits, "gather_seconds": "0"}
        settings = load(flags, {}, cwd=Path("/none"))
        paced = Named("paced", rate=(Limit(count=1, span=HOUR),))
        world = World(furnished_url, settings, phones=paced)
        for _ in range(5):
            world.transfer(TOWN, urgency="routine", settle=False)
        world.settle()
        sent.append(len(paced.sent))
        world.close()
    assert sent == [1, 9]
