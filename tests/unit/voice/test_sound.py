"""Loudness, the clock, voices, notices: what needs no weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipelines.errors import InputInvalidError, ScriptRefusedError
from pipelines.voice.engine import ENGINES, open_engine
from pipelines.voice.kokoro.network import Utterance
from pipelines.voice.kokoro.timeline import TimedSymbol, Timeline, phoneme_times, word_times
from pipelines.voice.loudness import PEAK_DBTP_MAX, TARGET_LUFS, integrated_lufs, normalise, true_peak_dbtp
from pipelines.voice.notices import require_notice
from pipelines.voice.script.pieces import Phonemes, Span
from pipelines.voice.voices import LANGUAGES, VOICES, default_voice, language_of, voice_named, voices_for

RATE = 24_000


def syllables(seconds: float, *, level: float, crest: float = 1.0) -> np.ndarray:
    """A voice-like tone that comes and goes, with single peaks ``crest`` times as high."""
    t = np.arange(int(seconds * RATE)) / RATE
    wave = level * np.sin(2 * np.pi * 180 * t) * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * t))
    wave[:: RATE // 5] *= crest
    return wave.astype(np.float32)


@pytest.mark.parametrize(("level", "crest"), [(0.02, 1), (0.3, 1), (0.9, 1), (0.05, 40), (0.1, 8)])
def test_speech_comes_out_at_the_target_loudness_under_the_peak(level: float, crest: float) -> None:
    levelled = normalise(syllables(4, level=level, crest=crest), RATE)
    assert integrated_lufs(levelled, RATE) == pytest.approx(TARGET_LUFS, abs=0.3)
    assert true_peak_dbtp(levelled) <= PEAK_DBTP_MAX
    assert np.abs(levelled).max() <= 1.0


def test_a_word_shorter_than_the_measure_is_levelled_too() -> None:
    levelled = normalise(syllables(0.2, level=0.01), RATE)
    assert integrated_lufs(levelled, RATE) == pytest.approx(TARGET_LUFS, abs=0.5)


def test_silence_stays_silence() -> None:
    assert not normalise(np.zeros(RATE, dtype=np.float32), RATE).any()


def test_the_limiter_turns_down_and_does_not_clip() -> None:
    wave = syllables(2, level=0.9)
    levelled = normalise(wave, RATE)
    assert len(np.flatnonzero(np.abs(np.abs(levelled) - np.abs(levelled).max()) < 1e-6)) < 20  # no flat tops


def utterance(symbols: str, *, pad: int = 4, each: int = 2) -> tuple[Phonemes, Utterance]:
    """Every symbol sounds for ``each`` frames, two frames ahead of its durations as the net's do, quiet around."""
    frames = [pad] + [each] * len(symbols) + [pad]
    ends = np.cumsum(frames) * 600
    wave = np.zeros(int(ends[-1]), dtype=np.float32)
    ahead = min(2 * 600, int(ends[0]))
    wave[ends[0] - ahead : ends[-2] - ahead] = 0.5 * np.sin(np.arange(ends[-2] - ends[0]) / 10)
    spans = tuple(None if s == " " else Span(begin=i, end=i + 1) for i, s in enumerate(symbols))
    return Phonemes(symbols=symbols, spans=spans), Utterance(waveform=wave, ends=ends.astype(np.int64))


def test_symbols_keep_their_places_when_passes_are_joined() -> None:
    timeline = Timeline()
    timeline.silence(0.15)
    timeline.say(*utterance("ab"))
    timeline.silence(0.3)
    timeline.say(*utterance("c"))
    wave, symbols = timeline.finish()
    for symbol in symbols:
        middle = wave[int((symbol.start_s + 0.01) * RATE) : int((symbol.end_s - 0.01) * RATE)]
        assert np.abs(middle).max() > 0.4, symbol
    between = wave[int((symbols[1].end_s + 0.1) * RATE) : int((symbols[2].start_s - 0.06) * RATE)]
    assert not np.abs(between).max() > 1e-3


def test_passes_join_without_a_jump() -> None:
    timeline = Timeline()
    for _ in range(3):
        timeline.say(*utterance("ab", pad=0))
        timeline.silence(0.1)
    wave, _ = timeline.finish()
    assert np.abs(np.diff(wave)).max() < 0.08  # the tone itself moves by 0.05 a sample


def timed(*rows: tuple[int, int, float, float]) -> list[TimedSymbol]:
    return [TimedSymbol(symbol="a", span=Span(begin=a, end=b), start_s=s, end_s=e) for a, b, s, e in rows]


def test_words_read_together_share_their_time() -> None:
    words = (Span(begin=0, end=5), Span(begin=6, end=7))
    times = word_times("12,50 €", words, timed((0, 7, 0.0, 0.6), (0, 7, 0.6, 1.2)))
    assert [(w.text, w.start_s, w.end_s) for w in times] == [("12,50", 0.0, 1.0), ("€", 1.0, 1.2)]


def test_a_silent_word_is_a_moment_between_its_neighbours() -> None:
    words = (Span(begin=0, end=1), Span(begin=2, end=3), Span(begin=4, end=5))
    times = word_times("a * b", words, timed((0, 1, 0.0, 0.5), (4, 5, 0.7, 1.0)))
    assert [(w.start_s, w.end_s) for w in times] == [(0.0, 0.5), (0.5, 0.5), (0.7, 1.0)]


def test_stress_and_length_belong_to_their_sound() -> None:
    symbols = [TimedSymbol(symbol=s, span=None, start_s=i / 10, end_s=(i + 1) / 10) for i, s in enumerate("ˈaː b.")]
    assert [(p.text, p.start_s, round(p.end_s, 1)) for p in phoneme_times(symbols)] == [
        ("ˈaː", 0.0, 0.3),
        ("b", 0.4, 0.5),
    ]


def test_there_are_54_voices_and_every_language_has_a_default() -> None:
    assert len({voice.name for voice in VOICES}) == 54
    for language in LANGUAGES:
        assert voices_for(language)
        assert voice_named(default_voice(language))
        assert voice_named(default_voice(language, "male")).gender == "male"
        if language != "de":
            assert voice_named(default_voice(language, "female")).gender == "female"


LOCALES = (
    ("en", "en-US"), ("en-AU", "en-GB"), ("fr-CA", "fr"), ("es-MX", "es"), ("pt", "pt-BR"), ("zh-CN", "zh"),
    ("zh-Hans-CN", "zh"), ("ja-JP", "ja"), ("hi_IN", "hi"), ("de-AT", "de"),
)  # fmt: skip


@pytest.mark.parametrize(("locale", "language"), LOCALES)
def test_a_locale_finds_its_language(locale: str, language: str) -> None:
    assert language_of(locale) == language


@pytest.mark.parametrize("locale", ["ar", "nl-NL", "ko", "pt-PT", "", "xx"])
def test_a_language_nobody_speaks_is_refused_with_those_we_do(locale: str) -> None:
    with pytest.raises(ScriptRefusedError, match="en-US, en-GB, fr, es, it, pt-BR, ja, zh, hi, de"):
        language_of(locale)


def test_a_language_that_was_measured_and_failed_is_refused_with_the_measurement_and_another_engine() -> None:
    with pytest.raises(
        ScriptRefusedError,
        match=r"well enough: whisper-base misheard 0\.43 .* 0\.12 is the most; the engine coqui-vits-nl ",
    ):
        language_of("nl-BE")


def test_a_language_that_another_engine_has_is_refused_with_its_name() -> None:
    with pytest.raises(ScriptRefusedError, match="no voice speaks 'hu'; the engine coqui-vits-hu speaks it"):
        language_of("hu")


def test_a_language_that_no_engine_has_is_refused_without_one() -> None:
    with pytest.raises(ScriptRefusedError, match="no voice speaks 'ar'; choose one of"):
        language_of("ar")


def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(InputInvalidError, match="no voice 'af_nobody'"):
        voice_named("af_nobody")


def test_only_label_wordings_are_notices(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('[notice]\naudio = "Made with AI."\n', encoding="utf-8")
    require_notice("Made with AI.", tmp_path)
    with pytest.raises(ScriptRefusedError, match="no notice"):
        require_notice("Vote for me.", tmp_path)


def test_the_registry_names_its_engines() -> None:
    assert {"kokoro", "xtts-v2", "coqui-vits-de"} <= set(ENGINES)
    with pytest.raises(InputInvalidError, match=r"choose one of: .*kokoro"):
        open_engine("nobody", None, clock=None)  # type: ignore[arg-type]  # refused before they are looked at


def test_importing_the_package_loads_nothing_heavy() -> None:
    check = "import pipelines.voice, pipelines.voice.voices, pipelines.voice.engine, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert not {"onnxruntime", "onnx", "jieba", "pyopenjtalk", "scipy"} & set(done.stdout.split())
