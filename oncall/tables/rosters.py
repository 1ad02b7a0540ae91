"""Who serves when: rotations, uploads, calendars and their duties, and the overrides on top."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from oncall.tables.base import Moment, Serial, id_column, metadata

batches = Table(
    "batches",
    metadata,
    id_column(),
    Column("at", Moment, nullable=False),
    Column("by", String(60), nullable=False),
    Column("files", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("summary", Text, nullable=False),
    Column("undone_at", Moment),
    Column("undone_by", String(60)),
)

duties = Table(
    "duties",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False),
    Column("role", String(40), nullable=False),
    Column("person", String(40), ForeignKey("people.id"), nullable=False, index=True),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False),
    Column("source", String(200), nullable=False),
    Column("batch", String(40), ForeignKey("batches.id"), nullable=False, index=True),
    Column("removed", String(40), ForeignKey("batches.id"), index=True),
    Index("ix_duties_unit_end_at", "unit", "end_at"),
)

#: A unit's rotations, a version a row: it holds from ``since`` up to ``until``, and its ``body``
#: never changes. Taking one back ends it and begins the one before again.
rotations = Table(
    "rotations",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    #: The rules as they are carried out, people by id.
    Column("body", Text, nullable=False),
    #: The file as it was written.
    Column("text", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("batch", String(40), ForeignKey("batches.id"), nullable=False, index=True),
)

#: Who has a turn in which version.
rotation_people = Table(
    "rotation_people",
    metadata,
    Column("rotation", Serial, ForeignKey("rotations.id"), primary_key=True),
    Column("person", String(40), ForeignKey("people.id"), primary_key=True, index=True),
)

#: Somebody instead of, beside, or without somebody else, on top of every other source. A row says
#: what was ordered and is never changed but by its end: ``removed_at`` takes it back from then on.
overrides = Table(
    "overrides",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False),
    Column("role", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("person", String(40), ForeignKey("people.id"), index=True),
    Column("replaces", String(40), ForeignKey("people.id"), index=True),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("origin", String(20), nullable=False),
    Column("by", String(60), nullable=False),
    Column("at", Moment, nullable=False),
    Column("removed_by", String(60)),
    Column("removed_at", Moment),
    Column("removed_why", Text),
    Index("ix_overrides_unit_end_at", "unit", "end_at"),
)

#: A unit's calendar that others keep: where it is, and what was read last when it could be read.
calendars = Table(
    "calendars",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False, index=True),
    Column("role", String(40), nullable=False),
    Column("name", String(60), nullable=False),
    #: A key to the calendar as well as its address: never shown, never logged.
    Column("url", Text),
    #: Words of its events -> people.
    Column("mapping", Text, nullable=False),
    #: The last good copy, and what is wrong with its events.
    Column("body", Text, nullable=False),
    Column("problems", Text, nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("tried_at", Moment, nullable=False),
    Column("failure", String(200)),
    Column("etag", Text),
    Column("modified", Text),
    Column("added_by", String(60), nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("removed_by", String(60)),
    Column("removed_at", Moment),
)

#: What a calendar said: a row counts from ``since`` up to ``until``, and is never changed but so.
calendar_duties = Table(
    "calendar_duties",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("calendar", Serial, ForeignKey("calendars.id"), nullable=False, index=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False),
    Column("role", String(40), nullable=False),
    Column("person", String(40), ForeignKey("people.id"), nullable=False, index=True),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False),
    Column("source", String(200), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Index("ix_calendar_duties_unit_end_at", "unit", "end_at"),
)
