"""Write each message as a file, read what comes back as files; any number of processes at once.

Three folders in the one that is set: `out` for what we write, `in` for what comes back, `bad` for
what came back and cannot be read. A file is written beside its place and then renamed into it, so
nobody ever reads half of one; the gateway does the same in `in`.
"""

import asyncio
import errno
import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

from notifiers.errors import CallbackError, GatewayError
from notifiers.message import (
    Capabilities,
    Channel,
    Message,
    Outcome,
    OutcomeKind,
    Pending,
    Pulled,
    Receipts,
)
from notifiers.papers import order, told

PROVIDER = "spool"
#: Files read in one go, and the most of one: a gateway gone wild must not fill our memory.
_MANY, _LARGEST = 500, 256 * 1024
_LONGEST_NAME = 120
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO})

_CAPABILITIES = {
    channel: Capabilities(
        two_way=channel in (Channel.SMS, Channel.VOICE),
        links=channel is not Channel.VOICE,
        keypad=channel is Channel.VOICE,
        receipts=Receipts.PULL,
    )
    for channel in Channel
}


class Spool:
    """What the gateway behind the folder can do is for whoever runs it to know."""

    name = PROVIDER
    channels = frozenset(Channel)

    def __init__(self, folder: Path | None) -> None:
        if folder is None or not folder.is_dir():
            raise GatewayError(
                "spool.folder",
                "There is no folder {folder}: make it, writable for this service, or mend"
                " ONCALL_SPOOL_FOLDER.",
                folder=str(folder or "(not set)"),
            )
        self._out, self._in, self._bad = (folder / name for name in ("out", "in", "bad"))
        #: What the last pull gave: it is taken away when the next one shows that it arrived.
        self._given: set[str] = set()
        #: Files that could not be read, and how long they were: one may still be growing.
        self._odd: dict[str, int] = {}
        self._closed = False

    def capabilities(self, channel: Channel) -> Capabilities:
        """Everything; receipts come only when the gateway writes them."""
        return _CAPABILITIES[channel]

    async def send(self, message: Message) -> Outcome:
        """Put the file into its place; the same key again replaces it."""
        if self._closed:
            return _said(OutcomeKind.UNAVAILABLE, "", "This program is shutting down.")
        name = name_of(message.key, message.channel)
        try:
            await asyncio.to_thread(self._write, name, order(message))
        except OSError as fault:
            return _fault(fault)
        return Outcome(kind=OutcomeKind.ACCEPTED, provider=PROVIDER, provider_id=name)

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """Take the file back while the gateway has not fetched it; that certainly ends it."""
        if Path(provider_id).name != provider_id or not provider_id.endswith(".json"):
            return False
        try:
            await asyncio.to_thread((self._out / provider_id).unlink)
        except OSError:
            return False
        return True

    async def pull(self, pending: Sequence[Pending], since: datetime) -> Pulled:
        """Everything that came back; a file is removed by the pull after the one that gave it.

        So whatever happens in between, it is told again rather than lost.
        """
        try:
            return await asyncio.to_thread(self._collect)
        except OSError as fault:
            return Pulled(trouble=_fault(fault))

    async def find(self, message: Message, since: datetime) -> Outcome:
        """Whether the file is there; one that is not may have been fetched."""
        name = name_of(message.key, message.channel)
        if await asyncio.to_thread((self._out / name).exists):
            return Outcome(kind=OutcomeKind.ACCEPTED, provider=PROVIDER, provider_id=name)
        return _said(OutcomeKind.UNKNOWN, "", "The gateway may have fetched the file.")

    async def close(self) -> None:
        """Write nothing more."""
        self._closed = True

    def _write(self, name: str, content: bytes) -> None:
        self._out.mkdir(mode=0o700, exist_ok=True)
        beside = self._out / f".{token_hex(8)}.tmp"
        # Numbers stand in it, so it is nobody else's to read unless the folder's owner says so.
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(self._out / name)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        _settle(self._out)

    def _collect(self) -> Pulled:
        if not self._in.is_dir():
            return Pulled()
        for name in self._given:
            (self._in / name).unlink(missing_ok=True)
        names = sorted(path.name for path in self._in.iterdir() if path.name.endswith(".json"))
        found = Pulled()
        self._given = set()
        for name in [name for name in names if not name.startswith(".")][:_MANY]:
            said = self._read(name)
            if said is None:
                continue
            self._given.add(name)
            found = replace(
                found,
                receipts=found.receipts + said.receipts,
                texts=found.texts + said.texts,
                presses=found.presses + said.presses,
            )
        return found

    def _read(self, name: str) -> Pulled | None:
        path = self._in / name
        try:
            size = path.stat().st_size
            if size <= _LARGEST:
                said = told(path.read_bytes())
                self._odd.pop(name, None)
                # The id we know is the name of the file, of which the gateway's own says nothing.
                receipts = tuple(replace(one, provider_id="") for one in said.receipts)
                return replace(said, receipts=receipts)
        except FileNotFoundError:
            # Another process was first.
            return None
        except CallbackError:
            if self._odd.get(name) != size:
                # It may not be whole yet; the next look tells.
                self._odd[name] = size
                return None
        self._odd.pop(name, None)
        self._bad.mkdir(mode=0o700, exist_ok=True)
        path.replace(self._bad / name)
        return None


def name_of(key: str, channel: Channel) -> str:
    """A file's name for a key: no separator, no dot at its start, its own, never too long."""
    name = quote(key, safe="").replace(".", "%2E")
    if not name or len(name) > _LONGEST_NAME:
        name = hashlib.sha256(key.encode()).hexdigest()
    return f"{name}.{channel}.json"


def _settle(folder: Path) -> None:
    """The name itself must survive a power cut, not only the content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fault(fault: OSError) -> Outcome:
    code = errno.errorcode.get(fault.errno or 0, "OSError")
    if fault.errno in _FULL:
        return _said(OutcomeKind.UNAVAILABLE, code, "The folder takes no files just now.")
    return _said(OutcomeKind.MISCONFIGURED, code, "The folder cannot be written or read.")


def _said(kind: OutcomeKind, code: str, detail: str) -> Outcome:
    return Outcome(kind=kind, provider=PROVIDER, code=code or None, detail=detail)
