"""The doctor calls our own address from outside, and reads its certificate."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from oncall import certificates
from oncall.admin.doctor import TITLES
from oncall.admin.doctor_outside import look
from oncall.admin.findings import Finding, Level
from oncall.clock import SystemClock
from oncall.config import Settings, load
from oncall.i18n import translator
from oncall.tables import log
from tests.web.serving import Site, with_settings

ENVIRON = {
    "ONCALL_CHANNELS": "sms=twilio,voice=twilio",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "geheim",
    "TWILIO_FROM_NUMBER": "+8659523500001",
}
NOW = SystemClock().now()


def settings(url: str, **more: str) -> Settings:
    """Twilio's settings, with this public address."""
    return load({}, ENVIRON | {"ONCALL_PUBLIC_URL": url} | more)


def told(found: list[Finding], what: str) -> Finding:
    """The one finding about this, sayable in both languages."""
    [one] = [finding for finding in found if finding.what == what]
    for lang in ("zh_CN", "en"):
        t = translator(lang)
        assert t(TITLES[what])
        assert "{" not in one.text(t) + one.cure(t)
        assert bool(one.cure(t)) is (one.level is not Level.OK)
    assert one.text(translator("zh_CN")) != one.text(translator("en"))
    assert "geheim" not in str(one)
    return one


def serve(site: Site, theirs: Settings) -> None:
    """The running service has these settings."""
    with_settings(
        site.world,
        twilio_account_sid=theirs.twilio_account_sid,
        twilio_auth_token=theirs.twilio_auth_token,
        public_url=theirs.public_url,
    )


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


# -- the hook ------------------------------------------------------------------------------


def test_our_own_hook_accepts_what_is_signed_with_our_token(site: Site) -> None:
    """The call goes the whole way, over HTTP, and leaves no trace in the log."""
    mine = settings(site.url)
    serve(site, mine)
    found = look(mine, NOW)
    assert [one.what for one in found] == ["hooks"]
    assert told(found, "hooks").level is Level.OK
    with site.world.app.db.read() as tx:
        assert tx.conn.execute(select(func.count()).select_from(log)).scalar() == 0


@pytest.mark.parametrize(
    "more",
    [
        {"TWILIO_AUTH_TOKEN": "another"},
        {"TWILIO_ACCOUNT_SID": "AC2"},
        {"ONCALL_PUBLIC_URL": "https://elsewhere.example"},
    ],
)
def test_a_service_with_another_token_or_address_refuses(site: Site, more: dict[str, str]) -> None:
    """What Twilio sends would be refused as well: a failure, with what to set."""
    serve(site, settings(site.url, **more))
    one = told(look(settings(site.url), NOW), "hooks")
    assert one.level is Level.FAILURE
    assert "ONCALL_PUBLIC_URL" in one.cure(str)


def test_an_address_nobody_answers_at() -> None:
    """No receipt and no reply would arrive."""
    one = told(look(settings(f"http://127.0.0.1:{free_port()}"), NOW), "hooks")
    assert one.level is Level.FAILURE
    assert "oncall serve" in one.cure(str)


def test_something_else_at_our_address(site: Site) -> None:
    """A path that is not ours is answered, but not by the hook."""
    one = told(look(settings(f"{site.url}/wrong"), NOW), "hooks")
    assert one.level is Level.FAILURE
    assert "404" in one.text(str)


@pytest.mark.parametrize(
    "more",
    [{"ONCALL_CHANNELS": "log"}, {"TWILIO_AUTH_TOKEN": ""}, {"ONCALL_INTRANET": "yes"}],
)
def test_nobody_is_called_without_need(more: dict[str, str]) -> None:
    """Without Twilio, without its token, or where receipts are fetched, nothing is asked."""
    assert look(settings(f"http://127.0.0.1:{free_port()}", **more), NOW) == []


# -- the certificate -----------------------------------------------------------------------


#: A certificate of our own for 127.0.0.1, good for a century, its key, and its last moment.
CERTIFICATE = Path(__file__).parent.parent / "fixtures" / "smtp" / "cert.pem"
KEY = CERTIFICATE.with_name("key.pem")
ENDS = datetime.fromtimestamp(ssl.cert_time_to_seconds("Nov  2 06:40:45 2126 GMT"), UTC)


@contextmanager
def secured() -> Iterator[str]:
    """A server with this certificate, which accepts everything; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("left", "level", "word"),
    [
        (timedelta(days=100), Level.OK, "holds until"),
        (certificates.RENEW_WITHIN + timedelta(days=1), Level.OK, "holds until"),
        (certificates.RENEW_WITHIN - timedelta(hours=1), Level.WARNING, "in 20 days"),
        (timedelta(days=-1), Level.FAILURE, "ended on"),
    ],
)
def test_a_certificate_is_told_before_it_ends(left: timedelta, level: Level, word: str) -> None:
    """Three weeks ahead; one that has ended is a failure, and the call itself is judged apart."""
    trust = certificates.trusting(str(CERTIFICATE))
    with secured() as url:
        found = look(settings(url), ENDS - left, trust)
    one = told(found, "certificate")
    assert one.level is level
    assert word in one.text(str)
    assert told(found, "hooks").level is Level.OK


def test_a_certificate_nobody_knows() -> None:
    """Providers and phones would not believe it, so neither does the doctor."""
    with secured() as url:
        found = look(settings(url), NOW)
    assert told(found, "certificate").level is Level.FAILURE
    assert told(found, "hooks").level is Level.FAILURE


def test_a_certificate_that_cannot_be_read() -> None:
    """Nobody answers there: it is not called bad, but said."""
    found = look(settings(f"https://127.0.0.1:{free_port()}", ONCALL_CHANNELS="log"), NOW)
    assert [one.what for one in found] == ["certificate"]
    assert told(found, "certificate").level is Level.WARNING
