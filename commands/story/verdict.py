"""Compare what reached the phones with what should have: exactly that, on time, no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.core.words import N_, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One message that must be sent: ``kind`` is sms or call, ``at`` the earliest right moment."""

    who: str
    number: str
    kind: str
    at: datetime
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message that was sent."""

    number: str
    kind: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the verdict: what was looked at, and what is wrong with it ("" when nothing)."""

    what: str
    wrong: str = ""


def compare(
    t: Text,
    expected: Sequence[Expected],
    seen: Sequence[Seen],
    *,
    never: Collection[str],
    tolerance: timedelta,
    clock: str = "%H:%M:%S",
) -> list[Check]:
    """Each expected message with its message, then whatever nobody expected.

    A message is never early; ``tolerance`` is how late it may be. ``never`` are words that no
    message may carry. Moments are shown by ``clock`` in the zone they are given in.
    """
    left = list(seen)
    checks = []
    for one in expected:
        what = f"{one.at.strftime(clock)} {kinds(t, one.kind)} {one.who} {one.number}"
        found = next((s for s in left if _same(one, s) and _on_time(one, s, tolerance)), None)
        found = found or next((s for s in left if _same(one, s)), None)
        if found is None:
            checks.append(Check(what=what, wrong=t(N_("never came"))))
            continue
        left.remove(found)
        checks.append(Check(what=what, wrong=_wrong(t, one, found, tolerance)))
    for extra in left:
        at = extra.at.astimezone(expected[0].at.tzinfo) if expected else extra.at
        what = f"{at.strftime(clock)} {kinds(t, extra.kind)} {extra.number}"
        wrong = t(N_("nobody expected it: {text}")).format(text=extra.text)
        checks.append(Check(what=what, wrong=wrong))
    for word in never:
        telling = [s for s in seen if word in s.text]
        wrong = t(N_("told to {number}")).format(number=telling[0].number) if telling else ""
        checks.append(Check(what=t(N_("nobody was told “{word}”")).format(word=word), wrong=wrong))
    return checks


def kinds(t: Text, kind: str) -> str:
    """A kind of message in the reader's language; an unknown one as the provider calls it."""
    return t({"sms": N_("text message"), "call": N_("phone call")}.get(kind, kind))


def _same(one: Expected, seen: Seen) -> bool:
    return (one.number, one.kind) == (seen.number, seen.kind)


def _on_time(one: Expected, seen: Seen, tolerance: timedelta) -> bool:
    return timedelta() <= seen.at - one.at <= tolerance


def _wrong(t: Text, one: Expected, seen: Seen, tolerance: timedelta) -> str:
    late = (seen.at - one.at).total_seconds()
    if late < 0:
        return t(N_("came {n} s early")).format(n=f"{-late:.1f}")
    if late > tolerance.total_seconds():
        return t(N_("came {n} s late")).format(n=f"{late:.1f}")
    missing = [word for word in one.words if word not in seen.text]
    if missing:
        words = ", ".join(missing)
        return t(N_("does not say “{words}”: {text}")).format(words=words, text=seen.text)
    return ""
