"""What the console shows, as plain values in the reader's language; templates only lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.admin import matters
from oncall.core.model import Alarm, State, Urgency
from oncall.core.transfers import TERMINAL, TransferState
from oncall.core.upcoming import NextAction, What, next_text
from oncall.core.words import N_, TRANSFER_STATES, URGENCY, Text, alarm_text, channel_word
from oncall.directory import Snapshot
from oncall.duty import next_action
from oncall.intake import Actor
from oncall.store import budgets, reports, transfers
from oncall.store.alarms import Raised
from oncall.store.budgets import Degraded
from oncall.store.database import Tx
from oncall.store.reports import Brief, Share

#: Waiting transfers looked at, and shown; of those that somebody has, and of those withdrawn.
_LOOKED_AT, _SHOWN, _TAKEN, _DONE = 400, 100, 30, 8
_ALARMS = 100

#: A sign beside each state, because colour is never the only one.
MARKS = {
    "waiting": "○",
    "exhausted": "✕",
    "argued": "?",
    "acked": "✓",
    "handling": "▶",
    "replied": "●",
    "closed": "■",
    "cancelled": "–",
}
#: Somebody must answer, or say whose it is; somebody has it; nobody need do anything.
_OPEN = (
    TransferState.NEW,
    TransferState.PAGED,
    TransferState.RETURNED,
    TransferState.DISPUTED,
    TransferState.FIRST_RECEIVER,
)
_HELD = (
    TransferState.ACKED,
    TransferState.HANDLING,
    TransferState.EXTENDED,
    TransferState.REPLIED,
)
#: How a state looks; what is not here looks like waiting, or, at its end, like withdrawn.
_LOOKS = {
    TransferState.RETURNED: "argued",
    TransferState.DISPUTED: "argued",
    TransferState.ACKED: "acked",
    TransferState.HANDLING: "handling",
    TransferState.EXTENDED: "handling",
    TransferState.REPLIED: "replied",
    TransferState.CLOSED: "closed",
}
_EXHAUSTED = N_("nobody answered")
_URGENT_FIRST = {Urgency.CRITICAL: 0, Urgency.URGENT: 1, Urgency.ROUTINE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What happens next and to whom, and when."""

    at: datetime
    clock: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One transfer in a list."""

    code: str
    urgency: str
    urgency_text: str
    units: str
    about: str
    state: str
    state_text: str
    state_mark: str
    holder: str
    next: Next | None
    drill: bool
    #: What else must be known at a glance.
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarming:
    """The open alarms of one unit about one transfer, or about none."""

    ids: tuple[int, ...]
    unit: str
    code: str
    texts: tuple[str, ...]
    since: datetime
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The lists, the most pressing first."""

    now: datetime
    clock: str
    degraded: str
    #: What works only in part, one sentence each.
    impaired: tuple[str, ...]
    alarms: tuple[Alarming, ...]
    waiting: tuple[Card, ...]
    #: How many are waiting in all; not every one is shown in a storm.
    count: int
    taken: tuple[Card, ...]
    done: tuple[Card, ...]


class Reader:
    """Reads for one person: their language, their units, one moment."""

    def __init__(
        self, tx: Tx, snapshot: Snapshot, actor: Actor, now: datetime, *, t: Text, lang: str,
        zone: ZoneInfo, supervised: bool = False,
    ) -> None:  # fmt: skip
        self.tx = tx
        self.snapshot = snapshot
        #: The only unit a liaison sees; None for everybody else.
        self.unit = actor.unit if actor.role == "liaison" else None
        self.now = now
        self.t = t
        self.lang = lang
        self.zone = zone
        #: Only what is under a supervision order is of interest.
        self.supervised = supervised

    # -- lists -----------------------------------------------------------------------------

    def board(self, degraded: str) -> Board:
        """Everything in lists; ``degraded`` says what does not work, "" when all does."""
        waiting = self._list(_OPEN, _LOOKED_AT)
        taken = self._list(_HELD, _TAKEN)
        done = self._list(tuple(TERMINAL), _DONE)
        waiting.sort(key=self._pressing)
        return Board(
            now=self.now,
            clock=self.clock(self.now),
            degraded=degraded,
            impaired=tuple(map(self._impaired, budgets.degraded(self.tx))),
            alarms=self._alarms(),
            waiting=tuple(map(self.card, waiting[:_SHOWN])),
            count=len(waiting),
            taken=tuple(map(self.card, taken)),
            done=tuple(map(self.card, done)),
        )

    def _impaired(self, one: Degraded) -> str:
        said = N_("{provider} takes nothing by {channel} since {clock} ({code}); tried again soon.")
        return self.t(said).format(
            provider=one.provider,
            channel=channel_word(self.t, one.channel),
            clock=self.clock(one.since),
            code=one.code,
        )

    def _list(self, states: Sequence[TransferState], limit: int) -> list[Brief]:
        return reports.list_transfers(
            self.tx, states=states, unit=self.unit, supervised=self.supervised, limit=limit
        )

    def _pressing(self, brief: Brief) -> tuple[bool, int, datetime]:
        alone = any(s.page.state is State.EXHAUSTED for s in brief.shares)
        limits = [s.page.limit_at for s in brief.shares if s.page.state is State.WAITING]
        moment = min(limits, default=brief.transfer.transferred_at)
        return not alone, _URGENT_FIRST[brief.transfer.urgency], moment

    def mine(self, brief: Brief) -> list[Share]:
        """The parts this reader sees."""
        return [s for s in brief.shares if self.unit in (None, s.part.unit)]

    def card(self, brief: Brief) -> Card:
        """A transfer in short."""
        transfer = brief.transfer
        shares = self.mine(brief)
        state, text = standing(self.t, brief)
        about = [transfer.category, self.name(transfer.area), transfer.summary]
        return Card(
            code=transfer.code,
            urgency=transfer.urgency,
            urgency_text=self.t(URGENCY[transfer.urgency]),
            units=self.names(s.part.unit for s in still(shares)),
            about=" · ".join(part for part in about if part),
            state=state,
            state_text=text,
            state_mark=MARKS[state],
            holder=self._holder(shares),
            next=self._soonest(shares),
            drill=transfer.drill,
            marks=tuple(matters.marks(self.t, brief, self.now, drill=False)),
        )

    def _holder(self, shares: Sequence[Share]) -> str:
        owners = [s.page.owner_name for s in still(shares) if s.page.owner_name]
        if owners:
            return self.t(N_("taken by {who}")).format(who=self._and(owners))
        paged = [c.name for s in still(shares) for c in s.page.contacted if c.paged]
        if paged:
            return self.t(N_("paged: {who}")).format(who=self._and(paged))
        return self.t(N_("nobody paged yet"))

    def _soonest(self, shares: Sequence[Share]) -> Next | None:
        live = [s.page for s in shares if s.page.state in (State.WAITING, State.EXHAUSTED)]
        pages = live or [s.page for s in shares]
        found = [self.next(next_action(self.tx, self.snapshot, page)) for page in pages]
        return min((n for n in found if n is not None), key=lambda n: n.at, default=None)

    def _alarms(self) -> tuple[Alarming, ...]:
        raised = reports.open_alarms(self.tx, unit=self.unit, limit=_ALARMS)
        about = transfers.by_ids(self.tx, [a.transfer for a in raised if a.transfer])
        together: dict[tuple[str | None, str | None], list[Raised]] = {}
        for one in raised:
            together.setdefault((one.unit, one.transfer), []).append(one)
        return tuple(
            self._alarming(unit, about[transfer].code if transfer in about else "", same)
            for (unit, transfer), same in together.items()
        )

    def _alarming(self, unit: str | None, code: str, same: Sequence[Raised]) -> Alarming:
        since = min(one.raised_at for one in same)
        return Alarming(
            ids=tuple(one.id for one in same),
            unit=self.name(unit),
            code=code,
            texts=tuple(self._alarm(one) for one in sorted(same, key=lambda one: one.id)),
            since=since,
            clock=self.clock(since),
        )

    def _alarm(self, one: Raised) -> str:
        text = alarm_text(self.t, Alarm(one.alarm), who=one.who or "", level=one.level)
        return f"{text} ×{one.times}" if one.times > 1 else text

    # -- words -----------------------------------------------------------------------------

    def next(self, action: NextAction) -> Next | None:
        """What comes next in words; None when nothing does."""
        if action.at is None or action.what is What.NONE:
            return None
        return Next(at=action.at, clock=self.clock(action.at), text=next_text(self.t, action))

    def _and(self, words: Iterable[str]) -> str:
        return self.t(N_(", ")).join(dict.fromkeys(words))

    def name(self, unit: str | None) -> str:
        """A unit's name."""
        return self.snapshot.unit_name(unit, self.lang)

    def names(self, units: Iterable[str]) -> str:
        """The names of several, each once."""
        return self._and(dict.fromkeys(map(self.name, units)))

    def clock(self, at: datetime) -> str:
        """Wall time; with the date where it is another day than today."""
        local = at.astimezone(self.zone)
        same = local.date() == self.now.astimezone(self.zone).date()
        return local.strftime("%H:%M:%S" if same else "%m-%d %H:%M")


def still(shares: Sequence[Share]) -> Sequence[Share]:
    """Those whose unit has a part in it still; all of them where none has."""
    return [s for s in shares if s.part.ended_at is None] or shares


def standing(t: Text, brief: Brief) -> tuple[str, str]:
    """How a transfer stands: a word for looks and marks, and the words for reading."""
    state = brief.transfer.state
    live = [s for s in brief.shares if s.part.ended_at is None]
    if state not in TERMINAL and any(s.page.state is State.EXHAUSTED for s in live):
        return "exhausted", t(_EXHAUSTED)
    look = _LOOKS.get(state, "cancelled" if state in TERMINAL else "waiting")
    return look, t(TRANSFER_STATES[state])


def flags(t: Text, brief: Brief, now: datetime) -> list[str]:
    """What else a reader must know at a glance."""
    transfer = brief.transfer
    out = matters.marks(t, brief, now)
    if transfer.life.fallback:
        out.append(t(TRANSFER_STATES["first_receiver"]))
    if transfer.life.police_dispatched_at:
        out.append(t(TRANSFER_STATES["police"]))
    if transfer.danger:
        out.append(t(N_("danger")))
    if transfer.police:
        out.append(t(N_("police matter")))
    return out
