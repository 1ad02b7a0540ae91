"""A mail server of one's own: enough of SMTP to take mail, ask for a password, and break."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage

from notifiers.emulation import ACCEPTS, Fault, FaultKind, Faults, Received
from notifiers.message import Channel


class MailEmulator:
    """Takes mail for anybody; with `login` only from whoever knows it, with `tls` protected."""

    def __init__(
        self, *, login: tuple[str, str] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._login, self._tls = login, tls
        self._faults = Faults()
        self._closing = asyncio.Event()
        self.received: list[Received] = []
        self.mails: list[EmailMessage] = []
        #: Mails that never got an answer.
        self.hanging = 0

    def fault(self, *faults: Fault) -> None:
        """Break in these ways from now on; a refusal's code is an SMTP reply code."""
        self._faults.put(faults)

    def arrived(self) -> list[tuple[str, str]]:
        """What reached mailboxes: (address, text), in order."""
        return [(one.to, one.text) for one in self.received]

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[tuple[str, int]]:
        """Serve until the block ends; host and port (0 takes a free one)."""
        self._closing.clear()
        server = await asyncio.start_server(self._talk, host, port)
        try:
            yield host, server.sockets[0].getsockname()[1]
        finally:
            self._closing.set()
            server.close()
            await server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await _Talk(self, reader, writer).run()
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    def fault_for(self, address: str) -> Fault | None:
        """What is to go wrong with a mail to this address."""
        return self._faults.next(address)

    def take(self, address: str, content: bytes) -> None:
        """A mail has come."""
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 -- what this policy makes
        self.mails.append(mail)
        body = mail.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        self.received.append(
            Received(
                channel=Channel.EMAIL,
                to=address,
                # SMTP ends every text with a line of its own.
                text=text.removesuffix("\n"),
                key="",
                id=mail["Message-ID"],
            )
        )

    async def hang(self) -> None:
        """Say nothing until the server is closed."""
        self.hanging += 1
        await self._closing.wait()

    @property
    def login(self) -> tuple[str, str] | None:
        """Name and password, where they are asked for."""
        return self._login

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What STARTTLS uses."""
        return self._tls


class _Talk:
    """One connection."""

    def __init__(
        self, emulator: MailEmulator, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._emulator, self._reader, self._writer = emulator, reader, writer
        self._to, self._known = "", emulator.login is None
        self._safe = emulator.tls is None

    async def run(self) -> None:
        await self._say("220 emulated ESMTP")
        while line := (await self._reader.readline()).decode("utf-8", "replace").strip():
            verb, _, rest = line.partition(" ")
            if verb.upper() == "QUIT":
                await self._say("221 bye")
                return
            if verb.upper() == "DATA":
                if not await self._data():
                    return
            else:
                await self._say(await self._reply(verb.upper(), rest))

    async def _reply(self, verb: str, rest: str) -> str:
        if verb in ("EHLO", "HELO"):
            offers = ["emulated", "SMTPUTF8"]
            offers += ["STARTTLS"] if not self._safe else []
            offers += ["AUTH PLAIN"] if self._emulator.login else []
            return "\r\n".join(
                f"250{'-' if i < len(offers) - 1 else ' '}{offer}" for i, offer in enumerate(offers)
            )
        if verb == "STARTTLS" and self._emulator.tls is not None:
            await self._say("220 go ahead")
            await self._writer.start_tls(self._emulator.tls)
            self._safe = True
            return ""
        if not self._safe:
            return "530 STARTTLS first"
        if verb == "AUTH":
            given = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")[1:]
            self._known = tuple(given) == self._emulator.login
            return "235 welcome" if self._known else "535 who are you"
        if not self._known:
            return "530 authentication required"
        if verb == "RCPT":
            self._to = rest.partition("<")[2].partition(">")[0]
        return "250 ok" if verb in ("MAIL", "RCPT", "RSET", "NOOP") else "502 unknown"

    async def _data(self) -> bool:
        """Take the text, or break as a fault says; False when the talk is over."""
        fault = self._emulator.fault_for(self._to)
        if fault is not None and fault.kind in (FaultKind.REFUSE, FaultKind.THROTTLE):
            await self._say(f"{fault.code or 421} emulated")
            return True
        if fault is not None and fault.kind in (FaultKind.CRASH, FaultKind.GARBAGE):
            await self._say("<html>please log in</html>")
            return False
        await self._say("354 go on")
        content = (await self._reader.readuntil(b"\r\n.\r\n"))[:-5]
        if fault is None or fault.kind in ACCEPTS:
            self._emulator.take(self._to, content.replace(b"\r\n..", b"\r\n."))
        if fault is None:
            await self._say("250 taken")
            return True
        if fault.kind is not FaultKind.ACCEPT_THEN_DROP:
            await self._emulator.hang()
        return False

    async def _say(self, text: str) -> None:
        if text:
            self._writer.write(text.encode() + b"\r\n")
            await self._writer.drain()
