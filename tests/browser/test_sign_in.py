"""Accounts in a real browser: the first admin, an invitation for legal, password and code, no sideways scrolling."""

from __future__ import annotations

import base64
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

from tests.fakes.accounts_home import ADMIN, LEGAL, PASSWORD
from tests.fakes.accounts_web import AccountsWeb

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
WAIT_MS = 15_000


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[AccountsWeb, str]]:
    web = AccountsWeb(tmp_path)
    server = uvicorn.Server(uvicorn.Config(web.app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield web, f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
    web.home.engine.dispose()


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


def enrol(web: AccountsWeb, page: Page, email: str) -> None:
    secret = page.locator(".secret").inner_text().replace(" ", "")
    web.home.secrets[email] = base64.b32decode(secret)
    page.get_by_label("Code").fill(web.home.code(email))
    page.get_by_role("button", name="Confirm and come in").click()


def test_first_admin_then_legal_with_password_and_code(served: tuple[AccountsWeb, str], browser: Browser) -> None:
    web, url = served
    page = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark").new_page()
    page.set_default_timeout(WAIT_MS)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if "Security Policy" in message.text else None)
    page.goto(url + web.sessions.new_start_path())
    page.goto(url + "/account")
    page.get_by_role("link", name="Make the first account").click()
    page.get_by_label("Your e-mail address").fill(ADMIN)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.keyboard.press("Enter")
    enrol(web, page, ADMIN)
    page.goto(url + "/account")
    page.get_by_role("heading", name=ADMIN).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    other = browser.new_context().new_page()
    other.set_default_timeout(WAIT_MS)
    other.goto(url + web.home.desk.invite(LEGAL, role="legal").path)
    other.get_by_label("New password").fill(PASSWORD)
    other.get_by_label("The same once more").fill(PASSWORD)
    other.get_by_role("button", name=f"Come in as {LEGAL}").click()
    enrol(web, other, LEGAL)
    other.goto(url + "/account")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in")
    web.home.move(minutes=1)
    other.get_by_label("E-mail address").fill(LEGAL)
    other.get_by_label("Password").fill("not the password")
    other.get_by_role("button", name="Sign in").click()
    other.get_by_role("alert").wait_for()
    other.get_by_label("Password").fill(PASSWORD)
    other.keyboard.press("Enter")
    other.get_by_label("Code").fill(web.home.code(LEGAL))
    other.get_by_role("button", name="Come in").click()
    other.wait_for_url("**/legal/")
    other.goto(url + "/account")
    other.get_by_role("heading", name=LEGAL).wait_for()
    assert not faults, faults
