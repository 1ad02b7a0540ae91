"""Calendar addresses, and what is read there: resolved duties, 30 days back, 180 ahead.

An address holds a secret of 192 bits that is kept as a hash only; making a new one ends the old.
There are addresses of people, of units, and of one role of a unit.
"""

from oncall.feeds.addresses import (
    Address,
    addresses,
    new_address,
    new_unit_address,
    revoke,
    revoke_unit,
)
from oncall.feeds.bodies import Feed, enclosure
from oncall.feeds.reading import Feeds

__all__ = [
    "Address",
    "Feed",
    "Feeds",
    "addresses",
    "enclosure",
    "new_address",
    "new_unit_address",
    "revoke",
    "revoke_unit",
]
