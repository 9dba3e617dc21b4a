"""Why a language is not spoken, and what to do about it: sentences for people who asked for one.

``MISHEARD`` is what ``python -m bench.languages`` printed for the best stock voice; docs/languages.md has the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipelines.voice.coqui.models import VITS_MODELS
from pipelines.voice.voices import LANGUAGES

MISHEARD_MAX: Final = 0.12
MISHEARD: Final[Mapping[str, float]] = MappingProxyType(
    {"ko": 0.29, "nl": 0.43, "pl": 0.35, "pt": 0.13, "ro": 0.59, "sv": 0.47, "tr": 0.52}
)


def refusal(locale: str) -> str:
    """Say why nobody speaks a locale, which other engine would, and which languages there are."""
    language = locale.replace("_", "-").split("-")[0].lower()
    share = MISHEARD.get(language)
    why = (
        f"no voice speaks {locale!r}"
        if share is None
        else f"no voice speaks {locale!r} well enough: whisper-base misheard {share:.2f} of it from the best of ours, "
        f"and {MISHEARD_MAX} is the most"
    )
    engines = [model.card_id for model in VITS_MODELS if model.language == language]
    other = f"the engine {' or '.join(engines)} speaks it where its card is installed; else " if engines else ""
    return f"{why}; {other}choose one of: {', '.join(LANGUAGES)}"
