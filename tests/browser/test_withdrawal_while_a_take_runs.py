"""The subject takes back in a browser while the studio renders: what is running stops within two seconds of the click.

The server, its queue and its hosts are real processes; only the engines in the hosts are fake.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest

from consent.assessment import Answer, Answers
from consent.grant import RecordId
from studio.wiring.root import Wiring
from studio.wordings.texts import wording
from tests.fakes.studio_home import CONSENT, StudioHome
from tests.integration.test_jobs_produce import REPO, run, wait_for
from tests.integration.test_withdrawal_in_time import STOPS_WITHIN_S, is_alive

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
T = wording("en").page
PATIENCE_S = 60
ENGLISH = {"locale": "en-US", "market": "US-NY", "text": "Coffee in ten seconds."}
LONG_STEP_S = 20.0


@dataclass(frozen=True)
class Served:
    """A studio behind a server that is another process, and the same studio here."""

    home: StudioHome
    wiring: Wiring


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    pytest.importorskip("gradio")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = {"SAYSO_PUBLIC_URL": f"http://localhost:{port}", "SAYSO_FAKE_STEP_S": str(LONG_STEP_S)}
    home = StudioHome(tmp_path, environ=given)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.studio_serve", str(tmp_path), str(port)], cwd=REPO, env=home.environ
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _answers(port):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        yield Served(home, home.wiring())
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@pytest.fixture
def page() -> Iterator[Page]:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on this machine; run: sudo apt-get install chromium")
    with sync_api.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_default_timeout(PATIENCE_S * 1000)
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
        yield page
        browser.close()


def signed_and_approved(served: Served, page: Page) -> RecordId:
    """A consent that its subject has signed on the page; returns the record's id."""
    requests, folder = served.wiring.request_room.requests, served.home.folder
    (folder / "consent.toml").write_text(CONSENT)
    request = requests.draft(folder / "consent.toml", deal="synthetic_performer", by="mia@example.com")
    page.goto(requests.send(request.id, by="mia@example.com").url)
    page.get_by_role("button", name=T["open"]).click()
    page.get_by_role("button", name=T["go_on"]).click()
    page.get_by_role("button", name=T["sign_button"]).click()
    page.get_by_role("heading", name=T["with_legal"]).wait_for()
    record_id = served.wiring.request_room.overview.show(request.id).record_id
    assert record_id is not None
    answers = Answers(**{name: Answer(level="none", text="looked at") for name in Answers.model_fields})
    served.wiring.acts.assess(record_id, answers=answers, by="legal@example.com")
    for approver in ("legal@example.com", "head.of.legal@example.com"):
        served.wiring.acts.approve(record_id, approver=approver, evidence=folder / "contract.pdf")
    page.reload()
    page.get_by_role("heading", name=T["active"]).wait_for()
    return record_id


def seconds_to_stop(pid: int, button: Locator) -> float:
    """Freeze the process, click, and wait for its end: nothing but the withdrawal can end it."""
    os.kill(pid, signal.SIGSTOP)
    started = time.monotonic()
    button.click(no_wait_after=True)
    while is_alive(pid):
        assert time.monotonic() - started < 10 * STOPS_WITHIN_S, "the take runs on"
        time.sleep(0.005)
    return time.monotonic() - started


def test_one_click_stops_what_is_running_and_only_that(served: Served, page: Page) -> None:
    record_id = signed_and_approved(served, page)
    served.home.brief(record_id, {}, ENGLISH)
    process = run(served.home, step_s=LONG_STEP_S)
    try:
        wait_for(served.home, "speech-start")
        deadline = time.monotonic() + PATIENCE_S
        while len(begun := [line for line in served.home.lines() if line[0] == "speech-start"]) < 2:
            assert time.monotonic() < deadline, "the second take never began"
            time.sleep(0.05)
        pids = {take: int(pid) for _, take, pid in begun}
        rows = served.wiring.campaigns.takes_of_record(record_id)
        french = next(row.id for row in rows if '"fr-FR"' in row.plan)
        english = next(row.id for row in rows if row.id != french)

        page.get_by_text(T["withdraw_part"]).click()
        page.locator("details[open] input[name=languages][value=fr]").check()
        took_s = seconds_to_stop(pids[french], page.locator("details[open] button.stop").last)
        assert took_s < STOPS_WITHIN_S, f"the French take ran {took_s:.2f} s after the click"
        page.get_by_role("heading", name=T["active"]).wait_for()
        assert is_alive(pids[english]), "what was not taken back goes on"

        page.get_by_text(T["withdraw_all"]).click()
        took_s = seconds_to_stop(pids[english], page.locator("details[open] button.stop").first)
        assert took_s < STOPS_WITHIN_S, f"the English take ran {took_s:.2f} s after the click"
        page.get_by_role("heading", name=T["withdrawn"]).wait_for()
        codes = [row.reasons[0].code for row in served.wiring.campaigns.takes_of_record(record_id)]
        assert codes == ["revoked", "revoked"]
        assert not any((served.home.folder / "home" / "work" / take).exists() for take in pids)
    finally:
        process.kill()
        process.communicate()
