"""What a MuseTalk frame costs, with nets of the real size and random numbers: ``python -m bench.musetalk``.

Random numbers cost what trained ones cost. What is measured is a frame's way through the nets, from the cropped face to
the painted one, on footage (every frame encoded anew) and on a still portrait (encoded once); finding landmarks and
laying the mouth back are not in it.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import Any, Final

import numpy as np
import torch

from pipelines.avatar.musetalk.hearing import TOKENS
from pipelines.avatar.musetalk.importing import libraries, quietly
from pipelines.avatar.musetalk.inpainting import SIZE, Inpainter
from pipelines.avatar.musetalk.loading import WIDTH, Nets, device_of, dtype_of, ready

# The UNet of Stable Diffusion 1.4 with eight channels in and attention to 384 numbers, as musetalk.json has it.
UNET: Final[dict[str, Any]] = {
    "sample_size": 64,
    "in_channels": 8,
    "out_channels": 4,
    "block_out_channels": (320, 640, 1280, 1280),
    "layers_per_block": 2,
    "attention_head_dim": 8,
    "cross_attention_dim": WIDTH,
}
VAE: Final[dict[str, Any]] = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 2,
    "latent_channels": 4,
    "sample_size": 256,
}
WHISPER: Final[dict[str, Any]] = {
    "d_model": WIDTH,
    "encoder_layers": 4,
    "encoder_attention_heads": 6,
    "encoder_ffn_dim": 1536,
    "decoder_layers": 1,  # only the encoder is asked
    "decoder_attention_heads": 6,
    "decoder_ffn_dim": 16,
    "num_mel_bins": 80,
}


def full_size(device: torch.device, dtype: torch.dtype) -> Nets:
    """Nets as large as the published ones, with random numbers."""
    found = libraries()
    with quietly():
        from transformers import WhisperConfig  # noqa: PLC0415 -- heavy

        torch.manual_seed(0)
        return ready(
            unet=found.unet(**UNET),
            vae=found.vae(**VAE),
            hearer=found.whisper(WhisperConfig(**WHISPER)).encoder,
            device=device,
            dtype=dtype,
        )


def seconds_a_frame(nets: Nets, *, batch: int, batches: int, still: bool) -> float:
    """The median over batches, after one that warms up: on a processor its own seconds, whatever else it does."""
    clock = time.process_time if nets.device.type == "cpu" else time.perf_counter
    rng = np.random.default_rng(0)
    painter = Inpainter(nets)
    windows = rng.standard_normal((batch, TOKENS, WIDTH)).astype(np.float32)
    spent = []
    face = rng.integers(0, 256, (1, SIZE, SIZE, 3), dtype=np.uint8)
    for _ in range(batches + 1):
        faces = (
            np.repeat(face, batch, axis=0) if still else rng.integers(0, 256, (batch, SIZE, SIZE, 3), dtype=np.uint8)
        )
        start = clock()
        painter.faces(faces, windows)  # its answer is on the processor, so the device has finished
        spent.append((clock() - start) / batch)
    return float(np.median(spent[1:]))


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", help="cpu or cuda; CUDA where there is one, if not given")
    parser.add_argument("--threads", type=int, default=1, help="of the processor")
    parser.add_argument("--batch", type=int, default=2, help="frames at a time")
    parser.add_argument("--batches", type=int, default=3)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    device = device_of(asked.device)
    nets = full_size(device, dtype_of(device))
    size = sum(p.numel() for net in (nets.unet, nets.vae, nets.hearer) for p in net.parameters())
    print(
        f"{size / 1e6:.0f} million numbers, {nets.dtype} on {device}, {asked.threads} threads, batches of {asked.batch}"
    )
    for name, still in (("footage", False), ("still portrait", True)):
        cost = seconds_a_frame(nets, batch=asked.batch, batches=asked.batches, still=still)
        print(f"{name}: {cost:.3f} s a frame, {1 / cost:.2f} frames a second")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB of the process")
    if device.type == "cuda":
        print(f"peak memory: {torch.cuda.max_memory_allocated() / 1e9:.1f} GB of the device")


if __name__ == "__main__":
    main()
