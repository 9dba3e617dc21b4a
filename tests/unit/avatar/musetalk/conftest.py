"""MuseTalk's folder in small: the real formats, written by the real libraries, with random numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from bench.pin_musetalk import card_text
from pipelines.assets import ASSETS
from pipelines.avatar.musetalk.folder import CARD_ID
from pipelines.avatar.musetalk.importing import libraries
from pipelines.avatar.portrait import load_portrait
from pipelines.media import Portrait
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

UNET = {
    "sample_size": 32,
    "in_channels": 8,
    "out_channels": 4,
    "block_out_channels": [8, 16],
    "layers_per_block": 1,
    "norm_num_groups": 4,
    "attention_head_dim": 4,
    "cross_attention_dim": 384,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
}

Folder = Callable[[], Path]


def write_unet(folder: Path, config: dict[str, object] | None = None, *, seed: int = 0) -> None:
    """``unet.pth`` and ``musetalk.json`` as the authors' training saves them."""
    torch.manual_seed(seed)
    config = config or UNET
    torch.save(libraries().unet(**config).state_dict(), folder / "unet.pth")
    (folder / "musetalk.json").write_text(json.dumps({"_class_name": "UNet2DConditionModel", **config}))


def write_vae(folder: Path, *, blocks: int = 4, latents: int = 4) -> None:
    torch.manual_seed(1)
    vae = libraries().vae(
        block_out_channels=[8] * blocks,
        down_block_types=["DownEncoderBlock2D"] * blocks,
        up_block_types=["UpDecoderBlock2D"] * blocks,
        latent_channels=latents,
        norm_num_groups=4,
        sample_size=256,
    )
    vae.save_pretrained(folder / "vae")


def write_whisper(folder: Path, *, layers: int = 4) -> None:
    libraries()  # transformers may not import before it
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    torch.manual_seed(2)
    config = WhisperConfig(
        d_model=384, encoder_layers=layers, encoder_attention_heads=6, encoder_ffn_dim=16, decoder_layers=1,
        decoder_attention_heads=6, decoder_ffn_dim=16, vocab_size=64, num_mel_bins=80,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    )  # fmt: skip
    WhisperForConditionalGeneration(config).save_pretrained(folder / "whisper")


def store_of(root: Path) -> WeightsStore:
    """A weights folder whose card is made from ``root/musetalk-15`` as it lies now."""
    listed = root / "weights.toml"
    listed.write_text("version = 1\n\n" + card_text(root / CARD_ID), encoding="utf-8")
    return WeightsStore(root, load_cards(listed))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("musetalk") / CARD_ID
    folder.mkdir()
    write_unet(folder)
    write_vae(folder)
    write_whisper(folder)
    return folder


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A weights folder of the test's own, which it may spoil."""
    import shutil

    shutil.copytree(made, tmp_path / CARD_ID)
    return tmp_path


@pytest.fixture(scope="session")
def presenter() -> Portrait:
    return load_portrait(ASSETS / "demo" / "presenters" / "amara.png")
