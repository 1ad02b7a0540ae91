"""Transfers over HTTP: handed over once, looked up, answered, by whoever may."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from oncall.store import directory
from tests.county import CHEN, CITY, DESK_110, LI, QIAN, TOWN, ZHANG, ZHAO
from tests.web.serving import Site, urgent


def test_a_transfer_is_taken_and_paging_begins(site: Site) -> None:
    """A new transfer answers 201 with its number and its next step, and the phone has it."""
    answer = site.post("/transfers", urgent(origin_ref="A1"))
    assert answer.status_code == 201
    taken = answer.json()
    assert taken["code"] == "DH20261103-0001"
    assert answer.headers["location"] == f"/api/v1/transfers/{taken['id']}"
    [page] = taken["pages"]
    assert page["unit"] == CITY
    assert page["state"] == "waiting"
    assert page["next_action"]["what"] == "page_level"
    assert page["next_action"]["who"] == ["张三"]
    assert page["next_action"]["at"] == "2026-11-03T14:05:00+08:00"
    site.world.settle()
    site.world.expect((ZHANG, "sms", taken["code"]))


def test_the_same_number_of_the_same_sender_is_the_same_transfer(site: Site) -> None:
    """A repeated hand-over answers 200 with the first one, and nobody is paged twice."""
    first = site.post("/transfers", urgent(origin_ref="A1"))
    again = site.post("/transfers", urgent(origin_ref="A1", summary="又报一次"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    site.world.settle()
    site.world.expect((ZHANG, "sms"))


def test_an_idempotency_key_is_honoured(site: Site) -> None:
    """The same key and content give the same transfer; the same key with another content is 409."""
    key = {"Idempotency-Key": "k-1"}
    first = site.post("/transfers", urgent(), headers=key)
    again = site.post("/transfers", urgent(), headers=key)
    other = site.post("/transfers", urgent(summary="另一件"), headers=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == again.json()["id"]
    assert other.json()["code"] == "idempotency_key_reused"
    assert len(site.get("/transfers").json()["items"]) == 1


def test_everything_about_a_transfer_is_in_one_answer(site: Site) -> None:
    """Parts, messages, the story and what comes next, with numbers masked and times in the zone."""
    body = urgent(caller={"name": "林某", "phone": "13900000099", "address": "浔中镇1号"})
    code = site.post("/transfers", body).json()["code"]
    site.world.settle()
    site.world.advance(10)
    seen = site.get(f"/transfers/{code}").json()
    assert seen["state"] == "paged"
    [part] = seen["parts"]
    assert (part["unit"], part["role"], part["page"]["level"]) == (CITY, "lead", 2)
    assert part["page"]["next_action"]["who"] == ["陈建国"]
    assert [(a["person"], a["channel"], a["state"]) for a in seen["attempts"]] == [
        ("张三", "sms", "accepted"),
        ("张三", "voice", "accepted"),
        ("李四", "sms", "accepted"),
        ("李四", "voice", "accepted"),
    ]
    assert {a["phone"] for a in seen["attempts"]} == {"139****0001", "139****0002"}
    assert seen["attempts"][1]["planned_at"] == "2026-11-03T14:05:00+08:00"
    assert [line["what"] for line in seen["timeline"]][:2] == ["Accepted", "Arrived"]
    assert all(line["text"] for line in seen["timeline"])
    assert seen["caller"] == {"name": "林某", "phone": "139****0099", "address": "浔中镇1号"}


def test_full_numbers_need_a_reason_that_is_kept(site: Site) -> None:
    """Numbers in full are shown for a reason, and the story says who looked and why."""
    code = site.post("/transfers", urgent()).json()["code"]
    site.world.settle()
    shown = site.get(f"/transfers/{code}?reveal=call back").json()
    assert shown["attempts"][0]["phone"] == ZHANG
    told = site.get(f"/transfers/{code}").json()["timeline"]
    assert any("dispatcher席" in line["text"] and "call back" in line["text"] for line in told)
    assert site.get(f"/transfers/{code}?reveal=x", role="auditor").status_code == 403


def test_a_transfer_is_found_by_any_of_its_names(site: Site) -> None:
    """Id, printed number, and the sender's own number all lead to it, even one with a slash."""
    made = site.post("/transfers", urgent(origin_ref="2026/0017")).json()
    for name in (made["id"], made["code"], made["code"].lower(), "110:2026/0017"):
        assert site.get(f"/transfers/{name}").json()["id"] == made["id"], name
    assert site.post("/transfers/110:2026/0017/ack", {"by": "张三"}).status_code == 200


def test_the_list_pages_by_cursor(site: Site) -> None:
    """Newest first, each exactly once, and null at the end."""
    made = []
    for n in range(5):
        made.append(site.post("/transfers", urgent(origin_ref=str(n))).json()["id"])
        site.world.advance(seconds=1 if n % 2 else 0)
    seen: list[str] = []
    cursor = ""
    while True:
        page = site.get(f"/transfers?limit=2{cursor}").json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == sorted(made)
    assert len(seen) == len(made)


def test_the_list_filters_by_state_and_unit(site: Site) -> None:
    """A unit's own, and only those in the states asked for."""
    one = site.post("/transfers", urgent()).json()["id"]
    two = site.post("/transfers", urgent(to=[TOWN])).json()["id"]
    site.post(f"/transfers/{one}/ack", {"by": "张三"})

    def ids(query: str) -> list[str]:
        return [item["id"] for item in site.get(f"/transfers?{query}").json()["items"]]

    assert ids("state=acked") == [one]
    assert ids("state=paged") == [two]
    assert sorted(ids("state=paged,acked")) == sorted([one, two])
    assert ids(f"unit={TOWN}") == [two]
    assert ids(f"unit={TOWN}&state=acked") == []


def test_an_ack_stops_the_ladder(site: Site) -> None:
    """Who has it is known at once, the ladder stops, and a second ack is told who has it."""
    made = site.post("/transfers", urgent()).json()
    site.world.settle()
    site.world.ignore()
    acked = site.post(f"/transfers/{made['id']}/ack", {"by": "张三"}).json()
    assert acked["state"] == "acked"
    [result] = acked["results"]
    assert (result["reason"], result["owner"], result["state"]) == ("acked", "张三", "acked")
    again = site.post(f"/transfers/{made['id']}/ack", {"by": "李四"}).json()["results"][0]
    assert (again["reason"], again["owner"]) == ("already_owned", "张三")
    assert "张三" in again["text"]
    site.world.advance(30)
    site.world.expect()


def test_an_ack_by_telephone_names_both(site: Site) -> None:
    """What a dispatcher enters for somebody says who said it and who typed it."""
    made = site.post("/transfers", urgent()).json()
    body = {"by": "110席", "on_behalf_of": "张三"}
    assert site.post(f"/transfers/{made['id']}/ack", body).json()["results"][0]["owner"] == "张三"
    page = site.get(f"/transfers/{made['id']}").json()["parts"][0]["page"]
    assert (page["owner"], page["acked_via"]) == ("张三", "phone")


def test_a_takeover_is_said_in_so_many_words(site: Site) -> None:
    """With takeover the second ack has it, and the first is told."""
    made = site.post("/transfers", urgent()).json()
    site.world.settle()
    site.post(f"/transfers/{made['id']}/ack", {"by": "张三"})
    site.world.ignore()
    body = {"by": "李四", "takeover": True}
    assert site.post(f"/transfers/{made['id']}/ack", body).json()["results"][0]["owner"] == "李四"
    site.world.settle()
    site.world.expect((ZHANG, "sms", "李四"))


def test_a_decline_pages_the_next_level_at_once(site: Site) -> None:
    """张三 cannot, so 李四 is paged now and not in ten minutes."""
    made = site.post("/transfers", urgent()).json()
    site.world.settle()
    body = {"by": "张三", "why": "在外地"}
    assert site.post(f"/transfers/{made['id']}/decline", body).status_code == 200
    site.world.settle()
    site.world.expect((ZHANG, "sms"), (LI, "sms"), (LI, "voice"))


def test_a_release_lets_the_ladder_go_on(site: Site) -> None:
    """Given back, it waits again, and the next levels come."""
    made = site.post("/transfers", urgent()).json()
    site.world.settle()
    site.post(f"/transfers/{made['id']}/ack", {"by": "张三"})
    released = site.post(f"/transfers/{made['id']}/release", {"by": "张三", "why": "车坏了"})
    assert released.json()["results"][0]["state"] == "waiting"
    assert released.json()["state"] == "paged"
    site.world.settle()
    site.world.advance(20)
    got = {(m.to[3:], str(m.channel)) for m in site.world.phones.sent}
    assert (LI, "sms") in got
    assert (CHEN, "sms") in got


def test_escalate_pages_the_next_level_now(site: Site) -> None:
    """A dispatcher need not wait for the clock."""
    made = site.post("/transfers", urgent()).json()
    site.world.settle()
    body = {"by": "110席", "why": "情况紧急"}
    assert site.post(f"/transfers/{made['id']}/escalate", body).status_code == 200
    site.world.settle()
    site.world.expect((ZHANG, "sms"), (LI, "sms"), (LI, "voice"))


def test_cancel_tells_everybody_who_was_paged(site: Site) -> None:
    """A withdrawn transfer stops, says so, and cannot be acknowledged any more."""
    made = site.post("/transfers", urgent()).json()
    site.world.settle()
    body = {"by": "110席", "why": "误报"}
    assert site.post(f"/transfers/{made['id']}/cancel", body).json()["state"] == "cancelled"
    site.world.settle()
    site.world.expect((ZHANG, "sms"), (ZHANG, "sms"))
    late = site.post(f"/transfers/{made['id']}/ack", {"by": "张三"})
    assert (late.status_code, late.json()["code"]) == (409, "already_closed")
    shown = site.get(f"/transfers/{made['id']}").json()["parts"][0]["page"]["next_action"]
    assert shown["what"] == "none"


def test_a_note_is_the_first_action(site: Site) -> None:
    """After the ack a note ends the wait for the first action, and the transfer is handled."""
    made = site.post("/transfers", urgent()).json()
    site.post(f"/transfers/{made['id']}/ack", {"by": "张三"})
    before = site.get(f"/transfers/{made['id']}").json()["parts"][0]["page"]["next_action"]
    assert (before["what"], before["who"]) == ("first_action", ["张三"])
    noted = site.post(f"/transfers/{made['id']}/note", {"by": "张三", "why": "抢修队已到场"})
    assert noted.json()["state"] == "handling"
    seen = site.get(f"/transfers/{made['id']}").json()
    assert seen["parts"][0]["page"]["next_action"]["what"] == "none"
    assert any("抢修队已到场" in line["text"] for line in seen["timeline"])


def test_the_police_can_be_called_from_inside_a_transfer(site: Site) -> None:
    """转110 pages the police desk as critical, once."""
    made = site.post("/transfers", urgent()).json()
    site.world.settle()
    site.world.ignore()
    called = site.post(f"/transfers/{made['id']}/police", {"by": "张三"}).json()
    again = site.post(f"/transfers/{made['id']}/police", {"by": "李四"}).json()
    assert (called["called"], again["called"]) == (True, False)
    site.world.settle()
    site.world.expect((QIAN, "sms"), (QIAN, "voice"))
    shown = site.get(f"/transfers/{made['id']}").json()
    assert [(p["unit"], p["role"]) for p in shown["parts"]] == [(CITY, "lead")]
    (link,) = shown["links"]
    linked = site.get(f"/transfers/{link['id']}").json()
    assert [(p["unit"], p["role"]) for p in linked["parts"]] == [(DESK_110, "lead")]
    inherited = ("summary", "category", "area")
    assert [linked[n] for n in inherited] == [shown[n] for n in inherited]
    assert (linked["urgency"], linked["linked_to"]) == ("critical", made["id"])


def test_several_units_each_answer_for_themselves(site: Site) -> None:
    """One transfer, two pages: acknowledged only when both are, each by its own people."""
    made = site.post("/transfers", urgent(to=[CITY, TOWN])).json()
    site.world.settle()
    site.world.expect((ZHANG, "sms"), (ZHAO, "sms"))
    one = site.post(f"/transfers/{made['id']}/ack", {"by": "张三"}).json()
    assert (one["state"], [r["unit"] for r in one["results"]]) == ("paged", [CITY])
    two = site.post(f"/transfers/{made['id']}/ack", {"by": "赵六", "unit": TOWN}).json()
    assert (two["state"], [r["unit"] for r in two["results"]]) == ("acked", [TOWN])


def test_which_unit_is_meant_must_be_clear(site: Site) -> None:
    """Somebody none of several units knows must say for which one they answer."""
    made = site.post("/transfers", urgent(to=[CITY, TOWN])).json()
    unclear = site.post(f"/transfers/{made['id']}/ack", {"by": "吴九"})
    assert (unclear.status_code, unclear.json()["code"]) == (409, "which_unit")
    assert CITY in unclear.json()["detail"]


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        ("release", {"by": "张三"}, "nobody_owns_it"),
        ("ack", {"by": "张三", "unit": "TWN-100"}, "no_such_part"),
        ("note", {"by": "张三", "why": " "}, "invalid_input"),
    ],
)
def test_an_action_that_makes_no_sense_changes_nothing(
    site: Site, action: str, body: dict[str, Any], code: str
) -> None:
    """It is refused with its reason, and the transfer is as it was."""
    made = site.post("/transfers", urgent()).json()
    before = site.get(f"/transfers/{made['id']}").json()
    refused = site.post(f"/transfers/{made['id']}/{action}", body)
    assert refused.status_code in (404, 409, 422)
    assert refused.json()["code"] == code
    assert site.get(f"/transfers/{made['id']}").json() == before


def test_units_by_whatever_they_are_called(site: Site) -> None:
    """A name will do wherever a unit is named, and the answer has the code; a name that two units
    have is refused with both."""
    made = site.post("/transfers", urgent(to=["县城建集团"], copy_to=["浔中镇"], area="浔中镇"))
    assert made.status_code == 201
    taken = made.json()
    assert ([page["unit"] for page in taken["pages"]], taken["area"]) == ([CITY], TOWN)
    assert taken["copies"] == [TOWN]
    id = taken["id"]
    added = site.post(f"/transfers/{id}/add", {"by": "x", "units": ["110报警服务台"]})
    assert added.status_code == 200
    acked = site.post(f"/transfers/{id}/ack", {"by": "张三", "unit": "县城建集团"}).json()
    assert [one["unit"] for one in acked["results"]] == [CITY]
    assert site.get("/on-duty?unit=县城建集团").json()["unit"] == CITY
    assert len(site.get("/transfers?unit=浔中镇").json()["items"]) == 1
    soon = {
        "from": (site.world.now + timedelta(days=1)).isoformat(),
        "to": (site.world.now + timedelta(days=2)).isoformat(),
    }
    order = {"unit": "县城建集团", "kind": "add", "person": "李四"} | soon
    assert site.post("/overrides", order, role="admin").json()["unit"] == CITY
    assert len(site.get("/overrides?unit=县城建集团").json()["items"]) == 1
    takes = {"unit": "县城建集团", "by": "王五"}
    liaison = f"liaison@{CITY}"
    assert site.post("/changes/takeover", takes, role=liaison).json()["unit"] == CITY
    drill = {"units": ["县城建集团", "浔中镇"]}
    assert site.post("/drills", drill, role="admin").status_code == 201
    with site.world.app.db.begin() as tx:
        units = {u.code: u for u in directory.all_units(tx)}
        directory.put_units(tx, [replace(units[TOWN], name_zh="县城建集团")])
    for path, body, place in (
        ("/transfers", urgent(to=["县城建集团"]), "to[0]"),
        ("/overrides", order, "unit"),
        ("/changes/takeover", takes, "unit"),
        ("/drills", {"units": [CITY, "县城建集团"]}, "units[1]"),
    ):
        unclear = site.post(path, body, role="admin")
        assert unclear.status_code == 422
        [error] = unclear.json()["errors"]
        assert (error["path"], error["code"]) == (place, "several_units")
        assert CITY in error["message"]
        assert TOWN in error["message"]
    assert site.get("/on-duty?unit=县城建集团").status_code == 422


def test_a_ruling_is_suggested_from_then_on(site: Site) -> None:
    """Recorded on a matter by supervision alone, with its provenance in the table of routes."""
    id = site.post("/transfers", urgent(category="供水")).json()["id"]
    ruling = {"by": "吴九", "owner": "浔中镇", "minutes": "会商纪要11号"}
    assert site.post(f"/transfers/{id}/rule", ruling).status_code == 403
    assert site.get("/routes?category=供水").json()["items"] == []
    done = site.post(f"/transfers/{id}/rule", ruling, role="supervisor").json()
    assert (done["state"], done["reason"]) == ("paged", "ruled")
    [route] = site.get("/routes?category=供水").json()["items"]
    assert (route["to"], route["source"], route["valid_from"]) == (
        [TOWN], "会商纪要11号", "2026-11-03",
    )  # fmt: skip
    assert route["ruling"] == {
        "by": "吴九", "at": "2026-11-03T14:00:00+08:00", "transfer": "DH20261103-0001",
    }  # fmt: skip


def test_what_is_undecided_is_told(site: Site) -> None:
    """A return with its reason and suggestion, then a dispute with what each party proposes; a
    unit without which it goes on hears so, and not that the matter was withdrawn."""
    id = site.post("/transfers", urgent()).json()["id"]
    site.world.settle()
    full = site.get(f"/transfers/{id}").json()
    assert (full["returned"], full["dispute"]) == (None, None)
    given = {"by": "张三", "why": "不归我们", "suggestion": "浔中镇", "unit": CITY}
    site.post(f"/transfers/{id}/return", given)
    assert site.get(f"/transfers/{id}").json()["returned"] == {
        "unit": CITY, "by": "张三", "at": "2026-11-03T14:00:00+08:00", "why": "不归我们",
        "suggestion": TOWN,
    }  # fmt: skip
    site.post(f"/transfers/{id}/uphold", {"by": "110席"})
    site.world.settle()
    assert "不再需要贵单位办理" in site.world.last(ZHANG).text
    full = site.get(f"/transfers/{id}").json()
    gone = [line for line in full["timeline"] if line["unit"] == CITY][-1]
    assert (gone["what"], gone["reason"]) == ("Cancelled", "not_needed")
    assert full["returned"] is None
    upheld = next(line["text"] for line in full["timeline"] if line["what"] == "ReturnUpheld")
    assert "another unit" in upheld
    returned = next(line["text"] for line in full["timeline"] if line["what"] == "Returned")
    assert "Suggested: Xunzhong Town." in returned
    site.post(f"/transfers/{id}/dispute", {"by": "赵六", "candidates": [CITY]})
    site.post(f"/transfers/{id}/propose", {"by": "赵六", "owner": CITY, "unit": TOWN})
    assert site.get(f"/transfers/{id}").json()["dispute"] == {
        "at": "2026-11-03T14:00:00+08:00",
        "deadline": "2026-11-03T14:15:00+08:00",
        "candidates": [TOWN, CITY],
        "proposals": {TOWN: CITY},
    }
    site.world.ignore()


def test_what_is_closed_was_not_withdrawn(site: Site) -> None:
    """A unit that had not answered yet hears that nothing more is asked of it; the log says on
    which ground it was closed without feedback."""
    id = site.post("/transfers", urgent(to=[CITY, TOWN])).json()["id"]
    site.post(f"/transfers/{id}/ack", {"by": "张三", "unit": CITY})
    site.world.settle()
    site.post(f"/transfers/{id}/result", {"by": "张三", "text": "已修好", "unit": CITY})
    site.post(f"/transfers/{id}/close", {"by": "110席", "waivers": ["W2"]})
    site.world.settle()
    said = site.world.last(ZHAO).text
    assert ("不再需要贵单位办理" in said, "撤销" in said) == (True, False)
    timeline = site.get(f"/transfers/{id}").json()["timeline"]
    assert next(x["text"] for x in timeline if x["what"] == "Closed").endswith(
        "Ground: W2 the caller cannot be reached."
    )
    site.world.ignore()
