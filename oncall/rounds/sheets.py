"""Every night the duty sheet is written where it can be printed: it works when the server is dead.

The next try is booked before the files are written, and the next night only once they are there.
"""

from __future__ import annotations

import logging
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

from oncall.agenda import After, Agenda, Appointment, daily
from oncall.config import Settings, data_folder
from oncall.core.model import Alarm
from oncall.coverage import Coverage
from oncall.directory import Directory
from oncall.i18n import translator
from oncall.papers import sheet as papers
from oncall.papers.press import put_file
from oncall.papers.sheet import Sheet
from oncall.store import alarms, planned
from oncall.store.database import Database, Tx
from oncall.store.log import Entry, append
from oncall.store.usage import NO_TRANSFER

KIND = "duty-sheet"
DAYS = 14
#: Written while the county sleeps, hung up in the morning.
CLOCK = time(2)
RETRY = timedelta(minutes=15)
#: Older sheets are removed: what they say holds no more, and they name people.
KEPT = timedelta(days=30)
#: The setting that writes none.
OFF = "off"

_NAME = re.compile(r"duty-sheet-(\d{4}-\d\d-\d\d)\.(?:html|xlsx)")
_log = logging.getLogger(__name__)


class NightlySheet:
    """Writes the sheet of the next fourteen days, numbers in full, into one folder."""

    def __init__(
        self, db: Database, directory: Directory, coverage: Coverage, settings: Settings
    ) -> None:
        self.db = db
        self.directory = directory
        self.coverage = coverage
        self.settings = settings
        self.rhythm = daily(CLOCK, settings.timezone)

    @property
    def folder(self) -> Path:
        """Where the sheets lie."""
        named = self.settings.sheet_dir
        return Path(named) if named else data_folder(self.settings) / "sheets"

    def keep(self, agenda: Agenda) -> None:
        """Put it on the agenda, unless the settings want none."""
        if self.settings.sheet_dir != OFF:
            agenda.recurring(KIND, self.rhythm, self._work)

    def _work(self, tx: Tx, _: Appointment, now: datetime) -> After:
        planned.book(tx, KIND, KIND, now + RETRY)
        # Reading a whole county takes a while: not in a transaction that others wait for.
        return lambda: self._write(self._made(now), now)

    def _made(self, now: datetime) -> Sheet:
        lang = self.settings.lang
        with self.db.read() as tx:
            return papers.duty_sheet(
                tx,
                self.directory.at(tx, now),
                self.coverage,
                now,
                DAYS,
                lang=lang,
                t=translator(lang),
                full=True,
            )

    def _write(self, made: Sheet, now: datetime) -> None:
        zone, lang = self.settings.zone, self.settings.lang
        today = now.astimezone(zone).date()
        page = self.folder / f"duty-sheet-{today}.html"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            put_file(page, papers.as_page(made, lang, zone, self.settings.signature))
            workbook = papers.as_workbook(made, zone, translator(lang))
            put_file(page.with_suffix(".xlsx"), workbook)
            self._prune(today)
        except OSError as exc:
            _log.error("the duty sheet could not be written to %s: %s", self.folder, exc)
            with self.db.begin() as tx:
                alarms.raise_alarm(tx, Alarm.NOT_DONE, now, unit=None, who=KIND)
            return
        _log.info("the duty sheet was written: %s", page)
        entry = Entry(
            transfer=NO_TRANSFER,
            at=now,
            event="SheetWritten",
            payload={"file": str(page), "days": DAYS},
        )
        with self.db.begin() as tx:
            append(tx, [entry])
            planned.book(tx, KIND, KIND, self.rhythm(now))

    def _prune(self, today: date) -> None:
        for path in self.folder.iterdir():
            found = _NAME.fullmatch(path.name)
            if found and date.fromisoformat(found[1]) < today - KEPT:
                path.unlink(missing_ok=True)
