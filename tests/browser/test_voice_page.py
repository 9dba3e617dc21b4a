"""The voice page in a real browser: a microphone, one sentence after the other, over real requests and a real vault."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

from studio.web.app import WebParts, create_app
from studio.web.gate import Sessions
from studio.web.public.router import PublicParts
from studio.web.subject.pages import COOKIE
from studio.wordings.texts import languages, wording
from tests.fakes.request_home import PROMPTS, RequestHome
from tests.fakes.request_home import Page as Link

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
V = wording("fr").voice
MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[RequestHome]:
    home = RequestHome(tmp_path)
    yield home
    home.close()


@pytest.fixture
def link(home: RequestHome) -> Link:
    link = home.sent()
    link.go_through()
    home.approve(link.record_id)
    return link


@pytest.fixture
def url(home: RequestHome, link: Link, tmp_path: Path) -> Iterator[str]:
    parts = WebParts(
        library=tmp_path,
        public=PublicParts(verify=lambda _path: pytest.fail("nobody verifies here"), standing=lambda _take: None),
        sessions=Sessions(),
        announce=lambda _path: None,
        subject=home.desk,
        voice=home.voice,
    )
    server = uvicorn.Server(uvicorn.Config(create_app(parts), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}/s/{link.token}/voice"
    server.should_exit = True
    thread.join()


@pytest.fixture
def phone(url: str, link: Link) -> Iterator[BrowserContext]:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on this machine; run: sudo apt-get install chromium")
    with sync_api.sync_playwright() as running:
        args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", *MICROPHONE]
        browser = running.chromium.launch(executable_path=chromium, args=args)
        context = browser.new_context(viewport=PHONE, locale="fr-FR")
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": COOKIE, "value": link.secret, "url": url.removesuffix("/voice")}])
        yield context
        browser.close()


def visit(phone: BrowserContext, url: str) -> tuple[Page, list[str]]:
    page = phone.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
    page.goto(url)
    return page, faults


def read_aloud(page: Page, button: str) -> None:
    page.get_by_role("button", name=V[button], exact=True).click()
    page.wait_for_timeout(700)
    page.get_by_role("button", name=V["stop"], exact=True).click()


def test_sentence_after_sentence_and_what_is_kept_is_kept(
    home: RequestHome, link: Link, phone: BrowserContext, url: str
) -> None:
    page, faults = visit(phone, url)
    assert page.locator(".prompts li.now").inner_text() == PROMPTS["fr"][0]
    page.get_by_role("button", name=V["start"]).click()

    home.ear.faults = ("noisy",)
    read_aloud(page, "record")
    page.get_by_text(V["noisy"]).wait_for()
    assert page.locator("[data-count]").inner_text() == V["progress"].format(kept=0, all=3)

    home.ear.faults = ()
    read_aloud(page, "record")
    page.get_by_text(V["kept"], exact=True).wait_for()
    assert page.locator("[data-count]").inner_text() == V["progress"].format(kept=1, all=3)
    page.locator("button[data-next]").click()
    assert page.locator(".prompts li.now").inner_text() == PROMPTS["fr"][1]
    page.close()

    again, more_faults = visit(phone, url)  # the phone rang; the page is opened once more
    assert again.locator(".prompts li.now").inner_text() == PROMPTS["fr"][1]
    again.get_by_role("button", name=V["start"]).click()
    read_aloud(again, "record")
    again.get_by_text(V["kept"], exact=True).wait_for()
    again.locator("button[data-delete]").click()
    again.get_by_text(V["progress"].format(kept=1, all=3)).wait_for()
    items = [item for item in home.vault.items(link.record_id) if item.kind == "voice" and item.erased_at is None]
    assert [item.name for item in items] == ["prompt-fr-001.wav"]
    assert home.vault.bytes(items[0].id).startswith(b"RIFF \x1aE\xdf\xa3"), "a real recording came from the browser"
    assert not faults + more_faults


def test_a_withdrawal_shuts_the_page(home: RequestHome, link: Link, phone: BrowserContext, url: str) -> None:
    page, _ = visit(phone, url)
    page.get_by_role("button", name=V["start"]).click()
    home.desk.withdraw(*link.keys, part=None)
    read_aloud(page, "record")
    page.get_by_text(wording("fr").page["not_now"]).wait_for()
    assert page.locator("button[data-record]").is_visible()
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 409


def test_it_fits_a_phone_in_every_language(phone: BrowserContext, url: str) -> None:
    page, _ = visit(phone, url)
    for language in languages():
        phone.add_cookies([{"name": "sayso_language", "value": language, "url": url.removesuffix("/voice")}])
        page.goto(url)
        assert page.locator("h1").inner_text() == wording(language).voice["title"]
        page.get_by_role("button", name=wording(language).voice["start"]).click()
        page.get_by_role("button", name=wording(language).voice["record"], exact=True).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), language
        small = page.eval_on_selector_all(
            "button:not([hidden])", "all => all.filter(b => b.getBoundingClientRect().height < 44).length"
        )
        assert not small, language
