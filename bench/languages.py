"""Which languages our voices may speak: word errors of those they were trained in beside those they were not.

    SAYSO_WEIGHTS=~/.sayso/weights python -m bench.languages [--languages nl,pl] [--own fr,pt-BR] [--json]

For a language that no voice was trained in, every stock voice of ``CANDIDATES`` says the ``choosing`` sentences of
``language_candidates.toml``; the best (``KEPT``) says the ``measuring`` ones, which chose nothing.
whisper-base listens.

The bar: a voice may speak a new language when whisper-base mishears no more than .12 of the words. That is the worst
trained language of the first run (French, .087) and the .03 that is chance in five sentences; trained languages are
measured in the same run, so the bar can be read against them.
"""

from __future__ import annotations

import argparse
import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import jiwer
import numpy as np
from pydantic import BaseModel, ConfigDict

from bench.voices import SENTENCES, Judge, error_rate, measure
from pipelines.errors import ScriptRefusedError
from pipelines.media import AudioClip, Float32Array, Speech
from pipelines.voice.front.base import read_sentence
from pipelines.voice.front.spaced import over_words
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.kokoro.network import SAMPLE_RATE, TIMBRE_SIZE, KokoroNetwork, load_style
from pipelines.voice.loudness import normalise
from pipelines.voice.phonemes.espeak import Espeak, open_espeak
from pipelines.voice.phonemes.ipa import to_symbols
from pipelines.voice.phonemes.sounds import nearest
from pipelines.voice.phonemes.symbols import SYMBOL_IDS, token_ids
from pipelines.voice.script.pieces import Phonemes, Piece, Span, Spoken
from pipelines.voice.script.sentences import sentences
from pipelines.voice.voices import default_voice

BAR: Final = 0.12
KEPT: Final = 1
CANDIDATES: Final = ("jm_kumo", "if_sara", "pf_dora")
OWN: Final = ("en-US", "fr", "es", "it", "pt-BR", "de")
_FILE: Final = Path(__file__).with_name("language_candidates.toml")
_CHARACTERS = frozenset({"ko"})  # words are split at will there: letters are counted


class Candidate(BaseModel):
    """A language that no voice was trained in; see ``language_candidates.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    espeak: str
    nearer: tuple[tuple[str, str], ...]
    choosing: tuple[str, ...]
    measuring: tuple[str, ...]


class _Clauses:
    """Reads clauses as ``SpacedFrontEnd`` would, for a language that it does not have."""

    def __init__(self, language: str, candidate: Candidate, espeak: Espeak) -> None:
        self._language = language
        self._candidate = candidate
        self._espeak = espeak

    def clause(self, words: Sequence[Spoken]) -> Phonemes:
        """See ``ClauseReader.clause``."""
        (ipa,) = self._espeak.ipa([" ".join(word.text for word in words)], voice=self._candidate.espeak)
        for written, said in self._candidate.nearer:
            ipa = ipa.replace(written, said)
        symbols = "".join(_known(s) for s in to_symbols(ipa, language=self._language))
        whole = Span(begin=words[0].span.begin, end=words[-1].span.end)
        return over_words(symbols, (symbols,), (whole,))


def _known(symbol: str) -> str:
    return symbol if symbol in SYMBOL_IDS else nearest(symbol) or ""


class Speaker:
    """The bare net: symbols and a stock voice become speech."""

    def __init__(self, weights: Path, espeak: Espeak) -> None:
        self._weights = weights
        self._network = KokoroNetwork(weights / "kokoro-82m" / "model.onnx", threads=1)
        self._espeak = espeak

    def speak(self, text: str, *, language: str, candidate: Candidate, voice: str) -> Speech:
        """Say a text, one pass of the net per sentence."""
        rows = load_style(self._weights / "kokoro-voices" / f"voices/{voice}.bin")
        reader = _Clauses(language, candidate, self._espeak)
        parts: list[Float32Array] = []
        for sentence in sentences((Piece(kind="plain", text=text, span=Span(begin=0, end=len(text))),)):
            ids = token_ids(read_sentence(sentence, reader).symbols)
            row = rows[len(ids) - 1].reshape(-1)
            plan = self._network.plan(ids, row, speed=1.0)
            parts.append(self._network.speak(plan, row[:TIMBRE_SIZE]).waveform)
        waveform = normalise(np.concatenate(parts), SAMPLE_RATE)
        audio = AudioClip(waveform=waveform, sample_rate=SAMPLE_RATE)
        return Speech(audio=audio, text=text, locale=language, voice=voice, words=(), phonemes=(), cards=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One voice in one language; ``error`` is the share of words (letters in Korean) that the judge misheard."""

    language: str
    voice: str
    trained: bool
    error: float
    heard: tuple[str, ...]


def candidates() -> dict[str, Candidate]:
    """Read ``language_candidates.toml``."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {language: Candidate.model_validate(table) for language, table in tables.items()}


def _heard(
    speaker: Speaker, judge: Judge, language: str, candidate: Candidate, voice: str, *, texts: tuple[str, ...]
) -> Row:
    errors, heard = [], []
    for text in texts:
        speech = speaker.speak(text, language=language, candidate=candidate, voice=voice)
        transcript = judge.hears(speech, language.partition("-")[0])
        heard.append(transcript)
        errors.append(_error(text, transcript, language))
    return Row(language=language, voice=voice, trained=False, error=float(np.mean(errors)), heard=tuple(heard))


def _error(said: str, heard: str, language: str) -> float:
    if language in _CHARACTERS:
        letters = ["".join(c for c in text if c.isalnum()) or "_" for text in (said, heard)]
        return float(jiwer.cer(letters[0], letters[1]))
    return error_rate(said, heard, language.partition("-")[0])


def measured(speaker: Speaker, judge: Judge, language: str, voices: Sequence[str]) -> list[Row]:
    """Choose the voices that say the first sentences best, then measure those with the others."""
    candidate = candidates()[language]
    try:
        chosen = sorted(
            (_heard(speaker, judge, language, candidate, voice, texts=candidate.choosing) for voice in voices),
            key=lambda row: row.error,
        )
    except ScriptRefusedError as e:
        print(f"{language:6} cannot be said: {e}")
        return []
    tried = "  ".join(f"{row.voice} {row.error:.2f}" for row in chosen)
    print(f"{language:6} choosing: {tried}", flush=True)
    return [_heard(speaker, judge, language, candidate, row.voice, texts=candidate.measuring) for row in chosen[:KEPT]]


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, card_id: str, file: str) -> Path:
        """See ``WeightFiles.path``."""
        return self._root / card_id / file


def _own(weights: Path, espeak: Espeak, judge: Judge, language: str) -> Row:
    engine = KokoroVoice(_Folder(weights), lambda: datetime.now(UTC), espeak=espeak)
    assert SENTENCES[language.partition("-")[0]]
    row = measure(engine, judge, language, default_voice(language))
    return Row(language=language, voice=row.voice, trained=language != "de", error=row.error, heard=row.heard)


def main() -> None:
    """Print the table; with ``--json`` also the bars."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", default=",".join(candidates()), help="not trained; empty for none")
    parser.add_argument("--own", default=",".join(OWN), help="trained ones to compare with; empty for none")
    parser.add_argument("--voices", default=",".join(CANDIDATES))
    parser.add_argument(
        "--weights", type=Path, default=Path(os.environ.get("SAYSO_WEIGHTS", "~/.sayso/weights")).expanduser()
    )
    parser.add_argument("--heard", action="store_true", help="print what the judge heard")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    espeak = open_espeak()
    judge = Judge(asked.weights / "whisper-base")
    speaker = Speaker(asked.weights, espeak)
    rows: list[Row] = []
    for language in filter(None, asked.languages.split(",")):
        rows.extend(
            _shown(row, heard=asked.heard) for row in measured(speaker, judge, language, asked.voices.split(","))
        )
    own = (_own(asked.weights, espeak, judge, language) for language in filter(None, asked.own.split(",")))
    rows.extend(_shown(row, heard=asked.heard) for row in own)
    if asked.json:
        bars = [
            {
                "what": f"error in {r.language} ({r.voice})",
                "value": round(r.error, 3),
                "bar": BAR,
                "holds": r.error <= BAR,
            }
            for r in rows
        ]
        print(json.dumps({"name": "languages", "bars": bars}))


def _shown(row: Row, *, heard: bool) -> Row:
    kind = "trained" if row.trained else "not trained"
    verdict = "passes" if row.error <= BAR else "fails"
    print(f"{row.language:6} {row.voice:10} {kind:12} word error {row.error:.3f}  {verdict}", flush=True)
    if heard:
        print("\n".join(f"       {line}" for line in row.heard), flush=True)
    return row


if __name__ == "__main__":
    main()
