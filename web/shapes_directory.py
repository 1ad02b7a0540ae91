"""What the API answers about units and people, field by field."""

from __future__ import annotations

from pydantic import BaseModel


class UnitOut(BaseModel):
    """A unit."""

    code: str
    name_zh: str
    name_en: str | None
    kind: str
    parent: str | None
    desk_phone: str | None
    valid_from: str | None
    valid_to: str | None
    aliases: list[str]
    successor: str | None


class UnitsOut(BaseModel):
    """Every unit."""

    items: list[UnitOut]


class PersonOut(BaseModel):
    """A contact card, its number masked."""

    id: str
    unit: str
    name: str
    title: str | None
    post: str | None
    lang: str | None
    active: bool
    mobile: str | None


class PeopleOut(BaseModel):
    """People."""

    items: list[PersonOut]
