"""Who plays in the story: a few units, invented people, and how their phones behave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from notifiers.phone import e164
from notifiers.twilio.emulator_script import Handset, VoiceScript, dead, listens, no_answer, presses
from oncall.admin.holidays import load_shipped
from oncall.store import directory, schema
from oncall.store.database import Database
from oncall.store.directory import Account, Batch, Person, Unit
from rosters.model import Duty

ZONE = ZoneInfo("Asia/Shanghai")
#: A Tuesday afternoon.
BEGIN = datetime(2026, 11, 3, 14, 0, tzinfo=ZONE)
UNIT, PLACE = "SOE-CITYBUILD", "TWN-100"
_GOV, _EFFICIENCY = "GOV-OFFICE", "PTY-EFFICIENCY"

#: What 110 hands over. The caller's own data must reach nobody's phone.
CALLER = {"name": "周小满", "phone": "13900000099", "address": "德新大街88号"}
MATTER = {
    "origin": "110",
    "origin_ref": "JJ-20261103-0815",
    "to": [UNIT],
    "urgency": "urgent",
    "summary": "水管爆裂，路面积水约30厘米，影响车辆通行",
    "category": "供水",
    "area": PLACE,
    "caller": CALLER,
}

_UNITS = (
    (UNIT, "县城建集团", "Urban Construction Group", "state_enterprise"),
    (PLACE, "浔中镇", "Xunzhong Town", "township"),
    (_GOV, "县政府办", "County Government Office", "gov_department"),
    (_EFFICIENCY, "县效能办", "Administrative Efficiency Office", "party_organ"),
    ("DESK-110", "110报警服务台", "110 desk", "desk"),
    ("DESK-12345", "12345热线", "12345 desk", "desk"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody with a phone, a duty or a post, and a way of answering."""

    name: str
    role: str
    number: str
    unit: str = UNIT
    voice: VoiceScript | None = None
    dead: bool = False


PRIMARY = Actor(name="张三", role="primary", number="13900000001", voice=listens(ring=6, listen=9))
DEPUTY = Actor(name="李四", role="deputy", number="13900000002", voice=no_answer())
LEADER = Actor(name="陈建国", role="leader", number="13900000003", dead=True)
DIVISION = Actor(
    name="林芳", role="division_leader", number="13900000004", voice=presses("1", ring=4, listen=8)
)
#: They must hear nothing: the ladder ends before it comes to them.
HEAD = Actor(name="黄明", role="head", number="13900000005")
SUPERVISOR = Actor(name="吴九", role="supervisor", number="13900000006", unit=_GOV)
EFFICIENCY = Actor(name="郑十", role="supervisor", number="13900000007", unit=_EFFICIENCY)
CAST = (PRIMARY, DEPUTY, LEADER, DIVISION, HEAD, SUPERVISOR, EFFICIENCY)
_POSTS = frozenset({"division_leader", "head"})


def handsets() -> list[Handset]:
    """How each phone behaves."""
    out = []
    for one in CAST:
        number = e164(one.number)
        if one.dead:
            out.append(dead(number))
        else:
            out.append(Handset(number=number, voice=one.voice or VoiceScript()))
    return out


def furnish(db: Database, token_hash: str) -> None:
    """Bring an empty database to 14:00 of the story's day, with an account for 110."""
    schema.upgrade(db)
    midnight = BEGIN.replace(hour=0).astimezone(UTC)
    with db.begin() as tx:
        load_shipped(tx, "demo", midnight)
        directory.put_units(
            tx, [Unit(code=c, name_zh=zh, name_en=en, kind=k) for c, zh, en, k in _UNITS]
        )
        directory.put_people(
            tx,
            [
                Person(
                    id=f"story-{one.number[-2:]}",
                    unit=one.unit,
                    name=one.name,
                    mobile=one.number,
                    post=one.role if one.role in _POSTS else None,
                )
                for one in CAST
            ],
        )
        serving = [
            Duty(
                unit=one.unit,
                role=one.role,
                person=f"story-{one.number[-2:]}",
                start=midnight,
                # A fortnight: nobody in the story has reason to be warned of a gap.
                end=midnight + timedelta(days=14),
                source=f"11月!B{row}",
            )
            for row, one in enumerate(CAST, 5)
            if one.role not in _POSTS
        ]
        batch = Batch(
            id="story", at=midnight, by="story", files="11月.xlsx", sha256="0" * 64, summary="{}"
        )
        directory.apply_batch(tx, batch, add=serving, remove=[])
        account = Account(
            id="story-110", name="110", role="dispatcher", unit=None, created_at=midnight
        )
        directory.add_token(tx, account, token_hash)
