"""Who judges speech that was made: Whisper for the words, DNSMOS for the sound, the speaker encoder for whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from typing_extensions import override

from pipelines.media import Float32Array

if TYPE_CHECKING:
    from pipelines.speech.encoder import SpeakerEncoder
    from pipelines.speech.opinion import OpinionJudge
    from pipelines.speech.passages import PassageListener

JUDGE_CARDS: Final = ("whisper-base", "dnsmos", "resemblyzer")
LIKENESS_MIN: Final = 0.74  # between two people the encoder gives less than this (docs/voices.md)


class WeightHome(Protocol):
    """Where model cards are installed. ``pipelines.weights.store.WeightsStore`` is one."""

    def path(self, card_id: str, file: str) -> Path:
        """A file of an installed card; raises ``WeightsError``."""
        ...

    def folder(self, card_id: str) -> Path:
        """The folder of an installed card; raises ``WeightsError``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledVoice:
    """The voice that speech must be in. Biometric: never log it.

    ``embedding`` is (256,) float32 of length 1, by ``SpeakerEncoder``.
    """

    embedding: Float32Array
    similarity_min: float = LIKENESS_MIN

    @override
    def __repr__(self) -> str:
        return f"EnrolledVoice(similarity_min={self.similarity_min})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """The nets that judge. ``encoder`` is needed only for speech in an enrolled voice."""

    listener: PassageListener
    opinion: OpinionJudge
    encoder: SpeakerEncoder | None = None


def open_judges(weights: WeightHome, *, threads: int = 1, with_encoder: bool = False) -> Judges:
    """Load the judges.

    Raises:
        WeightsError: A card is not installed.
    """
    from pipelines.speech.opinion import OpinionJudge  # noqa: PLC0415 -- heavy imports happen when judges open
    from pipelines.speech.passages import PassageListener  # noqa: PLC0415 -- as above

    encoder: SpeakerEncoder | None = None
    if with_encoder:
        from pipelines.speech.encoder import SpeakerEncoder as Encoder  # noqa: PLC0415 -- torch, only where it is asked for

        encoder = Encoder(weights)
    return Judges(
        listener=PassageListener(weights, threads=threads),
        opinion=OpinionJudge(weights, threads=threads),
        encoder=encoder,
    )
