"""sayso likeness as scripts see it: exit codes, JSON on stdout, one sentence on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consent.keys import SigningKey
from pipelines.avatar.footage.report import Finding, FootageReport
from studio.cli.app import app
from tests.fakes.ears import BAD, FakeFitter, FakeListener
from tests.fakes.eyes import BLURRED, FakeTwinMaker
from tests.fakes.studio_home import StudioHome
from tests.unit.studio.likenesses.conftest import BOUND, BOUND_FILM, FILM, RECORDINGS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudioHome:
    made = StudioHome(tmp_path)
    for name in ("SAYSO_DATABASE_URL", "SAYSO_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAYSO_HOME", made.environ["SAYSO_HOME"])
    monkeypatch.setenv("SAYSO_WEIGHTS", made.environ["SAYSO_WEIGHTS"])
    monkeypatch.setattr("studio.wiring.likenesses.StudioListener", lambda _weights: FakeListener())
    monkeypatch.setattr("studio.wiring.likenesses.StudioFitter", lambda _weights: FakeFitter())
    monkeypatch.setattr("studio.wiring.likenesses.StudioTwinMaker", lambda _weights: FakeTwinMaker())
    (tmp_path / "voice").mkdir()
    for name, content in RECORDINGS.items():
        (tmp_path / "voice" / name).write_bytes(content)
    return made


@pytest.fixture
def record(home: StudioHome) -> str:
    return approved(home, BOUND)


@pytest.fixture
def filmed(home: StudioHome) -> str:
    (home.folder / "film.mp4").write_bytes(FILM)
    return approved(home, BOUND_FILM)


def approved(home: StudioHome, change: tuple[str, str]) -> str:
    terms = home.folder / "consent.toml"
    terms.write_text(terms.read_text().replace(*change))
    wiring = home.wiring()
    record_id = wiring.acts.new(terms).record_id
    wiring.acts.sign(record_id, key=SigningKey.generate())
    for approver in ("legal@example.com", "head@example.com"):
        wiring.acts.approve(record_id, approver=approver, evidence=home.folder / "contract.pdf")
    return record_id


def sayso(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["likeness", *(str(word) for word in words)])
    return result.exit_code, result.stdout, result.stderr


def enrolled(home: StudioHome, record: str) -> str:
    code, out, err = sayso("enrol", "--consent", record[:12], "--voice", home.folder / "voice", "--json")
    assert code == 0, err
    return str(json.loads(out)["id"])


def test_whole_way_of_a_likeness(home: StudioHome, record: str) -> None:
    name = enrolled(home, record)
    assert json.loads(sayso("show", name, "--json")[1])["versions"][0]["state"] == "waits"
    code, out, _ = sayso("release", name, "--as", "legal@example.com", "--json")
    assert (code, json.loads(out)["versions"][0]["released_by"]) == (0, "legal@example.com")
    listed = json.loads(sayso("list", "--json")[1])["likenesses"]
    assert [(one["id"], one["consent"]) for one in listed] == [(name, record)]
    code, out, _ = sayso("erase", name, "--as", "legal@example.com", "--json")
    assert (code, json.loads(out)) == (0, {"id": name, "erased": 3})
    assert "erased" in sayso("list")[1]


def test_people_are_told_what_to_do_next(home: StudioHome, record: str) -> None:
    code, out, err = sayso("enrol", "--consent", record, "--voice", home.folder / "voice")
    assert code == 0, err
    assert "sayso likeness preview l" in out
    assert "sayso likeness release l" in out
    name = out.split()[0]
    shown = sayso("show", name)[1]
    assert "2 recordings" in shown
    assert "similarity_fitted: 0.88" in shown


def test_nothing_enrolled_is_said(home: StudioHome) -> None:
    assert sayso("list")[1].startswith("no likenesses")
    assert json.loads(sayso("list", "--json")[1]) == {"likenesses": []}


def test_refusal_by_consent_exits_3(home: StudioHome, record: str) -> None:
    (home.folder / "voice" / "c.wav").write_bytes(b"RIFF....WAVEfmt somebody else")
    code, out, err = sayso("enrol", "--consent", record, "--voice", home.folder / "voice", "--json")
    assert (code, out) == (3, "")
    assert "asset_not_covered: c.wav" in err


def test_bad_recordings_exit_1_and_say_what_to_record_again(home: StudioHome) -> None:
    (home.folder / "voice" / "a.wav").write_bytes(RECORDINGS["a.wav"] + BAD)
    terms = home.folder / "consent.toml"
    terms.write_text(terms.read_text().replace(*BOUND))
    wiring = home.wiring()
    record_id = wiring.acts.new(terms).record_id
    wiring.acts.sign(record_id, key=SigningKey.generate())
    for approver in ("legal@example.com", "head@example.com"):
        wiring.acts.approve(record_id, approver=approver, evidence=home.folder / "contract.pdf")
    code, out, err = sayso("enrol", "--consent", record_id, "--voice", home.folder / "voice", "--json")
    assert (code, out) == (1, "")
    assert "a.wav: record it again in a quiet room" in err


WRONG_USES = {
    "no such likeness": ("show", "labcd"),
    "no such consent": ("enrol", "--consent", "0123456789", "--voice", "."),
    "nobody releases": ("release", "labcd", "--as", "legal@example.com"),
    "nothing to erase": ("erase", "labcd"),
    "nothing to hear": ("preview", "labcd", "--text", "x", "--locale", "en-US"),
    "no consent named": ("enrol", "--voice", "."),
}


@pytest.mark.parametrize("words", WRONG_USES.values(), ids=WRONG_USES.keys())
def test_wrong_use_exits_2_without_traceback(home: StudioHome, words: tuple[str, ...]) -> None:
    code, out, err = sayso(*words)
    assert code == 2, err
    assert out == ""
    assert err.strip()
    assert "Traceback" not in err


def footage_report(*, is_good: bool) -> FootageReport:
    finding = Finding(
        check="light",
        severity="advise" if is_good else "refuse",
        value=20.0,
        measured="the face is dark: 20",
        needed="55",
        advice="film before a window",
        at_s=1.5,
        example_frames=(37,),
    )
    return FootageReport(
        findings=(finding,), values=(("light", 20.0, 0.0),), not_measured=("sync",), score=0.8 if is_good else 0.3
    )


@pytest.mark.parametrize("is_good", [True, False])
def test_footage_is_judged_and_not_kept(
    *, is_good: bool, home: StudioHome, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = home.folder / "film.mp4"
    film.write_bytes(b"a film")
    opened: list[Path] = []
    monkeypatch.setattr("pipelines.avatar.footage.reading.open_footage", opened.append)
    monkeypatch.setattr(
        "pipelines.avatar.footage.report.inspect_footage", lambda *_, **__: footage_report(is_good=is_good)
    )
    before = {path for path in Path(home.environ["SAYSO_HOME"]).rglob("*") if path.is_file()}
    code, out, err = sayso("check", "--consent", record[:12], "--footage", film)
    assert (code, opened) == (0 if is_good else 1, [film])
    assert f"score {0.8 if is_good else 0.3:.2f}" in out
    assert "1.5 s: the face is dark: 20; needed: 55; film before a window" in out
    assert "not measured: sync" in out
    assert err.strip() == "" or "look" in err
    said = json.loads(sayso("check", "--consent", record[:12], "--footage", film, "--json")[1])
    assert (said["is_good"], said["findings"][0]["check"], said["values"]) == (is_good, "light", {"light": 20.0})
    after = {path for path in Path(home.environ["SAYSO_HOME"]).rglob("*") if path.is_file()}
    assert {path.name for path in after - before} <= {"sayso.sqlite-wal", "sayso.sqlite-shm"}


def test_footage_is_not_opened_without_a_consent_for_the_face(
    home: StudioHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = home.folder / "consent.toml"
    terms.write_text(terms.read_text().replace(*BOUND).replace('["face", "voice"]', '["voice"]'))
    wiring = home.wiring()
    record_id = wiring.acts.new(terms).record_id
    opened: list[Path] = []
    monkeypatch.setattr("pipelines.avatar.footage.reading.open_footage", opened.append)
    code, _, err = sayso("check", "--consent", record_id, "--footage", home.folder / "film.mp4")
    assert (code, opened) == (3, [])
    assert "a face needs one that is active" in err
    wiring.acts.sign(record_id, key=SigningKey.generate())
    for approver in ("legal@example.com", "head@example.com"):
        wiring.acts.approve(record_id, approver=approver, evidence=home.folder / "contract.pdf")
    code, _, err = sayso("check", "--consent", record_id, "--footage", home.folder / "film.mp4")
    assert (code, opened) == (3, [])
    assert "no face" in err


def test_what_is_no_film_is_said(home: StudioHome, record: str) -> None:
    film = home.folder / "film.mp4"
    film.write_bytes(b"not a film")
    code, _, err = sayso("check", "--consent", record, "--footage", film)
    assert code == 2
    assert "60 to 180 seconds of one person who speaks" in err


def test_whole_way_of_a_twin(home: StudioHome, filmed: str) -> None:
    code, out, err = sayso("enrol", "--consent", filmed[:12], "--footage", home.folder / "film.mp4")
    assert code == 0, err
    assert "60.0 s of footage, score 0.9 of 1" in out
    name = out.split()[0]
    shown = json.loads(sayso("show", name, "--json")[1])
    assert (shown["modality"], shown["versions"][0]["report"]["fit"]) == ("face", {"pictures": 1500.0})
    assert "advice: film nearer" in sayso("show", name)[1]
    assert sayso("release", name, "--as", "legal@example.com")[1].strip().endswith(f'twin = "{name}" into a brief')
    assert f"{name}  face   released" in sayso("list")[1]
    assert json.loads(sayso("train", "--consent", filmed[:12], "--json")[1])["versions"][-1]["version"] == 2
    assert (
        json.loads(sayso("erase", name, "--json")[1])["erased"] == 2
    )  # the film, and the twin that both trainings gave
    code, _, err = sayso("train", "--consent", filmed)
    assert (code, "no footage is kept" in err) == (2, True)


def test_film_that_is_not_good_enough_says_what_to_film_again(home: StudioHome) -> None:
    (home.folder / "film.mp4").write_bytes(FILM + BLURRED)
    record_id = approved(home, BOUND_FILM)
    code, _, err = sayso("enrol", "--consent", record_id, "--footage", home.folder / "film.mp4")
    assert (code, "tap on the face and film again" in err) == (1, True)


def test_voice_and_twin_are_enrolled_one_at_a_time(home: StudioHome, filmed: str) -> None:
    words = ("enrol", "--consent", filmed, "--footage", home.folder / "film.mp4", "--voice", home.folder / "voice")
    code, _, err = sayso(*words)
    assert (code, "by a call of its own" in err) == (2, True)
