"""The real eyes and hands of filming: footage is opened behind limits, judged, held against the person, and used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from consent.grant import Modality, RecordId
from studio.likenesses.filming import Judged, TrainedTwin
from studio.likenesses.listening import Report
from studio.likenesses.right import LikenessRight
from studio.store.shelf import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.avatar.footage.reading import Footage
    from pipelines.avatar.footage.report import FootageReport
    from pipelines.media import ByteArray
    from pipelines.weights.store import WeightsStore
    from studio.wiring.root import Wiring

_STATEMENT_FRAMES = 8


def check_footage(wiring: Wiring, record_id: RecordId, path: Path, *, report: Report) -> FootageReport:
    """Judge footage of a record's person; nothing of it is kept.

    Raises:
        ConsentRefusedError: the consent does not allow a likeness of the face now.
        FootageRefusedError: the file cannot be taken in at all.
        WeightsError: a model card is not installed.
    """
    from pipelines.avatar.footage.reading import open_footage  # noqa: PLC0415 - needs the engines extra

    right = LikenessRight(records=wiring.records, status=wiring.dossiers.status, modality=Modality.FACE)
    right.require(record_id)
    return _inspected(open_footage(path), wiring.weights, report)


class StudioTwinMaker:
    """Implements ``studio.likenesses.filming.TwinMaker``."""

    def __init__(self, weights: WeightsStore) -> None:
        self._weights = weights

    def judge(self, film: Path, *, evidence: Path | None, report: Report) -> Judged:
        """See ``TwinMaker.judge``."""
        from pipelines.avatar.footage.reading import open_footage  # noqa: PLC0415 - needs the engines extra

        footage = open_footage(film)
        found = _inspected(footage, self._weights, report)
        faults = tuple(one.sentence for one in found.findings if one.severity == "refuse")
        whose, stranger = self._whose(footage, evidence)
        return Judged(
            faults=(*faults, *stranger),
            measures={
                "score": round(found.score, 3),
                "seconds": round(footage.duration_s, 1),
                "size": f"{footage.width}x{footage.height}",
                "face": whose,
                "advice": [one.sentence for one in found.findings if one.severity != "refuse"],
            },
        )

    def train(self, film: Path, *, folder: Path, report: Report) -> TrainedTwin:
        """See ``TwinMaker.train``."""
        from pipelines.avatar.footage.reading import open_footage  # noqa: PLC0415 - needs the engines extra
        from pipelines.avatar.twin.model import FPS  # noqa: PLC0415 - as above
        from pipelines.avatar.twin.training import train_twin  # noqa: PLC0415 - as above

        twin = train_twin(
            open_footage(film), weights=self._weights, folder=folder, progress=lambda share: report("train", share)
        )
        scores = {
            "pictures": len(twin.bank.pictures),
            "loop_s": round(twin.loop.frame_count / FPS, 1),
            "opening_p95": round(twin.opening_p95, 4),
        }
        return TrainedTwin(file=twin.to_bytes(), scores=scores)

    def _whose(self, footage: Footage, evidence: Path | None) -> tuple[str, tuple[str, ...]]:
        """What is known of whose face it is, in words for the report; and the fault, if it is another's."""
        from pipelines.avatar.footage.identity import same_person, sampled_frames  # noqa: PLC0415 - as above
        from pipelines.errors import FootageRefusedError  # noqa: PLC0415 - as above

        if evidence is None:
            return "not compared: the record binds no picture and holds no recorded statement", ()
        is_picture = evidence.suffix.lower() in SUFFIXES
        try:
            match = same_person(sampled_frames(footage), _known(evidence), weights=self._weights)
        except FootageRefusedError as e:
            if is_picture:
                return "not compared: no face was found in the bound picture", ()
            return "not compared", (str(e),)
        if match.outcome != "passed":
            return "another's", (f"{match.reason}; film the person who signed",)
        against = "a bound picture" if is_picture else "the spoken statement"
        return f"compared with {against}: distance {match.score:.2f}", ()


def _known(evidence: Path) -> Sequence[ByteArray]:
    if evidence.suffix.lower() in SUFFIXES:
        from pipelines.avatar.portrait import load_portrait  # noqa: PLC0415 - as above

        return (load_portrait(evidence).rgb,)
    from pipelines.intake.recording import read_capture  # noqa: PLC0415 - as above

    frames = read_capture(evidence).frames
    return tuple(frames[:: max(1, len(frames) // _STATEMENT_FRAMES)])


def _inspected(footage: Footage, weights: WeightsStore, report: Report) -> FootageReport:
    from pipelines.avatar.footage.report import inspect_footage  # noqa: PLC0415 - as above
    from pipelines.media import never_cancel  # noqa: PLC0415 - as above

    return inspect_footage(footage, weights=weights, progress=lambda share: report("look", share), cancel=never_cancel)
