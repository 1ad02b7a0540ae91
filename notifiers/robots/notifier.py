"""One robot of any of the three kinds as a notifier: it writes to its groups and hears nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from notifiers import http
from notifiers.codes import Book, Meaning
from notifiers.message import (
    Capabilities,
    Channel,
    Limit,
    Message,
    Outcome,
    OutcomeKind,
    wrong_channel,
)
from notifiers.robots import codes, signing
from notifiers.robots.groups import Group, chosen

#: The vendors ask for messages to avoid full and half hours; a copy can wait, so the caller may.
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What differs between the vendors."""

    name: str
    codes: Mapping[int, Meaning]
    #: The field of an answer that holds the code, and how many messages a minute are taken.
    code_field: str
    per_minute: int
    #: Bytes of UTF-8.
    longest: int
    #: The address and the body for one message at a moment.
    request: Callable[[Group, Message, datetime], tuple[str, dict[str, object]]]


def _wecom(group: Group, message: Message, _: datetime) -> tuple[str, dict[str, object]]:
    text: dict[str, object] = {"content": message.text}
    if message.mention:
        text["mentioned_mobile_list"] = [message.mention]
    return group.url, {"msgtype": "text", "text": text}


def _dingtalk(group: Group, message: Message, now: datetime) -> tuple[str, dict[str, object]]:
    url = group.url
    if group.secret:
        moment = int(now.timestamp() * 1000)
        sign = quote(signing.dingtalk(group.secret, moment), safe="")
        url += f"{'&' if '?' in url else '?'}timestamp={moment}&sign={sign}"
    body: dict[str, object] = {"msgtype": "text", "text": {"content": message.text}}
    if message.mention:
        body["at"] = {"atMobiles": [message.mention], "isAtAll": False}
    return url, body


def _feishu(group: Group, message: Message, now: datetime) -> tuple[str, dict[str, object]]:
    # It calls people by an id of its own only, which no contact card has.
    body: dict[str, object] = {"msg_type": "text", "content": {"text": message.text}}
    if group.secret:
        moment = int(now.timestamp())
        body |= {"timestamp": str(moment), "sign": signing.feishu(group.secret, moment)}
    return group.url, body


WECOM = Kind(
    name="wecom",
    codes=codes.WECOM,
    code_field="errcode",
    per_minute=20,
    longest=2_048,
    request=_wecom,
)
DINGTALK = Kind(
    name="dingtalk",
    codes=codes.DINGTALK,
    code_field="errcode",
    per_minute=20,
    longest=20_000,
    request=_dingtalk,
)
FEISHU = Kind(
    name="feishu",
    codes=codes.FEISHU,
    code_field="code",
    per_minute=100,
    longest=18_000,
    request=_feishu,
)


class Robot:
    """Writes texts to groups. A group answers nobody, so no page may depend on it."""

    channels = frozenset({Channel.CHAT})

    def __init__(
        self,
        kind: Kind,
        groups: Mapping[str, Group],
        *,
        clock: Callable[[], datetime],
        timeout: timedelta = http.PATIENCE,
    ) -> None:
        self.name = kind.name
        self._kind, self._groups, self._clock = kind, groups, clock
        self._book = Book(kind.name, kind.codes)
        self._pool = http.Pool(timeout, connections=10)
        self._can = Capabilities(
            links=True,
            # In characters, for a text that is all Chinese.
            max_length=kind.longest // 3,
            rate=(Limit(count=kind.per_minute, span=_MINUTE),),
        )

    def capabilities(self, channel: Channel) -> Capabilities:
        """It takes texts, and so many a minute."""
        return self._can

    async def send(self, message: Message) -> Outcome:
        """Write to the group; a refusal in the body of a 200 is a refusal. Never raises for one."""
        if message.channel is not Channel.CHAT:
            return wrong_channel(self.name)
        group = chosen(self._groups, message.to)
        if group is None:
            return self._said(OutcomeKind.MISCONFIGURED, "no_group", "There is no such group.")
        if len(message.text.encode()) > self._kind.longest:
            return self._said(OutcomeKind.REJECTED, "too_long", "The text is too long.")
        url, body = self._kind.request(group, message, self._clock())
        try:
            answer = await self._pool.request(
                "POST",
                url,
                body=json.dumps(body).encode(),
                headers={"Content-Type": "application/json; charset=utf-8"},
            )
            return self._read(answer, message.key)
        except http.FAULTS as fault:
            return http.outcome_of(self.name, fault)

    def _read(self, answer: http.Answer, key: str) -> Outcome:
        if answer.status == 429 or answer.status >= 500:
            return Outcome(
                kind=OutcomeKind.UNAVAILABLE,
                provider=self.name,
                code=str(answer.status),
                detail="The robot is out of order.",
                retry_after=answer.retry_after,
            )
        code = answer.json().get(self._kind.code_field)
        if not isinstance(code, int):
            raise ValueError("an answer without a code")
        if code:
            return self._book.refusal(code, answer.retry_after)
        # Robots give no id; ours tells the message in our own records.
        return Outcome(
            kind=OutcomeKind.ACCEPTED, provider=self.name, provider_id=f"{self.name}-{key}"
        )

    def _said(self, kind: OutcomeKind, code: str, detail: str) -> Outcome:
        return Outcome(kind=kind, provider=self.name, code=code, detail=detail)

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """What stands in a group stays there."""
        return False

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()
