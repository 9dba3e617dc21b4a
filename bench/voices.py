"""How well a judge hears our voices: word errors per language and voice, and seconds per second of speech.

    SAYSO_WEIGHTS=~/.sayso/weights python -m bench.voices [--languages fr,de] [--gender male] [--json]

whisper-base listens. Errors are in words; in kana for Japanese and in pinyin syllables for Chinese, where one word has
many spellings. Hindi is printed only: the judge answers in Urdu letters.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jiwer
import numpy as np
import pyopenjtalk
from faster_whisper import WhisperModel
from pypinyin import lazy_pinyin
from scipy.signal import resample_poly

from bench.consenting import grant_for
from pipelines.media import Speech
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.loudness import integrated_lufs, true_peak_dbtp
from pipelines.voice.phonemes.espeak import EspeakChild
from pipelines.voice.voices import LANGUAGES, default_voice

BAR = 0.15
ONLY_REPORTED = frozenset({"hi"})
_JUDGE_HZ = 16_000

SENTENCES: dict[str, tuple[str, ...]] = {
    "en": (
        "Our new coffee maker brews a perfect cup in under two minutes.",
        "Order before Friday and get free delivery on every product.",
        "Join thousands of happy customers who already switched to green energy.",
        "Good mornings start with good coffee, so take one home today.",
        "Soft, light and made to last: meet the shoes that go wherever you go.",
    ),
    "fr": (
        "Notre nouvelle machine prépare un café parfait en moins de deux minutes.",
        "Commandez avant vendredi et profitez de la livraison gratuite.",
        "Rejoignez des milliers de clients satisfaits dans toute la France.",
        "Une bonne journée commence par un bon café, alors faites-vous plaisir.",
        "Découvrez une lumière douce qui s'adapte à chaque moment de votre vie.",
    ),
    "es": (
        "Nuestra nueva cafetera prepara un café perfecto en menos de dos minutos.",
        "Haga su pedido antes del viernes y disfrute del envío gratis.",
        "Miles de clientes satisfechos ya confían en nuestra energía verde.",
        "Las buenas mañanas empiezan con un buen café, así que llévate uno a casa.",
        "Descubre una luz suave que se adapta a cada momento de tu vida.",
    ),
    "it": (
        "La nostra nuova macchina prepara un caffè perfetto in meno di due minuti.",
        "Ordina entro venerdì e approfitta della spedizione gratuita.",
        "Migliaia di clienti soddisfatti hanno già scelto la nostra energia verde.",
        "Una bella giornata comincia con un buon caffè, provalo oggi stesso.",
        "Scopri una luce morbida che si adatta a ogni momento della tua vita.",
    ),
    "pt": (
        "Nossa nova cafeteira prepara um café perfeito em menos de dois minutos.",
        "Faça seu pedido até sexta-feira e ganhe frete grátis.",
        "Milhares de clientes satisfeitos já escolheram nossa energia verde.",
        "Um bom dia começa com um bom café, então leve o seu para casa hoje.",
        "Descubra uma luz suave que acompanha cada momento da sua vida.",
    ),
    "de": (
        "Unsere neue Maschine kocht perfekten Kaffee in weniger als zwei Minuten.",
        "Bestellen Sie bis Freitag und sichern Sie sich den kostenlosen Versand.",
        "Tausende zufriedene Kunden nutzen schon heute unsere grüne Energie.",
        "Ein guter Morgen beginnt mit gutem Kaffee, also nehmen Sie sich einen mit nach Hause.",
        "Entdecken Sie ein weiches Licht, das sich jedem Augenblick anpasst.",
        "Die neue Kollektion ist da: leicht, warm und für viele Jahre gemacht.",
    ),
    "hi": (
        "हमारी नई मशीन दो मिनट में बढ़िया कॉफी बनाती है।",
        "शुक्रवार से पहले ऑर्डर करें और मुफ्त डिलीवरी पाएं।",
        "हजारों खुश ग्राहक हमारे साथ जुड़ चुके हैं।",
        "अच्छी सुबह अच्छी कॉफी से शुरू होती है।",
    ),
    "ja": (
        "新しいコーヒーメーカーは、二分以内に完璧な一杯を淹れます。",
        "金曜日までにご注文いただくと、送料が無料になります。",
        "すでに多くのお客様が当社のサービスを利用しています。",
        "おいしいコーヒーで、気持ちのよい朝を始めましょう。",
        "毎日の暮らしに、やさしい光をお届けします。",
    ),
    "zh": (
        "我们的新咖啡机两分钟就能做出一杯完美的咖啡。",
        "星期五之前下单，全场免费送货。",
        "成千上万的客户已经选择了我们的绿色能源。",
        "美好的早晨从一杯好咖啡开始，今天就带一杯回家吧。",
        "柔和的灯光，陪伴您生活的每一刻。",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One voice in one language. ``error`` is a share; ``rtf`` is seconds of work per second of speech."""

    language: str
    voice: str
    error: float
    rtf: float
    lufs: float
    peak_dbtp: float
    heard: tuple[str, ...]


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, card_id: str, file: str) -> Path:
        """See ``WeightFiles.path``."""
        return self._root / card_id / file


class Judge:
    """whisper-base, asked what it hears."""

    def __init__(self, folder: Path) -> None:
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def hears(self, speech: Speech, language: str) -> str:
        """Return the transcript."""
        samples = resample_poly(speech.audio.waveform, _JUDGE_HZ, speech.audio.sample_rate).astype(np.float32)
        segments, _ = self._model.transcribe(
            samples, language=language, beam_size=2, condition_on_previous_text=False, without_timestamps=True
        )
        return " ".join(segment.text.strip() for segment in segments)


def error_rate(said: str, heard: str, language: str) -> float:
    """Return the share of words (kana, pinyin syllables) that were heard wrong."""
    if language == "ja":
        return float(jiwer.cer(_kana(said), _kana(heard) or "_"))
    if language == "zh":
        return float(jiwer.wer(_pinyin(said), _pinyin(heard) or "_"))
    return float(jiwer.wer(_words(said), _words(heard) or "_"))


def _words(text: str) -> str:
    kept = "".join(
        c if unicodedata.category(c)[0] in "LMN" else " " for c in unicodedata.normalize("NFKC", text).lower()
    )
    return re.sub(r"\s+", " ", kept).strip()


def _kana(text: str) -> str:
    return re.sub(r"[^ァ-ヴ]", "", str(pyopenjtalk.g2p(text, kana=True)))


def _pinyin(text: str) -> str:
    return " ".join(lazy_pinyin(re.sub(r"[^\u4e00-\u9fff]", "", text)))


def measure(engine: KokoroVoice, judge: Judge, language: str, voice: str) -> Row:
    """Speak and judge every sentence of a language."""
    primary = language.partition("-")[0]
    errors, heard, spent, spoken, levels, peaks = [], [], 0.0, 0.0, [], []
    for text in SENTENCES[primary]:
        grant = grant_for(text, language)
        started = time.perf_counter()
        speech = engine.speak(text, locale=language, voice=voice, grant=grant, seed=1)
        spent += time.perf_counter() - started
        spoken += speech.audio.duration_s
        levels.append(integrated_lufs(speech.audio.waveform, speech.audio.sample_rate))
        peaks.append(true_peak_dbtp(speech.audio.waveform))
        transcript = judge.hears(speech, primary)
        errors.append(error_rate(text, transcript, primary))
        heard.append(transcript)
    return Row(
        language=language, voice=voice, error=float(np.mean(errors)), rtf=spent / spoken, lufs=float(np.mean(levels)),
        peak_dbtp=max(peaks), heard=tuple(heard),
    )  # fmt: skip


def main() -> None:
    """Print the table, or with ``--json`` the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--voices", default="", help="these voices instead of each language's default")
    parser.add_argument("--gender", choices=("female", "male"))
    parser.add_argument(
        "--weights", type=Path, default=Path(os.environ.get("SAYSO_WEIGHTS", "~/.sayso/weights")).expanduser()
    )
    parser.add_argument(
        "--wheel-espeak", action="store_true", help="phonemes from the wheel, not from espeak-ng on PATH"
    )
    parser.add_argument("--heard", action="store_true", help="print what the judge heard")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    espeak = EspeakChild() if asked.wheel_espeak else None
    engine = KokoroVoice(_Folder(asked.weights), lambda: datetime.now(UTC), espeak=espeak)
    judge = Judge(asked.weights / "whisper-base")
    rows: list[Row] = []
    for language in asked.languages.split(","):
        for voice in asked.voices.split(",") if asked.voices else [default_voice(language, asked.gender)]:
            row = measure(engine, judge, language, voice)
            rows.append(row)
            if not asked.json:
                level = f"{row.lufs:.1f} LUFS  {row.peak_dbtp:.2f} dBTP"
                print(f"{row.language:6} {row.voice:14} error {row.error:.3f}  RTF {row.rtf:.2f}  {level}", flush=True)
                if asked.heard:
                    print("\n".join(f"       {line}" for line in row.heard))
    if asked.json:
        bars = [
            {
                "what": f"error in {row.language} ({row.voice})",
                "value": round(row.error, 3),
                "bar": BAR,
                "holds": row.error <= BAR,
            }
            for row in rows
            if row.language not in ONLY_REPORTED
        ]
        print(json.dumps({"name": "voices", "bars": bars}))


if __name__ == "__main__":
    main()
