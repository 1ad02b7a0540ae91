"""Everything that must be right before a county relies on it: looked at, judged, with its mend."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from notifiers import registry
from notifiers.errors import NotifierError
from notifiers.log import LogNotifier
from notifiers.message import Channel
from oncall.admin import doctor_cards, doctor_lists, doctor_sources, doctor_watch, orphans
from oncall.admin.findings import Finding, Level
from oncall.admin.history import holes
from oncall.admin.matters import served
from oncall.admin.office import check_ready, policy_of
from oncall.config import Settings, data_folder
from oncall.core.errors import Invalid, OncallError
from oncall.core.faults import explain_error
from oncall.core.words import N_, Text
from oncall.directory import Directory, policy_in_force
from oncall.providers import PROVIDERS, PUSHING, lacking, makers
from oncall.store import directory as rows
from oncall.store import upkeep
from oncall.store.database import Database, Tx
from oncall.store.revisions import newest
from rosters.model import Gap

AHEAD, SOON = timedelta(days=7), timedelta(days=1)
_SHORTEST_KEY = 32
_NAMED = 5


def examine(
    settings: Settings, db: Database, clock: Callable[[], datetime], t: Text
) -> list[Finding]:
    """Look at everything; one failure does not keep the rest from being looked at."""
    now = clock()
    found = [*_secret(settings), *_channels(settings), *_public_url(settings)]
    try:
        check_ready(db)
    except OncallError as exc:
        explained = explain_error(t, exc)
        failed = Finding(
            what="database", level=Level.FAILURE, said="{said}", mend="{mend}",
            params={"said": explained.message, "mend": explained.mend},
        )  # fmt: skip
        return [failed, *found]
    fine = Finding(
        what="database",
        level=Level.OK,
        said=N_("The database answers, revision {revision}."),
        params={"revision": newest()},
    )
    with db.read() as tx:
        inside = [*_policy(tx, settings, t), *_directory(tx, now), *_clock(tx, clock)]
        inside += doctor_lists.look(tx, now.astimezone(settings.zone).date())
        inside += doctor_watch.look(tx, settings, now)
        inside += _cards(tx, settings, now)
        inside += orphans.look(tx)
    return [fine, *inside, *found]


# -- settings ------------------------------------------------------------------------------


def _secret(settings: Settings) -> Iterator[Finding]:
    def said(level: Level, text: str, mend: str = "", **params: str) -> Finding:
        return Finding(what="secret key", level=level, said=text, mend=mend, params=params)

    if settings.secret_key:
        if len(settings.secret_key) < _SHORTEST_KEY:
            yield said(
                Level.FAILURE,
                N_("ONCALL_SECRET_KEY is short and can be guessed."),
                N_("Use at least {n} random characters."),
                n=str(_SHORTEST_KEY),
            )
        else:
            yield said(Level.OK, N_("The secret key is set."))
        return
    path = data_folder(settings) / "secret_key"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        yield said(Level.OK, N_("The secret key will be made when it is first needed."))
        return
    if mode & 0o077:
        yield said(
            Level.FAILURE,
            N_("Others on this machine can read {file}."),
            N_("chmod 600 {file}"),
            file=str(path),
        )
    else:
        yield said(Level.OK, N_("The secret key is kept in {file}."), file=str(path))


def _channels(settings: Settings) -> Iterator[Finding]:
    def said(level: Level, text: str, mend: str = "", **params: str) -> Finding:
        return Finding(what="channels", level=level, said=text, mend=mend, params=params)

    names = settings.channels
    try:
        # Only the names are looked at; whoever really sends is made by `wiring`.
        built = registry.build(names, {name: _Named(name).itself for name in PROVIDERS})
    except NotifierError as exc:
        yield said(
            Level.FAILURE,
            N_("The channels cannot be used: {why}"),
            N_("Mend ONCALL_CHANNELS."),
            why=str(exc),
        )
        return
    used = {notifier.name for some in built.values() for notifier in some} - {"log"}
    if not used:
        yield said(
            Level.WARNING,
            N_("ONCALL_CHANNELS is “{channels}”: no message leaves this machine."),
            N_("For real phones: ONCALL_CHANNELS=sms=twilio,voice=twilio"),
            channels=names,
        )
        return
    missing = [(name, variable) for name in sorted(used) for variable in lacking(settings, name)]
    for name, variable in missing:
        yield said(
            Level.FAILURE,
            N_("{provider} is to send, but {variable} is not set."),
            N_("Set it; docs/settings.md says where it comes from."),
            provider=name,
            variable=variable,
        )
    if not missing:
        yield from _made(settings, names)
    if used & PUSHING and not settings.hook_tokens:
        yield said(
            Level.WARNING,
            N_("ONCALL_HOOK_TOKEN is not set: receipts and replies of {providers} are refused."),
            N_("Set a long random word, and give the provider the address with it (docs)."),
            providers=", ".join(sorted(used & PUSHING)),
        )


class _Named(LogNotifier):
    """Stands for a notifier whose name is all that is looked at."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def itself(self) -> Self:
        return self


def _made(settings: Settings, names: str) -> Iterator[Finding]:
    """Whether the notifiers can really be made: settings that do not fit together are told here."""
    try:
        built = registry.build(names, makers(settings, 1))
    except NotifierError as exc:
        yield Finding(
            what="channels",
            level=Level.FAILURE,
            said=N_("The channels cannot be used: {why}"),
            mend=N_("Set it; docs/settings.md says where it comes from."),
            params={"why": str(exc)},
        )
    else:
        yield Finding(
            what="channels",
            level=Level.OK,
            said=N_("Messages are sent: {channels}."),
            params={"channels": names},
        )
        called = any(notifier.name != "log" for notifier in built.get(Channel.VOICE, ()))
        if called and not registry.bridges(built):
            yield Finding(
                what="channels",
                level=Level.OK,
                said=N_(
                    "Nobody here puts telephone calls together: whoever joins a talk of three "
                    "parties is texted to ring the desk."
                ),
            )


def _public_url(settings: Settings) -> Iterator[Finding]:
    def said(level: Level, text: str, mend: str = "") -> Finding:
        url = {"url": settings.public_url}
        return Finding(what="public address", level=level, said=text, mend=mend, params=url)

    host = urlsplit(settings.public_url).hostname or ""
    real = any(name in settings.channels for name in (*PUSHING, "twilio"))
    real = real and not settings.twilio_api_url
    mend = N_("Set ONCALL_PUBLIC_URL to the https address providers and phones reach.")
    if real and _is_private(host):
        yield said(
            Level.FAILURE, N_("Providers cannot reach {url}: no answer would come back."), mend
        )
    elif real and not settings.public_url.startswith("https://"):
        yield said(Level.WARNING, N_("{url} is not encrypted: answers travel in the open."), mend)
    else:
        yield said(Level.OK, N_("Links and hooks lead to {url}."))


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return host in ("", "localhost") or host.endswith((".local", ".lan", ".internal"))


# -- what is in the database ---------------------------------------------------------------


def _policy(tx: Tx, settings: Settings, t: Text) -> Iterator[Finding]:
    try:
        book = policy_in_force(tx, policy_of(settings))
    except Invalid as exc:
        yield Finding(
            what="policy",
            level=Level.FAILURE,
            said=N_("The policy in force cannot be read: {why}"),
            mend=N_("Apply a policy file that `oncall policy check` finds good."),
            params={"why": str(explain_error(t, exc))},
        )
        return
    known = {unit.code for unit in rows.all_units(tx)}
    asked = {
        ask.unit
        for policy in book.policies.values()
        for step in policy.steps
        for ask in step.asks
        if ask.unit is not None
    }
    lacking = sorted(asked - known)
    if lacking:
        yield Finding(
            what="policy",
            level=Level.FAILURE,
            said=N_("The policy “{name}” asks units that do not exist: {units}."),
            mend=N_("Import them, or apply a policy that asks others."),
            params={"name": book.name, "units": ", ".join(lacking)},
        )
    else:
        yield Finding(
            what="policy",
            level=Level.OK,
            said=N_("The policy “{name}” is in force."),
            params={"name": book.name},
        )


def _directory(tx: Tx, now: datetime) -> Iterator[Finding]:
    units = [u.code for u in rows.all_units(tx) if not u.ended(now.date())]
    peopled = {p.unit for p in rows.all_people(tx) if p.active}
    yield _listed(
        "units",
        [unit for unit in units if unit not in peopled],
        none=N_("Every one of the {count} units has people."),
        some=N_("{count} units have nobody: {names}."),
        mend=N_("Import their people with `oncall person import`."),
        of=len(units),
    )
    yield _listed(
        "numbers",
        [f"{name} ({unit})" for unit, name in upkeep.without_numbers(tx)],
        none=N_("Everybody has a number."),
        some=N_("{count} people have no number: {names}."),
        mend=N_("Add their mobile or office number and import them again."),
    )
    yield from doctor_sources.look(tx, now)
    yield from _coverage(tx, [unit for unit in units if unit in peopled], now)


def _coverage(tx: Tx, units: list[str], now: datetime) -> Iterator[Finding]:
    gaps = holes(tx, units, now, now + AHEAD)
    soon = [gap for gap in gaps if gap.start < now + SOON]

    def named(found: list[Gap]) -> list[str]:
        return list(dict.fromkeys(gap.unit for gap in found))

    mend = N_("`oncall roster gaps` shows when; upload a roster or name a standing liaison.")
    if soon:
        yield _listed(
            "rosters",
            named(soon),
            none="",
            some=N_("{count} units have nobody as primary within a day: {names}."),
            mend=mend,
        )
    later = [gap for gap in gaps if gap.unit not in named(soon)]
    if later:
        finding = _listed(
            "rosters",
            named(later),
            none="",
            some=N_("{count} units have nobody as primary within a week: {names}."),
            mend=mend,
        )
        yield Finding(
            what=finding.what,
            level=Level.WARNING,
            said=finding.said,
            mend=finding.mend,
            params=finding.params,
        )
    if not gaps:
        said = N_("Every unit with people has a primary for the next seven days.")
        yield Finding(what="rosters", level=Level.OK, said=said)


def _cards(tx: Tx, settings: Settings, now: datetime) -> Iterator[Finding]:
    snapshot = Directory(policy_of(settings), aloud=False).at(tx, now)
    yield from doctor_cards.look(tx, snapshot, snapshot.book, settings, now)


def _listed(
    what: str, names: list[str], *, none: str, some: str, mend: str, of: int = 0
) -> Finding:
    if not names:
        return Finding(what=what, level=Level.OK, said=none, params={"count": str(of)})
    shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    params = {"count": str(len(names)), "names": shown}
    return Finding(what=what, level=Level.FAILURE, said=some, mend=mend, params=params)


def _clock(tx: Tx, clock: Callable[[], datetime]) -> Iterator[Finding]:
    drift = upkeep.drift(tx, clock)
    if drift > upkeep.DRIFT:
        yield Finding(
            what="clock",
            level=Level.FAILURE,
            said=N_("This machine's clock and the database's differ by {seconds} s."),
            mend=N_("Let both follow a time server."),
            params={"seconds": f"{drift.total_seconds():.1f}"},
        )
    else:
        said = N_("The clock shows {now} UTC.")
        params = {"now": clock().strftime("%Y-%m-%d %H:%M:%S")}
        yield Finding(what="clock", level=Level.OK, said=said, params=params)
    if served(tx):
        yield Finding(what="service", level=Level.OK, said=N_("A service decides and sends."))
    else:
        yield Finding(
            what="service",
            level=Level.WARNING,
            said=N_("No service is running: nothing is decided or sent."),
            mend=N_("Start `oncall serve`."),
        )


#: What each thing is called on a screen.
TITLES: Mapping[str, str] = {
    "database": N_("Database"),
    "policy": N_("Policy"),
    "units": N_("Units"),
    "numbers": N_("Numbers"),
    "proven numbers": N_("Contact cards"),
    "rosters": N_("Rosters"),
    "holidays": N_("Holidays"),
    "calendars": N_("Calendars that others keep"),
    "people who left": N_("People who left"),
    "groups": N_("Groups"),
    "routes": N_("Routes"),
    "clock": N_("Clock"),
    "service": N_("Service"),
    "secret key": N_("Secret key"),
    "channels": N_("Channels"),
    "public address": N_("Public address"),
    "certificate": N_("Certificate"),
    "hooks": N_("Hooks"),
    "self-watch": N_("Self-watch"),
    "heartbeat": N_("Heartbeat"),
    "backup": N_("Backup"),
    "orphans": N_("Transfers with no end in sight"),
}
