"""Make the model card of MuseTalk 1.5 from a folder with its six files: ``python -m bench.pin_musetalk FOLDER``.

Look at what it prints and put it at the end of ``assets/weights.toml``. From then on the engine opens those bytes and
no others: either put the folder below the weights folder as ``musetalk-15``, or let ``sayso models pull musetalk-15``
bring the files from their addresses, which the hashes pin. Nothing is opened here, only hashed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from pipelines.avatar.musetalk.folder import CARD_ID, FILES, UNET, UNET_CONFIG, VAE_FILES, WHISPER_FILES
from pipelines.errors import InputInvalidError
from pipelines.weights.receiving import sha256_of

_HUB: Final = "https://huggingface.co"
# Where each file is published, for people whose machine reaches it.
ADDRESSES: Final = (
    ((UNET, UNET_CONFIG), f"{_HUB}/TMElyralab/MuseTalk/resolve/main/musetalkV15/{{name}}"),
    (VAE_FILES[:1], f"{_HUB}/stabilityai/sd-vae-ft-mse/resolve/main/config.json"),
    (VAE_FILES[1:], f"{_HUB}/stabilityai/sd-vae-ft-mse/resolve/main/diffusion_pytorch_model.safetensors"),
    (WHISPER_FILES[:1], f"{_HUB}/openai/whisper-tiny/resolve/main/config.json"),
    (WHISPER_FILES[1:], f"{_HUB}/openai/whisper-tiny/resolve/main/model.safetensors"),
)
# The authors' script brings pickles of the VAE and of Whisper; their publishers have safetensors of the same numbers.
_PICKLES: Final = {
    VAE_FILES[1]: ("vae/diffusion_pytorch_model.bin", "stabilityai/sd-vae-ft-mse"),
    WHISPER_FILES[1]: ("whisper/pytorch_model.bin", "openai/whisper-tiny"),
}
_COMMERCIAL: Final = (
    "MuseTalk: code MIT, 'The trained model are available for any purpose, even commercially' (README of "
    "https://github.com/TMElyralab/MuseTalk, Disclaimer/License); sd-vae-ft-mse: MIT "
    "(https://huggingface.co/stabilityai/sd-vae-ft-mse); Whisper: MIT (https://github.com/openai/whisper, LICENSE)"
)
_NOTES: Final = (
    "unet.pth is a pickle: opened once with weights_only, then kept as safetensors. Trained on HDTF among others, as "
    "its authors say."
)


def card_text(folder: Path) -> str:
    """The card of a folder, as it stands in ``assets/weights.toml``.

    Raises:
        InputInvalidError: a file is absent; says which, and where it is published.
    """
    for name in FILES:
        if not (folder / name).is_file():
            raise InputInvalidError(_absent(folder, name))
    files = [(name, (folder / name).stat().st_size, sha256_of(folder / name)) for name in FILES]
    lines = [
        "[[card]]", f'id = "{CARD_ID}"', 'title = "MuseTalk 1.5, with sd-vae-ft-mse and whisper-tiny"',
        'kind = "avatar"',
        "default = false", 'licence = "MIT"', "commercial_use = true", f'commercial_source = "{_COMMERCIAL}"',
        'languages = ["mul"]', 'hardware = "CUDA GPU (not measured); on CPU 11 to 17 s a frame and 4.6 GB of memory"',
        f'notes = "{_NOTES}"',
        "files = [",
        *(f'    {{ name = "{name}", bytes = {size:_}, sha256 = "{sha256}" }},' for name, size, sha256 in files),
        "]",
    ]  # fmt: skip
    for names, address in ADDRESSES:
        only = ", ".join(f'"{name}"' for name in names)
        lines += ["", "[[card.sources]]", 'kind = "url"', f"only = [{only}]", f'url = "{address}"']
    return "\n".join(lines) + "\n"


def _absent(folder: Path, name: str) -> str:
    pickled, publisher = _PICKLES.get(name, ("", ""))
    if pickled and (folder / pickled).is_file():
        return (
            f"{folder} has {pickled}, which is a pickle, and {name} is needed; take it from {publisher}, whose numbers "
            "are the same"
        )
    address = next(address for names, address in ADDRESSES if name in names).replace("{name}", name)
    return f"{folder} has no {name}; it is published at {address}"


def main() -> None:
    """Hash, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a folder with the six files of docs/musetalk.md")
    print(card_text(parser.parse_args().folder))


if __name__ == "__main__":
    main()
