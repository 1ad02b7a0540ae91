"""What the API answers, field by field: a promise to people's scripts.

Moments are RFC 3339 with the offset of the installation's zone.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

Stamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class NextOut(BaseModel):
    """What happens next if nobody does anything; what is page_level, handover, exhausted, alarm,
    first_action or none."""

    what: str
    who: list[str]
    at: Stamp | None
    role: str | None = None
    level: int | None = None
    channels: list[str] = []
    text: str = ""


class PageOut(BaseModel):
    """One ladder run: waiting, acked, cancelled or exhausted."""

    id: str
    state: str
    level: int
    urgency: str
    paged_at: Stamp
    ack_by: Stamp
    owner: str | None
    acked_at: Stamp | None
    acked_via: str | None
    eta_at: Stamp | None
    next_action: NextOut


class PartOut(BaseModel):
    """A unit's share: lead, assist, copy or police."""

    id: str
    unit: str
    unit_name: str
    #: The id of the one person of the unit who was called for themselves, if it is theirs.
    person: str | None
    role: str
    state: str
    #: When the matter left this unit.
    ended_at: Stamp | None
    page: PageOut


class TransferOut(BaseModel):
    """A transfer as the list shows it."""

    id: str
    code: str
    origin: str
    origin_ref: str | None
    state: str
    urgency: str
    category: str | None
    area: str | None
    summary: str
    received_at: Stamp
    transferred_at: Stamp
    changed_at: Stamp
    due_at: Stamp | None
    overdue: bool
    supervised: bool
    first_receiver: str | None
    created_by: str
    police: bool
    danger: bool
    confidential: bool
    drill: bool
    major: bool
    nuisance: bool
    #: The transfer this one came out of.
    linked_to: str | None
    responded_at: Stamp | None
    result_at: Stamp | None
    feedback_at: Stamp | None
    closed_at: Stamp | None
    police_dispatched_at: Stamp | None
    #: Units told without a duty to answer.
    copies: list[str]
    parts: list[PartOut]


class ExtensionOut(BaseModel):
    """A wish for more time that waits for an answer."""

    asked_by: str
    asked_at: Stamp
    until: Stamp
    why: str


class DeadlineOut(BaseModel):
    """By when one transfer must be finished, and how often more time was granted."""

    transfer: str
    code: str
    summary: str
    received_at: Stamp
    due_at: Stamp
    overdue: bool
    extended: int
    asked: ExtensionOut | None


class DeadlinesOut(BaseModel):
    """Running deadlines, the nearest first."""

    items: list[DeadlineOut]


class PageBrief(BaseModel):
    """A page just opened."""

    id: str
    unit: str
    role: str
    state: str
    next_action: NextOut


class AcceptedOut(TransferOut):
    """The transfer that answers a request, and its pages."""

    pages: list[PageBrief]


class AttemptOut(BaseModel):
    """One message to one person. accepted, delivered and answered are not acked."""

    id: int
    page: str | None
    person: str
    unit: str | None
    channel: str
    notice: str
    level: int
    phone: str
    state: str
    planned_at: Stamp
    sent_at: Stamp | None
    ended_at: Stamp | None
    tries: int
    late: bool
    resent: bool
    code: str | None
    #: Who picked up a call, as the provider believed: human, machine or unknown; never an ack.
    answered_by: str | None
    text: str | None


class LineOut(BaseModel):
    """One thing that happened, why, and the same as plain sentences."""

    at: Stamp
    what: str
    reason: str | None
    who: str | None
    unit: str | None
    text: str


class AlarmOut(BaseModel):
    """What a human at the desk must look at."""

    id: int
    alarm: str
    unit: str | None
    transfer: str | None
    page: str | None
    level: int
    who: str | None
    raised_at: Stamp
    last_at: Stamp
    times: int
    closed_at: Stamp | None
    closed_by: str | None
    text: str


class SupervisionOut(BaseModel):
    """A supervision order that was drafted."""

    page: str
    unit: str
    colour: str
    drafted_at: Stamp


class CallerOut(BaseModel):
    """Who called; only for those who may know, with the number masked unless asked for."""

    name: str | None = None
    phone: str | None = None
    address: str | None = None


class LinkOut(BaseModel):
    """A transfer that came out of this one."""

    id: str
    code: str
    state: str
    urgency: str


class ReturnOut(BaseModel):
    """A unit says that it is not theirs, and perhaps whose; the desk has not decided yet."""

    unit: str
    by: str
    at: Stamp
    why: str
    suggestion: str | None


class DisputeOut(BaseModel):
    """It is argued about whose it is: who may have it, what each party proposes, until when."""

    at: Stamp
    deadline: Stamp
    candidates: list[str]
    proposals: dict[str, str]


class FullOut(TransferOut):
    """Everything about one transfer."""

    #: None where nothing is undecided.
    returned: ReturnOut | None
    dispute: DisputeOut | None

    caller: CallerOut | None
    attempts: list[AttemptOut]
    timeline: list[LineOut]
    alarms: list[AlarmOut]
    supervisions: list[SupervisionOut]
    #: The transfers that came out of it: calls to 110, what was forwarded.
    links: list[LinkOut]


class ListOut(BaseModel):
    """One page of the list; `next` is the cursor of the next one, null at the end."""

    items: list[TransferOut]
    next: str | None


class ResultOut(BaseModel):
    """What an action did to one page."""

    page: str
    unit: str
    state: str
    reason: str
    owner: str | None
    text: str


class ActedOut(BaseModel):
    """What an action did, page by page, and where the transfer stands since."""

    id: str
    code: str
    state: str
    results: list[ResultOut]


class CaseOut(BaseModel):
    """What an act did to the transfer as a whole: where it stands since, and why, in words."""

    id: str
    code: str
    state: str
    reason: str
    text: str


class PoliceOut(BaseModel):
    """Whether 110 was called now; false when it had been before."""

    id: str
    code: str
    called: bool


class AlarmsOut(BaseModel):
    """Open alarms, the newest first."""

    items: list[AlarmOut]


class Fault(BaseModel):
    """One place that is wrong."""

    path: str
    code: str
    value: str
    message: str
    mend: str


class Problem(BaseModel):
    """RFC 9457, with our code and the places that are wrong."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Fault]
