"""Marks, drawn: the demo's fictional brand "Northlight", and Sayso's own sign (a speech bubble that holds a tick).

``python -m pipelines.avatar.illustration.marks --font NotoSans.ttf --assets assets`` draws them all again.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipelines.avatar.illustration.curves import Points
from pipelines.avatar.illustration.gallery import png_bytes
from pipelines.media import ByteArray, Float32Array

_OVERSAMPLING = 4
_AMBER, _WHITE, _NAVY = (233, 162, 59), (255, 255, 255), (23, 50, 77)
_GREEN, _AMBER = (14, 99, 82), (233, 162, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One flat shape: a closed outline in picture coordinates, and its colour."""

    outline: Points
    colour: tuple[int, int, int]


def _circle(x: float, y: float, radius: float, start: float = 0.0, stop: float = 360.0) -> Points:
    angle = np.radians(np.linspace(start, stop, 181))
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def paint(pieces: list[Piece], width: int, height: int) -> ByteArray:
    """(height, width, 4) RGBA of shapes laid over each other, with smooth edges and straight alpha."""
    size = (width * _OVERSAMPLING, height * _OVERSAMPLING)
    rgb: Float32Array = np.zeros((height, width, 3), np.float32)
    alpha: Float32Array = np.zeros((height, width), np.float32)
    for piece in pieces:
        cover = np.zeros(size[::-1], np.uint8)
        fixed = ((piece.outline * _OVERSAMPLING - 0.5) * 16).round().astype(np.int32)
        cv2.fillPoly(cover, [fixed], 255, cv2.LINE_AA, 4)
        share = np.asarray(cv2.resize(cover, (width, height), interpolation=cv2.INTER_AREA), np.float32) / np.float32(
            255
        )
        rgb = rgb * (1 - share[..., None]) + np.array(piece.colour, np.float32) * share[..., None]
        alpha = alpha * (1 - share) + share
    straight = np.where(alpha[..., None] > 0, rgb / np.maximum(alpha, 1e-6)[..., None], np.array(pieces[0].colour))
    return np.dstack([np.round(np.clip(straight, 0, 255)), np.round(alpha * 255)]).astype(np.uint8)


def northlight_mark(size: int) -> ByteArray:
    """A four-pointed north star that rises out of a cup's half circle."""
    s = size / 100
    star = [(50, 2), (57, 33), (84, 40), (57, 47), (50, 64), (43, 47), (16, 40), (43, 33)]
    cup = np.r_[_circle(50, 56, 40, 0, 180), _circle(50, 56, 30, 180, 0)]
    bar = np.array([(10, 56), (20, 56), (20, 56.5), (10, 56.5)])
    return paint(
        [
            Piece(outline=cup * s, colour=_AMBER),
            Piece(outline=np.array(star) * s, colour=_AMBER),
            Piece(outline=bar * s, colour=_AMBER),
        ],
        size,
        size,
    )


def northlight_logo(font: Path, *, ink: tuple[int, int, int]) -> ByteArray:
    """Mark and wordmark side by side on a clear ground."""
    face = ImageFont.truetype(str(font), 150)
    axes = _axes(face)
    if axes:
        face.set_variation_by_axes(axes)
    mark = Image.fromarray(northlight_mark(200))
    left, top, right, bottom = face.getbbox("Northlight")
    picture = Image.new("RGBA", (round(200 + 44 + right - left + 8), 200), (*ink, 0))
    picture.paste(mark, (0, 0))
    words = Image.new("RGBA", picture.size, (*ink, 0))
    ImageDraw.Draw(words).text((244 - left, 104 - (top + bottom) / 2), "Northlight", font=face, fill=(*ink, 255))
    return np.asarray(Image.alpha_composite(picture, words), np.uint8)


def _axes(face: ImageFont.FreeTypeFont) -> list[float]:
    """A semi-bold setting for each axis of a variable font; empty for a static one."""
    try:
        axes = face.get_variation_axes()
    except OSError:
        return []
    return [600.0 if axis["name"] == b"Weight" else float(axis["default"] or 0) for axis in axes]


def sayso_mark(size: int) -> ByteArray:
    """Sayso's sign: the same shapes as ``sayso-mark.svg``."""
    s = size / 64
    bubble = _circle(32, 29, 25)
    tail = np.array([(14.0, 42.0), (9.5, 60.0), (30.0, 52.0)])
    return paint(
        [
            Piece(outline=bubble * s, colour=_GREEN),
            Piece(outline=tail * s, colour=_GREEN),
            *(
                Piece(outline=part * s, colour=_WHITE)
                for part in _tick(np.array([(21, 29.5), (28.5, 37), (43.5, 21)]), 3.0)
            ),
            Piece(outline=_circle(52, 49, 6.5) * s, colour=_AMBER),
        ],
        size,
        size,
    )


def _tick(corners: Points, radius: float) -> list[Points]:
    """A tick with round ends, as two bars and three discs."""
    parts = [_circle(float(x), float(y), radius) for x, y in corners]
    for start, end in pairwise(corners):
        way = (end - start) / np.linalg.norm(end - start)
        normal = np.array([-way[1], way[0]]) * radius
        parts.append(np.array([start + normal, end + normal, end - normal, start - normal]))
    return parts


def main(arguments: list[str] | None = None) -> int:
    """Draw every mark into an assets folder."""
    parser = argparse.ArgumentParser(description="Draw the demo brand's logo and Sayso's mark.")
    parser.add_argument("--font", type=Path, required=True, help="Noto Sans, regular or variable (sayso models path)")
    parser.add_argument("--assets", type=Path, required=True, help="the assets folder")
    chosen = parser.parse_args(arguments)
    pictures = {
        "demo/logo.png": northlight_logo(chosen.font, ink=_WHITE),
        "demo/logo-on-light.png": northlight_logo(chosen.font, ink=_NAVY),
        "brand/sayso-mark.png": sayso_mark(512),
    }
    for name, picture in pictures.items():
        path = chosen.assets / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png_bytes(picture, title="Mark"))
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
