"""A voice engine made of two: one speaks in a stock voice, a converter makes it the subject's.

It stands behind ``VoiceEngine`` like any other, so that every language of every engine is open to a subject whose
recordings the grant names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from consent.grant import Grant
from pipelines.media import AudioClip, CancelCheck, Progress, Speech, never_cancel, no_progress
from pipelines.voice.conversion.converters import TargetRecording, VoiceConverter, require_targets
from pipelines.voice.engine import NO_PRONUNCIATIONS, Clock, VoiceEngine
from pipelines.voice.voices import Voice

_SHARE_OF_SPEAKING = 0.6  # of the work; progress is for people, who want it to move


class ConvertedVoice:
    """``base`` speaks, ``converter`` changes whose voice it is; ``targets`` are the subject's recordings."""

    def __init__(
        self, base: VoiceEngine, converter: VoiceConverter, targets: Sequence[TargetRecording], clock: Clock
    ) -> None:
        self._base = base
        self._converter = converter
        self._targets = tuple(targets)
        self._clock = clock
        self.engine_id = f"{base.engine_id}+{converter.converter_id}"
        self.languages = base.languages
        self.cards = tuple(dict.fromkeys((*base.cards, *converter.cards)))

    def voices(self, locale: str) -> tuple[Voice, ...]:
        """The base voices of a locale: their accent and melody stay, so they are worth choosing among."""
        return self._base.voices(locale)

    def speak(  # noqa: PLR0913 -- the signature of ``VoiceEngine``
        self,
        text: str,
        *,
        locale: str,
        voice: str | None = None,
        grant: Grant | None,
        seed: int,
        speed: float = 1.0,
        pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> Speech:
        """Speak a script in the subject's voice; see ``VoiceEngine.speak`` and ``VoiceConverter.convert``.

        The grant is asked for the words and for every recording before anything speaks.
        """
        require_targets(self._targets, grant=grant, locale=locale, script=text, at=self._clock())
        speech = self._base.speak(
            text,
            locale=locale,
            voice=voice,
            grant=grant,
            seed=seed,
            speed=speed,
            pronunciations=pronunciations,
            progress=lambda share: progress(_SHARE_OF_SPEAKING * share),
            cancel=cancel,
        )
        return self._converter.convert(
            speech,
            targets=self._targets,
            grant=grant,
            seed=seed,
            progress=lambda share: progress(_SHARE_OF_SPEAKING + (1.0 - _SHARE_OF_SPEAKING) * share),
            cancel=cancel,
        )

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        """Speak a notice in the base's own voice: a notice is nobody's words."""
        return self._base.speak_notice(text, locale=locale)
