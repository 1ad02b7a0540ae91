"""A plan kept in a file: looked at today, carried out tomorrow, if it still means the same.

The file holds the roster files themselves and the answers they were read with, so that nothing that
happens to those meanwhile changes what was looked at.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oncall.admin.mappings import MappingFile, Mappings
from oncall.admin.rosters import Plan
from oncall.admin.uploads import Upload, Wanted
from oncall.core.errors import Fault, Invalid

_FORMAT = 1
_START = b'{"oncall_plan":'


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """What was planned: from which files, and what it would have done."""

    uploads: tuple[Upload, ...]
    wanted: Wanted
    at: datetime
    by: str
    #: The same for the same change: see ``Settled.fingerprint``.
    mark: str


def is_plan(data: bytes) -> bool:
    """Whether these bytes are a saved plan, and no roster."""
    return data.startswith(_START)


def pack(plan: Plan, at: datetime, by: str) -> bytes:
    """The plan as a file."""
    wanted = plan.wanted
    body = {
        "oncall_plan": _FORMAT,
        "at": at.isoformat(),
        "by": by,
        "mark": plan.settled.mark,
        "unit": wanted.unit,
        "month": wanted.month,
        "create": wanted.create,
        "strand": wanted.strand,
        "files": [
            {"name": upload.name, "data": _text(upload.data)} | _packed(plan.mappings, upload.name)
            for upload in plan.uploads
        ],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def unpack(data: bytes, name: str) -> SavedPlan:
    """The plan a file holds. Raises Invalid for one that is cut short or of another kind."""
    try:
        body = json.loads(data)
        if body["oncall_plan"] != _FORMAT:
            raise ValueError("oncall_plan")
        uploads = tuple(
            Upload(name=str(file["name"]), data=base64.b64decode(file["data"], validate=True))
            for file in body["files"]
        )
        kept = {str(file["name"]): _mapping(file) for file in body["files"]}
        year_month = body["month"]
        return SavedPlan(
            uploads=uploads,
            wanted=Wanted(
                unit=body["unit"],
                month=(int(year_month[0]), int(year_month[1])) if year_month else None,
                create=bool(body["create"]),
                strand=bool(body.get("strand")),
                mappings=Mappings(kept=kept),
            ),
            at=datetime.fromisoformat(body["at"]),
            by=str(body["by"]),
            mark=str(body["mark"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as exc:
        raise Invalid([Fault(where=name, code="plan_unreadable")]) from exc


def _packed(mappings: Mapping[str, MappingFile | None], name: str) -> dict[str, Any]:
    found = mappings.get(name)
    return {} if found is None else {"mapping": found.name, "answers": _text(found.data)}


def _mapping(file: Mapping[str, str]) -> MappingFile | None:
    if "mapping" not in file:
        return None
    data = base64.b64decode(file["answers"], validate=True)
    return MappingFile(name=str(file["mapping"]), data=data)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
