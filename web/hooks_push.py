"""What others push: receipts, replies, keys. A gateway of our own signs; carriers do not.

So for carriers the address itself is the secret: one is given `/hooks/PROVIDER/TOKEN/KIND`, and
where its addresses are known only they may call it. What comes twice changes nothing more.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from notifiers import papers
from notifiers.aliyun import inbound as aliyun
from notifiers.mas import inbound as mas
from notifiers.message import Pulled
from notifiers.tencent import inbound as tencent
from notifiers.webhook.signing import SIGNATURE, TIMESTAMP, proven
from web.door import in_thread
from web.hooking import entering, peer_of, readable, refusing

router = APIRouter(prefix="/hooks", include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pusher:
    """How a carrier's pushes are read, and what it wants to hear so that it stops repeating."""

    parse: Callable[[str, bytes], Pulled]
    acknowledged: Mapping[str, object]


PUSHERS: Mapping[str, Pusher] = {
    "aliyun": Pusher(parse=aliyun.parse, acknowledged=aliyun.ACKNOWLEDGED),
    "mas": Pusher(parse=mas.parse, acknowledged=mas.ACKNOWLEDGED),
    "tencent": Pusher(parse=tencent.parse, acknowledged=tencent.ACKNOWLEDGED),
}


@router.post("/webhook")
async def reported(request: Request) -> Response:
    """A gateway of our own tells what became of messages, signed as ours to it are."""
    door = entering(request)
    body = await request.body()
    headers = request.headers
    if not proven(
        door.app.settings.webhook_secrets,
        headers.get(TIMESTAMP, ""),
        body,
        headers.get(SIGNATURE, ""),
        # A gateway's clock is a real one, whatever day a story plays on.
        door.app.clock.real(door.now()),
    ):
        raise refusing(request, "bad_push")
    told = readable(lambda: papers.told(body))
    await in_thread(door, lambda: door.app.answers.take(told, door.now()))
    return Response(status_code=204)


@router.post("/{provider}/{token}/{kind}")
async def pushed(provider: str, token: str, kind: str, request: Request) -> Response:
    """Believe it only with the secret and from an address that may push; then apply it."""
    door = entering(request)
    pusher = PUSHERS.get(provider)
    settings = door.app.settings
    given = token.encode()
    # Every token is compared, so that time tells nothing about which one came near.
    good = [hmac.compare_digest(given, one.encode()) for one in settings.hook_tokens]
    if (
        pusher is None
        or not any(good)
        or not _may_push(peer_of(request), settings.of("hook_networks"))
    ):
        raise refusing(request, "bad_push")
    body = await request.body()
    told = readable(lambda: pusher.parse(kind, body))
    await in_thread(door, lambda: door.app.answers.take(told, door.now()))
    return JSONResponse(dict(pusher.acknowledged))


def _may_push(peer: str, networks: str) -> bool:
    allowed = [ip_network(one.strip()) for one in networks.split(",") if one.strip()]
    if not allowed:
        return True
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in allowed)
