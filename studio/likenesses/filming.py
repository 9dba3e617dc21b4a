"""From footage of a person to a twin in the vault.

1. The consent must allow it now (``right``), and the record must bind the file's bytes.
2. The footage is sealed; what is looked at is a copy of what was sealed.
3. It is judged: picture, sound, one person, and the person whose consent it is. What is not good enough is refused with
   what to film again, and not kept.
4. A twin is trained: a minute or two. A training that is stopped or killed goes on where it was.
5. The consent must still allow it; then the twin is sealed and on file, waiting for legal.
6. Once more, because a withdrawal may have come between: then everything that was sealed goes again.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from consent.errors import ConsentRefusedError
from consent.grant import Modality, RecordId
from consent.record import ConsentRecord
from studio.errors import RecordingsRefusedError, UsageError
from studio.likenesses.enrolling import Note, no_report
from studio.likenesses.listening import Report
from studio.likenesses.right import LikenessRight, require_bound
from studio.store.filelock import locked
from studio.store.likenesses import LikenessRow, LikenessStore, LikenessVersion, UsedRecording
from studio.store.shelf import AssetShelf
from studio.store.statements import StatementStore
from studio.vault.item import TWIN, VaultItem
from studio.vault.vault import Vault

TWIN_NAME: Final = "twin.safetensors"
FILE_BYTES_MAX: Final = 4_000_000_000
MEDIA_TYPES: Final = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What looking found. ``faults`` say what to film again; ``measures`` are plain numbers for the report."""

    faults: tuple[str, ...]
    measures: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedTwin:
    """A twin as its stored bytes, and what the training measured of itself: no biometric numbers."""

    file: bytes = field(repr=False)
    scores: Mapping[str, float]


class TwinMaker(Protocol):
    """Judges footage and trains from it. The engines come from outside."""

    def judge(self, film: Path, *, evidence: Path | None, report: Report) -> Judged:
        """Measure; ``evidence`` is a recorded statement or a bound picture of the person whose face it must be.

        Raises:
            FootageRefusedError: the file cannot be taken in at all.
        """
        ...

    def train(self, film: Path, *, folder: Path, report: Report) -> TrainedTwin:
        """Train; finished stages lie in ``folder``, from which a killed training goes on.

        Raises:
            PipelineError: it cannot be trained from.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filming:
    """Enrols twins, one at a time in a home. ``note`` writes an act down in log and ledger."""

    right: LikenessRight
    store: LikenessStore
    statements: StatementStore
    shelf: AssetShelf
    vault: Vault
    maker: TwinMaker
    note: Note
    clock: Callable[[], datetime]
    lock_path: Path
    training_dir: Path
    new_id: Callable[[], str]

    def enrol(self, record_id: RecordId, *, footage: Path, by: str, report: Report = no_report) -> LikenessRow:
        """Judge footage, seal it and train a twin from it; a further call makes a further version.

        Args:
            record_id: the consent.
            footage: a film that the record binds.
            by: who does it; it is written down.
            report: told of each step's progress.

        Raises:
            ConsentRefusedError: the consent does not allow it, now or any more, or does not bind the file.
            RecordingsRefusedError: the footage is not good enough, with what to film again.
            UsageError: there is no such file.
            FootageRefusedError: the file cannot be taken in.
            PipelineError: the training failed.
        """
        record, _ = self.right.require(record_id)  # before waiting for another training
        with locked(self.lock_path):
            item, is_new = self._seal(footage, record_id=record_id, record=record)
            try:
                with self._readable(item) as film:
                    judged = self._judge(film, record_id=record_id, record=record, report=report)
            except BaseException:
                if is_new:
                    self.vault.erase(item.id, at=self.clock(), why="not_enrolled")
                raise
            return self._train(item, record_id, judged=judged, by=by, report=report)

    def train(self, record_id: RecordId, *, by: str, report: Report = no_report) -> LikenessRow:
        """Train from the newest footage that the vault holds for a record: a stopped training goes on.

        Raises:
            ConsentRefusedError: the consent does not allow it, now or any more.
            RecordingsRefusedError: the footage is not good enough.
            UsageError: no footage is kept.
            PipelineError: the training failed.
        """
        record, _ = self.right.require(record_id)
        bound = {asset.sha256 for asset in record.scope.assets}
        films = [one for one in self.vault.items(record_id) if one.kind == "footage" and one.sha256 in bound]
        if not films:
            raise UsageError(
                f"no footage is kept for {record_id[:12]}: sayso likeness enrol --consent {record_id[:12]} "
                "--footage FILE takes it in and trains"
            )
        with locked(self.lock_path):
            with self._readable(films[-1]) as film:
                judged = self._judge(film, record_id=record_id, record=record, report=report)
            return self._train(films[-1], record_id, judged=judged, by=by, report=report)

    def _seal(self, footage: Path, *, record_id: RecordId, record: ConsentRecord) -> tuple[VaultItem, bool]:
        sha256 = _sha256(footage)
        require_bound(record, {footage.name: sha256})
        known = self.vault.by_sha256(record_id, sha256, kind="footage")
        if known is not None:
            return known, False
        item = self.vault.keep(
            footage,
            record_id=record_id,
            kind="footage",
            name=footage.name,
            media_type=MEDIA_TYPES.get(footage.suffix.lower(), "application/octet-stream"),
            at=self.clock(),
        )
        if item.sha256 != sha256:
            self.vault.erase(item.id, at=self.clock(), why="not_enrolled")
            raise UsageError(f"{footage.name} changed while it was read; try again when nothing writes to it")
        return item, True

    @contextmanager
    def _readable(self, item: VaultItem) -> Iterator[Path]:
        with self.vault.plain_copy(item.id, suffix=Path(item.name).suffix.lower()) as path:
            yield path

    def _judge(self, film: Path, *, record_id: RecordId, record: ConsentRecord, report: Report) -> Judged:
        with ExitStack() as copies:
            evidence = self._evidence(record_id, record, copies)
            judged = self.maker.judge(film, evidence=evidence, report=report)
        if judged.faults:
            raise RecordingsRefusedError(judged.faults)
        return judged

    def _evidence(self, record_id: RecordId, record: ConsentRecord, copies: ExitStack) -> Path | None:
        """The accepted spoken consent, where the person agreed to checks; else a picture that the record binds."""
        row = self.statements.find(record_id) if record.biometric_checks == "agreed" else None
        sha256 = None if row is None else row.accepted_sha256
        attempt = None if sha256 is None else self.statements.attempt_of(record_id, sha256)
        item = None if attempt is None or attempt.item_id is None else self.vault.find(attempt.item_id)
        if item is not None and item.erased_at is None:
            return copies.enter_context(self.vault.plain_copy(item.id, suffix=Path(item.name).suffix.lower()))
        return next(filter(None, (self.shelf.find(asset.sha256) for asset in record.scope.assets)), None)

    def _train(self, item: VaultItem, record_id: RecordId, *, judged: Judged, by: str, report: Report) -> LikenessRow:
        folder = self.training_dir / record_id
        folder.mkdir(mode=0o700, exist_ok=True)
        with self._readable(item) as film:
            trained = self.maker.train(film, folder=folder, report=report)
        # What fails or is stopped above stays for the next try: it goes with the consent, or with the sweep.
        shutil.rmtree(folder, ignore_errors=True)
        self.right.require(record_id)
        at = self.clock()
        kept = self.vault.keep(
            trained.file, record_id=record_id, kind="template", name=TWIN_NAME, media_type=TWIN, at=at
        )
        try:
            self.right.require(record_id)
        except ConsentRefusedError:
            self.vault.erase(kept.id, at=self.clock(), why="not_enrolled")
            raise
        version = LikenessVersion(
            version=0,
            language="",
            profile_item_id=kept.id,
            profile_sha256=hashlib.sha256(trained.file).hexdigest(),
            recordings=(UsedRecording(item_id=item.id, sha256=item.sha256, is_bound=True),),
            report={"engine": "twin", "footage": dict(judged.measures), "fit": dict(trained.scores)},
            enrolled_by=by,
            enrolled_at=at,
        )
        row = self.store.add(record_id, version, modality=Modality.FACE, new_id=self.new_id())
        self.note(record_id, "likeness_enrolled", by, f"face profile {kept.sha256}")
        return row


def _sha256(file: Path) -> str:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise UsageError(f"{file.name} is larger than {FILE_BYTES_MAX // 10**9} GB; give 60 to 180 seconds of film")
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as e:
        raise UsageError(f"{file} cannot be read: {e.strerror}") from e
