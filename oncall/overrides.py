"""Override part of a roster 顶班: the remainder stays, what was there stays visible, undo is exact.

An override counts from now on at the earliest: who served until now did serve. One that says the
opposite of another about the same person is refused, and both are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncall import holdover
from oncall.core.errors import Conflict, Fault, Invalid, NotFound
from oncall.core.serving import unknown_role
from oncall.directory import Snapshot, duties_in_force
from oncall.store import overrides as rows
from oncall.store import pages
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.log import Entry, append
from oncall.store.overrides import Ordered, effects
from oncall.store.usage import NO_TRANSFER
from rosters.compose import builds_on, contradiction, within
from rosters.diff import PersonDiff, Window, diff
from rosters.model import ROLES, Duty, OverrideKind

#: What may bring an override about.
ORIGINS = ("manual", "swap", "leave", "cover", "takeover")
LONGEST = timedelta(days=367)

_KINDS = tuple(OverrideKind)
#: These say who serves from now on, so nobody has to stay for a relief that was not taken over.
_DECIDING = (OverrideKind.REPLACE, OverrideKind.VACANT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An override as somebody asks for it; people by name, id or mobile number."""

    unit: str
    kind: str
    start: datetime
    end: datetime
    role: str = "primary"
    #: Who serves, or with `remove` who does not.
    person: str | None = None
    #: With `replace`: instead of whom; None is instead of everybody.
    replaces: str | None = None
    why: str = ""
    origin: str = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An override that was added or taken back, and whose time that changes."""

    override: Ordered
    changes: tuple[PersonDiff, ...]


def add(tx: Tx, snapshot: Snapshot, wanted: Wanted, now: datetime, by: str, zone: ZoneInfo) -> Done:
    """Put an override in force, at once: pages look again at who is on duty.

    One that began before ``now`` counts from now. Raises NotFound for a unit we do not know,
    Invalid with every fault, Conflict where another says the opposite. ``zone`` is how moments are
    written in the refusal.
    """
    if wanted.unit not in snapshot.units:
        raise NotFound("unknown_unit", unit=wanted.unit)
    faults: list[Fault] = []
    person = _found(snapshot, wanted, "person", faults)
    replaced = _found(snapshot, wanted, "replaces", faults)
    faults += _faults(wanted, person, replaced, now)
    if faults:
        raise Invalid(faults)
    ordered = Ordered(
        id=0,
        unit=wanted.unit,
        role=wanted.role,
        kind=wanted.kind,
        person=person.id if person else None,
        replaces=replaced.id if replaced else None,
        start_at=max(wanted.start, now),
        end_at=wanted.end,
        why=wanted.why.strip(),
        origin=wanted.origin,
        by=by,
        at=now,
    )
    before = _duties(tx, ordered)
    # Adding takes the directory's counter: whoever adds at the same moment waits, then sees ours.
    ordered = rows.add(tx, ordered)
    if ordered.start_at == now and ordered.kind in _DECIDING:
        holdover.end_of_role(tx, ordered.unit, ordered.role, now)
    _refuse_contradiction(tx, snapshot, ordered, zone)
    return _told(tx, "OverrideAdded", ordered, before, now, by)


def remove(tx: Tx, number: int, now: datetime, by: str, why: str = "") -> Done:
    """Take an override back from ``now`` on; what was served by it until now stays served.

    Raises NotFound, or Conflict where it was taken back before, is over, or another hands on what
    this one gave.
    """
    ordered = find(tx, number)
    if ordered.removed_at is not None:
        raise Conflict("override_removed", override=str(number))
    if ordered.end_at <= now:
        raise Conflict("override_over", override=str(number))
    mine = effects([ordered])[0]
    for other in effects(rows.between(tx, now, ordered.end_at, unit=ordered.unit)):
        if other.id > number and other.end > now and builds_on(other, mine):
            raise Conflict("override_built_upon", override=str(number), later=str(other.id))
    before = _duties(tx, ordered)
    if not rows.remove(tx, number, by=by, why=why.strip(), now=now):
        raise Conflict("override_removed", override=str(number))
    return _told(tx, "OverrideRemoved", find(tx, number), before, now, by)


def find(tx: Tx, number: int) -> Ordered:
    """The override of this number. Raises NotFound."""
    found = rows.one(tx, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound("no_such_override", override=str(number))
    return found


def listed(
    tx: Tx, start: datetime, end: datetime, *, unit: str | None = None, removed: bool = False
) -> list[Ordered]:
    """Overrides for a time that touches [start, end), by start; ``removed`` with those taken
    back."""
    found = rows.between(tx, start, end, unit=unit)
    kept = [one for one in found if removed or one.removed_at is None]
    return sorted(kept, key=lambda one: (one.start_at, one.id))


def shown(ordered: Ordered, names: Mapping[str, str]) -> str:
    """What an override says, in signs that need no language: 张三 → 王五."""
    person = names.get(ordered.person or "", ordered.person or "")
    instead = names.get(ordered.replaces or "", ordered.replaces or "*")
    return {
        OverrideKind.ADD: f"+ {person}",
        OverrideKind.REMOVE: f"− {person}",
        OverrideKind.REPLACE: f"{instead} → {person}",
        OverrideKind.VACANT: "∅",
    }[OverrideKind(ordered.kind)]


# -- checking ------------------------------------------------------------------------------


def _found(snapshot: Snapshot, wanted: Wanted, field: str, faults: list[Fault]) -> Person | None:
    """The person a field names, of the unit first, then of any. Notes what is wrong with it."""
    name: str | None = getattr(wanted, field)
    if name is None:
        return None
    # Who has left can be taken off the roster, but not put on it.
    left = field == "replaces" or wanted.kind == OverrideKind.REMOVE
    here = any(p.unit == wanted.unit and p.named(name) for p in snapshot.people.values())
    try:
        return snapshot.find(name, wanted.unit if here else None, left=left)
    except NotFound as missing:
        faults.append(Fault(where=field, code=missing.code, value=name, params=missing.params))
        return None


def _faults(
    wanted: Wanted, person: Person | None, replaced: Person | None, now: datetime
) -> Sequence[Fault]:
    found = []
    if wanted.role not in ROLES:
        found.append(unknown_role(wanted.role))
    if wanted.kind not in _KINDS:
        params = {"known": ", ".join(_KINDS)}
        found.append(Fault(where="kind", code="unknown_kind", value=wanted.kind, params=params))
    elif wanted.kind == OverrideKind.VACANT:
        if wanted.person is not None:
            found.append(Fault(where="person", code="vacant_with_person", value=wanted.person))
    elif wanted.person is None:
        found.append(Fault(where="person", code="override_empty"))
    if wanted.replaces is not None and wanted.kind != OverrideKind.REPLACE:
        found.append(Fault(where="replaces", code="replaces_nothing", value=wanted.replaces))
    if person is not None and replaced is not None and person.id == replaced.id:
        found.append(Fault(where="replaces", code="replaces_self", value=person.name))
    if wanted.end <= wanted.start:
        found.append(Fault(where="to", code="ends_before_start", value=wanted.end.isoformat()))
    elif wanted.end <= now:
        found.append(Fault(where="to", code="override_past", value=wanted.end.isoformat()))
    elif wanted.end - wanted.start > LONGEST:
        params = {"days": str(LONGEST.days)}
        value = wanted.end.isoformat()
        found.append(Fault(where="to", code="window_too_long", value=value, params=params))
    return found


def _refuse_contradiction(tx: Tx, snapshot: Snapshot, ordered: Ordered, zone: ZoneInfo) -> None:
    mine = effects([ordered])[0]
    others = rows.between(tx, ordered.start_at, ordered.end_at, unit=ordered.unit)
    names = {key: person.name for key, person in snapshot.people.items()}
    for other in others:
        effect = other.effect()
        if effect is None or other.id == ordered.id:
            continue
        person = contradiction(effect, mine)
        if person is not None:
            raise Conflict(
                "override_contradicts",
                mine=f"{shown(ordered, names)} {_span(ordered, zone)}",
                other=f"{shown(other, names)} {_span(other, zone)}",
                override=str(other.id),
                person=names.get(person, "*"),
            )


def _span(ordered: Ordered, zone: ZoneInfo) -> str:
    start, end = ordered.start_at.astimezone(zone), ordered.until.astimezone(zone)
    return f"{start:%Y-%m-%d %H:%M}–{end:%Y-%m-%d %H:%M}"


# -- telling -------------------------------------------------------------------------------


def _duties(tx: Tx, ordered: Ordered) -> list[Duty]:
    """What holds while the override lasts, cut to that time."""
    start, end = ordered.start_at, ordered.end_at
    found = duties_in_force(tx, start, end, unit=ordered.unit)
    return within((d for d in found if d.role == ordered.role), start, end)


def _told(
    tx: Tx, event: str, ordered: Ordered, before: Sequence[Duty], now: datetime, by: str
) -> Done:
    """Keep it in the log, let open pages look again, and say whose time changed."""
    pages.nudge(tx, now)
    append(tx, [Entry(transfer=NO_TRANSFER, at=now, event=event, who=by, payload=ordered)])
    after = _duties(tx, ordered)
    starts = [duty.start for duty in (*before, *after)]
    if not starts:
        return Done(override=ordered, changes=())
    whole = Window(start=min(starts), end=max(starts) + timedelta(seconds=1))
    found = diff(before, after, {(ordered.unit, ordered.role): whole})
    return Done(override=ordered, changes=found.per_person)
