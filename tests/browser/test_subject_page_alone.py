"""The subject's page in a real browser over a fake desk: camera, keyboard, no JavaScript, every stage and language."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
import uvicorn

from consent.record import ConsentRecord
from studio.requests.desk import Stage
from studio.web.app import WebParts, create_app
from studio.web.gate import Sessions
from studio.web.public.router import PublicParts
from studio.wordings.texts import languages, wording
from tests.fakes.subject_desk import TOKEN, FakeSubjectDesk
from tests.unit.consent.conftest import a_record

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
WAIT_MS = 15_000
T = wording("en").page
PHONE = {"width": 390, "height": 844}
CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


def a_replica(**changes: object) -> ConsentRecord:
    terms: dict[str, object] = {
        "biometric_checks": "agreed",
        "subject__language": "en",
        "subject__name": "Maximiliane-Konstantina Donaudampfschiff",
        "scope__languages": ("en", "fr"),
        "scope__channels": ("web", "youtube"),
    }
    return a_record(**{**terms, **changes})


@pytest.fixture
def desk() -> FakeSubjectDesk:
    return FakeSubjectDesk(a_replica(), now=datetime.now(UTC))


@pytest.fixture
def url(desk: FakeSubjectDesk, tmp_path: Path) -> Iterator[str]:
    parts = WebParts(
        library=tmp_path,
        public=PublicParts(verify=lambda _path: pytest.fail("nobody verifies here"), standing=lambda _take: None),
        sessions=Sessions(),
        announce=lambda _path: None,
        subject=desk,
    )
    server = uvicorn.Server(uvicorn.Config(create_app(parts), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}/s/{TOKEN}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as running:
        yield running


@pytest.fixture
def launch(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on this machine; run: sudo apt-get install chromium")
    running: list[Browser] = []

    def start(*flags: str) -> Browser:
        args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", *flags]
        running.append(playwright.chromium.launch(executable_path=chromium, args=args))
        return running[-1]

    yield start
    for browser in running:
        browser.close()


def visit(browser: Browser | BrowserContext, url: str) -> tuple[Page, list[str]]:
    """Open the link; what the browser complains of (scripts, the page's own policy) is in the list."""
    page = browser.new_page(viewport=PHONE) if hasattr(browser, "new_context") else browser.new_page()
    page.set_default_timeout(WAIT_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
    page.goto(url)
    page.get_by_role("button", name=T["open"]).click()
    page.wait_for_selector("h1")
    return page, faults


def with_passkeys(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def record(page: Page) -> None:
    page.get_by_role("button", name=T["start_camera"]).click()
    page.get_by_role("button", name=T["record"], exact=True).click()
    page.get_by_text(T["read_now"]).wait_for()
    page.get_by_role("button", name=T["read_done"]).click()
    page.locator(".moves li.now").wait_for()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name=T["stop"], exact=True).click()
    page.locator("[data-playback]").wait_for()


def test_from_reading_to_signing_with_camera_and_passkey(
    desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser]
) -> None:
    page, faults = visit(launch(*CAMERA), url)
    with_passkeys(page)
    page.get_by_label(T["agree_checks"]).check()
    page.get_by_role("button", name=T["go_on"]).click()
    record(page)
    assert page.locator("[data-status]").inner_text() == T["watch"]
    assert page.evaluate("document.activeElement.textContent") == T["send"], "the next step has the focus"
    page.get_by_role("button", name=T["send"]).click()
    page.get_by_text(T["checks_good"]).wait_for()
    assert desk.recording.startswith(b"\x1aE\xdf\xa3"), "a WebM file"
    assert b"V_VP" in desk.recording[:4000]
    assert b"A_OPUS" in desk.recording[:4000]

    page.get_by_role("button", name=T["sign_button"]).click()
    page.get_by_role("heading", name=T["with_legal"]).wait_for()
    assert desk.acts == ["agree", "statement", "passkey", "sign"]
    assert not faults, faults


def test_a_recording_that_failed_can_be_done_again_with_another_code(
    desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser]
) -> None:
    desk.stage, desk.outcomes = "statement", {"statement_code": "failed", "face_match": "failed"}
    page, _ = visit(launch(*CAMERA), url)
    first = page.locator(".code strong").inner_text()
    record(page)
    page.get_by_role("button", name=T["send"]).click()
    page.get_by_text(T["check_statement_code"]).wait_for()
    assert page.get_by_text(T["check_other"]).is_visible()
    assert page.locator(".code strong").inner_text() != first


def test_without_a_camera_the_page_says_what_to_do(
    desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser]
) -> None:
    desk.stage = "statement"
    page, faults = visit(launch(), url)
    page.get_by_role("button", name=T["start_camera"]).click()
    page.get_by_text(T["no_camera"]).wait_for()
    assert page.get_by_role("button", name=T["start_camera"]).is_enabled(), "it can be tried again"
    assert not faults, faults


def test_a_code_that_ran_out_is_replaced_and_nothing_is_lost(
    desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser]
) -> None:
    desk.stage, desk.codes_given, desk.code_until = "statement", 1, desk.now + timedelta(seconds=4)
    page, _ = visit(launch(*CAMERA), url)
    old = page.locator(".code strong").inner_text()
    page.get_by_role("button", name=T["start_camera"]).click()
    page.get_by_role("button", name=T["record"], exact=True).wait_for()
    desk.now += timedelta(minutes=1)
    page.get_by_text(T["code_late"]).wait_for()
    assert page.locator(".code strong").inner_text() != old
    assert T["look_down"] in page.locator(".moves li").first.inner_text()
    assert page.get_by_role("button", name=T["record"], exact=True).is_visible(), "the camera is still on"


def test_a_file_is_looked_at_before_it_is_sent(
    desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser], tmp_path: Path
) -> None:
    desk.stage, desk.upload_allowed = "statement", True
    (tmp_path / "take.webm").write_bytes(b"\x1aE\xdf\xa3 take")
    page, _ = visit(launch(), url)
    page.get_by_text(T["upload"]).first.click()
    page.locator("[data-upload]").set_input_files(tmp_path / "take.webm")
    assert desk.acts == []
    page.get_by_role("button", name=T["send"]).click()
    page.get_by_role("heading", name=T["sign"]).wait_for()
    assert desk.acts == ["upload"]


def test_a_file_that_is_too_large_is_not_sent(
    desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser], tmp_path: Path
) -> None:
    desk.stage, desk.upload_allowed, desk.max_bytes = "statement", True, 1_000_000
    (tmp_path / "take.webm").write_bytes(bytes(1_000_001))
    page, _ = visit(launch(), url)
    page.get_by_text(T["upload"]).first.click()
    page.locator("[data-upload]").set_input_files(tmp_path / "take.webm")
    page.get_by_role("button", name=T["send"]).click()
    page.get_by_text(T["too_large"].format(limit=1)).wait_for()
    assert desk.acts == []


def test_without_javascript_everything_but_recording_and_signing_works(
    desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser]
) -> None:
    context = launch().new_context(java_script_enabled=False, viewport=PHONE)
    page, _ = visit(context, url)
    page.select_option("#lang", "de")
    page.get_by_role("button", name="OK").click()
    german = wording("de").page
    page.get_by_text(german["narrow"], exact=True).click()
    page.locator("details[open] input[name=languages][value=fr]").uncheck()
    page.get_by_role("button", name=german["narrow_send"]).click()
    page.get_by_text(german["version"].format(number=2)).wait_for()
    desk.stage = "statement"
    page.goto(url)
    assert german["no_script"] in page.content()
    page.get_by_text(german["decline"], exact=True).click()
    page.get_by_role("button", name=german["decline_send"]).click()
    page.get_by_role("heading", name=german["declined"]).wait_for()


def test_the_page_is_used_by_keyboard_alone(desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser]) -> None:
    page, _ = visit(launch(), url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "checks", "the first control after the text"
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=T["statement"]).wait_for()
    assert desk.acts == ["agree"]


def test_no_stage_runs_off_the_side_in_any_language(
    desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser]
) -> None:
    page, faults = visit(launch(), url)
    page.set_viewport_size({"width": 320, "height": 640})
    wide: list[str] = []
    for language in languages():
        for stage in get_args(Stage):
            desk.stage = stage
            page.goto(f"{url}?lang={language}")
            assert page.locator("html").get_attribute("lang") == language
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(f"{language} {stage}")
    assert wide == []
    assert not faults, faults


def test_every_target_can_be_hit_with_a_thumb(desk: FakeSubjectDesk, url: str, launch: Callable[..., Browser]) -> None:
    page, _ = visit(launch(), url)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    small = page.evaluate(
        """[...document.querySelectorAll(
            'main button, main a, main input:not([type=hidden]), main select, main textarea, main summary')]
            .filter((one) => one.getClientRects().length)
            .filter((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < 24)
            .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == [], "WCAG 2.5.8: 24 by 24 CSS pixels"
