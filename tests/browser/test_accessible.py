"""Every page that a signed-in person can click to, asked by axe-core: nothing serious, light and dark, wide and phone.

The crawl starts at each role's first pages and follows links of the same site, so a new page is asked as soon as
something links to it. One page stands for its kind: /work/campaigns/a and /work/campaigns/b are looked at once.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import uvicorn

from studio.web.gate import COOKIE
from tests.attacks.access_matrix.measure import Studio, studio

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
WAIT_MS = 20_000
FIRST = ("/", "/account", "/verify", "/legal/", "/legal/new", "/studio/", "/work/", "/admin/")
FILES = re.compile(
    r"/(files|static|api)/|/(leave|healthz)|\.(mp4|zip|csv|pdf|json|xlf|xliff|srt)$|[?&](download|export)"
)
GRAVE = {"serious", "critical"}
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Studio, str]]:
    pytest.importorskip("gradio")
    with studio(tmp_path_factory.mktemp("home")) as made:
        server = uvicorn.Server(uvicorn.Config(made.app, host="127.0.0.1", port=0, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.05)
        made.let_people_in()
        yield made, f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
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


def page_of(browser: Browser, made: Studio, url: str, role: str, *, is_phone: bool, is_dark: bool) -> Page:
    context = browser.new_context(viewport=PHONE if is_phone else WIDE, color_scheme="dark" if is_dark else "light")  # type: ignore[arg-type] # a viewport is two numbers
    if role != "nobody":
        context.add_cookies([{"name": COOKIE, "value": made.clients[role].cookies[COOKIE], "url": url}])
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    return page


def kind_of(path: str) -> str:
    """The path without what names one thing: ids are hexadecimal, or have a digit in them."""
    return re.sub(r"/[^/]*\d[^/]*", "/*", path)


def pages(page: Page, url: str, first: tuple[str, ...]) -> Iterator[str]:
    """Open each page that can be clicked to, once for its kind; yields the address that was reached."""
    waiting, seen = list(first), set[str]()
    while waiting:
        path = waiting.pop(0)
        if kind_of(path) in seen or FILES.search(path):
            continue
        seen.add(kind_of(path))
        answer = page.goto(url + path)
        if answer is None or answer.status >= 400:  # a room of another role; the access matrix says whose
            continue
        page.wait_for_load_state("load")
        yield urlsplit(page.url).path
        seen.add(kind_of(urlsplit(page.url).path))
        found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        waiting += [urlsplit(one).path for one in found if one.startswith(url)]


def faults_of(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with the first element of each."""
    from axe_playwright_python.sync_playwright import Axe  # of the dev extra

    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in GRAVE]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}: {one['nodes'][0]['failureSummary']}" for one in found]


@pytest.mark.parametrize("role", ["nobody", "marketer", "legal", "admin"])
@pytest.mark.parametrize("look", ["wide", "phone, dark"])
def test_no_page_has_a_serious_fault(served: tuple[Studio, str], browser: Browser, role: str, look: str) -> None:
    made, url = served
    page = page_of(browser, made, url, role, is_phone=look != "wide", is_dark=look != "wide")
    faults: dict[str, list[str]] = {}
    count = 0
    for path in pages(page, url, ("/sign-in", "/verify", "/start") if role == "nobody" else FIRST):
        if path.startswith("/studio"):
            page.locator("button").first.wait_for()
        count += 1
        if found := faults_of(page):
            faults[path] = found
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if width > 1:
            faults.setdefault(path, []).append(f"it scrolls sideways by {width} px")
    page.context.close()
    assert count >= (2 if role == "nobody" else 4)
    assert not faults, "\n".join(f"{path}\n  " + "\n  ".join(found) for path, found in faults.items())
