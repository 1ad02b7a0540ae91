"""What our messages say: number, category, place and deadline; never a word about the caller.

Nothing here ever teaches the words that make a carrier block us (END, CANCEL, QUIT, STOP), and
the free text of a transfer never travels: it may hold private data.
"""

from oncall.core.model import Channel, Notice
from oncall.core.texts.answers import Answer, answer, digest
from oncall.core.texts.facts import ASKS, Facts
from oncall.core.texts.sms import sms
from oncall.core.texts.voice import voice
from oncall.core.words import Text

__all__ = ["ASKS", "Answer", "Facts", "Text", "answer", "digest", "render"]


def render(
    t: Text, notice: Notice, channel: Channel, facts: Facts, signature: str, link: str = ""
) -> str:
    """The complete text of one message, signed; every notice has words for every channel.

    ``signature`` is the sender's registered name, with or without its 【brackets】. An SMS fits
    one part wherever the rules of ``sms`` allow; a call is said once, the notifier repeats it.
    ``link`` leads to the reader's answer page, where the channel carries links.
    """
    if channel is Channel.VOICE:
        return voice(t, notice, facts, signature)
    return sms(t, notice, facts, signature, link)
