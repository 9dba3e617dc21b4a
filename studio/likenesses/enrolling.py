"""From recordings to a voice in the vault.

1. The consent must allow it now (``right``).
2. Recordings are sealed; each must be bound in the record, or the person's own (``gathering``).
3. They are listened to; what is not good enough is refused, with what to record again.
4. A voice is fitted: a minute or two.
5. The consent must still allow it; then the profile is sealed and the likeness is on file, waiting for legal.
6. Once more, because a withdrawal may have come between: then everything that was sealed goes again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from consent.errors import ConsentRefusedError
from consent.grant import Modality, RecordId
from consent.record import ConsentRecord
from studio.errors import RecordingsRefusedError
from studio.likenesses.gathering import Gathering, Kept
from studio.likenesses.listening import FittedVoice, Fitter, HeardSet, Listener, Report
from studio.likenesses.right import LikenessRight
from studio.store.filelock import locked
from studio.store.likenesses import LikenessRow, LikenessStore, LikenessVersion
from studio.store.statements import StatementStore
from studio.vault.item import VOICE_PROFILE
from studio.vault.vault import Vault

PROFILE_NAME = "voice-profile.json"
Note = Callable[[RecordId, str, str, str], object]  # record, action, actor, reason: into log and ledger


def no_report(step: str, share: float) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """Enrols voices, one at a time in a home: a fit takes every core.

    ``note`` writes an act down in log and ledger; ``new_id`` names a new likeness.
    """

    right: LikenessRight
    gathering: Gathering
    store: LikenessStore
    statements: StatementStore
    vault: Vault
    listener: Listener
    fitter: Fitter
    note: Note
    clock: Callable[[], datetime]
    lock_path: Path
    new_id: Callable[[], str]

    def enrol(
        self,
        record_id: RecordId,
        *,
        voice: Path | None,
        language: str | None = None,
        by: str,
        report: Report = no_report,
    ) -> LikenessRow:
        """Enrol the voice of a record's person; a further call makes a further version.

        Args:
            record_id: the consent.
            voice: a folder of recordings that the record binds; None for what the person recorded on their own page.
            language: of the recordings, BCP 47; None for the language in which the subject is asked.
            by: who does it; it is written down.
            report: told of each step's progress.

        Raises:
            ConsentRefusedError: the consent does not allow it, now or any more.
            RecordingsRefusedError: the recordings are not good enough, with what to record again.
            UsageError: there are no recordings.
            EvidenceRefusedError: a file cannot be taken in.
            PipelineError: the fit failed.
        """
        self.right.require(record_id)  # before waiting for another fit
        with locked(self.lock_path):
            return self._enrol(record_id, voice=voice, language=language, by=by, report=report)

    def _enrol(
        self, record_id: RecordId, *, voice: Path | None, language: str | None, by: str, report: Report
    ) -> LikenessRow:
        record, _ = self.right.require(record_id)
        spoken = language or record.subject.language
        kept = self._gather(record_id, record, voice=voice, language=spoken)
        try:
            heard = self._listen(record_id, record, kept, language=spoken, report=report)
            fitted = self.fitter.fit(heard.clips, language=spoken, report=report)
            self.right.require(record_id)
        except BaseException:
            self.gathering.give_back(kept, at=self.clock())
            raise
        return self._file(record_id, kept, heard, fitted, language=spoken, by=by)

    def _gather(
        self, record_id: RecordId, record: ConsentRecord, *, voice: Path | None, language: str
    ) -> tuple[Kept, ...]:
        if voice is None:
            return self.gathering.from_page(record_id=record_id, record=record, language=language)
        return self.gathering.from_folder(voice, record_id=record_id, record=record, at=self.clock())

    def _listen(
        self, record_id: RecordId, record: ConsentRecord, kept: tuple[Kept, ...], *, language: str, report: Report
    ) -> HeardSet:
        with ExitStack() as copies:
            statement = self._statement(record_id, copies) if record.biometric_checks == "agreed" else None
            recordings = self.gathering.readable(kept, copies)
            heard = self.listener.listen(recordings, language=language, statement=statement, report=report)
        if not heard.is_good:
            raise RecordingsRefusedError(
                tuple(f"{one.recording}: {one.advice}" if one.recording else one.advice for one in heard.findings)
            )
        return heard

    def _statement(self, record_id: RecordId, copies: ExitStack) -> Path | None:
        """The accepted spoken consent, readable while we listen: the voice must be the one that spoke it."""
        row = self.statements.find(record_id)
        sha256 = None if row is None else row.accepted_sha256
        attempt = None if sha256 is None else self.statements.attempt_of(record_id, sha256)
        item = None if attempt is None or attempt.item_id is None else self.vault.find(attempt.item_id)
        if item is None or item.erased_at is not None:
            return None
        return copies.enter_context(self.vault.plain_copy(item.id))

    def _file(
        self,
        record_id: RecordId,
        kept: tuple[Kept, ...],
        heard: HeardSet,
        fitted: FittedVoice,
        *,
        language: str,
        by: str,
    ) -> LikenessRow:
        at = self.clock()
        item = self.vault.keep(
            fitted.profile, record_id=record_id, kind="template", name=PROFILE_NAME, media_type=VOICE_PROFILE, at=at
        )
        try:
            self.right.require(record_id)
        except ConsentRefusedError:
            self.vault.erase(item.id, at=self.clock(), why="not_enrolled")
            self.gathering.give_back(kept, at=self.clock())
            raise
        row = self.store.add(
            record_id,
            LikenessVersion(
                version=0,
                language=language,
                profile_item_id=item.id,
                profile_sha256=hashlib.sha256(fitted.profile).hexdigest(),
                recordings=tuple(one.used for one in kept),
                report=_report(heard, fitted),
                enrolled_by=by,
                enrolled_at=at,
            ),
            modality=Modality.VOICE,
            new_id=self.new_id(),
        )
        self.note(record_id, "likeness_enrolled", by, f"voice profile {item.sha256}")
        return row


def _report(heard: HeardSet, fitted: FittedVoice) -> dict[str, object]:
    return {
        "speech_s": round(heard.speech_s, 1),
        "findings": [asdict(one) for one in heard.findings],
        "recordings": dict(heard.measures),
        "engine": fitted.engine,
        "fit": dict(fitted.scores),
    }
