"""A command line on the county's database: in this process, or as a real one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands.root import main, root
from tests.county import furnished_url, templates
from tests.forked import command
from tests.house.files import ROOT
from tests.patience import PATIENCE

__all__ = ["cli", "furnished_url", "process", "templates"]


@dataclass(frozen=True, kw_only=True)
class Cli:
    """Commands in this process, in English, in a folder of their own."""

    url: str
    folder: Path

    def __call__(
        self,
        *args: str,
        stdin: str | bytes | None = None,
        lang: str = "en",
        env: Mapping[str, str] | None = None,
    ) -> Result:
        """Run one command; of this machine's environment only ``env`` reaches it."""
        clean = {k: None for k in os.environ if k.startswith(("ONCALL_", "TWILIO_", "NO_COLOR"))}
        given: dict[str, str | None] = {**clean, "ONCALL_DATABASE_URL": self.url, **(env or {})}
        if lang:
            given["ONCALL_LANG"] = lang
        return CliRunner().invoke(root, list(args), input=stdin, env=given)

    def file(self, name: str, text: str) -> str:
        """Write a file; its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def cli(furnished_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line on a fresh furnished county, on either database."""
    monkeypatch.chdir(tmp_path)
    return Cli(url=furnished_url, folder=tmp_path)


@dataclass(frozen=True, kw_only=True)
class Process:
    """The same as real processes."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def command(self, *args: str) -> list[str]:
        """What to execute."""
        return [sys.executable, str(ROOT / "cli.py"), *args]

    def __call__(self, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run one to its end."""
        return subprocess.run(
            self.command(*args),
            cwd=self.folder,
            env=self.environ,
            input=stdin,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )

    def quick(self, *args: str) -> subprocess.CompletedProcess[bytes]:
        """The same where the process itself is not the point: one that need not start first."""
        return command(main, args, self.folder, self.environ)

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """Start one and go on."""
        return subprocess.Popen(
            self.command(*args),
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


@pytest.fixture
def process(tmp_path: Path) -> Callable[[str], Process]:
    """Real processes on a database."""

    def on(url: str) -> Process:
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("ONCALL_", "TWILIO_"))}
        environ |= {"ONCALL_DATABASE_URL": url, "ONCALL_LANG": "en"}
        return Process(folder=tmp_path, environ=environ)

    return on
