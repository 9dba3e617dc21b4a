"""The public answer: files on their way in, who asks too often, how a release stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipelines.release.verdict import Verdict, VerdictKind
from studio.web.app import WebParts, create_app
from studio.web.gate import Sessions
from studio.web.public import router
from studio.web.public.patience import ADDRESSES_MAX, Patience
from studio.web.public.router import PublicParts
from studio.web.public.standing import Standing

STANDING = Standing(
    take_id="c0ffee-01",
    released_at=datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
    locale="fr-FR",
    market="FR",
    channel="youtube",
    format="1920x1080",
    file_sha256="ab" * 32,
    consent="active",
    ledger_index=4,
    ledger_size=9,
    checkpoint="sayso\n9\n",
)


class Studio:
    """What lies behind the routes: a clock, what was checked, how the release stands."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.checked: list[tuple[Path, bytes]] = []
        self.consent = "active"

    def verify(self, path: Path) -> Verdict:
        self.checked.append((path, path.read_bytes()))
        return Verdict(verdict=VerdictKind.AUTHENTIC, summary="It is ours.", media_type="video/mp4")

    def standing(self, take_id: str) -> Standing | None:
        return dataclasses.replace(STANDING, consent=self.consent) if take_id == STANDING.take_id else None


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
def client(studio: Studio, tmp_path: Path) -> Iterator[TestClient]:
    public = PublicParts(verify=studio.verify, standing=studio.standing, clock_s=lambda: studio.now_s)
    web = WebParts(library=tmp_path, public=public, sessions=Sessions(), announce=lambda _path: None)
    with TestClient(create_app(web), base_url="http://localhost") as client:
        yield client


def test_a_program_sends_the_file_as_it_is(client: TestClient, studio: Studio) -> None:
    answer = client.post("/verify/api", content=b"\0\1binary\r\n--", headers={"content-type": "video/mp4"})
    assert answer.json()["verdict"] == "authentic"
    assert [content for _, content in studio.checked] == [b"\0\1binary\r\n--"]


def test_a_form_gives_its_first_file_and_nothing_else(client: TestClient, studio: Studio) -> None:
    content = bytes(range(256)) * 1000
    client.post("/verify", data={"note": "hello"}, files=[("file", ("a.mp4", content)), ("more", ("b.mp4", b"second"))])
    assert [found for _, found in studio.checked] == [content]


def test_nothing_of_the_file_is_kept(client: TestClient, studio: Studio) -> None:
    client.post("/verify/api", content=b"private")
    assert not studio.checked[0][0].parent.exists()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "multipart/form-data"),
        (b"no boundary here", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="n"\r\n\r\nhi\r\n--x--\r\n', "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: " + b"a" * 9000 + b"\r\n\r\n", "multipart/form-data; boundary=x"),
    ],
    ids=["no boundary", "not a form", "a form without a file", "an endless header"],
)
def test_a_form_that_cannot_be_read_gets_a_sentence(
    client: TestClient, studio: Studio, content: bytes, kind: str
) -> None:
    answer = client.post("/verify/api", content=content, headers={"content-type": kind})
    assert (answer.status_code, studio.checked) == (400, [])
    assert "choose one" in answer.json()["error"]


@pytest.mark.parametrize("way", ["said before", "found out", "in a form"])
def test_a_file_that_is_too_large_is_not_taken(
    client: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(router, "UPLOAD_BYTES_MAX", 100_000)

    def pieces() -> Iterator[bytes]:
        for _ in range(300):
            yield b"x" * 1000

    if way == "in a form":
        answer = client.post("/verify/api", files={"file": b"x" * 120_000})
    else:
        answer = client.post("/verify/api", content=pieces() if way == "found out" else b"x" * 300_000)
    assert (answer.status_code, studio.checked) == (413, [])


def test_who_asks_too_often_is_told_when_to_come_back(client: TestClient, studio: Studio) -> None:
    for _ in range(router.FILES_IN_SPAN):
        assert client.post("/verify/api", content=b"x").status_code == 200
    refused = client.post("/verify", files={"file": b"x"}, headers={"accept": "text/html"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    assert "wait 10 min" in refused.text
    studio.now_s = router.SPAN_S
    assert client.post("/verify/api", content=b"x").status_code == 200


def test_one_address_does_not_use_up_anothers_patience() -> None:
    patience = Patience(most=1, span_s=60, clock_s=lambda: 0.0)
    assert [patience.wait_s(one) for one in ("a", "b", "a")] == [0, 0, 60]
    for other in range(ADDRESSES_MAX):
        patience.wait_s(f"other {other}")
    assert patience.wait_s("a") == 0, "what was asked longest ago is forgotten, so memory has an end"


@pytest.mark.parametrize(
    ("consent", "said"),
    [
        ("active", "consent stands"),
        ("superseded", "consent stands"),
        ("withdrawn", "consent withdrawn"),
        ("suspended", "consent suspended"),
        ("expired", "consent ended"),
        ("unknown", "consent not known"),
        ("draft", "consent not known"),
    ],
)
def test_a_badge_says_how_the_consent_stands(client: TestClient, studio: Studio, consent: str, said: str) -> None:
    studio.consent = consent
    badge = client.get("/verify/badge/c0ffee-01.svg")
    assert badge.headers["content-type"] == "image/svg+xml"
    assert f"<title>AI ad · {said}</title>" in badge.text
    page = client.get("/verify/releases/c0ffee-01").text
    assert f'data-standing="{consent}"' in page
    assert client.get("/verify/releases/c0ffee-01.json").json()["consent"] == consent


def test_another_site_may_show_the_badge_but_not_frame_the_page(client: TestClient) -> None:
    badge, page = client.get("/verify/badge/c0ffee-01.svg"), client.get("/verify/releases/c0ffee-01")
    assert badge.headers["cross-origin-resource-policy"] == "cross-origin"
    assert badge.headers["cache-control"] == "public, max-age=300"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("take", ["c0ffee-02", "..%2f..", "a" * 65, "<script>"])
def test_what_was_not_released_here_is_not_found(client: TestClient, take: str) -> None:
    assert client.get(f"/verify/badge/{take}.svg").status_code == 404
    page = client.get(f"/verify/releases/{take}")
    assert page.status_code == 404
    assert "<script>" not in page.text
