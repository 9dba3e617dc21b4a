"""IPA that a person wrote, in the net's alphabet: checked sign by sign, with the nearest sound in the error."""

from __future__ import annotations

import re
from typing import Final

from pipelines.errors import ScriptRefusedError
from pipelines.voice.phonemes.ipa import to_symbols
from pipelines.voice.phonemes.sounds import nearest
from pipelines.voice.phonemes.symbols import MARKERS, PUNCTUATION, SYMBOL_IDS

IPA_MAX: Final = 200  # signs; a name of thirty words

# What is written for want of the sign, and ties in one spelling.
_ALIKE: Final = str.maketrans({"'": "ˈ", "’": "ˈ", ":": "ː", "g": "ɡ", "\u035c": "\u0361"})
_AFFRICATES: Final = re.compile(r"t\u0361?ʃ|d\u0361?ʒ|t\u0361s|d\u0361z|t\u0361?ɕ")
_DIPHTHONGS: Final = re.compile(r"e\u0361?ɪ|a\u0361?ɪ|a\u0361?ʊ|o\u0361?ʊ|ə\u0361?ʊ|ɔ\u0361?ɪ")
_DROPPED: Final = re.compile(r"[\u032f\u0329\u032a.‿|]")  # syllable marks: the net has none
_CAPITALS: Final = re.compile(r"[A-Z]")


def given_symbols(ipa: str, *, language: str, word: str) -> str:
    """Return the net's symbols for IPA as people write it ("ˈseɪsoʊ", "t͡ʃ" or "tʃ").

    Args:
        ipa: With or without the slashes around it.
        language: One of ``voices.LANGUAGES``: its alphabet has signs of its own.
        word: What it is said for, for the error.

    Raises:
        ScriptRefusedError: A sign is no IPA, or no voice has its sound; says which is the nearest.
    """
    bare = ipa.strip().strip("/[]").strip()
    if not bare or len(bare) > IPA_MAX:
        raise ScriptRefusedError(f"the IPA of {word!r} has {len(bare)} signs; write 1 to {IPA_MAX}")
    for sign in bare.translate(_ALIKE):
        if _CAPITALS.match(sign):
            raise ScriptRefusedError(f"the IPA {ipa!r} of {word!r} has {sign!r}; IPA has no capital letters")
    tied = _DIPHTHONGS.sub(_tied, _AFFRICATES.sub(_tied, bare.translate(_ALIKE)))
    symbols = to_symbols(_DROPPED.sub("", tied).replace("ɡ", "g"), language=language)
    symbols = re.sub(r"\s+", " ", symbols).strip()
    for sign in symbols:
        if sign not in SYMBOL_IDS:
            raise ScriptRefusedError(_unknown(sign, ipa, word))
    if all(sign in MARKERS or sign in PUNCTUATION or sign == " " for sign in symbols):
        raise ScriptRefusedError(f"the IPA {ipa!r} of {word!r} says nothing; write at least one sound")
    return symbols


def _tied(match: re.Match[str]) -> str:
    return f"{match[0][0]}^{match[0][-1]}"


def _unknown(sign: str, ipa: str, word: str) -> str:
    near = nearest(sign)
    advice = f"the nearest is {near!r}" if near else "leave it out, or write a respelling"
    return f"the IPA {ipa!r} of {word!r} has {sign!r} (U+{ord(sign):04X}), which no voice can say; {advice}"
