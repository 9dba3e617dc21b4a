from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipelines.disclosure.fonts import FontSet, Weight, load_fonts
from pipelines.disclosure.wording import wording_for, wording_languages
from pipelines.errors import InputInvalidError

pytestmark = pytest.mark.weights


@pytest.mark.parametrize("language", wording_languages())
def test_every_wording_can_be_drawn(fonts: FontSet, language: str) -> None:
    label = wording_for(language).label
    for text in (label.generated, label.performer):
        assert fonts.missing(text, locale=language) == ()
        assert fonts.draw(text, size_px=48, locale=language).ink_height > 20


def test_letter_that_no_font_has_is_an_error_and_not_a_box(fonts: FontSet) -> None:
    with pytest.raises(InputInvalidError, match=r"U\+1F600"):
        fonts.draw("Hello 😀", size_px=40, locale="en")


def test_nothing_to_draw_is_an_error(fonts: FontSet) -> None:
    with pytest.raises(InputInvalidError, match="nothing to draw"):
        fonts.draw("   ", size_px=40, locale="en")


def test_devanagari_is_shaped(fonts: FontSet) -> None:
    # क + ् + ष join into one letter; unshaped they would be as wide as two.
    joined = fonts.width("क्ष", size_px=100, locale="hi")
    apart = fonts.width("क", size_px=100, locale="hi") + fonts.width("ष", size_px=100, locale="hi")
    assert joined < apart * 0.95


def test_arabic_is_joined_and_runs_from_right_to_left(fonts: FontSet) -> None:
    joined = fonts.width("ببب", size_px=100, locale="ar")
    assert joined < 3 * fonts.width("ب", size_px=100, locale="ar") * 0.9
    mixed = fonts.draw("AI · مرحبا", size_px=100, locale="ar").alpha
    alone = fonts.draw("AI", size_px=100, locale="ar").alpha
    # The foreign word comes first, so it stands at the right edge.
    right = mixed[:, mixed.shape[1] - alone.shape[1] :].astype(float)
    assert np.corrcoef(right.ravel(), alone.astype(float).ravel())[0, 1] > 0.95


def test_heavier_letters_have_more_ink_in_every_script(fonts: FontSet) -> None:
    for text, locale in (("Kaffee", "de"), ("咖啡", "zh"), ("コーヒー", "ja"), ("커피", "ko"), ("कॉफ़ी", "hi")):
        regular = fonts.draw(text, size_px=60, locale=locale, weight=Weight.REGULAR).alpha.sum(dtype=np.int64)
        bold = fonts.draw(text, size_px=60, locale=locale, weight=Weight.BOLD).alpha.sum(dtype=np.int64)
        assert bold > regular * 1.05


def test_japanese_and_chinese_use_their_own_forms(fonts: FontSet) -> None:
    japanese = fonts.draw("直", size_px=120, locale="ja").alpha
    chinese = fonts.draw("直", size_px=120, locale="zh").alpha
    assert japanese.shape != chinese.shape or not np.array_equal(japanese, chinese)


def test_missing_font_file_names_the_problem(tmp_path: Path) -> None:
    class Empty:
        def path(self, card_id: str, file: str) -> Path:
            return tmp_path / card_id / file

    fonts = load_fonts(Empty())
    with pytest.raises(OSError, match="resource"):
        fonts.draw("a", size_px=20, locale="en")
