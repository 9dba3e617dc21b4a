"""The VITS models of Coqui's list that may serve commercial work: one per language and voice, and where each lies.

Addresses and licences are those of ``.models.json`` in coqui-tts 0.28. Each model has a card ``coqui-vits-<name>``; a
card needs the hash of bytes that somebody fetched, so those without one are made on a machine that reaches the
address: ``python -m bench.pin_coqui <name>``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipelines.voice.voices import Gender, Voice

_RELEASES: Final = "https://github.com/coqui-ai/TTS/releases/download"


@dataclass(frozen=True, slots=True, kw_only=True)
class VitsModel:
    """One checkpoint. ``language`` is BCP 47; ``licence`` is SPDX; ``address`` is a zip with the checkpoint."""

    name: str
    language: str
    gender: Gender
    title: str
    licence: str
    address: str

    @property
    def card_id(self) -> str:
        """The id of its model card, and of its engine."""
        return f"coqui-vits-{self.name}"

    @property
    def voice(self) -> Voice:
        """Its only voice."""
        return Voice(name=self.name, language=self.language, gender=self.gender, title=self.title)


def _model(name: str, data: str, release: str, gender: Gender, licence: str) -> VitsModel:  # five columns of a table
    language = name.split("-", maxsplit=1)[0]
    return VitsModel(
        name=name,
        language=language,
        gender=gender,
        title=f"Coqui VITS {language} ({data.replace('_', ' ')}, {gender})",
        licence=licence,
        address=f"{_RELEASES}/v{release}_models/tts_models--{language}--{data}--vits.zip",
    )


# name, data set, release, voice, licence. Common Voice (cv) models learned from many volunteers, and no public note
# says what their voice sounds like: "female" is a guess that a listener must mend.
_TABLE: Final = (
    ("de", "thorsten", "0.7.0", "male", "Apache-2.0"),
    ("nl", "css10", "0.8.0", "male", "BSD-3-Clause"),
    ("pl", "mai_female", "0.8.0", "female", "BSD-3-Clause"),
    ("pt", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("fr", "css10", "0.8.0", "male", "BSD-3-Clause"),
    ("es", "css10", "0.8.0", "male", "BSD-3-Clause"),
    ("it", "mai_female", "0.6.1", "female", "Apache-2.0"),
    ("it-male", "mai_male", "0.6.1", "male", "Apache-2.0"),
    ("hu", "css10", "0.8.0", "female", "BSD-3-Clause"),
    ("fi", "css10", "0.8.0", "male", "BSD-3-Clause"),
    ("uk", "mai", "0.8.0", "female", "BSD-3-Clause"),
    ("cs", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("sk", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("sl", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("hr", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("ro", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("bg", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("el", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("sv", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("da", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("et", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("lt", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("lv", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("mt", "cv", "0.8.0", "female", "BSD-3-Clause"),
    ("ga", "cv", "0.8.0", "female", "BSD-3-Clause"),
)  # fmt: skip
VITS_MODELS: Final[tuple[VitsModel, ...]] = tuple(_model(*row) for row in _TABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPart:
    """Another checkpoint that Coqui keeps as a zip: a voice converter, or the vocoder of one."""

    card_id: str
    title: str
    licence: str
    address: str


ARCHIVED_PARTS: Final = (
    ArchivedPart(
        card_id="freevc24",
        title="FreeVC 24 kHz",
        licence="MIT",
        address=f"{_RELEASES}/v0.13.0_models/voice_conversion_models--multilingual--vctk--freevc24.zip",
    ),
    ArchivedPart(
        card_id="knnvc-vocoder",
        title="HiFi-GAN for kNN-VC (prematched)",
        licence="MIT",
        address="https://github.com/idiap/coqui-ai-TTS/releases/download/v0.25.2_models/"
        "vocoder_models--en--librispeech100--wavlm-hifigan_prematched.zip",
    ),
)
