"""Streamed speech: who may have it, where the first pass ends, and that the chunks are one clip."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Modality, RecordId, Sha256Hex, TakeId, TakeRequest
from pipelines.errors import CancelledError, InputInvalidError
from pipelines.media import CancelCheck, never_cancel
from pipelines.voice.kokoro.network import SAMPLE_RATE, Utterance
from pipelines.voice.kokoro.streaming import HEAD_SYMBOLS, Chunk, headed, stream
from pipelines.voice.loudness import TARGET_LUFS, integrated_lufs
from pipelines.voice.script.pieces import Phonemes, Span
from pipelines.voice.script.planner import Pass

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SCRIPT = "Hello there, again. Goodbye."


def grant_for(text: str) -> Grant:
    request = TakeRequest(
        take_id=TakeId("take"), record_id=RecordId("0" * 64), brand="Example", product="Coffee One", commercial=True,
        modalities=frozenset({Modality.VOICE}), locale="en-US", market="US", channel="web", format="wav", script=text,
        assets=frozenset(),
    )  # fmt: skip
    return Grant(
        request=request, subject_class="synthetic_performer", assurance="key_only", public_hash=Sha256Hex("0" * 64),
        checkpoint="note", granted_at=NOW, expires_at=NOW + timedelta(hours=2),
    )  # fmt: skip


def said(symbols: str) -> Pass:
    phonemes = Phonemes(symbols=symbols, spans=tuple(Span(begin=at, end=at + 1) for at in range(len(symbols))))
    return Pass(said=phonemes, pause_s=0.4)


class Hum:
    """Says a hum of 50 ms a symbol with pads around it, ``level`` loud and ``growth`` louder each time."""

    def __init__(self, planned: list[Pass], *, level: float = 0.05, growth: float = 1.0) -> None:
        self.planned = planned
        self.level = level
        self.growth = growth
        self.said: list[int] = []

    def __call__(self, at: int) -> Utterance:
        self.said.append(at)
        ends = np.cumsum([2400, *[1200] * len(self.planned[at].said.symbols), 2400])
        t = np.arange(ends[-1]) / SAMPLE_RATE
        waveform = (self.level * self.growth**at * np.sin(2 * np.pi * 220 * t)).astype(np.float32)
        waveform[: ends[0]] = waveform[ends[-2] :] = 0.0
        return Utterance(waveform=waveform, ends=ends)


def chunks(say: Hum, *, cancel: CancelCheck = never_cancel) -> Iterator[Chunk]:
    return stream(say.planned, say, script=SCRIPT, locale="en-US", grant=grant_for(SCRIPT), at=NOW, cancel=cancel)


REFUSED = {
    "no grant": (None, NOW, "grant_missing"),
    "another script": (grant_for("Something else."), NOW, "script"),
    "too late": (grant_for(SCRIPT), NOW + timedelta(hours=3), "grant_stale"),
}


@pytest.mark.parametrize(("grant", "at", "why"), REFUSED.values(), ids=REFUSED)
def test_without_a_grant_nothing_is_said(grant: Grant | None, at: datetime, why: str) -> None:
    hum = Hum([said("həlˈoʊ.")])
    with pytest.raises(ConsentRefusedError, match=why):
        stream(hum.planned, hum, script=SCRIPT, locale="en-US", grant=grant, at=at)
    assert not hum.said


def test_nothing_to_say_is_refused() -> None:
    with pytest.raises(InputInvalidError, match="nothing to say"):
        chunks(Hum([]))


def test_chunks_come_one_by_one_and_make_one_clip() -> None:
    hum = Hum([said("həlˈoʊ ðˈɛɹ."), said("ɐɡˈɛn.")])
    stream_ = chunks(hum)
    assert not hum.said
    first = next(stream_)
    assert len(hum.said) == 1
    (second,) = stream_
    assert (first.is_last, second.is_last) == (False, True)
    assert second.begin_s == pytest.approx(len(first.waveform) / SAMPLE_RATE)
    times = [symbol.start_s for chunk in (first, second) for symbol in chunk.symbols]
    assert times == sorted(times)
    assert second.symbols[0].start_s >= second.begin_s
    assert not first.waveform[-round(0.3 * SAMPLE_RATE) :].any()  # the pause that was planned


def test_loudness_is_set_by_the_first_pass_and_held_and_never_clips() -> None:
    first, second = chunks(Hum([said("həlˈoʊ ðˈɛɹ ɐɡˈɛn.")] * 2, growth=4.0))
    assert integrated_lufs(first.waveform[: -round(0.4 * SAMPLE_RATE)], SAMPLE_RATE) == pytest.approx(
        TARGET_LUFS, abs=1
    )
    assert integrated_lufs(second.waveform, SAMPLE_RATE) > TARGET_LUFS + 5
    assert np.abs(second.waveform).max() < 0.841


HEADS = {
    "short enough": ("a" * HEAD_SYMBOLS, 1),
    "at the last comma in reach": ("ab cd efgh, ijkl mnopqr, stuv wxyz abcd efgh ijkl mnop.", 2),
    "no comma but not much too long": ("abcd " * 12 + "e.", 1),
    "no comma and far too long": ("abcd " * 30 + "e.", 2),
    "one word": ("a" * 100, 1),
}


@pytest.mark.parametrize(("symbols", "count"), HEADS.values(), ids=HEADS)
def test_the_first_pass_is_short_where_one_can_breathe(symbols: str, count: int) -> None:
    made = headed([said(symbols), said("next.")])
    assert len(made) == count + 1
    assert " ".join(each.said.symbols for each in made[:-1]) == symbols
    if count > 1:
        assert len(made[0].said.symbols) <= HEAD_SYMBOLS
        assert made[0].pause_s < made[-2].pause_s == 0.4
    assert made[-1].said.symbols == "next."


def test_a_stop_is_heard_between_passes() -> None:
    asked = []

    def stop() -> None:
        asked.append(True)
        if len(asked) > 1:
            raise CancelledError("stopped")

    stream_ = chunks(Hum([said("həlˈoʊ."), said("ɐɡˈɛn.")]), cancel=stop)
    next(stream_)
    with pytest.raises(CancelledError):
        next(stream_)
