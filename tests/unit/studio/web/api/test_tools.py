"""Assistants get the actions of the API and nothing more: same tokens, same scopes, same gates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.api_home import ApiHome

TOOLS = {"list_consents", "explain", "produce", "campaign_status", "take_status"}
HEADERS = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[ApiHome]:
    made = ApiHome(tmp_path)
    yield made
    made.close()


class Assistant:
    """Speaks the protocol by hand, so that what goes over the wire is what the tests see."""

    def __init__(self, home: ApiHome, *scopes: str) -> None:
        self.client = home.client(home.token(*scopes))

    def post(self, method: str, params: dict[str, object]) -> dict[str, object]:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self.client.post("/api/v1/mcp", json=body, headers=HEADERS)
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()["result"]
        return found

    def call(self, name: str, **arguments: object) -> tuple[bool, str]:
        """Whether the tool did it, and what it said."""
        found = self.post("tools/call", {"name": name, "arguments": arguments})
        content = found["content"]
        assert isinstance(content, list)
        return not found.get("isError"), "\n".join(part["text"] for part in content)


def test_an_assistant_is_told_what_it_may_do_and_nothing_that_changes_a_consent(home: ApiHome) -> None:
    assistant = Assistant(home)
    said = assistant.post(
        "initialize",
        {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
    )
    assert "explain a brief before producing it" in str(said["instructions"])
    tools = assistant.post("tools/list", {})["tools"]
    assert isinstance(tools, list)
    assert {tool["name"] for tool in tools} == TOOLS
    assert [tool["name"] for tool in tools if not tool["annotations"]["readOnlyHint"]] == ["produce"]


def test_from_the_list_of_consents_to_the_file(home: ApiHome) -> None:
    assistant = Assistant(home)
    done, said = assistant.call("list_consents")
    assert done
    line = json.loads(said)
    assert line["record_id"] == home.record
    done, said = assistant.call("explain", brief=home.brief(consent=line["record_id"]))
    assert done
    assert '"decision": "granted"' in said
    assert home.jobs.enqueued == []
    done, said = assistant.call("produce", brief=home.brief())
    campaign = json.loads(said)["campaign"]
    (take,) = home.jobs.enqueued
    home.release(take)
    done, said = assistant.call("campaign_status", campaign=campaign)
    assert json.loads(said)["status"] == "done"
    done, said = assistant.call("take_status", take=take)
    assert assistant.client.get(json.loads(said)["file"]).content == b"a released file"


def test_explaining_names_what_consent_does_not_cover(home: ApiHome) -> None:
    said = home.brief()
    said["brand"] = "Another"
    done, answer = Assistant(home).call("explain", brief=said)
    assert done
    assert "brand_not_covered" in answer


def test_producing_what_is_not_covered_is_refused_take_by_take(home: ApiHome) -> None:
    assistant = Assistant(home)
    _, said = assistant.call("produce", brief=home.brief(brand="Another"))
    _, status = assistant.call("campaign_status", campaign=json.loads(said)["campaign"])
    (take,) = json.loads(status)["takes"]
    assert take["status"] == "refused"
    assert home.jobs.enqueued == []


def test_the_same_key_orders_once(home: ApiHome) -> None:
    assistant = Assistant(home)
    first = assistant.call("produce", brief=home.brief(), idempotency_key="one")
    assert assistant.call("produce", brief=home.brief(), idempotency_key="one") == first
    done, said = assistant.call("produce", brief=home.brief(commercial=False), idempotency_key="one")
    assert not done
    assert "another brief" in said


@pytest.mark.parametrize(
    ("scope", "name", "arguments"),
    [
        ("campaigns:read", "produce", {"brief": {}}),
        ("campaigns:write", "explain", {"brief": {}}),
        ("takes:read", "list_consents", {}),
        ("verify", "campaign_status", {"campaign": "c"}),
        ("campaigns:read", "take_status", {"take": "t"}),
    ],
)
def test_a_tool_needs_its_scope(home: ApiHome, scope: str, name: str, arguments: dict[str, object]) -> None:
    if "brief" in arguments:
        arguments = {"brief": home.brief()}
    done, said = Assistant(home, scope).call(name, **arguments)
    assert not done
    assert "has no scope" in said
    assert home.jobs.enqueued == []


@pytest.mark.parametrize("sent", ["", "Bearer sayso_wrong", "Basic sayso"])
def test_nobody_comes_in_without_a_token(home: ApiHome, sent: str) -> None:
    headers = HEADERS | ({"authorization": sent} if sent else {})
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    answer = home.client().post("/api/v1/mcp", json=body, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("brief", [{}, {"consent": "x", "surprise": 1}])
def test_a_brief_that_cannot_be_read_is_named(home: ApiHome, brief: dict[str, object]) -> None:
    done, said = Assistant(home).call("produce", brief=brief)
    assert not done
    assert "brand" in said
    assert home.jobs.enqueued == []


def test_unknown_campaign_is_a_sentence(home: ApiHome) -> None:
    done, said = Assistant(home).call("campaign_status", campaign="c-nowhere")
    assert not done
    assert "there is no campaign c-nowhere" in said


def test_no_file_of_the_machine_can_be_named(home: ApiHome) -> None:
    done, said = Assistant(home).call("produce", brief=home.brief(portrait="/etc/passwd"))
    assert not done
    assert "SHA-256" in said


def test_the_protocols_own_client_is_understood(home: ApiHome) -> None:
    """What the library's makers ship as a client, over the app's own transport."""
    import anyio
    import httpx2
    from mcp.client.session import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    headers = {"authorization": f"Bearer {home.token()}"}

    async def ask() -> tuple[set[str], str]:
        transport = httpx2.ASGITransport(home.app)
        async with (
            httpx2.AsyncClient(transport=transport, headers=headers, base_url="http://localhost") as client,
            streamable_http_client("http://localhost/api/v1/mcp", http_client=client) as (read, write),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = await session.list_tools()
            found = await session.call_tool("list_consents", {})
            return {tool.name for tool in tools.tools}, str(found.structured_content)

    names, said = anyio.run(ask)
    assert names == TOOLS
    assert home.record in said
