"""Takes values out of a TOML file's tables and remembers every fault with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from oncall.core.errors import Fault
from oncall.core.policies.values import Bad, show
from rosters.toml_lines import Path, line_of, locate

Value = TypeVar("Value")
Table = Mapping[str, Any]


class Reader:
    """One file being read; ``faults`` are the line and the fault, in the order found."""

    def __init__(self, filename: str, text: str) -> None:
        self.faults: list[tuple[int, Fault]] = []
        self.filename = filename
        self.lines = locate(text)

    # -- faults ----------------------------------------------------------------------------

    def at_line(self, line: int, code: str, value: str, **params: str) -> Fault:
        return Fault(where=f"{self.filename}:{line}", code=code, value=value, params=params)

    def fault(
        self, path: Path, code: str, value: object = "", *, severity: str = "error", **params: str
    ) -> None:
        line = line_of(self.lines, path)
        where = f"{self.filename}:{line}"
        fault = Fault(
            where=where,
            code=f"policy.{code}",
            value=show(value),
            params=params,
            severity=severity,
        )
        self.faults.append((line, fault))

    def take(
        self,
        table: Table,
        path: Path,
        key: str,
        read: Callable[[object], Value],
        *,
        example: str = "",
    ) -> Value | None:
        """The value of ``key``; None when it is absent (a fault if there is an example) or bad."""
        if key not in table:
            if example:
                self.fault(path, "missing_key", key=key, example=f"{key} = {example}")
            return None
        return self.read((*path, key), table[key], read)

    def read(self, path: Path, value: object, read: Callable[[object], Value]) -> Value | None:
        try:
            return read(value)
        except Bad as bad:
            line = line_of(self.lines, path)
            self.faults.append((line, self.at_line(line, bad.code, bad.value, **bad.params)))
            return None

    def known(self, table: Table, path: Path, keys: tuple[str, ...]) -> None:
        """A fault for every key that is not one of ``keys``."""
        for key in table:
            if key not in keys:
                self.fault((*path, key), "unknown_key", key, known=", ".join(keys))

    def tables(self, table: Table, path: Path, key: str) -> list[tuple[Path, Table]]:
        """The tables of an array of tables; a fault for whatever else stands there."""
        value = table.get(key, [])
        if not isinstance(value, list):
            self.fault((*path, key), "wrong_type", value, example=f"[[{key}]]")
            return []
        out: list[tuple[Path, Table]] = []
        for i, item in enumerate(value):
            if isinstance(item, dict):
                out.append(((*path, key, i), item))
            else:
                self.fault((*path, key, i), "wrong_type", item, example=f"[[{key}]]")
        return out

    def table(self, table: Table, path: Path, key: str, keys: tuple[str, ...]) -> Table | None:
        """The table at ``key``; None when it is absent or no table."""
        if key not in table:
            return None
        value = table[key]
        if not isinstance(value, dict):
            example = ", ".join(f"{k} = ..." for k in keys)
            self.fault((*path, key), "wrong_type", value, example=f"{{ {example} }}")
            return None
        self.known(value, (*path, key), keys)
        return value

    def items(
        self, table: Table, path: Path, key: str, read: Callable[[object], Value]
    ) -> tuple[Value, ...] | None:
        """The elements of an array; None when there is none, or none of them is good."""
        value = table.get(key, [])
        if not isinstance(value, list):
            self.fault((*path, key), "wrong_type", value, example='["..."]')
            return None
        if not value:
            return ()
        out: list[Value] = []
        for i, item in enumerate(value):
            one = self.read((*path, key, i), item, read)
            if one is not None and one in out:
                self.fault((*path, key, i), "repeated", item)
            elif one is not None:
                out.append(one)
        return tuple(out) or None
