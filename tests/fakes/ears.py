"""Ears and hands of enrolment that need no engine: they hear the bytes of a file, and fit by counting them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.media import AudioClip
from studio.likenesses.listening import Finding, FittedVoice, HeardSet, Recording, Report

BAD = b"noise"  # a recording that holds this is not good enough


@dataclass
class FakeListener:
    """Keeps what it was asked. ``during`` runs while it listens."""

    heard: list[tuple[bytes, str | None]] = field(default_factory=list)
    statement: bytes | None = None
    modes: set[int] = field(default_factory=set)
    paths: list[Path] = field(default_factory=list)
    during: Callable[[], object] = lambda: None

    def listen(
        self, recordings: Sequence[Recording], *, language: str, statement: Path | None, report: Report
    ) -> HeardSet:
        report("listen", 0.5)
        self.during()
        self.statement = None if statement is None else statement.read_bytes()
        self.paths = [one.path for one in recordings]
        self.modes = {one.path.stat().st_mode & 0o777 for one in recordings}
        self.heard = [(one.path.read_bytes(), one.prompt) for one in recordings]
        findings = tuple(
            Finding(recording=one.name, check="noise", advice="record it again in a quiet room")
            for one, (content, _) in zip(recordings, self.heard, strict=True)
            if BAD in content
        )
        return HeardSet(
            is_good=not findings,
            clips=(),
            speech_s=2.5 * len(recordings),
            findings=findings,
            measures={"language": language},
        )


@dataclass
class FakeFitter:
    """``during`` runs while it fits."""

    during: Callable[[], object] = lambda: None
    profile: bytes = b'{"version": 1}'

    def fit(self, clips: Sequence[AudioClip], *, language: str, report: Report) -> FittedVoice:
        report("fit", 1.0)
        self.during()
        return FittedVoice(profile=self.profile, engine="kokoro", scores={"similarity_fitted": 0.88})

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.profile).hexdigest()
