"""Send one e-mail by SMTP: one connection each, in a thread, with a time for every step."""

import asyncio
import smtplib
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formataddr, parseaddr
from enum import StrEnum

from notifiers import http
from notifiers.codes import Meaning, table
from notifiers.errors import GatewayError
from notifiers.message import (
    Attachment,
    Capabilities,
    Channel,
    Message,
    Outcome,
    OutcomeKind,
    wrong_channel,
)

PROVIDER = "email"
_LONGEST_SUBJECT = 150
#: Mails at once, so that a server that hangs holds up nothing but mail.
_AT_ONCE = 8

#: What a reply code of SMTP comes to (RFC 5321, RFC 4954); by its first digit where it is not here.
CODES: Mapping[int, Meaning] = table(
    {
        OutcomeKind.REJECTED: {
            "There is no such address.": (550, 551, 553, 556),
            "The mail was refused.": (554, 555, 500, 501),
        },
        OutcomeKind.UNAVAILABLE: {
            "The mail server is busy or asks us to come again.": (421, 450, 451, 454, 455),
        },
        OutcomeKind.QUOTA: {"The mailbox or the server is full.": (452, 552)},
        OutcomeKind.MISCONFIGURED: {
            "The mail server does not take our name or password.": (432, 530, 534, 535, 538),
            "The mail server does not speak as the settings say.": (502, 503, 504, 521, 523),
        },
    }
)
_BY_DIGIT = {4: CODES[451], 5: CODES[554]}


class Security(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    #: For a server on this very machine.
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class EmailSettings:
    """A mail server and who writes there."""

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    #: "name <address>" or an address.
    sender: str
    #: A file with the authority that signed the server's certificate, for one of the house.
    authority: str = ""
    timeout: timedelta = http.PATIENCE


class Email:
    """Carries e-mails. That a server took one says nothing about the reader."""

    name = PROVIDER
    channels = frozenset({Channel.EMAIL})

    def __init__(self, settings: EmailSettings) -> None:
        if not settings.host or "@" not in parseaddr(settings.sender)[1]:
            raise GatewayError(
                "email.settings",
                "E-mail needs a server and a sender: set ONCALL_SMTP_HOST and ONCALL_EMAIL_FROM.",
            )
        self._settings = settings
        try:
            self._trust = ssl.create_default_context(cafile=settings.authority or None)
        except (OSError, ssl.SSLError) as fault:
            raise GatewayError(
                "email.authority",
                "ONCALL_SMTP_CA: {file} is no certificate that can be read.",
                file=settings.authority,
            ) from fault
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="email")
        self._closed = False

    def capabilities(self, channel: Channel) -> Capabilities:
        """Links and papers; no answer comes back."""
        return Capabilities(links=True, max_length=100_000)

    async def send(self, message: Message) -> Outcome:
        """Hand the mail to the server; never raises for its faults."""
        if message.channel is not Channel.EMAIL:
            return wrong_channel(PROVIDER)
        if self._closed:
            return _said(OutcomeKind.UNAVAILABLE, "This program is shutting down.")
        if "@" not in parseaddr(message.to)[1] or any(c.isspace() for c in message.to):
            return _said(OutcomeKind.REJECTED, "The address is not valid.")
        mail = compose(message, self._settings.sender)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hand_over, mail, message.to)

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """A mail cannot be taken back."""
        return False

    async def close(self) -> None:
        """Send nothing more."""
        self._closed = True
        # Whoever is speaking finishes; a mail cut short would be a mail in doubt.
        self._threads.shutdown(wait=False)

    def _hand_over(self, mail: EmailMessage, to: str) -> Outcome:
        """Connect, speak, leave. Until the text itself is sent, nothing can have been delivered."""
        settings, sent = self._settings, False
        try:
            with self._connect() as server:
                if settings.security is Security.STARTTLS:
                    server.starttls(context=self._trust)
                if settings.user:
                    server.login(settings.user, settings.password)
                server.ehlo_or_helo_if_needed()
                _expect(server.mail(parseaddr(settings.sender)[1]), 250)
                _expect(server.rcpt(to), 250, 251)
                sent = True
                _expect(server.data(mail.as_bytes()), 250)
        except smtplib.SMTPResponseException as refused:
            return _refused(refused.smtp_code)
        except smtplib.SMTPNotSupportedError:
            return _said(OutcomeKind.MISCONFIGURED, CODES[502].detail)
        except ssl.SSLCertVerificationError:
            return _said(OutcomeKind.MISCONFIGURED, "The mail server's certificate is not trusted.")
        except (smtplib.SMTPException, OSError):
            if sent:
                return _said(OutcomeKind.UNKNOWN, "The connection broke before the answer came.")
            return _said(OutcomeKind.UNAVAILABLE, "The mail server could not be reached.")
        return Outcome(
            kind=OutcomeKind.ACCEPTED, provider=PROVIDER, provider_id=mail["Message-ID"].strip("<>")
        )

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        seconds = settings.timeout.total_seconds()
        if settings.security is Security.TLS:
            return smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=seconds, context=self._trust
            )
        return smtplib.SMTP(settings.host, settings.port, timeout=seconds)


def compose(message: Message, sender: str) -> EmailMessage:
    """The mail: the text as it is, its papers beside it, our key in its id."""
    name, address = parseaddr(sender)
    mail = EmailMessage()
    mail["From"] = formataddr((name, address))
    mail["To"] = message.to
    mail["Subject"] = _subject(message)
    domain = address.rpartition("@")[2]
    mail["Message-ID"] = f"<oncall-{message.key.encode().hex()}@{domain}>"
    # An out-of-office note to a machine is no answer.
    mail["Auto-Submitted"] = "auto-generated"
    # Base64, for every other way of carrying it tidies blanks and long lines.
    mail.set_content(message.text, charset="utf-8", cte="base64")
    for paper in message.attachments:
        _attach(mail, paper)
    return mail


def _attach(mail: EmailMessage, paper: Attachment) -> None:
    kind, _, rest = paper.media_type.partition(";")
    maintype, _, subtype = kind.strip().partition("/")
    params = dict(part.strip().split("=", 1) for part in rest.split(";") if "=" in part)
    mail.add_attachment(
        paper.content, maintype=maintype, subtype=subtype, filename=paper.name, params=params
    )


def _subject(message: Message) -> str:
    """One line, whatever is in it: a line break in a header would start another header."""
    line = " ".join((message.subject or message.text.partition("\n")[0]).split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1] + "…"


def _expect(reply: tuple[int, bytes], *good: int) -> None:
    if reply[0] not in good:
        raise smtplib.SMTPResponseException(reply[0], reply[1])


def _refused(code: int) -> Outcome:
    meaning = CODES.get(code) or _BY_DIGIT.get(code // 100, CODES[451])
    return Outcome(kind=meaning.kind, provider=PROVIDER, code=str(code), detail=meaning.detail)


def _said(kind: OutcomeKind, detail: str) -> Outcome:
    return Outcome(kind=kind, provider=PROVIDER, detail=detail)
