"""The quality gate of a take: would somebody who knows nothing of the script hear it, in that voice, and well made?

1. The samples alone: something is there, loudness, peaks, holes. What fails here is not worth a listener's time.
2. Whisper writes down what it hears; the script and the transcript are compared with numbers written out.
3. Whisper says which language it hears.
4. DNSMOS says how good it sounds.
5. Where the speech is in somebody's voice, the speaker encoder says whether it is.

The bars are floors that good speech of every language keeps well away from (docs/voices.md has the measurements), not
the bench's averages: one headline with a brand that nobody can spell must pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from scipy.signal import resample_poly

from pipelines.media import AudioClip, CancelCheck, Speech, never_cancel
from pipelines.speech.passages import Passage
from pipelines.voice.engine import NO_PRONUNCIATIONS
from pipelines.voice.quality import sound
from pipelines.voice.quality.judges import EnrolledVoice, Judges
from pipelines.voice.quality.reading import asked_pause_s, compare
from pipelines.voice.quality.report import Fault, Finding, QualityReport

# Shares of letters (kana, pinyin, Hindi consonants). Measured over `bench.quality`'s scripts: good speech stays under
# .20, another sentence of the same language is above .60; the middle, because whisper-base itself makes mistakes.
LETTERS_MAX: Final = 0.33
LETTERS_MAX_OF: Final = {"hi": 0.42}  # good speech reaches .26: the listener writes Urdu, without vowels
LETTERS_FORGIVEN: Final = 3  # a headline of one short word is heard wrong by this much without being wrong
# Letters that may be missing in one stretch: two or three words that the listener swallowed, but no clause.
MISSING_MAX: Final = 16
MISSING_MAX_OF: Final = {"ja": 10, "hi": 10}  # kana and consonants are longer than letters
LANGUAGE_SHARE_MIN: Final = 0.2
LANGUAGE_HEARD_S_MIN: Final = 1.5  # below it the listener guesses: "Oui." is five languages
OPINION_MIN: Final = 2.5  # our voices: 2.9 to 3.5; the same speech under noise at 10 dB: below 2.2

# Languages that the listener takes for each other without anything being wrong.
_KIN: Final = {"hi": ("hi", "ur"), "pt": ("pt", "gl"), "zh": ("zh", "yue"), "es": ("es", "gl"), "nl": ("nl", "af")}
_LISTENER_HZ: Final = 16_000


def check_speech(
    speech: Speech,
    *,
    script: str,
    locale: str,
    judges: Judges,
    likeness: EnrolledVoice | None = None,
    pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS,
    cancel: CancelCheck = never_cancel,
) -> QualityReport:
    """Judge speech against its script.

    Args:
        speech: What an engine made, before anything is mixed with it.
        script: What was to be said, as people wrote it.
        locale: BCP 47.
        judges: From ``open_judges``; with an encoder if there is a likeness.
        likeness: The voice it must be in, when it is somebody's.
        pronunciations: The campaign's own; respellings count as the word.
        cancel: Asked before each passage that is listened to.

    Raises:
        CancelledError: ``cancel`` said so.
    """
    # 1
    if sound.is_empty(speech.audio):
        nothing = Finding(fault=Fault.SILENCE, value=0.0, bar=0.0, holds=False, sentence="there is nothing to hear")
        return QualityReport(findings=(nothing,), heard="", language_heard="")
    asked = asked_pause_s(script, locale=locale)
    found = [sound.loudness(speech.audio), sound.peaks(speech.audio), sound.holes(speech.audio, asked_s=asked)]
    # 2, 3
    clip = at_listeners_rate(speech.audio)
    primary = locale.replace("_", "-").split("-")[0].lower()
    passages = judges.listener.listen(clip, language=primary, cancel=cancel)
    heard = " ".join(passage.text for passage in passages).strip()
    found.append(_words(script, heard, locale=locale, pronunciations=pronunciations))
    found.extend(_language(passages, primary))
    # 4
    found.append(_opinion(clip, judges))
    # 5
    if likeness is not None:
        found.append(_likeness(clip, judges, likeness))
    return QualityReport(findings=tuple(found), heard=heard, language_heard=_language_heard(passages))


def at_listeners_rate(audio: AudioClip) -> AudioClip:
    """The clip at 16 kHz, as every judge wants it."""
    common = np.gcd(audio.sample_rate, _LISTENER_HZ)
    waveform = resample_poly(audio.waveform, _LISTENER_HZ // common, audio.sample_rate // common)
    return AudioClip(waveform=np.asarray(waveform, dtype=np.float32), sample_rate=_LISTENER_HZ)


def _words(script: str, heard: str, *, locale: str, pronunciations: Mapping[str, str]) -> Finding:
    errors = compare(script, heard, locale=locale, pronunciations=pronunciations)
    primary = locale.replace("_", "-").split("-")[0].lower()
    bar = LETTERS_MAX_OF.get(primary, LETTERS_MAX)
    bar = max(bar, LETTERS_FORGIVEN / max(errors.letter_count, 1))
    missing_max = MISSING_MAX_OF.get(primary, MISSING_MAX)
    return Finding(
        fault=Fault.WORDS,
        value=errors.letters,
        bar=bar,
        holds=errors.letters <= bar and errors.missing <= missing_max,
        sentence=f"a listener heard {heard!r}: {errors.letters:.0%} of the sounds are wrong and {bar:.0%} at most may "
        f"be, {errors.missing} are missing in one place and {missing_max} may be",
    )


def _language(passages: Iterable[Passage], primary: str) -> Iterator[Finding]:
    long = [one for one in passages if one.end_s - one.start_s >= LANGUAGE_HEARD_S_MIN]
    if not long:
        return
    kin = _KIN.get(primary, (primary,))
    share = sum(one.share(*kin) * (one.end_s - one.start_s) for one in long) / sum(
        one.end_s - one.start_s for one in long
    )
    heard = _language_heard(long)
    yield Finding(
        fault=Fault.LANGUAGE,
        value=share,
        bar=LANGUAGE_SHARE_MIN,
        holds=share >= LANGUAGE_SHARE_MIN or heard in kin,
        sentence=f"a listener takes it for {heard!r} and {primary!r} only by {share:.0%}; "
        f"{LANGUAGE_SHARE_MIN:.0%} is needed",
    )


def _language_heard(passages: Iterable[Passage]) -> str:
    longest = max(passages, key=lambda one: one.end_s - one.start_s, default=None)
    return longest.language if longest is not None else ""


def _opinion(clip: AudioClip, judges: Judges) -> Finding:
    overall = judges.opinion.judge(clip, step_s=9).overall  # windows side by side: a floor needs no overlap
    return Finding(
        fault=Fault.OPINION,
        value=overall,
        bar=OPINION_MIN,
        holds=overall >= OPINION_MIN,
        sentence=f"its sound would be rated {overall:.1f} of 5 (DNSMOS) and {OPINION_MIN} is needed",
    )


def _likeness(clip: AudioClip, judges: Judges, likeness: EnrolledVoice) -> Finding:
    assert judges.encoder is not None, "open_judges(..., with_encoder=True) for speech in an enrolled voice"
    similarity = float(judges.encoder.embed(clip) @ likeness.embedding)
    return Finding(
        fault=Fault.LIKENESS,
        value=similarity,
        bar=likeness.similarity_min,
        holds=similarity >= likeness.similarity_min,
        sentence=f"it is like the enrolled voice by {similarity:.2f} and {likeness.similarity_min:.2f} is needed",
    )
