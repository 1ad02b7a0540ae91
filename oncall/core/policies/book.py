"""Which ladder serves which matter, and the ladders we ship."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta

from oncall.core.errors import NotFound
from oncall.core.handover import HandoverRules
from oncall.core.model import (
    Ask,
    Channel,
    Colour,
    Morning,
    Policy,
    Quiet,
    Source,
    Step,
    Urgency,
)
from oncall.core.oversight import Oversight
from oncall.core.terms import Terms
from oncall.core.transfers import LifeTerms

DEFAULT_ZONE = "Asia/Shanghai"

_SMS = (Channel.SMS,)
_BOTH = (Channel.SMS, Channel.VOICE)
_SUPERVISION = ("GOV-OFFICE", "PTY-EFFICIENCY")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBook:
    """All ladders of a county, by category (None: any) and urgency."""

    name: str
    policies: Mapping[tuple[str | None, Urgency], Policy]
    #: By when matters must be finished.
    terms: Terms = field(default_factory=Terms)
    #: How units are supervised.
    oversight: Oversight = field(default_factory=Oversight)
    #: When those who come on duty are reminded.
    handover: HandoverRules = field(default_factory=HandoverRules)
    #: The numbers of a transfer's life: disputes, hands, marks of malice, waiting for the police.
    life: LifeTerms = field(default_factory=LifeTerms)

    def choose(self, category: str | None, urgency: Urgency) -> Policy:
        """The ladder of this very category, else the one for any category.

        NotFound (``no_policy``) if the book has neither; one that was parsed always has.
        """
        found = self.policies.get((category, urgency)) or self.policies.get((None, urgency))
        if found is None:
            raise NotFound("no_policy", urgency=urgency, category=category or "")
        return found


def default_book() -> PolicyBook:
    """The default ladders of product.md section 4."""
    ladders = (_critical(), _urgent(), _routine())
    return PolicyBook(name="default", policies={(None, p.urgency): p for p in ladders})


def _critical() -> Policy:
    return Policy(
        name="critical",
        urgency=Urgency.CRITICAL,
        zone=DEFAULT_ZONE,
        ack_within=_min(5),
        steps=tuple(
            Step(level=level, asks=_asks(level), channels=_BOTH, after=_min(after))
            for level, after in ((1, 0), (2, 3), (3, 5), (4, 8), (5, 12), (6, 15), (7, 60))
        ),
        useful_life=_min(2),
        first_action=_min(15),
        # Supervision has had as long to answer as the unit had: then the desk must see it.
        exhausted_after=_min(5),
        alarm_every=_min(5),
    )


def _urgent() -> Policy:
    higher = (
        (2, 10, None),
        (3, 15, None),
        (4, 25, None),
        (5, 40, None),
        (6, 60, Colour.YELLOW),
        (7, 120, Colour.RED),
    )
    return Policy(
        name="urgent",
        urgency=Urgency.URGENT,
        zone=DEFAULT_ZONE,
        ack_within=_min(15),
        steps=(
            Step(level=1, asks=_asks(1), channels=_SMS, after=_min(0)),
            Step(level=1, asks=_asks(1), channels=(Channel.VOICE,), after=_min(5)),
            *(
                Step(level=level, asks=_asks(level), channels=_BOTH, after=_min(at), draft=draft)
                for level, at, draft in higher
            ),
        ),
        useful_life=_min(10),
        first_action=_min(60),
        exhausted_after=_min(15),
        alarm_every=_min(15),
    )


def _routine() -> Policy:
    nine = time(9)
    day = timedelta(hours=24)
    return Policy(
        name="routine",
        urgency=Urgency.ROUTINE,
        zone=DEFAULT_ZONE,
        ack_within=_min(30),
        steps=(
            *(
                Step(level=level, asks=_asks(level), channels=_SMS, after=_min(after))
                for level, after in ((1, 0), (1, 15), (2, 30), (3, 60), (4, 120), (5, 240))
            ),
            Step(
                level=6,
                asks=_asks(6),
                channels=_SMS,
                morning=Morning(clock=nine, not_before=day),
                draft=Colour.BLUE,
            ),
            Step(
                level=7,
                asks=_asks(7),
                channels=_SMS,
                morning=Morning(clock=nine, not_before=day, days_later=1),
                draft=Colour.YELLOW,
            ),
        ),
        useful_life=_min(60),
        first_action=timedelta(hours=4),
        first_action_working=True,
        exhausted_after=_min(30),
        alarm_every=_min(30),
        quiet=Quiet(since=time(22), until=time(8), from_level=3),
    )


def _asks(level: int) -> tuple[Ask, ...]:
    """Whom the default ladder asks for on this level, first choice first."""
    if level in (1, 2):
        role = "primary" if level == 1 else "deputy"
        post = "liaison" if level == 1 else "deputy"
        return (Ask(source=Source.ROSTER, role=role), Ask(source=Source.POST, role=post))
    if level == 3:
        return (
            Ask(source=Source.ROSTER, role="leader"),
            Ask(source=Source.DESK, role="desk"),
        )
    if level in (4, 5):
        return (Ask(source=Source.POST, role="division_leader" if level == 4 else "head"),)
    unit = _SUPERVISION[level - 6]
    return (
        Ask(source=Source.ROSTER, role="supervisor", unit=unit),
        Ask(source=Source.POST, role="liaison", unit=unit),
        Ask(source=Source.ROSTER, role="primary", unit=unit),
    )


def _min(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)
