from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.compose.captions import LINE_MAX, LINE_MAX_WIDE, caption_lines, srt, vtt, write_captions
from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Speech, Timed

SCRIPTS = {
    "en-US": "Meet Coffee One, the espresso that wakes up before you do. Ready in ten seconds, kind to your morning!",
    "fr-FR": "Découvrez Coffee One : l'espresso qui se réveille avant vous ! Prêt en dix secondes, dès demain.",
    "es-ES": "¿Listo para el café? Conozca Coffee One, el espresso que se despierta antes que usted. ¡Pídalo hoy!",
    "de-DE": "Das ist Coffee One, der Espresso für alle, die morgens in Eile sind. Heute bestellt, morgen genossen.",
    "hi-IN": "मिलिए कॉफ़ी वन से, वह एस्प्रेसो जो आपसे पहले जागता है। दस सेकंड में तैयार।",
}
WIDE = {
    "ja-JP": [
        "あなた",
        "より",
        "先に",
        "目を",
        "覚ます",
        "エスプレッソ",
        "、",
        "コーヒー",
        "ワンを",
        "ご紹介",
        "します。",
    ],
    "zh-CN": ["认识", "一下", "咖啡", "一号", "，", "比你", "更早", "醒来的", "浓缩", "咖啡。", "今天", "下单。"],
}


def speech_of(words: list[str], text: str, locale: str, *, per_letter_s: float = 0.06) -> Speech:
    timed: list[Timed] = []
    at = 0.3
    for word in words:
        length = per_letter_s * len(word) + 0.05
        timed.append(Timed(text=word, start_s=at, end_s=at + length))
        at += length + (0.4 if word[-1] in ".!?।。" else 0.02)
    audio = AudioClip(waveform=np.zeros(int((at + 0.5) * 24000), dtype=np.float32), sample_rate=24000)
    return Speech(audio=audio, text=text, locale=locale, voice="test", words=tuple(timed), phonemes=(), cards=())


def speech_for(locale: str) -> Speech:
    if locale in WIDE:
        return speech_of(WIDE[locale], "".join(WIDE[locale]), locale, per_letter_s=0.15)
    return speech_of(SCRIPTS[locale].split(), SCRIPTS[locale], locale)


def anything(_text: str) -> bool:
    return True


def letters(text: str) -> str:
    return re.sub(r"\s", "", text)


LOCALES = [*SCRIPTS, *WIDE]


@pytest.mark.parametrize("locale", LOCALES)
def test_captions_hold_the_whole_script_in_order(locale: str) -> None:
    speech = speech_for(locale)
    captions = caption_lines(speech, fits=anything, fps=25)
    assert letters("".join(c.text for c in captions)) == letters(speech.text)


@pytest.mark.parametrize("locale", LOCALES)
def test_lines_are_at_most_two_and_not_too_long(locale: str) -> None:
    limit = LINE_MAX_WIDE if locale in WIDE else LINE_MAX
    for caption in caption_lines(speech_for(locale), fits=anything, fps=25):
        lines = caption.text.split("\n")
        assert len(lines) <= 2
        marks_aside = [re.sub(r"[\u0900-\u0903\u093c\u0941-\u0948\u094d]", "", line) for line in lines]
        assert all(len(line) <= limit for line in marks_aside), caption


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("fps", [24, 25, 30])
def test_captions_start_with_their_words_and_never_overlap(locale: str, fps: int) -> None:
    speech = speech_for(locale)
    captions = caption_lines(speech, fits=anything, fps=fps)
    starts = {round(word.start_s, 3) for word in speech.words}
    for caption in captions:
        assert any(0 <= start - caption.start_s < 1 / fps + 1e-6 for start in starts)
        assert caption.end_s > caption.start_s
        assert abs(caption.start_s * fps - round(caption.start_s * fps)) < 1e-6
    for a, b in pairwise(captions):
        assert b.start_s - a.end_s >= 1 / fps - 1e-6
    assert captions[-1].end_s <= speech.audio.duration_s + 1e-6


def test_japanese_line_never_starts_with_a_stop() -> None:
    for locale in WIDE:
        for caption in caption_lines(speech_for(locale), fits=anything, fps=25):
            assert all(line[0] not in "、。，" for line in caption.text.split("\n"))


def test_break_falls_after_the_clause_and_not_after_an_article() -> None:
    captions = caption_lines(speech_for("en-US"), fits=anything, fps=25)
    for caption in captions:
        for line in caption.text.split("\n"):
            assert line.split()[-1].lower() not in {"the", "a", "to", "your", "and"}
    assert captions[-1].text.endswith("morning!")


def test_french_space_before_a_stop_does_not_break() -> None:
    text = "Bonjour à vous ! Voici le café ."
    words = ["Bonjour", "à", "vous", "Voici", "le", "café"]
    joined = " ".join(c.text for c in caption_lines(speech_of(words, text, "fr-FR"), fits=anything, fps=25))
    assert "vous\u00a0!" in joined


def test_narrow_frame_gets_shorter_lines() -> None:
    captions = caption_lines(speech_for("en-US"), fits=lambda text: len(text) <= 20, fps=25)
    assert all(len(line) <= 20 for c in captions for line in c.text.split("\n"))


def test_word_wider_than_the_frame_is_refused() -> None:
    with pytest.raises(InputInvalidError, match="too long for a subtitle"):
        caption_lines(
            speech_of(["Donaudampfschifffahrt"], "Donaudampfschifffahrt", "de-DE"), fits=lambda _: False, fps=25
        )


def test_no_words_give_no_captions() -> None:
    assert caption_lines(speech_of([], "", "en-US"), fits=anything, fps=25) == ()


@given(
    words=st.lists(st.text(alphabet="abcdefgh,.!", min_size=1, max_size=12), min_size=1, max_size=40),
    fps=st.sampled_from([24, 25, 30]),
)
def test_any_script_is_covered_without_overlap(words: list[str], fps: int) -> None:
    speech = speech_of(words, " ".join(words), "en-US")
    captions = caption_lines(speech, fits=anything, fps=fps)
    assert letters("".join(c.text for c in captions)) == letters(speech.text)
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(captions))


TWO = (
    Timed(text="One & <two>\nlines", start_s=0.04, end_s=1.5),
    Timed(text="Later", start_s=3661.0, end_s=3662.9996),
)


def test_srt_is_well_formed() -> None:
    assert srt(TWO) == (
        "1\n00:00:00,040 --> 00:00:01,500\nOne & <two>\nlines\n\n2\n01:01:01,000 --> 01:01:03,000\nLater\n\n"
    )


def test_vtt_is_well_formed_and_escaped() -> None:
    assert vtt(TWO) == (
        "WEBVTT\n\n00:00:00.040 --> 00:00:01.500\nOne &amp; &lt;two&gt;\nlines\n\n"
        "01:01:01.000 --> 01:01:03.000\nLater\n\n"
    )


def test_files_are_utf8_with_plain_newlines(tmp_path: Path) -> None:
    write_captions(
        (Timed(text="今すぐ", start_s=0.0, end_s=1.0),), srt_path=tmp_path / "a.srt", vtt_path=tmp_path / "a.vtt"
    )
    assert "今すぐ".encode() in (tmp_path / "a.srt").read_bytes()
    assert b"\r" not in (tmp_path / "a.vtt").read_bytes()
