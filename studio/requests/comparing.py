"""What a new version says otherwise than the one that its reader knows, sentence by sentence, in the reader's language.

The version that somebody knows is the newest one before this on which they did something: opened it, answered it,
signed it, or made it. One that came and went unseen is none, so nothing of what it changed is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from consent.narrowing import differences
from consent.record import ConsentRecord
from studio.requests.desk import Change
from studio.requests.notice import Wordings
from studio.requests.visiting import Visit
from studio.store.acts_log import ActsLog
from studio.store.records import RecordStore
from studio.store.requests import RequestStore, VersionRow

# Fields of the scope and the sentence that says them; the others have sentences of their own names.
_SAID_BY: Final[Mapping[str, str]] = {
    "brands": "products",
    "valid_from": "time",
    "valid_until": "time",
    "max_takes": "takes",
    "script_approval": "scripts",
    "script_approver": "scripts",
    "prohibited_topics": "topics",
    "prohibited_words": "words",
    "paid_media": "paid",
    "alterations": "changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """Compares versions of a request."""

    requests: RequestStore
    records: RecordStore
    log: ActsLog
    wordings: Wordings

    def known(self, visit: Visit) -> VersionRow | None:
        """The version before the one that is shown, as far as this person knows one."""
        earlier = [one for one in self.requests.versions(visit.request.id) if one.version < visit.version.version]
        touched = {
            act.record_id for act in self.log.of(tuple(one.record_id for one in earlier)) if act.actor == visit.actor
        }
        return next((one for one in reversed(earlier) if one.made_by == visit.actor or one.record_id in touched), None)

    def changes(self, visit: Visit, known: VersionRow, *, language: str) -> tuple[Change, ...]:
        """What the version that is shown says otherwise, in the order in which it is read."""
        envelope = self.records.find(known.record_id)
        if envelope is None:
            return ()
        old, new = envelope.record(), visit.record
        before, after = self._said(old, language), self._said(new, language)
        fields = [(one.path.partition(".")[2], one.direction) for one in differences(old, new)]
        changed = {_SAID_BY.get(name, name) for name, _ in fields}
        wider = {_SAID_BY.get(name, name) for name, direction in fields if direction == "wider"}
        found = []
        for key in (*after, *(one for one in before if one not in after)):
            heading = (after.get(key) or before[key])[0]
            was, now = before.get(key, ("", None))[1], after.get(key, ("", None))[1]
            if was != now or key in changed:  # a file may be another one and have the same name
                found.append(Change(heading=heading, old=was, new=now, is_wider=key in wider))
        return tuple(found)

    def _said(self, record: ConsentRecord, language: str) -> dict[str, tuple[str, str]]:
        shown = self.wordings.show(record, language=language)
        return {_family(one.key): (one.heading, one.text) for one in shown.sentences}


def _family(key: str) -> str:
    """Sentences that stand in for each other, such as "paid" and "paid_no", have one name."""
    return key.partition("_")[0]
