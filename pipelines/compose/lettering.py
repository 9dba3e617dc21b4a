"""Text and logo as plates: wordmark, title, subtitle, name line, button. All sizes are in pixels of the frame."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.compose.colour import Rgb
from pipelines.disclosure.fonts import FontSet, TextMask, Weight
from pipelines.disclosure.plate import paint, rounded_mask
from pipelines.errors import InputInvalidError
from pipelines.media import ByteArray

_GROUND: Rgb = (14, 16, 22)
_CAPTION_OPACITY = 0.62
_PITCH = 1.28
_PITCH_TALL = 1.5  # Devanagari and Arabic stack marks above and below
_TALL = frozenset({"hi", "mr", "ne", "ar", "fa", "ur"})
_SHADOW_SHARE = 0.10
_SHADOW_OPACITY = 0.45
_SMALLEST = 0.55
_SOLID = 160  # a shadow alone never reaches it


def line_pitch(size_px: int, locale: str) -> int:
    """Return the distance of two baselines."""
    return round(size_px * (_PITCH_TALL if locale.split("-", maxsplit=1)[0] in _TALL else _PITCH))


def caption_height(size_px: int, locale: str, lines: int = 2) -> int:
    """Return the height of a subtitle plate."""
    return line_pitch(size_px, locale) * lines + 2 * _pad_y(size_px)


def caption_pad(size_px: int) -> int:
    """Return what a subtitle plate adds left and right of its text."""
    return round(size_px * 0.5)


def draw_caption(text: str, fonts: FontSet, *, size_px: int, locale: str) -> ByteArray:
    """Return a subtitle of one or two lines on its plate, (height, width, 4)."""
    masks = [fonts.draw(line, size_px=size_px, locale=locale, weight=Weight.SEMIBOLD) for line in text.split("\n")]
    width = max(mask.width for mask in masks) + 2 * caption_pad(size_px)
    height = caption_height(size_px, locale, len(masks))
    width, height = width + width % 2, height + height % 2
    rgba = np.zeros((height, width, 4), dtype=np.uint8)
    paint(rgba, rounded_mask(width, height, size_px * 0.32), _GROUND, opacity=_CAPTION_OPACITY)
    _stack(rgba, masks, size_px=size_px, locale=locale, y=_pad_y(size_px), ink=(255, 255, 255), left=None)
    return rgba


def draw_text(
    text: str,
    fonts: FontSet,
    *,
    size_px: int,
    locale: str,
    ink: Rgb,
    weight: Weight = Weight.BOLD,
    width_max: int,
    lines_max: int = 1,
) -> ByteArray:
    """Return text with a soft shadow, left-aligned, broken and then shrunk until it fits, (height, width, 4).

    Raises:
        InputInvalidError: it does not fit even at about half the size.
    """
    for size in range(size_px, max(8, round(size_px * _SMALLEST)) - 1, -2):
        lines = _break(text, fonts, size=size, locale=locale, weight=weight, width_max=width_max)
        if lines is not None and len(lines) <= lines_max:
            break
    else:
        raise InputInvalidError(f"{text!r} is too long for its place ({width_max} px, {lines_max} lines); shorten it")
    masks = [fonts.draw(line, size_px=size, locale=locale, weight=weight) for line in lines]
    pad = round(size * _SHADOW_SHARE * 2)
    height = line_pitch(size, locale) * len(masks) + 2 * pad
    letters = np.zeros((height, max(m.width for m in masks) + 2 * pad, 4), dtype=np.uint8)
    _stack(letters, masks, size_px=size, locale=locale, y=pad, ink=ink, left=pad)
    return _shadowed(letters, size, dark=sum(ink) > 3 * 128)


def draw_button(
    text: str, fonts: FontSet, *, size_px: int, locale: str, ground: Rgb, ink: Rgb, width_max: int
) -> ByteArray:
    """Return a call to action on a round button, (height, width, 4)."""
    pad_x, pad_y = round(size_px * 1.0), round(size_px * 0.55)
    lines = None
    size = size_px
    while lines is None and size > size_px * _SMALLEST:
        lines = _break(text, fonts, size=size, locale=locale, weight=Weight.BOLD, width_max=width_max - 2 * pad_x)
        lines = lines if lines is not None and len(lines) == 1 else None
        size -= 0 if lines else 2
    if lines is None:
        raise InputInvalidError(f"the call to action {text!r} is too long for a button; shorten it")
    mask = fonts.draw(text, size_px=size, locale=locale, weight=Weight.BOLD)
    height, width = line_pitch(size, locale) + 2 * pad_y, mask.width + 2 * pad_x
    rgba = np.zeros((height, width, 4), dtype=np.uint8)
    paint(rgba, rounded_mask(width, height, height / 2), ground)
    _stack(rgba, [mask], size_px=size, locale=locale, y=pad_y, ink=ink, left=None)
    return rgba


def draw_name_line(
    name: str, brand: str, fonts: FontSet, *, size_px: int, locale: str, accent: Rgb, width_max: int
) -> ByteArray:
    """Return a lower third: an accent bar, the product's name, the brand below it, (height, width, 4)."""
    pad, bar = round(size_px * 0.5), max(4, round(size_px * 0.14))
    room = width_max - 3 * pad - bar
    upper = draw_text(name, fonts, size_px=size_px, locale=locale, ink=(255, 255, 255), width_max=room)
    lower = draw_text(
        brand,
        fonts,
        size_px=round(size_px * 0.62),
        locale=locale,
        ink=(226, 229, 235),
        weight=Weight.REGULAR,
        width_max=room,
    )
    parts = [upper, lower] if brand != name else [upper]
    height = sum(p.shape[0] for p in parts) + pad
    width = max(p.shape[1] - ink_left(p) for p in parts) + 2 * pad + bar
    width, height = width + width % 2, height + height % 2
    rgba = np.zeros((height, width, 4), dtype=np.uint8)
    paint(rgba, rounded_mask(width, height, size_px * 0.28), _GROUND, opacity=0.70)
    bar_height = height - 2 * (pad // 2)
    paint(rgba, rounded_mask(bar, bar_height, bar / 2), accent, x=round(pad * 0.55), y=pad // 2)
    y = pad // 2
    for part in parts:
        merge(rgba, part, x=round(pad * 0.55) + bar + round(pad * 0.75) - ink_left(part), y=y)
        y += part.shape[0]
    return rgba


def ink_left(rgba: ByteArray) -> int:
    """Return the first column that holds solid ink: what must line up at a left edge (shadows may hang over it)."""
    return int(np.flatnonzero(rgba[..., 3].max(axis=0) >= _SOLID)[0])


def merge(under: ByteArray, over: ByteArray, *, x: int, y: int) -> None:
    """Lay one straight-alpha picture over another, in place."""
    height, width = over.shape[:2]
    a = over[..., 3:].astype(np.float32) / 255
    region = under[y : y + height, x : x + width]
    below = region[..., 3:].astype(np.float32) / 255 * (1 - a)
    alpha = a + below
    mixed = (over[..., :3] * a + region[..., :3] * below) / np.maximum(alpha, 1e-6)
    region[:] = np.concatenate([mixed, alpha * 255], axis=2).round().astype(np.uint8)


def _break(text: str, fonts: FontSet, *, size: int, locale: str, weight: Weight, width_max: int) -> list[str] | None:
    """Return lines that fit, words kept whole (letters in scripts without spaces), or None."""
    pieces = text.split(" ") if " " in text.strip() else [text]
    if len(pieces) == 1 and locale.split("-", maxsplit=1)[0] in {"ja", "zh"}:
        pieces = list(text)
    glue = " " if " " in text.strip() else ""
    lines: list[str] = []
    for piece in pieces:
        joined = f"{lines[-1]}{glue}{piece}" if lines else piece
        if lines and fonts.width(joined, size_px=size, locale=locale, weight=weight) <= width_max:
            lines[-1] = joined
        elif fonts.width(piece, size_px=size, locale=locale, weight=weight) <= width_max:
            lines.append(piece)
        else:
            return None
    return lines


def _stack(
    rgba: ByteArray, masks: list[TextMask], *, size_px: int, locale: str, y: int, ink: Rgb, left: int | None
) -> None:
    """Draw lines under each other on common baselines; ``left`` None centres them."""
    pitch = line_pitch(size_px, locale)
    # Letters look centred in their line when the middle of an x-height letter is.
    baseline = y + round(pitch / 2 + size_px * (0.34 if pitch < size_px * _PITCH_TALL else 0.24))
    for mask in masks:
        top = baseline - mask.baseline
        x = (rgba.shape[1] - mask.width) // 2 if left is None else left
        first, last = max(mask.ink_top, -top), min(mask.ink_bottom, rgba.shape[0] - top)
        paint(rgba, mask.alpha[first:last], ink, x=x, y=top + first)
        baseline += pitch


def _shadowed(letters: ByteArray, size: int, *, dark: bool) -> ByteArray:
    if not dark:
        return letters
    shade = cv2.GaussianBlur(letters[..., 3], (0, 0), size * _SHADOW_SHARE * 0.6)
    under = np.zeros_like(letters)
    under[..., 3] = (shade * _SHADOW_OPACITY).astype(np.uint8)
    merge(under, letters, x=0, y=0)
    return under


def _pad_y(size_px: int) -> int:
    return round(size_px * 0.2)
