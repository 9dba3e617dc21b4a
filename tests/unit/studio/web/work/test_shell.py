"""The frame around the marketers' pages: language, who is there, trouble in one way, and no script but ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.testclient import TestClient

from pipelines.release.verdict import Verdict, VerdictKind
from studio.errors import NotFoundError, UsageError
from studio.web.app import WebParts, create_app
from studio.web.gate import Sessions
from studio.web.public.router import PublicParts
from studio.web.work.view import WorkView


def room(view: WorkView) -> APIRouter:
    router = APIRouter()

    @router.get("/plain")
    def plain(request: Request) -> Response:
        return view.page(request, "work/trouble.html", {"trouble": "<b>found</b>"})

    @router.get("/missing")
    def missing() -> Response:
        raise NotFoundError("campaign c-1 is not here")

    @router.get("/wrong")
    def wrong() -> Response:
        raise UsageError("a name is needed")

    @router.get("/count/{number}")
    def count(number: int) -> Response:
        return Response(str(number))

    return router


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    web = WebParts(
        library=tmp_path,
        public=PublicParts(
            verify=lambda _: Verdict(verdict=VerdictKind.UNKNOWN, summary="", media_type="video/mp4"),
            standing=lambda _take: None,
        ),
        sessions=Sessions(),
        announce=lambda _path: None,
        work=(room,),
    )
    client = TestClient(create_app(web), base_url="http://localhost", follow_redirects=False)
    client.get(web.sessions.new_start_path())
    return client


def test_a_page_speaks_the_language_of_the_browser(client: TestClient) -> None:
    page = client.get("/work/plain", headers={"accept-language": "de-AT,en;q=0.5"}).text
    assert '<html lang="de">' in page
    assert "Abmelden" in page


def test_a_chosen_language_stays_and_returns_to_the_page(client: TestClient) -> None:
    answer = client.post("/language", data={"language": "it", "back": "/work/plain"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/work/plain")
    assert "Esci" in client.get("/work/plain", headers={"accept-language": "de"}).text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x"])
def test_choosing_a_language_leads_nowhere_else(client: TestClient, back: str) -> None:
    assert client.post("/language", data={"language": "fr", "back": back}).headers["location"] == "/"


def test_an_unknown_language_sets_nothing(client: TestClient) -> None:
    assert "set-cookie" not in client.post("/language", data={"language": "tlh", "back": "/work/plain"}).headers


def test_no_script_but_ours_runs_and_nothing_is_kept(client: TestClient) -> None:
    answer = client.get("/work/plain")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "&lt;b&gt;found" in answer.text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/work/missing", 404, "campaign c-1 is not here"),
        ("/work/wrong", 422, "a name is needed"),
        ("/work/nowhere", 404, "There is no such page"),
        ("/work/count/many", 422, "does not fit"),
    ],
)
def test_trouble_is_said_on_a_page(client: TestClient, path: str, status: int, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert said in answer.text
