"""Kokoro's own alphabet: which symbols the net knows, and the check that nothing else is sent to it.

Source: ``config.json`` of hexgrad/Kokoro-82M (v1.0). Symbols are single code points.
"""

from __future__ import annotations

from pipelines.errors import ScriptRefusedError

TOKENS_MAX = 510  # the net's context is 512 with one pad at each end; a voice has 510 style rows

_TABLE = (
    (1, ";:,.!?"), (9, '—…"()“” \u0303ʣʥʦʨᵝ\uab67AI'), (31, "O"), (33, "Q"), (35, "ST"), (39, "W"), (41, "Yᵊabcdef"),
    (50, "hijklmnopqrstuvwxyzɑɐɒæ"), (75, "βɔɕç"), (80, "ɖðʤə"), (85, "ɚɛɜ"), (90, "ɟ"), (92, "ɡ"), (99, "ɥ"),
    (101, "ɨɪʝ"), (110, "ɯɰŋɳɲɴø"), (118, "ɸθœ"), (123, "ɹ"), (125, "ɾɻ"), (128, "ʁɽʂʃʈʧ"), (135, "ʊʋ"), (138, "ʌɣɤ"),
    (142, "χʎ"), (147, "ʒʔ"), (156, "ˈˌː"), (162, "ʰ"), (164, "ʲ"), (169, "↓"), (171, "→↗↘"), (177, "ᵻ"),
)  # fmt: skip
SYMBOL_IDS: dict[str, int] = {symbol: first + i for first, run in _TABLE for i, symbol in enumerate(run)}

PUNCTUATION = frozenset(';:,.!?—…"()“”')
MARKERS = frozenset("ˈˌːʰʲ\u0303ᵝ→↗↘↓")  # change a neighbour, are no sound of their own


def token_ids(symbols: str) -> list[int]:
    """Return the net's ids; a symbol it does not know raises ``ScriptRefusedError`` instead of being left out."""
    unknown = sorted({s for s in symbols if s not in SYMBOL_IDS})
    if unknown:
        listed = ", ".join(f"{s!r} (U+{ord(s):04X})" for s in unknown)
        raise ScriptRefusedError(
            f"the voice has no sound for {listed} in {symbols!r}; respell the word in the pronunciation dictionary"
        )
    return [SYMBOL_IDS[s] for s in symbols]
