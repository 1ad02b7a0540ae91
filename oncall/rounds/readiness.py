"""What must stand ready for a bad day is looked at every hour: copies and our own certificate.

What is not so is an alarm at the desk, which goes away by itself once it is. Whoever never made a
copy, or has no https address, is told so by the doctor, not by an alarm.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta

from oncall import certificates
from oncall.agenda import After, Agenda, Appointment, every
from oncall.core.model import Alarm
from oncall.store import alarms, backups
from oncall.store.database import Database, Tx

_log = logging.getLogger(__name__)

KIND = "readiness"
EVERY = timedelta(hours=1)
_ME = "oncall"


class Readiness:
    """One node's look at what nobody needs on a good day."""

    def __init__(
        self,
        db: Database,
        public_url: str,
        *,
        ends: Callable[[str], datetime] = certificates.ends,
    ) -> None:
        self.db = db
        self.public_url = public_url
        self._ends = ends

    def keep(self, agenda: Agenda) -> None:
        """Put it on the agenda."""
        agenda.recurring(KIND, every(EVERY), self.look)

    def look(self, tx: Tx, _: Appointment, now: datetime) -> After | None:
        """Judge the newest copy; what is left to do is to read the certificate."""
        last = backups.latest(tx)
        old = last is not None and now - last.at > backups.FRESH
        alarms.keep(tx, Alarm.OLD_BACKUP, _ME, now, so=old)
        host = certificates.host_of(self.public_url)
        return None if host is None else lambda: self._certificate(host, now)

    def _certificate(self, host: str, now: datetime) -> None:
        try:
            left = self._ends(self.public_url) - now
            bad = left < certificates.RENEW_WITHIN
        except ssl.SSLCertVerificationError as exc:
            _log.warning("the certificate of %s is not believed: %s", host, exc.verify_message)
            bad = True
        except (OSError, ValueError) as exc:
            # That nobody answers there says nothing about the certificate.
            _log.warning("the certificate of %s cannot be read: %s", host, type(exc).__name__)
            return
        with self.db.begin() as tx:
            alarms.keep(tx, Alarm.CERTIFICATE, _ME, now, so=bad, who=host)
