"""The pages of accounts: invitation, sign-in, second factor, reset, first admin, one's own sessions."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from studio.accounts.lockout import OF_ACCOUNT
from studio.web.accounts.cookies import HALF_COOKIE
from studio.web.gate import COOKIE
from tests.fakes.accounts_home import ADMIN, LEGAL, MARKETER, PASSWORD, AccountsHome
from tests.fakes.accounts_web import AccountsWeb

HTML = {"accept": "text/html"}
TWICE = {"password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[AccountsWeb]:
    made = AccountsWeb(tmp_path)
    yield made
    made.home.engine.dispose()


def enrol(web: AccountsWeb, client: TestClient, email: str) -> None:
    page = client.get("/sign-in/code")
    assert page.status_code == 200
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page.text)
    assert found is not None
    web.home.secrets[email] = base64.b32decode(found[1].replace(" ", ""))


def sign_in(client: TestClient, email: str, password: str = PASSWORD) -> tuple[int, str]:
    answer = client.post("/sign-in", data={"email": email, "password": password})
    return answer.status_code, answer.headers.get("location", "")


def code(home: AccountsHome, email: str) -> dict[str, str]:
    return {"code": home.code(email)}


def test_invited_marketer_sets_a_password_and_is_in(web: AccountsWeb) -> None:
    path = web.home.desk.invite(MARKETER, role="marketer").path
    client = web.client()
    for _ in range(2):  # mail scanners open links too
        page = client.get(path)
        assert (page.status_code, COOKIE in page.headers.get("set-cookie", "")) == (200, False)
        assert MARKETER in page.text
    assert "differ" in client.post(path, data={"password": PASSWORD, "again": "x"}).text
    assert "12 to 256" in client.post(path, data={"password": "short", "again": "short"}).text
    assert client.post(path).status_code == 422
    answer = client.post(path, data=TWICE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/studio/")
    assert client.get("/account").status_code == 200
    assert web.client().post(path, data=TWICE).status_code == 403


def test_invited_legal_sets_up_a_second_factor_first(web: AccountsWeb) -> None:
    client = web.client()
    path = web.home.desk.invite(LEGAL, role="legal").path
    assert client.post(path, data=TWICE).headers["location"] == "/sign-in/code"
    assert client.get("/account").status_code == 401  # half in is out
    enrol(web, client, LEGAL)
    assert client.post("/sign-in/code", data={"code": "abcdef"}).status_code == 401
    answer = client.post("/sign-in/code", data=code(web.home, LEGAL))
    assert answer.headers["location"] == "/legal/"
    assert client.get("/account").status_code == 200


def test_half_a_session_opens_nothing_under_the_other_cookie(web: AccountsWeb) -> None:
    client = web.client()
    client.post(web.home.desk.invite(LEGAL, role="legal").path, data=TWICE)
    half = client.cookies[HALF_COOKIE]
    client.cookies.set(COOKIE, half)
    assert client.get("/account").status_code == 401
    whole = web.home.member("marketer").token
    other = web.client()
    other.cookies.set(HALF_COOKIE, whole)
    assert other.get("/sign-in/code").headers["location"] == "/sign-in"


def test_password_and_code_open_the_studio(web: AccountsWeb) -> None:
    web.home.member("legal")
    web.home.move(minutes=1)
    client = web.client()
    assert client.get("/sign-in").status_code == 200
    assert sign_in(client, LEGAL) == (303, "/sign-in/code")
    page = client.get("/sign-in/code")
    assert LEGAL in page.text
    assert 'class="secret"' not in page.text
    assert client.post("/sign-in/code", data=code(web.home, LEGAL)).headers["location"] == "/legal/"
    assert client.post("/sign-in/code", data=code(web.home, LEGAL)).headers["location"] == "/sign-in"


def test_wrong_password_and_unknown_address_look_the_same(web: AccountsWeb) -> None:
    web.home.member("marketer")
    said = []
    for email in (MARKETER, "nobody@example.com"):
        answer = web.client().post("/sign-in", data={"email": email, "password": "wrong"})
        assert answer.status_code == 401
        said.append(answer.text.replace(email, ""))
    assert said[0] == said[1]


def test_guessing_is_told_to_wait(web: AccountsWeb) -> None:
    web.home.member("marketer")
    client = web.client()
    for _ in range(OF_ACCOUNT.most):
        client.post("/sign-in", data={"email": MARKETER, "password": "wrong"})
    answer = client.post("/sign-in", data={"email": MARKETER, "password": PASSWORD})
    assert answer.status_code == 429
    assert "15 minutes" in answer.text


def test_reset_link_greets_and_sets_a_password(web: AccountsWeb) -> None:
    web.home.member("marketer")
    path = web.home.desk.reset(MARKETER, with_second_factor=False).path
    client = web.client()
    assert MARKETER in client.get(path).text
    assert client.post(path, data={"password": PASSWORD, "again": "x"}).status_code == 422
    assert client.post(path, data={"password": "short", "again": "short"}).status_code == 422
    assert client.post(path, data=TWICE).headers["location"] == "/studio/"
    for answer in (client.get(path), client.post(path, data=TWICE)):
        assert answer.status_code == 403
        assert "does not work" in answer.text


def test_console_makes_the_first_admin_and_is_closed_then(web: AccountsWeb) -> None:
    console = web.at_console()
    assert "Make the first account" in console.get("/account").text
    assert console.get("/sign-in/first").status_code == 200
    assert console.post("/sign-in/first", data={"email": ADMIN, "password": PASSWORD, "again": "x"}).status_code == 422
    assert console.post("/sign-in/first", data={"email": "nobody", **TWICE}).status_code == 422
    assert console.post("/sign-in/first", data={"email": ADMIN, **TWICE}).headers["location"] == "/sign-in/code"
    unused = web.sessions.new_start_path()
    assert unused.startswith("/start/")
    enrol(web, console, ADMIN)
    assert console.post("/sign-in/code", data=code(web.home, ADMIN)).headers["location"] == "/studio/"
    assert web.sessions.new_start_path() == "/sign-in"
    assert web.client().get(unused).status_code == 403
    assert web.client().get("/start").headers["location"] == "/sign-in"
    assert web.client().get("/account", headers=HTML).headers["location"] == "/sign-in"
    assert console.get("/sign-in/first").headers["location"] == "/sign-in"
    assert console.post("/sign-in/first", data={"email": "b@example.com", **TWICE}).status_code == 403


def test_session_that_the_console_began_ends_with_the_first_admin(web: AccountsWeb) -> None:
    console = web.at_console()
    assert console.get("/account").status_code == 200
    web.home.member("admin")
    assert console.get("/account").status_code == 401


@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_cannot_make_the_first_admin(web: AccountsWeb, method: str) -> None:
    answer = web.client().request(method, "/sign-in/first")
    assert answer.status_code in {303, 403}
    assert web.home.desk.all() == ()


def test_own_sessions_are_listed_and_ended(web: AccountsWeb) -> None:
    first, second = web.signed_in("marketer"), web.client()
    assert sign_in(second, MARKETER) == (303, "/studio/")
    page = first.get("/account").text
    assert page.count("This browser") == 1
    found = re.search(r"/account/end/([0-9a-f]+)", page)
    assert found is not None
    stranger = web.signed_in("viewer")
    stranger.post(found[0])
    assert second.get("/account").status_code == 200
    assert first.post(found[0]).headers["location"] == "/account?ended=true"
    assert second.get("/account").status_code == 401
    assert "has ended" in first.get("/account?ended=true").text


def test_signing_out_ends_the_session_not_just_the_cookie(web: AccountsWeb) -> None:
    client = web.signed_in("marketer")
    session = client.cookies[COOKIE]
    assert client.post("/leave").status_code == 303
    client.cookies.set(COOKIE, session)
    assert client.get("/account").status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-in/first", "/sign-in/reset/x"])
def test_another_site_cannot_post_here(web: AccountsWeb, path: str) -> None:
    assert web.client().post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_pages_are_kept_by_nobody_and_load_nothing_from_elsewhere(web: AccountsWeb) -> None:
    headers = web.client().get("/sign-in").headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_viewer_lands_on_a_page_that_is_theirs(web: AccountsWeb) -> None:
    viewer = web.signed_in("viewer")
    assert viewer.get("/").headers["location"] == "/account"
    assert viewer.get("/studio/", headers=HTML).headers["location"] == "/account"
    assert viewer.get("/studio/gradio_api/info").status_code == 403
    assert viewer.post("/legal/new/x").status_code == 403
