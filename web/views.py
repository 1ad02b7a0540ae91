"""Stored values as the API shows them: moments in the installation's zone, numbers masked."""

from __future__ import annotations

from msgspec.structs import asdict

from notifiers.phone import mask, mask_text
from oncall import duty
from oncall.core.model import Alarm
from oncall.core.transfers import Transfer, part_state
from oncall.core.upcoming import NextAction, next_text
from oncall.core.why import tell
from oncall.core.words import N_, Text, alarm_text
from oncall.desk import Outcome
from oncall.directory import Snapshot
from oncall.store.alarms import Raised
from oncall.store.database import Tx
from oncall.store.reports import Attempt, Brief, Full, Line, Share
from web import shapes
from web.door import Caller, Door

#: Events outside the ladder that ``core.why`` does not tell.
OTHER = {
    "PoliceCalled": N_("{who} called in 110."),
    "KeyPressed": N_("{who} pressed {detail} in the call."),
    "PhonesShown": N_("{who} looked at numbers in full: {detail}"),
}


class View:
    """Shows values to one caller, out of one transaction."""

    def __init__(self, door: Door, caller: Caller, tx: Tx) -> None:
        self.door = door
        self.caller = caller
        self.tx = tx
        self.t: Text = caller.t
        self.snapshot: Snapshot = door.app.directory.at(tx, door.now())
        self.names = self.snapshot.named(caller.lang)

    # -- transfers -------------------------------------------------------------------------

    def transfer(self, brief: Brief) -> shapes.TransferOut:
        """A line of the list; a liaison sees the own unit's parts only."""
        transfer, stamp = brief.transfer, self.door.stamp
        return shapes.TransferOut(
            id=transfer.id,
            code=transfer.code,
            origin=transfer.origin,
            origin_ref=transfer.origin_ref,
            state=transfer.state,
            urgency=transfer.urgency,
            category=transfer.category,
            area=transfer.area,
            summary=transfer.summary,
            received_at=stamp(transfer.received_at),
            transferred_at=stamp(transfer.transferred_at),
            changed_at=stamp(brief.changed_at),
            due_at=None if brief.deadline is None else stamp(brief.deadline.due_at),
            overdue=brief.deadline is not None and brief.deadline.overdue(self.door.now()),
            supervised=brief.supervised,
            first_receiver=transfer.first_receiver,
            created_by=transfer.created_by,
            police=transfer.police,
            danger=transfer.danger,
            confidential=transfer.confidential,
            drill=transfer.drill,
            major=transfer.major,
            nuisance=transfer.nuisance,
            linked_to=transfer.linked_to,
            responded_at=self.door.maybe(transfer.life.responded_at),
            result_at=self.door.maybe(transfer.life.result_at),
            feedback_at=self.door.maybe(transfer.life.feedback_at),
            closed_at=self.door.maybe(transfer.life.closed_at),
            police_dispatched_at=self.door.maybe(transfer.life.police_dispatched_at),
            copies=list(brief.copies),
            parts=[self.part(share) for share in self.mine(brief)],
        )

    def accepted(self, brief: Brief) -> shapes.AcceptedOut:
        """The answer to a hand-over."""
        shown = self.transfer(brief)
        return shapes.AcceptedOut(
            **dict(shown),
            pages=[
                shapes.PageBrief(
                    id=part.page.id,
                    unit=part.unit,
                    role=part.role,
                    state=part.page.state,
                    next_action=part.page.next_action,
                )
                for part in shown.parts
            ],
        )

    def full(self, full: Full, caller: dict[str, str] | None, *, reveal: bool) -> shapes.FullOut:
        """Everything about one transfer that this caller may see."""
        brief = full.brief
        pages = {share.page.id: share.part.unit for share in self.mine(brief)}
        units = {share.page.id: share.part.unit for share in brief.shares}
        return shapes.FullOut(
            **dict(self.transfer(brief)),
            returned=self._returned(brief.transfer),
            dispute=self._dispute(brief.transfer),
            caller=self._called(caller, reveal=reveal),
            attempts=[
                self.attempt(one, units.get(one.page or ""), reveal=reveal)
                for one in full.attempts
                if one.page in pages
            ],
            timeline=[
                shown
                for line in full.timeline
                if line.page is None or line.page in pages
                if (shown := self.line(line, units)) is not None
            ],
            alarms=[self.alarm(a) for a in full.alarms if a.page is None or a.page in pages],
            links=[
                shapes.LinkOut(id=one.id, code=one.code, state=one.state, urgency=one.urgency)
                for one in full.links
            ],
            supervisions=[
                shapes.SupervisionOut(
                    page=s.page,
                    unit=s.unit,
                    colour=s.colour,
                    drafted_at=self.door.stamp(s.drafted_at),
                )
                for s in full.supervisions
                if s.page in pages
            ],
        )

    def mine(self, brief: Brief) -> list[Share]:
        """The parts this caller sees."""
        unit = self.caller.unit
        return [share for share in brief.shares if unit in (None, share.part.unit)]

    def part(self, share: Share) -> shapes.PartOut:
        """One unit's share with its page."""
        page, stamp = share.page, self.door.stamp
        return shapes.PartOut(
            id=share.part.id,
            unit=share.part.unit,
            unit_name=self.snapshot.unit_name(share.part.unit, self.caller.lang),
            person=share.part.person,
            role=share.part.role,
            state=part_state(page.state),
            ended_at=self.door.maybe(share.part.ended_at),
            page=shapes.PageOut(
                id=page.id,
                state=page.state,
                level=page.level,
                urgency=page.policy.urgency,
                paged_at=stamp(page.paged_at),
                ack_by=stamp(page.limit_at),
                owner=page.owner_name,
                acked_at=self.door.maybe(page.acked_at),
                acked_via=page.acked_via,
                eta_at=self.door.maybe(page.eta_at),
                next_action=self.next(duty.next_action(self.tx, self.snapshot, page)),
            ),
        )

    def next(self, action: NextAction) -> shapes.NextOut:
        """What happens next, in words and as values."""
        return shapes.NextOut(
            what=action.what,
            who=list(action.who),
            at=self.door.maybe(action.at),
            role=action.role or None,
            level=action.level or None,
            channels=[str(channel) for channel in action.channels],
            text=next_text(self.t, action),
        )

    def attempt(self, one: Attempt, unit: str | None, *, reveal: bool) -> shapes.AttemptOut:
        """One message."""
        maybe = self.door.maybe
        return shapes.AttemptOut(
            id=one.id,
            page=one.page,
            person=one.name,
            unit=unit,
            channel=one.channel,
            notice=one.notice,
            level=one.level,
            phone=one.address if reveal or not one.address else mask(one.address),
            state=one.state,
            planned_at=self.door.stamp(one.planned_at),
            sent_at=maybe(one.sent_at),
            ended_at=maybe(one.ended_at),
            tries=one.tries,
            late=one.late,
            resent=one.resent,
            code=one.code or None,
            answered_by=one.answered_by,
            text=None if one.text is None else mask_text(one.text),
        )

    def line(self, line: Line, units: dict[str, str]) -> shapes.LineOut | None:
        """One line of the log; None where it tells nothing."""
        said = line.said
        zone = self.door.app.settings.timezone
        told = tell(self.t, [said], self.names, zone=zone)
        text = " ".join(told[0].lines) if told else ""
        if not text and said.event in OTHER:
            text = self.t(OTHER[said.event]).format(who=said.who, detail=said.detail)
        if not text:
            return None
        return shapes.LineOut(
            at=self.door.stamp(said.at),
            what=said.event,
            reason=said.reason,
            who=said.who or None,
            unit=units.get(line.page or ""),
            text=text,
        )

    def _returned(self, transfer: Transfer) -> shapes.ReturnOut | None:
        given = transfer.life.returned
        if given is None:
            return None
        values = asdict(given) | {"at": self.door.stamp(given.at)}
        return shapes.ReturnOut(**values)

    def _dispute(self, transfer: Transfer) -> shapes.DisputeOut | None:
        open_ = transfer.life.dispute
        if open_ is None:
            return None
        return shapes.DisputeOut(
            at=self.door.stamp(open_.at),
            deadline=self.door.stamp(open_.deadline),
            candidates=list(open_.candidates),
            proposals=dict(open_.proposals),
        )

    def _called(self, caller: dict[str, str] | None, *, reveal: bool) -> shapes.CallerOut | None:
        if caller is None:
            return None
        phone = caller.get("phone")
        return shapes.CallerOut(
            name=caller.get("name"),
            phone=phone if reveal or not phone else mask(phone),
            address=caller.get("address"),
        )

    # -- the rest --------------------------------------------------------------------------

    def alarm(self, one: Raised) -> shapes.AlarmOut:
        """One alarm."""
        try:
            text = alarm_text(self.t, Alarm(one.alarm), who=one.who or "", level=one.level)
        except ValueError:
            text = one.alarm
        return shapes.AlarmOut(
            id=one.id,
            alarm=one.alarm,
            unit=one.unit,
            transfer=one.transfer,
            page=one.page,
            level=one.level,
            who=one.who,
            raised_at=self.door.stamp(one.raised_at),
            last_at=self.door.stamp(one.last_at),
            times=one.times,
            closed_at=self.door.maybe(one.closed_at),
            closed_by=one.closed_by,
            text=text,
        )

    def result(self, outcome: Outcome) -> shapes.ResultOut:
        """What an action did to one page."""
        return shapes.ResultOut(
            page=outcome.page,
            unit=outcome.unit,
            state=outcome.state,
            reason=outcome.reason,
            owner=outcome.owner,
            text=outcome.said(self.t),
        )
