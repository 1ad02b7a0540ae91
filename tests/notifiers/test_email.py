"""E-mail over a real SMTP connection: words, papers, protection, and every way to fail."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from notifiers.email.emulator import MailEmulator
from notifiers.email.notifier import CODES, Email, EmailSettings, Security, compose
from notifiers.emulation import Fault, FaultKind
from notifiers.errors import GatewayError
from notifiers.message import Attachment, Channel, Message, OutcomeKind
from tests.house.files import ROOT
from tests.patience import ANSWERS_WITHIN, play

CERTIFICATE = ROOT / "tests" / "fixtures" / "smtp" / "cert.pem"
KEY = CERTIFICATE.with_name("key.pem")
LOGIN = ("duty", "a-made-up-password")
CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:主班\r\nEND:VCALENDAR\r\n".encode()

Story = Callable[[Email, MailEmulator], Awaitable[None]]


def mail(text: str = "您11月5日的夜班改为20:00开始。\n请查收。", **more: object) -> Message:
    """A duty notice."""
    message = Message(
        key="7", channel=Channel.EMAIL, to="zhang@unit.example", text=text, lang="zh_CN"
    )
    return replace(message, **more)  # type: ignore[arg-type]  # each test names its own


def trusted() -> ssl.SSLContext:
    """The emulated server's own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    return context


@asynccontextmanager
async def post(
    emulator: MailEmulator, *, host: str = "127.0.0.1", **how: object
) -> AsyncIterator[Email]:
    """Our notifier before a mail server."""
    async with emulator.serve() as (_, port):
        settings = EmailSettings(
            host=host,
            port=port,
            security=Security.NONE,
            sender="值班系统 <duty@oncall.example>",
            timeout=ANSWERS_WITHIN,
        )
        notifier = Email(replace(settings, **how))  # type: ignore[arg-type]  # the same
        try:
            yield notifier
        finally:
            await notifier.close()


def _play(story: Story, emulator: MailEmulator | None = None, **how: object) -> None:
    made = emulator or MailEmulator()

    async def run() -> None:
        async with post(made, **how) as notifier:  # type: ignore[arg-type]  # the same
            await story(notifier, made)

    play(run())


def test_a_notice_with_its_calendar() -> None:
    """The text whole, the subject its first line, the paper as it is, our key in the id."""

    async def story(notifier: Email, emulator: MailEmulator) -> None:
        paper = Attachment(
            name="值班.ics", media_type="text/calendar; method=PUBLISH", content=CALENDAR
        )
        outcome = await notifier.send(mail(attachments=(paper,)))
        assert (outcome.kind, outcome.provider) == (OutcomeKind.ACCEPTED, "email")
        [got] = emulator.mails
        assert emulator.arrived() == [("zhang@unit.example", mail().text)]
        assert got["Subject"] == "您11月5日的夜班改为20:00开始。"
        assert got["From"] == "值班系统 <duty@oncall.example>"
        assert got["Auto-Submitted"] == "auto-generated"
        assert outcome.provider_id == got["Message-ID"].strip("<>")
        [part] = got.iter_attachments()
        assert part.get_content_type() == "text/calendar"
        assert part.get_param("method") == "PUBLISH"
        assert part.get_filename() == "值班.ics"
        assert part.get_payload(decode=True) == CALENDAR

    _play(story)


def test_nothing_breaks_out_of_a_header() -> None:
    """A subject with line breaks stays one line; a long one is cut."""
    wild = compose(mail(subject="a\r\nBcc: everybody@x.example\n\nb"), "duty@oncall.example")
    assert wild["Subject"] == "a Bcc: everybody@x.example b"
    assert "Bcc" not in wild
    assert len(str(compose(mail(subject="长" * 400), "a@b.example")["Subject"])) == 150


@pytest.mark.parametrize("address", ["", "zhang", "a b@x.example", "a@x.example\nBcc: b@x.example"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """Before anybody is spoken to."""

    async def story(notifier: Email, emulator: MailEmulator) -> None:
        assert (await notifier.send(mail(to=address))).kind is OutcomeKind.REJECTED
        assert emulator.mails == []

    _play(story)


def test_protected_and_with_a_password() -> None:
    """STARTTLS with a certificate that is checked, then the password, then the mail."""

    async def story(notifier: Email, emulator: MailEmulator) -> None:
        assert (await notifier.send(mail())).kind is OutcomeKind.ACCEPTED

    _play(
        story,
        MailEmulator(login=LOGIN, tls=trusted()),
        host="localhost",
        security=Security.STARTTLS,
        user=LOGIN[0],
        password=LOGIN[1],
        authority=str(CERTIFICATE),
    )


@pytest.mark.parametrize(
    ("emulator", "how"),
    [
        (MailEmulator(login=LOGIN), {"user": "duty", "password": "wrong"}),
        (MailEmulator(login=LOGIN), {}),
        (MailEmulator(), {"security": Security.STARTTLS}),
        (MailEmulator(tls=trusted()), {"security": Security.STARTTLS, "host": "localhost"}),
        (MailEmulator(tls=trusted()), {}),
    ],
    ids=["wrong password", "no password", "no protection", "stranger's certificate", "open"],
)
def test_what_an_administrator_must_mend(emulator: MailEmulator, how: dict[str, object]) -> None:
    """Nothing is sent without the protection that is set, nor to a server nobody vouches for."""

    async def story(notifier: Email, emulator: MailEmulator) -> None:
        assert (await notifier.send(mail())).kind is OutcomeKind.MISCONFIGURED
        assert emulator.mails == []

    _play(story, emulator, **how)


@pytest.mark.parametrize("code", [*CODES, 459, 599])
def test_every_reply_has_a_meaning(code: int) -> None:
    """By its own, or by its first digit: 4 is for now, 5 for ever."""

    async def story(notifier: Email, emulator: MailEmulator) -> None:
        emulator.fault(Fault(kind=FaultKind.REFUSE, code=str(code)))
        outcome = await notifier.send(mail())
        wanted = {459: OutcomeKind.UNAVAILABLE, 599: OutcomeKind.REJECTED}.get(code)
        assert outcome.kind is (wanted or CODES[code].kind)
        assert outcome.code == str(code)

    _play(story)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (FaultKind.ACCEPT_THEN_DROP, OutcomeKind.UNKNOWN),
        (FaultKind.HANG, OutcomeKind.UNKNOWN),
        (FaultKind.CRASH, OutcomeKind.UNAVAILABLE),
    ],
)
def test_ambiguous_ends(kind: FaultKind, outcome: OutcomeKind) -> None:
    """Once the text was sent, an answer that does not come leaves it in doubt."""

    async def story(notifier: Email, emulator: MailEmulator) -> None:
        emulator.fault(Fault(kind=kind))
        came = await notifier.send(mail())
        while kind is FaultKind.HANG and not emulator.hanging:
            # The machine stood still for so long that the patience ended before the text was sent.
            came = await notifier.send(mail())
        assert came.kind is outcome

    hangs = kind is FaultKind.HANG
    _play(story, timeout=timedelta(seconds=0.5) if hangs else ANSWERS_WITHIN)


def test_nobody_listens() -> None:
    """A refused connection sent nothing."""
    settings = EmailSettings(host="127.0.0.1", port=9, security=Security.NONE, sender="a@b.example")
    outcome = asyncio.run(Email(settings).send(mail()))
    assert outcome.kind is OutcomeKind.UNAVAILABLE


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"host": ""}, "email.settings"),
        ({"sender": "nobody"}, "email.settings"),
        ({"authority": "/nowhere.pem"}, "email.authority"),
    ],
)
def test_settings_that_could_never_send_are_refused(changes: dict[str, str], code: str) -> None:
    """At the start, by name."""
    settings = EmailSettings(host="mail.example", sender="a@b.example")
    with pytest.raises(GatewayError) as caught:
        Email(replace(settings, **changes))  # type: ignore[arg-type]  # one each
    assert caught.value.code == code
