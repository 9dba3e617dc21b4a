"""Withdrawing over the link: all of it, or a part. It holds for every version that was ever signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from consent.errors import ConsentStateError
from consent.grant import RecordId
from consent.record import Scope
from consent.restriction import FIELDS, Restriction, leaves_nothing
from consent.territory import covers_language, covers_territory
from studio.consents.acts import ConsentActs
from studio.consents.aftermath import follow, note_fault
from studio.consents.subject_acts import SubjectActs
from studio.requests.desk import ActRefusedError
from studio.requests.stages import APPROVED
from studio.requests.visiting import Visit, Visiting

REASON: Final = "withdrawn over the private link"
Part = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingBack:
    """Withdraws. ``restricted`` is told of each record that was taken back in part."""

    visiting: Visiting
    consents: ConsentActs
    acts: SubjectActs
    restricted: Callable[[RecordId, Restriction], None]
    clock: Callable[[], datetime]

    def all(self, visit: Visit) -> None:
        """Withdraw the consent for ever: every version that was signed, and the one that is asked."""
        by = visit.actor
        versions = self.visiting.requests.versions(visit.request.id)
        for version in reversed(versions):
            envelope = self.consents.records.find(version.record_id)
            is_theirs = envelope is not None and envelope.subject_signature is not None
            if is_theirs or version.record_id == visit.record_id:
                self._revoke(version.record_id, by=by)
        again = self.visiting.requests.get(visit.request.id)
        self.visiting.requests.move(again, "withdrawn", at=self.clock())

    def part(self, visit: Visit, part: Part) -> None:
        """Take values of scope fields back, in every version that stands.

        Raises:
            ActRefusedError: nothing of this is in the consent, or nothing of it stands.
        """
        standing = self._standing(visit)
        if not standing:
            raise ActRefusedError("not_now")
        wrong = [name for name in part if not any(_inside(scope, name, part[name]) for scope in standing.values())]
        if wrong or not any(part.values()):
            raise ActRefusedError("part_invalid", fields=", ".join(wrong) or "nothing")
        by = visit.actor
        for record_id, scope in standing.items():
            theirs = {name: values for name in part if (values := _inside(scope, name, part[name]))}
            if theirs:
                self._restrict(record_id, theirs, by=by)

    def _standing(self, visit: Visit) -> dict[RecordId, Scope]:
        """The versions that may be used, or that wait for legal to approve."""
        found = {}
        for version in self.visiting.requests.versions(visit.request.id):
            envelope = self.consents.records.find(version.record_id)
            is_signed = envelope is not None and envelope.subject_signature is not None
            is_newest = is_signed and version.record_id == visit.record_id and visit.stage == "with_legal"
            if envelope is not None and (is_newest or self.visiting.status(version.record_id) in APPROVED):
                found[version.record_id] = envelope.record().scope
        return found

    def _restrict(self, record_id: RecordId, part: Part, *, by: str) -> None:
        envelope = self.consents.records.find(record_id)
        assert envelope is not None, "a version is filed with its record"
        scope = envelope.record().scope
        try:
            wanted = Restriction.model_validate({**part, "at": self.clock()})
        except ValidationError as e:
            raise ActRefusedError("part_invalid", fields=", ".join(part)) from e
        if leaves_nothing(scope, (*envelope.restrictions, wanted)):
            self._revoke(record_id, by=by)  # a list that is taken back as a whole leaves nothing to use
            return
        after = self.acts.restrict(record_id, part=part, by=by)
        follow(
            lambda: self.restricted(record_id, after.restrictions[-1]),
            what="what follows the partial withdrawal",
            record_id=record_id,
            book=self.acts.book,
        )

    def _revoke(self, record_id: RecordId, *, by: str) -> None:
        try:
            self.consents.revoke(record_id, reason=REASON, by=by)
        except ConsentStateError:
            if not self.consents.is_withdrawn(record_id):
                raise
        except Exception as e:
            if not self.consents.is_withdrawn(record_id):
                raise
            # It is withdrawn, and every gate says so. The other versions come next; the sweep ends what is undone here.
            note_fault(e, what="what follows the withdrawal", record_id=record_id, book=self.acts.book)


def _inside(scope: Scope, name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The values that the scope has; a place inside one that it has is a part of it."""
    if name not in FIELDS:
        return ()
    listed = {str(getattr(one, "value", one)).casefold() for one in getattr(scope, name)}
    return tuple(value for value in values if value.casefold() in listed or _is_covered(scope, name, value))


def _is_covered(scope: Scope, name: str, value: str) -> bool:
    if name == "territories":
        return covers_territory(scope.territories, value)
    return name == "languages" and covers_language(scope.languages, value)
