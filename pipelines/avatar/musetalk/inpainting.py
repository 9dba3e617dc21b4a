"""One step of MuseTalk: faces and what is heard in, faces that say it out.

The face goes into the VAE twice, with its lower half black and whole; the eight channels go through the UNet at t = 0,
which attends to the sound; its four go back through the VAE. The latents are the means of what the VAE says, not
draws from it, as in the training: the same input gives the same output.
Source: musetalk/models/vae.py and scripts/inference.py of TMElyralab/MuseTalk.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from pipelines.avatar.musetalk.hearing import places
from pipelines.avatar.musetalk.loading import Nets
from pipelines.media import ByteArray, Float32Array

SIZE: Final = 256  # pixels, both ways


class Inpainter:
    """Paints mouths. Not for sharing between threads."""

    def __init__(self, nets: Nets) -> None:
        self._nets = nets
        self._places = torch.from_numpy(places()).to(nets.device)
        self._step = torch.zeros((), dtype=torch.long, device=nets.device)
        self._seen: tuple[ByteArray, torch.Tensor] | None = None

    def faces(self, faces: ByteArray, windows: Float32Array) -> ByteArray:
        """The same faces with new lower halves.

        Args:
            faces: (face, 256, 256, 3) uint8 RGB.
            windows: (face, 50, 384), what is heard in each frame.
        """
        nets = self._nets
        with torch.inference_mode():
            heard = torch.from_numpy(windows).to(nets.device) + self._places
            latents = torch.cat([self._latents(face) for face in faces])
            said = nets.unet(latents, self._step, encoder_hidden_states=heard.to(nets.dtype)).sample
            painted = nets.vae.decode(said / nets.vae.config.scaling_factor).sample
            values = ((painted.float() / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)
        return np.ascontiguousarray(values.permute(0, 2, 3, 1).cpu().numpy())

    def _latents(self, face: ByteArray) -> torch.Tensor:
        """(1, 8, 32, 32). A picture that stands still is encoded once."""
        if self._seen is not None and np.array_equal(self._seen[0], face):
            return self._seen[1]
        nets = self._nets
        whole = torch.from_numpy(np.ascontiguousarray(face)).to(nets.device).permute(2, 0, 1)
        whole = (whole.float() / 127.5 - 1).to(nets.dtype)
        masked = whole.clone()
        masked[:, SIZE // 2 :] = -1  # black
        coded = nets.vae.encode(torch.stack([masked, whole])).latent_dist.mode() * nets.vae.config.scaling_factor
        latents: torch.Tensor = coded.reshape(1, -1, *coded.shape[2:])
        self._seen = (face.copy(), latents)
        return latents
