"""What a message may know about a transfer, and how it writes times, roles and signatures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from oncall.core.model import Notice, Urgency
from oncall.core.words import N_, SOMEBODY, URGENCY, Text, role

#: The notices that ask for an answer: a call listens for a key, a text says what to reply.
ASKS = frozenset({Notice.PAGE, Notice.HANDOVER, Notice.ALARM, Notice.REOPENED})


#: Pages that are not about taking a matter on, or not only.
ABOUT: Mapping[str, str] = {
    "talk": N_("[Please join the talk] "),
    "county": N_("[Major] "),
    "short": N_("[Too few answer] "),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a message may say about a transfer. There is no field for the caller on purpose.

    Moments are aware; they are shown as wall time in the IANA ``zone``.
    """

    code: str
    #: Who hands it over: "110", "12345" or a unit's name.
    origin: str
    urgency: Urgency
    #: The unit that must answer; may be "" where the reader knows it as their own.
    unit: str = ""
    category: str = ""
    #: The township.
    area: str = ""
    #: When an ack stops counting as in time, and how many minutes that was from the start.
    ack_by: datetime
    minutes: int
    zone: str
    #: The role that comes next if nobody answers; None on the top level.
    next_role: str | None = None
    #: The name of whoever has it, took it, gave it back or withdrew it.
    owner: str = ""
    drill: bool = False
    #: When the owner promised to be there.
    eta: datetime | None = None
    #: What kind of page it is, where it is none of the ordinary ones: a key of ABOUT.
    about: str = ""
    #: Sent later than planned, and sent again because the first may have been lost.
    late: bool = False
    resent: bool = False
    planned_at: datetime | None = None

    @property
    def overdue(self) -> bool:
        """Whether the ack deadline had already passed when this message was planned."""
        return self.planned_at is not None and self.planned_at >= self.ack_by

    @property
    def began_at(self) -> datetime:
        """The moment beside which a bare clock is clear: the message's own, or the page's."""
        return self.planned_at or self.ack_by - timedelta(minutes=self.minutes)


def clock(when: datetime, facts: Facts) -> str:
    """A wall clock, with the date where it is not the day the message belongs to."""
    return _clock(when, facts.began_at, facts.zone)


# Cached, as `clean` is: in a storm thousands of messages share their deadline and their words.
@lru_cache(maxsize=1024)
def _clock(when: datetime, began_at: datetime, zone_name: str) -> str:
    zone = ZoneInfo(zone_name)
    local = when.astimezone(zone)
    same = local.date() == began_at.astimezone(zone).date()
    return local.strftime("%H:%M" if same else "%m-%d %H:%M")


def spoken_clock(t: Text, when: datetime, facts: Facts) -> str:
    """The same as a voice should say it."""
    zone = ZoneInfo(facts.zone)
    local = when.astimezone(zone)
    if local.minute:
        said = t(N_("{hour}:{minute:02d}")).format(hour=local.hour, minute=local.minute)
    else:
        said = t(N_("{hour} o'clock")).format(hour=local.hour)
    if local.date() == facts.began_at.astimezone(zone).date():
        return said
    return t(N_("{clock} on {month}/{day}")).format(clock=said, month=local.month, day=local.day)


def spell(code: str) -> str:
    """A number for the ear: letter by letter and digit by digit, in groups of at most four."""
    groups: list[str] = []
    for run in re.findall(r"[A-Za-z]+|\d+", code):
        size = 4 if run.isdigit() else len(run)
        groups += [" ".join(run[i : i + size]) for i in range(0, len(run), size)]
    return ", ".join(groups)


def blanks(t: Text, facts: Facts) -> dict[str, str]:
    """What fills the blanks of a template, cleaned of whatever would break a line or a sign."""
    return {
        "code": clean(facts.code),
        "origin": clean(facts.origin),
        "urgency": t(URGENCY[facts.urgency]),
        "unit": clean(facts.unit),
        "category": clean(facts.category),
        "area": clean(facts.area),
        "minutes": str(facts.minutes),
        "owner": clean(facts.owner) or t(SOMEBODY),
        "role": role(t, facts.next_role) if facts.next_role else "",
    }


@lru_cache(maxsize=4096)
def clean(value: str) -> str:
    """One line without control characters, and without the brackets only a signature may use."""
    kept = "".join(c if c.isprintable() else " " for c in value if c not in "【】")
    return " ".join(kept.split())


@lru_cache(maxsize=64)
def _brackets(signature: str) -> str:
    name = signature.strip().strip("【】").strip()
    return f"【{name}】" if name else ""


def signed(signature: str, text: str) -> str:
    """``text`` behind the sender's name in the brackets carriers ask for."""
    return _brackets(signature) + text
