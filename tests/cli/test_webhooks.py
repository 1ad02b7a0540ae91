"""Webhooks on the command line: the secret once, a greeting, what waits, an end."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli


def test_somebody_is_told_and_no_more(cli: Cli) -> None:
    """The secret is printed when it is made and never again; a folder can be greeted."""
    out = cli.folder / "out"
    made = cli("webhook", "add", "热线", out.as_uri(), "--origin", "12345")
    assert made.exit_code == 0, made.stderr
    secret = made.stdout.strip()
    assert secret.startswith("whsec_")
    assert cli("webhook", "add", "热线", out.as_uri()).exit_code == 4
    assert cli("webhook", "test", "热线").exit_code == 0
    [file] = list(out.iterdir())
    assert json.loads(file.read_text("utf-8"))["type"] == "test"
    listed = cli("webhook", "list", "--json")
    assert json.loads(listed.stdout)["items"][0]["queued"] == 0
    assert secret not in listed.stdout
    assert secret not in cli("webhook", "list").stdout
    assert cli("webhook", "replay", "热线", "--since", "2026-01-01").exit_code == 0
    assert cli("webhook", "remove", "热线").exit_code == 2
    assert cli("webhook", "remove", "热线", "--yes").exit_code == 0
    assert cli("webhook", "remove", "热线", "--yes").exit_code == 1


def test_an_address_nobody_hears_at_is_told(cli: Cli) -> None:
    """What went wrong, and where to look; a wrong address is refused at once."""
    assert cli("webhook", "add", "x", "ftp://host/").exit_code == 3
    assert cli("webhook", "add", "x", "http://127.0.0.1:9/").exit_code == 0
    failed = cli("webhook", "test", "x")
    assert failed.exit_code == 1
    assert "Check the address" in failed.stderr
