"""The real ears: one person's recordings pass, two people's do not, and a stranger's statement refuses them all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.assets import ASSETS
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from studio.likenesses.enrolling import no_report
from studio.likenesses.listening import HeardSet, Recording
from studio.wiring.voices import StudioListener

pytestmark = pytest.mark.weights

READER, STRANGER = "ljspeech/*.wav", "librispeech/*.flac"


@pytest.fixture(scope="module")
def ears(weights_home: Path) -> StudioListener:
    return StudioListener(WeightsStore(weights_home, load_cards(ASSETS / "weights.toml")))


@pytest.fixture(scope="module")
def recordings(shared_media: Path) -> dict[str, list[Recording]]:
    found = {}
    for who in (READER, STRANGER):
        paths = sorted((shared_media / "speech").glob(who))[:8]
        found[who] = [Recording(path=path, name=path.name) for path in paths]
    return found


def listen(ears: StudioListener, *recordings: Recording, statement: Path | None = None) -> HeardSet:
    return ears.listen(recordings, language="en", statement=statement, report=no_report)


def checks(heard: HeardSet) -> list[str]:
    return [one.check for one in heard.findings]


def test_one_persons_recordings_pass(ears: StudioListener, recordings: dict[str, list[Recording]]) -> None:
    heard = listen(ears, *recordings[READER], statement=recordings[READER][0].path)
    assert (heard.is_good, checks(heard)) == (True, [])
    assert len(heard.clips) == 8
    assert heard.speech_s > 30


def test_two_people_are_found_out(ears: StudioListener, recordings: dict[str, list[Recording]]) -> None:
    heard = listen(ears, *recordings[READER], *recordings[STRANGER][:3])
    assert (heard.is_good, checks(heard)) == (False, ["one_person"])


def test_voice_that_did_not_speak_the_consent_is_refused(
    ears: StudioListener, recordings: dict[str, list[Recording]]
) -> None:
    heard = listen(ears, *recordings[READER], statement=recordings[STRANGER][0].path)
    assert (heard.is_good, checks(heard)) == (False, ["who_consented"])


def test_what_is_wrong_with_a_file_is_said_by_name(
    ears: StudioListener, recordings: dict[str, list[Recording]], tmp_path: Path
) -> None:
    silent, broken = tmp_path / "silent.wav", tmp_path / "broken.wav"
    soundfile.write(silent, np.zeros(32_000, dtype=np.float32), 16_000)
    broken.write_bytes(b"RIFF....WAVEfmt nothing follows")
    wrong = (Recording(path=path, name=path.name) for path in (silent, broken))
    heard = listen(ears, recordings[READER][0], *wrong)
    assert not heard.is_good
    assert {(one.recording, one.check) for one in heard.findings} == {
        ("silent.wav", "speech"),
        ("broken.wav", "file"),
        ("", "speech"),
    }
