"""Noise on every address: an answer that explains itself, never a fault of ours."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.county import CITY
from tests.web.serving import Site, urgent

quiet = settings(
    max_examples=60,
    deadline=None,
    # The same site for all: noise that broke it for the next request is what we look for.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
leaves: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
FIELDS = ["origin", "origin_ref", "to", "urgency", "summary", "area", "received_at", "caller", "x"]
ACTIONS = ["ack", "decline", "release", "escalate", "cancel", "note", "police"]


def explained(answer: Any) -> None:
    """Done, or refused with a problem that has a code and a sentence."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        body = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["code"]
        assert body["detail"]


@quiet
@given(st.dictionaries(st.sampled_from(FIELDS), values, max_size=4))
def test_any_hand_over_is_taken_or_explained(site: Site, change: dict[str, Any]) -> None:
    """Whatever stands in its fields."""
    body = json.dumps(urgent() | change)
    explained(site.call("POST", "/api/v1/transfers", content=body.encode()))


@quiet
@given(
    st.sampled_from(ACTIONS),
    st.text(max_size=20),
    st.dictionaries(st.sampled_from(["by", "why", "unit", "on_behalf_of", "takeover"]), values),
)
def test_any_action_is_done_or_explained(
    site: Site, action: str, ref: str, body: dict[str, Any]
) -> None:
    """Whatever is named, and whatever is said."""
    path = f"/api/v1/transfers/{quote(ref, safe='')}/{action}"
    # Not by the client's own encoder: it refuses Infinity, which a careless sender does not.
    explained(site.call("POST", path, content=json.dumps(body).encode()))


@quiet
@given(
    st.sampled_from(["/transfers", "/on-duty", "/schedule", "/units", "/people", "/alarms"]),
    st.dictionaries(
        st.sampled_from(["unit", "role", "at", "from", "to", "limit", "cursor", "state", "x"]),
        st.text(max_size=25) | st.sampled_from([CITY, "primary", "2026-11-03T14:00:00Z", "1"]),
    ),
)
def test_any_question_is_answered_or_explained(
    site: Site, path: str, query: dict[str, str]
) -> None:
    """Whatever stands in the address."""
    explained(site.get(path, params=query))


@quiet
@given(st.sampled_from(["sms", "status", "voice", "gather"]), st.binary(max_size=200))
def test_any_callback_is_refused(site: Site, path: str, body: bytes) -> None:
    """Bytes from a stranger prove nothing."""
    answer = site.call("POST", f"/hooks/twilio/{path}", role=None, content=body)
    assert answer.status_code in (403, 429)
