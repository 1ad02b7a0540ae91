"""Networks that only exchange files: what lies in ``in`` is taken, once; answers lie beside it.

``in`` holds what was dropped, JSON or CSV; a name that begins with a dot or ends in .part or .tmp
is still being written. A good file goes to ``done`` with a receipt, a bad one to ``bad`` with the
reason, and nothing of it is taken. Every matter must have its sender's number, so that a file
taken twice hands nothing over twice. What becomes of the matters is told into a folder by a webhook
with a file: address.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oncall.core.errors import Conflict, Invalid, OncallError
from oncall.core.faults import explain, explain_error
from oncall.core.transfers import BINDING
from oncall.core.words import Text
from oncall.dropped import drafts_of
from oncall.intake import Actor, Intake
from oncall.store import transfers

_log = logging.getLogger(__name__)

#: Whoever hands over by file; it stands in the log.
ACTOR = Actor(name="exchange", role="dispatcher")
_HALF = (".part", ".tmp", ".filepart", ".crdownload")
#: A file taken by a node that died is looked at again after this long.
_STALE = timedelta(minutes=5)
_TAKEN = ".taken-"


class Exchange:
    """One folder, shared with another network by whatever carries files there."""

    def __init__(self, folder: Path, intake: Intake, t: Text) -> None:
        self.folder = folder
        self.intake = intake
        self.t = t

    def pick_up(self, now: datetime, node: str) -> int:
        """Take every file that is whole; says how many. Any number of nodes may do it."""
        box = self.folder / "in"
        for name in ("in", "done", "bad"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._give_back(box, now)
        done = 0
        for path in sorted(box.iterdir()):
            if path.name.startswith(".") or path.suffix.lower() in _HALF or not path.is_file():
                continue
            mine = box / f"{_TAKEN}{node}-{path.name}"
            try:
                path.rename(mine)
            except FileNotFoundError:
                continue  # another node was quicker
            mine.touch()
            self._take(mine, path.name, now)
            done += 1
        return done

    def _give_back(self, box: Path, now: datetime) -> None:
        for path in box.glob(f"{_TAKEN}*"):
            age = now - datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if age > _STALE:
                node_and_name = path.name.removeprefix(_TAKEN)
                path.rename(box / node_and_name.partition("-")[2])

    def _take(self, path: Path, name: str, now: datetime) -> None:
        try:
            receipt = self.accept(path.read_bytes(), name, now)
        except Invalid as exc:
            reason = "\n".join(f"{f.where}: {explain(self.t, f)}" for f in exc.faults)
            self._put_aside(path, name, reason, now)
        except Conflict as exc:
            self._put_aside(path, name, str(explain_error(self.t, exc)), now)
        except OncallError:
            # The database is away: the file lies where it lay, and is taken later.
            path.rename(path.parent / name)
            raise
        else:
            kept = _free(self.folder / "done", name, now)
            _write(kept.with_name(kept.name + ".receipt.json"), json.dumps(receipt, indent=2))
            path.rename(kept)

    def _put_aside(self, path: Path, name: str, reason: str, now: datetime) -> None:
        kept = _free(self.folder / "bad", name, now)
        # The reason first: nobody should find a bad file and wonder why.
        _write(kept.with_name(kept.name + ".reason.txt"), reason + "\n")
        path.rename(kept)
        _log.warning("%s was put aside: see its reason beside it", name)

    def accept(self, data: bytes, name: str, now: datetime) -> list[dict[str, Any]]:
        """Hand over all that a file holds, or nothing. Raises Invalid with every fault of it."""
        drafts = drafts_of(data, name)
        self.intake.require(drafts, now)
        taken = [(draft, self.intake.accept(draft, now, ACTOR)) for _, draft in drafts]
        with self.intake.db.read() as tx:
            units = {one.transfer.id: transfers.units_of(tx, one.transfer.id) for _, one in taken}
        return [
            {
                "origin": draft.origin,
                "origin_ref": draft.origin_ref,
                "code": one.transfer.code,
                "created": one.created,
                # By code, whatever the file called them.
                "units": [part.unit for part in units[one.transfer.id] if part.role in BINDING],
            }
            for draft, one in taken
        ]


def _free(folder: Path, name: str, now: datetime) -> Path:
    """A name nobody has there yet: an old file of this name is never written over."""
    path = folder / name
    n = 0
    while path.exists():
        n += 1
        path = folder / f"{now:%Y%m%dT%H%M%S}-{n}-{name}"
    return path


def _write(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.part")
    half.write_text(text, "utf-8")
    half.replace(path)
