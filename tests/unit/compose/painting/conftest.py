"""A painting model of real parts and random numbers, saved as diffusers saves them: some hundred kilobytes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.compose.painting.models import PaintModel, paint_model
from pipelines.speech.torchaudio_loading import load_torchaudio

TEMPLATE = "{% for message in messages %}<|im_start|>{{ message['content'] }}<|im_end|>{% endfor %}"


@dataclass(frozen=True)
class OneFolder:
    """Every card lies in one folder and names whatever is there."""

    root: Path

    def folder(self, card_id: str) -> Path:
        return self.root

    def card(self, card_id: str) -> SimpleNamespace:
        return SimpleNamespace(files=[SimpleNamespace(name=name) for name in names(self.root)])


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.fixture(scope="session")
def tiny_model() -> PaintModel:
    return replace(
        paint_model("z-image-turbo"), options=(("num_inference_steps", 2), ("guidance_scale", 0.0)), pixels=64 * 64
    )


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("z-image")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_torchaudio()
        _save(folder)
    return folder


def _save(folder: Path) -> None:
    import torch
    from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, ZImagePipeline, ZImageTransformer2DModel
    from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3Model

    torch.manual_seed(0)
    letters = {chr(code): index for index, code in enumerate([*range(33, 127), 0x120])}
    tokenizer = Qwen2Tokenizer(vocab={**letters, "<|endoftext|>": len(letters)}, merges=[])
    tokenizer.chat_template = TEMPLATE
    ZImagePipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=AutoencoderKL(
            in_channels=3,
            out_channels=3,
            down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
            up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
            block_out_channels=(16, 16),
            layers_per_block=1,
            latent_channels=16,
            norm_num_groups=8,
            scaling_factor=0.36,
            shift_factor=0.11,
            use_quant_conv=False,
            use_post_quant_conv=False,
        ),
        text_encoder=Qwen3Model(
            Qwen3Config(
                vocab_size=len(letters) + 8,
                hidden_size=16,
                intermediate_size=32,
                num_hidden_layers=2,
                num_attention_heads=2,
                num_key_value_heads=2,
                head_dim=8,
                max_position_embeddings=512,
            )
        ),
        tokenizer=tokenizer,
        transformer=ZImageTransformer2DModel(
            in_channels=16,
            dim=32,
            n_layers=2,
            n_refiner_layers=1,
            n_heads=2,
            n_kv_heads=2,
            cap_feat_dim=16,
            axes_dims=[8, 4, 4],
            axes_lens=[1024, 64, 64],
        ),
    ).save_pretrained(folder, safe_serialization=True)
