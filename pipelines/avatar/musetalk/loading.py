"""The three nets of MuseTalk, built from a checked folder: UNet, VAE and Whisper-tiny's encoder.

Their shapes are checked before their weights are read, so that a folder of another model is refused in one sentence.
Source: Zhang et al. 2024, https://arxiv.org/abs/2410.10122, and musetalk/models/{unet,vae}.py of TMElyralab/MuseTalk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open

from pipelines.avatar.musetalk.conversion import converted
from pipelines.avatar.musetalk.folder import MuseTalkFolder
from pipelines.avatar.musetalk.importing import libraries, quietly
from pipelines.errors import InputInvalidError, WeightsError

WIDTH: Final = 384  # of Whisper-tiny
HIDDEN_STATES: Final = 5  # its input embedding and four layers
LATENT_CHANNELS: Final = 4
VAE_SHRINKS: Final = 8  # times, each way
_UNET_NEEDS: Final = {
    "in_channels": 2 * LATENT_CHANNELS,  # the masked face beside the whole one
    "out_channels": LATENT_CHANNELS,
    "cross_attention_dim": WIDTH,
}
_CONFIG_BYTES_MAX: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Nets:
    """Ready to run, without gradients. ``hearer`` stays in float32: it is small, and runs once per speech."""

    unet: Any
    vae: Any
    hearer: Any
    device: torch.device
    dtype: torch.dtype


def device_of(name: str | None) -> torch.device:
    """The device with this name ("cpu", "cuda", "cuda:1"); the first CUDA device, else the processor, for None.

    Raises:
        InputInvalidError: CUDA was asked for and torch sees none.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as e:
        raise InputInvalidError(f"there is no device {name!r}; give cpu, cuda or cuda:0") from e
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise InputInvalidError(
            f"{name} was asked for and torch sees {torch.cuda.device_count()} CUDA devices; give cpu, or install the "
            "CUDA build of torch"
        )
    return device


def dtype_of(device: torch.device) -> torch.dtype:
    """Half precision on CUDA, as the authors run it; full precision on a processor, which is slow at halves."""
    return torch.float16 if device.type == "cuda" else torch.float32


def open_nets(folder: MuseTalkFolder, *, device: torch.device, dtype: torch.dtype | None = None) -> Nets:
    """Build the nets and put them on the device.

    Args:
        folder: checked files.
        device: where they run.
        dtype: of UNet and VAE; ``dtype_of(device)`` for None.

    Raises:
        WeightsError: a config is for another net, or the weights do not fit it.
    """
    dtype = dtype or dtype_of(device)
    with quietly():
        return ready(
            unet=_unet(folder, device=device, dtype=dtype),
            vae=_vae(folder.vae, dtype=dtype),
            hearer=_hearer(folder.whisper),
            device=device,
            dtype=dtype,
        )


def ready(*, unet: Any, vae: Any, hearer: Any, device: torch.device, dtype: torch.dtype) -> Nets:  # noqa: ANN401 -- diffusers and transformers have no types
    """Nets on their device, in their precision, for inference only."""
    for net in (unet, vae):
        net.to(device=device, dtype=dtype).eval().requires_grad_(requires_grad=False)
    hearer.to(device=device, dtype=torch.float32).eval().requires_grad_(requires_grad=False)
    return Nets(unet=unet, vae=vae, hearer=hearer, device=device, dtype=dtype)


def _unet(folder: MuseTalkFolder, *, device: torch.device, dtype: torch.dtype) -> Any:  # noqa: ANN401 -- diffusers has no types
    config = {key: value for key, value in _config(folder.unet_config).items() if not key.startswith("_")}
    _require(config, _UNET_NEEDS, name=folder.unet_config.name)
    try:
        with torch.device("meta"):  # nothing is allocated and nothing drawn at random: the file brings every number
            unet = libraries().unet(**config)
    except (TypeError, ValueError, RuntimeError, AttributeError) as e:
        raise WeightsError(f"{folder.unet_config} does not describe a UNet that diffusers can build: {e}") from e
    wanted = {name: tensor.shape for name, tensor in unet.state_dict().items()}
    try:
        with safe_open(converted(folder), framework="pt") as held:
            found = {name: torch.Size(held.get_slice(name).get_shape()) for name in held.keys()}  # noqa: SIM118 -- no dict
            _require_same(wanted, found, name=folder.unet.name)
            # One tensor at a time: two copies of a net of 3.4 GB would be twice the memory.
            state = {name: held.get_tensor(name).to(device=device, dtype=dtype) for name in found}
    except SafetensorError as e:
        raise WeightsError(f"the copy of {folder.unet} cannot be read ({e}); delete it, it will be made again") from e
    unet.load_state_dict(state, strict=True, assign=True)
    return unet


def _vae(folder: Path, *, dtype: torch.dtype) -> Any:  # noqa: ANN401 -- diffusers has no types
    config = _config(folder / "config.json")
    _require(config, {"latent_channels": LATENT_CHANNELS}, name="vae/config.json")
    shrinks = 2 ** (len(config.get("block_out_channels", ())) - 1)
    if shrinks != VAE_SHRINKS:
        raise WeightsError(f"the VAE shrinks pictures {shrinks} times and MuseTalk needs {VAE_SHRINKS}: sd-vae-ft-mse")
    try:
        vae, info = libraries().vae.from_pretrained(
            str(folder),
            local_files_only=True,
            use_safetensors=True,
            low_cpu_mem_usage=False,
            output_loading_info=True,
            torch_dtype=dtype,
        )
    except (OSError, ValueError, RuntimeError, TypeError, SafetensorError) as e:
        raise WeightsError(f"{folder} is not a VAE that can be loaded ({_first_line(e)}); take sd-vae-ft-mse") from e
    _require_whole(info, name="vae")
    return vae


def _hearer(folder: Path) -> Any:  # noqa: ANN401 -- transformers has no types
    config = _config(folder / "config.json")
    _require(config, {"d_model": WIDTH, "encoder_layers": HIDDEN_STATES - 1}, name="whisper/config.json")
    try:
        whisper, info = libraries().whisper.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True, output_loading_info=True, dtype=torch.float32
        )
    except (OSError, ValueError, RuntimeError, TypeError, SafetensorError) as e:
        raise WeightsError(f"{folder} is no Whisper that can be loaded ({_first_line(e)}); take whisper-tiny") from e
    _require_whole(info, name="whisper")
    return whisper.encoder


def _config(path: Path) -> Mapping[str, Any]:
    if path.stat().st_size > _CONFIG_BYTES_MAX:
        raise WeightsError(f"{path} has {path.stat().st_size} bytes and a config {_CONFIG_BYTES_MAX} at most")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as e:
        raise WeightsError(f"{path} is no JSON ({e}); run: sayso models verify") from e
    if not isinstance(config, dict):
        raise WeightsError(f"{path} is no JSON object; run: sayso models verify")
    return config


def _require(config: Mapping[str, Any], needs: Mapping[str, int], *, name: str) -> None:
    for key, needed in needs.items():
        if config.get(key) != needed:
            raise WeightsError(
                f"{name} says {key} = {config.get(key)!r} and MuseTalk 1.5 has {needed}; check the folder"
            )


def _require_same(wanted: Mapping[str, torch.Size], found: Mapping[str, torch.Size], *, name: str) -> None:
    for key in sorted(set(wanted) | set(found)):
        if key not in found:
            raise WeightsError(f"{name} has no tensor {key}, which musetalk.json asks for; the two belong together")
        if key not in wanted:
            raise WeightsError(
                f"{name} has a tensor {key} that musetalk.json does not ask for; the two belong together"
            )
        if wanted[key] != found[key]:
            raise WeightsError(
                f"{name}: {key} is {tuple(found[key])} and musetalk.json asks for {tuple(wanted[key])}; "
                "the two belong together"
            )


def _require_whole(info: Mapping[str, Any], *, name: str) -> None:
    """Both libraries only warn of a missing tensor, and fill it with random numbers."""
    for key in ("missing_keys", "mismatched_keys"):
        if info.get(key):
            raise WeightsError(f"{name}: the weights lack {min(map(str, info[key]))}, which its config asks for")


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0][:200]
