"""The errors of consent, in one tree.

ConsentError
├── FileInvalidError          a TOML file that people write is wrong; names file, line and key
├── RecordInvalidError        stored bytes cannot be read as a consent record or an envelope
├── ConsentStateError         an act does not fit what was done before (signing twice, approving unsigned)
├── KeyFileError              a key file is missing, readable by others, or no Ed25519 key
├── SignatureInvalidError     a signature does not belong to the bytes it came with
├── LedgerError
│   ├── LedgerTamperedError   entries and signed checkpoints contradict each other
│   └── LedgerUnreadableError entries or checkpoints are missing or cannot be read
├── UndecidedError            a rule ran without what it needs (a fault of ours); nothing is granted
└── ConsentRefusedError       a use is outside what was signed; carries every reason
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consent.grant import Reason


class ConsentError(Exception):
    """Anything that consent can say no with."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file: its line (from 1), its key ("scope.languages"), and what to do."""

    line: int
    key: str
    message: str


class FileInvalidError(ConsentError):
    """A TOML file that people write is wrong; ``problems`` holds every one that was found, never none."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        if not problems:
            msg = "a file is not invalid without a problem"
            raise ValueError(msg)
        lines = (f"{path}:{p.line}: {p.key + ': ' if p.key else ''}{p.message}" for p in problems)
        super().__init__("\n".join(lines))
        self.path = path
        self.problems = problems


class RecordInvalidError(ConsentError):
    """Stored bytes cannot be read as a consent record or as the envelope around one."""


class ConsentStateError(ConsentError):
    """An act does not fit what was done before; the message says what to do first."""


class KeyFileError(ConsentError):
    """A key file cannot be used."""


class SignatureInvalidError(ConsentError):
    """A signature does not belong to the bytes it came with."""


class LedgerError(ConsentError):
    """The ledger cannot be relied on."""


class LedgerTamperedError(LedgerError):
    """Entries and signed checkpoints contradict each other."""


class LedgerUnreadableError(LedgerError):
    """Entries or checkpoints are missing or cannot be read."""


class UndecidedError(ConsentError):
    """A rule ran without what it needs: a fault of this program, and never a grant."""


class ConsentRefusedError(ConsentError):
    """A use is outside what was signed; ``reasons`` holds every reason, never none."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        if not reasons:
            msg = "a refusal needs at least one reason"
            raise ValueError(msg)
        super().__init__("; ".join(f"{r.code}: {r.message}" for r in reasons))
        self.reasons = reasons
