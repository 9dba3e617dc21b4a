"""Receipts, wired: the record and its proofs on paper, and as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from consent.decide import RecordStatus, record_status
from consent.envelope import Envelope
from consent.policy import Rulebook
from consent.receipt import receipt_jsonld
from pipelines.errors import PipelineError
from pipelines.provenance.signer import ClaimSigner
from studio.paper.receipt import ReceiptFacts, receipt_pdf
from studio.store.ledger import LedgerStore
from studio.wordings.record_text import ShownText
from studio.wordings.texts import nearest, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioReceipts:
    """Writes the receipts of this studio."""

    ledger: LedgerStore
    rulebook: Callable[[], Rulebook]
    font_file: Callable[[str, str], Path]
    verify_url: str
    clock: Callable[[], datetime]
    signer: Callable[[], ClaimSigner] | None = None

    def pdf(self, envelope: Envelope, shown: ShownText) -> bytes:
        """For people, in the language in which the record was shown; signed like what is released.

        Where it cannot be signed (the certificate has ended, a key service or time stamp authority does not answer) the
        person gets it all the same: they have a right to it, and its proofs are those of the ledger.
        """
        words = wording(nearest(shown.language)).page
        at, view, signature = self.clock(), self.ledger.view(), envelope.subject_signature
        status = record_status(envelope.record_id, envelope=envelope, ledger=view, rulebook=self.rulebook(), at=at)
        proofs = {"record": envelope.record_id, "wording": shown.sha256}
        for name, one in (("signature", signature), ("guardian", envelope.guardian_signature)):
            if one is not None:
                proofs[name] = f"{one.signed_at:%Y-%m-%d %H:%M UTC}\n{one.key_id}"
        if envelope.statement_sha256 is not None:
            proofs["statement"] = envelope.statement_sha256
        proofs["ledger"], proofs["checkpoint"] = str(envelope.public_hash), view.checkpoint.strip()
        facts = ReceiptFacts(
            language=shown.language,
            title=words["receipts"],
            standing=words[_STANDING.get(status, "with_legal")],
            sentences=[(one.heading, one.text) for one in shown.sentences],
            proofs=proofs,
            verify_url=self.verify_url,
            foot=f"Sayso   {at.date().isoformat()}",
            issued_at=at,
        )
        paper = receipt_pdf(facts, fonts=self.font_file)
        if self.signer is None:
            return paper
        from pipelines.provenance.documents import sign_pdf  # noqa: PLC0415 - loads c2pa

        try:
            return sign_pdf(paper, title="consent receipt", at=at, signer=self.signer())
        except PipelineError:
            return paper

    def jsonld(self, envelope: Envelope) -> bytes:
        """For machines."""
        said = receipt_jsonld(envelope, ledger=self.ledger.view(), rulebook=self.rulebook(), at=self.clock())
        return json.dumps(said, ensure_ascii=False, indent=2).encode()


_STANDING = {
    RecordStatus.ACTIVE: "active",
    RecordStatus.SUSPENDED: "suspended",
    RecordStatus.EXPIRED: "expired",
    RecordStatus.WITHDRAWN: "withdrawn",
    RecordStatus.DECLINED: "declined",
    RecordStatus.SUPERSEDED: "superseded",
}
