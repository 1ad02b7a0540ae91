"""What can only be seen from outside: whether our own address answers, and its certificate."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta

import aiohttp

from notifiers.twilio import inbound
from oncall import certificates
from oncall.admin.findings import Finding, Level
from oncall.config import Settings
from oncall.core.words import N_

_SECONDS = 5
#: The status of a message that nobody sent: a right signature is answered, and nothing changes.
_PATH = "/hooks/twilio/status?attempt=doctor"
_SID = "SM" + "0" * 32


def look(settings: Settings, now: datetime, trust: ssl.SSLContext | None = None) -> list[Finding]:
    """Call our own hook and read our own certificate, each within five seconds.

    ``trust`` says whose certificates are believed: those of this machine unless given.
    """
    trust = trust or certificates.trusting()
    return [*_certificate(settings, now, trust), *_hook(settings, trust)]


# -- the hook ------------------------------------------------------------------------------


def _hook(settings: Settings, trust: ssl.SSLContext) -> Iterator[Finding]:
    """A call signed as Twilio signs, where Twilio is used and its token is known."""
    tokens = settings.twilio_tokens
    if "twilio" not in settings.channels or not tokens or settings.intranet == "yes":
        # Where nobody can call in, receipts and replies are fetched instead.
        return

    def said(level: Level, text: str, mend: str = "", **params: str) -> Finding:
        params["url"] = settings.public_url
        return Finding(what="hooks", level=level, said=text, mend=mend, params=params)

    try:
        status = asyncio.run(_call(settings, tokens[0], trust))
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as exc:
        yield said(
            Level.FAILURE,
            N_("{url} could not be reached from here ({why}): no receipt or reply would arrive."),
            N_(
                "Start `oncall serve`; check the name, the firewall, the certificate and the proxy "
                "before it. This machine must reach its own public address too."
            ),
            why=type(exc).__name__,
        )
        return
    if 200 <= status < 300:
        yield said(Level.OK, N_("A signed call to {url} was accepted."))
    elif status == 403:
        yield said(
            Level.FAILURE,
            N_("A signed call to {url} was refused: receipts and replies are refused as well."),
            N_(
                "Give the running service the same TWILIO_AUTH_TOKEN, TWILIO_ACCOUNT_SID and "
                "ONCALL_PUBLIC_URL, and restart it; the proxy must not change the path."
            ),
        )
    else:
        yield said(
            Level.FAILURE,
            N_("A signed call to {url} was answered with HTTP {status}: something else is there."),
            N_("Let the proxy lead everything under /hooks/ to `oncall serve`, without redirects."),
            status=str(status),
        )


async def _call(settings: Settings, token: str, trust: ssl.SSLContext) -> int:
    """The HTTP status of one signed call."""
    url = settings.public_url.rstrip("/") + _PATH
    form = [
        ("AccountSid", settings.twilio_account_sid),
        ("MessageSid", _SID),
        ("MessageStatus", "sent"),
    ]
    headers = {"X-Twilio-Signature": inbound.sign(url, form, token)}
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(url, data=form, headers=headers, ssl=trust, allow_redirects=False) as answer,
    ):
        return answer.status


# -- the certificate -----------------------------------------------------------------------


def _certificate(settings: Settings, now: datetime, trust: ssl.SSLContext) -> Iterator[Finding]:
    """Until when the certificate of an https address holds."""
    host = certificates.host_of(settings.public_url)
    if host is None:
        return

    def said(level: Level, text: str, mend: str = "", **params: str) -> Finding:
        params["host"] = host
        return Finding(what="certificate", level=level, said=text, mend=mend, params=params)

    renew = N_("Renew it, load it into the proxy, and let that be done by itself from now on.")
    try:
        end = certificates.ends(settings.public_url, trust)
    except ssl.SSLCertVerificationError as exc:
        yield said(
            Level.FAILURE,
            N_("The certificate of {host} is not believed: {why}."),
            N_("Use one for this name, of a known authority, with its whole chain."),
            why=exc.verify_message,
        )
        return
    except (OSError, ValueError) as exc:
        yield said(
            Level.WARNING,
            N_("The certificate of {host} could not be read from here ({why})."),
            N_("Check the name, the firewall and the proxy before `oncall serve`."),
            why=type(exc).__name__,
        )
        return
    day, left = end.date().isoformat(), end - now
    if left <= timedelta(0):
        yield said(Level.FAILURE, N_("The certificate of {host} ended on {day}."), renew, day=day)
    elif left < certificates.RENEW_WITHIN:
        yield said(
            Level.WARNING,
            N_("The certificate of {host} ends on {day}, in {days} days."),
            renew,
            day=day,
            days=str(left.days),
        )
    else:
        yield said(Level.OK, N_("The certificate of {host} holds until {day}."), day=day)
