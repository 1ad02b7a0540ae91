"""A dropped file as matters to hand over, or every fault in it: JSON as the API's, or CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oncall.core.errors import Fault, Invalid
from oncall.core.transfers import Draft
from rosters.delimited import read_grid
from rosters.grid import Grid
from rosters.text import clean, squeeze

_KINDS = (".json", ".csv")
_LARGEST = 20_000_000
_MOST = 10_000

_FIELDS = {
    "origin": ("来源", "来源单位"),
    "origin_ref": ("来源单号", "单号", "编号"),
    "to": ("承办单位", "转办单位", "单位"),
    "urgency": ("紧急程度", "紧急"),
    "summary": ("内容", "事项", "摘要"),
    "category": ("类别",),
    "area": ("属地", "地点"),
    "received_at": ("受理时间", "来电时间"),
    "first_receiver": ("首接单位",),
    "police": ("涉警",),
    "danger": ("危险",),
    "confidential": ("保密",),
    "drill": ("演练",),
    "caller_name": ("来电人",),
    "caller_phone": ("来电号码",),
    "caller_address": ("来电地址",),
}
_NEEDED = ("origin", "origin_ref", "to", "urgency", "summary")
_FLAGS = ("police", "danger", "confidential", "drill")
_YES, _NO = frozenset({"1", "yes", "true", "是"}), frozenset({"", "0", "no", "false", "否"})
_URGENCY = {"特急": "critical", "紧急": "urgent", "一般": "routine"}


def drafts_of(data: bytes, name: str) -> list[tuple[str, Draft]]:
    """The drafts of a file, each with its place in it. Raises Invalid with every fault."""
    if len(data) > _LARGEST:
        raise Invalid([Fault(where=name, code="file_too_large", value=str(len(data)))])
    kind = Path(name).suffix.lower()
    if kind not in _KINDS:
        fault = Fault(
            where=name, code="not_an_exchange", value=kind, params={"known": ".json, .csv"}
        )
        raise Invalid([fault])
    rows = _of_json(data, name) if kind == ".json" else _of_csv(data, name)
    faults: list[Fault] = []
    if not rows:
        faults.append(Fault(where=name, code="nothing_in_it"))
    if len(rows) > _MOST:
        faults.append(Fault(where=name, code="too_many_rows", value=str(len(rows))))
    drafts = [(where, _draft(where, row, faults)) for where, row in rows]
    if faults:
        raise Invalid(faults)
    return [(where, draft) for where, draft in drafts if draft is not None]


def _of_json(data: bytes, name: str) -> list[tuple[str, Mapping[str, Any]]]:
    try:
        read = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as exc:
        raise Invalid([Fault(where=name, code="not_json", value=str(exc)[:200])]) from exc
    items = read if isinstance(read, list) else [read]
    faults = [
        Fault(where=f"{name}[{i}]", code="not_json", value=type(item).__name__)
        for i, item in enumerate(items)
        if not isinstance(item, dict)
    ]
    if faults:
        raise Invalid(faults)
    return [(f"{name}[{i}]", _flat(item)) for i, item in enumerate(items)]


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    """The same names as in a table: who called stands in columns of its own."""
    out = {key: value for key, value in item.items() if key != "caller"}
    caller = item.get("caller")
    if isinstance(caller, dict):
        out |= {f"caller_{key}": value for key, value in caller.items()}
    elif caller is not None:
        out["caller"] = caller
    return out


def _of_csv(data: bytes, name: str) -> list[tuple[str, Mapping[str, Any]]]:
    grid, problems = read_grid(data, name)
    if grid is None:
        raise Invalid([Fault(where=p.where, code="not_a_table", value=p.value) for p in problems])
    rows = list(grid.rows())
    if not rows:
        return []
    known = {squeeze(w): field for field, also in _FIELDS.items() for w in (field, *also)}
    heads = {
        column: known.get(squeeze(word), word)
        for column in grid.columns(rows[0])
        if (word := clean(grid.value(rows[0], column)))
    }
    return [(grid.where(row, 1), _cells(grid, row, heads)) for row in rows[1:]]


def _cells(grid: Grid, row: int, heads: Mapping[int, str]) -> dict[str, Any]:
    """The cells of a row that say anything."""
    texts = {head: clean(grid.value(row, column)) for column, head in heads.items()}
    return {head: text for head, text in texts.items() if text}


def _draft(where: str, row: Mapping[str, Any], faults: list[Fault]) -> Draft | None:
    before = len(faults)

    def wrong(field: str, code: str, value: object = "", **params: str) -> None:
        place = f"{where}.{field}"
        faults.append(Fault(where=place, code=code, value=str(value)[:60], params=params))

    texts = _texts(row, wrong)
    flags = {}
    for field in _FLAGS:
        flag = _flag(row.get(field))
        if flag is None:
            wrong(field, "bad_answer", row.get(field))
        flags[field] = bool(flag)
    to = _units(row.get("to"))
    if to is None:
        wrong("to", "wrong_type", row.get("to"), wanted="CODE; CODE")
    received = _moment(row.get("received_at"), wrong)
    if len(faults) > before or to is None:
        return None
    caller = {n: v for n in ("name", "phone", "address") if (v := texts[f"caller_{n}"])}
    urgency = texts["urgency"] or ""
    return Draft(
        origin=texts["origin"] or "",
        origin_ref=texts["origin_ref"],
        to=to,
        urgency=_URGENCY.get(urgency, urgency),
        summary=texts["summary"] or "",
        category=texts["category"],
        area=texts["area"],
        first_receiver=texts["first_receiver"],
        received_at=received,
        caller=caller or None,
        police=flags["police"],
        danger=flags["danger"],
        confidential=flags["confidential"],
        drill=flags["drill"],
    )


def _texts(row: Mapping[str, Any], wrong: Callable[..., None]) -> dict[str, str | None]:
    """The fields that are texts; whatever is unknown, missing or no text is wrong."""
    for field in row:
        if field not in _FIELDS:
            wrong(field, "unknown_field", field)
    for field in _NEEDED:
        if row.get(field) in (None, "", []):
            wrong(field, "missing")
    texts: dict[str, str | None] = {}
    for field in _FIELDS:
        value = row.get(field)
        if field in ("to", "received_at", *_FLAGS):
            continue
        if value is not None and not isinstance(value, str):
            wrong(field, "wrong_type", value, wanted="text")
        texts[field] = value if isinstance(value, str) else None
    return texts


def _units(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        parts = value.replace("；", ";").replace("、", ";").replace(",", ";").split(";")
        return tuple(part.strip() for part in parts if part.strip())
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    return () if value is None else None


def _flag(value: object) -> bool | None:
    """Yes or no; None where it is neither."""
    if isinstance(value, bool):
        return value
    text = "" if value is None else str(value).strip().lower()
    return True if text in _YES else False if text in _NO else None


def _moment(value: object, wrong: Callable[..., None]) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        wrong("received_at", "bad_time", value)
        return None
    if moment.tzinfo is None:
        wrong("received_at", "naive_time", value)
        return None
    return moment.astimezone(UTC)
