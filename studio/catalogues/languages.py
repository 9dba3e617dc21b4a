"""Which language a page speaks: what the person chose, else the first of their browser's that we know, else English.

The header is RFC 9110, section 12.5.4: ranges with weights, of which only the primary subtag matters here.
"""

from __future__ import annotations

from typing import Final

SOURCE: Final = "en"  # the language that templates are written in
NAMES: Final[dict[str, str]] = {  # each in its own words, as a person looks for it
    "en": "English",
    "fr": "Français",
    "it": "Italiano",
    "es": "Español",
    "de": "Deutsch",
}
COOKIE: Final = "sayso_language"


def choose_language(chosen: str, accepted: str) -> str:
    """The language to answer in, from the cookie and the Accept-Language header; both may hold anything."""
    if chosen in NAMES:
        return chosen
    ranges = sorted((_weighed(part) for part in accepted.split(",")), key=lambda one: -one[1])
    return next((tag for tag, weight in ranges if weight > 0 and tag in NAMES), SOURCE)


def _weighed(part: str) -> tuple[str, float]:
    tag, _, rest = part.partition(";")
    _, _, number = rest.partition("q=")
    try:
        weight = float(number) if number.strip() else 1.0
    except ValueError:
        weight = 0.0
    return tag.strip().lower().split("-")[0], weight
