"""Reading what providers push: JSON arrays, where one bad entry costs the others nothing. Pure."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar, cast

from notifiers.errors import CallbackError, NumberError

#: The keys of a telephone.
KEYS = frozenset("0123456789*#")
#: What carriers of the mainland take as "never write again".
STOP_WORDS = frozenset({"T", "TD", "N", "退订"})

Row = Mapping[str, object]
T = TypeVar("T")


def rows_of(body: bytes) -> list[Row]:
    """The objects in a pushed array. Raises CallbackError where there is no array."""
    try:
        rows = json.loads(body)
    except ValueError as exc:
        raise CallbackError("push.json", "The push is no JSON.") from exc
    if not isinstance(rows, list):
        raise CallbackError("push.json", "The push is no JSON array.")
    return [cast("Row", row) for row in rows if isinstance(row, dict)]


def reply_id(provider: str, sender: str, moment: str, text: str) -> str:
    """An id for a reply the provider gave none: pushed twice, or asked for, it is the same one."""
    told = hashlib.sha256(f"{sender}/{moment}/{text}".encode()).hexdigest()
    return f"{provider}-{told[:32]}"


def object_of(body: bytes) -> Row:
    """A pushed object. Raises CallbackError where there is none."""
    try:
        told = json.loads(body)
    except ValueError as exc:
        raise CallbackError("push.json", "The push is no JSON.") from exc
    if not isinstance(told, dict):
        raise CallbackError("push.object", "The push is no JSON object.")
    return cast("Row", told)


def each(rows: Iterable[Row], read: Callable[[Row], T]) -> tuple[T, ...]:
    """What could be read; an entry without a field it needs, or about no number, is left out."""
    found: list[T] = []
    for row in rows:
        try:
            found.append(read(row))
        except (KeyError, NumberError):
            continue
    return tuple(found)


def objects(value: object) -> list[Row]:
    """The objects of a list inside an answer; nothing for whatever else stands there."""
    return (
        [cast("Row", row) for row in value if isinstance(row, dict)]
        if isinstance(value, list)
        else []
    )
