"""What the API takes and answers about groups and calls to them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StrictBool

from oncall.core.model import Urgency
from web.bodies import Body, UnitCode
from web.shapes import Stamp

_Needed = Annotated[int | None, Field(ge=0, le=999)]
_Minutes = Annotated[int | None, Field(ge=0, le=1440)]
_Category = Annotated[str | None, Field(max_length=60)]


class MemberOut(BaseModel):
    """One unit of a group. `heir` is who has its duties where it has ended.

    `people` are called by name in its stead, each for themselves; `team`: also whoever is on the
    roster of its team then.
    """

    unit: str
    unit_name: str
    people: list[str]
    team: bool
    ended: bool
    heir: str | None


class GroupOut(BaseModel):
    """A group: its units in the order of calling, and how they are called.

    `needed` 0 asks for all, `wave` 0 calls all at once, `minutes` 0 is the ladder's time to answer.
    `count` is how many units and people are called now; it must be given where `must_count`.
    """

    name: str
    units: list[MemberOut]
    needed: int
    wave: int
    minutes: int
    count: int
    must_count: bool


class GroupsOut(BaseModel):
    """Every group, by name."""

    items: list[GroupOut]


class PreviewQuery(Body):
    """How urgently, what about, and what is wanted otherwise than the group has it."""

    urgency: Urgency
    category: _Category = None
    needed: _Needed = None
    wave: _Needed = None
    minutes: _Minutes = None


class CostOut(BaseModel):
    """So many people, parts of texts, and calls."""

    people: int
    sms: int
    calls: int


class AskedOut(BaseModel):
    """A unit, and who of it is asked first; nobody where the roster has nobody.

    `person` is the id of somebody who is called by name.
    """

    unit: str
    person: str | None
    people: list[str]


class WavePlanOut(BaseModel):
    """When a wave goes, if too few have answered by then."""

    number: int
    after_minutes: float
    units: list[AskedOut]


class MovedOut(BaseModel):
    """A unit that has ended, and the one that is called instead."""

    unit: str
    heir: str


class PreviewOut(BaseModel):
    """A call before it is made: `first` is what the first wave costs at once, `most` all waves
    until desk and county are told that too few answer, if nobody does."""

    group: str
    units: int
    people: int
    count: int
    needed: int
    wave: int
    minutes: float
    must_count: bool
    first: CostOut
    most: CostOut
    short_after_minutes: float
    waves: list[WavePlanOut]
    moved: list[MovedOut]
    gone: list[str]
    left: list[str]


class CallIn(Body):
    """A call to a group. The same origin and origin_ref give the same call again."""

    urgency: str
    summary: str
    #: How many are called; needed for a large group, and then it must be right.
    count: int | None = None
    origin: str = "desk"
    origin_ref: str | None = None
    category: _Category = None
    area: UnitCode | None = None
    danger: StrictBool = False
    drill: StrictBool = False
    needed: _Needed = None
    wave: _Needed = None
    minutes: _Minutes = None


class CalledOut(BaseModel):
    """The call that began, as a transfer; its roll is at `roll`.

    `people` are called by name; `left` were named by the group and are there no more.
    """

    id: str
    code: str
    created: bool
    group: str
    units: list[str]
    people: list[str]
    needed: int
    wave: int
    minutes: float
    moved: list[MovedOut]
    gone: list[str]
    left: list[str]
    roll: str


class CallBrief(BaseModel):
    """A call in a list."""

    id: str
    code: str
    group: str
    state: str
    urgency: str
    called_at: Stamp
    needed: int
    answered: int
    met: bool


class CallsOut(BaseModel):
    """Calls to groups, the newest first."""

    items: list[CallBrief]


class CallsQuery(Body):
    """Only what goes on, or also what has ended."""

    all: bool = False
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class CallerOut(BaseModel):
    """Somebody who was asked: `arrival` is how far a message came, `response` what they said."""

    name: str
    unit: str
    role: str
    level: int
    called_at: Stamp
    arrival: str
    response: str


class RollLineOut(BaseModel):
    """One unit on the roll, or one `person` of it."""

    unit: str
    unit_name: str
    person: str | None
    role: str
    response: str
    called_at: Stamp | None
    answered_by: str | None
    answered_at: Stamp | None
    eta_at: Stamp | None
    people: list[CallerOut]


class RollWaveOut(BaseModel):
    """One wave; `called_at` is null for those whose turn has not come."""

    number: int
    called_at: Stamp | None
    units: list[RollLineOut]


class WordOut(BaseModel):
    """A correction or a withdrawal: to how many people, and how many have it."""

    what: str
    at: Stamp
    by: str | None
    text: str
    people: int
    arrived: int
    under_way: int


class RollOut(BaseModel):
    """The roll of a call. `counts` has the number of lines by response."""

    id: str
    code: str
    group: str | None
    state: str
    urgency: str
    category: str | None
    area: str | None
    summary: str
    drill: bool
    called_at: Stamp
    needed: int
    met: bool
    counts: dict[str, int]
    next_at: Stamp | None
    short_at: Stamp | None
    waves: list[RollWaveOut]
    words: list[WordOut]
