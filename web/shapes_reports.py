"""What the API answers about figures, field by field."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from web.shapes import Stamp


class RateOut(BaseModel):
    """So many of so many; no rate of nothing."""

    of: int
    out_of: int
    rate: float | None


class BucketsOut(BaseModel):
    """How many took how long."""

    to_1_min: int
    to_5_min: int
    to_15_min: int
    to_30_min: int
    over_30_min: int


class SpreadOut(BaseModel):
    """How long something took, in seconds."""

    count: int
    mean_seconds: float | None
    median_seconds: float | None
    p90_seconds: float | None
    buckets: BucketsOut


class FiguresOut(BaseModel):
    """The figures of one scope; those only 12345 can know are missing for the police."""

    transferred: int
    pages: int
    ack_in_time: RateOut
    ack_time: SpreadOut
    first_level: RateOut
    escalated: RateOut
    reachable: RateOut
    covered: RateOut
    on_time: RateOut
    extended: RateOut
    solved: RateOut | None = None
    satisfied: RateOut | None = None
    returned: RateOut
    missent: RateOut
    closed_once: RateOut | None = None
    disputed: RateOut
    first_receiver: RateOut
    complete: RateOut | None = None
    hop_time: SpreadOut


class DaysOut(BaseModel):
    """The first and the last day."""

    model_config = ConfigDict(populate_by_name=True)

    start: str = Field(alias="from")
    end: str = Field(alias="to")


class ReportOut(DaysOut):
    """A month's figures; nothing later than `as_of` is in them."""

    as_of: Stamp
    profile: str
    total: FiguresOut
    urgencies: dict[str, FiguresOut]
    units: dict[str, FiguresOut]


class FrequentOut(BaseModel):
    """One kind of matter that one unit gave back, or argued about, too often."""

    category: str | None
    unit: str
    returns: int
    disputes: int
    transfers: list[str]


class ConferenceOut(BaseModel):
    """The list for the monthly conference, the worst first."""

    items: list[FrequentOut]


class PublicOut(DaysOut):
    """What may be published of a month."""

    total: FiguresOut
    categories: dict[str, int]
    units: dict[str, int]


class VisitsOut(BaseModel):
    """How many visits were read, and how many of them were new."""

    rows: int
    new: int


class OrphanOut(BaseModel):
    """An open transfer for which nothing is planned; since when, and whether the desk was told."""

    id: str
    code: str
    state: str
    units: list[str]
    since: Stamp
    alarmed: bool


class OrphansOut(BaseModel):
    """All of them, the oldest first."""

    items: list[OrphanOut]
