"""`oncall doctor`: everything that must be right, each with its mend; exit 1 if anything is not."""

from __future__ import annotations

import click

from commands.lazy import command
from commands.output import bad, good, json_option, say, show_json, warn
from commands.records import office_of
from commands.session import session_of
from oncall.admin import doctor_outside
from oncall.admin.doctor import TITLES, examine
from oncall.admin.findings import Level
from oncall.core.words import N_

_TELL = {Level.OK: good, Level.WARNING: warn, Level.FAILURE: bad}


@command(N_("Look at everything that must be right; what is not comes with its mend."))
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Exit 1 if something must be mended; warnings do not count."""
    session = session_of(ctx)
    t = session.t
    with office_of(session, ready=False) as office:
        found = examine(session.settings, office.db, office.clock.now, t)
        found += doctor_outside.look(session.settings, office.now)
    failures = sum(finding.level is Level.FAILURE for finding in found)
    if as_json:
        show_json(
            {
                "ok": failures == 0,
                "checks": [
                    {
                        "check": finding.what,
                        "level": finding.level,
                        "said": finding.text(t),
                        "mend": finding.cure(t) or None,
                    }
                    for finding in found
                ],
            }
        )
    else:
        for finding in found:
            line = t(N_("{check}: {said}"))
            _TELL[finding.level](line.format(check=t(TITLES[finding.what]), said=finding.text(t)))
            if finding.level is not Level.OK and finding.mend:
                say(f"    {finding.cure(t)}")
        if failures:
            bad(t(N_("{n} to mend.")).format(n=failures))
        else:
            good(t(N_("Nothing has to be mended.")))
    ctx.exit(1 if failures else 0)
