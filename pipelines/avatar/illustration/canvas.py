"""The drawing surface: a supersampled picture with premultiplied alpha, and masks that know their own small window.

Every brush works inside the window of its mask, so that a lash costs little and a whole portrait takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipelines.avatar.illustration.curves import Path2, Points, ribbon, spline
from pipelines.avatar.illustration.tone import Colour
from pipelines.media import ByteArray, Float32Array

_SUBPIXEL_BITS = 4  # OpenCV's fixed-point fraction: outlines are placed to 1/16 of a supersampled pixel


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Picture size and where the face sits in it.

    ``unit`` is the pixels of one u; ``centre`` is the point between the eyes.
    """

    width: int = 1200
    height: int = 1500
    unit: float = 296.0
    centre: tuple[float, float] = (600.0, 570.0)
    supersampling: int = 2

    def pixels(self, points: Path2) -> Points:
        """Picture coordinates (not supersampled) of points in u."""
        return np.asarray(points, np.float64) * self.unit + self.centre


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """Coverage in [0, 1], (height, width) float32.

    Its top-left corner lies at ``x``, ``y`` of the supersampled picture.
    """

    x: int
    y: int
    cover: Float32Array

    def times(self, other: Mask) -> Mask:
        """Where both are."""
        x0, y0 = max(self.x, other.x), max(self.y, other.y)
        x1 = max(x0, min(self.x + self.cover.shape[1], other.x + other.cover.shape[1]))
        y1 = max(y0, min(self.y + self.cover.shape[0], other.y + other.cover.shape[0]))
        own = self.cover[y0 - self.y : y1 - self.y, x0 - self.x : x1 - self.x]
        their = other.cover[y0 - other.y : y1 - other.y, x0 - other.x : x1 - other.x]
        return Mask(x=x0, y=y0, cover=own * their)

    def without(self, other: Mask) -> Mask:
        """Where this is and the other is not."""
        cover = self.cover.copy()
        both = self.times(other)
        rows = slice(both.y - self.y, both.y - self.y + both.cover.shape[0])
        columns = slice(both.x - self.x, both.x - self.x + both.cover.shape[1])
        cover[rows, columns] -= both.cover
        return Mask(x=self.x, y=self.y, cover=np.clip(cover, 0, 1))


class Canvas:
    """A picture under work. Colours are sRGB floats in [0, 1]; ``rgb`` is premultiplied by ``alpha``."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.scale = frame.unit * frame.supersampling
        self.shape = (frame.height * frame.supersampling, frame.width * frame.supersampling)
        self.rgb: Float32Array = np.zeros((*self.shape, 3), np.float32)
        self.alpha: Float32Array = np.zeros(self.shape, np.float32)

    @contextmanager
    def moved(self, x: float, y: float) -> Iterator[None]:
        """Draw everything inside the block shifted by x, y u."""
        frame = self.frame
        self.frame = replace(frame, centre=(frame.centre[0] + x * frame.unit, frame.centre[1] + y * frame.unit))
        try:
            yield
        finally:
            self.frame = frame

    # --- masks -------------------------------------------------------------------------------------------------------

    def to_pixels(self, points: Path2) -> Points:
        """Supersampled picture coordinates of points in u."""
        return self.frame.pixels(points) * self.frame.supersampling

    def window(self, low: Points, high: Points) -> tuple[int, int, int, int]:
        """The part of the picture (x0, y0, x1, y1) between two corners in supersampled pixels."""
        x0, y0 = np.clip(np.floor(low).astype(int), 0, (self.shape[1], self.shape[0]))
        x1, y1 = np.clip(np.ceil(high).astype(int), 0, (self.shape[1], self.shape[0]))
        return int(x0), int(y0), max(int(x1), int(x0)), max(int(y1), int(y0))

    def grid(self, mask: Mask) -> tuple[Float32Array, Float32Array]:
        """X and y in u of each pixel of the mask, as a row and a column that broadcast."""
        rows, columns = mask.cover.shape
        ss = self.frame.supersampling
        x = ((np.arange(mask.x, mask.x + columns) + 0.5) / ss - self.frame.centre[0]) / self.frame.unit
        y = ((np.arange(mask.y, mask.y + rows) + 0.5) / ss - self.frame.centre[1]) / self.frame.unit
        return x.astype(np.float32)[None, :], y.astype(np.float32)[:, None]

    def fill(self, outline: Path2) -> Mask:
        """The inside of a closed outline, taken as it is."""
        pixels = self.to_pixels(outline)
        x0, y0, x1, y1 = self.window(pixels.min(axis=0) - 2, pixels.max(axis=0) + 3)
        cover = np.zeros((y1 - y0, x1 - x0), np.uint8)
        if cover.size:
            fixed = ((pixels - (x0, y0) - 0.5) * 2**_SUBPIXEL_BITS).round().astype(np.int32)
            cv2.fillPoly(cover, [fixed], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
        return Mask(x=x0, y=y0, cover=np.asarray(cover, np.float32) / np.float32(255))

    def shape_of(self, points: Path2) -> Mask:
        """The inside of the smooth closed curve through the points."""
        return self.fill(spline(points, closed=True))

    def stroke(self, points: Path2, *widths: float, smooth: bool = True) -> Mask:
        """A brush line through the points; the widths (in u) are spread along it."""
        curve = spline(points) if smooth else np.asarray(points, np.float64)
        return self.fill(ribbon(curve, widths if len(widths) > 1 else (widths[0], widths[0])))

    def glow(self, x: float, y: float, radius_x: float, radius_y: float) -> Mask:
        """A soft round spot, 1 in its middle, exp(-1) at its radii."""
        wide, tall = 2.4 * radius_x, 2.4 * radius_y
        low, high = self.to_pixels(np.array([[x - wide, y - tall], [x + wide, y + tall]]))
        x0, y0, x1, y1 = self.window(low, high)
        mask = Mask(x=x0, y=y0, cover=np.zeros((y1 - y0, x1 - x0), np.float32))
        gx, gy = self.grid(mask)
        # Subtracting the value at the reach keeps the window's border from showing.
        spot = np.exp(-(((gx - x) / radius_x) ** 2)) * np.exp(-(((gy - y) / radius_y) ** 2)) - np.exp(-(2.4**2))
        return Mask(x=x0, y=y0, cover=np.clip(spot, 0, 1).astype(np.float32))

    def disc(self, x: float, y: float, radius_x: float, radius_y: float | None = None) -> Mask:
        """A crisp ellipse."""
        angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
        ry = radius_x if radius_y is None else radius_y
        return self.fill(np.stack([x + radius_x * np.cos(angle), y + ry * np.sin(angle)], axis=1))

    def soften(self, mask: Mask, sigma: float) -> Mask:
        """The mask blurred by ``sigma`` u; its window grows as needed."""
        pixels = sigma * self.scale
        reach = int(pixels * 3) + 2
        rows, columns = mask.cover.shape
        x0, y0, x1, y1 = self.window(
            np.array([mask.x - reach, mask.y - reach]), np.array([mask.x + columns + reach, mask.y + rows + reach])
        )
        cover = np.zeros((y1 - y0, x1 - x0), np.float32)
        cover[mask.y - y0 : mask.y - y0 + rows, mask.x - x0 : mask.x - x0 + columns] = mask.cover
        if not cover.size:
            return mask
        step = max(1, int(pixels // 5))  # a wide blur is as good, and much faster, on a smaller picture
        if step == 1:
            return Mask(x=x0, y=y0, cover=np.asarray(cv2.GaussianBlur(cover, (0, 0), pixels), np.float32))
        size = (max(1, (x1 - x0) // step), max(1, (y1 - y0) // step))
        small = cv2.GaussianBlur(cv2.resize(cover, size, interpolation=cv2.INTER_AREA), (0, 0), pixels / step)
        wide = cv2.resize(small, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
        return Mask(x=x0, y=y0, cover=np.asarray(wide, np.float32))

    # --- paint -------------------------------------------------------------------------------------------------------

    def _at(self, mask: Mask) -> tuple[slice, slice]:
        rows, columns = mask.cover.shape
        return slice(mask.y, mask.y + rows), slice(mask.x, mask.x + columns)

    def over(self, mask: Mask, colour: Colour | Float32Array, opacity: float = 1.0) -> None:
        """Lay paint on the picture; it becomes opaque where it was not."""
        at, cover = self._at(mask), mask.cover * opacity
        self.rgb[at] = self.rgb[at] * (1 - cover)[..., None] + np.asarray(colour, np.float32) * cover[..., None]
        self.alpha[at] = self.alpha[at] * (1 - cover) + cover

    def atop(self, mask: Mask, colour: Colour | Float32Array, opacity: float = 1.0) -> None:
        """Lay paint only where something is drawn already."""
        at, cover = self._at(mask), (mask.cover * opacity)[..., None]
        self.rgb[at] = self.rgb[at] * (1 - cover) + np.asarray(colour, np.float32) * (cover * self.alpha[at][..., None])

    def multiply(self, mask: Mask, colour: Colour, opacity: float = 1.0) -> None:
        """Darken towards ``colour`` times what is there: shadows that keep the paint's own hue."""
        at, cover = self._at(mask), (mask.cover * opacity)[..., None]
        self.rgb[at] *= 1 - cover * (1 - np.asarray(colour, np.float32))

    def screen(self, mask: Mask, colour: Colour, opacity: float = 1.0) -> None:
        """Lighten: light falling on what is there."""
        at, cover = self._at(mask), (mask.cover * opacity)[..., None]
        light = cover * np.asarray(colour, np.float32)
        self.rgb[at] += light * (self.alpha[at][..., None] - self.rgb[at])

    def lines(self, mask: Mask, image: ByteArray) -> None:
        """Lay a window of 8-bit colours (height, width, 3) through the mask."""
        self.over(mask, np.asarray(image, np.float32) / np.float32(255))

    def finish(self) -> tuple[Float32Array, Float32Array]:
        """Premultiplied colours and alpha at the picture's own size."""
        size = (self.frame.width, self.frame.height)
        rgb = cv2.resize(self.rgb, size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(self.alpha, size, interpolation=cv2.INTER_AREA)
        return np.clip(rgb, 0, 1), np.clip(alpha, 0, 1)


def soft_fill(canvas: Canvas, points: Path2, sigma: float, *, clip: Mask | None = None) -> Mask:
    """A smooth shape with a soft edge, kept inside ``clip``."""
    mask = canvas.soften(canvas.shape_of(points), sigma)
    return mask if clip is None else mask.times(clip)


def soft_stroke(
    canvas: Canvas, points: Path2, widths: Sequence[float], sigma: float, *, clip: Mask | None = None
) -> Mask:
    """A brush line with a soft edge, kept inside ``clip``."""
    mask = canvas.soften(canvas.stroke(points, *widths), sigma)
    return mask if clip is None else mask.times(clip)
