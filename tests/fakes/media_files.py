"""Tiny real files of every format that can be signed, made by the ffmpeg that the encoder ships with."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg

_PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2")
_SOUND = ("-f", "lavfi", "-i", "sine=440:d=2")
MEDIA_TYPES = {
    "film.mp4": "video/mp4",
    "sound.wav": "audio/wav",
    "sound.mp3": "audio/mpeg",
    "still.png": "image/png",
    "still.jpg": "image/jpeg",
}
_RECIPES = {
    "film.mp4": (
        *_PICTURE,
        *_SOUND,
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-movflags",
        "+faststart",
    ),
    "sound.wav": _SOUND,
    "sound.mp3": (*_SOUND, "-b:a", "64k"),
    "still.png": (*_PICTURE, "-frames:v", "1", "-update", "1"),
    "still.jpg": (*_PICTURE, "-frames:v", "1", "-update", "1"),
}


def ffmpeg(*arguments: str | Path) -> None:
    """Run the pinned ffmpeg as a stranger would run his own."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", "-threads", "1", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def make_media(folder: Path) -> dict[str, Path]:
    """Make one file of each format."""
    for name, recipe in _RECIPES.items():
        ffmpeg(*recipe, folder / name)
    return {name: folder / name for name in _RECIPES}
