"""The other side of a one-way gateway: fetches messages from the folder, puts reports into it."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from notifiers.emulation import Received
from notifiers.manners import Manner, Report, reports
from notifiers.message import Channel


class SpoolEmulator:
    """Does all it does when it sweeps, as a ferry does that comes now and then.

    A message is fetched by renaming it away, so that nobody else has it and it cannot be taken back
    any more; a report is written beside its place and renamed into it, so that nobody reads half
    of one.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds; a test moves its own."""
        self._out, self._in = folder / "out", folder / "in"
        #: What was fetched lies here until it is read; nobody else looks into it.
        self._hold = folder / ".fetched"
        self._clock = clock
        self.received: list[Received] = []
        self.orders: list[Mapping[str, object]] = []
        self._manners: dict[str, Manner] = {}
        self._later: list[tuple[float, bytes]] = []
        self._written = 0
        #: Names of reports: another run on the same folder must not write over ours.
        self._run = f"{time.time_ns():x}"

    def behave(self, number: str, manner: Manner) -> None:
        """What becomes of messages to a number (E.164) from now on."""
        self._manners[number] = manner

    def sweep(self) -> None:
        """Fetch what there is, and write the reports whose time has come."""
        for path in sorted(self._out.glob("[!.]*.json")):
            self._fetch(path)
        # Also what another run fetched and did not come to read.
        for path in sorted(self._hold.glob("*.json")):
            self._read(path)
        now = self._clock()
        due, self._later = (
            [body for at, body in self._later if at <= now],
            [(at, body) for at, body in self._later if at > now],
        )
        for body in due:
            self.put(body)

    def arrived(self) -> list[tuple[str, str]]:
        """What reached phones: (number, text), in order."""
        self.sweep()
        return [(one.to, one.text) for one in self.received]

    def report(self, one: Received) -> None:
        """Tell what became of a message, in the manner of its number."""
        self.tell(reports(self._manners.get(one.to, Manner.WELL), one))

    def tell(self, told: list[Report]) -> None:
        """Put reports into the folder, each at its time."""
        for one in told:
            if one.after:
                self._later.append((self._clock() + one.after.total_seconds(), one.body))
            else:
                self.put(one.body)

    def reply(self, number: str, text: str) -> None:
        """Somebody writes back."""
        said = {"id": f"{self._run}-{self._written}", "from": number, "text": text}
        self.put(json.dumps({"texts": [said]}).encode())

    def press(self, one: Received, digit: str) -> None:
        """Somebody presses a key in a call, which then is over."""
        key = {"key": one.key, "id": one.id}
        told = {"keys": [{**key, "digit": digit}], "receipts": [{**key, "status": "ended"}]}
        self.put(json.dumps(told).encode())

    def put(self, body: bytes) -> None:
        """One report, whole from the moment it can be seen; reports are read in this order."""
        self._in.mkdir(mode=0o700, exist_ok=True)
        self._written += 1
        name = f"{self._run}-{self._written:08}.json"
        beside = self._in / f".{name}"
        beside.write_bytes(body)
        beside.rename(self._in / name)

    def _fetch(self, path: Path) -> None:
        self._hold.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            # Unless it is taken back at this very moment.
            path.rename(self._hold / path.name)

    def _read(self, path: Path) -> None:
        told = json.loads(path.read_bytes())
        path.unlink()
        if any(one.key == told["key"] and one.text == told["text"] for one in self.received):
            # The same message again, after a send in doubt: the phone has it already.
            return
        self.orders.append(told)
        self.received.append(
            Received(
                channel=Channel(told["channel"]),
                to=told["to"],
                text=told["text"],
                key=told["key"],
                id=f"f{len(self.orders):08}",
            )
        )
