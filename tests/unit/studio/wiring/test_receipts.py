"""Real receipts of a real record: on paper in the subject's language, and as data."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fpdf import FPDF

from consent.ledger import LedgerView
from pipelines.assets import ASSETS
from pipelines.errors import ProvenanceError
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.reading import read_manifest
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from studio.paper.receipt import ReceiptFacts
from studio.wiring.receipts import StudioReceipts
from studio.wordings.record_text import RecordWordings
from tests.unit.consent.conftest import NOW, STATEMENT, World, a_record


@dataclass(frozen=True)
class Shelf:
    """The part of a ledger's store that receipts use."""

    ledger: LedgerView

    def view(self) -> LedgerView:
        return self.ledger


@pytest.fixture
def world() -> World:
    return World(record=a_record()).between_people().approve("legal@example.com")


def receipts(world: World, weights: WeightsStore | None = None) -> StudioReceipts:
    return StudioReceipts(
        ledger=Shelf(world.ledger),  # type: ignore[arg-type] # it is asked for its view alone
        rulebook=lambda: world.rulebook,
        font_file=weights.path if weights else lambda *_: Path(),
        verify_url="https://studio.example/verify",
        clock=lambda: NOW,
    )


def test_the_paper_is_in_the_language_that_was_signed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[ReceiptFacts] = []

    def note(facts: ReceiptFacts, **_: object) -> bytes:
        said.append(facts)
        return b"%PDF-"

    monkeypatch.setattr("studio.wiring.receipts.receipt_pdf", note)
    shown = RecordWordings().show(world.record, language="fr")
    assert receipts(world).pdf(world.envelope, shown) == b"%PDF-"
    (facts,) = said
    assert facts.language == "fr"
    assert facts.proofs["record"] == world.envelope.record_id
    assert facts.proofs["wording"] == shown.sha256
    assert facts.proofs["statement"] == STATEMENT
    assert facts.proofs["ledger"] == world.name
    assert "webauthn:" in facts.proofs["signature"]
    assert "guardian" not in facts.proofs


@pytest.mark.weights
def test_the_paper_is_a_pdf(world: World, weights_home: Path) -> None:
    weights = WeightsStore(weights_home, load_cards(ASSETS / "weights.toml"))
    shown = RecordWordings().show(world.record, language="fr")
    paper = receipts(world, weights).pdf(world.envelope, shown)
    assert paper.startswith(b"%PDF-")
    assert paper == receipts(world, weights).pdf(world.envelope, shown)


def blank_pdf(*_: object, **__: object) -> bytes:
    page = FPDF()
    page.add_page()
    return bytes(page.output())


def test_the_paper_is_signed_like_what_is_released(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.wiring.receipts.receipt_pdf", blank_pdf)
    identity = SigningIdentity.open_or_create(tmp_path / "signer", clock=lambda: datetime.now(UTC))
    signing = replace(receipts(world), signer=lambda: identity)
    paper = signing.pdf(world.envelope, RecordWordings().show(world.record, language="fr"))
    (tmp_path / "receipt.pdf").write_bytes(paper)
    reading = read_manifest(
        tmp_path / "receipt.pdf", trust_anchors_pem=identity.trust_anchors_pem, media_type="application/pdf"
    )
    assert (reading.state, reading.title, reading.actions) == ("trusted", "consent receipt", ("c2pa.created",))


def test_the_person_gets_the_paper_even_where_it_cannot_be_signed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.wiring.receipts.receipt_pdf", blank_pdf)
    ended = SigningIdentity.open_or_create(tmp_path / "signer", clock=lambda: datetime.now(UTC) - timedelta(days=2000))

    def broken() -> SigningIdentity:
        raise ProvenanceError("no key")

    for signer in (lambda: ended, broken):
        paper = replace(receipts(world), signer=signer).pdf(
            world.envelope, RecordWordings().show(world.record, language="fr")
        )
        assert paper.startswith(b"%PDF-")
        assert b"c2pa" not in paper


def test_the_data_is_of_this_record(world: World) -> None:
    data = json.loads(receipts(world).jsonld(world.envelope))
    record = data["dpv:hasRecordOfActivity"]
    assert record["dct:identifier"] == world.envelope.record_id
    assert record["sayso:status"] == "active"
