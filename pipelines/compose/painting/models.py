"""The text-to-image models that may paint: how each is called, what it is made of, and what its licence is.

The makers' own model cards give the licences; those that allow commercial use without a further contract come first and
are the only ones here. A card needs the hashes of bytes that somebody fetched, so cards are made where a hub can be
reached: ``python -m bench.pin_diffusers NAME --folder SNAPSHOT --revision COMMIT``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipelines.errors import InputInvalidError

_SCHEDULER: Final = ("scheduler", ("diffusers", "FlowMatchEulerDiscreteScheduler"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintModel:
    """One model. ``pipeline`` is its diffusers class; ``components`` name every class that loading it may build.

    ``options`` are the arguments of its call: the steps and the guidance that its makers recommend. ``multiple`` is
    what both sides of a picture are multiples of, in pixels; ``pixels`` about how many it was trained to paint.
    """

    card_id: str
    title: str
    repo: str
    licence: str
    pipeline: str
    components: tuple[tuple[str, tuple[str, str]], ...]
    options: tuple[tuple[str, float], ...]
    multiple: int = 32
    pixels: int = 1 << 20


PAINT_MODELS: Final[tuple[PaintModel, ...]] = (
    PaintModel(
        card_id="z-image-turbo",
        title="Z-Image-Turbo (6 B)",
        repo="Tongyi-MAI/Z-Image-Turbo",
        licence="Apache-2.0",
        pipeline="ZImagePipeline",
        components=(
            _SCHEDULER,
            ("text_encoder", ("transformers", "Qwen3Model")),
            ("tokenizer", ("transformers", "Qwen2Tokenizer")),
            ("transformer", ("diffusers", "ZImageTransformer2DModel")),
            ("vae", ("diffusers", "AutoencoderKL")),
        ),
        options=(("num_inference_steps", 9), ("guidance_scale", 0.0)),
    ),
    PaintModel(
        card_id="qwen-image",
        title="Qwen-Image (20 B)",
        repo="Qwen/Qwen-Image",
        licence="Apache-2.0",
        pipeline="QwenImagePipeline",
        components=(
            _SCHEDULER,
            ("text_encoder", ("transformers", "Qwen2_5_VLForConditionalGeneration")),
            ("tokenizer", ("transformers", "Qwen2Tokenizer")),
            ("transformer", ("diffusers", "QwenImageTransformer2DModel")),
            ("vae", ("diffusers", "AutoencoderKLQwenImage")),
        ),
        options=(("num_inference_steps", 40), ("true_cfg_scale", 4.0)),
    ),
    PaintModel(
        card_id="flux1-schnell",
        title="FLUX.1 [schnell] (12 B)",
        repo="black-forest-labs/FLUX.1-schnell",
        licence="Apache-2.0",
        pipeline="FluxPipeline",
        components=(
            _SCHEDULER,
            ("text_encoder", ("transformers", "CLIPTextModel")),
            ("text_encoder_2", ("transformers", "T5EncoderModel")),
            ("tokenizer", ("transformers", "CLIPTokenizer")),
            ("tokenizer_2", ("transformers", "T5TokenizerFast")),
            ("transformer", ("diffusers", "FluxTransformer2DModel")),
            ("vae", ("diffusers", "AutoencoderKL")),
        ),
        options=(("num_inference_steps", 4), ("guidance_scale", 0.0), ("max_sequence_length", 256)),
    ),
)


def paint_model(card_id: str) -> PaintModel:
    """One model by its card's id; raises ``InputInvalidError`` if there is none."""
    for model in PAINT_MODELS:
        if model.card_id == card_id:
            return model
    known = ", ".join(model.card_id for model in PAINT_MODELS)
    raise InputInvalidError(f"no painting model is called {card_id}; there are: {known}")
