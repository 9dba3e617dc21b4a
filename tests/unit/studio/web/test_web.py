"""The web app in front of the pages: who gets in, what a file's answer looks like, what never leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipelines.errors import InputInvalidError
from pipelines.release.verdict import Verdict, VerdictKind
from studio.web.app import WebParts, create_app
from studio.web.gate import COOKIE, Sessions
from studio.web.public.answer import HEADLINES
from studio.web.public.router import PublicParts

HTML = {"accept": "text/html"}


def parts(tmp_path: Path, *, kind: VerdictKind = VerdictKind.AUTHENTIC, error: str = "") -> WebParts:
    def verify(path: Path) -> Verdict:
        assert path.is_file()
        if error:
            raise InputInvalidError(error)
        return Verdict(verdict=kind, summary=f"It holds {path.stat().st_size} bytes.", media_type="video/mp4")

    return WebParts(
        library=tmp_path,
        public=PublicParts(verify=verify, standing=lambda _take: None),
        sessions=Sessions(),
        announce=lambda _path: None,
    )


def client_of(web: WebParts) -> TestClient:
    return TestClient(create_app(web), base_url="http://localhost", follow_redirects=False)


def signed_in(web: WebParts) -> TestClient:
    client = client_of(web)
    answer = client.get(web.sessions.new_start_path())
    assert answer.status_code == 303
    return client


@pytest.mark.parametrize(
    "path", ["/studio/", "/files/t/x.mp4", "/", "/anything", "/verifyx", "/studio/gradio_api/queue/join"]
)
def test_a_stranger_is_kept_out(tmp_path: Path, path: str) -> None:
    assert client_of(parts(tmp_path)).get(path).status_code == 401
    assert client_of(parts(tmp_path)).get(path, headers=HTML).headers["location"] == "/start"


@pytest.mark.parametrize("path", ["/verify", "/static/sayso.css", "/healthz", "/start"])
def test_public_pages_need_no_session(tmp_path: Path, path: str) -> None:
    assert client_of(parts(tmp_path)).get(path).status_code == 200


def test_start_link_works_once(tmp_path: Path) -> None:
    web = parts(tmp_path)
    link = web.sessions.new_start_path()
    assert client_of(web).get(link).status_code == 303
    assert client_of(web).get(link).status_code == 403


def test_session_cookie_cannot_be_read_by_scripts(tmp_path: Path) -> None:
    web = parts(tmp_path)
    cookie = client_of(web).get(web.sessions.new_start_path()).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_made_up_session_is_no_session(tmp_path: Path) -> None:
    client = client_of(parts(tmp_path))
    client.cookies.set(COOKIE, "guess")
    assert client.get("/files/t/x.mp4").status_code == 401


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}]
)
def test_another_site_cannot_post(tmp_path: Path, headers: dict[str, str]) -> None:
    answer = signed_in(parts(tmp_path)).post("/verify", files={"file": b"x"}, headers=headers)
    assert answer.status_code == 403


def test_another_host_name_is_refused(tmp_path: Path) -> None:
    assert client_of(parts(tmp_path)).get("/healthz", headers={"host": "evil.example"}).status_code == 400


def test_pages_cannot_be_framed_and_leak_no_referrer(tmp_path: Path) -> None:
    headers = client_of(parts(tmp_path)).get("/verify").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("kind", list(VerdictKind))
def test_verify_page_says_each_verdict_in_words(tmp_path: Path, kind: VerdictKind) -> None:
    answer = client_of(parts(tmp_path, kind=kind)).post("/verify", files={"file": ("a.mp4", b"12345")}, headers=HTML)
    assert answer.status_code == 200
    assert HEADLINES[kind][2] in answer.text.replace("&#39;", "'")
    assert "It holds 5 bytes." in answer.text


def test_verify_answers_machines_in_json(tmp_path: Path) -> None:
    answer = client_of(parts(tmp_path)).post("/verify", files={"file": b"x"}, headers={"accept": "application/json"})
    assert answer.json()["verdict"] == "authentic"


def test_file_that_cannot_be_read_gets_a_sentence(tmp_path: Path) -> None:
    answer = client_of(parts(tmp_path, error="the file <b>is empty")).post("/verify", files={"file": b""}, headers=HTML)
    assert answer.status_code == 422
    assert "the file &lt;b&gt;is empty" in answer.text


def test_too_large_an_upload_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.web.public.router.UPLOAD_BYTES_MAX", 10)
    answer = client_of(parts(tmp_path)).post("/verify", files={"file": b"x" * 11}, headers=HTML)
    assert answer.status_code == 413
    assert "sayso verify" in answer.text


def test_released_file_can_be_played_in_ranges_and_downloaded(tmp_path: Path) -> None:
    (tmp_path / "take-1").mkdir()
    (tmp_path / "take-1" / "take-1.mp4").write_bytes(b"0123456789")
    client = signed_in(parts(tmp_path))
    part = client.get("/files/take-1/take-1.mp4", headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert "attachment" in client.get("/files/take-1/take-1.mp4?download=true").headers["content-disposition"]


@pytest.mark.parametrize(
    "path", ["/files/../x", "/files/take-1/../../secret", "/files/take-1/%2e%2e%2fsecret", "/files/take-1/link"]
)
def test_nothing_outside_the_library_is_served(tmp_path: Path, path: str) -> None:
    library = tmp_path / "library"
    (library / "take-1").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (library / "take-1" / "link").symlink_to(tmp_path / "secret")
    web = parts(library)
    answer = signed_in(web).get(path)
    assert answer.status_code in {303, 404}
    assert "secret" not in answer.text.replace("/secret", "")
