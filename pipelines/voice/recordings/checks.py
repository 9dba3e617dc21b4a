"""Is one recording good enough to fit a voice from?

1. Somebody speaks in it; where nobody does, nothing else is asked.
2. What the microphone and the room did: level, flattened peaks, noise, hum, echo, a telephone's band.
3. Whisper hears the sentence that should be read. It is never told what that was.
4. It is the voice that spoke the consent, where there is a statement to compare with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from pipelines.media import AudioClip, Float32Array
from pipelines.speech.activity import Span, SpeechDetector, seconds
from pipelines.speech.noise import hum, levels
from pipelines.voice.quality.reading import compare
from pipelines.voice.recordings import acoustics, bars
from pipelines.voice.recordings.report import Check, Measure, RecordingReport
from pipelines.voice.recordings.trimming import spoken_part

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Protocol

    from pipelines.speech.encoder import SpeakerEncoder
    from pipelines.speech.passages import PassageListener

    class WeightHome(Protocol):
        """Where model cards are installed. ``pipelines.weights.store.WeightsStore`` is one."""

        def path(self, card_id: str, file: str) -> Path:
            """A file of an installed card; raises ``WeightsError``."""
            ...

        def folder(self, card_id: str) -> Path:
            """The folder of an installed card; raises ``WeightsError``."""
            ...


CARDS: Final = ("whisper-base", "resemblyzer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """The nets that listen."""

    detector: SpeechDetector
    listener: PassageListener
    encoder: SpeakerEncoder


def open_ears(weights: WeightHome, *, threads: int = 1) -> Ears:
    """Load the nets.

    Raises:
        WeightsError: a card of ``CARDS`` is not installed.
    """
    from pipelines.speech.encoder import SpeakerEncoder as Encoder  # noqa: PLC0415 -- torch, when ears open
    from pipelines.speech.passages import PassageListener as Listener  # noqa: PLC0415 -- whisper, when ears open

    return Ears(
        detector=SpeechDetector(threads=threads),
        listener=Listener(weights, threads=threads),
        encoder=Encoder(weights),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownVoice:
    """Whoever spoke the consent: (256,) of length 1, by ``SpeakerEncoder``. Biometric: never log it."""

    embedding: Float32Array

    @override
    def __repr__(self) -> str:
        return "KnownVoice()"


def known_voice(statement: AudioClip, ears: Ears) -> KnownVoice:
    """The voice of a spoken statement at 16 kHz."""
    return KnownVoice(embedding=ears.encoder.embed(statement))


def check_recording(
    clip: AudioClip, *, prompt: str | None, language: str, ears: Ears, consented: KnownVoice | None = None
) -> RecordingReport:
    """Check one recording.

    Args:
        clip: One person alone, 16 kHz.
        prompt: What should be read in it; None where nobody wrote it down.
        language: Of the prompt, BCP 47.
        ears: From ``open_ears``.
        consented: The voice that spoke the consent, if it may be compared.

    Raises:
        InputInvalidError: the clip is at another rate.
    """
    spans = ears.detector.spans(clip)
    speech_s = seconds(spans)
    # 1
    enough = _speech(speech_s, is_sentence=prompt is not None)
    if not enough.holds:
        return RecordingReport(measures=(enough,), spans=spans, speech_s=speech_s)
    # 2
    found = [enough, *check_sound(clip, spans)]
    # 3
    heard = None
    if prompt is not None:
        primary = language.replace("_", "-").split("-")[0].lower()
        passages = ears.listener.listen(spoken_part(clip, spans), language=primary)
        heard = " ".join(one.text for one in passages).strip()
        found.append(_words(prompt, heard, language=language, primary=primary))
    # 4
    if consented is not None and speech_s >= bars.SENTENCE_LIKE_S_MIN:
        found.append(_who(float(ears.encoder.embed(clip) @ consented.embedding)))
    return RecordingReport(measures=tuple(found), spans=spans, speech_s=speech_s, heard=heard)


def check_sound(clip: AudioClip, spans: tuple[Span, ...]) -> Iterator[Measure]:
    """What can be told from the samples of a clip at 16 kHz, of which ``spans`` are speech."""
    level = levels(clip, spans)
    yield _measure(
        Check.LEVEL,
        level.speech_db,
        bars.LEVEL_DB_MIN,
        holds=level.speech_db >= bars.LEVEL_DB_MIN,
        advice=f"the voice is at {level.speech_db:.0f} dB and {bars.LEVEL_DB_MIN:.0f} are needed; come closer to the "
        "microphone, or turn it up",
    )
    yield _clipping(clip.waveform)
    yield _measure(
        Check.NOISE,
        level.snr_db,
        bars.SNR_DB_MIN,
        holds=level.snr_db >= bars.SNR_DB_MIN,
        advice=f"the voice is {level.snr_db:.0f} dB above the noise behind it and {bars.SNR_DB_MIN:.0f} are needed; "
        "shut the window, stop fans and music, come closer to the microphone",
    )
    lines = hum(clip)
    hum_db = lines.level_db - level.speech_db if lines.prominence_db >= bars.HUM_PROMINENCE_DB else None
    yield _measure(
        Check.HUM,
        hum_db,
        bars.HUM_DB_MAX,
        holds=hum_db is None or hum_db <= bars.HUM_DB_MAX,
        advice="a hum of the mains lies under the voice; pull the charger out of the device, or use another cable",
    )
    decay = acoustics.decay_s(clip.waveform)
    yield _measure(
        Check.ECHO,
        decay,
        bars.DECAY_S_MAX,
        holds=decay is None or decay <= bars.DECAY_S_MAX,
        advice=f"the room echoes: sound takes {decay or 0:.2f} s to die away and {bars.DECAY_S_MAX:.2f} are allowed; "
        "go where there are curtains, a carpet or clothes, and come closer to the microphone",
    )
    band = acoustics.band_db(clip.waveform)
    yield _measure(
        Check.BAND,
        band,
        bars.BAND_DB_MIN,
        holds=band >= bars.BAND_DB_MIN,
        advice=f"the sharp sounds are missing ({band:.0f} dB, {bars.BAND_DB_MIN:.0f} are needed): this is a telephone "
        "line or a wireless headset; use the microphone of the device itself",
    )


def _speech(found_s: float, *, is_sentence: bool) -> Measure:
    bar = bars.SENTENCE_S_MIN if is_sentence else bars.WORD_S_MIN
    return _measure(
        Check.SPEECH,
        found_s,
        bar,
        holds=found_s >= bar,
        advice=f"{found_s:.1f} s of speech were found and {bar:.1f} are needed; say the whole sentence again",
    )


def _clipping(waveform: Float32Array) -> Measure:
    value = acoustics.crowding(waveform)
    is_full = bool(len(waveform)) and float(abs(waveform).max()) >= bars.FULL_SCALE
    bar = bars.CROWDING_FULL_MAX if is_full else bars.CROWDING_MAX
    return _measure(
        Check.CLIPPING,
        value,
        bar,
        holds=value <= bar,
        advice="the loudest parts are cut off; speak softer, move back a little, or turn the microphone down",
    )


def _words(prompt: str, heard: str, *, language: str, primary: str) -> Measure:
    errors = compare(prompt, heard, locale=language)
    bar = max(bars.LETTERS_MAX_OF.get(primary, bars.LETTERS_MAX), bars.LETTERS_FORGIVEN / max(errors.letter_count, 1))
    return _measure(
        Check.WORDS,
        errors.letters,
        bar,
        holds=errors.letters <= bar,
        advice=f"{heard!r} was heard where {prompt!r} should be read; read it again, word for word",
    )


def _who(likeness: float) -> Measure:
    return _measure(
        Check.WHO_CONSENTED,
        likeness,
        bars.SENTENCE_LIKE_MIN,
        holds=likeness >= bars.SENTENCE_LIKE_MIN,
        advice=f"this voice is like the one that spoke the consent by {likeness:.2f} and {bars.SENTENCE_LIKE_MIN:.2f} "
        "is needed; only that person may be recorded, alone, and not through noise",
    )


def _measure(check: Check, value: float | None, bar: float, *, holds: bool, advice: str) -> Measure:
    return Measure(
        check=check, value=value, bar=bar, holds=holds, source=bars.SOURCES[check], advice="" if holds else advice
    )
