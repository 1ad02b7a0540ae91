"""What every hook does: strangers wait, and what cannot be read is said.

Wrong requests are counted per address and then refused unread, so a flood of them cannot keep an
ack from being heard.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

from notifiers.errors import CallbackError
from oncall.core.errors import Forbidden
from web.door import Door, door_of
from web.errors import BadRequest, TooMany

_log = logging.getLogger(__name__)
T = TypeVar("T")


def peer_of(request: Request) -> str:
    """The address a request comes from, as this process sees it."""
    return request.client.host if request.client is not None else ""


def entering(request: Request) -> Door:
    """The door, for an address that may knock. Raises TooMany for one with too many wrong ones."""
    door = door_of(request)
    if door.penalties.refused(peer_of(request), door.now().timestamp()):
        raise TooMany("too_many_requests")
    return door


def refusing(request: Request, code: str) -> Forbidden:
    """This request proved nothing: counted, and to be raised."""
    door = door_of(request)
    door.penalties.wrong(peer_of(request), door.now().timestamp())
    return Forbidden(code)


def readable(parse: Callable[[], T]) -> T:
    """What a proven request says. Raises BadRequest where it says nothing."""
    try:
        return parse()
    except CallbackError as exc:
        # From the provider, and still not readable: worth knowing, not worth a retry.
        _log.warning("a proven callback cannot be read: %s", exc)
        raise BadRequest("bad_callback", value=str(exc)) from exc
