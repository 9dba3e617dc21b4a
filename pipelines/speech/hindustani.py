"""Hindi and Urdu as one language: the consonants of a text, whichever of its two scripts it is written in.

Whisper-base hears Hindi and often writes Urdu. Urdu leaves short vowels out and has several letters for one sound, so
the two can be compared by their consonants only; vowels, breath and the difference between dental and retroflex are
left out on both sides. Latin letters (brands) are kept as they sound in most cases.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# One line per sound: Devanagari, Arabic letters as Urdu uses them, Latin.
_SOUNDS: Final = {
    "k": "कखक़ख़" "کخقك" "kcq",
    "g": "गघग़" "گغ" "g",
    "c": "चछ" "چ",
    "j": "जझज़झ़य़" "جزذضظژ" "jz",
    "t": "टठतथ" "تطٹة" "t",
    "d": "डढदध" "دڈ" "d",
    "n": "नणङञंँ" "نں" "n",
    "p": "पफफ़" "پف" "pf",
    "b": "बभ" "ب" "b",
    "m": "म" "م" "m",
    "r": "रड़ढ़ऋृ" "رڑ" "r",
    "l": "लळ" "ل" "l",
    "s": "सशष" "سصثش" "sx",
}  # fmt: skip
_LETTERS: Final = {
    letter: sound
    for sound, letters in _SOUNDS.items()
    for letter in unicodedata.normalize("NFC", letters)
    if not unicodedata.combining(letter) or letter in "ंँृ"
}


def consonants(text: str) -> str:
    """The consonants of a text, one letter a sound, without doubles: "हमारी नई" and "ہماری نئی" are both "mrn"."""
    made = ""
    for letter in unicodedata.normalize("NFKC", text).casefold():
        sound = _LETTERS.get(letter, "")
        if sound and not made.endswith(sound):
            made += sound
    return made
