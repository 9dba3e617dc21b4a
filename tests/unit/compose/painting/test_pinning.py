"""A card is made of bytes that somebody has, and brings them back exactly."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bench.pin_diffusers import card_text
from pipelines.compose.painting.models import PaintModel
from pipelines.compose.painting.painter import Painter
from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import ByteArray
from pipelines.weights.cards import WebSource
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

REVISION = "0123456789abcdef0123456789abcdef01234567"


class Anything:
    def require_nobody(self, rgb: ByteArray) -> None:
        assert rgb.dtype == np.uint8


@pytest.fixture
def snapshot(tiny_folder: Path, tmp_path: Path) -> Path:
    """What the hub's client leaves: the model, and things beside it."""
    folder = tmp_path / "snapshot"
    shutil.copytree(tiny_folder, folder)
    (folder / "README.md").write_text("a model")
    (folder / "assets").mkdir()
    (folder / "assets" / "showcase.jpg").write_bytes(b"a picture")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "refs.json").write_text("{}")
    return folder


def test_painter_paints_from_a_store_with_the_new_card(tiny_model: PaintModel, snapshot: Path, tmp_path: Path) -> None:
    catalogue = tmp_path / "weights.toml"
    catalogue.write_text("version = 1\n\n" + card_text(tiny_model, snapshot, revision=REVISION))
    cards = load_cards(catalogue)
    card = cards["z-image-turbo"]
    (source,) = card.sources
    assert isinstance(source, WebSource)
    assert dict(source.urls)["vae/config.json"] == (
        f"https://huggingface.co/Tongyi-MAI/Z-Image-Turbo/resolve/{REVISION}/vae/config.json"
    )
    assert {"model_index.json", "tokenizer/tokenizer.json"} <= {file.name for file in card.files}
    assert not {"README.md", "assets/showcase.jpg", ".cache/refs.json"} & {file.name for file in card.files}

    root = tmp_path / "weights"
    for file in card.files:
        place = root / card.id / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(snapshot / file.name, place)
    store = WeightsStore(root, cards)
    painted = Painter(tiny_model, store, Anything()).paint("a quiet beach at dusk", width=96, height=64, seed=1)
    assert painted.shape == (64, 96, 3)

    stray = root / card.id / "tokenizer" / "added_tokens.json"
    stray.write_text("{}")
    with pytest.raises(WeightsError, match=r"added_tokens\.json lies among the weights"):
        Painter(tiny_model, store, Anything()).paint("a quiet beach at dusk", width=64, height=64, seed=1)
    stray.unlink()

    numbers = root / card.id / "vae" / "diffusion_pytorch_model.safetensors"
    numbers.write_bytes(numbers.read_bytes()[:-1] + b"\x01")
    with pytest.raises(WeightsError, match="sayso models pull z-image-turbo"):
        Painter(tiny_model, WeightsStore(root, cards), Anything()).paint(
            "a quiet beach at dusk", width=64, height=64, seed=1
        )


def test_branch_is_no_revision(tiny_model: PaintModel, snapshot: Path) -> None:
    with pytest.raises(InputInvalidError, match="'main' is no commit"):
        card_text(tiny_model, snapshot, revision="main")


def test_folder_without_an_index_is_no_snapshot(tiny_model: PaintModel, tmp_path: Path) -> None:
    with pytest.raises(InputInvalidError, match="one snapshot"):
        card_text(tiny_model, tmp_path, revision=REVISION)


def test_snapshot_that_asks_for_code_gets_no_card(tiny_model: PaintModel, snapshot: Path) -> None:
    (snapshot / "transformer" / "config.json").write_text('{"auto_map": {"AutoModel": "evil.Model"}}')
    with pytest.raises(WeightsError, match="code of its own"):
        card_text(tiny_model, snapshot, revision=REVISION)
