"""Where recordings come from: a folder of files that the record binds, or the person's own page (the vault).

A file is hashed, held against the record and sealed before anything reads what is in it; what is then listened to is
a copy of what was sealed, so that a file that changes meanwhile changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from consent.grant import RecordId
from consent.record import ConsentRecord
from studio.errors import UsageError
from studio.likenesses.listening import Recording
from studio.likenesses.right import require_bound
from studio.store.likenesses import UsedRecording
from studio.vault.item import VaultItem
from studio.vault.vault import Vault

MEDIA_TYPES: Final = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".webm": "audio/webm",
}
FILES_MAX: Final = 300  # three times the longest list of prompts
FILE_BYTES_MAX: Final = 200_000_000  # ten minutes of uncompressed stereo in one file
PROMPT_BYTES_MAX: Final = 4000
_PAGE_NAME: Final = re.compile(
    r"prompt-(?P<language>[A-Za-z-]+)-(?P<number>[0-9]+)\.wav"
)  # as the person's page keeps them

Prompts = Callable[[str], tuple[str, ...]]  # the sentences of a language


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A sealed recording. ``is_new``: this call sealed it, and takes it back if nothing comes of it."""

    item: VaultItem
    suffix: str
    prompt: str | None
    is_bound: bool
    is_new: bool

    @property
    def used(self) -> UsedRecording:
        """As the store keeps it."""
        return UsedRecording(item_id=self.item.id, sha256=self.item.sha256, is_bound=self.is_bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Finds recordings and seals them."""

    vault: Vault
    prompts: Prompts

    def from_folder(
        self, folder: Path, *, record_id: RecordId, record: ConsentRecord, at: datetime
    ) -> tuple[Kept, ...]:
        """Seal a folder's recordings; ``NAME.txt`` beside ``NAME.wav`` is what should be said in it.

        Raises:
            UsageError: there is no such folder, or nothing in it that could be a recording.
            ConsentRefusedError: the record does not bind one of them.
        """
        files = _files(folder)
        hashes = {file.name: _sha256(file) for file in files}
        require_bound(record, hashes)
        kept: list[Kept] = []
        try:
            # extend keeps what came before a fault, so that it can be given back
            kept.extend(self._keep(file, hashes[file.name], record_id=record_id, at=at) for file in files)
        except BaseException:
            self.give_back(kept, at=at)
            raise
        return tuple(kept)

    def from_page(self, *, record_id: RecordId, record: ConsentRecord, language: str) -> tuple[Kept, ...]:
        """The recordings that the vault holds for this record: those of the page in this language, and bound ones.

        Raises:
            UsageError: there are none.
        """
        bound = {asset.sha256 for asset in record.scope.assets}
        found = []
        for item in sorted(self.vault.items(record_id), key=lambda one: (one.name, one.sha256)):  # the same each time
            read = _read_on_page(item.name)
            if read is not None and _base(read[0]) != _base(language):
                read = None  # the page was shown in another language
            if item.kind != "voice" or (read is None and item.sha256 not in bound):
                continue
            prompt = None if read is None else self._prompt(*read)
            suffix = Path(item.name).suffix.lower()
            found.append(Kept(item=item, suffix=suffix, prompt=prompt, is_bound=item.sha256 in bound, is_new=False))
        if not found:
            raise UsageError(
                f"no recordings in {language} are kept for {record_id[:12]}; let the person record on their page, or "
                "name a folder with --voice"
            )
        return tuple(found)

    def _prompt(self, language: str, number: int) -> str | None:
        sentences = self.prompts(language)
        return sentences[number - 1] if 1 <= number <= len(sentences) else None

    def readable(self, kept: tuple[Kept, ...], copies: ExitStack) -> tuple[Recording, ...]:
        """Plain copies (0600) of sealed recordings, for as long as ``copies`` is open."""
        return tuple(
            Recording(
                path=copies.enter_context(self.vault.plain_copy(one.item.id, suffix=one.suffix)),
                name=one.item.name,
                prompt=one.prompt,
            )
            for one in kept
        )

    def give_back(self, kept: list[Kept] | tuple[Kept, ...], *, at: datetime) -> None:
        """Destroy what was sealed for nothing."""
        for one in kept:
            if one.is_new:
                self.vault.erase(one.item.id, at=at, why="not_enrolled")

    def _keep(self, file: Path, sha256: str, *, record_id: RecordId, at: datetime) -> Kept:
        known = self.vault.by_sha256(record_id, sha256, kind="voice")
        suffix = file.suffix.lower()
        item = known or self.vault.keep(
            file, record_id=record_id, kind="voice", name=file.name, media_type=MEDIA_TYPES[suffix], at=at
        )
        kept = Kept(item=item, suffix=suffix, prompt=_prompt(file), is_bound=True, is_new=known is None)
        if item.sha256 != sha256:
            self.give_back([kept], at=at)
            raise UsageError(f"{file.name} changed while it was read; try again when nothing writes to it")
        return kept


def _files(folder: Path) -> tuple[Path, ...]:
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; name the one that holds the recordings")
    files = tuple(sorted(one for one in folder.iterdir() if one.suffix.lower() in MEDIA_TYPES and one.is_file()))
    if not files:
        raise UsageError(f"{folder} holds no recordings; needed are files that end in {', '.join(MEDIA_TYPES)}")
    if len(files) > FILES_MAX:
        raise UsageError(f"{folder} holds {len(files)} recordings; {FILES_MAX} are enough")
    large = [one.name for one in files if one.stat().st_size > FILE_BYTES_MAX]
    if large:
        raise UsageError(f"{', '.join(large)}: larger than {FILE_BYTES_MAX // 10**6} MB; cut it into sentences")
    return files


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as e:
        raise UsageError(f"{file} cannot be read: {e.strerror}") from e


def _prompt(file: Path) -> str | None:
    beside = file.with_suffix(".txt")
    if not beside.is_file():
        return None
    try:
        with beside.open("rb") as opened:
            text = opened.read(PROMPT_BYTES_MAX + 1).decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as e:
        raise UsageError(f"{beside} cannot be read as UTF-8; it should hold what is said in {file.name}") from e
    if len(text.encode()) > PROMPT_BYTES_MAX:
        raise UsageError(f"{beside} is longer than a sentence; it should hold what is said in {file.name}")
    return text or None


def _read_on_page(name: str) -> tuple[str, int] | None:
    """The language that the page was shown in ("fr", though the record says "fr-FR"), and the sentence's number."""
    found = _PAGE_NAME.fullmatch(name)
    return None if found is None else (found["language"], int(found["number"]))


def _base(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()
