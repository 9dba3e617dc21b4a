"""All modules of the net, filled with the published file's parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
from torch import nn

from pipelines.errors import InputInvalidError, WeightsError
from pipelines.voice.neural.decoder import Decoder
from pipelines.voice.neural.layers import Convolution, number_norms
from pipelines.voice.neural.parameters import read_parameters
from pipelines.voice.neural.prosody import ProsodyPredictor
from pipelines.voice.neural.text import PhonemeBert, TextEncoder

Precision = Literal["float32", "bfloat16"]

# Where our modules are called otherwise than the makers' (their ALBERT nests its one layer in groups of layers).
_RENAMED = {
    "bert.encoder.embedding_hidden_mapping_in.": "bert.widen.",
    "bert.encoder.albert_layer_groups.0.albert_layers.0.": "bert.layer.",
    "bert_encoder.": "bert.project.",
    "predictor.duration_proj.linear_layer.": "predictor.duration_proj.",
    "decoder.generator.stft.istft.stft.inverse_basis": "decoder.generator.inverse_basis",
}


def swift_precision() -> Precision:
    """Return the precision that is fastest on this CPU: bfloat16 where it has instructions for it."""
    has = torch.cpu.get_capabilities()
    return "bfloat16" if has.get("avx512_bf16") or has.get("amx_bf16") else "float32"


class KokoroModules(nn.Module):
    """All parameters of the net."""

    def __init__(self) -> None:
        super().__init__()
        self.bert = PhonemeBert()
        self.text_encoder = TextEncoder()
        self.predictor = ProsodyPredictor()
        self.decoder = Decoder()


def build(model: Path, *, device: torch.device, precision: Precision) -> KokoroModules:
    """Read the file and fill the modules, in evaluation mode; their parameters want no gradient until asked.

    Raises:
        InputInvalidError: The device is not there.
        WeightsError: The file is not Kokoro-82M.
    """
    if device.type == "cuda" and not torch.cuda.is_available():
        raise InputInvalidError("there is no CUDA device here; open the net with device='cpu'")
    modules = KokoroModules()
    wanted = modules.state_dict()
    found = {_renamed(name): value for name, value in read_parameters(model).items()}
    missing = [name for name, value in wanted.items() if name not in found or found[name].shape != value.shape]
    if missing:
        raise WeightsError(
            f"{model} lacks {len(missing)} parameters of Kokoro, {missing[0]} first; run `sayso models pull kokoro-82m`"
        )
    modules.load_state_dict({name: found[name] for name in wanted})
    number_norms(modules.decoder)
    modules.requires_grad_(requires_grad=False).eval().to(device)
    if precision == "bfloat16":
        for each in modules.decoder.modules():
            if isinstance(each, Convolution):
                each.lighten()
    return modules


def _renamed(name: str) -> str:
    for theirs, ours in _RENAMED.items():
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    return name
