"""Word times for a voice that tells none: another engine says the same text, and its times are laid over the sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from consent.grant import Grant
from pipelines.errors import InputInvalidError
from pipelines.media import Speech
from pipelines.voice.engine import VoiceEngine
from pipelines.voice.timing.aligner import align

Retime = Callable[[Speech, Grant], Speech]


def times_of(timekeeper: VoiceEngine) -> Retime:
    """Make a ``Retime`` of an engine whose own times are exact; it speaks under the take's own grant.

    Each of its voices is tried that is the first of its gender: a man's speech is too unlike a woman's to be laid over
    it. A speech keeps its times where the timekeeper does not speak the language, and where the sound does not follow
    the text: what was said is for the quality gate to judge, and not for a clock.
    """

    def retime(speech: Speech, grant: Grant) -> Speech:
        try:
            voices = timekeeper.voices(speech.locale)
        except InputInvalidError:  # no language of its
            return speech
        for voice in {voice.gender: voice.name for voice in reversed(voices)}.values():
            reference = timekeeper.speak(speech.text, locale=speech.locale, voice=voice, grant=grant, seed=0)
            try:
                found = align(speech.audio, reference=reference)
            except InputInvalidError:  # a sound that says something else, or in quite another voice
                continue
            return replace(speech, words=found.words, phonemes=found.phonemes)
        return speech

    return retime
