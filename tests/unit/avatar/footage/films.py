"""Films made on the spot by the ffmpeg that travels with imageio-ffmpeg."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg; what it says goes into the error."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr


def film(
    path: Path,
    *changes: str,
    pictures: str = "testsrc2=s=320x240:r=25",
    sound: str = "sine=440:r=48000",
    seconds: float = 6.0,
) -> Path:
    """A film of a lavfi source; ``changes`` are output options and win over the usual ones."""
    usual = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac"]
    given = ["-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sound, "-t", str(seconds)]
    ffmpeg(*given, *usual, *changes, str(path))
    return path
