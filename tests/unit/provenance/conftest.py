from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.provenance.claims import ConsentClaim, DisclosureClaim
from pipelines.provenance.fingerprint import ISCC, Fingerprint
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.manifest import IPTC, Action, Ingredient, ManifestSpec
from tests.fakes.media_files import make_media

GENERATED = IPTC + "trainedAlgorithmicMedia"
CHECKPOINT = "sayso.example/ledger\n5\nf6wr2BfHB8DCbg+28j1a5xsvjQ5vxQVBuEeGKPIA9l4=\n\n— sayso.example/ledger iy9M\n"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_media(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> SigningIdentity:
    return SigningIdentity.open_or_create(tmp_path_factory.mktemp("keys") / "signer", clock=now)


def spec_for(media_type: str, **changes: object) -> ManifestSpec:
    values: dict[str, object] = {
        "media_type": media_type,
        "created_at": now(),
        "digital_source_type": GENERATED,
        "ingredients": (
            Ingredient(key="photo", title="reference picture", media_type="image/png"),
            Ingredient(key="voice", title="reference voice", media_type="audio/wav"),
            Ingredient(
                key="model",
                title="generative models",
                media_type="application/octet-stream",
                data_types=("c2pa.types.generator", "c2pa.types.model.onnx"),
            ),
        ),
        "actions": (
            Action(name="c2pa.dubbed", digital_source_type=GENERATED),
            Action(
                name="c2pa.translated",
                digital_source_type=GENERATED,
                parameters=(("sourceLanguage", "en"), ("targetLanguage", "fr")),
            ),
            Action(name="c2pa.edited", digital_source_type=GENERATED, description="visible AI label"),
        ),
        "consent": ConsentClaim(
            take_id="take-1",
            public_hash="ab" * 32,
            checkpoint=CHECKPOINT,
            subject_class="replica",
            assurance="contract",
        ),
        "disclosure": DisclosureClaim(
            market="FR", channel="web", label_text="IA", label_box=(10, 20, 30, 40), notice_text=None
        ),
        "fingerprint": Fingerprint(kind="video", algorithm=ISCC, value="ISCC:KACYPXW445FTYNJ3"),
    }
    return ManifestSpec(**(values | changes))  # type: ignore[arg-type] # a case table's keyword arguments
