"""Whose matter is usually whose, and who is called together."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Table, Text, UniqueConstraint

from oncall.tables.base import Moment, Serial, metadata

routes = Table(
    "routes",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("category", String(60), nullable=False, index=True),
    Column("area", String(40)),
    Column("lead", String(40), nullable=False),
    Column("assist", Text, nullable=False),
    Column("copy", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("source", String(200)),
    #: Of a row that a ruling of the conference made: who recorded it, when, on which matter.
    Column("ruled_by", String(60)),
    Column("ruled_at", Moment),
    Column("matter", String(40)),
    UniqueConstraint("category", "area", "valid_from"),
)

#: Broadcast groups 预案组: the units that are called together, how many must answer (0: all), how
#: many are called at a time (0: all at once), and how many minutes those have (0: the ladder's).
groups = Table(
    "groups",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("unit", String(40), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("wave", Integer, nullable=False, server_default="0"),
    Column("minutes", Integer, nullable=False, server_default="0"),
    #: Not whoever is on duty but these: ids, and the word for the unit's team; blanks between.
    Column("people", Text),
)
