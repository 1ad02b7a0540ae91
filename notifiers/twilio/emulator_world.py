"""What exists at the emulated Twilio: messages, calls, phones, and a record of every request."""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from itertools import islice
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from notifiers.twilio.emulator_script import Callbacks, Handset
from notifiers.twilio.inbound import sign

_logger = logging.getLogger("notifiers.twilio.emulator")

#: Requests and resources kept where nothing else is asked for: nights of trying it fill no memory.
KEPT = 100_000
#: Seconds; Twilio gives a webhook fifteen.
_HOOK_TIMEOUT = 15

R = TypeVar("R", "Text", "Call")
Clock = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """One request to the emulated API.

    `at` is time.monotonic(), whatever clock the phones use, and `moment` is what that one shows.
    """

    kind: str  # "sms", "call", "hang-up" or "cancel"
    to: str
    body: str
    at: float
    moment: datetime
    key: str
    sid: str
    accepted: bool
    #: False where a fault kept the answer from whoever asked.
    answered: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """One callback of ours; `answer` is its HTTP status, 0 when there was none."""

    url: str
    status: str
    sid: str
    answer: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneText:
    """One SMS as its phone shows it."""

    sid: str
    text: str
    at: datetime
    #: True for a text we sent, False for one the person wrote.
    to_phone: bool
    status: str
    code: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneCall:
    """One call as its phone shows it; `listening` while a key would count."""

    sid: str
    status: str
    at: datetime
    spoken: tuple[str, ...]
    listening: bool
    pressed: str
    over: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """One phone and all that came to it, oldest first."""

    number: str
    texts: tuple[PhoneText, ...]
    calls: tuple[PhoneCall, ...]
    opted_out: bool


@dataclass(kw_only=True, slots=True)
class Text:
    """One SMS, to a phone or from it."""

    sid: str
    number: str
    sender: str
    text: str
    at: datetime
    to_phone: bool
    status: str
    callback: str = ""
    key: str = ""
    code: int | None = None
    validity: int | None = None

    @property
    def to(self) -> str:
        """Who got it: the phone, or our customer's own number for a text from a person."""
        return self.number if self.to_phone else self.sender


@dataclass(kw_only=True, slots=True)
class Act:
    """What a person does with a ringing or open call."""

    verb: str  # "answer", "decline", "press" or "hang-up"
    digit: str = ""
    done: asyncio.Future[None] | None = None

    def finish(self) -> None:
        """Tell whoever acted that the call has taken it in."""
        if self.done is not None and not self.done.done():
            self.done.set_result(None)


@dataclass(kw_only=True, slots=True)
class Call:
    """One call to a phone."""

    sid: str
    number: str
    sender: str
    twiml: str
    at: datetime
    callback: str
    events: frozenset[str]
    key: str
    timeout: float
    #: Where the detector tells who picked up; "" where nobody asked it to listen.
    detected: str = ""
    answered_by: str | None = None
    status: str = "queued"
    spoken: list[str] = field(default_factory=list)
    #: The call waits for a key now.
    listening: bool = False
    pressed: str = ""
    sip: int = 0
    posted: int = 0
    #: Callbacks kept back, to be sent last first.
    held: list[dict[str, str]] = field(default_factory=list)
    acts: asyncio.Queue[Act] = field(default_factory=asyncio.Queue)
    life: asyncio.Task[None] | None = None

    @property
    def to(self) -> str:
        """Whose phone it is."""
        return self.number

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return self.status not in ("queued", "initiated", "ringing", "in-progress")


@dataclass(kw_only=True, slots=True)
class Member:
    """A call inside; `ends` when its leaving ends the conference."""

    call: Call
    label: str
    ends: bool


@dataclass(kw_only=True, slots=True)
class Room:
    """One conference, from its first member to its last."""

    sid: str
    name: str
    url: str
    events: frozenset[str]
    members: dict[str, Member] = field(default_factory=dict)
    started: bool = False
    posted: int = 0


class Shelf(dict[str, R]):
    """Resources by their sid, oldest first; those of one number are found without all others."""

    def __init__(self, keep: int) -> None:
        super().__init__()
        self._keep = keep
        self._of: dict[str, list[R]] = {}

    def add(self, one: R) -> None:
        """Keep it; the oldest are forgotten when there are too many."""
        if len(self) >= self._keep:
            for old in tuple(islice(self, max(1, self._keep // 10))):
                # What came first is forgotten first, so it is its number's first as well.
                self._of[self.pop(old).to].pop(0)
        self[one.sid] = one
        self._of.setdefault(one.to, []).append(one)

    def newest(self, to: str | None) -> list[R]:
        """What went to a number, or to any, the last first."""
        return list(reversed(self.values() if to is None else self._of.get(to, ())))


class World:
    """The state of one emulated account, and its way out: signed callbacks and tasks."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        public_url: str,
        clock: Clock,
        sleep: Sleep,
        keep: int = KEPT,
    ) -> None:
        self._keep = keep
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.public_url = public_url.rstrip("/")
        self.clock = clock
        self.sleep = sleep
        self.version = 0
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None
        self.callbacks = Callbacks()
        self.handsets: dict[str, Handset] = {"": Handset()}
        self.clear()

    def clear(self) -> None:
        """Forget what happened; phones keep their manners."""
        self.received: deque[Received] = deque(maxlen=self._keep)
        self.posted: deque[Posted] = deque(maxlen=self._keep)
        self.texts = Shelf[Text](self._keep)
        self.calls = Shelf[Call](self._keep)
        self.rooms: dict[str, Room] = {}
        self.opted_out: set[str] = set()
        self.senders: dict[str, str] = {}
        self.touch()

    def handset(self, number: str) -> Handset:
        """The phone of a number, or the one that stands for all others."""
        return self.handsets.get(number) or self.handsets[""]

    def add_text(self, text: Text) -> None:
        """Keep a message; the oldest are forgotten when there are too many."""
        self.texts.add(text)
        if text.to_phone:
            self.senders[text.number] = text.sender
        self.touch()

    def add_call(self, call: Call) -> None:
        """Keep a call; the oldest are forgotten when there are too many."""
        self.calls.add(call)
        self.touch()

    def touch(self) -> None:
        """Something visible changed: wake who watches."""
        self.version += 1
        if not self._changed.is_set():
            self._changed.set()

    async def changed(self, since: int) -> int:
        """Wait until the version is above `since`; the version then."""
        while self.version <= since:
            self._changed.clear()
            await self._changed.wait()
        return self.version

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Let something go on by itself; its failure is logged, never lost."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _logger.error("an emulated phone broke", exc_info=error)

    async def settled(self) -> None:
        """Wait until every text and call has come to its end and every callback is sent."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def close(self) -> None:
        """End every call and task, and close the connections."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def report(self, url: str, form: dict[str, str]) -> None:
        """A callback about a status or an inbound text, sent as late and as often as told."""
        how = self.callbacks
        if how.delay:
            await self.sleep(how.delay)
        for _ in range(how.copies):
            await self.post(url, form)

    async def post(self, url: str, form: dict[str, str]) -> str | None:
        """One signed callback; the body of a good answer, None after a bad one."""
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=_HOOK_TIMEOUT))
        fields = {**form, "AccountSid": self.account_sid, "ApiVersion": "2010-04-01"}
        signature = sign(url, tuple(fields.items()), self.auth_token)
        answer, body = 0, None
        try:
            # Exactly the address that was given and signed: not tidied up on its way.
            async with self._session.post(
                URL(url, encoded=True), data=fields, headers={"X-Twilio-Signature": signature}
            ) as response:
                answer = response.status
                body = await response.text()
        except (ClientError, OSError, TimeoutError):
            _logger.warning("a callback found nobody: %s", urlsplit(url).path)
        status = form.get("MessageStatus") or form.get("CallStatus") or ""
        sid = form.get("MessageSid") or form.get("CallSid") or ""
        self.posted.append(Posted(url=url, status=status, sid=sid, answer=answer))
        return body if 200 <= answer < 300 else None


def new_sid(prefix: str) -> str:
    """An identifier of Twilio's form: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def attempt_of(url: str) -> str:
    """Our own key inside a callback address."""
    return URL(url, encoded=True).query.get("attempt", "")


def rfc2822(moment: datetime) -> str:
    """The moment as Twilio writes it."""
    return format_datetime(moment)
