"""Step 4 of the door with the real engine: marked, claimed, found again; and nothing claimed that is not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typing_extensions import override

from pipelines.disclosure.market import load_market, notice_text
from pipelines.disclosure.watermark.perth import PerthWatermark
from pipelines.disclosure.watermark.sound import SoundWatermark, WatermarkReading
from pipelines.errors import ReleaseError
from pipelines.media import AudioClip
from pipelines.provenance.reading import read_manifest
from pipelines.release.examine import MediaExaminer
from pipelines.release.verdict import Verdict, VerdictKind
from pipelines.release.verify import verify_file
from pipelines.voice.kokoro.engine import KokoroVoice
from studio.web.public.answer import answer_for
from tests.fakes.doors import FontFolder as WeightFolder
from tests.fakes.doors import House
from tests.fakes.scenes import film, sound, still

pytestmark = pytest.mark.weights
ACTION = "c2pa.watermarked.unbound"


@pytest.fixture(scope="module")
def perth(weights_home: Path) -> PerthWatermark:
    return PerthWatermark(WeightFolder(root=weights_home))


@pytest.fixture(scope="module")
def speech(weights_home: Path) -> AudioClip:
    """Seven seconds of a synthetic voice; babble is too little like speech to hold this mark."""
    voice = KokoroVoice(WeightFolder(root=weights_home), lambda: datetime.now(UTC))
    said = [voice.speak_notice(notice_text(load_market("EU"), one), locale=one).waveform for one in ("en-US", "fr-FR")]
    return AudioClip(waveform=np.concatenate(said), sample_rate=24_000)


@pytest.fixture
def marking(house: House, perth: PerthWatermark) -> House:
    return replace(house, door=replace(house.door, watermark=lambda: perth))


def verdict_of(house: House, path: Path, engine: SoundWatermark) -> Verdict:
    return verify_file(
        path,
        trust_anchors_pem=house.door.identity.trust_anchors_pem,
        ledger=house.studio.trusted_ledger,
        records=house.studio,
        at=house.studio.clock(),
        examiner=MediaExaminer(fonts=house.fonts, engine=lambda: engine),
    )


def actions(house: House, path: Path) -> tuple[str, ...]:
    return read_manifest(path, trust_anchors_pem=house.door.identity.trust_anchors_pem).actions


@pytest.mark.parametrize("take_format", ["960x540", "mp3", "wav"])
def test_sound_leaves_with_a_mark_that_the_manifest_claims_and_verify_hears(
    marking: House, perth: PerthWatermark, speech: AudioClip, take_format: str
) -> None:
    scene = film(frame_count=round(speech.duration_s * 25)) if take_format == "960x540" else sound()
    scene = replace(scene, audio=speech)
    release = marking.release(scene, request=marking.studio.request(format=take_format))
    assert ACTION in actions(marking, release.path)
    verdict = verdict_of(marking, release.path, perth)
    assert verdict.verdict is VerdictKind.AUTHENTIC
    assert verdict.watermark["found"]
    assert dict(answer_for(verdict).facts)["Watermark"] == "heard in the sound (perth)"


def test_pictures_carry_no_mark_and_claim_none(marking: House) -> None:
    release = marking.release(still(), request=marking.studio.request(format="960x540.png"))
    assert ACTION not in actions(marking, release.path)


def test_without_an_engine_none_is_claimed(house: House, perth: PerthWatermark) -> None:
    release = house.release(film(frame_count=60))
    assert ACTION not in actions(house, release.path)
    assert not verdict_of(house, release.path, perth).watermark["found"]
    assert house.verify(release.path).watermark == {"checked": False}


class Deaf(SoundWatermark):
    """Hears its mark a few times, then never again: as after an encoder that destroyed it."""

    name = "deaf"

    def __init__(self, *, times: int) -> None:
        self._left = times

    @override
    def mark(self, clip: AudioClip) -> AudioClip:
        return AudioClip(waveform=clip.waveform * np.float32(0.9), sample_rate=clip.sample_rate)

    @override
    def read(self, clip: AudioClip) -> WatermarkReading:
        self._left -= 1
        return WatermarkReading(engine=self.name, confidence=0.1, is_found=self._left >= 0)


def test_sound_that_cannot_hold_the_mark_goes_out_as_it_was(house: House) -> None:
    engine = Deaf(times=0)
    release = replace(house.door, watermark=lambda: engine)
    made = replace(house, door=release).release(film(frame_count=60))
    assert ACTION not in actions(house, made.path)
    assert any("does not hold" in step.detail for step in made.steps)


def test_a_mark_that_is_lost_in_encoding_keeps_the_take_inside(house: House) -> None:
    engine = Deaf(times=1)
    marking = replace(house, door=replace(house.door, watermark=lambda: engine))
    with pytest.raises(ReleaseError, match="the mark that deaf put into its sound is not heard"):
        marking.release(film(frame_count=60))
    assert marking.left_behind() == []


def test_a_strangers_marked_sound_is_unknown_but_the_mark_is_named(
    house: House, perth: PerthWatermark, speech: AudioClip, tmp_path: Path
) -> None:
    clip = perth.mark(speech)
    soundfile.write(tmp_path / "theirs.wav", clip.waveform, clip.sample_rate)
    verdict = verdict_of(house, tmp_path / "theirs.wav", perth)
    assert verdict.verdict is VerdictKind.UNKNOWN
    assert "Perth" in verdict.summary
