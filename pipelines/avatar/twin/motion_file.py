"""Keeps the motion of a twin's mouth between the steps of a take. Version 1; read back without pickle."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

import numpy as np

from pipelines.avatar.twin.speaking import TwinMotion
from pipelines.errors import InputInvalidError

VERSION: Final = 1


def write_twin_motion(motion: TwinMotion, path: Path) -> None:
    """Write a motion."""
    np.savez(
        path,
        allow_pickle=False,
        version=np.int32(VERSION),
        coefficients=motion.coefficients,
        pictures=motion.pictures,
        opening=motion.opening,
    )


def read_twin_motion(path: Path) -> TwinMotion:
    """Read a motion.

    Raises:
        InputInvalidError: the file is missing, damaged or of another version.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            version = int(held["version"])
            motion = TwinMotion(coefficients=held["coefficients"], pictures=held["pictures"], opening=held["opening"])
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as e:
        raise InputInvalidError(f"{path.name} holds no motion of a twin; run the animate step again") from e
    if version != VERSION:
        raise InputInvalidError(f"{path.name} is a motion of version {version}; run the animate step again")
    return motion
