"""Whatever is wrong with a request is named, with its place and its mend, and changes nothing."""

import json
from typing import Any

import pytest

from oncall.store import reports
from tests.county import CITY
from tests.web.serving import Site, urgent


def wrong(site: Site, answer: Any) -> list[tuple[str, str]]:
    """The (path, code) of every fault in a 422; and that nothing was changed."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (422, "invalid_input")
    assert all(error["message"] and error["mend"] for error in body["errors"])
    with site.world.app.db.read() as tx:
        assert reports.list_transfers(tx) == []
    return [(error["path"], error["code"]) for error in body["errors"]]


BAD: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"origin": ...}, [("origin", "missing")]),
    ({"origin": " "}, [("origin", "empty")]),
    ({"origin": "x" * 41}, [("origin", "too_long")]),
    ({"origin": 110}, [("origin", "wrong_type")]),
    ({"origin": None}, [("origin", "wrong_type")]),
    ({"to": []}, [("to", "no_unit")]),
    ({"to": ...}, [("to", "no_unit")]),
    ({"to": CITY}, [("to", "wrong_type")]),
    ({"to": [CITY, CITY]}, [("to[1]", "unit_twice")]),
    ({"to": [CITY, "NOWHERE"]}, [("to[1]", "unknown_unit")]),
    ({"to": [CITY, 5]}, [("to[1]", "wrong_type")]),
    ({"to": ["X"] * 101}, [("to", "too_many")]),
    ({"urgency": "soon"}, [("urgency", "unknown_urgency")]),
    ({"urgency": {}}, [("urgency", "wrong_type")]),
    ({"summary": ""}, [("summary", "empty")]),
    ({"summary": "长" * 2001}, [("summary", "too_long")]),
    ({"summary": "a\u0000b"}, [("summary", "control_character")]),
    ({"summary": "\ud800"}, [("summary", "wrong_type")]),
    ({"category": "x" * 61}, [("category", "too_long")]),
    ({"area": "NOWHERE"}, [("area", "unknown_unit")]),
    ({"received_at": "2026-11-03T14:00:00"}, [("received_at", "naive_time")]),
    ({"received_at": "2026-11-03"}, [("received_at", "bad_time")]),
    ({"received_at": "2026-13-03T14:00:00Z"}, [("received_at", "bad_time")]),
    ({"received_at": 1762150000}, [("received_at", "bad_time")]),
    ({"received_at": "0001-01-01T00:00:00+08:00"}, [("received_at", "bad_time")]),
    ({"received_at": "2026-11-03T15:00:00+08:00"}, [("received_at", "in_future")]),
    ({"police": "yes"}, [("police", "wrong_type")]),
    ({"drill": 1}, [("drill", "wrong_type")]),
    ({"urgent": True}, [("urgent", "unknown_field")]),
    ({"caller": {"nmae": "x"}}, [("caller.nmae", "unknown_field")]),
    ({"caller": "林某"}, [("caller", "wrong_type")]),
    ({"caller": {"name": "x" * 61}}, [("caller.name", "too_long")]),
    (
        {"origin": "", "to": ["NOWHERE"], "urgency": "x"},
        [("urgency", "unknown_urgency"), ("to[0]", "unknown_unit"), ("origin", "empty")],
    ),
]


def test_every_wrong_body_is_explained(site: Site) -> None:
    """A table of wrong hand-overs: each is refused at its own place with its own code."""
    for change, faults in BAD:
        # Written by hand: httpx itself would refuse the half of a surrogate pair.
        body = json.dumps(urgent(**change))
        answer = site.call(
            "POST",
            "/api/v1/transfers",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        assert wrong(site, answer) == faults, change


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"text"', b"{}" * 2])
def test_what_is_not_one_json_object_is_refused(site: Site, body: bytes) -> None:
    """Half a body, a list, or noise is answered as a problem, never by a fault of ours."""
    answer = site.call(
        "POST", "/api/v1/transfers", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


QUERIES = [
    ("/transfers?limit=0", "limit", "out_of_range"),
    ("/transfers?limit=201", "limit", "out_of_range"),
    ("/transfers?limit=ten", "limit", "wrong_type"),
    ("/transfers?state=gone", "state", "unknown_state"),
    ("/transfers?cursor=!!!", "cursor", "bad_cursor"),
    ("/transfers?cursor=MjAyNg", "cursor", "bad_cursor"),
    ("/transfers?sort=up", "sort", "unknown_field"),
    ("/on-duty?unit=" + CITY + "&at=2026-11-03T14:00:00", "at", "naive_time"),
    ("/on-duty?unit=" + CITY + "&role=boss", "role", "unknown_role"),
    ("/schedule?unit=" + CITY + "&from=2026-11-03T14:00:00Z", "to", "missing"),
    (
        "/schedule?unit=" + CITY + "&from=2026-11-03T14:00:00Z&to=2026-11-02T14:00:00Z",
        "to",
        "ends_before_start",
    ),
    (
        "/schedule?unit=" + CITY + "&from=2026-11-03T14:00:00Z&to=2028-11-03T14:00:00Z",
        "to",
        "window_too_long",
    ),
    ("/units?x=1", "x", "unknown_field"),
    ("/alarms?id=1", "id", "unknown_field"),
]


def test_every_wrong_query_is_explained(site: Site) -> None:
    """The same for what stands in an address."""
    for path, where, code in QUERIES:
        assert (where, code) in wrong(site, site.get(path)), path


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/transfers/none", "no_such_transfer"),
        ("/transfers/110:none", "no_such_transfer"),
        ("/on-duty?unit=NOWHERE", "unknown_unit"),
        ("/people?unit=NOWHERE", "unknown_unit"),
        ("/nothing", "no_such_address"),
    ],
)
def test_what_is_not_there_is_404(site: Site, path: str, code: str) -> None:
    """And says which thing, and where to look."""
    answer = site.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_plus_in_an_address_may_stand_unescaped(site: Site) -> None:
    """…+08:00 arrives as a blank and is understood all the same."""
    seen = site.get(f"/on-duty?unit={CITY}&at=2026-11-03T14:00:00+08:00")
    assert seen.json()["at"] == "2026-11-03T14:00:00+08:00"


def test_a_body_that_is_too_large_is_not_read(site: Site) -> None:
    """Announced or not, more than 64 KB is 413."""
    large = b'{"summary": "' + b"x" * 70_000 + b'"}'
    announced = site.call("POST", "/api/v1/transfers", content=large)
    streamed = site.call("POST", "/api/v1/transfers", content=iter([large[:40_000], large]))
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_zero_character_reaches_no_database(site: Site) -> None:
    """PostgreSQL could not even compare with it."""
    for path in ("/transfers/a%00b", "/transfers?unit=a%00b"):
        answer = site.get(path)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_address")


@pytest.mark.parametrize("key", [b"", b"x" * 101, "ключ".encode()])
def test_a_key_that_cannot_be_kept_is_refused(site: Site, key: bytes) -> None:
    """1 to 100 printable characters."""
    answer = site.post("/transfers", urgent(), headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "bad_key"


def test_another_method_is_405(site: Site) -> None:
    """The address is there, but does not take it."""
    answer = site.call("DELETE", "/api/v1/units")
    assert (answer.status_code, answer.json()["code"]) == (405, "no_such_method")


def test_problems_are_told_in_the_reader_s_language(site: Site) -> None:
    """Chinese by default, English where it is asked for."""
    english = site.get("/transfers/none").json()["detail"]
    assert english.startswith("There is no transfer")
    for header in ("zh-CN,zh;q=0.9,en;q=0.8", "fr", "", "*"):
        chinese = site.get("/transfers/none", headers={"Accept-Language": header}).json()["detail"]
        assert any("\u4e00" <= char <= "\u9fff" for char in chinese), header
