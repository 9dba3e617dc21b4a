"""Destroys what a consent leaves, says so in a certificate and in the ledger, and tells who has to know.

1. The caller has stopped what runs (``Wiring.stop_takes``), so nothing is made anew behind our back.
2. Copies outside the vault go, then the vault's items by kind: first their keys, then their files.
3. A certificate lists everything of the record that was erased and stands in no certificate yet; so a destruction that
   was cut off is certified by the next one.
4. The certificate's hash goes into the ledger, the notices into the outbox.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.envelope import Envelope
from consent.errors import RecordInvalidError
from consent.grant import Modality, RecordId, Sha256Hex
from consent.keys import SigningKey
from consent.ledger import Superseded
from consent.record import ConsentRecord
from consent.restriction import FIELDS, Restriction
from studio.consents.actbook import ActBook
from studio.consents.aftermath import follow
from studio.consents.destruction import (
    DELETION,
    Cause,
    CertificateShelf,
    Destroyed,
    DestructionCertificate,
    Kept,
    What,
    destroyed_item,
)
from studio.consents.ending import LIKENESS, Ending, due_at, ending_of, kinds_due, last_day, proof_until
from studio.consents.withdrawal import Cleared, Withdrawal, take_down, touched
from studio.notices.notifier import About, Notifier
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore
from studio.vault.item import Kind, is_of
from studio.vault.vault import Vault

STUDIO = "studio"  # the actor of what runs by itself
_LIKENESSES = frozenset({Modality.VOICE, Modality.FACE})
FRESH = timedelta(days=2)  # for so long the sweep makes sure that a withdrawal was not cut off anywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A record that can be read and named."""

    about: About
    ending: Ending | None

    @property
    def record(self) -> ConsentRecord:
        return self.about.record


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction:
    """What goes with the end of a consent. Every method may be called again."""

    records: RecordStore
    ledger: LedgerStore
    vault: Vault
    copies: Withdrawal
    certificates: CertificateShelf
    notifier: Notifier
    controller_key: Callable[[], SigningKey]
    clock: Callable[[], datetime]

    def withdrawn(self, record_id: RecordId) -> DestructionCertificate | None:
        """End what a withdrawal began. Returns the certificate; None if the record cannot be read or named any more.

        A notice that cannot be written does not stand in the way; the sweep tries it again.
        """
        newest, tell = self._end(record_id)
        follow(tell, what="notices of the withdrawal", record_id=record_id, book=self._book)
        return newest

    def _end(self, record_id: RecordId) -> tuple[DestructionCertificate | None, Callable[[], None]]:
        """Destroy and certify; returns the newest certificate, and what tells people of it."""
        at = self.clock()
        cleared = self.copies.clean_up(record_id)
        known = self._known(record_id, at)
        kinds: Iterable[Kind] = LIKENESS
        if known is not None and known.ending is not None:
            kinds = LIKENESS | kinds_due(known.record.retention, known.ending, at=at)
        self.vault.erase_record(record_id, kinds=kinds, at=at, why="withdrawn")
        if known is None or known.ending is None:
            return None, _nothing_to_tell
        ending = known.ending
        issued = self._certify(known, cause="withdrawn", cleared=cleared, must=True)
        self._withdraw_older(known.record, at=at)
        newest = issued or self.certificates.of(known.about.public_hash)[-1]

        def tell() -> None:
            view = self.ledger.view()
            is_replaced = any(isinstance(one, Superseded) for one in view.history(known.about.public_hash))
            self.notifier.withdrawn(
                known.about,
                take_down=take_down(view.releases(known.about.public_hash)),
                tell_subject=not is_replaced,  # who withdraws a request is told once, not for each of its versions
                certificate=newest.to_bytes().decode(),
                kept_until=proof_until(known.record.retention, ending, at=at),
            )

        return newest, tell

    def restricted(self, record_id: RecordId, restriction: Restriction) -> None:
        """Tell who has to know of a part that was taken back; the rest still stands.

        If it is the voice or the face, that alone is destroyed: recordings and footage, and what was made from them.
        """
        at = self.clock()
        if not _LIKENESSES.isdisjoint(restriction.modalities):
            self._destroy_parts(record_id, at=at)
        envelope, known = self.records.find(record_id), self._known(record_id, at)
        if envelope is None or known is None or envelope.salt is None:
            return
        named = restriction.salted_hash(envelope.salt)

        def tell() -> None:
            releases = self.ledger.view().releases(known.about.public_hash)
            self.notifier.restricted(
                known.about,
                named=named,
                parts=_parts(restriction),
                take_down=take_down(touched(releases, restriction, self.copies.campaigns)),
            )

        follow(tell, what="notices of what was taken back", record_id=record_id, book=self._book)

    def retire(self, record_id: RecordId, *, at: datetime) -> DestructionCertificate | None:
        """Destroy what has reached the end of its time. Returns the certificate, or None if there was nothing to do."""
        known = self._known(record_id, at)
        if known is None:
            return None
        if known.ending is None:  # a partial withdrawal that was cut off is ended here
            return self._destroy_parts(record_id, at=at)
        before = self.certificates.of(known.about.public_hash)
        is_fresh = at - known.ending.at < FRESH
        if known.ending.how == "withdrawn" and (is_fresh or not before):
            newest, tell = self._end(record_id)
            tell()  # a fault of it is the sweep's to report
            return newest if newest is not None and newest.number > len(before) else None
        due = kinds_due(known.record.retention, known.ending, at=at)
        cleared = self.copies.clean_up(record_id) if "portrait" in due else _NOTHING
        # A withdrawal has its certificate already; what goes now has reached its time.
        cause: Cause = "declined" if known.ending.how == "declined" else "retention"
        self.vault.erase_record(record_id, kinds=due, at=at, why=cause)
        certificate = self._certify(known, cause=cause, cleared=cleared, must=False)
        if certificate is not None:
            text = certificate.to_bytes().decode()
            self.notifier.destroyed(known.about, certificate=text, certificate_sha256=certificate.sha256)
        return certificate

    def known_ending(self, record_id: RecordId, *, at: datetime) -> Ending | None:
        """How the consent ended, if it has and if it can be read."""
        known = self._known(record_id, at)
        return None if known is None else known.ending

    def _taken_back(self, record_id: RecordId) -> frozenset[Modality]:
        envelope = self.records.find(record_id)
        restrictions = () if envelope is None else envelope.restrictions
        return _LIKENESSES & {modality for one in restrictions for modality in one.modalities}

    def _destroy_parts(self, record_id: RecordId, *, at: datetime) -> DestructionCertificate | None:
        """Destroy voice or face as far as taken back, and nothing else; the certificate if there was anything."""
        parts = self._taken_back(record_id)
        cleared = self.copies.clear_face(record_id) if Modality.FACE in parts else _NOTHING
        gone = tuple(item for item in self.vault.items(record_id) if any(is_of(item, part) for part in parts))
        for item in gone:
            self.vault.erase(item.id, at=at, why="withdrawn")
        known = self._known(record_id, at)
        if known is None or not (gone or cleared.pictures):
            return None
        return self._certify(known, cause="withdrawn", cleared=cleared, must=False)

    def _withdraw_older(self, record: ConsentRecord, *, at: datetime) -> None:
        """The versions that this one replaced go with it, whatever time they had left."""
        while record.supersedes is not None:
            known = self._known(RecordId(record.supersedes), at)
            if known is None or known.ending is None:
                return
            self.vault.erase_record(known.about.record_id, kinds=LIKENESS, at=at, why="withdrawn")
            self._certify(known, cause="withdrawn", cleared=_NOTHING, must=False)
            record = known.record

    def _known(self, record_id: RecordId, at: datetime) -> _Known | None:
        envelope = self.records.find_or_error(record_id)
        if not isinstance(envelope, Envelope) or envelope.public_hash is None:
            return None
        try:
            record = envelope.record()
        except RecordInvalidError:
            return None
        name = envelope.public_hash
        ending = ending_of(record, self.ledger.view().history(name), at=at)
        return _Known(about=About(record_id=record_id, public_hash=name, record=record, at=at), ending=ending)

    def _certify(self, known: _Known, *, cause: Cause, cleared: Cleared, must: bool) -> DestructionCertificate | None:
        about = known.about
        before = self.certificates.of(about.public_hash)
        said = Counter((one.sha256, one.destroyed_at) for certificate in before for one in certificate.destroyed)
        traces = [
            one
            for one in (destroyed_item(item, at=about.at) for item in self.vault.traces(about.record_id))
            if not said[(one.sha256, one.destroyed_at)]
        ]
        lines = (*traces, *_lines(cleared, at=about.at))
        if not lines and (before or not must):
            return None
        certificate = self.certificates.issue(
            about.public_hash,
            controller=about.record.controller.name,
            cause=cause,
            destroyed=lines,
            kept=self._kept(known),
            at=about.at,
            key=self.controller_key(),
        )
        self._note(about.record_id, certificate.sha256)
        return certificate

    def _kept(self, known: _Known) -> Sequence[Kept]:
        ending = known.ending or last_day(known.record)  # the voice may go long before the rest
        counts = Counter(item.kind for item in self.vault.items(known.about.record_id))
        return tuple(
            Kept(
                what=kind,
                count=count,
                until=due_at(kind, known.record.retention, ending),
                reason="proof that earlier uses were allowed (GDPR Art. 17(3)(e)), as the record's retention says"
                if kind not in LIKENESS
                else "the record's retention",
            )
            for kind, count in sorted(counts.items())
        )

    @property
    def _book(self) -> ActBook:
        return ActBook(records=self.records, clock=self.clock)

    def _note(self, record_id: RecordId, certificate_sha256: Sha256Hex) -> None:
        self._book.note(record_id, action="destroyed", actor=STUDIO, reason=f"certificate {certificate_sha256}")


def _nothing_to_tell() -> None:
    """Of a record that cannot be read nobody can be told."""


_NOTHING = Cleared(takes=0, campaigns=0, pictures=0)


def _lines(cleared: Cleared, *, at: datetime) -> tuple[Destroyed, ...]:
    counts: tuple[tuple[What, int], ...] = (
        ("take_in_the_making", cleared.takes),
        ("campaign_input", cleared.campaigns),
        ("picture_copy", cleared.pictures),
    )
    return tuple(Destroyed(what=what, count=count, destroyed_at=at, method=DELETION) for what, count in counts if count)


def _parts(restriction: Restriction) -> dict[str, tuple[str, ...]]:
    found = {name: tuple(map(str, getattr(restriction, name))) for name in FIELDS}
    return {name: values for name, values in found.items() if values}
