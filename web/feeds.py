"""A person's calendar by its secret address: the same bytes until something really changed."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import APIRouter, Request, Response

from oncall.core.errors import NotFound
from oncall.feeds import Feed
from web.door import TheDoor

router = APIRouter(include_in_schema=False)

_LONGEST = 200


@router.api_route("/calendars/{token}.ics", methods=["GET", "HEAD"])
def calendar(token: str, request: Request, door: TheDoor) -> Response:
    """The duties of whoever has this address; 404 once it was revoked or they left."""
    feed = door.feeds.read(token, door.now()) if len(token) <= _LONGEST else None
    if feed is None:
        raise NotFound("no_such_calendar")
    headers = {
        "ETag": feed.etag,
        "Last-Modified": format_datetime(feed.changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": "private, max-age=300",
    }
    if _has_it(request, feed):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="duties.ics"'
    return Response(feed.body, media_type="text/calendar; charset=utf-8", headers=headers)


def _has_it(request: Request, feed: Feed) -> bool:
    """Whether the reader has these very bytes; an ETag outweighs a date."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return feed.etag in known or "*" in known
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        moment: datetime = parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return feed.changed_at <= aware
