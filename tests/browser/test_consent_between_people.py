"""From a request to an active consent and back, in real browsers: a camera, a microphone, a passkey, and legal.

No recording of a person reads a code that was drawn a minute ago, so a stock voice stands in for one; heard directly it
is noticed as synthetic, through a noisy room it is not (docs/evidence.md says how weak that check is). The face is
scikit-image's astronaut, whose picture is in the public domain, turned in memory.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import skimage.data
import soundfile
from PIL import Image
from scipy.signal import resample_poly

from bench.consenting import grant_for
from bench.rerecording import noisy
from pipelines.assets import ASSETS
from pipelines.faces.landmarks import FaceFinder
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from studio.wordings.texts import wording
from tests.fakes.camera import FPS, flags, person, write_camera, write_microphone
from tests.real_studio import SAYSO

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

pytestmark = [pytest.mark.browser, pytest.mark.weights, pytest.mark.slow, pytest.mark.enable_socket]
WAIT_MS = 60_000
CHECKS_WAIT_MS = 480_000  # 20 s on two idle cores; Whisper alone may take minutes on a busy machine
T = wording("en").page
QUESTIONS = ("dignity", "sensitive_context", "vulnerable_audiences", "deception_risk", "brand_fit")
CONSENT = """
class = "replica"
[subject]
name = "Eileen Carter"
birth_year = 1956
contact = "eileen@example.org"
language = "en"
[controller]
name = "Blue Harbor Coffee"
contact = "privacy@example.com"
[scope]
description = "Launch ads for Coffee One, spoken by Eileen in English and French"
modalities = ["face", "voice"]
languages = ["en", "fr"]
territories = ["FR", "US"]
channels = ["youtube", "web"]
brands = ["Blue Harbor"]
products = ["Coffee One"]
valid_from = 2026-01-01
valid_until = 2035-01-01
max_takes = 20
assets = ["portrait.png"]
"""
ALSO_HER_VOICE = CONSENT.replace('["portrait.png"]', '["portrait.png", "voice.wav"]')


@dataclass(frozen=True)
class House:
    """A studio that is being served, and the command line beside it."""

    folder: Path
    port: int
    environ: dict[str, str]

    def sayso(self, *args: str) -> Any:
        done = subprocess.run(
            [*SAYSO, *args, "--json"], env=self.environ, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def request(self, terms: str = "consent.toml") -> tuple[str, str]:
        """Draft and send; returns the request's id and the link."""
        drafted = self.sayso("request", "new", "--deal", "paid_talent", "--from", str(self.folder / terms))
        sent = self.sayso("request", "send", drafted["id"], "--as", "mia@example.com")
        return drafted["id"], sent["url"]

    def let_links_run_out(self, request_id: str) -> None:
        """As if two weeks had gone by since they were sent."""
        with closing(sqlite3.connect(Path(self.environ["SAYSO_HOME"]) / "sayso.sqlite")) as database:
            past = "2026-01-01 00:00:00.000000"
            changed = database.execute("UPDATE links SET expires_at = ? WHERE request_id = ?", (past, request_id))
            database.commit()
        assert changed.rowcount == 1


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, weights_home: Path) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    Image.fromarray(skimage.data.astronaut()).save(folder / "portrait.png")
    (folder / "consent.toml").write_text(CONSENT, encoding="utf-8")
    (folder / "with-voice.toml").write_text(ALSO_HER_VOICE, encoding="utf-8")
    said = "Good morning. This is how I sound when I talk about the weather, and about nothing else at all."
    voice = KokoroVoice(WeightsStore(weights_home, load_cards(ASSETS / "weights.toml")), lambda: datetime.now(UTC))
    enrolled = voice.speak(said, locale="en-US", voice="am_michael", grant=grant_for(said, "en-US"), seed=1).audio
    soundfile.write(folder / "voice.wav", enrolled.waveform, enrolled.sample_rate)
    answers = "".join(
        f'[{name}]\nlevel = "low"\ntext = "An ordinary advertisement for coffee."\n' for name in QUESTIONS
    )
    (folder / "answers.toml").write_text(answers, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")},
        "SAYSO_HOME": str(folder / "home"),
        "SAYSO_WEIGHTS": str(weights_home),
        "SAYSO_PUBLIC_URL": f"http://localhost:{port}",
        "SAYSO_HOSTS": "1",
    }
    process = subprocess.Popen(
        [*SAYSO, "serve", "--port", str(port), "--json"], stdout=subprocess.PIPE, text=True, env=environ
    )
    assert process.stdout is not None
    try:
        while not process.stdout.readline().startswith("}"):
            assert process.poll() is None, "the server ended before it said its address"
        yield House(folder, port, environ)
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@pytest.fixture(scope="module")
def chromium() -> str:
    pytest.importorskip("playwright.sync_api")
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no chromium on this machine; run: sudo apt-get install chromium")
    return found


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


@dataclass
class Phone:
    """One person's browser: it keeps its cookies when it is started again, with another film in its camera."""

    playwright: Playwright
    chromium: str
    folder: Path
    context: BrowserContext | None = None

    def start(self, *more: str) -> Page:
        if self.context is not None:
            self.context.close()
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=self.chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", *more],
            viewport={"width": 390, "height": 844},
        )
        page = self.context.new_page()
        page.set_default_timeout(WAIT_MS)
        devtools = self.context.new_cdp_session(page)
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
        return page


@pytest.fixture
def phone(playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(playwright, chromium, tmp_path / "phone")
    yield phone
    if phone.context is not None:
        phone.context.close()


def go_on(page: Page, url: str) -> tuple[str, list[str]]:
    """Open the link and agree; returns what is to be said, and the movements."""
    page.goto(url)
    page.get_by_role("button", name=T["open"]).click()
    page.locator(".go input[type=checkbox]").check()
    page.get_by_role("button", name=T["go_on"]).click()
    page.wait_for_selector("[data-recorder]")
    moves = {T[name]: name for name in ("turn_left", "turn_right", "look_up", "look_down")}
    asked = [moves[text.strip()[1:].strip()] for text in page.locator(".moves li").all_inner_texts()]
    return page.locator("blockquote.say").inner_text(), asked


def stage(house: House, tmp_path: Path, weights: WeightsStore, said: str, moves: list[str], *, in_room: bool) -> float:
    """Put film and sound of the statement before camera and microphone; returns how long they are."""
    voice = KokoroVoice(weights, clock=lambda: datetime.now(UTC))
    speech = voice.speak(said, locale="en-US", voice="af_bella", grant=grant_for(said, "en-US"), seed=1).audio
    sound = np.concatenate([np.zeros(8000), resample_poly(speech.waveform, 2, 3), np.zeros(8000)]).astype(np.float32)
    if in_room:
        sound = noisy(sound, np.random.default_rng(3))
    write_microphone(tmp_path / "microphone.wav", sound / np.abs(sound).max() * np.float32(0.7), 16_000)
    face = np.asarray(skimage.data.astronaut(), dtype=np.uint8)
    frames = person(face, FaceFinder(weights), moves, speaks_s=speech.duration_s + 1.5)
    write_camera(tmp_path / "camera.y4m", frames)
    return len(frames) / FPS


def record(page: Page, url: str, seconds: float) -> None:
    page.goto(url)
    page.get_by_role("button", name=T["start_camera"]).click()
    page.locator("[data-record]").click()
    page.wait_for_timeout(1000 * (seconds + 1))
    page.locator("[data-stop]").click()
    page.locator("[data-send-it]").click()
    # The checks' notice, or the button to record again beside a sentence that says why the recording was not taken.
    page.wait_for_selector(".notice, [data-again]:not([hidden])", timeout=CHECKS_WAIT_MS)
    told = page.locator("[data-recorder] [data-status]").all_inner_texts()
    assert page.locator(".notice").count(), f"the recording was not taken: {told}"


@pytest.fixture(scope="module")
def weights(weights_home: Path) -> WeightsStore:
    return WeightsStore(weights_home, load_cards(ASSETS / "weights.toml"))


def test_the_whole_way_from_request_to_active_and_withdrawn(
    house: House, phone: Phone, weights: WeightsStore, tmp_path: Path
) -> None:
    request_id, url = house.request()
    said, moves = go_on(phone.start(), url)
    seconds = stage(house, tmp_path, weights, said, moves, in_room=True)
    page = phone.start(*flags(tmp_path / "camera.y4m", tmp_path / "microphone.wav"))
    record(page, url, seconds)
    assert page.locator(".notice").inner_text().endswith(T["checks_good"])

    page.get_by_role("button", name=T["sign_button"]).click()
    page.get_by_text(T["with_legal"]).wait_for()
    shown = house.sayso("review", "show", request_id)
    assert shown["needed"] == 1, shown["four_eyes"]

    house.sayso(
        "review", "assess", request_id, "--as", "legal@example.com", "--answers", str(house.folder / "answers.toml")
    )
    house.sayso("review", "approve", request_id, "--as", "legal@example.com")
    assert house.sayso("review", "show", request_id)["assurance"] == "verified"

    page.reload()
    page.get_by_role("heading", name=T["active"]).wait_for()
    assert page.request.get(url + "/receipt.pdf").body().startswith(b"%PDF-")
    receipt = page.request.get(url + "/receipt.jsonld").json()
    assert house.sayso("request", "show", request_id)["record_id"] in receipt["@id"]

    page.get_by_text(T["withdraw_part"]).click()
    page.locator("details[open] input[name=languages][value=fr]").check()
    page.locator("details[open] button.stop").last.click()
    page.get_by_role("heading", name=T["active"]).wait_for()
    page.get_by_text(T["withdraw_all"]).click()
    page.locator("details[open] button.stop").first.click()
    page.get_by_role("heading", name=T["withdrawn"]).wait_for()
    assert house.sayso("request", "show", request_id)["status"] == "withdrawn"


def test_a_wrong_code_in_anothers_voice_straight_from_a_machine_is_not_let_through(
    house: House, phone: Phone, weights: WeightsStore, tmp_path: Path
) -> None:
    request_id, url = house.request("with-voice.toml")
    said, moves = go_on(phone.start(), url)
    body, code = said.rsplit("My code is ", 1)
    other = " ".join(str((int(digit) + 5) % 10) for digit in code.rstrip(".").split())
    seconds = stage(house, tmp_path, weights, f"{body}My code is {other}.", moves[::-1], in_room=False)
    page = phone.start(*flags(tmp_path / "camera.y4m", tmp_path / "microphone.wav"))
    record(page, url, seconds)
    assert T["checks_bad"] in page.locator(".notice").inner_text()
    assert page.locator("[data-recorder]").count() == 1, "it is asked for again, with another code"
    (recording,) = house.sayso("review", "show", request_id)["recordings"]
    failed = {name for name, outcome in recording["checks"].items() if outcome == "failed"}
    assert {"statement_code", "speaker_match", "synthetic_speech", "head_movements"} <= failed


def test_a_link_is_for_one_browser_and_a_time_and_no_means_no(
    house: House, phone: Phone, playwright: Playwright, chromium: str, tmp_path: Path
) -> None:
    request_id, url = house.request()
    page = phone.start()
    page.goto(url)
    page.get_by_role("button", name=T["open"]).click()
    page.wait_for_selector("dl.terms")

    other = Phone(playwright, chromium, tmp_path / "other phone")
    stranger = other.start()
    stranger.goto(url)
    stranger.get_by_text(T["link_used_elsewhere"]).wait_for()
    assert other.context is not None
    other.context.close()

    late_id, late_url = house.request()
    house.let_links_run_out(late_id)
    page.goto(late_url)
    page.get_by_text(T["link_expired"]).wait_for()
    page.goto(url)

    # Less of it: a version of its own, which legal has to answer.
    page.get_by_text(T["narrow"], exact=True).click()
    page.locator("details[open] input[name=languages][value=fr]").uncheck()
    page.get_by_role("button", name=T["narrow_send"]).click()
    page.get_by_text(T["version"].format(number=2)).wait_for()
    versions = house.sayso("request", "show", request_id)["versions"]
    assert [one["version"] for one in versions] == [1, 2]

    house.sayso("request", "answer", request_id, "--as", "legal@example.com", "--message", "Fine with us.")
    page.reload()
    page.get_by_text(T["decline"], exact=True).click()
    page.get_by_role("button", name=T["decline_send"]).click()
    page.get_by_role("heading", name=T["declined"]).wait_for()
    assert house.sayso("request", "show", request_id)["status"] == "declined"
