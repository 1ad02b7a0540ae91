"""The lives of emulated texts and calls: what the phones do, and what Twilio reports of it."""

import asyncio
from contextlib import suppress
from xml.etree import ElementTree

from notifiers.twilio.emulator_rooms import enter, leave
from notifiers.twilio.emulator_script import SmsManner, VoiceManner, VoiceScript
from notifiers.twilio.emulator_world import Act, Call, Text, World, new_sid, rfc2822

#: Seconds until a message leaves Twilio, then until the handset has it.
_TO_SENT, _TO_HANDSET = 0.2, 0.8
#: Seconds until a call rings, or is found to be busy or dead.
_TO_RING = 1.0
#: Seconds for a spoken character; a Chinese voice says about five in a second.
_PER_CHARACTER = 0.2
#: What a sounded key looks like among the words of a call.
TONE = "♪"
#: Seconds two people talk who were put through to each other, unless one hangs up.
_LONGEST_CONVERSATION = 120.0
#: Seconds the detector listens to whoever picked up.
_DETECTION = 2.0
#: Seconds of patience when a Gather does not say.
_GATHER = 5.0
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"})
_START = frozenset({"START", "UNSTOP"})
_EVENT = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_BLANKS = {"FromCity": "", "FromState": "", "FromZip": "", "ToCity": "", "ToState": "", "ToZip": ""}
_APOLOGY = "We are sorry, an application error has occurred. Goodbye."


class _EndedError(Exception):
    """The call has come to its end: an ordinary one, told from wherever the call then is."""

    def __init__(self, *, status: str, sip: int = 200) -> None:
        super().__init__(status)
        self.status, self.sip = status, sip


async def live_text(world: World, text: Text) -> None:
    """One SMS from the moment Twilio took it to the handset, and the phone's answer."""
    script = world.handset(text.number).sms
    held: list[dict[str, str]] = []
    if world.callbacks.off and script.manner is SmsManner.READS:
        text.status = "delivered"
        world.touch()
        return
    await world.sleep(_TO_SENT)
    if text.status == "canceled":
        return
    if text.validity is not None and script.code == 30036 and script.manner is SmsManner.DEAD:
        # The queue was longer than the message's life.
        await world.sleep(text.validity)
    else:
        await _text_status(world, text, "sent", held, last=script.manner is SmsManner.LOST)
    if script.manner is SmsManner.LOST:
        return
    await world.sleep(_TO_HANDSET)
    if script.manner is SmsManner.DEAD:
        text.code = script.code
        await _text_status(world, text, "undelivered", held, last=True)
        return
    await _text_status(world, text, "delivered", held, last=True)
    if script.manner is SmsManner.REPLIES:
        await world.sleep(script.after)
        await text_back(world, text.number, script.text)


async def _text_status(
    world: World, text: Text, status: str, held: list[dict[str, str]], *, last: bool
) -> None:
    text.status = status
    world.touch()
    if not text.callback or world.callbacks.off:
        return
    form = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "To": text.number,
        "From": text.sender,
    }
    if text.code is not None:
        form["ErrorCode"] = str(text.code)
    await _send(world, text.callback, form, held, last=last)


async def text_back(world: World, number: str, words: str) -> None:
    """A person writes to us: the webhook is called and what it answers is sent to the phone."""
    word = words.strip().upper()
    sender = world.senders.get(number, "")
    text = Text(
        sid=new_sid("SM"),
        number=number,
        sender=sender,
        text=words,
        at=world.clock(),
        to_phone=False,
        status="received",
    )
    world.add_text(text)
    if word in _STOP:
        world.opted_out.add(number)
    elif word in _START:
        world.opted_out.discard(number)
    form = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsMessageSid": text.sid,
        "From": number,
        "To": sender,
        "Body": words,
        "NumMedia": "0",
        "NumSegments": "1",
        **_BLANKS,
    }
    url = f"{world.public_url}/hooks/twilio/sms"
    how = world.callbacks
    if how.delay:
        await world.sleep(how.delay)
    for _ in range(how.copies):
        answer = await world.post(url, form)
        for reply in _messages(answer):
            world.add_text(
                Text(
                    sid=new_sid("SM"),
                    number=number,
                    sender=sender,
                    text=reply,
                    at=world.clock(),
                    to_phone=True,
                    status="delivered",
                )
            )


async def live_call(world: World, call: Call) -> None:
    """One call from dialling to its end."""
    script = world.handset(call.number).voice
    beside: list[asyncio.Task[None]] = []
    try:
        await _call_status(world, call, "initiated")
        await world.sleep(_TO_RING)
        if script.manner is VoiceManner.BUSY:
            raise _EndedError(status="busy", sip=486)
        if script.manner is VoiceManner.DEAD:
            raise _EndedError(status="failed", sip=404)
        await _call_status(world, call, "ringing")
        beside.append(world.spawn(_human(world, call, script)))
        await _ring(world, call)
        if call.detected:
            # It listens from the answer on, however long our own hook takes over the status.
            beside.append(world.spawn(_detect(world, call, script)))
        await _call_status(world, call, "in-progress")
        await _talk(world, call)
        raise _EndedError(status="completed")
    except _EndedError as end:
        call.sip = end.sip
        await _call_status(world, call, end.status)
    finally:
        for one in beside:
            one.cancel()
        while not call.acts.empty():
            call.acts.get_nowait().finish()


async def end_call(world: World, call: Call) -> None:
    """Our customer hangs up: at once, whatever the phone is doing; no second end is reported."""
    call.sip = 200 if call.status == "in-progress" else 487
    ended = "completed" if call.status == "in-progress" else "canceled"
    if call.life is not None:
        call.life.cancel()
        with suppress(asyncio.CancelledError):
            await call.life
    await _call_status(world, call, ended)


async def _human(world: World, call: Call, script: VoiceScript) -> None:
    if script.manner not in (VoiceManner.ANSWERS, VoiceManner.VOICEMAIL):
        return
    await world.sleep(script.ring)
    call.acts.put_nowait(Act(verb="answer"))
    if script.manner is VoiceManner.VOICEMAIL:
        return
    for key in script.keys:
        # Nobody presses before they are asked to, however long our own hook took to ask.
        while not call.listening:
            await world.changed(world.version)
        await world.sleep(script.listen)
        heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        call.acts.put_nowait(Act(verb="press", digit=key, done=heard))
        await heard
    await world.sleep(script.listen)
    call.acts.put_nowait(Act(verb="hang-up"))


async def _detect(world: World, call: Call, script: VoiceScript) -> None:
    """Listen to whoever picked up, and say what it was."""
    await world.sleep(_DETECTION)
    machine = script.manner is VoiceManner.VOICEMAIL
    call.answered_by = script.taken_for or ("machine_start" if machine else "human")
    form = {
        "CallSid": call.sid,
        "AnsweredBy": call.answered_by,
        "MachineDetectionDuration": str(int(_DETECTION * 1000)),
    }
    if not world.callbacks.off:
        # Whether the call ends meanwhile or not, Twilio has heard enough.
        world.spawn(world.report(call.detected, form))


async def _ring(world: World, call: Call) -> None:
    act = await _next(world, call, call.timeout)
    while act is not None:
        act.finish()
        if act.verb == "answer":
            return
        if act.verb == "decline":
            raise _EndedError(status="busy", sip=603)
        act = await _next(world, call, call.timeout)
    raise _EndedError(status="no-answer", sip=487)


async def _talk(world: World, call: Call) -> None:
    twiml: str | None = call.twiml
    while twiml is not None:
        try:
            verbs = list(ElementTree.fromstring(twiml))  # noqa: S314 -- our own customer's TwiML
        except ElementTree.ParseError:
            call.spoken.append(_APOLOGY)
            return
        twiml = None
        for verb in verbs:
            twiml = await _perform(world, call, verb)
            if twiml is not None:
                break


async def _perform(world: World, call: Call, verb: ElementTree.Element) -> str | None:
    """Do one verb; the next document when a key led to one."""
    if verb.tag == "Hangup":
        raise _EndedError(status="completed")
    if verb.tag in ("Say", "Pause", "Play"):
        await _listen(world, call, _speak(world, call, verb))
    noun = verb.find("Conference") if verb.tag == "Dial" else None
    if noun is not None:
        room = enter(world, call, noun)
        try:
            await _listen(world, call, _LONGEST_CONVERSATION)
        finally:
            leave(world, room, call)
        raise _EndedError(status="completed")
    if verb.tag == "Dial":
        call.spoken.append(f"→ {''.join(verb.itertext())}")
        await _listen(world, call, _LONGEST_CONVERSATION)
        raise _EndedError(status="completed")
    if verb.tag != "Gather":
        return None
    seconds = sum(_speak(world, call, inner) for inner in verb)
    call.listening = True
    world.touch()
    try:
        act = await _listen(world, call, seconds + float(verb.get("timeout", _GATHER)))
    finally:
        call.listening = False
        world.touch()
    if act is None:
        return None
    call.pressed += act.digit
    form = {**_call_form(call), "CallStatus": "in-progress", "Digits": act.digit}
    form |= {"msg": "Gather End", "FinishedOnKey": ""}
    answer = await world.post(verb.get("action", ""), form)
    act.finish()
    return answer if answer is not None else f"<Response><Say>{_APOLOGY}</Say></Response>"


def _speak(world: World, call: Call, verb: ElementTree.Element) -> float:
    """Let the phone hear it; the seconds it lasts."""
    if verb.tag == "Pause":
        return float(verb.get("length", 1))
    if verb.tag == "Play":
        return _tones(world, call, verb.get("digits", ""))
    words = "".join(verb.itertext())
    call.spoken.append(words)
    world.touch()
    return len(words) * _PER_CHARACTER * max(int(verb.get("loop", 1)), 1)


def _tones(world: World, call: Call, digits: str) -> float:
    """Let the phone hear keys being sounded; a w is half a second of silence."""
    call.spoken.append(" ".join(TONE for digit in digits if digit != "w"))
    world.touch()
    return len(digits) * 0.5


async def _listen(world: World, call: Call, seconds: float) -> Act | None:
    """Let time pass until a key that counts, the end of the patience, or of the call."""
    while True:
        act = await _next(world, call, seconds)
        if act is None:
            return None
        if act.verb == "hang-up":
            act.finish()
            raise _EndedError(status="completed")
        if act.verb == "press" and call.listening:
            return act
        act.finish()


async def _next(world: World, call: Call, seconds: float) -> Act | None:
    """What the person does next, or None after so many seconds."""
    act = asyncio.ensure_future(call.acts.get())
    pause = asyncio.ensure_future(world.sleep(seconds))
    try:
        await asyncio.wait((act, pause), return_when=asyncio.FIRST_COMPLETED)
        return act.result() if act.done() else None
    finally:
        act.cancel()
        pause.cancel()


async def _call_status(world: World, call: Call, status: str) -> None:
    call.status = status
    world.touch()
    event = _EVENT.get(status, "completed")
    if not call.callback or event not in call.events or world.callbacks.off:
        return
    form = {
        **_call_form(call),
        "CallStatus": status,
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.posted),
        "Timestamp": rfc2822(world.clock()),
    }
    call.posted += 1
    if event == "completed":
        form |= {"CallDuration": "0", "SipResponseCode": str(call.sip)}
        if call.answered_by is not None:
            form["AnsweredBy"] = call.answered_by
    await _send(world, call.callback, form, call.held, last=event == "completed")


async def _send(
    world: World, url: str, form: dict[str, str], held: list[dict[str, str]], *, last: bool
) -> None:
    if world.callbacks.reorder:
        held.append(form)
        if not last:
            return
        forms = held[::-1]
        held.clear()
    else:
        forms = [form]
    for each in forms:
        if world.callbacks.delay:
            # The phone does not wait for its receipt.
            world.spawn(world.report(url, each))
        else:
            await world.report(url, each)


def _call_form(call: Call) -> dict[str, str]:
    return {
        "CallSid": call.sid,
        "To": call.number,
        "Called": call.number,
        "From": call.sender,
        "Caller": call.sender,
        "Direction": "outbound-api",
        **_BLANKS,
    }


def _messages(twiml: str | None) -> list[str]:
    if not twiml:
        return []
    try:
        root = ElementTree.fromstring(twiml)  # noqa: S314 -- our own customer's TwiML
    except ElementTree.ParseError:
        return []
    return ["".join(message.itertext()) for message in root.iter("Message")]
