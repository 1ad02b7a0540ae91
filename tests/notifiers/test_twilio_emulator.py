"""The emulated Twilio behaves as the real one is documented to, over real HTTP."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from notifiers.message import Channel, OutcomeKind, Pending
from notifiers.twilio import inbound
from notifiers.twilio.emulator import Emulator, EmulatorError
from notifiers.twilio.emulator_script import (
    SmsManner,
    SmsScript,
    VoiceManner,
    VoiceScript,
    busy,
    dead,
    listens,
    no_answer,
    presses,
    replies,
    voicemail,
)
from tests.notifiers.hooks import A_WHILE, LI, ZHANG, Hook, Stage, call, sms, stage
from tests.patience import play

Story = Callable[[Stage], Awaitable[None]]

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

#: The phones' seconds of somebody who never hangs up first.
_FOR_EVER = 100_000


def _play(story: Story) -> None:
    async def run() -> None:
        async with stage() as s:
            await story(s)
            assert s.hooks.refused == 0

    play(run())


def _thanks(hook: Hook) -> str:
    """Our hooks' answer to a key: say thanks, or repeat on *."""
    if hook.name != "gather":
        return ""
    key = inbound.parse_gather(hook.form, hook.query)
    if key.digit == "*":
        return inbound.say("再说一遍", "zh_CN", f"{_SITE}?attempt={key.key}")
    return inbound.say(f"按了{key.digit}", "zh_CN")


_SITE = "http://replaced"


async def _until(emulator: Emulator, what: Callable[[], bool]) -> None:
    version = emulator.version
    while not what():
        version = await emulator.changed(version)


def test_a_text_is_delivered_and_reported() -> None:
    """The phone has the text, and its receipts come signed, in order, with our key."""

    async def story(s: Stage) -> None:
        outcome = await s.twilio.send(sms())
        await s.emulator.settled()
        assert s.hooks.statuses("p1/1") == ["sent", "delivered"]
        (phone,) = s.emulator.phones()
        assert phone.number == ZHANG
        (text,) = phone.texts
        assert (text.text, text.status, text.sid) == (
            sms().text,
            "delivered",
            outcome.provider_id,
        )

    _play(story)


def test_every_request_is_on_record() -> None:
    """What came, to whom, for which attempt, and when, on the machine's own monotonic clock."""

    async def story(s: Stage) -> None:
        await s.twilio.send(sms())
        await s.twilio.send(call(to=LI))
        first, second = s.emulator.received
        assert (first.kind, first.to, first.body, first.key) == ("sms", ZHANG, sms().text, "p1/1")
        assert (second.kind, second.to, second.body) == ("call", LI, call().text)
        assert first.accepted
        assert first.at <= second.at

    _play(story)


@pytest.mark.parametrize(
    ("script", "statuses", "code"),
    [
        (SmsScript(manner=SmsManner.DEAD), ["sent", "undelivered"], "30005"),
        (SmsScript(manner=SmsManner.DEAD, code=30003), ["sent", "undelivered"], "30003"),
        (SmsScript(manner=SmsManner.DEAD, code=30036), ["undelivered"], "30036"),
        (SmsScript(manner=SmsManner.LOST), ["sent"], None),
    ],
)
def test_texts_that_do_not_arrive(script: SmsScript, statuses: list[str], code: str | None) -> None:
    """A dead phone is reported with its code, a lost message never."""

    async def story(s: Stage) -> None:
        s.emulator.phone(ZHANG, sms=script)
        await s.twilio.send(sms())
        await s.emulator.settled()
        assert s.hooks.statuses("p1/1") == statuses
        assert s.hooks.came[-1].form.get("ErrorCode") == code

    _play(story)


def test_a_refused_number() -> None:
    """The request itself can be refused for one number only."""

    async def story(s: Stage) -> None:
        s.emulator.phone(ZHANG, sms=SmsScript(manner=SmsManner.REFUSED, code=21614))
        assert (await s.twilio.send(sms())).code == "21614"
        assert (await s.twilio.send(sms(to=LI))).kind is OutcomeKind.ACCEPTED

    _play(story)


def test_a_person_replies() -> None:
    """The reply comes to our hook with the sender, and what we answer comes to the phone."""

    async def story(s: Stage) -> None:
        s.hooks.answer = lambda hook: inbound.reply("已签收") if hook.name == "sms" else ""
        s.emulator.phone(ZHANG, sms=replies("收到", after=5))
        await s.twilio.send(sms())
        await s.emulator.settled()
        (hook,) = s.hooks.named("sms")
        text = inbound.parse_sms(hook.form)
        assert (text.sender, text.text) == (ZHANG, "收到")
        (phone,) = s.emulator.phones()
        assert [(one.to_phone, one.text) for one in phone.texts] == [
            (True, sms().text),
            (False, "收到"),
            (True, "已签收"),
        ]

    _play(story)


def test_stop_means_stop() -> None:
    """After STOP every text is refused with 21610, until the person writes START."""

    async def story(s: Stage) -> None:
        s.emulator.phone(ZHANG, sms=replies("STOP"))
        await s.twilio.send(sms())
        await s.emulator.settled()
        assert inbound.parse_sms(s.hooks.named("sms")[0].form).opted_out
        outcome = await s.twilio.send(sms(key="p1/9"))
        assert (outcome.kind, outcome.code) == (OutcomeKind.REJECTED, "21610")
        assert outcome.opted_out
        assert s.emulator.phones()[0].opted_out
        assert (await s.twilio.send(call())).kind is OutcomeKind.ACCEPTED
        s.emulator.phone(ZHANG)
        await s.emulator.reply(ZHANG, "start")
        assert (await s.twilio.send(sms(key="p1/10"))).kind is OutcomeKind.ACCEPTED

    _play(story)


@pytest.mark.parametrize(
    ("script", "statuses"),
    [
        (presses("1"), ["initiated", "ringing", "in-progress", "completed"]),
        (listens(), ["initiated", "ringing", "in-progress", "completed"]),
        (voicemail(), ["initiated", "ringing", "in-progress", "completed"]),
        (no_answer(), ["initiated", "ringing", "no-answer"]),
        (busy(), ["initiated", "busy"]),
        (dead(ZHANG).voice, ["initiated", "failed"]),
    ],
)
def test_how_calls_go(script: VoiceScript, statuses: list[str]) -> None:
    """Each manner of a phone shows in the statuses; only a key reaches the Gather hook."""

    async def story(s: Stage) -> None:
        s.hooks.answer = _thanks
        s.emulator.phone(ZHANG, voice=script)
        await s.twilio.send(call())
        await s.emulator.settled()
        assert s.hooks.statuses("p1/2") == statuses
        keys = [inbound.parse_gather(h.form, h.query) for h in s.hooks.named("gather")]
        assert [(key.key, key.digit) for key in keys] == [("p1/2", d) for d in script.keys]

    _play(story)


@pytest.mark.parametrize(
    ("script", "heard"),
    [
        (presses("", listen=_FOR_EVER), "human"),
        (voicemail(ring=2), "machine_start"),
        (VoiceScript(manner=VoiceManner.ANSWERS, listen=_FOR_EVER, taken_for="unknown"), "unknown"),
    ],
)
def test_who_picks_up_is_listened_for(script: VoiceScript, heard: str) -> None:
    """While the call goes on our hook hears what the detector believes, signed, with our key."""

    async def story(s: Stage) -> None:
        s.emulator.phone(ZHANG, voice=script)
        outcome = await s.twilio.send(call())
        await s.emulator.settled()
        (told,) = s.hooks.named("detected")
        assert told.query == {"attempt": call().key}
        assert (told.form["AnsweredBy"], told.form["CallSid"]) == (heard, outcome.provider_id)
        label = inbound.parse_detected(told.form, told.query).answered_by
        # Where no hook can be reached it is asked for, and is the same.
        asked = Pending(
            key="1",
            channel=Channel.VOICE,
            to=ZHANG,
            provider_id=outcome.provider_id,
            sent_at=LONG_AGO,
        )
        pulled = await s.twilio.pull([asked], LONG_AGO)
        assert [one.answered_by for one in pulled.receipts] == [label]

    _play(story)


def test_a_dead_number_is_permanent() -> None:
    """The receipts of a dead number say: advance now."""

    async def story(s: Stage) -> None:
        s.emulator.script(dead(ZHANG))
        await s.twilio.send(sms())
        await s.twilio.send(call())
        await s.emulator.settled()
        last = {
            hook.query["attempt"]: inbound.parse_status(hook.form, hook.query)
            for hook in s.hooks.named("status")
        }
        assert last["p1/1"].permanent
        assert last["p1/2"].permanent

    _play(story)


def test_the_phone_hears_what_the_key_leads_to() -> None:
    """A key is posted to our hook, and the TwiML it answers goes on: again on *, thanks on 1."""

    async def story(s: Stage) -> None:
        def answer(hook: Hook) -> str:
            return _thanks(hook).replace(_SITE, f"{s.hooks.url}/hooks/twilio/gather")

        s.hooks.answer = answer
        s.emulator.phone(ZHANG, voice=presses("*1"))
        await s.twilio.send(call())
        await s.emulator.settled()
        ((seen,),) = (phone.calls for phone in s.emulator.phones())
        assert seen.spoken == (call().text, "再说一遍", "按了1")
        assert (seen.pressed, seen.status) == ("*1", "completed")

    _play(story)


def test_a_person_at_the_page() -> None:
    """By default a phone waits for a person: it rings, is picked up, takes a key, and ends."""

    async def story(s: Stage) -> None:
        s.hooks.answer = _thanks
        s.time.hold(beyond=A_WHILE)
        outcome = await s.twilio.send(call())
        sid = outcome.provider_id or ""

        def seen() -> str:
            return s.emulator.phones()[0].calls[0].status

        await _until(s.emulator, lambda: seen() == "ringing")
        await s.emulator.answer(sid)
        await _until(s.emulator, lambda: s.emulator.phones()[0].calls[0].listening)
        assert s.emulator.phones()[0].calls[0].spoken == (call().text,)
        await s.emulator.press(sid, "1")
        assert [hook.form["Digits"] for hook in s.hooks.named("gather")] == ["1"]
        await s.emulator.settled()
        assert seen() == "completed"
        with pytest.raises(EmulatorError):
            await s.emulator.press(sid, "1")

    _play(story)


def test_declining_and_hanging_up() -> None:
    """A declined call is busy; one hung up by the person is completed, without a key."""

    async def story(s: Stage) -> None:
        s.time.hold(beyond=A_WHILE)
        first = (await s.twilio.send(call(key="a"))).provider_id or ""
        second = (await s.twilio.send(call(key="b", to=LI))).provider_id or ""
        await _until(
            s.emulator,
            lambda: all(phone.calls[0].status == "ringing" for phone in s.emulator.phones()),
        )
        await s.emulator.decline(first)
        await s.emulator.answer(second)
        await s.emulator.hang_up(second)
        await s.emulator.settled()
        assert s.hooks.statuses("a")[-1] == "busy"
        assert s.hooks.statuses("b")[-1] == "completed"
        assert s.hooks.named("gather") == []

    _play(story)


@pytest.mark.parametrize(("answered", "end"), [(False, "canceled"), (True, "completed")])
def test_we_hang_up(answered: bool, end: str) -> None:
    """A ringing call and one in progress both end at once, and ending twice does no harm."""

    async def story(s: Stage) -> None:
        s.time.hold(beyond=A_WHILE)
        sid = (await s.twilio.send(call())).provider_id or ""
        await _until(s.emulator, lambda: s.emulator.phones()[0].calls[0].status == "ringing")
        if answered:
            await s.emulator.answer(sid)
            await _until(s.emulator, lambda: s.emulator.phones()[0].calls[0].listening)
        assert await s.twilio.stop(sid, Channel.VOICE)
        assert s.emulator.phones()[0].calls[0].status == end
        assert await s.twilio.stop(sid, Channel.VOICE)
        await s.emulator.settled()
        assert s.hooks.statuses("p1/2")[-1] == end
        assert s.hooks.statuses("p1/2").count(end) == 1
        assert [one.kind for one in s.emulator.received] == ["call", "hang-up"]

    _play(story)


def test_stopping_what_does_not_exist() -> None:
    """An unknown call or message is not certainly over, so the answer is no."""

    async def story(s: Stage) -> None:
        assert not await s.twilio.stop("CA" + "0" * 32, Channel.VOICE)
        assert not await s.twilio.stop("SM" + "0" * 32, Channel.SMS)

    _play(story)


def test_a_text_can_be_withdrawn_only_before_it_left() -> None:
    """While queued it is cancelled; a delivered one cannot be called back."""

    async def story(s: Stage) -> None:
        s.time.hold()
        sid = (await s.twilio.send(sms())).provider_id or ""
        assert await s.twilio.stop(sid, Channel.SMS)
        s.time.let_go()
        await s.emulator.settled()
        assert s.hooks.came == []
        sid = (await s.twilio.send(sms())).provider_id or ""
        await s.emulator.settled()
        assert not await s.twilio.stop(sid, Channel.SMS)

    _play(story)
