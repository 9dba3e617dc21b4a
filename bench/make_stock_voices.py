"""Makes assets/evidence/stock_voices.npz: our engine's voices as the speaker encoder hears them, and their pitch.

    python -m bench.make_stock_voices --weights ~/.sayso/weights [--spoken FOLDER]

Each voice reads two of the sentences of bench/voices.py in its own language. The voices are stock styles of Kokoro-82M;
nobody's recording is used. With ``--spoken``, sentences that were spoken before are read from there (NAME.wav, 16 kHz).
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from bench.consenting import grant_for
from bench.voices import SENTENCES
from pipelines.assets import ASSETS
from pipelines.media import AudioClip
from pipelines.speech.encoder import SAMPLE_RATE, SpeakerEncoder
from pipelines.speech.pitch import pitch
from pipelines.speech.stock import FILE
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.kokoro.melody import melody_of
from pipelines.voice.voices import VOICES
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

TARGET = ASSETS / "evidence" / FILE


def main() -> None:
    """Speak, listen, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--spoken", type=Path)
    wish = parser.parse_args()
    weights = WeightsStore(wish.weights, load_cards(ASSETS / "weights.toml"))
    engine, encoder = KokoroVoice(weights, lambda: datetime.now(UTC), threads=1), SpeakerEncoder(weights)
    heard, pitches = [], []
    for index, voice in enumerate(VOICES):
        before = wish.spoken / f"kokoro-{voice.name}.wav" if wish.spoken else None
        if before and before.is_file():
            waveform, _ = soundfile.read(before, dtype="float32")
        else:
            sentences = SENTENCES[voice.language.split("-")[0]]
            text = f"{sentences[index % len(sentences)]} {sentences[(index + 2) % len(sentences)]}"
            grant = grant_for(text, voice.language)
            spoken = engine.speak(text, locale=voice.language, voice=voice.name, grant=grant, seed=1)
            waveform = resample_poly(spoken.audio.waveform, 2, 3).astype(np.float32)
        clip = AudioClip(waveform=waveform, sample_rate=SAMPLE_RATE)
        melody = melody_of(pitch(clip))
        if melody is None:
            raise SystemExit(f"{voice.name} has no voiced sound")
        heard.append(encoder.embed(clip))
        pitches.append(melody.median_hz)
        print(voice.name)
    TARGET.parent.mkdir(exist_ok=True)
    names = np.array([voice.name for voice in VOICES])
    np.savez(TARGET, names=names, voices=np.stack(heard), pitches=np.array(pitches, dtype=np.float32))


if __name__ == "__main__":
    main()
