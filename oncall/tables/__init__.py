"""The schema, one screen a subject. Moments are UTC; bodies are JSON text, never queried inside.

Portable on purpose: no server-side arrays or JSON operators, no empty string where NULL is meant.
"""

from oncall.tables.base import Moment, metadata
from oncall.tables.changes import duty_changes
from oncall.tables.contacts import contact_codes, contacts
from oncall.tables.deadlines import deadlines, extensions
from oncall.tables.directory import holidays, people, policy_books, tokens, units
from oncall.tables.drills import drill_checks, drill_plans, drills
from oncall.tables.handovers import handovers
from oncall.tables.outbound import posts, webhooks
from oncall.tables.paging import (
    TO_STOP,
    UNHEARD,
    UNTAKEN,
    alarms,
    answer_links,
    breakers,
    budgets,
    nodes,
    outbox,
)
from oncall.tables.planned import appointments, counters
from oncall.tables.rosters import (
    batches,
    calendar_duties,
    calendars,
    duties,
    overrides,
    rotation_people,
    rotations,
)
from oncall.tables.routing import groups, routes
from oncall.tables.supervision import supervisions
from oncall.tables.transfers import (
    frozen_policies,
    log,
    pages,
    parts,
    seen,
    transfers,
)
from oncall.tables.watching import backups, gap_warnings, unit_feeds

__all__ = [
    "Moment",
    "metadata",
    "units",
    "people",
    "contacts",
    "contact_codes",
    "policy_books",
    "holidays",
    "tokens",
    "batches",
    "duties",
    "rotations",
    "rotation_people",
    "overrides",
    "calendars",
    "calendar_duties",
    "duty_changes",
    "gap_warnings",
    "backups",
    "unit_feeds",
    "transfers",
    "routes",
    "groups",
    "parts",
    "frozen_policies",
    "pages",
    "log",
    "supervisions",
    "seen",
    "outbox",
    "UNTAKEN",
    "TO_STOP",
    "UNHEARD",
    "alarms",
    "answer_links",
    "handovers",
    "drills",
    "drill_checks",
    "drill_plans",
    "nodes",
    "deadlines",
    "webhooks",
    "posts",
    "extensions",
    "budgets",
    "breakers",
    "counters",
    "appointments",
]
