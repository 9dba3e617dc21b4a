"""Footage judged before anybody films again: asked of the consent, measured, and nothing of it kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from consent.grant import Modality, RecordId
from pipelines.avatar.footage.reading import open_footage
from pipelines.avatar.footage.report import FootageReport, inspect_footage
from studio.likenesses.right import LikenessRight

if TYPE_CHECKING:
    from studio.wiring.root import Wiring


def check_footage(
    wiring: Wiring, record_id: RecordId, path: Path, *, report: Callable[[str, float], None]
) -> FootageReport:
    """Judge footage of a record's person.

    Raises:
        ConsentRefusedError: the consent does not allow a likeness of the face now.
        FootageRefusedError: the file cannot be taken in at all.
        WeightsError: a model card is not installed.
    """
    right = LikenessRight(records=wiring.records, status=wiring.dossiers.status, modality=Modality.FACE)
    right.require(record_id)
    footage = open_footage(path)
    return inspect_footage(
        footage, weights=wiring.weights, progress=lambda share: report("look", share), cancel=lambda: None
    )
