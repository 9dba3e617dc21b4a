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
        ("Label", _label(verdict.label)),
        ("Fingerprint", _fingerprint(verdict.fingerprint)),
        ("Watermark", _watermark(verdict.watermark)),
        ("Consent", _words(verdict.consent, "status")),
        ("In the ledger", "yes, with proof" if verdict.ledger.get("included") else "no"),
    )
    return Answer(
        verdict=verdict.verdict, tone=tone, sign=sign, headline=headline, summary=verdict.summary, facts=facts
    )


_SEEN: dict[object, str] = {
    True: "seen in the picture",
    False: "not seen in the picture",
    None: "not looked for in this copy",
}


def _label(label: Mapping[str, object]) -> str:
    text, notice = label.get("text"), label.get("notice")
    if text:
        return f"“{text}”, {_SEEN[label.get('seen')]}"
    return f"spoken: “{notice}”" if notice else "none that we know of"


def _fingerprint(fingerprint: Mapping[str, object]) -> str:
    if not fingerprint.get("checked"):
        return f"not checked: {fingerprint.get('reason') or 'nothing here can'}"
    take = fingerprint.get("take")
    return f"that of {take}" if take else "fits nothing that was released here"


def _watermark(watermark: Mapping[str, object]) -> str:
    if not watermark.get("checked"):
        return "not checked"
    return f"heard in the sound ({watermark.get('engine')})" if watermark.get("found") else "not heard in the sound"


def _words(part: Mapping[str, object], key: str) -> str:
    value = part.get(key)
    return str(value).replace("_", " ") if value not in {None, ""} else "not found"
