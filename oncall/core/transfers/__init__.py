"""The transfer's own life: what may be accepted, who gets a part, and where the whole stands.

The pages are other machines; their outcomes are heard here, and the transfer's state is a function
of theirs while nothing else is the matter. It is acknowledged only when every lead and assisting
unit has acknowledged (clause 13); a copy 抄送 and the parallel police part never hold it back
(clauses 2 and 14). ``machine`` has the tables.
"""

from oncall.core.transfers.drafts import Draft, Named, check, shares
from oncall.core.transfers.machine import Decision, decide
from oncall.core.transfers.model import (
    BINDING,
    LIVE,
    POLICE_DESK,
    TERMINAL,
    Calling,
    Calls,
    Facts,
    Ground,
    Life,
    LifeTerms,
    Part,
    PartFact,
    PartRole,
    Share,
    Transfer,
    TransferState,
    Waiver,
    desk_of,
    part_state,
    standing,
)

__all__ = [
    "decide",
    "Decision",
    "Transfer",
    "TransferState",
    "TERMINAL",
    "LIVE",
    "Calling",
    "Calls",
    "Life",
    "Named",
    "Part",
    "PartRole",
    "BINDING",
    "POLICE_DESK",
    "Draft",
    "Share",
    "Ground",
    "Waiver",
    "Facts",
    "PartFact",
    "LifeTerms",
    "check",
    "shares",
    "standing",
    "part_state",
    "desk_of",
]
