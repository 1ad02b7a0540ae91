"""The log line of one decision about a transfer: the event whole, and what followed from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from oncall.core.transfers import Decision, PartRole, Transfer
from oncall.core.transfers import commands as c
from oncall.core.transfers import events as e
from oncall.store.log import Entry


def entry(transfer: Transfer, event: e.TransferEvent, decision: Decision, now: datetime) -> Entry:
    """The log line of one decision: the event whole, where the transfer stood after it, whose."""
    told = msgspec.to_builtins(event) | {"state": decision.transfer.state}
    lead = _new_lead(decision.commands)
    if lead is not None:
        told["lead"] = lead
    return Entry(
        transfer=transfer.id,
        at=now,
        event=type(event).__name__,
        reason=decision.reason,
        who=event.by or None,
        payload=told,
    )


def _new_lead(commands: Iterable[c.TransferCommand]) -> str | None:
    """The unit that leads since a decision, where that changed."""
    for command in commands:
        if isinstance(command, c.ChangeRole) and command.role is PartRole.LEAD:
            return command.unit
        shares = command.shares if isinstance(command, c.OpenParts) else ()
        for share in shares:
            if share.role is PartRole.LEAD:
                return share.unit
    return None
