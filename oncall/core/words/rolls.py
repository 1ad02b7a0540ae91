"""What people read on the roll of a group that is called."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.core.words.mark import N_

#: What a unit, or somebody of it, has answered.
RESPONSES: Mapping[str, str] = {
    "not_called": N_("not called yet"),
    "waiting": N_("no answer yet"),
    "silent": N_("silent beyond the time"),
    "acked": N_("answered"),
    "declined": N_("cannot"),
    "unreachable": N_("nobody reachable"),
    "relieved": N_("not needed any more"),
}

#: How far a message came; none of this is an answer.
ARRIVALS: Mapping[str, str] = {
    "none": N_("nothing sent"),
    "queued": N_("queued"),
    "failed": N_("did not arrive"),
    "sent": N_("sent"),
    "delivered": N_("delivered"),
    "answered": N_("call answered"),
}

#: Something said to everybody who was told.
WORDS: Mapping[str, str] = {
    "corrected": N_("Correction"),
    "withdrawn": N_("Withdrawal"),
}
