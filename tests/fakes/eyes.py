"""Eyes and hands of filming that need no engine: they look at the bytes of a film, and train by copying them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from studio.likenesses.filming import Judged, TrainedTwin
from studio.likenesses.listening import Report

BLURRED = b"blurred"  # a film that holds this is not good enough


@dataclass
class FakeTwinMaker:
    """Keeps what it was asked. ``during`` runs while it trains."""

    seen: list[bytes] = field(default_factory=list)
    evidence: bytes | None = None
    modes: set[int] = field(default_factory=set)
    paths: list[Path] = field(default_factory=list)
    during: Callable[[], object] = lambda: None
    resumed: bool = False
    twin: bytes = b"a twin"

    def judge(self, film: Path, *, evidence: Path | None, report: Report) -> Judged:
        report("look", 1.0)
        self.paths.append(film)
        self.modes.add(film.stat().st_mode & 0o777)
        content = film.read_bytes()
        self.seen.append(content)
        self.evidence = None if evidence is None else evidence.read_bytes()
        faults = ("the eyes are not sharp; tap on the face and film again",) if BLURRED in content else ()
        return Judged(faults=faults, measures={"score": 0.9, "seconds": 60.0, "advice": ["film nearer"]})

    def train(self, film: Path, *, folder: Path, report: Report) -> TrainedTwin:
        report("train", 0.5)
        self.paths.append(film)
        self.resumed = (folder / "seen").is_file()
        (folder / "seen").write_bytes(film.read_bytes())
        self.during()
        return TrainedTwin(file=self.twin, scores={"pictures": 1500.0})

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.twin).hexdigest()
