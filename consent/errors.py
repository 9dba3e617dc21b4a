"""The errors of consent, in one tree.

ConsentError
├── RecordInvalidError        a record, or a file it is made from, cannot be read as one
├── SignatureInvalidError     a signature does not belong to the bytes it came with
├── LedgerError
│   ├── LedgerTamperedError   entries and signed checkpoints contradict each other
│   └── LedgerUnreadableError entries or checkpoints are missing or cannot be read
└── ConsentRefusedError       a use is outside what was signed; carries every reason
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consent.grant import Reason


class ConsentError(Exception):
    """Anything that consent can say no with."""


class RecordInvalidError(ConsentError):
    """A record, or the file it is made from, cannot be read as a consent record."""


class SignatureInvalidError(ConsentError):
    """A signature does not belong to the bytes it came with."""


class LedgerError(ConsentError):
    """The ledger cannot be relied on."""


class LedgerTamperedError(LedgerError):
    """Entries and signed checkpoints contradict each other."""


class LedgerUnreadableError(LedgerError):
    """Entries or checkpoints are missing or cannot be read."""


class ConsentRefusedError(ConsentError):
    """A use is outside what was signed; ``reasons`` holds every reason, never none."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        if not reasons:
            msg = "a refusal needs at least one reason"
            raise ValueError(msg)
        super().__init__("; ".join(f"{r.code}: {r.message}" for r in reasons))
        self.reasons = reasons
