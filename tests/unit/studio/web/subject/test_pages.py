"""The subject's page over real requests: what each stage shows, and what a stranger, a robot and a slow hand get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from studio.web.app import WebParts, create_app
from studio.web.gate import Sessions
from studio.web.public.router import PublicParts
from studio.web.subject.words import _TEXTS
from studio.wordings.texts import wording
from tests.fakes.device import Device
from tests.fakes.request_home import RequestHome

T = wording("fr").page
HTML = {"accept": "text/html"}
TICKED = {"checks": "agreed"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[RequestHome]:
    home = RequestHome(tmp_path)
    yield home
    home.close()


@pytest.fixture
def browser(home: RequestHome, tmp_path: Path) -> TestClient:
    parts = WebParts(
        library=tmp_path,
        public=PublicParts(verify=lambda _path: pytest.fail("nobody verifies here"), standing=lambda _take: None),
        sessions=Sessions(),
        announce=lambda _path: None,
        subject=home.desk,
    )
    return TestClient(create_app(parts), headers=HTML)


def link(home: RequestHome, **values: str) -> str:
    request = home.room.requests.draft(home.terms(**values), deal="paid_talent", by="marketer@example.com")
    return home.room.requests.send(request.id, by="marketer@example.com").path


def opened(home: RequestHome, browser: TestClient, **values: str) -> str:
    path = link(home, **values)
    answer = browser.post(path + "/claim", follow_redirects=False)
    assert answer.status_code == 303
    return path


def spoken(home: RequestHome, browser: TestClient) -> str:
    path = opened(home, browser)
    browser.post(path + "/agree", data=TICKED)
    assert browser.post(path + "/statement", content=b"\x1aE\xdf\xa3 take").status_code == 200
    return path


def signed(home: RequestHome, browser: TestClient) -> tuple[str, Device]:
    path, device = spoken(home, browser), Device()
    made = device.create(browser.post(path + "/passkey/options").json())
    assert browser.post(path + "/passkey", json=made).status_code == 200
    answer = browser.post(path + "/sign", json=device.get(browser.post(path + "/sign/options").json()))
    assert answer.status_code == 200, answer.text
    return path, device


# -- links -------------------------------------------------------------------------------------------------------------


def test_looking_at_a_link_does_not_use_it_up(home: RequestHome, browser: TestClient) -> None:
    path = link(home)
    for _ in range(3):
        page = browser.get(path)
        assert page.status_code == 200
        assert T["greeting"] in page.text
        assert "Camille" not in page.text, "a scanner learns nothing of the person"
    assert T["read_all"] in browser.post(path + "/claim").text


def test_answers_are_kept_nowhere_and_tell_nobody(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    headers = browser.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    page = browser.get(path).text
    assert re.search(r"<script(?![^>]*src=)|\son\w+=|style=", page) is None, "nothing that the policy forbids"


def test_the_cookie_is_for_this_link_and_no_script(home: RequestHome, browser: TestClient) -> None:
    path = link(home)
    cookie = browser.post(path + "/claim", follow_redirects=False).headers["set-cookie"]
    assert f"Path={path}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_a_second_browser_does_not_get_in(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    other = TestClient(browser.app, headers={**HTML, "accept-language": "fr"})
    answer = other.post(path + "/claim")
    assert (answer.status_code, T["link_used_elsewhere"] in answer.text) == (403, True)
    other.cookies.set("sayso_link", "guessed", path=path)
    assert other.get(path).status_code == 403
    assert other.post(path + "/decline", data={"reason": ""}).status_code == 403


@pytest.mark.parametrize("token", ["unknown-token-unknown-token", "x", "../../etc/passwd", "é" * 30])
def test_a_link_that_is_none_opens_nothing(browser: TestClient, token: str) -> None:
    answer = browser.get(f"/s/{token}", follow_redirects=False)
    assert answer.status_code in {303, 404}
    assert "Traceback" not in answer.text


def test_an_expired_link_says_so_and_offers_a_new_one(home: RequestHome, browser: TestClient) -> None:
    path = link(home)
    home.clock.move(days=15)
    answer = browser.get(path, headers={"accept-language": "fr"})
    assert (answer.status_code, T["link_expired"] in answer.text) == (404, True)
    assert T["new_link_sent"] in browser.post(path + "/new-link", headers={"accept-language": "fr"}).text


def test_another_site_cannot_press_the_buttons(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    answer = browser.post(path + "/decline", headers={"sec-fetch-site": "cross-site"}, data={"reason": ""})
    assert answer.status_code == 403
    assert T["your_choice"] in browser.get(path).text


# -- reading and answering ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr", "ja", "hi", "zh", "pt-BR"])
def test_the_page_is_read_in_any_language(home: RequestHome, browser: TestClient, language: str) -> None:
    path = opened(home, browser)
    page = browser.get(path, params={"lang": language}).text
    assert f'<html lang="{language}">' in page or language not in home.desk.languages
    assert wording("fr").page["go_on"] in page or wording(language).page["go_on"] in page


def test_less_is_sent_back_as_a_version_of_its_own(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    form = {
        "has_languages": "1",
        "languages": "fr",
        "max_takes": "5",
        "topics": "politique\n\nsanté",
        "valid_until": "",
    }
    answer = browser.post(path + "/narrow", data=form)
    assert answer.status_code == 200
    assert T["version"].format(number=2) in answer.text
    assert home.changed


def test_nothing_less_is_said_in_words_and_changes_nothing(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    answer = browser.post(path + "/narrow", data={"has_languages": "1", "languages": ["fr", "en"]})
    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)
    assert T["version"].format(number=1) in answer.text


def test_a_question_goes_to_legal(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    assert browser.post(path + "/ask", data={"message": "  "}).status_code == 409
    page = browser.post(path + "/ask", data={"message": "Pas <b>YouTube</b>, svp"}).text
    assert "Pas &lt;b&gt;YouTube&lt;/b&gt;, svp" in page


def test_no_is_no(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    assert T["declined"] in browser.post(path + "/decline", data={"reason": "non"}).text
    assert browser.post(path + "/agree", data=TICKED).status_code == 409


# -- statement and signature -------------------------------------------------------------------------------------------


def test_the_statement_is_shown_with_code_and_movements(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    page = browser.post(path + "/agree", data=TICKED).text
    task = browser.get(path + "/statement").json()
    assert " ".join(task["code"]) in page
    assert all(T[movement] in page for movement in task["movements"])
    assert "data-recorder" in page


def test_a_recording_that_is_too_large_is_refused_while_it_comes(
    home: RequestHome, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.requests.speaking.BYTES_MAX", 10)
    path = opened(home, browser)
    browser.post(path + "/agree", data=TICKED)
    answer = browser.post(path + "/statement", content=b"x" * 11)
    assert (answer.status_code, home.checks.asked) == (413, [])


def test_a_recording_that_nobody_waits_for_is_not_taken(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    assert browser.post(path + "/statement", content=b"take").status_code == 409
    assert home.checks.asked == []


def test_a_file_is_taken_only_where_it_is_allowed(home: RequestHome, browser: TestClient) -> None:
    path = opened(home, browser)
    browser.post(path + "/agree", data=TICKED)
    answer = browser.post(path + "/statement?upload=true", content=b"take")
    assert (answer.status_code, answer.json()["error"]) == (409, T["upload_not_allowed"])


def test_from_reading_to_the_signature_and_to_legal(home: RequestHome, browser: TestClient) -> None:
    path, _ = signed(home, browser)
    page = browser.get(path).text
    assert T["with_legal"] in page
    assert T["receipts"] in page
    receipt = browser.get(path + "/receipt.pdf")
    assert (receipt.status_code, receipt.content[:4]) == (200, b"%PDF")
    assert "attachment" in receipt.headers["content-disposition"]
    assert browser.get(path + "/receipt.jsonld").headers["content-type"].startswith("application/ld+json")


def test_a_device_that_did_not_verify_its_user_does_not_sign(home: RequestHome, browser: TestClient) -> None:
    path, device = spoken(home, browser), Device()
    made = device.create(browser.post(path + "/passkey/options").json())
    browser.post(path + "/passkey", json=made)
    options = browser.post(path + "/sign/options").json()
    answer = browser.post(path + "/sign", json=device.unverified().get(options))
    assert (answer.status_code, answer.json()["error"]) == (409, T["sign_failed"])
    for wrong in (b"", b"[]", b"{", b"x" * 200_000):
        assert browser.post(path + "/sign", content=wrong).status_code == 409


def test_my_recording_is_mine_and_plays_in_parts(home: RequestHome, browser: TestClient) -> None:
    path, _ = signed(home, browser)
    whole = browser.get(path + "/my-statement")
    assert (whole.status_code, whole.content) == (200, b"\x1aE\xdf\xa3 take")
    part = browser.get(path + "/my-statement", headers={"range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"E\xdf\xa3")
    assert part.headers["content-range"] == "bytes 1-3/9"
    assert browser.get(path + "/my-statement", headers={"range": "bytes=99-"}).status_code == 416
    stranger = TestClient(browser.app, headers=HTML)
    assert stranger.get(path + "/my-statement").status_code in {403, 404}


def test_active_then_a_part_and_then_all_is_withdrawn(home: RequestHome, browser: TestClient) -> None:
    path, _ = signed(home, browser)
    request_id = home.room.overview.list()[0].id
    home.approve(home.room.overview.show(request_id).record_id, "legal@example.com")
    assert T["active"] in browser.get(path).text
    page = browser.post(path + "/withdraw", data={"what": "part", "languages": "fr"}).text
    assert T["active"] in page
    assert home.restricted
    assert T["withdrawn"] in browser.post(path + "/withdraw", data={"what": "all"}).text


def test_every_refusal_has_words_in_every_language() -> None:
    for language in ("en", "fr", "de", "es", "it", "pt-BR", "ja", "zh", "hi"):
        page = wording(language).page
        assert [key for key in _TEXTS.values() if key not in page] == []
        problems = ("unknown", "expired", "revoked", "used_elsewhere", "too_many_tries")
        assert [one for one in problems if f"link_{one}" not in page] == []
