"""Keeps a motion track between the steps of a take. Version 1; read back without pickle."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import numpy as np

from pipelines.errors import InputInvalidError
from pipelines.media import Float32Array, MotionTrack

_SPEC_VERSION = 1
_CURVES = tuple(field.name for field in fields(MotionTrack) if field.name != "fps")


def write_motion(motion: MotionTrack, path: Path) -> None:
    """Write a track; the file appears whole or not at all."""
    curves = {name: np.asarray(getattr(motion, name), dtype=np.float32) for name in _CURVES}
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        np.savez_compressed(
            file, allow_pickle=False, spec_version=np.int32(_SPEC_VERSION), fps=np.int32(motion.fps), **curves
        )
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_motion(path: Path) -> MotionTrack:
    """Read a track.

    Raises:
        InputInvalidError: the file is missing, damaged or of another version.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            version, fps = int(stored["spec_version"]), int(stored["fps"])
            curves: dict[str, Float32Array] = {name: stored[name].astype(np.float32) for name in _CURVES}
    except (OSError, KeyError, ValueError, EOFError) as e:
        raise InputInvalidError(f"{path} is not a motion track; run the animate step again") from e
    lengths = {len(curve) for curve in curves.values()}
    if version != _SPEC_VERSION or fps <= 0 or len(lengths) != 1:
        raise InputInvalidError(f"{path} is a motion track of version {version}; run the animate step again")
    return MotionTrack(fps=fps, **curves)
