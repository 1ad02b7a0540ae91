"""Reachability checks 通讯抽查: when, of whom, and who answered; and plans that bring more."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from oncall.tables.base import Moment, Serial, flag, metadata

drills = Table(
    "drills",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("minutes", Integer, nullable=False),
    #: How people are asked: sms or voice.
    Column("channel", String(10), nullable=False, server_default="sms"),
    #: Which units, as JSON text; or how many at random where ``sample`` is set.
    Column("units", Text, nullable=False),
    Column("sample", Integer),
    Column("created_by", String(60), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment),
)

drill_checks = Table(
    "drill_checks",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("drill", ForeignKey("drills.id"), nullable=False, index=True),
    Column("unit", String(40), nullable=False, index=True),
    #: None where nobody was on duty to be asked.
    Column("person", String(40), index=True),
    Column("name", String(60)),
    Column("state", String(20), nullable=False),
    Column("asked_at", Moment, nullable=False, index=True),
    Column("until", Moment, nullable=False),
    Column("answered_at", Moment),
)

drill_plans = Table(
    "drill_plans",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("every_days", Integer, nullable=False),
    Column("sample", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("channel", String(10), nullable=False, server_default="sms"),
    #: The wall clocks between which a moment is drawn, in minutes of the day.
    Column("after_minute", Integer, nullable=False),
    Column("before_minute", Integer, nullable=False),
    Column("created_by", String(60), nullable=False),
    Column("last_at", Moment),
    flag("ended"),
)
