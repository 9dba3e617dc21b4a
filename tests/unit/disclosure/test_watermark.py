"""The mark in the sound: kept by what people do to files, and absent where nobody put it."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile

from pipelines.disclosure.market import load_market, notice_text
from pipelines.disclosure.watermark.perth import CARD_FILE, CARD_ID, SAMPLE_RATE, PerthWatermark
from pipelines.errors import WeightsError
from pipelines.media import AudioClip, Float32Array
from pipelines.release.listening import decode_sound
from pipelines.voice.kokoro.engine import KokoroVoice
from tests.fakes.doors import FontFolder as WeightFolder


@pytest.fixture(scope="module")
def perth(weights_home: Path) -> PerthWatermark:
    return PerthWatermark(WeightFolder(root=weights_home))


@pytest.fixture(scope="module")
def speech(weights_home: Path) -> AudioClip:
    voice = KokoroVoice(WeightFolder(root=weights_home), lambda: datetime.now(UTC))
    said = [
        voice.speak_notice(notice_text(load_market(market), locale), locale=locale).waveform
        for market, locale in (("EU", "en-US"), ("FR", "fr-FR"), ("ES", "es-ES"), ("IT", "it-IT"))
    ]
    return AudioClip(waveform=np.concatenate(said), sample_rate=24_000)


@pytest.fixture(scope="module")
def marked(perth: PerthWatermark, speech: AudioClip) -> AudioClip:
    return perth.mark(speech)


def through_ffmpeg(clip: AudioClip, folder: Path, name: str, *options: str) -> AudioClip:
    source, made = folder / "source.wav", folder / name
    soundfile.write(source, clip.waveform, clip.sample_rate)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(source), *options, str(made)]
    subprocess.run(command, check=True, capture_output=True)
    heard = decode_sound(made, sample_rate=SAMPLE_RATE)
    assert heard is not None
    return heard


def test_the_mark_is_found_where_it_was_put_and_nowhere_else(
    perth: PerthWatermark, speech: AudioClip, marked: AudioClip
) -> None:
    assert perth.read(marked).is_found
    assert not perth.read(speech).is_found


def test_marking_changes_no_length_rate_peak_or_loudness(speech: AudioClip, marked: AudioClip) -> None:
    assert (len(marked.waveform), marked.sample_rate) == (len(speech.waveform), speech.sample_rate)
    assert np.abs(marked.waveform).max() <= np.abs(speech.waveform).max() + 1e-6
    assert abs(20 * np.log10(marked.waveform.std() / speech.waveform.std())) < 0.5


def test_what_lies_above_two_kilohertz_is_left_alone(speech: AudioClip, marked: AudioClip) -> None:
    scale = float(np.dot(marked.waveform, speech.waveform) / np.dot(speech.waveform, speech.waveform))
    change = np.abs(np.fft.rfft(marked.waveform - speech.waveform)) ** 2
    hertz = np.fft.rfftfreq(len(speech.waveform), 1 / speech.sample_rate)
    assert 0.8 < scale < 1.2
    assert change[hertz > 2500].sum() < 0.01 * change.sum()


def test_the_same_sound_gives_the_same_bytes(perth: PerthWatermark, speech: AudioClip, marked: AudioClip) -> None:
    assert np.array_equal(perth.mark(speech).waveform, marked.waveform)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("copy.m4a", ("-c:a", "aac", "-b:a", "64k")),
        ("copy.mp3", ("-b:a", "64k")),
        ("phone.wav", ("-ar", "8000")),
        ("faster.wav", ("-filter:a", "atempo=1.05")),
        ("quiet.wav", ("-filter:a", "volume=-12dB")),
        ("middle.wav", ("-ss", "2", "-t", "3")),
    ],
)
def test_the_mark_outlives(
    perth: PerthWatermark, marked: AudioClip, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    assert perth.read(through_ffmpeg(marked, tmp_path, name, *options)).is_found


@pytest.mark.parametrize("rate", [24_000, 44_100, 48_000])
def test_clips_of_any_rate_are_marked(perth: PerthWatermark, speech: AudioClip, tmp_path: Path, rate: int) -> None:
    heard = through_ffmpeg(speech, tmp_path, "plain.wav")
    clip = AudioClip(
        waveform=np.interp(
            np.arange(int(heard.duration_s * rate)) / rate, np.arange(len(heard.waveform)) / SAMPLE_RATE, heard.waveform
        ).astype(np.float32),
        sample_rate=rate,
    )
    assert perth.read(perth.mark(clip)).is_found


@pytest.mark.parametrize(
    "waveform",
    [
        np.zeros(48_000, dtype=np.float32),
        np.zeros(0, dtype=np.float32),
        np.full(100, 0.1, dtype=np.float32),
        np.random.default_rng(1).normal(0, 0.1, 200_000).astype(np.float32),
        np.sin(np.arange(200_000) / 20).astype(np.float32),
    ],
    ids=["silence", "nothing", "a click", "noise", "a tone"],
)
def test_no_mark_is_found_in_what_nobody_marked(perth: PerthWatermark, waveform: Float32Array) -> None:
    clip = AudioClip(waveform=waveform, sample_rate=48_000)
    assert not perth.read(clip).is_found
    assert len(perth.mark(clip).waveform) == len(waveform)


def test_real_speech_is_unmarked(perth: PerthWatermark, shared_media: Path) -> None:
    files = sorted((shared_media / "speech").rglob("*.flac"))[:20]
    assert files
    for file in files:
        clip = decode_sound(file, sample_rate=SAMPLE_RATE)
        assert clip is not None
        assert not perth.read(clip).is_found, file.name


def test_a_file_that_is_no_net_is_named(tmp_path: Path) -> None:
    (tmp_path / CARD_ID).mkdir()
    (tmp_path / CARD_ID / CARD_FILE).write_bytes(b"not a checkpoint")
    with pytest.raises(WeightsError, match="sayso models pull perth-implicit"):
        PerthWatermark(WeightFolder(root=tmp_path))
