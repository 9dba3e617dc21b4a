"""The history of a request: the log of acts in clear, held against the ledger's salted hashes.

Each act and its ledger entry were written in one transaction with one time, so time and hash find the pair. An act
whose actor or reason was changed afterwards fits no entry any more, and is shown as what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from consent.envelope import Envelope
from consent.errors import LedgerError, RecordInvalidError
from consent.grant import RecordId
from consent.ledger import Entry, LedgerView, actor_hash, reason_hash
from studio.review.case import HistoryLine
from studio.review.words import ACTIONS, titled
from studio.store.acts_log import ActRow
from studio.store.requests import VersionRow

_FILED = ("record_created", "version_filed")


def history_of(
    rows: Iterable[VersionRow],
    envelopes: Mapping[RecordId, Envelope | RecordInvalidError | None],
    *,
    acts: Sequence[ActRow],
    ledger: LedgerView | LedgerError,
) -> tuple[HistoryLine, ...]:
    """Return everything that happened to a request's versions, newest first."""
    lines: list[HistoryLine] = []
    for row in rows:
        envelope = envelopes.get(row.record_id)
        mine = [act for act in acts if act.record_id == row.record_id]
        known = envelope if isinstance(envelope, Envelope) else None
        lines += _of_version(row.version, known, mine, None if isinstance(ledger, LedgerError) else ledger)
    return tuple(sorted(lines, key=lambda line: (line.at, line.place or 0), reverse=True))


def _of_version(
    version: int, envelope: Envelope | None, acts: list[ActRow], ledger: LedgerView | None
) -> list[HistoryLine]:
    name = None if envelope is None else envelope.public_hash
    salt = None if envelope is None else envelope.salt
    places = () if ledger is None or name is None else ledger.places(name)
    left = list(acts)
    lines = []
    for place in places:
        assert ledger is not None, "places come from it"
        entry = ledger.entry(place)
        act = _act_of(entry, left)
        if act is not None:
            left.remove(act)
        lines.append(_line(version, place, entry, act, salt))
    # What the ledger does not hold: it cannot be read, or somebody has added to the log.
    lines += [
        HistoryLine(
            at=act.at,
            actor=act.actor,
            action=act.action,
            reason=act.reason,
            version=version,
            place=None,
            is_proven=False if places else None,
        )
        for act in left
    ]
    return lines


def _act_of(entry: Entry, acts: Iterable[ActRow]) -> ActRow | None:
    wanted = _word(entry)
    same_time = [act for act in acts if act.at == entry.at]
    same_word = [act for act in same_time if act.action == wanted or {act.action, wanted} <= set(_FILED)]
    return next(iter(same_word or same_time), None)


def _line(version: int, place: int, entry: Entry, act: ActRow | None, salt: bytes | None) -> HistoryLine:
    if act is None:
        return HistoryLine(
            at=entry.at,
            actor="",
            action=_word(entry),
            reason="",
            version=version,
            place=place,
            is_proven=None,
        )
    return HistoryLine(
        at=act.at,
        actor=act.actor,
        action=act.action,
        reason=act.reason,
        version=version,
        place=place,
        is_proven=_is_proven(entry, act, salt),
    )


def _is_proven(entry: Entry, act: ActRow, salt: bytes | None) -> bool | None:
    who, why = getattr(entry, "actor_hash", None), getattr(entry, "reason_hash", None)
    if salt is None or (who is None and why is None):
        return None
    fits_who = who is None or who == actor_hash(act.actor, salt)
    fits_why = why is None or why == reason_hash(act.reason, salt)
    return fits_who and fits_why


def _word(entry: Entry) -> str:
    word = getattr(entry, "action", None)
    return word if isinstance(word, str) else entry.kind


def action_title(word: str) -> str:
    """The plain words for an action."""
    return titled(ACTIONS, word)
