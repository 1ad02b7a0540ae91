"""Turn the setting that names the channels into ordered notifiers for each channel."""

from collections.abc import Callable, Mapping, Sequence

from notifiers.errors import ChannelsError, NotifierError
from notifiers.message import Channel, Notifier

_HOW = 'Write for example "sms=twilio,voice=twilio", "sms=twilio+log" or "log".'


def bridges(built: Mapping[Channel, Sequence[Notifier]]) -> bool:
    """Whether some provider of calls can put several of them into one conversation."""
    return any(n.capabilities(Channel.VOICE).conference for n in built.get(Channel.VOICE, ()))


def build(
    spec: str, make: Mapping[str, Callable[[], Notifier]]
) -> Mapping[Channel, tuple[Notifier, ...]]:
    """Parse "log" or "sms=a+b,voice=a": for each channel its notifiers, the first tried first.

    A bare name serves every channel it can carry. A notifier named twice is made once.
    Raises ChannelsError with every problem: what is wrong, where, and how to mend it.
    """
    problems: list[NotifierError] = []
    chosen: dict[Channel, list[str]] = {}
    bare: list[str] = []
    for entry in (part.strip() for part in spec.split(",")):
        if not entry:
            if spec.strip():
                problems.append(
                    _problem("empty", "There is an empty entry in {spec!r}.", spec=spec)
                )
            continue
        head, equals, names = entry.partition("=")
        if not equals:
            bare += _known(entry, entry, make, problems)
            continue
        channel = _channel(head.strip(), entry, problems)
        known = _known(names, entry, make, problems)
        if channel is None:
            continue
        if channel in chosen:
            problems.append(
                _problem(
                    "repeated",
                    "{entry!r} names the channel {channel} again.",
                    entry=entry,
                    channel=channel,
                )
            )
            continue
        chosen[channel] = known
    if not spec.strip():
        problems.append(_problem("none", "No channel is named, so nobody could be reached."))
    if problems:
        raise ChannelsError(tuple(problems))
    return _made(chosen, bare, make)


def _made(
    chosen: Mapping[Channel, list[str]], bare: list[str], make: Mapping[str, Callable[[], Notifier]]
) -> dict[Channel, tuple[Notifier, ...]]:
    names = dict.fromkeys([*(name for some in chosen.values() for name in some), *bare])
    made = {name: make[name]() for name in names}
    problems = [
        _problem(
            "cannot",
            "{name} cannot carry {channel} with the present settings.",
            name=name,
            channel=channel,
        )
        for channel, some in chosen.items()
        for name in some
        if channel not in made[name].channels
    ]
    if problems:
        raise ChannelsError(tuple(problems))
    built: dict[Channel, tuple[Notifier, ...]] = {}
    for channel in Channel:
        some = chosen.get(channel, [name for name in bare if channel in made[name].channels])
        if some:
            built[channel] = tuple(made[name] for name in some)
    return built


def _channel(word: str, entry: str, problems: list[NotifierError]) -> Channel | None:
    try:
        return Channel(word)
    except ValueError:
        problems.append(
            _problem(
                "channel",
                "{entry!r}: there is no channel {word!r}; there are: {known}.",
                entry=entry,
                word=word,
                known=", ".join(Channel),
            )
        )
        return None


def _known(
    names: str,
    entry: str,
    make: Mapping[str, Callable[[], Notifier]],
    problems: list[NotifierError],
) -> list[str]:
    known = []
    for name in (part.strip() for part in names.split("+")):
        if name in known:
            problems.append(
                _problem("twice", "{entry!r} names {name} twice.", entry=entry, name=name)
            )
        elif name in make:
            known.append(name)
        else:
            problems.append(
                _problem(
                    "unknown",
                    "{entry!r}: there is no notifier {name!r}; there are: {known}.",
                    entry=entry,
                    name=name,
                    known=", ".join(sorted(make)),
                )
            )
    return known


def _problem(code: str, message: str, **params: str) -> NotifierError:
    return NotifierError(f"channels.{code}", f"{message} {_HOW}", **params)
