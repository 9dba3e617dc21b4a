"""What follows an act must never undo it, nor keep what comes after from being done. Its faults are written down.

A withdrawal stands from the moment at which the ledger holds it. A mail that cannot be written, a list of addresses
that cannot be read or a queue that is locked is a fault of ours, for legal to see in the record's history.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from consent.grant import RecordId
from studio.consents.actbook import ActBook

ACTION: Final = "not_done"
_REASON_CHARS: Final = 500

_log = logging.getLogger(__name__)


def follow(do: Callable[[], object], *, what: str, record_id: RecordId, book: ActBook) -> bool:
    """Do what follows an act on a record; returns whether it was done.

    Args:
        do: what follows; whatever it raises is written down and goes no further.
        what: its name, for people, such as "notices of the withdrawal".
        record_id: the record that was acted on.
        book: where the fault is written down.
    """
    try:
        do()
    except Exception as e:  # noqa: BLE001 - whatever broke, the act before it stands, and so must the one after it
        note_fault(e, what=what, record_id=record_id, book=book)
        return False
    return True


def note_fault(error: Exception, *, what: str, record_id: RecordId, book: ActBook) -> None:
    """Write a fault into the record's history; where even that fails, into the log, which names no person."""
    _log.error("%s of record %s: %s", what, record_id[:12], type(error).__name__)
    reason = f"{what}: {type(error).__name__}: {error}"[:_REASON_CHARS]
    try:
        book.note(record_id, action=ACTION, actor="studio", reason=reason)
    except Exception as e:  # noqa: BLE001 - as above: the ledger may be what broke
        _log.error("the fault above is not in the record's history: %s", type(e).__name__)
