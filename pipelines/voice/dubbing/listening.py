"""From a recording to a table: where somebody speaks (Silero's net, which travels with faster-whisper), and what."""

from __future__ import annotations

from collections import Counter
from typing import Final

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, CancelCheck, Progress, never_cancel, no_progress
from pipelines.speech.passages import SAMPLE_RATE, PassageListener
from pipelines.voice.dubbing.table import DubTable, Segment

SEGMENT_S_MAX: Final = 12.0  # what a listener takes as one thing said, and a translator as one line
_JOIN_S: Final = 0.35  # a shorter pause is a breath inside a sentence
_MARGIN_S: Final = 0.1  # the detector cuts soft sounds; the listener should hear them


def listen_for_dub(
    audio: AudioClip,
    listener: PassageListener,
    *,
    language: str | None = None,
    progress: Progress = no_progress,
    cancel: CancelCheck = never_cancel,
) -> DubTable:
    """Write down a recording at 16 kHz in segments; ``language`` None takes the one that is heard most.

    Raises:
        InputInvalidError: Nobody speaks in it, or it is at another rate.
    """
    spans = spoken_spans(audio)
    if not spans:
        raise InputInvalidError("nobody speaks in this recording; give one with speech")
    spoken = language or _language(audio, listener, spans)
    made: list[Segment] = []
    for at, (start, end) in enumerate(spans):
        progress(at / len(spans))
        first, last = max(0.0, start - _MARGIN_S), min(audio.duration_s, end + _MARGIN_S)
        heard = listener.hear(audio, first, last, language=spoken, cancel=cancel)
        if heard.text:
            made.append(Segment(start_s=start, end_s=end, text=heard.text))
    progress(1.0)
    return DubTable(language=spoken, duration_s=audio.duration_s, segments=tuple(made))


def spoken_spans(audio: AudioClip) -> tuple[tuple[float, float], ...]:
    """Where somebody speaks, in seconds: joined over breaths, parted at the longest pauses of what is too long.

    Raises:
        InputInvalidError: The recording is not at 16 kHz.
    """
    from faster_whisper.vad import VadOptions, get_speech_timestamps  # noqa: PLC0415 -- loads onnxruntime

    if audio.sample_rate != SAMPLE_RATE:
        raise InputInvalidError(f"a recording at {audio.sample_rate} Hz cannot be heard; give it at {SAMPLE_RATE} Hz")
    options = VadOptions(
        min_silence_duration_ms=160, speech_pad_ms=0, min_speech_duration_ms=150, max_speech_duration_s=SEGMENT_S_MAX
    )
    found = get_speech_timestamps(audio.waveform, options)
    joined: list[tuple[float, float]] = []
    for span in found:
        start, end = span["start"] / SAMPLE_RATE, min(span["end"] / SAMPLE_RATE, audio.duration_s)
        if joined and start - joined[-1][1] < _JOIN_S and end - joined[-1][0] <= SEGMENT_S_MAX:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _language(audio: AudioClip, listener: PassageListener, spans: tuple[tuple[float, float], ...]) -> str:
    """The language of the longest segments, each with a vote of its length."""
    longest = sorted(spans, key=lambda span: span[0] - span[1])[:3]
    votes: Counter[str] = Counter()
    for start, end in longest:
        votes[listener.hear(audio, start, end).language] += round(1000 * (end - start))
    return votes.most_common(1)[0][0]
