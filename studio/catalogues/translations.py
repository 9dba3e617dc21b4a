"""Catalogues as templates call them. The .po files are the only source: nothing compiled is kept that could be old."""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from studio.catalogues.languages import NAMES, SOURCE

FOLDER: Final = Path(__file__).parent / "po"


@cache
def translations_of(language: str) -> NullTranslations:
    """The catalogue of one of ``NAMES``; English says what the templates say.

    Raises:
        KeyError: the app does not speak this language; ask ``choose_language`` first.
    """
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - 40 ms that a command line has no use for
    from babel.messages.pofile import read_po  # noqa: PLC0415 - as above

    if language == SOURCE:
        return NullTranslations()
    if language not in NAMES:
        raise KeyError(language)
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
