"""The folder that MuseTalk's weights lie in: six files below the weights folder, each checked against the model card.

::

    musetalk-15/
        unet.pth                                    MuseTalk 1.5 as its authors give it (a pickle: see ``conversion``)
        musetalk.json                               how the UNet is built
        vae/config.json                             sd-vae-ft-mse
        vae/diffusion_pytorch_model.safetensors
        whisper/config.json                         whisper-tiny
        whisper/model.safetensors

Nobody has published hashes of ``unet.pth`` that we could check, so the card is made once, from the files that somebody
looked at: ``python -m bench.pin_musetalk FOLDER``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from pipelines.errors import WeightsError
from pipelines.faces.nets import WeightsFolder
from pipelines.weights.cards import Card

CARD_ID: Final = "musetalk-15"
UNET: Final = "unet.pth"
UNET_CONFIG: Final = "musetalk.json"
VAE_FILES: Final = ("vae/config.json", "vae/diffusion_pytorch_model.safetensors")
WHISPER_FILES: Final = ("whisper/config.json", "whisper/model.safetensors")
FILES: Final = (UNET, UNET_CONFIG, *VAE_FILES, *WHISPER_FILES)


class CardedWeights(WeightsFolder, Protocol):
    """A weights folder that knows its cards. ``pipelines.weights.WeightsStore`` is one."""

    def card(self, card_id: str) -> Card:
        """The card; raises ``WeightsError`` if there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MuseTalkFolder:
    """Checked files. ``vae`` and ``whisper`` are folders; ``unet_sha256`` is the card's."""

    unet: Path
    unet_sha256: str
    unet_config: Path
    vae: Path
    whisper: Path


def open_folder(weights: CardedWeights) -> MuseTalkFolder:
    """Find the six files; each has exactly the bytes that the card names.

    Raises:
        WeightsError: there is no card yet, or a file is absent, damaged or not on the card.
    """
    try:
        card = weights.card(CARD_ID)
    except WeightsError as e:
        raise WeightsError(
            f"MuseTalk has no model card yet; put its six files in a folder (docs/musetalk.md), run: python -m "
            f"bench.pin_musetalk FOLDER, and add what it prints to assets/weights.toml as {CARD_ID}"
        ) from e
    paths = {name: weights.path(CARD_ID, name) for name in FILES}
    sha256 = next(file.sha256 for file in card.files if file.name == UNET)
    return MuseTalkFolder(
        unet=paths[UNET],
        unet_sha256=sha256,
        unet_config=paths[UNET_CONFIG],
        vae=paths[VAE_FILES[0]].parent,
        whisper=paths[WHISPER_FILES[0]].parent,
    )
