"""What callers may send: nothing unknown, no moment without its zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, field_validator
from pydantic_core import PydanticCustomError

from oncall.core.kpi import Profile
from oncall.core.oversight import OrderState
from oncall.papers.sheet import LONGEST_DAYS

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?"
)
#: Outside of these a "moment" is a slip, and arithmetic on it would overflow.
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def moment(value: Any) -> Any:
    """An aware UTC datetime from RFC 3339; a wall clock without a zone is refused."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    found = None
    if isinstance(value, str):
        # In an address an unescaped + arrives as a blank.
        value = re.sub(r"(\d) (\d\d:?\d\d)$", r"\1+\2", value) if "T" in value else value
        found = _RFC3339.fullmatch(value)
    if found is None:
        raise PydanticCustomError("bad_time", "moment")
    if found["zone"] is None:
        raise PydanticCustomError("naive_time", "zone")
    try:
        read = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("bad_time", "moment") from None
    if not _FIRST <= read < _LAST:
        raise PydanticCustomError("bad_time", "moment")
    return read


Moment = Annotated[datetime, BeforeValidator(moment)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Why = Annotated[str, Field(max_length=500)]
#: A unit by its code, its name in either language or an alias.
UnitCode = Annotated[str, Field(min_length=1, max_length=200)]


class Body(BaseModel):
    """A body in which nothing unknown may stand."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _writable(cls, value: Any) -> Any:
        """Half a surrogate pair is no text: no database and no message could hold it."""
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str) and not text.isascii():
                try:
                    text.encode()
                except UnicodeEncodeError:
                    raise PydanticCustomError("string_unicode", "text") from None
        return value


class CallerIn(Body):
    """Who called. Kept with the transfer; never part of any message."""

    name: Annotated[str, Field(max_length=60)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    address: Annotated[str, Field(max_length=200)] | None = None


class DecisionIn(Body):
    """What is decided at the door: answer or guide with its text, or reject on a ground."""

    kind: Annotated[str, Field(max_length=20)]
    text: Annotated[str, Field(max_length=2000)] | None = None
    ground: Annotated[str, Field(max_length=4)] | None = None
    why: Why | None = None
    forward: UnitCode | None = None


class TransferIn(Body):
    """A transfer handed over. The same origin and origin_ref give the same transfer again."""

    origin: str
    to: Annotated[list[str], Field(max_length=100)] = []
    #: A broadcast group instead of units, and, for a large one, how many units that is.
    group: Annotated[str, Field(max_length=60)] | None = None
    count: int | None = None
    urgency: str
    summary: str
    origin_ref: str | None = None
    category: str | None = None
    area: str | None = None
    received_at: Moment | None = None
    first_receiver: str | None = None
    police: StrictBool = False
    danger: StrictBool = False
    confidential: StrictBool = False
    drill: StrictBool = False
    #: Units to tell without a duty to answer.
    copy_to: Annotated[list[str], Field(max_length=100)] = []
    #: The units wait until the police are on their way.
    police_first: StrictBool = False
    #: Answered, guided or not accepted at once: no unit is named, nobody is paged.
    decision: DecisionIn | None = None
    caller: CallerIn | None = None


class ActIn(Body):
    """Who acts, for whom, and why."""

    by: Name
    why: Why = ""
    #: One unit's part; needed where several units have one.
    unit: UnitCode | None = None


class AnswerIn(ActIn):
    """An answer; `on_behalf_of` is who said so to `by`, for example by telephone."""

    on_behalf_of: Name | None = None


class AckIn(AnswerIn):
    """An ack; `takeover` takes it from whoever has it, `eta_minutes` promises to be there."""

    takeover: StrictBool = False
    eta_minutes: Annotated[int | None, Field(ge=1, le=1440)] = None


class NoteIn(ActIn):
    """Progress; `why` is its text."""

    why: Annotated[str, Field(max_length=2000)]


class PoliceIn(Body):
    """转110."""

    by: Name


class ExtendIn(Body):
    """Who needs more time, until when, and why."""

    by: Name
    until: Moment
    why: Why


class GrantIn(Body):
    """Who decides on the wish for more time, and how."""

    by: Name
    grant: StrictBool
    why: Why = ""


Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class MonthQuery(Body):
    """One month of the installation's calendar, as 2026-11."""

    month: Month


class KpiQuery(MonthQuery):
    """Whose figures, and for which evaluator."""

    unit: UnitCode | None = None
    profile: Profile = Profile.GOV


class ConferenceQuery(MonthQuery):
    """How often something must have come up."""

    least: Annotated[int, Field(ge=1, le=1000)] = 3


class VisitIn(Body):
    """What one caller said; null where they did not say."""

    transfer: Annotated[str, Field(min_length=1, max_length=150)]
    at: Moment
    solved: StrictBool | None = None
    satisfied: StrictBool | None = None


class VisitsIn(Body):
    """Visits, all of them or none."""

    visits: Annotated[list[VisitIn], Field(max_length=1000)]


class ConfirmIn(Body):
    """Who issues an order, and what it asks of the unit."""

    by: Name
    demand: Annotated[str, Field(max_length=2000)] = ""


class WhyIn(Body):
    """Who does it, and why."""

    by: Name
    why: Why = ""


class ReplyIn(Body):
    """A written reply."""

    by: Name
    text: Annotated[str, Field(max_length=10_000)]


class OrdersQuery(Body):
    """Orders in one state, of one unit."""

    state: OrderState | None = None
    unit: UnitCode | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class EventsQuery(Body):
    """Changes after a number, of one origin."""

    since: Annotated[int, Field(ge=0, lt=2**62)] = 0
    origin: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class DeadlinesQuery(Body):
    """One unit's deadlines, or all; only those past their time."""

    unit: UnitCode | None = None
    overdue: bool = False
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class CloseIn(Body):
    """Who dealt with an alarm."""

    by: Name


class ListQuery(Body):
    """Which transfers: states separated by commas, one unit's, only those under a supervision
    order, from a cursor on."""

    state: Annotated[str, Field(max_length=200)] | None = None
    unit: UnitCode | None = None
    supervised: bool = False
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=200)] | None = None


class OneQuery(Body):
    """`reveal` gives a reason to see numbers in full; it is kept with the caller's name."""

    reveal: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class OnDutyQuery(OneQuery):
    """Which unit, role and moment; now where none is given."""

    unit: UnitCode | None = None
    role: Annotated[str, Field(max_length=40)] | None = None
    at: Moment | None = None


class HandoverQuery(Body):
    """Which unit's handover, and at which moment; now where none is given."""

    unit: UnitCode
    at: Moment | None = None


class ScheduleQuery(Body):
    """One unit's role over a window, half-open."""

    unit: UnitCode
    role: Annotated[str, Field(max_length=40)] = "primary"
    start: Annotated[Moment, Field(alias="from")]
    end: Annotated[Moment, Field(alias="to")]


class WindowQuery(Body):
    """One unit or all, over a window; from now on, for as long as is usual, where none is given."""

    unit: UnitCode | None = None
    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to")] = None


class GapsQuery(WindowQuery):
    """One role, or all that each unit needs."""

    role: Annotated[str, Field(max_length=40)] | None = None


class SheetQuery(OneQuery):
    """So many days from today's watch on; numbers are masked unless `reveal` says why not."""

    unit: UnitCode | None = None
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 14


class PeopleQuery(Body):
    """One unit's people, or everybody."""

    unit: UnitCode | None = None


class RoutesQuery(Body):
    """One category, and where; every row where none is given."""

    category: Annotated[str, Field(max_length=60)] | None = None
    area: UnitCode | None = None


class AlarmsQuery(Body):
    """One unit's alarms, or all."""

    unit: UnitCode | None = None


class NoQuery(Body):
    """No parameters."""
