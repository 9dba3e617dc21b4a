"""The errors of the studio, in one tree.

StudioError
├── UsageError           what a person typed or wrote cannot be used; says file, line and key (exit code 2)
│   └── NotFoundError    the id names nothing here
├── StoreError           the database cannot be opened, migrated or trusted
├── VaultError
│   ├── VaultLockedError  the vault's key is missing, or open to others
│   └── VaultDamagedError a file of the vault was changed, cut off or lost
├── NoticeError          a message was not taken by the other side
├── JobError             a take stopped for a reason of our own
├── RecordingsRefusedError   no voice can be fitted from these recordings; says what to record again
└── InterruptedByPersonError   a person asked to stop; the work goes on where it stopped
"""

from __future__ import annotations


class StudioError(Exception):
    """Anything that the studio can say no with, in one sentence that says what to do."""


class UsageError(StudioError):
    """What a person typed or wrote cannot be used."""


class NotFoundError(UsageError):
    """The id names nothing here."""


class StoreError(StudioError):
    """The database cannot be opened, migrated or trusted."""


class VaultError(StudioError):
    """The vault cannot give or take a file."""


class VaultLockedError(VaultError):
    """The vault's key is missing, or open to others."""


class VaultDamagedError(VaultError):
    """A file of the vault was changed, cut off or lost."""


class NoticeError(StudioError):
    """A message was not taken by the other side."""


class JobError(StudioError):
    """A take stopped for a reason of our own."""


class RecordingsRefusedError(StudioError):
    """No likeness can be made of these recordings; ``advice`` says what to record or film again, one by one."""

    def __init__(self, advice: tuple[str, ...]) -> None:
        super().__init__("; ".join(advice) or "the recordings are not good enough; record again in a quiet room")
        self.advice = advice


class InterruptedByPersonError(StudioError):
    """A person asked to stop; the work goes on where it stopped."""
