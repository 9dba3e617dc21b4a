"""What the quality gate's bars rest on: good speech of every language, and the same speech spoiled in known ways.

    SAYSO_WEIGHTS=~/.sayso/weights python -m bench.quality [--languages fr,de] [--json]

A row is one script of one language in its default voice: the share of sounds that the listener got wrong, the share of
its language, DNSMOS, and what the gate says. Spoiled: another script is expected; the last third is cut off; noise at
10 dB; the script's language is another one. `--json` prints two bars: good speech passes, spoiled speech does not.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.consenting import grant_for
from bench.voices import SENTENCES
from pipelines.media import AudioClip, Speech
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.loudness import normalise
from pipelines.voice.quality.gate import check_speech
from pipelines.voice.quality.judges import Judges, open_judges
from pipelines.voice.quality.report import Fault, QualityReport
from pipelines.voice.voices import LANGUAGES

PASSES_MIN = 1.0
CAUGHT_MIN = 0.95
# What marketers write: numbers, prices, dates, names that no listener can spell.
ADS: dict[str, tuple[str, ...]] = {
    "en": ("Coffee One. Ready in 10 seconds.", "Only $12.50 until May 31st at example.com!"),
    "fr": ("Votre café, en dix secondes.", "Seulement 12,50 € jusqu'au 31 mai !"),
    "es": ("Tu café, en 10 segundos.", "¡Solo 12,50 € hasta el 31 de mayo!"),
    "it": ("Il tuo caffè, in 10 secondi.", "Solo 12,50 € fino al 31 maggio!"),
    "pt": ("Seu café em 10 segundos.", "Só R$ 12,50 até 31 de maio!"),
    "de": ("Ihr Kaffee, in 10 Sekunden.", "Nur 12,50 € bis zum 31. Mai!"),
    "hi": ("आपकी कॉफी, दस सेकंड में।", "सिर्फ 250 रुपये में, आज ही खरीदें।"),
    "ja": ("コーヒーは、10秒で。", "5月31日まで、たったの1250円です。"),
    "zh": ("您的咖啡，10秒就好。", "只要12.5元，到5月31日为止！"),
}


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, card_id: str, file: str) -> Path:
        """See ``WeightFiles.path``."""
        return self._root / card_id / file

    def folder(self, card_id: str) -> Path:
        """See ``WeightFolders.folder``."""
        return self._root / card_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One speech and what the gate said; ``spoiled`` is how, or "" for good speech."""

    language: str
    spoiled: str
    report: QualityReport
    seconds: float


def rows(engine: KokoroVoice, judges: Judges, language: str) -> Iterator[Row]:
    """Good speech, then the same speech spoiled."""
    primary = language.partition("-")[0]
    texts = (*SENTENCES[primary], *ADS[primary])
    for at, text in enumerate(texts):
        speech = engine.speak(text, locale=language, grant=grant_for(text, language), seed=1)
        yield _judged(speech, judges, language=language, script=text, spoiled="")
        yield _judged(speech, judges, language=language, script=texts[at - 1], spoiled="other script")
        if at < 2:  # noqa: PLR2004 -- two of each are enough to see the kind
            cut = speech.audio.waveform[: len(speech.audio.waveform) * 5 // 10]
            yield _judged(_with(speech, cut), judges, language=language, script=text, spoiled="half is missing")
            yield _judged(_noisy(speech), judges, language=language, script=text, spoiled="noise at 10 dB")
            other = "fr" if primary == "en" else "en-US"
            foreign = SENTENCES[other.partition("-")[0]][at]
            said = engine.speak(foreign, locale=other, grant=grant_for(foreign, other), seed=1)
            yield _judged(said, judges, language=language, script=text, spoiled="other language")


def _judged(speech: Speech, judges: Judges, *, language: str, script: str, spoiled: str) -> Row:
    started = time.perf_counter()
    report = check_speech(speech, script=script, locale=language, judges=judges)
    return Row(language=language, spoiled=spoiled, report=report, seconds=time.perf_counter() - started)


def _with(speech: Speech, waveform: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Speech:
    rate = speech.audio.sample_rate
    return replace(speech, audio=AudioClip(waveform=normalise(waveform, rate), sample_rate=rate))


def _noisy(speech: Speech) -> Speech:
    clean = speech.audio.waveform
    noise = np.random.default_rng(1).standard_normal(len(clean)).astype(np.float32)
    return _with(speech, clean + noise * np.float32(np.sqrt(np.mean(clean**2)) / 10**0.5))


def main() -> None:
    """Print the table, or with ``--json`` the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument(
        "--weights", type=Path, default=Path(os.environ.get("SAYSO_WEIGHTS", "~/.sayso/weights")).expanduser()
    )
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    weights = _Folder(asked.weights)
    engine, judges = KokoroVoice(weights, lambda: datetime.now(UTC)), open_judges(weights)
    good: list[bool] = []
    caught: list[bool] = []
    for language in asked.languages.split(","):
        for row in rows(engine, judges, language):
            (caught if row.spoiled else good).append(row.report.holds != bool(row.spoiled))
            if not asked.json:
                values = (row.report.finding(fault) for fault in (Fault.WORDS, Fault.LANGUAGE, Fault.OPINION))
                numbers = "  ".join(f"{v.fault} {v.value:.2f}" if v else "-" for v in values)
                verdict = "passes" if row.report.holds else ",".join(f.fault for f in row.report.faults)
                print(
                    f"{row.language:6} {row.spoiled or 'good':16} {numbers}  {row.seconds:.1f} s  {verdict}  "
                    f"{row.report.heard}",
                    flush=True,
                )
    bars = [
        ("good speech passes the gate", float(np.mean(good)), PASSES_MIN),
        ("spoiled speech is caught", float(np.mean(caught)), CAUGHT_MIN),
    ]
    if asked.json:
        found = [{"what": w, "value": round(v, 3), "bar": b, "holds": v >= b} for w, v, b in bars]
        print(json.dumps({"name": "quality", "bars": found}))
    else:
        print("\n".join(f"{w}: {v:.3f} (bar {b})" for w, v, b in bars))


if __name__ == "__main__":
    main()
