"""The first page in a real browser: pick, write, render, watch, play, download, and check the download."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.real_studio import SAYSO, Studio, make_studio

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.weights, pytest.mark.slow, pytest.mark.enable_socket]
WAIT_MS = 60_000
RENDER_WAIT_MS = 240_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, weights_home: Path) -> Iterator[tuple[Studio, str]]:
    studio = make_studio(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("campaign"), weights=weights_home)
    process = subprocess.Popen(
        [*SAYSO, "serve", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True, env=dict(studio.environ)
    )
    assert process.stdout is not None
    try:
        printed = ""
        while not printed.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, "the server ended before it said its address"
            printed += line
        yield studio, json.loads(printed)["url"]
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on this machine; run: sudo apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.set_default_timeout(WAIT_MS)
        yield page
        browser.close()


def test_from_script_to_a_download_that_verifies(served: tuple[Studio, str], page: Page, tmp_path: Path) -> None:
    _, start = served
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))

    page.goto(start)
    page.wait_for_selector("#render")
    page.get_by_text("Amara", exact=False).first.wait_for()

    # One language and one format: a single short take.
    page.wait_for_selector("#script-en-US textarea:visible")
    for box in page.locator("#languages label:has(input:checked)").all():
        if "New York" not in box.inner_text():
            box.click()
    page.locator("#formats label", has_text="Square").click()
    page.locator("#formats label", has_text="Portrait").click()
    page.locator("#script-en-US textarea").fill("Your perfect coffee is ready in ten seconds.")
    page.locator("#render").click()

    page.wait_for_selector(".takes[data-all='1']")
    page.wait_for_selector(".take[data-status='released']", timeout=RENDER_WAIT_MS)

    # It plays.
    video = page.locator("#releases video").first
    video.wait_for()
    page.wait_for_function("document.querySelector('#releases video').readyState >= 1")
    assert video.evaluate("v => v.duration") > 2
    assert video.evaluate("v => v.videoWidth") == 1080

    # It downloads, and the public page knows it.
    with page.expect_download() as waiting:
        page.locator("#releases a[download]").first.click()
    target = tmp_path / "ad.mp4"
    waiting.value.save_as(target)
    page.goto(re.sub(r"/start/.*", "/verify", start))
    page.set_input_files("#file", target)
    page.wait_for_selector("[data-verdict='authentic']")
    assert not problems


def test_changed_file_is_called_changed(served: tuple[Studio, str], page: Page, tmp_path: Path) -> None:
    studio, start = served
    released = next((studio.home / "library").rglob("*.mp4"), None)
    if released is None:
        pytest.fail("the test before this one released nothing")
    data = bytearray(released.read_bytes())
    at = data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 2
    data[at] ^= 0xFF
    changed = tmp_path / "changed.mp4"
    changed.write_bytes(bytes(data))
    page.goto(re.sub(r"/start/.*", "/verify", start))
    page.set_input_files("#file", changed)
    page.wait_for_selector("[data-verdict='altered']")


def test_studio_is_closed_to_a_stranger(served: tuple[Studio, str], page: Page) -> None:
    _, start = served
    page.goto(re.sub(r"/start/.*", "/studio/", start))
    assert page.url.endswith("/start")
    assert page.locator("#render").count() == 0
