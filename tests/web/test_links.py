"""What the description says may follow each answer: every link leads somewhere, and is followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from oncall.verbs import VERBS
from tests.databases import Templates
from tests.web.serving import Site
from tests.world import World
from web.app import create_app
from web.links import LINKS

_EMBEDDED = "$response.body#/"


@pytest.fixture
def furnished_url(templates: Templates, tmp_path: Path) -> str:
    """One database: a link is the same over either."""
    return templates.sqlite(tmp_path / "oncall.db")


def read(answer: Any, said: Any) -> Any:
    """What an expression of a link, or a body with expressions in it, is for an answer."""
    if isinstance(said, dict):
        return {name: read(answer, value) for name, value in said.items()}
    if isinstance(said, list):
        return [read(answer, value) for value in said]
    if not isinstance(said, str) or not said.startswith(_EMBEDDED):
        return said
    for part in said.removeprefix(_EMBEDDED).split("/"):
        answer = answer[int(part) if part.isdecimal() else part]
    return answer


class Walk:
    """Goes from answer to answer by the links of the document alone."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.document = site.call("GET", "/api/v1/openapi.json", role=None).json()
        self.calls = {
            call["operationId"]: (method, path, call)
            for path, methods in self.document["paths"].items()
            for method, call in methods.items()
        }
        self.at: tuple[str, httpx.Response] = ("", httpx.Response(200))

    def begin(self, operation: str) -> Walk:
        """A first call, which needs nothing."""
        method, path, _ = self.calls[operation]
        self.at = (operation, self.site.call(method.upper(), path, role="admin"))
        return self

    def then(self, *ends: str) -> Walk:
        """The next calls, each named by how its operation ends or begins."""
        for end in ends:
            self._follow(end)
        return self

    def _follow(self, end: str) -> None:
        here, answer = self.at
        links = self.calls[here][2]["responses"][str(answer.status_code)]["links"]
        (name,) = (name for name in links if name.startswith(end) or name == f"act_{end}")
        link, body = links[name], answer.json()
        method, path, _ = self.calls[link["operationId"]]
        given = {key: read(body, said) for key, said in link["parameters"].items()}
        query = {key: value for key, value in given.items() if f"{{{key}}}" not in path}
        sent = read(body, link["requestBody"]) if "requestBody" in link else None
        address = path.format(**given)
        found = self.site.call(method.upper(), address, role="admin", params=query, json=sent)
        assert found.is_success, (name, found.text)
        self.at = (link["operationId"], found)


def test_a_matter_goes_its_whole_way_by_the_links_alone(site: Site) -> None:
    """Units, hand-over, ack, note, more time and its grant, result, feedback, close, reopen."""
    walk = Walk(site).begin("units_api_v1_units_get").then("hand_over", "ack_", "note_", "extend_")
    walk.then("decide")
    assert walk.at[1].json()["extended"] == 1
    walk.begin("list_transfers_api_v1_transfers_get").then("result", "feedback", "close")
    walk.then("reopen", "ack_", "show_")
    full = walk.at[1].json()
    assert (full["state"], full["parts"][-1]["page"]["owner"]) == ("extended", "张三")


def test_an_argument_is_settled_by_the_links_alone(site: Site) -> None:
    """A return that is upheld; then a dispute, a talk of three parties and what it came to."""
    walk = Walk(site).begin("units_api_v1_units_get").then("hand_over", "return", "uphold", "ack_")
    walk.then("dispute", "talk", "show_talk")
    assert "DESK-110" in walk.at[1].json()["units"]
    walk.begin("list_transfers_api_v1_transfers_get").then("talked")
    assert walk.at[1].json()["reason"] == "agreed"
    walk.begin("list_transfers_api_v1_transfers_get").then("rule")
    assert site.get("/routes").json()["items"][0]["source"] == "2026年11月会商纪要"


def test_every_link_finds_its_address_in_the_answer(world: World) -> None:
    """Field by field through the shapes; and every verb is led to from somewhere."""
    document = create_app(world.app, run_engine=False).openapi()
    shapes = document["components"]["schemas"]
    calls = {
        call["operationId"]: (path, call)
        for path, methods in document["paths"].items()
        for call in methods.values()
    }

    def there(schema: dict[str, Any], parts: list[str]) -> bool:
        schema = shapes[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        if not parts:
            return True
        options = [o for o in schema.get("anyOf", [schema]) if o.get("type") != "null"]
        if options != [schema]:
            return any(there(option, parts) for option in options)
        inner = schema["items"] if parts[0].isdecimal() else schema["properties"].get(parts[0])
        return inner is not None and there(inner, parts[1:])

    def pointers(said: Any) -> Iterator[str]:
        if isinstance(said, dict | list):
            for one in said.values() if isinstance(said, dict) else said:
                yield from pointers(one)
        elif isinstance(said, str) and said.startswith(_EMBEDDED):
            yield said.removeprefix(_EMBEDDED)

    led_to, count = set(), 0
    for _, call in calls.values():
        for answer in call["responses"].values():
            for link in answer.get("links", {}).values():
                count += 1
                led_to.add(link["operationId"])
                path, target = calls[link["operationId"]]
                known = {one["name"] for one in target.get("parameters", ())}
                assert set(link["parameters"]) <= known, path
                assert ("requestBody" in link) <= ("requestBody" in target), path
                schema = answer["content"]["application/json"]["schema"]
                for pointer in pointers([link["parameters"], link.get("requestBody")]):
                    assert there(schema, pointer.split("/")), (call["operationId"], pointer)
    assert count >= sum(map(len, LINKS.values()))
    assert {f"act_{verb.replace('-', '_')}" for verb in VERBS} <= led_to
