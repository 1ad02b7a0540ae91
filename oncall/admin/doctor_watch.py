"""Who notices when this service fails, and what is left then: watch, heartbeat and copies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from oncall import page_watch
from oncall.admin.findings import Finding, Level
from oncall.admin.matters import served
from oncall.config import Settings
from oncall.core.words import N_
from oncall.store import backups, planned
from oncall.store.database import Tx

#: The self-watch looks once a minute.
_LATE = timedelta(minutes=5)


def look(tx: Tx, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Everything that must stand ready before something goes wrong."""
    yield from _watchdog(tx, now)
    yield _heartbeat(settings)
    yield _backup(tx, settings, now)


def _watchdog(tx: Tx, now: datetime) -> Iterator[Finding]:
    """Whether a running service really looks for pages that went silent."""
    if not served(tx):
        return
    at = planned.standing(tx, page_watch.KIND)
    if at is not None and at > now - _LATE:
        said = N_("Every open page is looked at once a minute.")
        yield Finding(what="self-watch", level=Level.OK, said=said)
    else:
        yield Finding(
            what="self-watch",
            level=Level.FAILURE,
            said=N_("Nobody looks for pages that went silent, though a service runs."),
            mend=N_("Restart `oncall serve`, and read its log."),
        )


def _heartbeat(settings: Settings) -> Finding:
    if settings.heartbeat_url:
        said = N_("An address outside is called once a minute while all is well.")
        return Finding(what="heartbeat", level=Level.OK, said=said)
    return Finding(
        what="heartbeat",
        level=Level.WARNING,
        said=N_("ONCALL_HEARTBEAT_URL is not set: nobody outside notices when all of this stops."),
        mend=N_("Set it to a dead man's switch that rings someone; docs/settings.md says how."),
    )


def _backup(tx: Tx, settings: Settings, now: datetime) -> Finding:
    zone = settings.zone
    last = backups.latest(tx)
    mend = N_("Let `oncall db backup FILE` run every night, and keep the copy on another machine.")
    if last is None:
        said = N_("No backup was ever made.")
        return Finding(what="backup", level=Level.WARNING, said=said, mend=mend)
    when = last.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    old = now - last.at > backups.FRESH
    return Finding(
        what="backup",
        level=Level.WARNING if old else Level.OK,
        said=N_("The newest backup is of {when}: more than two days old ({file}).")
        if old
        else N_("The newest backup is of {when}: {file}."),
        mend=mend if old else "",
        params={"when": when, "file": last.file},
    )
