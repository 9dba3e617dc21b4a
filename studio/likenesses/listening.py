"""What enrolment asks of the engines: listen to recordings, then fit a voice to them. The engines come from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pipelines.media import AudioClip

Report = Callable[[str, float], None]  # the step's name and the share of it that is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recording as a readable file. ``prompt`` is what should be said in it, if that is known."""

    path: Path
    name: str
    prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. ``recording`` is a name, empty for the set as a whole; ``advice``: what to record."""

    recording: str
    check: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardSet:
    """What listening found: the clips to fit from, cleaned, and what is wrong.

    ``is_good`` decides; a set with findings may still be good. ``measures`` are plain numbers for the report.
    """

    is_good: bool
    clips: tuple[AudioClip, ...]
    speech_s: float
    findings: tuple[Finding, ...] = ()
    measures: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedVoice:
    """A fitted profile as its stored bytes, and what the fit measured of itself: no biometric numbers."""

    profile: bytes = field(repr=False)
    engine: str
    scores: Mapping[str, float]


class Listener(Protocol):
    """Listens to the recordings of one person."""

    def listen(
        self, recordings: Sequence[Recording], *, language: str, statement: Path | None, report: Report
    ) -> HeardSet:
        """Judge and clean them. ``statement`` is the person's spoken consent: the voice must be the same.

        Raises:
            EvidenceRefusedError: a file cannot be taken in at all.
        """
        ...


class Fitter(Protocol):
    """Fits a voice."""

    def fit(self, clips: Sequence[AudioClip], *, language: str, report: Report) -> FittedVoice:
        """Fit; raises ``PipelineError``."""
        ...
