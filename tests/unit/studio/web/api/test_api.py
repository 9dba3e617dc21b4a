"""The REST API: tokens and scopes, briefs as JSON, idempotency, files, problems, webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from studio.errors import NotFoundError, UsageError
from studio.store.campaigns import Fault, TakeStatus
from studio.store.schema import api_requests
from studio.web.api.limits import BODY_BYTES_MAX
from studio.web.gate import COOKIE
from studio.wiring.api import toml_of
from tests.fakes.accounts_home import MARKETER, PASSWORD
from tests.fakes.api_home import SCOPES, ApiHome

CAMPAIGNS = "/api/v1/campaigns"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[ApiHome]:
    made = ApiHome(tmp_path)
    yield made
    made.close()


def test_brief_becomes_a_campaign_whose_takes_are_followed_to_the_file(home: ApiHome) -> None:
    client = home.client(home.token())
    answer = client.post(CAMPAIGNS, json=home.brief())
    assert answer.status_code == 202
    url = answer.json()["url"]
    said = client.get(url).json()
    assert said["status"] == "running"
    (take,) = said["takes"]
    assert take["status"] == "queued"
    assert take["file"] is None
    assert "path" not in take
    assert home.jobs.enqueued == [take["id"]]
    assert client.get(f"/api/v1/takes/{take['id']}/file").status_code == 404
    home.release(take["id"])
    assert client.get(url).json()["status"] == "done"
    take = client.get(f"/api/v1/takes/{take['id']}").json()
    assert take["status"] == "released"
    assert client.get(take["file"]).content == b"a released file"


def test_portrait_is_the_one_that_the_consent_is_bound_to(home: ApiHome) -> None:
    client = home.client(home.token())
    envelope = home.wiring.records.find(home.record)
    assert envelope is not None
    sha256 = envelope.record().scope.assets[0].sha256
    assert client.post(CAMPAIGNS, json=home.brief(portrait=sha256)).status_code == 202


@pytest.mark.parametrize("portrait", ["/etc/passwd", "../../keys/controller.key", "portrait.png", "0" * 64])
def test_no_file_of_the_machine_can_be_named(home: ApiHome, portrait: str) -> None:
    answer = home.client(home.token()).post(CAMPAIGNS, json=home.brief(portrait=portrait))
    assert answer.status_code == 422
    assert "SHA-256" in answer.json()["detail"]


@pytest.mark.parametrize("key", ["background", "logo", "stem"])
def test_no_other_file_either(home: ApiHome, key: str) -> None:
    answer = home.client(home.token()).post(CAMPAIGNS, json=home.brief(**{key: "/etc/passwd"}))
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(key)


def test_what_consent_does_not_cover_is_refused_with_its_reason(home: ApiHome) -> None:
    client = home.client(home.token())
    answer = client.post(CAMPAIGNS, json=home.brief(brand="Somebody Else"))
    said = client.get(answer.json()["url"]).json()
    assert said["status"] == "done"
    assert said["takes"][0]["reasons"][0]["code"] == "brand_not_covered"


def test_idempotency_key_makes_one_campaign(home: ApiHome) -> None:
    client = home.client(home.token())
    headers = {"Idempotency-Key": "order-17"}
    first = client.post(CAMPAIGNS, json=home.brief(), headers=headers).json()["campaign"]
    home.release(home.wiring.campaigns.takes_of(first)[0].id)  # an unfinished one would be found by its brief
    assert client.post(CAMPAIGNS, json=home.brief(), headers=headers).json()["campaign"] == first
    other = client.post(CAMPAIGNS, json=home.brief(title="Another"), headers=headers)
    assert other.status_code == 422
    assert "new key" in other.json()["detail"]
    assert client.post(CAMPAIGNS, json=home.brief()).json()["campaign"] != first
    mine = home.client(home.token()).post(CAMPAIGNS, json=home.brief(title="Another"), headers=headers)
    assert mine.status_code == 202  # the key of another token is another key


def test_key_of_a_request_that_failed_is_free_again(home: ApiHome) -> None:
    client, headers = home.client(home.token()), {"Idempotency-Key": "k"}
    assert client.post(CAMPAIGNS, json=home.brief(logo="x"), headers=headers).status_code == 422
    assert client.post(CAMPAIGNS, json=home.brief(), headers=headers).status_code == 202


def test_key_at_work_is_told_so(home: ApiHome) -> None:
    client, headers = home.client(home.token()), {"Idempotency-Key": "k"}
    assert client.post(CAMPAIGNS, json=home.brief(), headers=headers).status_code == 202
    with home.wiring.engine.begin() as connection:
        connection.execute(update(api_requests).values(campaign_id=None))  # as it is while the first one works
    assert client.post(CAMPAIGNS, json=home.brief(), headers=headers).status_code == 409


def test_body_that_is_too_large_is_not_read(home: ApiHome) -> None:
    client = home.client()
    assert client.post(CAMPAIGNS, content=b" " * (BODY_BYTES_MAX + 1)).status_code == 413
    assert client.post(CAMPAIGNS, content=iter([b"{}"])).status_code == 411


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer guess", "Bearer sayso_guess", "Basic YTpi", "bearer  "],
)
def test_without_a_token_nothing_is_answered(home: ApiHome, header: str) -> None:
    client = home.client()
    for method, path in (
        ("POST", CAMPAIGNS),
        ("GET", f"{CAMPAIGNS}/x"),
        ("GET", "/api/v1/takes/x"),
        ("GET", "/api/v1/takes/x/file"),
        ("POST", "/api/v1/verify"),
    ):
        answer = client.request(method, path, headers={"authorization": header} if header else {})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_cookie_never_opens_the_api_and_a_token_nothing_else(home: ApiHome) -> None:
    link = home.wiring.accounts.invite(MARKETER, role="marketer").path
    session = home.wiring.accounts.entering.accept(link.removeprefix("/start/"), PASSWORD, origin="x")
    assert session is not None
    client = home.client()
    client.cookies.set(COOKIE, session.token)
    assert client.get("/account").status_code == 200
    assert client.get(f"{CAMPAIGNS}/x").status_code == 401
    token = home.client(home.token())
    for path in ("/account", "/studio/", "/files/a/b", "/legal/"):
        assert token.get(path).status_code == 401
    token.headers["authorization"] = f"Bearer {session.token}"
    assert token.get(f"{CAMPAIGNS}/x").status_code == 401


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_opens_its_own_routes_alone(home: ApiHome, scope: str) -> None:
    client = home.client(home.token(scope))
    calls = {
        "campaigns:write": client.post(CAMPAIGNS, json=home.brief()),
        "campaigns:read": client.get(f"{CAMPAIGNS}/nothing"),
        "takes:read": client.get("/api/v1/takes/nothing"),
        "verify": client.post("/api/v1/verify", content=b"x"),
    }
    for needed, answer in calls.items():
        assert (answer.status_code == 403) == (needed != scope), needed
    assert client.get("/api/v1/takes/nothing/file").status_code == (404 if scope == "takes:read" else 403)


def test_token_ends_with_its_time_with_its_owner_and_when_it_is_revoked(home: ApiHome) -> None:
    link = home.wiring.accounts.invite(MARKETER, role="marketer").path
    home.wiring.accounts.entering.accept(link.removeprefix("/start/"), PASSWORD, origin="x")
    owned, own = home.token(email=MARKETER), home.token()
    tokens = home.wiring.tokens
    assert tokens.find(owned) is not None
    viewer = home.wiring.accounts.invite(MARKETER, role="viewer").path
    home.wiring.accounts.entering.accept(viewer.removeprefix("/start/"), PASSWORD, origin="x")
    assert tokens.find(owned) is None  # it does more than a viewer may
    home.wiring.accounts.remove(MARKETER)
    assert tokens.find(owned) is None
    tokens.revoke(tokens.find(own).id)  # type: ignore[union-attr]
    assert home.client(own).get(f"{CAMPAIGNS}/x").status_code == 401
    with pytest.raises(NotFoundError):
        tokens.revoke("nothing")
    last, now = home.token(), home.wiring.clock()
    assert tokens.find(last) is not None
    assert replace(tokens, clock=lambda: now + timedelta(days=91)).find(last) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"scopes": ()}, "opens nothing"),
        ({"scopes": ("everything",)}, "no scope"),
        ({"days": 0}, "1 to 366"),
        ({"name": " "}, "a name"),
    ],
)
def test_token_that_makes_no_sense_gets_a_sentence(home: ApiHome, values: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        home.wiring.tokens.make(**{"name": "x", "email": "console", "scopes": SCOPES, **values})  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        home.token(email="nobody@example.com")


def test_viewer_gets_no_token_that_writes(home: ApiHome) -> None:
    link = home.wiring.accounts.invite(MARKETER, role="viewer").path
    home.wiring.accounts.entering.accept(link.removeprefix("/start/"), PASSWORD, origin="x")
    with pytest.raises(UsageError, match="viewer may not campaigns:write"):
        home.token(email=MARKETER)
    assert home.token("takes:read", email=MARKETER)


def test_brief_that_cannot_be_read_says_where(home: ApiHome) -> None:
    client = home.client(home.token())
    answer = client.post(CAMPAIGNS, json=home.brief(colour="red"))
    assert answer.status_code == 422
    assert "colour" in answer.json()["errors"][0]["where"]
    assert client.post(CAMPAIGNS, content=b"{", headers={"content-type": "application/json"}).status_code == 422
    assert client.post(CAMPAIGNS, json=home.brief(consent="f" * 64)).status_code == 404
    assert client.get("/api/v1/nothing").json()["status"] == 404
    assert client.delete(CAMPAIGNS).headers["content-type"] == "application/problem+json"


def test_file_is_verified(home: ApiHome) -> None:
    client = home.client(home.token("verify"))
    assert client.post("/api/v1/verify", content=b"12345").json()["verdict"] == "unknown"
    assert client.post("/api/v1/verify", files={"other": b"x"}).status_code in {200, 400}


def test_openapi_names_every_route(home: ApiHome) -> None:
    paths = home.client().get("/api/v1/openapi.json").json()["paths"]
    assert set(paths) == {
        "/campaigns",
        "/campaigns/{campaign_id}",
        "/takes/{take_id}",
        "/takes/{take_id}/file",
        "/verify",
    }


def test_every_end_of_a_take_is_queued_for_the_webhook_once(tmp_path: Path) -> None:
    environ = {"SAYSO_WEBHOOK_URL": "https://example.com/x", "SAYSO_WEBHOOK_SECRET": "0123456789abcdef"}
    home = ApiHome(tmp_path, environ=environ)
    client = home.client(home.token())
    takes = [dict(home.brief()["takes"][0], text=text) for text in ("Un café.", "Deux cafés.")]  # type: ignore[index]
    campaign = client.post(CAMPAIGNS, json=home.brief(takes=takes)).json()["campaign"]
    refused = client.post(CAMPAIGNS, json=home.brief(brand="Somebody Else")).json()["campaign"]
    first, second = home.wiring.campaigns.takes_of(campaign)
    home.release(first.id)
    for _ in range(2):
        faults = (Fault(code="x", message="Camille was not heard"),)
        home.wiring.campaigns.finish(second.id, status=TakeStatus.FAILED, at=home.wiring.clock(), faults=faults)
    bodies = [
        json.loads(one.message.body) for one in home.wiring.keeping.outbox.all() if one.message.channel == "webhook"
    ]
    said = [(one["event"], one["campaign"], one["reasons"]) for one in bodies if one["event"].startswith("take.")]
    assert said == [
        ("take.refused", refused, ["brand_not_covered"]),
        ("take.released", campaign, []),
        ("take.failed", campaign, ["x"]),
    ]
    home.close()


def test_json_becomes_toml_that_says_the_same() -> None:
    import tomllib

    table = {
        "text": 'quotes " and \\ and \x7f é\n',
        "n": 1.5,
        "yes": True,
        "list": ["a", "b"],
        "dict": {"a b": "c", "none": None},
        "nothing": None,
        "takes": [{"locale": "fr-FR", "lines": [{"start_s": 0.0, "text": "x"}]}],
    }
    read = tomllib.loads(toml_of(table))  # type: ignore[arg-type]
    assert read["text"] == table["text"]
    assert read["dict"] == {"a b": "c"}
    assert read["takes"] == table["takes"]
    assert "nothing" not in read
