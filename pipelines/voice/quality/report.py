"""What the quality gate found: one finding per thing it looks for, each with its number, its bar and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What can be wrong with speech."""

    WORDS = "words"  # a listener hears other words than the script's
    LANGUAGE = "language"  # a listener takes it for another language
    LIKENESS = "likeness"  # it is not the enrolled voice
    OPINION = "opinion"  # it sounds worse than people accept (DNSMOS)
    LOUDNESS = "loudness"  # it is not at the target loudness
    PEAKS = "peaks"  # it is clipped, or will be
    SILENCE = "silence"  # there is a hole in it, or nothing at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. ``value`` and ``bar`` are in the unit that ``sentence`` names."""

    fault: Fault
    value: float
    bar: float
    holds: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """Everything that was looked at, and what the listener wrote down."""

    findings: tuple[Finding, ...]
    heard: str
    language_heard: str

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong. A report without findings says nothing, so it does not hold."""
        return bool(self.findings) and all(finding.holds for finding in self.findings)

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What is wrong."""
        return tuple(finding for finding in self.findings if not finding.holds)

    def finding(self, fault: Fault) -> Finding | None:
        """One thing that was looked at, or None if it was not."""
        return next((finding for finding in self.findings if finding.fault is fault), None)

    @property
    def sentence(self) -> str:
        """What is wrong, in words for a person; what was checked if nothing is."""
        if self.holds:
            return f"nothing is wrong with it ({len(self.findings)} checks)"
        return "; ".join(finding.sentence for finding in self.faults) or "nothing was checked"
