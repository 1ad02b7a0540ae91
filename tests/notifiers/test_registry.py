"""The setting that names the channels."""

from collections.abc import Callable

import pytest

from notifiers.errors import ChannelsError
from notifiers.log import LogNotifier
from notifiers.message import Channel, Notifier
from notifiers.registry import build
from notifiers.testing import Phones
from notifiers.twilio.voice import TwilioVoice
from tests.notifiers.hooks import gateway


def _voice() -> Notifier:
    return TwilioVoice(gateway("http://127.0.0.1:9", "http://127.0.0.1:9"))


MAKE: dict[str, Callable[[], Notifier]] = {
    "log": LogNotifier,
    "phones": Phones,
    "voice-only": _voice,
}


def test_a_bare_name_serves_every_channel() -> None:
    """ "log" writes texts and calls alike, with one notifier."""
    built = build("log", MAKE)
    assert set(built) == set(Channel)
    assert built[Channel.SMS] == built[Channel.VOICE]


def test_order_is_kept() -> None:
    """The first named is tried first, and a notifier named twice is made once."""
    built = build(" sms = phones+log , voice=phones ", MAKE)
    assert [one.name for one in built[Channel.SMS]] == ["phones", "log"]
    assert built[Channel.VOICE] == (built[Channel.SMS][0],)


def test_a_channel_may_be_missing() -> None:
    """Texts only is a choice, so voice is absent rather than empty."""
    assert set(build("sms=log", MAKE)) == {Channel.SMS}


@pytest.mark.parametrize(
    ("spec", "code", "words"),
    [
        ("", "channels.none", "No channel"),
        ("sms=log,", "channels.empty", "'sms=log,'"),
        ("sms=pigeon", "channels.unknown", "'pigeon'; there are: log, phones, voice-only"),
        ("pigeon", "channels.unknown", "'pigeon'"),
        ("sms=", "channels.unknown", "'sms='"),
        ("smoke=log", "channels.channel", "'smoke'; there are: sms, voice"),
        ("sms=log,sms=phones", "channels.repeated", "'sms=phones'"),
        ("sms=log+log", "channels.twice", "log twice"),
        ("sms=voice-only", "channels.cannot", "voice-only cannot carry sms"),
    ],
)
def test_mistakes_say_where_and_how_to_mend(spec: str, code: str, words: str) -> None:
    """Every mistake names itself, shows the entry, and ends with how it should look."""
    with pytest.raises(ChannelsError) as caught:
        build(spec, MAKE)
    assert caught.value.code == code
    assert words in str(caught.value)
    assert '"sms=twilio,voice=twilio"' in str(caught.value)


def test_all_mistakes_at_once() -> None:
    """Whoever mends the setting mends it once."""
    with pytest.raises(ChannelsError) as caught:
        build("sms=pigeon,smoke=log", MAKE)
    assert [problem.code for problem in caught.value.problems] == [
        "channels.unknown",
        "channels.channel",
    ]
