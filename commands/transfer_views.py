"""How transfers look on the command line; the JSON has the names the HTTP interface uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from commands.output import local, pairs, say, show_json, stamp, table, warn
from commands.session import Session
from commands.talk_view import show_talk, show_undecided, talk_json, undecided_json
from notifiers.phone import mask, mask_text
from oncall.admin import matters
from oncall.core.model import Alarm, Channel, Page
from oncall.core.transfers import Transfer, part_state
from oncall.core.upcoming import NextAction, next_text
from oncall.core.words import (
    ANSWERED_BY,
    ATTEMPTS,
    CHANNELS,
    N_,
    PARTS,
    STATES,
    TRANSFER_STATES,
    URGENCY,
    Text,
    alarm_text,
)
from oncall.directory import Snapshot
from oncall.store.database import Tx
from oncall.store.reports import Attempt, Brief, Full, Share


def listed(
    session: Session,
    tx: Tx,
    snapshot: Snapshot,
    found: Sequence[Brief],
    now: datetime,
    *,
    as_json: bool,
) -> None:
    """A line for each."""
    if as_json:
        show_json({"items": [_brief(session, tx, snapshot, brief, now) for brief in found]})
        return
    t, zone = session.t, session.settings.zone
    rows = []
    for brief in found:
        transfer = brief.transfer
        coming = [
            f"{local(action.at, zone)} {next_text(t, action)}"
            for _, action in matters.next_of(tx, snapshot, brief.shares)
            if action.at is not None
        ]
        rows.append(
            (
                transfer.code,
                local(transfer.transferred_at, zone),
                t(URGENCY[transfer.urgency]),
                _state(t, brief, now),
                t(N_(", ")).join(dict.fromkeys(snapshot.unit_name(s.part.unit, session.lang)
                                               for s in brief.shares)),
                transfer.summary[:40],
                "\n".join(coming),
            )
        )  # fmt: skip
    heads = (
        N_("Number"),
        N_("Handed over"),
        N_("Urgency"),
        N_("State"),
        N_("Units"),
        N_("Summary"),
        N_("Next"),
    )
    if rows:
        table(session, heads, rows)
    else:
        say(t(N_("No transfers.")))


def _state(t: Text, brief: Brief, now: datetime) -> str:
    """Where it stands, and under it what else must be known at a glance."""
    found = matters.marks(t, brief, now)
    return "\n".join([t(TRANSFER_STATES[brief.transfer.state]), *found])


def shown(session: Session, tx: Tx, snapshot: Snapshot, full: Full, now: datetime) -> None:
    """Facts, parts, messages, alarms."""
    t, zone = session.t, session.settings.zone
    transfer, due = full.brief.transfer, full.brief.deadline
    sender = snapshot.origin_name(transfer.origin, session.lang)
    pairs(
        session,
        {
            N_("Number"): transfer.code,
            N_("State"): t(TRANSFER_STATES[transfer.state]),
            N_("Urgency"): t(URGENCY[transfer.urgency]),
            N_("Summary"): transfer.summary,
            N_("Category"): transfer.category,
            N_("Place"): snapshot.unit_name(transfer.area, session.lang) if transfer.area else "",
            N_("Sent by"): f"{sender} {transfer.origin_ref or ''}".strip(),
            N_("Received"): local(transfer.received_at, zone),
            N_("Handed over"): local(transfer.transferred_at, zone),
            N_("Due"): local(due.due_at if due else None, zone),
            N_("Marks"): t(N_(", ")).join(matters.marks(t, full.brief, now)),
        },
    )
    click.echo()
    heads = (N_("Unit"), N_("Share"), N_("State"), N_("Level"), N_("Who has it"), N_("Next"))
    table(
        session,
        heads,
        [
            (
                matters.whose(snapshot, share.part, session.lang),
                t(PARTS[share.part.role]),
                t(STATES[share.page.state]),
                share.page.level or "",
                _owner(session, share.page),
                f"{local(action.at, zone)} {next_text(t, action)}".strip(),
            )
            for share, action in matters.next_of(tx, snapshot, full.brief.shares)
        ],
    )
    show_undecided(session, tx, snapshot, transfer)
    show_talk(session, snapshot, transfer.life.talk)
    if full.attempts:
        click.echo()
        heads = (
            N_("At"),
            N_("Recipient"),
            N_("Channel"),
            N_("Number called"),
            N_("State"),
            N_("Code"),
        )
        table(
            session,
            heads,
            [
                (
                    local(one.sent_at or one.planned_at, zone),
                    one.name,
                    t(CHANNELS[Channel(one.channel)]),
                    mask(one.address) if one.address else "",
                    _stands(t, one),
                    one.code,
                )
                for one in full.attempts
            ],
        )
    for alarm in full.alarms:
        warn(alarm_text(t, Alarm(alarm.alarm), who=alarm.who or "", level=alarm.level))


def _stands(t: Text, one: Attempt) -> str:
    """How far a message came, and who seems to have picked up."""
    state = t(ATTEMPTS[one.state]) if one.state in ATTEMPTS else one.state
    heard = ANSWERED_BY.get(one.answered_by or "")
    return f"{state} ({t(heard)})" if heard else state


def _owner(session: Session, page: Page) -> str:
    """Who has it, and when they promised to be there."""
    if page.owner_name is None or page.eta_at is None:
        return page.owner_name or ""
    clock = local(page.eta_at, session.settings.zone)
    return session.t(N_("{who}, expected by {clock}")).format(who=page.owner_name, clock=clock)


def shown_json(
    session: Session, tx: Tx, snapshot: Snapshot, full: Full, now: datetime
) -> dict[str, Any]:
    """The same as values."""
    zone = session.settings.zone
    units = {share.page.id: share.part.unit for share in full.brief.shares}
    named = snapshot.named(session.lang)
    told = matters.stories(session.t, full, named, session.settings.timezone)
    return _brief(session, tx, snapshot, full.brief, now) | {
        **undecided_json(full.brief.transfer, zone),
        "talk": talk_json(full.brief.transfer.life.talk, zone),
        "attempts": [
            {
                "id": one.id,
                "page": one.page,
                "unit": units.get(one.page or ""),
                "person": one.name,
                "channel": one.channel,
                "notice": one.notice,
                "level": one.level,
                "phone": mask(one.address) if one.address else "",
                "state": one.state,
                "planned_at": stamp(one.planned_at, zone),
                "sent_at": stamp(one.sent_at, zone),
                "ended_at": stamp(one.ended_at, zone),
                "tries": one.tries,
                "late": one.late,
                "resent": one.resent,
                "code": one.code,
                "answered_by": one.answered_by,
                "text": mask_text(one.text) if one.text else None,
            }
            for one in full.attempts
        ],
        "timeline": [
            {
                "at": stamp(line.said.at, zone),
                "what": line.said.event,
                "reason": line.said.reason,
                "who": line.said.who or None,
                "unit": units.get(line.page or ""),
            }
            for line in full.timeline
        ],
        "story": [
            {
                "unit": story.share.part.unit if story.share else None,
                "at": stamp(paragraph.at, zone),
                "lines": list(paragraph.lines),
            }
            for story in told
            for paragraph in story.paragraphs
        ],
        "alarms": [
            {"id": a.id, "alarm": a.alarm, "unit": a.unit, "raised_at": stamp(a.raised_at, zone)}
            for a in full.alarms
        ],
    }


def _brief(
    session: Session, tx: Tx, snapshot: Snapshot, brief: Brief, now: datetime
) -> dict[str, Any]:
    zone = session.settings.zone
    transfer = brief.transfer
    return {
        **_facts(transfer),
        "received_at": stamp(transfer.received_at, zone),
        "transferred_at": stamp(transfer.transferred_at, zone),
        "changed_at": stamp(brief.changed_at, zone),
        "due_at": stamp(brief.deadline.due_at if brief.deadline else None, zone),
        "overdue": brief.deadline is not None and brief.deadline.overdue(now),
        "supervised": brief.supervised,
        "copies": list(brief.copies),
        "parts": [
            _part(session, snapshot, share, action)
            for share, action in matters.next_of(tx, snapshot, brief.shares)
        ],
    }


def _facts(transfer: Transfer) -> dict[str, Any]:
    return {
        name: getattr(transfer, name)
        for name in (
            "id",
            "code",
            "state",
            "urgency",
            "origin",
            "origin_ref",
            "category",
            "area",
            "summary",
            "first_receiver",
            "created_by",
            "police",
            "danger",
            "confidential",
            "drill",
            "major",
            "nuisance",
            "linked_to",
        )
    }


def _part(session: Session, snapshot: Snapshot, share: Share, action: NextAction) -> dict[str, Any]:
    zone, page = session.settings.zone, share.page
    return {
        "id": share.part.id,
        "unit": share.part.unit,
        "unit_name": snapshot.unit_name(share.part.unit, session.lang),
        "person": share.part.person,
        "role": share.part.role,
        "state": part_state(page.state),
        "page": {
            "id": page.id,
            "state": page.state,
            "level": page.level,
            "paged_at": stamp(page.paged_at, zone),
            "ack_by": stamp(page.limit_at, zone),
            "owner": page.owner_name,
            "acked_at": stamp(page.acked_at, zone),
            "acked_via": page.acked_via,
            "eta_at": stamp(page.eta_at, zone),
            "next_action": {
                "what": action.what,
                "who": list(action.who),
                "at": stamp(action.at, zone),
                "role": action.role or None,
                "level": action.level or None,
                "channels": [str(channel) for channel in action.channels],
                "text": next_text(session.t, action),
            },
        },
    }
