"""How a release stands today, in words and as a badge; no word of whose consent it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

# status of the consent: colour, mark, headline, sentence, words of the badge
_WORDS: Final = {
    "active": ("yes", "✓", "The consent stands", "The person agreed and has not withdrawn.", "consent stands"),
    "superseded": ("yes", "✓", "The consent stands", "It was renewed since, in another version.", "consent stands"),
    "withdrawn": (
        "no",
        "✕",
        "The person withdrew",
        "Whoever has this file must not use it any more.",
        "consent withdrawn",
    ),
    "suspended": (
        "maybe",
        "!",
        "The consent is suspended",
        "Do not use this file until that is settled.",
        "consent suspended",
    ),
    "expired": (
        "maybe",
        "!",
        "The consent has ended",
        "It stood when this was released; new uses need a new one.",
        "consent ended",
    ),
}
_UNKNOWN: Final = (
    "maybe",
    "?",
    "Not known",
    "Whether the consent still stands cannot be said here now.",
    "consent not known",
)
_COLOURS: Final = {"yes": "#0e6352", "no": "#a3271d", "maybe": "#8a5200"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A release that the ledger proves, and how its consent stands now: ``consent`` as ``record_status`` names it."""

    take_id: str
    released_at: datetime
    locale: str
    market: str
    channel: str
    format: str
    file_sha256: str
    consent: str
    ledger_index: int
    ledger_size: int
    checkpoint: str

    def to_json(self) -> dict[str, object]:
        """Return plain JSON."""
        return {
            "take": self.take_id,
            "released_at": self.released_at.isoformat(),
            "locale": self.locale,
            "market": self.market,
            "channel": self.channel,
            "format": self.format,
            "file_sha256": self.file_sha256,
            "made_with_ai": True,
            "consent": self.consent,
            "ledger": {"index": self.ledger_index, "size": self.ledger_size, "checkpoint": self.checkpoint},
        }

    @property
    def tone(self) -> str:
        """The colour: "yes", "no" or "maybe"."""
        return self._words[0]

    @property
    def sign(self) -> str:
        """One character for who cannot see the colour."""
        return self._words[1]

    @property
    def headline(self) -> str:
        """In a glance."""
        return self._words[2]

    @property
    def sentence(self) -> str:
        """What follows from it."""
        return self._words[3]

    @property
    def badge(self) -> str:
        """A picture to put beside the ad, SVG. It speaks of a release, not of the file that stands beside it."""
        said = f"AI ad · {self._words[4]}"
        text_px = round(7.3 * len(said))  # held to, whatever typeface the other site's reader has
        width = 36 + text_px + 14
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="32" role="img" aria-label="{said}">'
            f'<title>{said}</title><rect width="{width}" height="32" rx="8" fill="{_COLOURS[self.tone]}"/>'
            '<g font-family="Inter,Segoe UI,system-ui,sans-serif" fill="#fff">'
            f'<text x="14" y="21.5" font-size="15" font-weight="700">{self.sign}</text>'
            f'<text x="36" y="21" font-size="13" font-weight="600" '
            f'textLength="{text_px}" lengthAdjust="spacingAndGlyphs">{said}</text></g></svg>'
        )

    @property
    def _words(self) -> tuple[str, str, str, str, str]:
        return _WORDS.get("withdrawn" if self.consent == "revoked" else self.consent, _UNKNOWN)
