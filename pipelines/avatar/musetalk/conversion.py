"""``unet.pth`` is a pickle; it is opened once, as tensors only, and kept as safetensors beside it.

A note says which source the copy was made of and which bytes it has. A copy of another source, or with other bytes, is
made again. Hashing the copy at each opening costs about two seconds per gigabyte.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors.torch import save_file

from pipelines.avatar.musetalk.folder import MuseTalkFolder
from pipelines.errors import WeightsError
from pipelines.weights.receiving import sha256_of

COPY: Final = "unet.safetensors"
NOTE: Final = "unet.safetensors.json"


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = 1
    source_sha256: str
    sha256: str


def converted(folder: MuseTalkFolder) -> Path:
    """The UNet's tensors as safetensors; made at the first call, in the source's own precision.

    Raises:
        WeightsError: the source holds something else than tensors, or the folder cannot be written.
    """
    copy, note = folder.unet.with_name(COPY), folder.unet.with_name(NOTE)
    if _is_copy(copy, note, source_sha256=folder.unet_sha256):
        return copy
    tensors = _tensors(folder.unet)
    try:
        handle, made = tempfile.mkstemp(dir=copy.parent, prefix=f".{COPY}-")
        os.close(handle)
        try:
            save_file(tensors, made, metadata={"format": "pt"})
            written = _Note(source_sha256=folder.unet_sha256, sha256=sha256_of(Path(made)))
            Path(made).replace(copy)
        finally:
            Path(made).unlink(missing_ok=True)
        note.write_text(written.model_dump_json(), encoding="utf-8")
    except OSError as e:
        raise WeightsError(
            f"{copy} cannot be written ({e.strerror or e}); give this user the right to write there, and room for "
            f"{folder.unet.stat().st_size / 1e9:.1f} GB"
        ) from e
    return copy


def _is_copy(copy: Path, note: Path, *, source_sha256: str) -> bool:
    try:
        said = _Note.model_validate_json(note.read_bytes())
        return said.version == 1 and said.source_sha256 == source_sha256 and said.sha256 == sha256_of(copy)
    except (OSError, ValidationError):  # absent, or of another version: it is made again
        return False


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as e:  # torch names a dozen types, one of them pickle's; none of them ran anything
        raise WeightsError(
            f"{path} does not hold plain tensors ({type(e).__name__}); take unet.pth of MuseTalk 1.5 from its authors"
        ) from e
    if not isinstance(state, dict) or not state or not all(isinstance(one, torch.Tensor) for one in state.values()):
        raise WeightsError(f"{path} holds no table of tensors; take unet.pth of MuseTalk 1.5 from its authors")
    return {str(name): tensor.contiguous().clone() for name, tensor in state.items()}
