"""Which provider carries a message, now: in their order, without those that are ill or used up.

A provider that fails is left alone by its breaker and the next one takes over at once. How fast an
account may send, and how often one number may be reached, is paid for in the database before the
send, so that any number of nodes keep the limits together; what cannot be paid waits its turn in
the outbox, where the gravest lane goes first.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from notifiers import registry
from notifiers.message import Capabilities, Channel, Limit, Notifier, Outcome, OutcomeKind
from notifiers.segments import segments
from oncall.core import breaker, budget
from oncall.core.breaker import Breaker, BreakerState, Verdict
from oncall.core.limits import Given, Limits
from oncall.core.model import Alarm
from oncall.packing import Parcel
from oncall.store import alarms, budgets
from oncall.store.database import Database, Tx

_log = logging.getLogger(__name__)

#: Why a message was not offered to a provider.
RESTING, PACED, USED_UP = "provider_resting", "pace", "callee_quota"

_ME = "breaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What the leading provider of a channel may be given at this moment."""

    #: None while every one of them rests.
    provider: str | None
    #: How many messages may go; None: any number.
    room: int | None = None
    #: When there is room again, where there is none.
    free_at: datetime | None = None
    #: Something has to be paid before a send.
    limited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A message was paid for at its leading provider, or why it was not."""

    provider: str
    refusal: Outcome | None = None


class Routes:
    """The providers of one node: their order, their breakers, their limits."""

    def __init__(
        self,
        notifiers: Mapping[Channel, Sequence[Notifier]],
        *,
        node: str,
        limits: Limits,
    ) -> None:
        self.notifiers = notifiers
        self.node = node
        self._limits = limits
        #: The loop changes them, and the thread that claims reads them.
        self._breakers: dict[tuple[str, Channel], Breaker] = {}
        self._changed: dict[tuple[str, Channel], Breaker] = {}
        self._recovered = False
        self._lock = Lock()

    # -- order and health ------------------------------------------------------------------

    def order(self, channel: Channel) -> Sequence[Notifier]:
        """The providers of a channel, the first choice first."""
        return [n for n in self.notifiers.get(channel, ()) if channel in n.channels]

    @property
    def bridges(self) -> bool:
        """Whether a telephone conference can be held."""
        return registry.bridges(self.notifiers)

    def leading(self, channel: Channel, now: datetime) -> Notifier | None:
        """The first that may be used now; None while every one of them rests."""
        for notifier in self.order(channel):
            if breaker.admits(self._breaker(notifier.name, channel), now):
                return notifier
        return None

    def admits(self, notifier: Notifier, channel: Channel, now: datetime) -> Outcome | None:
        """None, and it is being tried; or that it rests, and until when."""
        key = notifier.name, channel
        with self._lock:
            known = self._breakers.get(key, _WELL)
            if breaker.admits(known, now):
                if known.state is not BreakerState.CLOSED:
                    self._breakers[key] = breaker.tried(known, now)
                return None
        rest = known.until - now if known.until is not None else None
        return Outcome(
            kind=OutcomeKind.UNAVAILABLE, provider=notifier.name, code=RESTING, retry_after=rest
        )

    def heard(self, channel: Channel, outcome: Outcome, now: datetime) -> None:
        """What came of a send says how the provider is."""
        verdict = _verdict(outcome)
        key = outcome.provider, channel
        with self._lock:
            before = self._breakers.get(key, _WELL)
            if verdict is None or (verdict is Verdict.WELL and before == _WELL):
                return
            after = breaker.heard(
                before, verdict, now, code=outcome.code or outcome.kind, rest=outcome.retry_after
            )
            self._breakers[key] = after
            if (after.state is BreakerState.OPEN) or before.trips:
                self._changed[key] = after
        if after.state is BreakerState.OPEN and before.state is not BreakerState.OPEN:
            _log.warning("%s rests on %s: %s", outcome.provider, channel, after.code)
        elif after.state is BreakerState.CLOSED and before.trips:
            _log.warning("%s is well again on %s", outcome.provider, channel)
            self._recovered = True

    def recovered(self) -> bool:
        """Whether any provider got well since this was last asked: what waits for it may go."""
        was, self._recovered = self._recovered, False
        return was

    def publish(self, tx: Tx, now: datetime) -> None:
        """Write down which breakers have opened or closed since, and tell the desk."""
        with self._lock:
            changed, self._changed = self._changed, {}
        for (provider, channel), now_is in changed.items():
            budgets.publish(tx, self.node, provider, channel, now_is)
            who = f"{provider} {channel}"
            if now_is.state is BreakerState.OPEN:
                alarms.raise_alarm(tx, Alarm.DEGRADED, now, unit=None, who=who)
            elif not budgets.open_elsewhere(tx, provider, channel):
                alarms.close_about(tx, Alarm.DEGRADED, _ME, now, who=who)

    def _breaker(self, provider: str, channel: Channel) -> Breaker:
        with self._lock:
            return self._breakers.get((provider, channel), _WELL)

    async def close(self) -> None:
        """Give back every provider's connections."""
        for notifier in {id(n): n for some in self.notifiers.values() for n in some}.values():
            await notifier.close()

    # -- limits ----------------------------------------------------------------------------

    def way(self, tx: Tx, channel: Channel, now: datetime) -> Way:
        """What the leading provider may be given, its budget locked.

        Where there is no provider at all nothing is held back: whoever sends will find out.
        """
        leading = self.leading(channel, now)
        if leading is None:
            moments = [self._breaker(n.name, channel).until for n in self.order(channel)]
            return Way(provider=None, free_at=min((m for m in moments if m), default=None))
        # After a rest one message goes first and tells.
        well = self._breaker(leading.name, channel).state is BreakerState.CLOSED
        room = None if well else 1
        rate, _ = self._limits_of(leading, channel)
        limited = self.limited(leading, channel)
        if not rate:
            return Way(provider=leading.name, room=room, limited=limited)
        account = _account(leading.name, channel)
        paid = budgets.locked(tx, [account], now)[account]
        may = budget.may_spend(paid, rate, now)
        return Way(
            provider=leading.name,
            room=may if room is None else min(may, room),
            free_at=budget.free_at(paid, rate, now) if may == 0 else None,
            limited=True,
        )

    def pay(
        self, tx: Tx, way: Way, channel: Channel, parcels: Sequence[Parcel], now: datetime
    ) -> dict[int, Paid]:
        """Pay for parcels at the leading provider, as far as each number's own limits allow.

        By the id of each parcel's first row.
        """
        notifier = next((n for n in self.order(channel) if n.name == way.provider), None)
        if notifier is None:
            return {}
        numbers = [parcel.rows[0].address for parcel in parcels]
        refusals = self._pay_for_numbers(tx, notifier, channel, numbers, now)
        rate, _ = self._limits_of(notifier, channel)
        some = zip(parcels, refusals, strict=True)
        parts = sum(_parts(channel, parcel) for parcel, refusal in some if refusal is None)
        if rate and parts:
            account = _account(notifier.name, channel)
            paid = budgets.locked(tx, [account], now)[account]
            budgets.write(tx, {account: budget.spend(paid, rate, parts, now)}, now)
        return {
            parcel.rows[0].id: Paid(provider=notifier.name, refusal=refusal)
            for parcel, refusal in zip(parcels, refusals, strict=True)
        }

    def limited(self, notifier: Notifier, channel: Channel) -> bool:
        """Whether anything has to be paid before a send."""
        rate, each = self._limits_of(notifier, channel)
        return bool(rate or each or notifier.capabilities(channel).quiet)

    def pay_now(
        self, db: Database, notifier: Notifier, channel: Channel, parcel: Parcel, now: datetime
    ) -> Outcome | None:
        """The same for one parcel whose leading provider did not take it; why not, if not."""
        rate, _ = self._limits_of(notifier, channel)
        account = _account(notifier.name, channel)
        with db.begin() as tx:
            paid = budgets.locked(tx, [account], now)[account] if rate else []
            if rate and not budget.may_spend(paid, rate, now):
                wait = budget.free_at(paid, rate, now) - now
                return Outcome(
                    kind=OutcomeKind.UNAVAILABLE,
                    provider=notifier.name,
                    code=PACED,
                    retry_after=wait,
                )
            number = parcel.rows[0].address
            [refusal] = self._pay_for_numbers(tx, notifier, channel, [number], now)
            if refusal is None and rate:
                parts = _parts(channel, parcel)
                budgets.write(tx, {account: budget.spend(paid, rate, parts, now)}, now)
            return refusal

    def _pay_for_numbers(
        self, tx: Tx, notifier: Notifier, channel: Channel, numbers: Sequence[str], now: datetime
    ) -> list[Outcome | None]:
        """A message to each of these, the first first: None where it may go, else why not."""
        _, each = self._limits_of(notifier, channel)
        quiet = notifier.capabilities(channel).quiet
        if not each and quiet is None:
            return [None] * len(numbers)
        account = _account(notifier.name, channel)
        keys = [f"{account}:{number}" for number in numbers]
        sent = budgets.locked(tx, keys, now)
        spent: dict[str, Sequence[float]] = {}
        refusals: list[Outcome | None] = []
        for key in keys:
            free = budget.next_send(sent[key], each, quiet, now)
            if free <= now:
                sent[key] = spent[key] = budget.kept(sent[key], each, now)
                refusals.append(None)
            else:
                refusals.append(
                    Outcome(
                        kind=OutcomeKind.QUOTA,
                        provider=notifier.name,
                        code=USED_UP,
                        retry_after=free - now,
                    )
                )
        budgets.write(tx, spent, now)
        return refusals

    def _limits_of(
        self, notifier: Notifier, channel: Channel
    ) -> tuple[tuple[Limit, ...], tuple[Limit, ...]]:
        given = self._limits.get((notifier.name, channel), _NOTHING_GIVEN)
        own: Capabilities = notifier.capabilities(channel)
        rate = own.rate if given.rate is None else given.rate
        return rate, own.per_recipient if given.each is None else given.each


_WELL = Breaker()
_NOTHING_GIVEN = Given()


def _account(provider: str, channel: Channel) -> str:
    return f"{provider}:{channel}"


def _parts(channel: Channel, parcel: Parcel) -> int:
    return segments(parcel.text) if channel is Channel.SMS else 1


def _verdict(outcome: Outcome) -> Verdict | None:
    """What an outcome says about the provider; None if nothing."""
    if outcome.code in (RESTING, PACED, USED_UP):
        return None
    if outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.REJECTED):
        return Verdict.WELL
    if outcome.kind is OutcomeKind.QUOTA:
        return None
    if outcome.kind is OutcomeKind.UNAVAILABLE and outcome.retry_after is not None:
        return Verdict.BUSY
    # Misconfigured as well: it may be the account, or this one message and its words.
    return Verdict.ILL
