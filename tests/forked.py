"""Real processes without their second of imports: forked from one that has made them all.

What a test is about is real: the death, the lock, the exit code. Only the program was read before.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

#: What such a process does; it finds its arguments in `sys.argv`.
Program = Callable[[], None]

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.preloaded"])


def command(
    program: Program, arguments: Sequence[str], folder: Path, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, with nothing to read."""
    with TemporaryDirectory() as name:
        out, err = Path(name) / "out", Path(name) / "err"
        child = processes.Process(
            target=_command, args=(program, [*arguments], folder, {**environ}, out, err)
        )
        child.start()
        child.join()
        code = child.exitcode
        assert code is not None
        child.close()
        return subprocess.CompletedProcess(
            [*arguments], code, stdout=out.read_bytes(), stderr=err.read_bytes()
        )


def _command(
    program: Program,
    arguments: list[str],
    folder: Path,
    environ: dict[str, str],
    out: Path,
    err: Path,
) -> None:
    for fd, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), fd)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["oncall", *arguments]
    program()


class Child:
    """A process at work, whose lines are read and which is told to go on by a line."""

    def __init__(self, process: BaseProcess, said: asyncio.StreamReader, ears: Connection) -> None:
        self._process, self._said, self._ears = process, said, ears
        self.pid = process.pid or 0

    async def line(self) -> bytes:
        """What it says next."""
        return await self._said.readline()

    def go(self) -> None:
        """Let it go on, if it waits for a line."""
        os.write(self._ears.fileno(), b"\n")

    async def wait(self) -> int:
        """Its exit code, once it has one; -9 after a SIGKILL."""
        await asyncio.to_thread(self._process.join)
        code = self._process.exitcode
        assert code is not None
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Any signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, if it still lives."""
        self._process.kill()


async def start(program: Program, arguments: Sequence[str]) -> Child:
    """Start a program and go on; whoever starts it waits for its end."""
    hears, ears = processes.Pipe(duplex=False)
    mouth, says = processes.Pipe(duplex=False)
    process = processes.Process(
        target=_speaking, args=(program, [*arguments], hears, says), daemon=True
    )
    process.start()
    hears.close()
    says.close()
    said = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(said), os.fdopen(os.dup(mouth.fileno()), "rb")
    )
    mouth.close()
    return Child(process, said, ears)


def _speaking(program: Program, arguments: list[str], hears: Connection, says: Connection) -> None:
    os.dup2(hears.fileno(), 0)
    os.dup2(says.fileno(), 1)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - multiprocessing has taken the old one away
    sys.argv = [sys.argv[0], *arguments]
    program()
