"""Every form we post to Twilio has the fields and types of its published description, no other."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import web

from notifiers.message import Channel
from notifiers.twilio.client import TwilioGateway
from notifiers.twilio.notifier import Twilio
from tests.house.files import ROOT
from tests.notifiers.hooks import ACCOUNT, SENDER, call, sms

SERVICE = "MG" + "0" * 32
_FORMATS = {
    "phone-number": re.compile(r"\+[1-9]\d{6,14}"),
    "endpoint": re.compile(r"\+[1-9]\d{6,14}"),
    "twiml": re.compile(r"<\?xml.*</Response>", re.DOTALL),
}


def described(path: str) -> dict[str, Any]:
    """What the description says of a POST: the whole one where there is a copy, else our table."""
    given = os.environ.get("TWILIO_OPENAPI")
    if given is None:
        table = json.loads((ROOT / "tests/fixtures/twilio/requests.json").read_text("utf-8"))
        return dict(table[path])
    whole = json.loads(Path(given).read_text("utf-8"))
    post = whole["paths"][path]["post"]
    schema = post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    conditional = [
        ["".join(part.title() for part in name.split("_")) for name in names]
        for names in post.get("x-twilio", {}).get("conditional", [])
    ]
    properties = {name: _flat(field, whole) for name, field in schema["properties"].items()}
    return {
        "required": schema.get("required", []),
        "conditional": conditional,
        "properties": properties,
    }


def _flat(field: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """A field with what it refers to written out."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return {**field, **whole["components"]["schemas"][name]}
    return field


def posted() -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything we ever post: texts by number and by service, calls, and their ends."""
    seen: list[tuple[str, list[tuple[str, str]]]] = []

    async def write_down(request: web.BaseRequest) -> web.Response:
        body = (await request.read()).decode()
        seen.append((request.path, parse_qsl(body, keep_blank_values=True)))
        return web.json_response({"sid": "XX" + "0" * 32, "status": "queued"}, status=201)

    async def story() -> None:
        runner = web.ServerRunner(web.Server(write_down))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            for service in (None, SERVICE):
                twilio = Twilio(
                    TwilioGateway(
                        account_sid=ACCOUNT,
                        auth_token="t",
                        from_number=SENDER,
                        messaging_service_sid=service,
                        public_url="https://oncall.example",
                        api_url=url,
                    )
                )
                await twilio.send(sms())
                await twilio.send(call())
                await twilio.stop("CA" + "0" * 32, Channel.VOICE)
                await twilio.stop("SM" + "0" * 32, Channel.SMS)
                await twilio.close()
        finally:
            await runner.cleanup()

    asyncio.run(story())
    return seen


def template(path: str) -> str:
    """The path as the description writes it."""
    path = path.replace(ACCOUNT, "{AccountSid}")
    return re.sub(r"/(?:CA|SM)[0-9a-f]{32}\.json", "/{Sid}.json", path)


def problems(path: str, form: list[tuple[str, str]]) -> list[str]:
    """Where a form and the description differ."""
    said = described(path)
    names = {name for name, _ in form}
    found = [f"{name} is missing" for name in said["required"] if name not in names]
    found += [
        f"one of {several}" for several in said["conditional"] if not names.intersection(several)
    ]
    for name, value in form:
        field = said["properties"].get(name)
        if field is None:
            found.append(f"there is no field {name}")
        elif not _fits(value, field):
            found.append(f"{name}={value!r} is no {field['type']}")
        elif field["type"] != "array" and [n for n, _ in form].count(name) > 1:
            found.append(f"{name} is there twice")
    return found


def _fits(value: str, field: dict[str, Any]) -> bool:
    if field["type"] == "array":
        return _fits(value, field["items"])
    if field["type"] == "integer":
        low, high = field.get("minimum", 0), field.get("maximum", 10**9)
        return value.isdecimal() and int(low) <= int(value) <= int(high)
    if "enum" in field and value not in field["enum"]:
        return False
    if field.get("format") == "uri" and not urlsplit(value).netloc:
        return False
    wanted = _FORMATS.get(field.get("format", ""))
    if wanted is not None and not wanted.fullmatch(value):
        return False
    pattern = field.get("pattern")
    if pattern is not None and not re.search(pattern, value):
        return False
    return int(field.get("minLength", 0)) <= len(value) <= int(field.get("maxLength", 10**6))


def test_every_form_is_one_twilio_describes() -> None:
    """Texts, calls, hanging up, withdrawing: required fields, known names, right types."""
    forms = posted()
    assert {template(path).rpartition("/")[2] for path, _ in forms} == {
        "Messages.json",
        "Calls.json",
        "{Sid}.json",
    }
    assert [problems(template(path), form) for path, form in forms] == [[]] * len(forms)


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ([("Body", "x"), ("From", SENDER)], "To is missing"),
        ([("To", SENDER), ("Body", "x")], "one of ['From', 'MessagingServiceSid']"),
        ([("To", SENDER), ("From", SENDER), ("Body", "x"), ("Bogus", "1")], "no field Bogus"),
        ([("To", "139"), ("From", SENDER), ("Body", "x")], "To='139'"),
        (
            [("To", SENDER), ("From", SENDER), ("Body", "x"), ("ValidityPeriod", "soon")],
            "ValidityPeriod='soon'",
        ),
        (
            [("To", SENDER), ("MessagingServiceSid", "MG1"), ("Body", "x")],
            "MessagingServiceSid='MG1'",
        ),
        ([("To", SENDER), ("To", SENDER), ("From", SENDER), ("Body", "x")], "To is there twice"),
    ],
)
def test_the_check_can_fail(form: list[tuple[str, str]], problem: str) -> None:
    """A form that is wrong in one thing is told so."""
    path = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
    assert any(problem in one for one in problems(path, form))
