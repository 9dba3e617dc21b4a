"""Is footage good enough for a twin? Every check with its number, and for each fault what to film again.

The order of the work: 1. pictures are gone through once (``looking``); 2. sound is measured (``sound_marks``); 3. who
is shown (``identity``); 4. each number is held against its bar (``bars``). A refused check alone makes it no good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.avatar.footage.bars import BARS, Bar, Severity
from pipelines.avatar.footage.identity import nudity, strangers
from pipelines.avatar.footage.looking import Looks, look_through
from pipelines.avatar.footage.measures import Measured, of_picture, of_sound
from pipelines.avatar.footage.reading import FPS, Footage
from pipelines.avatar.footage.sound_marks import sound_marks_of
from pipelines.avatar.footage.stillness import stillness_of
from pipelines.evidence.faces import FaceMatcher
from pipelines.media import CancelCheck, Progress, never_cancel, no_progress
from pipelines.weights.store import WeightsStore

_LOOKING_SHARE: Final = 0.9  # of the time
SCORE_IS: Final = (
    "the mean of all checks' marks: 1 where nothing is to be said, 0 where it is refused, in between on a line; face "
    "size, sharpness, who is seen, mouth and eyes count twice, cuts do not count; a refused check makes it .4 at most"
)
REFUSED_MAX: Final = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault. ``at_s`` is an example of it in seconds; ``example_frames`` are numbers of pictures that show it."""

    check: str
    severity: Severity
    value: float
    measured: str
    needed: str
    advice: str
    at_s: float
    example_frames: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """Found, needed, what to do."""
        return f"{self.measured}; needed: {self.needed}; {self.advice}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageReport:
    """What was measured. ``values`` are (check, number, mark 0 to 1) of every check that could be made.

    ``not_measured`` names the others. ``score`` is 0 to 1 as ``SCORE_IS`` says.
    """

    findings: tuple[Finding, ...]
    values: tuple[tuple[str, float, float], ...]
    not_measured: tuple[str, ...]
    score: float

    @property
    def is_good(self) -> bool:
        """Whether nothing was refused. A report without a measurement is no good."""
        return bool(self.values) and not any(one.severity == "refuse" for one in self.findings)

    @property
    def sentence(self) -> str:
        """What is wrong, the refused first, in words for a person."""
        return ". ".join(one.sentence for one in self.findings) or f"nothing is wrong ({len(self.values)} checks)"


def inspect_footage(
    footage: Footage,
    *,
    weights: WeightsStore,
    progress: Progress = no_progress,
    cancel: CancelCheck = never_cancel,
) -> FootageReport:
    """Measure footage; a fault is a finding, never an error.

    Args:
        footage: as ``open_footage`` gives it.
        weights: with the cards face-detection-short-range, face-landmark, face-identity and nsfw.
        progress: called with the share done.
        cancel: raises to stop.

    Raises:
        FootageRefusedError: the file is damaged inside.
        WeightsError: a card is not installed.
        CancelledError: the person asked to stop.
    """
    matcher = FaceMatcher(weights)  # before the long part: an absent card is told at once
    looks = look_through(
        footage, weights=weights, progress=lambda share: progress(share * _LOOKING_SHARE), cancel=cancel
    )
    cancel()
    measured = [
        *of_picture(footage, looks, stillness_of(looks.thumbnails)),
        *of_sound(footage, sound_marks_of(footage.audio, looks.stretches)),
    ]
    cancel()
    measured.extend(_of_people(looks, matcher, weights))
    progress(1.0)
    return judged(measured)


def _of_people(looks: Looks, matcher: FaceMatcher, weights: WeightsStore) -> Iterable[Measured]:
    pictures = [rgb for _, rgb in looks.kept]
    share, at = strangers(pictures, matcher)
    yield Measured(check="one_person", value=share, examples=(looks.kept[at][0],))
    worst = nudity(pictures, weights=weights).score
    yield Measured(check="nudity", value=1.0 if worst is None else worst)


def judged(measured: Iterable[Measured]) -> FootageReport:
    """Hold measurements against their bars."""
    by_check = {one.check: one for one in measured}
    known = [(bar, by_check[bar.check]) for bar in BARS if bar.check in by_check]
    found = [_finding(bar, one) for bar, one in known]
    faults = sorted((one for one in found if one is not None), key=lambda one: one.severity != "refuse")
    weights = np.array([bar.weight for bar, _ in known])
    marks = np.array([bar.mark(one.value) for bar, one in known])
    score = float(np.average(marks, weights=weights)) if weights.any() else 0.0
    is_refused = any(one.severity == "refuse" for one in faults)
    return FootageReport(
        findings=tuple(faults),
        values=tuple((bar.check, one.value, float(mark)) for (bar, one), mark in zip(known, marks, strict=True)),
        not_measured=tuple(bar.check for bar in BARS if bar.check not in by_check),
        score=min(score, REFUSED_MAX) if is_refused else score,
    )


def _finding(bar: Bar, one: Measured) -> Finding | None:
    severity = bar.severity(one.value)
    if severity is None:
        return None
    return Finding(
        check=bar.check,
        severity=severity,
        value=one.value,
        measured=bar.found.format(one.value),
        needed=bar.needed,
        advice=bar.advice,
        at_s=one.examples[0] / FPS if one.examples else 0.0,
        example_frames=one.examples,
    )
