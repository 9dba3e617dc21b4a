"""Pages in the house's look, in any of the languages that a subject reads: fpdf2 with shaping by HarfBuzz.

The fonts are Noto, from the weights folder. Each language has a first font, and the others stand behind it, because a
name may be written in another script than the text around it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

import segno
from fpdf import FPDF
from typing_extensions import override

FontFile = Callable[[str, str], Path]  # card, file -> path; raises WeightsError

_FONTS: Final = {
    "latin": ("font-noto-sans", "NotoSans-Variable.ttf"),
    "hi": ("font-noto-devanagari", "NotoSansDevanagari-Variable.ttf"),
    "zh": ("font-cjk-sc", "NotoSansSC-Regular.otf"),
    "ja": ("font-cjk-jp", "NotoSansJP-Regular.otf"),
}
GREEN: Final = (14, 99, 82)
INK: Final = (29, 27, 24)
MUTED: Final = (98, 92, 83)
_MARGIN_MM: Final = 18.0


class Letterhead(FPDF):
    """A4 pages with a head and numbered feet."""

    def __init__(self, fonts: FontFile, *, language: str, title: str, foot: str) -> None:
        super().__init__(format="A4")
        self._foot = foot
        first = language.split("-", maxsplit=1)[0]
        order = [first, *(name for name in _FONTS if name != first)] if first in _FONTS else list(_FONTS)
        for name in order:
            for style in ("", "B"):
                card, file = _FONTS[name]
                self.add_font(name, style, fonts(card, file))
        self.first_font = order[0]
        self.set_fallback_fonts(order[1:], exact_match=False)
        self.set_text_shaping(True)
        self.set_title(title)
        self.set_creator("Sayso")
        self.set_lang(language)
        self.set_margins(_MARGIN_MM, _MARGIN_MM)
        self.set_auto_page_break(True, margin=22)
        self.add_page()
        self.write_text(title, size=20, colour=GREEN, after=4)

    @override
    def footer(self) -> None:
        """Number the page."""
        self.set_y(-14)
        self.set_font(self.first_font, size=8)
        self.set_text_color(*MUTED)
        self.cell(0, 5, f"{self._foot}   {self.page_no()}", align="C")

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
        self.set_font(self.first_font, "B" if bold else "", size)
        self.set_text_color(*colour)
        self.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT", align="L")
        self.ln(after)

    def write_pair(self, heading: str, text: str) -> None:
        """Write a heading and what stands under it, on one page."""
        with self.unbreakable() as page:
            page.set_font(self.first_font, "B", 10)
            page.set_text_color(*GREEN)
            page.multi_cell(0, 5.2, heading, new_x="LMARGIN", new_y="NEXT", align="L")
            page.set_font(self.first_font, "", 10.5)
            page.set_text_color(*INK)
            page.multi_cell(0, 5.4, text, new_x="LMARGIN", new_y="NEXT", align="L")
            page.ln(2.2)

    def write_code(self, address: str, *, size_mm: float = 30) -> None:
        """Draw a QR code with its address under it."""
        picture = io.BytesIO()
        segno.make(address, error="m").save(picture, kind="png", scale=8, border=2)
        picture.seek(0)
        if self.get_y() + size_mm > self.h - 30:
            self.add_page()
        self.image(picture, w=size_mm)
        self.write_text(address, size=8.5, colour=MUTED)

    def to_bytes(self) -> bytes:
        """The finished file."""
        return bytes(self.output())
