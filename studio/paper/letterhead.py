"""Pages in the house's look, in any of the languages that a subject reads: fpdf2 with shaping by HarfBuzz.

The fonts are Noto, from the weights folder. Each language has a first font, and the others stand behind it, because a
name may be written in another script than the text around it. A letter that no font has is written as its number, such
as [U+1F600], and never as an empty box. The same content at the same time gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import segno
from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont
from typing_extensions import override

from studio.paper.words import PaperWords
from studio.paper.wrapping import pieces

FontFile = Callable[[str, str], Path]  # card, file -> path; raises WeightsError

_FONTS: Final = {
    "latin": ("font-noto-sans", "NotoSans-Variable.ttf"),
    "hi": ("font-noto-devanagari", "NotoSansDevanagari-Variable.ttf"),
    "ar": ("font-noto-arabic", "NotoSansArabic-Variable.ttf"),
    "zh": ("font-cjk-sc", "NotoSansSC-Regular.otf"),
    "ja": ("font-cjk-jp", "NotoSansJP-Regular.otf"),
    "ko": ("font-cjk-kr", "NotoSansKR-Regular.otf"),
}
_BOLD_SHARE: Final = (
    0.013  # of the size in points: the stroke in mm around a heading's letters, for all have one weight
)
_WITHOUT_SPACES: Final = frozenset({"zh", "ja"})
# HarfBuzz shapes a run by the script of its first letter. These fonts have Latin letters too, and a line begun with
# some would have its vowel signs in the wrong places. So they take their own script alone, and Latin goes to its font.
_ONLY: Final = {
    "hi": ["U+0020", "U+0900-097F", "U+200C-200D", "U+25CC", "U+A8E0-A8FF"],
    "ar": ["U+0020", "U+0600-06FF", "U+0750-077F", "U+08A0-08FF", "U+FB50-FDFF", "U+FE70-FEFE"],
}
GREEN: Final = (14, 99, 82)
INK: Final = (29, 27, 24)
MUTED: Final = (98, 92, 83)
_RULE: Final = (226, 221, 212)
_RULE_MM: Final = 0.2
_MARGIN_MM: Final = 18.0
_FOOT_MM: Final = 20.0
_HEADING_MM: Final = 46.0
_GAP_MM: Final = 4.0
_PAGES: Final = "{pages}"  # fpdf2 puts their number here at the end
_LINE_SHARE: Final = 0.52  # of the size in points: a line's height in mm


class Letterhead(FPDF):
    """A4 pages with a head and numbered feet."""

    def __init__(self, fonts: FontFile, words: PaperWords, *, title: str, foot: str, at: datetime) -> None:
        super().__init__(format="A4")
        self._foot = foot
        base = words.language.split("-", maxsplit=1)[0]
        self._has_spaces = base not in _WITHOUT_SPACES
        self.first_font = base if base in _FONTS else "latin"
        order = sorted(_FONTS, key=lambda name: name != self.first_font)
        files = {name: fonts(*_FONTS[name]) for name in order}  # all of them, before the first is opened
        for name, file in files.items():
            self.add_font(name, "", file, unicode_range=_ONLY.get(name))
        self.set_fallback_fonts(order[1:], exact_match=False)
        self.set_text_shaping(True)
        self.set_title(title)
        self.set_creator("Sayso")
        self.set_creation_date(at)
        self.set_lang(words.language)
        self.set_margins(_MARGIN_MM, _MARGIN_MM)
        self.set_auto_page_break(True, margin=_FOOT_MM)
        self.alias_nb_pages(_PAGES)
        self.add_page()
        self.write_text(title, size=20, colour=GREEN, after=4, bold=True)

    @override
    def footer(self) -> None:
        """Number the page."""
        self.set_y(-14)
        self.set_font(self.first_font, size=8)
        self.set_text_color(*MUTED)
        self.cell(0, 5, f"{self._legible(self._foot)}   ·   {self.page_no()} / {_PAGES}", align="C")

    def write_text(
        self,
        text: str,
        *,
        size: float = 10.5,
        colour: tuple[int, int, int] = INK,
        after: float = 2.0,
        bold: bool = False,
    ) -> None:
        """Write a paragraph."""
        self._block(text, self.epw, size=size, colour=colour, bold=bold)
        self.ln(after)

    def write_heading(self, text: str) -> None:
        """Write a heading inside the page, which is never its last line."""
        if self.get_y() > self.h - _FOOT_MM - 30:
            self.add_page()
        self.ln(4)
        self.write_text(text, size=13, colour=GREEN, bold=True)

    def write_pair(self, heading: str, text: str, *, size: float = 10.5) -> None:
        """Write a heading at the left and what it is about at the right, on one page if one holds it, over a line."""
        wide = self.epw - _HEADING_MM - _GAP_MM
        left = len(self._lines(heading, _HEADING_MM, size=9.5)) * 9.5 * _LINE_SHARE
        height = max(left, len(self._lines(text, wide, size=size)) * size * _LINE_SHARE)
        if self.get_y() + height > self.h - _FOOT_MM:
            self.add_page()
        top, page = self.get_y(), self.page
        self._block(heading, _HEADING_MM, size=9.5, colour=GREEN, bold=True)
        self.set_xy(_MARGIN_MM + _HEADING_MM + _GAP_MM, top)
        self._block(text, wide, size=size, colour=INK, bold=False)
        under = max(self.get_y(), top + left if self.page == page else 0) + 1.6
        self.set_draw_color(*_RULE)
        self.line(_MARGIN_MM, under, self.w - _MARGIN_MM, under)
        self.set_xy(_MARGIN_MM, under + 1.6)

    def write_code(self, address: str, *, told: str, size_mm: float = 30) -> None:
        """Draw a QR code; beside it the address, and what it is good for."""
        picture = io.BytesIO()
        segno.make(address, error="m").save(picture, kind="png", scale=8, border=2)
        picture.seek(0)
        if self.get_y() + size_mm + 4 > self.h - _FOOT_MM:
            self.add_page()
        self.ln(3)
        top = self.get_y()
        self.image(picture, w=size_mm, alt_text=address)
        self.set_xy(_MARGIN_MM + size_mm + _GAP_MM, top + 6)
        wide = self.epw - size_mm - _GAP_MM
        self._block(told, wide, size=10.5, colour=INK, bold=False)
        self.set_x(_MARGIN_MM + size_mm + _GAP_MM)
        self._block(address, wide, size=9.5, colour=MUTED, bold=False)
        self.set_xy(_MARGIN_MM, top + size_mm + 2)

    def to_bytes(self) -> bytes:
        """The finished file; nothing can be written after it."""
        finished = bytes(self.output())
        self.close_fonts()
        return finished

    def close_fonts(self) -> None:
        """Let go of the font files, which fpdf2 keeps open while it writes."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def _block(self, text: str, wide: float, *, size: float, colour: tuple[int, int, int], bold: bool) -> None:
        lines = self._lines(text, wide, size=size)
        self.set_text_color(*colour)
        if bold:
            self.text_mode = TextMode.FILL_STROKE
            self.set_draw_color(*colour)
            self.set_line_width(size * _BOLD_SHARE)
        for line in lines:
            # A line in several fonts ends in "Q", which takes the font back, and fpdf2 2.8.9 believes that it still is.
            self.current_font_is_set_on_page = False
            self.cell(wide, size * _LINE_SHARE, line, new_x="LEFT", new_y="NEXT")
        self.text_mode = TextMode.FILL
        self.set_line_width(_RULE_MM)

    def _lines(self, text: str, wide: float, *, size: float) -> list[str]:
        """The text as it can be written, line by line."""
        self.set_font(self.first_font, size=size)
        legible = self._legible(text)
        if self._has_spaces:
            lines = self.multi_cell(wide, size, legible, align="L", dry_run=True, output="LINES")
            assert isinstance(lines, list), "fpdf2 answers what it is asked for"
            return lines
        return [line for paragraph in legible.split("\n") for line in self._broken(paragraph, wide - 2 * self.c_margin)]

    def _broken(self, line: str, wide: float) -> list[str]:
        done, now, length = [], "", 0.0
        for piece in pieces(line):
            fitting = [piece] if self.get_string_width(piece.rstrip()) <= wide else list(piece)
            for part in fitting:
                if now and length + self.get_string_width(part.rstrip()) > wide:
                    done.append(now.rstrip())
                    now, length = "", 0.0
                now, length = now + part, length + self.get_string_width(part)
        return [*done, now]

    def _legible(self, text: str) -> str:
        known = [font.cmap for name in _FONTS if isinstance(font := self.fonts[name], TTFFont)]
        return "".join(
            letter if letter == "\n" or any(ord(letter) in one for one in known) else f"[U+{ord(letter):04X}]"
            for letter in text.replace("\t", " ").replace("\r\n", "\n")
        )
