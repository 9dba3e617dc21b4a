"""Letters are shaped, lines are broken, and nothing is drawn as an empty box."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.paper.letterhead import Letterhead

pytestmark = pytest.mark.weights

MakePage = Callable[[str], Letterhead]


def width(page: Letterhead, text: str) -> float:
    page.set_font(page.first_font, size=10)
    return float(page.get_string_width(text))


def test_hindi_is_shaped_the_same_after_latin_letters(make_page: MakePage) -> None:
    page = make_page("hi")
    alone, mixed = width(page, "विज्ञापन"), width(page, "Example विज्ञापन")
    assert mixed == pytest.approx(width(page, "Example ") + alone, abs=0.02)


def test_vowel_signs_and_ligatures_take_their_places(make_page: MakePage) -> None:
    page = make_page("hi")
    assert width(page, "ज्ञ") < width(page, "ज") + width(page, "ञ")


def test_a_name_may_be_written_in_any_script(make_page: MakePage) -> None:
    page = make_page("en")
    for name in ("Zoë Śliwa", "Ирина", "山田太郎", "张伟", "김민준", "अनुष्का", "ليلى"):
        assert page._legible(name) == name


def test_a_letter_that_no_font_has_is_written_as_its_number(make_page: MakePage) -> None:
    assert make_page("en")._legible("a😀\tb\r\nc") == "a[U+1F600] b\nc"


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_scripts_without_spaces_are_broken_to_the_width(make_page: MakePage, language: str) -> None:
    page, text = make_page(language), "許可は有効です。" * 30 + "https://studio.example/" + "a" * 200
    lines = page._lines(text, 80, size=10.5)
    assert "".join(lines) == text
    assert max(page.get_string_width(line) for line in lines) <= 80
    assert not any(line[0] in "。、）" for line in lines)


def test_a_paragraph_longer_than_a_page_goes_on_over_the_next(make_page: MakePage) -> None:
    page = make_page("en")
    page.write_pair("Terms", "Paid in thirty days. " * 400)
    assert page.page >= 3
    page.write_pair("After", "It goes on below.")
    assert 18 < page.get_y() < page.h - 20


def test_a_pair_stays_together_where_a_page_holds_it(make_page: MakePage) -> None:
    page = make_page("en")
    page.set_y(page.h - 30)
    page.write_pair("Heading", "One.\nTwo.\nThree.")
    assert page.page == 2
    assert page.get_y() < 50


def test_a_heading_is_never_the_last_line(make_page: MakePage) -> None:
    page = make_page("en")
    page.set_y(page.h - 40)
    page.write_heading("How to check this")
    assert page.page == 2


def test_no_font_file_stays_open(make_page: MakePage) -> None:
    page = make_page("en")
    page.to_bytes()
    open_files = [font.ttfont.reader for font in page.fonts.values() if font.ttfont.reader is not None]
    assert open_files == []
