"""The errors of the studio, in one tree.

StudioError
├── UsageError           what a person typed or wrote cannot be used; says file, line and key (exit code 2)
│   └── NotFoundError    the id names nothing here
├── StoreError           the database cannot be opened, migrated or trusted
├── JobError             a take stopped for a reason of our own
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


class JobError(StudioError):
    """A take stopped for a reason of our own."""


class InterruptedByPersonError(StudioError):
    """A person asked to stop; the work goes on where it stopped."""
