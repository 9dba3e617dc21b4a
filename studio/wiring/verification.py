"""Verifying a file with whatever this machine has: without the engines' packages there is no look into the frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.errors import WeightsError
from pipelines.release.verify import TrustedLedger, verify_file

if TYPE_CHECKING:
    from pipelines.release.examine import MediaExaminer
    from pipelines.weights.store import WeightsStore

__all__ = ["TrustedLedger", "open_examiner", "verify_file"]


def open_examiner(weights: WeightsStore) -> MediaExaminer | None:
    """Make the part that looks at frames and listens; None on a base install."""
    try:
        from pipelines.disclosure.fonts import load_fonts  # noqa: PLC0415 - needs the engines extra
        from pipelines.release.examine import MediaExaminer  # noqa: PLC0415 - as above
    except ImportError:
        return None
    try:
        fonts = load_fonts(weights)
    except WeightsError:
        return MediaExaminer(fonts=None)
    return MediaExaminer(fonts=fonts)
