"""Who may do what: denied unless the table says so."""

from typing import Any

import pytest
from fastapi.routing import APIRoute

from oncall import accounts
from oncall.core.errors import Invalid
from oncall.verbs import VERBS, Who
from tests.county import CITY, TOWN
from tests.web.serving import Site, urgent
from tests.world import World
from web.app import create_app

BY = {"by": "张三", "why": "试"}
ROLES = ["dispatcher", "admin", f"liaison@{CITY}", "supervisor", "auditor"]
#: A call, and for each role in the order above whether it may.
TABLE: list[tuple[str, str, Any, str]] = [
    ("POST", "/transfers", urgent(), "yynnn"),
    ("GET", "/transfers", None, "yyyyy"),
    ("GET", "/transfers/T", None, "yyyyy"),
    ("POST", "/transfers/T/ack", {"by": "张三"}, "yyyyn"),
    ("POST", "/transfers/T/decline", BY, "yyyyn"),
    ("POST", "/transfers/T/release", BY, "yyyyn"),
    ("POST", "/transfers/T/escalate", BY, "yynyn"),
    ("POST", "/transfers/T/cancel", BY, "yynnn"),
    ("POST", "/transfers/T/note", BY, "yyyyn"),
    ("POST", "/transfers/T/police", {"by": "张三"}, "yyyyn"),
    ("GET", f"/on-duty?unit={CITY}", None, "yyyyy"),
    (
        "GET",
        f"/schedule?unit={CITY}&from=2026-11-03T00:00:00Z&to=2026-11-04T00:00:00Z",
        None,
        "yyyyy",
    ),
    ("GET", f"/handover?unit={CITY}", None, "yyyyy"),
    ("POST", "/drills", {"units": [CITY]}, "yynnn"),
    ("GET", "/drills/scores", None, "yyyyy"),
    ("GET", "/overrides", None, "yyyyy"),
    (
        "POST",
        "/overrides",
        {
            "unit": CITY,
            "kind": "vacant",
            "from": "2026-11-09T00:00:00Z",
            "to": "2026-11-09T08:00:00Z",
        },
        "yyynn",
    ),
    ("DELETE", "/overrides/1", None, "yyynn"),
    ("GET", "/supervisions", None, "yyyyy"),
    ("GET", "/supervisions/T", None, "yyyyy"),
    ("GET", "/supervisions/T/print", None, "yyyyy"),
    ("POST", "/supervisions/T/confirm", {"by": "吴九"}, "nnnyn"),
    ("POST", "/supervisions/T/drop", BY, "nnnyn"),
    ("POST", "/supervisions/T/reply", {"by": "张三", "text": "已办"}, "yyyyn"),
    ("POST", "/supervisions/T/close", BY, "nnnyn"),
    ("GET", "/changes", None, "yyyyy"),
    ("GET", "/changes/9", None, "yyyyy"),
    (
        "POST",
        "/changes/swap",
        {"person": "无此人", "give": {"at": "2026-11-09T00:00:00Z"}, "other": "王五"},
        "yyynn",
    ),
    (
        "POST",
        "/changes/cover",
        {"person": "无此人", "give": {"at": "2026-11-09T00:00:00Z"}},
        "yyynn",
    ),
    (
        "POST",
        "/changes/leave",
        {"person": "无此人", "from": "2026-11-09T00:00:00Z", "to": "2026-11-10T00:00:00Z"},
        "yyynn",
    ),
    ("POST", "/changes/takeover", {"unit": CITY, "by": "无此人"}, "yyynn"),
    ("POST", "/changes/9/agree", {"by": "张三"}, "yyynn"),
    ("POST", "/changes/9/fill", {"person": "张三"}, "yyynn"),
    ("GET", "/events", None, "yyyyy"),
    ("GET", "/deadlines", None, "yyyyy"),
    ("GET", "/reports/kpi?month=2026-11", None, "yyyyy"),
    ("GET", "/reports/kpi.xlsx?month=2026-11", None, "yyyyy"),
    ("GET", "/reports/public?month=2026-11", None, "yyyyy"),
    ("GET", "/reports/duty", None, "yyyyy"),
    ("GET", "/roster/gaps", None, "yyyyy"),
    ("GET", "/roster/proof", None, "yyyyy"),
    ("GET", "/roster/proof/print", None, "yyyyy"),
    ("GET", "/roster/sheet/print?days=1", None, "yyyyy"),
    ("GET", "/roster/sheet/print?days=1&reveal=x", None, "yyyyn"),
    ("GET", "/roster/sheet.xlsx?days=1", None, "yyyyy"),
    ("GET", "/reports/conference?month=2026-11", None, "yynyy"),
    ("GET", "/reports/orphans", None, "yynyy"),
    ("POST", "/reports/visits", {"visits": []}, "yynnn"),
    (
        "POST",
        "/transfers/T/extend",
        {"by": "张三", "until": "2026-11-30T00:00:00Z", "why": "试"},
        "yyyyn",
    ),
    ("POST", "/transfers/T/extension", {"by": "吴九", "grant": False}, "yynyn"),
    ("GET", "/routes", None, "yyyyy"),
    ("GET", "/talks/T", None, "yyyyy"),
    ("GET", "/groups", None, "yyyyy"),
    ("GET", "/groups/G/preview", None, "yyyyy"),
    ("POST", "/groups/G/calls", {"summary": "试"}, "yynnn"),
    ("GET", "/group-calls", None, "yyyyy"),
    ("GET", "/group-calls/T", None, "yyyyy"),
    ("GET", "/units", None, "yyyyy"),
    ("GET", "/people", None, "yyyyy"),
    ("GET", "/people/p001", None, "yyyyy"),
    ("PATCH", "/people/p001", {"lang": "fr"}, "nyynn"),
    ("POST", "/people/p001/verification", {"number": "1"}, "yyynn"),
    ("POST", "/people/p001/verification/check", {"code": "000000"}, "yyynn"),
    ("GET", "/alarms", None, "yyyyy"),
    ("POST", "/alarms/1/close", {"by": "张三"}, "yynyn"),
]
#: The verbs, by who may; whether the body is right is asked only after that.
RIGHTS = {
    Who.INVOLVED: "yyyyn",
    Who.DESK: "yynnn",
    Who.OVERSEER: "nynyn",
}
TABLE += [("POST", f"/transfers/T/{v.name}", {"by": "张三"}, RIGHTS[v.who]) for v in VERBS.values()]


def test_each_role_may_do_what_the_table_says(site: Site) -> None:
    """Every call by every role: refused with 403 where the table says no, and only there."""
    made = site.post("/transfers", urgent()).json()["id"]
    wrong = []
    for method, path, body, rights in TABLE:
        for role, right in zip(ROLES, rights, strict=True):
            real = path.replace("/T", f"/{made}", 1) if path.startswith("/transfers/T") else path
            answer = site.call(method, f"/api/v1{real}", json=body, role=role)
            if (answer.status_code == 403) is (right == "y") or answer.status_code >= 500:
                wrong.append((method, path, role, answer.status_code))
    assert wrong == []


def test_every_call_is_in_the_table_above(world: World) -> None:
    """A new call without its roles fails here before it is forgotten."""
    document = create_app(world.app, run_engine=False).openapi()
    calls = {
        (method.upper(), path.removeprefix("/api/v1").replace("{ref}", "T"))
        for path, methods in document["paths"].items()
        for method in methods
    }
    tested = {(m, p.partition("?")[0].replace("/1/", "/{alarm_id}/")) for m, p, _, _ in TABLE}
    tested = {(m, p.replace("overrides/1", "overrides/{number}")) for m, p in tested}
    tested = {(m, p.replace("changes/9", "changes/{number}")) for m, p in tested}
    tested = {(m, p.replace("/agree", "/{verb}")) for m, p in tested}
    tested = {(m, p.replace("/p001", "/{person}")) for m, p in tested}
    tested = {(m, p.replace("groups/G", "groups/{name}")) for m, p in tested}
    assert calls == tested


def test_nothing_of_the_api_answers_without_a_token(site: Site) -> None:
    """No token and a wrong one are 401 with a problem that says what to do."""
    for method, path, body, _ in TABLE:
        answer = site.call(method, f"/api/v1{path}", json=body, role=None)
        assert (answer.status_code, answer.json()["code"]) == (401, "no_token"), path
        assert answer.headers["www-authenticate"] == "Bearer"
        wrong = {"Authorization": "Bearer oc_guessed"}
        answer = site.call(method, f"/api/v1{path}", json=body, role=None, headers=wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token"), path


def test_a_revoked_token_is_no_token(site: Site) -> None:
    """From the moment it is revoked it opens nothing."""
    assert site.get("/units").status_code == 200
    accounts.revoke(site.world.app.db, "dispatcher席", site.world.now)
    assert site.get("/units").status_code == 401


def test_last_use_is_remembered_once_a_minute(site: Site) -> None:
    """The list of tokens shows when each was last used, without a write per call."""

    def used() -> str:
        [account] = accounts.every(site.world.app.db)
        return str(account.used_at)

    site.get("/units")
    first = used()
    assert "06:00:00" in first
    site.world.advance(seconds=59)
    site.get("/units")
    assert used() == first
    site.world.advance(seconds=2)
    site.get("/units")
    assert "06:01:01" in used()


def test_a_liaison_sees_and_answers_only_its_own_part(site: Site) -> None:
    """Of a matter of two units a liaison sees one part, its messages, and may answer that alone."""
    both = site.post("/transfers", urgent(to=[CITY, TOWN])).json()["id"]
    other = site.post("/transfers", urgent(to=[TOWN])).json()["id"]
    site.world.settle()
    me = f"liaison@{CITY}"
    listed = site.get("/transfers", role=me).json()["items"]
    assert [item["id"] for item in listed] == [both]
    assert site.get(f"/transfers/{other}", role=me).status_code == 404
    assert site.post(f"/transfers/{other}/ack", {"by": "张三"}, role=me).status_code == 404
    seen = site.get(f"/transfers/{both}", role=me).json()
    assert [part["unit"] for part in seen["parts"]] == [CITY]
    assert {one["person"] for one in seen["attempts"]} == {"张三"}
    asked = {"by": "赵六", "unit": TOWN}
    refused = site.post(f"/transfers/{both}/ack", asked, role=me)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_unit")
    acked = site.post(f"/transfers/{both}/ack", {"by": "张三"}, role=me).json()
    assert [result["unit"] for result in acked["results"]] == [CITY]


def test_the_unit_complained_about_never_learns_who_called(site: Site) -> None:
    """A confidential transfer's caller is shown to the desk, not to the unit; nor to auditors."""
    caller = {"name": "林某", "phone": "13900000099"}
    secret = site.post("/transfers", urgent(confidential=True, caller=caller)).json()["id"]
    plain = site.post("/transfers", urgent(caller=caller)).json()["id"]
    assert site.get(f"/transfers/{secret}").json()["caller"]["name"] == "林某"
    for role in (f"liaison@{CITY}", "auditor", "supervisor"):
        answer = site.get(f"/transfers/{secret}", role=role)
        assert answer.json()["caller"] is None
        assert "林某" not in answer.text
    assert site.get(f"/transfers/{plain}", role=f"liaison@{CITY}").json()["caller"] is not None


def test_the_caller_is_in_no_message(site: Site) -> None:
    """Name, phone and address of whoever called stay here."""
    caller = {"name": "林某", "phone": "13900000099", "address": "浔中镇1号"}
    site.post("/transfers", urgent(caller=caller, urgency="critical"))
    site.world.settle()
    assert site.world.phones.sent
    for message in site.world.phones.sent:
        assert not any(secret in message.text for secret in caller.values())


@pytest.mark.parametrize(
    ("name", "role", "unit", "code"),
    [
        ("", "admin", None, "empty"),
        ("x" * 61, "admin", None, "too_long"),
        ("席", "boss", None, "unknown_role"),
        ("席", "liaison", None, "liaison_needs_unit"),
        ("席", "liaison", "NOWHERE", "unknown_unit"),
    ],
)
def test_a_wrong_account_is_not_made(
    world: World, name: str, role: str, unit: str | None, code: str
) -> None:
    """Each fault is named, and no token exists afterwards."""
    with pytest.raises(Invalid) as refused:
        accounts.create(
            world.app.db, name=name, role=role, unit=unit, now=world.now, new_id=world.app.new_id
        )
    assert code in {fault.code for fault in refused.value.faults}
    assert accounts.every(world.app.db) == []


def test_a_token_is_kept_as_a_hash(world: World) -> None:
    """Whoever reads the database cannot call with what they find."""
    made = accounts.create(
        world.app.db, name="席", role="admin", unit=None, now=world.now, new_id=world.app.new_id
    )
    checker = accounts.Accounts(world.app.db)
    assert checker.check(made.token, world.now) is not None
    assert checker.check(accounts.digest(made.token), world.now) is None


def test_routes_are_plain_functions(world: World) -> None:
    """A handler that reads the database runs in a thread, so that none can hold up the loop."""
    app = create_app(world.app, run_engine=False)
    waiting = [
        route.path
        for route in app.routes
        if isinstance(route, APIRoute) and route.path.startswith("/api/")
        if route.endpoint.__code__.co_flags & 0x80
    ]
    assert waiting == []
