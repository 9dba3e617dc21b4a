"""espeak-ng's IPA in Kokoro's alphabet.

Kokoro was trained on misaki's symbols; these tables follow ``misaki.espeak`` (Apache-2.0): English as its
EspeakFallback maps it, other languages as its EspeakG2P does. The net has no symbol for some of espeak's letters:
``_NEAREST`` is the whole list of what is replaced by its neighbour, ``_SILENT`` the whole list of what is left out.
"""

from __future__ import annotations

import re

# Affricates and diphthongs that are one symbol for the net; ``^`` is espeak's tie.
_OTHER = (
    ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^z", "ʣ"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("o^ʊ", "O"), ("ə^ʊ", "Q"), ("s^s", "S"),
    ("t^s", "ʦ"), ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"),
)  # fmt: skip
_ENGLISH = (
    ("ʔˌn\u0329", "ʔn"), ("ʔn\u0329", "ʔn"), ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"), ("ʲo", "jo"), ("ʲə", "jə"), ("ʲ", ""), ("e", "A"), ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"),
    ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("\u0303", ""),
)  # fmt: skip
_AMERICAN = (("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""))
_BRITISH = (("e^ə", "ɛː"), ("iə", "ɪə"), ("ə^ʊ", "Q"))
# No German was in the training: the net's uvular r and open schwa are nearer to it than espeak's tap and its "ɜ"
# (whisper-base hears .13 of the words wrong instead of .16).
_GERMAN = (("ɾ", "ʁ"), ("ɜ", "ɐ"))
_NEAREST = str.maketrans(
    {"g": "ɡ", "ʏ": "y", "ɦ": "h", "ʱ": "ʰ", "ɫ": "l", "ɭ": "l", "ʐ": "ʒ", "ʑ": "ʒ", "ɱ": "m", "ʀ": "ʁ", "ɵ": "ø",
     "ʉ": "u", "ɘ": "ə", "ɞ": "ɜ", "ʍ": "w", "ħ": "h", "ɓ": "b", "ɗ": "d", "ʙ": "b"}
)  # fmt: skip
_SILENT = str.maketrans("", "", "^-\u0329\u032a\u0361\u032f\u0306ˑ.'`")


def to_symbols(ipa: str, *, language: str) -> str:
    """Map one line of tied IPA; ``language`` is one of ``voices.LANGUAGES``."""
    if language in {"en-US", "en-GB"}:
        said = _replaced(ipa, _ENGLISH)
        said = re.sub(r"(\S)\u0329", r"ᵊ\1", said)
        said = _replaced(said, _BRITISH if language == "en-GB" else _AMERICAN)
        said = said.replace("o", "ɔ").replace("ɾ", "T").replace("ʔ", "t")
    else:
        said = _replaced(_replaced(ipa, _OTHER), _GERMAN if language == "de" else ())
    return said.translate(_SILENT).translate(_NEAREST)


def _replaced(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for old, new in table:
        text = text.replace(old, new)
    return text
