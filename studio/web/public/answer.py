"""A verdict in the words of the verify page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.release.verdict import Verdict

HEADLINES = {
    "authentic": ("yes", "✓", "Made here, unchanged, with consent"),
    "revoked": ("no", "✕", "Made here, but the person withdrew"),
    "altered": ("no", "✕", "Made here, then changed"),
    "stripped": ("maybe", "!", "Made here, but its credentials were removed"),
    "unknown": ("maybe", "?", "We do not know this file"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the page shows: a headline, a sentence and the facts behind them."""

    verdict: str
    tone: str  # "yes", "no" or "maybe": the colour
    sign: str
    headline: str
    summary: str
    facts: tuple[tuple[str, str], ...]


def answer_for(verdict: Verdict) -> Answer:
    """Put a verdict into words."""
    tone, sign, headline = HEADLINES[verdict.verdict]
    facts = (
        ("Signed manifest", _words(verdict.manifest, "state")),
        ("Visible label", _words(verdict.label, "status")),
        ("Fingerprint", _words(verdict.fingerprint, "status")),
        ("Consent", _words(verdict.consent, "status")),
        ("In the ledger", "yes, with proof" if verdict.ledger.get("included") else "no"),
    )
    return Answer(
        verdict=verdict.verdict, tone=tone, sign=sign, headline=headline, summary=verdict.summary, facts=facts
    )


def _words(part: Mapping[str, object], key: str) -> str:
    value = part.get(key)
    return str(value).replace("_", " ") if value not in {None, ""} else "not found"
