"""The subject records their voice: sentences read aloud on their own page, one by one, once the consent stands.

Each recording is listened to at once, so that the person learns in the moment what to say again. What is good is sealed
in the vault under their record; nothing else of it is kept. The recordings are the whole state: there is no list beside
them that could say something else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias

from consent.errors import LedgerError
from consent.grant import Modality
from pipelines.errors import EvidenceRefusedError
from studio.requests.desk import ActRefusedError
from studio.requests.visiting import Visit, Visiting
from studio.store.statements import StatementStore
from studio.vault.item import VaultItem
from studio.vault.vault import Vault

VoiceFault: TypeAlias = Literal["short", "quiet", "loud", "noisy", "echo", "thin", "words", "other"]

ENOUGH: Final = 12  # sentences; about a minute of speech
SECONDS_MAX: Final = 30
BYTES_MAX: Final = 20_000_000
RECORDED_PREFIX: Final = "prompt-"  # of the item's name: prompt-<language>-<number>


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardVoice:
    """What listening to one sentence found; ``wave`` is what is kept: the sound alone, as WAV."""

    faults: tuple[VoiceFault, ...]
    wave: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicePrompt:
    """One sentence to read; numbers begin with 1."""

    number: int
    text: str
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTask:
    """What the page shows."""

    language: str
    prompts: tuple[VoicePrompt, ...]
    enough: int
    max_seconds: int
    max_bytes: int

    @property
    def kept(self) -> int:
        """How many sentences are recorded."""
        return sum(one.is_kept for one in self.prompts)


# The recording, the sentence, its language, the spoken statement if there is one; raises EvidenceRefusedError.
Hear: TypeAlias = Callable[[Path, str, str, Path | None], HeardVoice]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceDesk:
    """The acts of the voice page, behind the same link as everything else. ``prompts`` are those of a language."""

    visiting: Visiting
    statements: StatementStore
    vault: Vault
    prompts: Callable[[str], tuple[str, ...]]
    hear: Hear
    note: Callable[[Visit, str], object]  # who did what, for the record's history
    clock: Callable[[], datetime]

    def is_open(self, token: str, claim: str) -> bool:
        """Whether this person may record their voice now."""
        try:
            self._open(token, claim)
        except ActRefusedError:
            return False
        return True

    def task(self, token: str, claim: str) -> VoiceTask:
        """The sentences, and which of them are recorded."""
        return self._task(self._open(token, claim))

    def receive(self, token: str, claim: str, number: int, path: Path) -> tuple[VoiceFault, ...]:
        """Listen to one sentence and keep it if it is good; the file at ``path`` is the caller's to delete.

        Raises:
            ActRefusedError: not now, no such sentence, or no recording.
            LinkRefusedError: the link opens nothing.
        """
        visit = self._open(token, claim)
        task = self._task(visit)
        prompt = _prompt(task, number)
        with ExitStack() as copies:
            statement = self._statement(visit, copies)
            try:
                heard = self.hear(path, prompt.text, task.language, statement)
            except EvidenceRefusedError as e:
                raise ActRefusedError("file_refused", reason=str(e)) from e
        if heard.faults:
            return heard.faults
        # A withdrawal may have come while we listened: after it nothing of the person is taken in.
        visit = self._open(token, claim)
        before = self._kept(visit, task.language).get(number)
        self.vault.keep(
            heard.wave,
            record_id=visit.record_id,
            kind="voice",
            name=_name(task.language, number),
            media_type="audio/wav",
            at=self.clock(),
        )
        if before is not None:
            self.vault.erase(before.id, at=self.clock(), why="recorded_again")
        else:
            self.note(visit, "voice_recorded")
        return ()

    def delete(self, token: str, claim: str, number: int) -> None:
        """Destroy the recording of one sentence."""
        visit = self._open(token, claim)
        task = self._task(visit)
        item = self._kept(visit, task.language).get(_prompt(task, number).number)
        if item is not None:
            self.vault.erase(item.id, at=self.clock(), why="subject_asked")
            self.note(visit, "voice_recording_deleted")

    def _open(self, token: str, claim: str) -> Visit:
        try:
            visit = self.visiting.open(token, claim)
        except LedgerError as e:
            raise ActRefusedError("records_unreadable") from e
        visit.require("active")
        taken_back = {one for restriction in visit.envelope.restrictions for one in restriction.modalities}
        is_covered = Modality.VOICE in visit.record.scope.modalities and Modality.VOICE not in taken_back
        if visit.party != "subject" or not is_covered or visit.record.biometric_checks is None:
            raise ActRefusedError("not_now")
        return visit

    def _task(self, visit: Visit) -> VoiceTask:
        language = visit.shown_in
        kept = self._kept(visit, language)
        return VoiceTask(
            language=language,
            prompts=tuple(
                VoicePrompt(number=number, text=text, is_kept=number in kept)
                for number, text in enumerate(self.prompts(language), start=1)
            ),
            enough=ENOUGH,
            max_seconds=SECONDS_MAX,
            max_bytes=BYTES_MAX,
        )

    def _kept(self, visit: Visit, language: str) -> dict[int, VaultItem]:
        """The newest recording of each sentence."""
        found: dict[int, VaultItem] = {}
        start = f"{RECORDED_PREFIX}{language}-"
        for item in self.vault.items(visit.record_id):
            number = item.name.removeprefix(start).removesuffix(".wav")
            if item.kind == "voice" and item.erased_at is None and item.name.startswith(start) and number.isdecimal():
                newest = found.get(int(number))
                if newest is None or newest.kept_at <= item.kept_at:
                    found[int(number)] = item
        return found

    def _statement(self, visit: Visit, copies: ExitStack) -> Path | None:
        """The accepted statement, readable while we listen: the voice must be the one that spoke it."""
        row = self.statements.find(visit.record_id)
        sha256 = None if row is None else row.accepted_sha256
        attempt = None if sha256 is None else self.statements.attempt_of(visit.record_id, sha256)
        item = None if attempt is None or attempt.item_id is None else self.vault.find(attempt.item_id)
        if item is None or item.erased_at is not None:
            return None
        return copies.enter_context(self.vault.plain_copy(item.id))


def _prompt(task: VoiceTask, number: int) -> VoicePrompt:
    if not 1 <= number <= len(task.prompts):
        raise ActRefusedError("not_now")
    return task.prompts[number - 1]


def _name(language: str, number: int) -> str:
    return f"{RECORDED_PREFIX}{language}-{number:03d}.wav"
