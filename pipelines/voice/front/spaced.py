"""Languages written with spaces, read by espeak-ng: English, French, Spanish, Italian, Portuguese, Hindi, German."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from pipelines.voice.front.base import read_sentence, require_letters, spoken_alone
from pipelines.voice.phonemes.espeak import Espeak
from pipelines.voice.phonemes.ipa import to_symbols
from pipelines.voice.script.pieces import Phonemes, Sentence, Span, Spoken, join
from pipelines.voice.timing.alignment import boundaries

# Codes that every espeak-ng knows; 1.52 has lost some of the longer ones (fr-fr, en-gb).
_ESPEAK_VOICES = {
    "en-US": "en-us", "en-GB": "en", "fr": "fr", "es": "es", "it": "it", "pt-BR": "pt-br", "hi": "hi", "de": "de"
}  # fmt: skip
_LATIN = frozenset({"LATIN", "FEMININE", "MASCULINE", "MICRO"})
# White space, but not before marks that French sets apart, and not after marks that open: "prêt ?" breaks nowhere.
_WORD = re.compile(r"(?:[«¿¡“(—–-]+\s+)?\S+(?:\s+[!?;:»”)…—–-]+(?=\s|$))*")
_PAUSE = re.compile(r"\[pause\s+[\d.]+\s?s\]", re.IGNORECASE)


class SpacedFrontEnd:
    """One language of ``_ESPEAK_VOICES``; Spanish outside Spain is read without the lisp."""

    def __init__(self, language: str, *, locale: str, espeak: Espeak) -> None:
        self._language = language
        self._espeak = espeak
        region = locale.replace("_", "-").partition("-")[2].upper()
        is_american = language == "es" and region not in {"", "ES"}
        self._voice = "es-419" if is_american else _ESPEAK_VOICES[language]
        self._scripts = _LATIN | ({"DEVANAGARI"} if language == "hi" else set())

    def words(self, text: str) -> tuple[Span, ...]:
        """See ``FrontEnd.words``."""
        return spaced_words(text)

    def phonemes(self, sentence: Sentence) -> Phonemes:
        """See ``FrontEnd.phonemes``."""
        return read_sentence(sentence, self)

    def clause(self, words: Sequence[Spoken]) -> Phonemes:
        """See ``ClauseReader.clause``."""
        parts: list[Phonemes] = []
        for is_given, group in groupby(words, key=lambda word: word.symbols is not None):
            run = list(group)
            said = [spoken_alone(word.symbols or "", word.span) for word in run] if is_given else [self._run(run)]
            for part in said:
                if part.symbols:
                    parts.extend(([spoken_alone(" ", None)] if parts else []) + [part])
        return join(parts)

    def _run(self, words: list[Spoken]) -> Phonemes:
        require_letters(words, scripts=self._scripts, language=self._language)
        alone = list(dict.fromkeys(word.text for word in words))
        lines = [" ".join(word.text for word in words), *alone]
        answers = [to_symbols(ipa, language=self._language) for ipa in self._espeak.ipa(lines, voice=self._voice)]
        by_word = dict(zip(alone, answers[1:], strict=True))
        return over_words(answers[0], tuple(by_word[word.text] for word in words), tuple(word.span for word in words))


def over_words(whole: str, alone: tuple[str, ...], spans: tuple[Span, ...]) -> Phonemes:
    """Lay words, each phonemized alone, over the clause phonemized whole."""
    groups = whole.split(" ")
    if len(groups) == len(alone):
        starts = [0]
        for group in groups[:-1]:
            starts.append(starts[-1] + len(group) + 1)
    else:
        starts = list(boundaries(alone, whole))
    owners: list[Span | None] = [None] * len(whole)
    for start, end, span in zip(starts, [*starts[1:], len(whole)], spans, strict=True):
        owners[start:end] = [span] * (end - start)
    return Phonemes(symbols=whole, spans=tuple(None if s == " " else o for s, o in zip(whole, owners, strict=True)))


def spaced_words(text: str) -> tuple[Span, ...]:
    """Return words as white space parts them; pause marks are no words."""
    blanked = _PAUSE.sub(lambda m: " " * len(m[0]), text)
    return tuple(Span(begin=m.start(), end=m.end()) for m in _WORD.finditer(blanked))
