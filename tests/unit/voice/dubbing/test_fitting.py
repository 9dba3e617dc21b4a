"""Lines at the times of the original: paces, room, and what is said when it does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Speech, Timed
from pipelines.voice.dubbing.fitting import GAP_S, PACES, fit_speech, report
from pipelines.voice.dubbing.table import Slot, script_of

RATE = 24_000
WORD_S = 0.4  # each word of the voice below, at pace 1
PAUSE_S = 0.6


class Voice:
    """Says each word as a tone of its own pitch, with a pause after each line, at a pace."""

    def __init__(self, slots: list[Slot]) -> None:
        self._slots = slots
        self.paces: list[float] = []

    def speak(self, pace: float) -> Speech:
        self.paces.append(pace)
        parts, words, at = [np.zeros(RATE // 10, np.float32)], [], 0.1
        for slot in self._slots:
            for word in slot.text.split():
                count = round(WORD_S / pace * RATE)
                parts.append(np.full(count, 0.1 * len(word), np.float32))
                words.append(Timed(text=word, start_s=at, end_s=at + count / RATE))
                at += count / RATE
            parts.append(np.zeros(round(PAUSE_S / pace * RATE), np.float32))
            at += round(PAUSE_S / pace * RATE) / RATE
        return Speech(
            audio=AudioClip(waveform=np.concatenate(parts), sample_rate=RATE),
            text=script_of(self._slots), locale="en-US", voice="test:tone", words=tuple(words),
            phonemes=tuple(words), cards=(),
        )  # fmt: skip


def slot(start_s: float, end_s: float, text: str) -> Slot:
    return Slot(start_s=start_s, end_s=end_s, text=text)


def test_lines_that_fit_start_with_the_original_and_are_spoken_once() -> None:
    slots = [slot(1.0, 1.8, "a bb"), slot(4.0, 5.2, "a bb ccc")]
    voice = Voice(slots)

    dubbed = fit_speech(slots, speak=voice.speak, duration_s=8.0)

    assert voice.paces == [1.0]
    assert [line.start_s for line in dubbed.lines] == [1.0, 4.0]
    assert [word.start_s for word in dubbed.speech.words] == pytest.approx([1.0, 1.4, 4.0, 4.4, 4.8], abs=0.001)
    assert report(dubbed.lines) == ()
    assert dubbed.speech.audio.duration_s == pytest.approx(8.0)


def test_the_sound_is_where_the_words_are() -> None:
    slots = [slot(1.0, 1.8, "a bb"), slot(4.0, 5.2, "ccc dddd eeeee")]
    sound = fit_speech(slots, speak=Voice(slots).speak, duration_s=8.0).speech.audio.waveform

    for at_s, level in ((0.5, 0.0), (1.2, 0.1), (1.6, 0.2), (3.0, 0.0), (4.2, 0.3), (4.6, 0.4), (5.0, 0.5), (7.0, 0.0)):
        assert sound[round(at_s * RATE)] == pytest.approx(level, abs=1e-6), at_s


def test_a_line_that_is_too_long_is_spoken_faster_and_no_faster_than_needed() -> None:
    slots = [slot(0.0, 1.75, "a b c d e"), slot(2.0, 2.85, "f g")]
    voice = Voice(slots)

    dubbed = fit_speech(slots, speak=voice.speak, duration_s=3.5)

    assert dubbed.lines[0].pace == 1.12
    assert voice.paces == [1.0, 1.12]
    assert dubbed.lines[1].start_s == 2.0


def test_room_after_the_original_is_used_before_hurrying() -> None:
    slots = [slot(0.0, 1.8, "a b c d e"), slot(9.0, 10.0, "f g")]

    assert fit_speech(slots, speak=Voice(slots).speak, duration_s=12.0).lines[0].pace == 1.0


def test_a_short_line_is_spoken_slower_but_never_dragged() -> None:
    slots = [slot(0.0, 6.0, "a b c")]

    assert fit_speech(slots, speak=Voice(slots).speak, duration_s=8.0).lines[0].pace == PACES[0]


def test_a_line_that_fits_at_no_pace_pushes_the_next_and_is_reported() -> None:
    slots = [slot(0.0, 1.0, "a b c d e f g h"), slot(1.2, 2.2, "i j")]

    dubbed = fit_speech(slots, speak=Voice(slots).speak, duration_s=3.0)

    first, second = dubbed.lines
    assert first.pace == PACES[-1]
    assert second.start_s == pytest.approx(first.end_s + GAP_S)
    assert not second.fits
    told = report(dubbed.lines)
    assert "line 1" in told[0]
    assert "shorten it by about 56%" in told[0]
    assert "line 2" in told[1]


def test_the_last_line_may_outlast_the_original_and_is_not_cut() -> None:
    slots = [slot(1.0, 1.2, "a b c d e f g h")]

    speech = fit_speech(slots, speak=Voice(slots).speak, duration_s=1.5).speech

    assert speech.audio.duration_s > speech.words[-1].end_s


def test_a_line_without_words_is_named() -> None:
    slots = [slot(0.0, 1.0, "a"), slot(2.0, 3.0, "b")]

    with pytest.raises(InputInvalidError, match="line 2"):
        fit_speech(slots, speak=Voice(slots[:1]).speak, duration_s=4.0)
