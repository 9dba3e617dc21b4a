"""Tones change the sound in the direction that they declare; pitch is in semitones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import InputInvalidError
from pipelines.media import Float32Array
from pipelines.voice.delivery import NEUTRAL, Delivery
from pipelines.voice.kokoro.melody import melody_of, moved
from pipelines.voice.kokoro.network import SAMPLE_RATE, TIMBRE_SIZE, KokoroNetwork, Plan, load_style
from pipelines.voice.kokoro.tilt import tilted
from pipelines.voice.phonemes.symbols import token_ids
from pipelines.voice.tone import TONES, delivery_of


def brightness_db(waveform: Float32Array) -> float:
    """Energy above 1 kHz against below."""
    power = np.abs(np.fft.rfft(waveform)) ** 2
    hz = np.fft.rfftfreq(len(waveform), 1 / SAMPLE_RATE)
    above, below = (power[(hz > a) & (hz <= b)].sum() for a, b in ((1000, 8000), (80, 1000)))
    return float(10 * np.log10(above / below))


def highest_pitch(waveform: Float32Array) -> float:
    """The median of the period with the highest autocorrelation in loud 50 ms frames, in Hz."""
    frames = waveform[: len(waveform) // 1200 * 1200].reshape(-1, 1200).astype(np.float64)
    loud = (frames**2).mean(axis=1)
    frames = frames[loud > loud.max() / 10]
    correlation = np.fft.irfft(np.abs(np.fft.rfft(frames, 2400, axis=1)) ** 2, axis=1)[:, 80:300]
    return float(np.median(SAMPLE_RATE / (80 + correlation.argmax(axis=1))))


@dataclass(frozen=True, kw_only=True)
class Said:
    seconds: float
    pitch_hz: float
    range_st: float
    brightness_db: float
    level_db: float


@pytest.fixture(scope="module")
def said(weights_home: Path) -> dict[str, Said]:
    """One short headline in every tone, as the net says it."""
    net = KokoroNetwork(weights_home / "kokoro-82m" / "model.onnx", threads=1)
    ids = token_ids("ˈɔɹdəɹ ðə kˈɔfi.")
    row = load_style(weights_home / "kokoro-voices" / "voices" / "af_heart.bin")[len(ids) - 1]
    made: dict[str, Said] = {}
    for name, delivery in TONES.items():
        (plan,) = moved([net.plan(ids, row, speed=delivery.rate)], to=None, delivery=delivery)
        raw = net.speak(plan, row[:TIMBRE_SIZE]).waveform
        sound = tilted(raw, delivery.tilt_db, sample_rate=SAMPLE_RATE)
        melody = melody_of(plan.f0)
        assert melody is not None
        made[name] = Said(
            seconds=len(sound) / SAMPLE_RATE,
            pitch_hz=highest_pitch(sound),
            range_st=melody.range_st,
            brightness_db=brightness_db(sound),
            level_db=10 * float(np.log10(np.mean(raw**2))),
        )
    return made


@pytest.mark.weights
def test_warm_is_slower_lower_and_softer(said: dict[str, Said]) -> None:
    warm, neutral = said["warm"], said["neutral"]
    assert warm.seconds > neutral.seconds
    assert warm.pitch_hz < neutral.pitch_hz
    assert warm.range_st < neutral.range_st
    assert warm.level_db < neutral.level_db
    assert warm.brightness_db < neutral.brightness_db - 1


@pytest.mark.weights
def test_excited_is_faster_higher_wider_louder_and_brighter(said: dict[str, Said]) -> None:
    excited, neutral = said["excited"], said["neutral"]
    assert excited.seconds < neutral.seconds
    assert excited.pitch_hz > neutral.pitch_hz * 1.05
    assert excited.range_st > neutral.range_st * 1.15
    assert excited.level_db > neutral.level_db
    assert excited.brightness_db > neutral.brightness_db + 0.5


@pytest.mark.weights
def test_serious_is_slower_lower_and_more_level(said: dict[str, Said]) -> None:
    serious, neutral = said["serious"], said["neutral"]
    assert serious.seconds > neutral.seconds
    assert serious.pitch_hz < neutral.pitch_hz * 0.95
    assert serious.range_st < neutral.range_st * 0.9


def test_pauses_are_longer_when_serious_and_shorter_when_excited() -> None:
    assert TONES["serious"].pause_scale > TONES["warm"].pause_scale > 1.0 > TONES["excited"].pause_scale


def test_an_octave_is_twelve_semitones_and_adds_to_the_tone() -> None:
    assert delivery_of("neutral", pitch_st=6.0).f0_scale == pytest.approx(2**0.5)
    assert delivery_of("warm", pitch_st=-6.0).f0_scale == pytest.approx(TONES["warm"].f0_scale / 2**0.5)


def test_neutral_changes_nothing() -> None:
    assert delivery_of() == NEUTRAL == Delivery()
    noise = np.random.default_rng(1).standard_normal(100).astype(np.float32)
    assert tilted(noise, 0.0, sample_rate=SAMPLE_RATE) is noise


@pytest.mark.parametrize("pitch", [-6.1, 7.0, float("nan"), float("inf")])
def test_a_pitch_out_of_reach_is_refused(pitch: float) -> None:
    with pytest.raises(InputInvalidError, match="-6 to \\+6"):
        delivery_of("warm", pitch_st=pitch)


def test_an_unknown_tone_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputInvalidError, match="'angry'; choose one of: neutral, warm, excited, serious"):
        delivery_of("angry")


@pytest.mark.parametrize("slope", [-1.0, 0.8])
def test_a_tilt_is_its_slope_and_moves_nothing_in_time(slope: float) -> None:
    click = np.zeros(4096, dtype=np.float32)
    click[2000] = 1.0
    made = tilted(click, slope, sample_rate=SAMPLE_RATE)
    assert int(np.abs(made).argmax()) == 2000
    response = 20 * np.log10(np.abs(np.fft.rfft(made, 48_000)))  # bins of half a hertz
    assert response[8000] - response[2000] == pytest.approx(2 * slope, abs=0.1)
    assert response[1000 * 2] == pytest.approx(0.0, abs=0.1)


@given(length=st.integers(0, 2000))
def test_a_tilt_keeps_the_length(length: int) -> None:
    assert len(tilted(np.ones(length, dtype=np.float32), 1.0, sample_rate=SAMPLE_RATE)) == length


def test_the_energy_moves_about_the_mean_of_the_whole_script() -> None:
    plans = [a_plan(energy=[0.0, 2.0]), a_plan(energy=[4.0, 6.0])]
    wider = moved(plans, to=None, delivery=Delivery(energy_range=2.0))
    assert np.concatenate([plan.energy for plan in wider]).tolist() == [-3.0, 1.0, 5.0, 9.0]


def test_a_tone_on_a_lively_person_stays_speech() -> None:
    lively = moved([a_plan(f0=[200.0, 400.0])], to=None, delivery=Delivery(f0_range=9.0))
    semitones = 12 * np.log2(lively[0].f0[1] / lively[0].f0[0])
    assert semitones == pytest.approx(1.8 * 12, abs=0.5)


def a_plan(*, energy: list[float] | None = None, f0: list[float] | None = None) -> Plan:
    return Plan(
        text=np.zeros((512, 1), dtype=np.float32),
        f0=np.array(f0 or [100.0, 100.0], dtype=np.float32),
        energy=np.array(energy or [0.0, 0.0], dtype=np.float32),
        ends=np.array([600], dtype=np.int64),
    )
