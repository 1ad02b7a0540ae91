"""The routing table: rows in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import and_, delete, insert, select

from oncall.core.routing import Route, Ruling
from oncall.store.database import Tx
from oncall.store.log import dumps
from oncall.tables import routes

_units = msgspec.json.Decoder(tuple[str, ...]).decode


def all_routes(tx: Tx) -> list[Route]:
    """Every row, those of the past and the future included, by category."""
    found = [_route(row) for row in tx.conn.execute(select(routes))]
    # Here, because databases differ in where they put what is missing.
    return sorted(found, key=lambda r: (r.category, r.area or "", r.valid_from or date.min))


def put(tx: Tx, new: Iterable[Route]) -> None:
    """Insert or replace rows by category, area and first day."""
    c = routes.c
    for route in new:
        same = and_(
            c.category == route.category,
            c.area.is_not_distinct_from(route.area),
            c.valid_from.is_not_distinct_from(route.valid_from),
        )
        tx.conn.execute(delete(routes).where(same))
        tx.conn.execute(
            insert(routes).values(
                category=route.category,
                area=route.area,
                lead=route.lead,
                assist=dumps(route.assist),
                copy=dumps(route.copy),
                valid_from=route.valid_from,
                valid_to=route.valid_to,
                source=route.source,
                ruled_by=route.ruling.by if route.ruling else None,
                ruled_at=route.ruling.at if route.ruling else None,
                matter=route.ruling.matter if route.ruling else None,
            )
        )


def _route(row: Any) -> Route:
    return Route(
        category=row.category,
        area=row.area,
        lead=row.lead,
        assist=_units(row.assist),
        copy=_units(row.copy),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        ruling=None
        if row.ruled_at is None
        else Ruling(by=row.ruled_by, at=row.ruled_at, matter=row.matter),
    )
