"""Which groups a robot stands in: their names, addresses and secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifiers.errors import GatewayError


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """One robot in one group."""

    name: str
    #: Whoever knows it can write there.
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


def read(text: str, setting: str) -> Mapping[str, Group]:
    """Groups by name, from "https://…" or "name https://… secret, other https://…".

    Raises GatewayError naming the `setting`; never an address, for it is a secret.
    """
    groups: dict[str, Group] = {}
    for place, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
        words = entry.split()
        at = next(
            (i for i, word in enumerate(words) if word.startswith(("https://", "http://"))), None
        )
        if at is None or at > 1 or len(words) - at > 2:
            raise _wrong(setting, place)
        name = words[0] if at else ""
        if name in groups:
            raise _wrong(setting, place)
        secret = words[at + 1] if len(words) > at + 1 else ""
        groups[name] = Group(name=name, url=words[at], secret=secret)
    if not groups:
        raise GatewayError("robots.none", "{setting} names no robot to write to.", setting=setting)
    return groups


def chosen(groups: Mapping[str, Group], name: str) -> Group | None:
    """The group of that name; the first one for no name at all."""
    return groups.get(name) if name else next(iter(groups.values()))


def _wrong(setting: str, place: int) -> GatewayError:
    return GatewayError(
        "robots.entry",
        "{setting}: entry {place} is not a name, an address and perhaps a secret, or its name is"
        " there twice. Write: 值班群 https://… SECRET",
        setting=setting,
        place=str(place),
    )
