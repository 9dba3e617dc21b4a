"""Text as alpha masks, in every script the studio writes: a font per script, runs shaped by raqm.

The fonts are weights like any other (cards ``font-*``). The CJK files lack accented Latin and the Latin file lacks CJK,
so a line is cut into runs and each run takes the first font that has its letters. A letter that no font has is an
error, never an empty box on an ad.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont, features

from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import ByteArray


class FontStore(Protocol):
    """Where font files lie; ``pipelines.weights.WeightsStore`` is one."""

    def path(self, card_id: str, file: str) -> Path:
        """Return the file's path, or raise ``WeightsError``."""
        ...


class Weight(StrEnum):
    """How heavy the letters are."""

    REGULAR = "regular"
    SEMIBOLD = "semibold"
    BOLD = "bold"


class _Face(StrEnum):
    LATIN = "latin"  # and Greek and Cyrillic
    DEVANAGARI = "devanagari"
    ARABIC = "arabic"
    HAN_SC = "han_sc"
    HAN_JP = "han_jp"
    HAN_KR = "han_kr"


_FILES: dict[_Face, tuple[str, str]] = {
    _Face.LATIN: ("font-noto-sans", "NotoSans-Variable.ttf"),
    _Face.DEVANAGARI: ("font-noto-devanagari", "NotoSansDevanagari-Variable.ttf"),
    _Face.ARABIC: ("font-noto-arabic", "NotoSansArabic-Variable.ttf"),
    _Face.HAN_SC: ("font-cjk-sc", "NotoSansSC-Regular.otf"),
    _Face.HAN_JP: ("font-cjk-jp", "NotoSansJP-Regular.otf"),
    _Face.HAN_KR: ("font-cjk-kr", "NotoSansKR-Regular.otf"),
}
_VARIABLE = frozenset({_Face.LATIN, _Face.DEVANAGARI, _Face.ARABIC})
_AXIS = {Weight.REGULAR: 400, Weight.SEMIBOLD: 600, Weight.BOLD: 700}
# The CJK files come in one weight; a stroke of this share of the size stands in for the heavier ones.
_STROKE = {Weight.REGULAR: 0.0, Weight.SEMIBOLD: 0.011, Weight.BOLD: 0.018}
_HAN_ORDER = {
    "ja": (_Face.HAN_JP, _Face.HAN_SC, _Face.HAN_KR),
    "ko": (_Face.HAN_KR, _Face.HAN_SC, _Face.HAN_JP),
}
_HAN_DEFAULT = (_Face.HAN_SC, _Face.HAN_JP, _Face.HAN_KR)
_ARABIC = ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE))
_DEVANAGARI = ((0x0900, 0x097F), (0xA8E0, 0xA8FF))
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF))
_HAN = ((0x2E80, 0x312F), (0x3190, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
_OF_SCRIPT = ((_Face.ARABIC, _ARABIC), (_Face.DEVANAGARI, _DEVANAGARI), (_Face.HAN_KR, _HANGUL))
_NO_CHARACTER = "\uffff"  # its picture is the font's empty box


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMask:
    """One line of text: ``alpha`` is (height, width) uint8; ``baseline``, ``ink_top``, ``ink_bottom`` are its rows."""

    alpha: ByteArray
    baseline: int
    ink_top: int
    ink_bottom: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.alpha.shape[1])

    @property
    def ink_height(self) -> int:
        """Height of what is drawn, in pixels."""
        return self.ink_bottom - self.ink_top


@dataclass(frozen=True, slots=True)
class _Run:
    face: _Face
    text: str


class FontSet:
    """The studio's fonts. Build it with ``load_fonts``; one thread at a time may use it (FreeType's rule)."""

    def __init__(self, files: dict[_Face, Path]) -> None:
        self._files = files
        self._fonts: dict[tuple[_Face, int, Weight], ImageFont.FreeTypeFont] = {}
        self._known: dict[tuple[_Face, str], bool] = {}

    def width(self, text: str, *, size_px: int, locale: str, weight: Weight = Weight.SEMIBOLD) -> float:
        """Return the width of a line in pixels."""
        return sum(self._font(run.face, size_px, weight).getlength(run.text) for run in self._runs(text, locale))

    def draw(self, text: str, *, size_px: int, locale: str, weight: Weight = Weight.SEMIBOLD) -> TextMask:
        """Draw one line as an alpha mask, trimmed left and right, with the same height for every text of a size.

        Raises:
            InputInvalidError: a letter is in no font, or there is nothing to draw.
        """
        missing = self.missing(text, locale=locale)
        if missing:
            raise InputInvalidError(
                f"no font has {', '.join(f'{c!r} (U+{ord(c):04X})' for c in missing)}; write the text without it"
            )
        runs = self._runs(text, locale)
        if any(run.face is _Face.ARABIC for run in runs):
            runs = tuple(reversed(_loosened(runs)))  # right to left: the first word stands at the right
        pad = math.ceil(size_px * 0.3)
        ascent, descent = math.ceil(size_px * 1.15), math.ceil(size_px * 0.5)  # Devanagari and Arabic reach this far
        lengths = [self._font(run.face, size_px, weight).getlength(run.text) for run in runs]
        image = Image.new("L", (math.ceil(sum(lengths)) + 2 * pad, ascent + descent), 0)
        pen = ImageDraw.Draw(image)
        x = float(pad)
        for run, length in zip(runs, lengths, strict=True):
            stroke = 0.0 if run.face in _VARIABLE else _STROKE[weight] * size_px
            font = self._font(run.face, size_px, weight)
            pen.text((x, ascent), run.text, fill=255, font=font, anchor="ls", stroke_width=stroke)
            x += length
        alpha = np.asarray(image, dtype=np.uint8)
        rows, columns = np.flatnonzero(alpha.max(axis=1)), np.flatnonzero(alpha.max(axis=0))
        if rows.size == 0:
            raise InputInvalidError(f"there is nothing to draw in {text!r}; give it letters")
        trimmed = np.ascontiguousarray(alpha[:, columns[0] : columns[-1] + 1])
        return TextMask(alpha=trimmed, baseline=ascent, ink_top=int(rows[0]), ink_bottom=int(rows[-1]) + 1)

    def missing(self, text: str, *, locale: str) -> tuple[str, ...]:
        """Return the letters that no font has, in order, once each."""
        faces = {char for run in self._runs(text, locale) for char in run.text if not self._has(run.face, char)}
        return tuple(dict.fromkeys(char for char in text if char in faces))

    def _runs(self, text: str, locale: str) -> tuple[_Run, ...]:
        faces: list[_Face] = []
        for char in text:
            before = faces[-1] if faces else None
            faces.append(self._face(char, locale, before))
        pairs = zip(faces, text, strict=True)
        return tuple(
            _Run(face, "".join(c for _, c in group)) for face, group in groupby(pairs, key=lambda pair: pair[0])
        )

    def _face(self, char: str, locale: str, before: _Face | None) -> _Face:
        code = ord(char)
        for face, blocks in _OF_SCRIPT:
            if _within(code, blocks):
                return face
        if _within(code, _HAN):
            order = _HAN_ORDER.get(locale.split("-", maxsplit=1)[0], _HAN_DEFAULT)
            return next((face for face in order if self._has(face, char)), order[0])
        # Joiners, spaces and stops belong to the word they stand in, if its font has them.
        if not char.isalnum() and before is not None and self._has(before, char):
            return before
        if self._has(_Face.LATIN, char):
            return _Face.LATIN
        return next((face for face in _HAN_DEFAULT if self._has(face, char)), _Face.LATIN)

    def _has(self, face: _Face, char: str) -> bool:
        if char.isspace() or char in "\u200c\u200d\ufe0f":
            return True
        key = (face, char)
        if key not in self._known:
            font = self._font(face, 32, Weight.REGULAR)
            self._known[key] = bytes(font.getmask(char)) != bytes(font.getmask(_NO_CHARACTER))
        return self._known[key]

    def _font(self, face: _Face, size_px: int, weight: Weight) -> ImageFont.FreeTypeFont:
        key = (face, size_px, weight)
        if key not in self._fonts:
            font = ImageFont.truetype(self._files[face], size_px, layout_engine=ImageFont.Layout.RAQM)
            if face in _VARIABLE:
                font.set_variation_by_axes([_AXIS[weight], 100])
            self._fonts[key] = font
        return self._fonts[key]


def load_fonts(weights: FontStore) -> FontSet:
    """Open the fonts of every script.

    Raises:
        WeightsError: a font is not installed, or Pillow has no raqm (Arabic and Devanagari would be misshaped).
    """
    if not features.check("raqm"):
        raise WeightsError(
            "Pillow has no raqm here, so Arabic and Devanagari cannot be shaped; install the Pillow wheel from PyPI"
        )
    return FontSet({face: weights.path(card, file) for face, (card, file) in _FILES.items()})


def _loosened(runs: tuple[_Run, ...]) -> tuple[_Run, ...]:
    """Part spaces and stops from foreign words, so that they stay between the words when the line turns round."""
    parts: list[_Run] = []
    for run in runs:
        if run.face is _Face.ARABIC:
            parts.append(run)
        else:
            parts.extend(_Run(run.face, piece) for piece in re.split(r"(^\W+|\W+$)", run.text) if piece)
    return tuple(parts)


def _within(code: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in blocks)
