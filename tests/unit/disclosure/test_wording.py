from __future__ import annotations

import pytest

from pipelines.disclosure.wording import wording_for, wording_languages
from pipelines.errors import DisclosureError

STUDIO_LOCALES = ["en-US", "en-GB", "fr-FR", "es-MX", "it-IT", "pt-BR", "ja-JP", "zh-CN", "hi-IN", "de-DE"]


@pytest.mark.parametrize("locale", STUDIO_LOCALES)
def test_every_language_the_studio_speaks_has_wording(locale: str) -> None:
    wording = wording_for(locale)
    assert locale.split("-", maxsplit=1)[0] == wording.language.split("-")[0]


@pytest.mark.parametrize("locale", ["sw-KE", "xx", "", "zh-TW", "zh-Hant-HK", "fry"])
def test_locale_without_wording_is_refused_and_never_english(locale: str) -> None:
    with pytest.raises(DisclosureError, match="no label wording"):
        wording_for(locale)


def test_every_label_leads_with_the_letters_for_ai() -> None:
    for language in wording_languages():
        wording = wording_for(language)
        assert wording.label.generated.startswith(wording.leads_with)
        assert wording.label.performer.startswith(wording.leads_with)
