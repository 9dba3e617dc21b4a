"""Legal's way in a real browser: the personal link, the queue, the evidence, assessment, approval, a new version."""

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

from tests.fakes.review_home import LEGAL, SECOND, ReviewHome

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
WAIT_MS = 15_000
QUESTIONS = ("dignity", "sensitive_context", "vulnerable_audiences", "deception_risk", "brand_fit")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[ReviewHome, str]]:
    home = ReviewHome(tmp_path)
    server = uvicorn.Server(uvicorn.Config(home.app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield home, f"http://localhost:{port}"
    server.should_exit = True
    thread.join()
    home.close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on this machine; run: sudo apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()


def come_in(browser: Browser, home: ReviewHome, url: str, email: str = LEGAL) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(WAIT_MS)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if "Security Policy" in message.text else None)
    page.goto(url + home.people.invite(email, role="legal").path)
    page.get_by_role("button", name=f"Come in as {email}").click()
    page.wait_for_url("**/legal/")
    assert not faults, faults
    return page


def assess(page: Page) -> None:
    for name in QUESTIONS:
        page.locator(f"input[name='{name}.level'][value='none']").check()
        page.locator(f"#{name}-text").fill("looked at")
    page.get_by_role("button", name="Sign the assessment").click()
    page.get_by_text("Your assessment is signed and on record.").wait_for()


def approve(page: Page, email: str) -> None:
    page.get_by_label("I have read the consent").check()
    page.get_by_role("button", name=f"Approve as {email}").click()
    page.get_by_text("Your approval is signed and on record.").wait_for()


def test_two_people_review_a_celebrity(served: tuple[ReviewHome, str], browser: Browser) -> None:
    home, url = served
    home.signed(deal="celebrity_endorsement")
    first = come_in(browser, home, url)
    first.get_by_role("link", name="Camille Martin").click()
    first.get_by_text("Two different people must approve").wait_for()
    assert first.locator("video").is_visible()
    assess(first)
    approve(first, LEGAL)
    first.get_by_text("Somebody else has to be the second").wait_for()
    second = come_in(browser, home, url, SECOND)
    second.get_by_role("link", name="Camille Martin").click()
    approve(second, SECOND)
    assert second.locator(".facts .pill").first.inner_text() == "In force"


def test_amendment_is_shown_before_it_is_filed(served: tuple[ReviewHome, str], browser: Browser) -> None:
    home, url = served
    signed = home.signed()
    home.studio.approve(signed.record_id)
    page = come_in(browser, home, url)
    page.goto(f"{url}/legal/{signed.request_id}")
    page.get_by_role("link", name="Make a new version").click()
    page.get_by_label("Takes at most").fill("5")
    page.get_by_role("button", name="Show what changes").click()
    page.locator("table.changes ins", has_text="5").wait_for()
    page.get_by_label("Message to the person").fill("Fewer takes.")
    page.get_by_role("button", name="File version 2").click()
    page.get_by_text("The new version is filed").wait_for()
    assert (
        home.desk.reader.case(signed.request_id).in_force
        == home.desk.reader.case(signed.request_id).versions[0].row.record_id
    )


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_off_the_side(served: tuple[ReviewHome, str], browser: Browser, width: int, scheme: str) -> None:
    home, url = served
    signed = home.signed(
        deal="celebrity_endorsement",
        changes={"Camille Martin": "Donaudampfschifffahrtskapitän Maximiliane-Konstantina"},
    )
    page = come_in(browser, home, url)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    request = f"/legal/{signed.request_id}"
    for path in ("/legal/", request, f"{request}/version", "/legal/new", "/legal/new/paid_talent"):
        page.goto(url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
