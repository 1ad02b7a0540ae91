"""Twilio's callbacks: believed only when signed, applied once, answered in words to be spoken."""

from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pytest

from notifiers.phone import e164
from notifiers.twilio.inbound import sign
from oncall.admin import matters
from oncall.core.model import State
from oncall.store import reports
from tests.county import LI, ZHANG
from tests.web.serving import Site, urgent, with_settings
from web.limits import Penalties

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
NEW, OLD = "a-new-made-up-token", "an-old-made-up-token"
PUBLIC = "https://duty.example"


@pytest.fixture
def twilio(site: Site) -> Site:
    """A site whose Twilio account is being given a new token."""
    with_settings(
        site.world,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=f"{NEW},{OLD}",
        public_url=PUBLIC,
    )
    return site


def hook(
    site: Site,
    path: str,
    form: dict[str, str],
    *,
    token: str = NEW,
    signature: str | bytes | None = None,
    public: str = PUBLIC,
) -> httpx.Response:
    """Post a form as Twilio would."""
    fields = list(({"AccountSid": ACCOUNT} | form).items())
    signed = sign(f"{public}/hooks/twilio/{path}", fields, token)
    given = signed if signature is None else signature
    raw = given if isinstance(given, bytes) else given.encode()
    return site.client.post(
        f"{site.url}/hooks/twilio/{path}",
        content=urlencode(fields),
        headers={
            b"Content-Type": b"application/x-www-form-urlencoded",
            b"X-Twilio-Signature": raw,
        },
    )


def sms(text: str, sender: str = ZHANG, sid: str = "SM1") -> dict[str, str]:
    """A text somebody sent us; NumMedia is blank, and blank fields are signed too."""
    return {"MessageSid": sid, "From": e164(sender), "Body": text, "NumMedia": ""}


def state(site: Site) -> State:
    """Where the one page stands."""
    with site.world.app.db.read() as tx:
        [brief] = reports.list_transfers(tx)
    return brief.shares[0].page.state


def attempt(site: Site, channel: str) -> reports.Attempt:
    """The latest message of this channel."""
    with site.world.app.db.read() as tx:
        [brief] = reports.list_transfers(tx)
        return [a for a in reports.attempts(tx, brief.transfer.id) if a.channel == channel][-1]


def handed_over(site: Site, minutes: float = 0) -> None:
    """A transfer is under way for so many minutes."""
    site.post("/transfers", urgent())
    site.world.settle()
    site.world.advance(minutes)


@pytest.mark.parametrize("token", [NEW, OLD])
def test_a_text_of_one_is_an_ack(twilio: Site, token: str) -> None:
    """Signed with the new token or the old one, while both are good."""
    handed_over(twilio)
    answer = hook(twilio, "sms", sms("1"), token=token)
    assert answer.status_code == 200
    assert ElementTree.fromstring(answer.text).tag == "Response"  # noqa: S314 - our own answer
    assert state(twilio) is State.ACKED


def test_the_same_text_twice_is_answered_once(twilio: Site) -> None:
    """Twilio repeats what it is not sure we heard."""
    handed_over(twilio)
    twilio.world.ignore()
    for _ in range(3):
        assert hook(twilio, "sms", sms("1")).status_code == 200
    twilio.world.settle()
    twilio.world.expect((ZHANG, "sms"))


@pytest.mark.parametrize(
    "path", ["sms", "status?attempt=1", "detected?attempt=1", "gather?attempt=1", "voice"]
)
@pytest.mark.parametrize(
    "wrong", ["token", "signature", "nothing", "account", "address", "garbage"]
)
def test_what_is_not_signed_changes_nothing(twilio: Site, path: str, wrong: str) -> None:
    """A bad signature or another account is 403, and the page is as it was."""
    handed_over(twilio)
    form = sms("1") | {"MessageStatus": "delivered", "Digits": "1", "CallSid": "CA1"}
    answer = {
        "token": lambda: hook(twilio, path, form, token="another"),
        "signature": lambda: hook(twilio, path, form, signature="AAAA"),
        "nothing": lambda: hook(twilio, path, form, signature=""),
        "account": lambda: hook(twilio, path, form | {"AccountSid": "AC" + "f" * 32}),
        "address": lambda: hook(twilio, path, form, public="https://elsewhere.example"),
        "garbage": lambda: hook(twilio, path, form, signature=b"\xff\xfe"),
    }[wrong]()
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert state(twilio) is State.WAITING
    assert attempt(twilio, "sms").state == "accepted"


def test_without_a_token_every_callback_is_refused(site: Site) -> None:
    """An installation that forgot its token refuses everything; an empty one signs nothing."""
    with_settings(site.world, twilio_account_sid=ACCOUNT, public_url=PUBLIC)
    handed_over(site)
    assert hook(site, "sms", sms("1"), token="").status_code == 403
    assert state(site) is State.WAITING


def test_receipts_move_an_attempt_forward_only(twilio: Site) -> None:
    """Late, repeated and reversed receipts never take back what is known."""
    handed_over(twilio)
    one = attempt(twilio, "sms").id
    for status in ("sent", "delivered", "sent", "queued", "delivered"):
        form = {"MessageSid": "SM9", "MessageStatus": status}
        assert hook(twilio, f"status?attempt={one}", form).status_code == 204
    assert attempt(twilio, "sms").state == "delivered"
    assert state(twilio) is State.WAITING


def test_a_dead_number_is_passed_over_when_the_provider_says_so(twilio: Site) -> None:
    """A permanent failure told by a receipt pages the next level at once."""
    handed_over(twilio, 5)
    twilio.world.ignore()
    for channel, sid, form in (
        ("sms", "MessageSid", {"MessageStatus": "undelivered", "ErrorCode": "30005"}),
        ("voice", "CallSid", {"CallStatus": "failed", "SipResponseCode": "404"}),
    ):
        one = attempt(twilio, channel)
        told = {sid: one.provider_id or ""} | form
        assert hook(twilio, f"status?attempt={one.id}", told).status_code == 204
    twilio.world.settle()
    twilio.world.expect((LI, "sms"), (LI, "voice"))


def test_a_receipt_for_something_else_is_harmless(twilio: Site) -> None:
    """An attempt we never made, or no number at all, is taken note of and changes nothing."""
    handed_over(twilio)
    for key in ("999999", "nobody"):
        form = {"MessageSid": "SM9", "MessageStatus": "delivered"}
        assert hook(twilio, f"status?attempt={key}", form).status_code == 204


def test_who_picked_up_is_a_label_and_nothing_else(twilio: Site) -> None:
    """A machine, then unclear, then a person: written on the attempt and told by `why`; the page
    waits as it did, and the deputy is called at his own minute."""
    handed_over(twilio, 5)
    one = attempt(twilio, "voice")
    twilio.world.ignore()
    for said, label in (("unknown", "unknown"), ("machine_start", "machine"), ("human", "machine")):
        form = {"CallSid": one.provider_id or "", "AnsweredBy": said}
        assert hook(twilio, f"detected?attempt={one.id}", form).status_code == 204
        assert attempt(twilio, "voice").answered_by == label
    told = {"CallSid": one.provider_id or "", "CallStatus": "completed", "AnsweredBy": "human"}
    assert hook(twilio, f"status?attempt={one.id}", told).status_code == 204
    assert state(twilio) is State.WAITING
    twilio.world.advance(4.99)
    twilio.world.expect()
    twilio.world.advance(0.01)
    twilio.world.expect((LI, "sms"), (LI, "voice"))
    [listed] = twilio.get("/transfers").json()["items"]
    whole = twilio.get(f"/transfers/{listed['id']}").json()
    assert [a["answered_by"] for a in whole["attempts"] if a["channel"] == "voice"] == [
        "machine",
        None,
    ]
    with twilio.world.app.db.read() as tx:
        full = matters.in_full(tx, listed["id"])
    told_why = [
        str(p) for s in matters.stories(str, full, {}, "Asia/Shanghai") for p in s.paragraphs
    ]
    assert any("a machine seems to have picked up" in said for said in told_why)


def test_a_key_is_an_ack_and_is_said_back(twilio: Site) -> None:
    """1 takes it; the caller hears so and the call ends."""
    handed_over(twilio, 5)
    one = attempt(twilio, "voice").id
    answer = hook(twilio, f"gather?attempt={one}", {"CallSid": "CA1", "Digits": "1"})
    spoken = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    assert [child.tag for child in spoken] == ["Say"]
    assert state(twilio) is State.ACKED


def test_a_wrong_key_is_explained_and_waited_for(twilio: Site) -> None:
    """7 means nothing: the keys are told again and the call listens on, by a signed address."""
    handed_over(twilio, 5)
    one = attempt(twilio, "voice").id
    answer = hook(twilio, f"gather?attempt={one}", {"CallSid": "CA1", "Digits": "7"})
    [gather] = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    assert gather.tag == "Gather"
    assert gather.attrib["action"] == f"{PUBLIC}/hooks/twilio/gather?attempt={one}"
    assert state(twilio) is State.WAITING


def test_one_call_about_several_matters(twilio: Site) -> None:
    """After an outage three late calls are one; 3 reads them one by one, and the key that follows
    comes to an address of its own, signed like any other."""
    for _ in range(3):
        twilio.post("/transfers", urgent())
    twilio.world.settle()
    # Calls were due at five minutes, and nobody was there to make them.
    twilio.world.let_pass(16)
    twilio.world.settle()
    with twilio.world.app.db.read() as tx:
        briefs = reports.list_transfers(tx)
        rows = [a for b in briefs for a in reports.attempts(tx, b.transfer.id)]
    heads = [a for a in rows if a.name == "张三" and a.channel == "voice" and a.state == "accepted"]
    [head] = heads
    told = {"CallSid": head.provider_id or "", "Digits": "3"}
    answer = hook(twilio, f"gather?attempt={head.id}", told)
    [gather] = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    action = gather.attrib["action"].removeprefix(f"{PUBLIC}/hooks/twilio/")
    assert action.endswith(f"/{head.id}")
    answer = hook(twilio, action, told | {"Digits": "1"})
    [gather] = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    assert gather.attrib["action"] != f"{PUBLIC}/hooks/twilio/{action}"
    with twilio.world.app.db.read() as tx:
        found = [b.shares[0].page.state for b in reports.list_transfers(tx)]
    assert found.count(State.ACKED) == 1
    # An address somebody made up leads nowhere.
    answer = hook(twilio, f"gather?attempt=1/{head.id}9", told)
    assert "Hangup" in answer.text


def test_a_key_without_a_page_ends_the_call(twilio: Site) -> None:
    """Nothing to say is a hang-up, never silence on an open line."""
    answer = hook(twilio, "gather?attempt=999999", {"CallSid": "CA1", "Digits": "1"})
    [only] = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    assert only.tag == "Hangup"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("sms", {"From": "+8613900000001"}),
        ("status?attempt=1", {"MessageSid": "SM1"}),
        ("status", {"MessageSid": "SM1", "MessageStatus": "sent"}),
        ("gather?attempt=1", {"CallSid": "CA1", "Digits": "12"}),
    ],
)
def test_a_signed_callback_that_makes_no_sense_is_refused(
    twilio: Site, path: str, form: dict[str, str]
) -> None:
    """400 and a line in the log; nothing changes."""
    handed_over(twilio)
    answer = hook(twilio, path, form)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_callback")
    assert state(twilio) is State.WAITING


def test_who_calls_our_number_back_is_told_what_to_do(twilio: Site) -> None:
    """It only calls out."""
    answer = hook(twilio, "voice", {"CallSid": "CA1", "From": e164(ZHANG)})
    assert "<Say" in answer.text


def test_a_flood_of_wrong_requests_is_refused_unread(twilio: Site) -> None:
    """After a hundred an address is not even verified; a minute later it is heard again."""
    handed_over(twilio)
    for _ in range(100):
        assert hook(twilio, "sms", sms("1"), signature="AAAA").status_code == 403
    assert hook(twilio, "sms", sms("1")).status_code == 429
    twilio.world.advance(1)
    assert hook(twilio, "sms", sms("1")).status_code == 200
    assert state(twilio) is State.ACKED


def test_what_is_signed_is_never_slowed_down() -> None:
    """Only wrong requests count, each address by itself, and they drain away."""
    penalties = Penalties(burst=3, per_second=1)
    for _ in range(3):
        penalties.wrong("a", 10.0)
    assert penalties.refused("a", 10.0)
    assert not penalties.refused("b", 10.0)
    assert not penalties.refused("a", 11.5)
