"""Train and measure the mouth driver (assets/driver/mouth_driver.npz) with one command.

    python -m bench.train_mouth_driver --weights WEIGHTS --footage GRID_CLIPS

Trained on two things together: speech of stock voices in eight languages, whose exact phoneme times give articulatory
targets (no person is involved), and the lips of one speaker of the GRID corpus (Cooke et al. 2006, CC-BY-4.0), of which
nothing but these coefficients is kept. Measured on footage that was held out: correlation of the predicted opening with
the real one, and with the wrong clip's sound as the floor.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np

from bench.consenting import grant_for
from pipelines.avatar.alignment import aligned
from pipelines.avatar.articulation import articulate
from pipelines.avatar.driver import DRIVER_PATH, FPS, MouthDriver, load_driver, store_driver, with_context
from pipelines.avatar.speech_features import WhisperEncoder, activity, has_whisper, loudness
from pipelines.faces import mesh
from pipelines.faces.landmarks import FaceFinder, eye_distance, mouth_opening
from pipelines.media import AudioClip, ByteArray, Float32Array, Speech
from pipelines.voice.kokoro.engine import KokoroVoice

RIDGE = 1e4
HELD_OUT = 10  # clips, the last by name
# The footage's openings and widths brought to the scale of the articulatory targets.
REAL_SHUT, REAL_RANGE, REAL_WIDE_RANGE = 0.01, 0.08, 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One utterance: features (frame, 512) and targets (frame, 2)."""

    features: Float32Array
    targets: Float32Array


class Folder:
    """Weights as they lie on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, card_id: str, file: str) -> Path:
        """Where a file of a card lies."""
        return self._root / card_id / file


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def spoken(weights: Folder, sentences: Path) -> Iterator[Speech]:
    """Every sentence in every voice."""
    voice = KokoroVoice(weights, now)
    for locale, entry in tomllib.loads(sentences.read_text(encoding="utf-8")).items():
        for name in entry["voices"]:
            for text in entry["texts"]:
                yield voice.speak(text, locale=locale, voice=name, grant=grant_for(text, locale), seed=0)


def articulatory(speech: Speech, encoder: WhisperEncoder) -> Sample:
    """What a mouth should do, from the exact phonemes."""
    features = encoder.features(speech.audio, fps=FPS)
    level = loudness(speech.audio, fps=FPS)
    said = articulate(aligned(speech.phonemes, speech.audio), frames=len(features), fps=FPS)
    active = activity(level)
    effort = 0.80 + 0.25 * np.clip((level + 18) / 18, 0, 1.2)
    opening = said.opening * (1 - said.closure) * active * effort
    return Sample(features=features, targets=np.stack([opening, said.wide * active], axis=1).astype(np.float32))


def decoded(path: Path) -> tuple[list[ByteArray], AudioClip]:
    """Pictures and sound of a clip."""
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=16000)
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return pictures, AudioClip(waveform=np.concatenate(parts).astype(np.float32), sample_rate=16000)


def footage(path: Path, encoder: WhisperEncoder, finder: FaceFinder) -> Sample | None:
    """One clip with the real mouth as targets, or None where a frame shows no face (two clips are damaged)."""
    pictures, audio = decoded(path)
    rows: list[tuple[float, float]] = []
    points: Float32Array | None = None
    for picture in pictures:
        points = finder.landmarks(picture, previous=points)
        if points is None:
            return None
        width = float(np.linalg.norm(points[mesh.MOUTH_LEFT, :2] - points[mesh.MOUTH_RIGHT, :2])) / eye_distance(points)
        rows.append((mouth_opening(points), width))
    features = encoder.features(audio, fps=FPS)
    count = min(len(rows), len(features))
    return Sample(features=features[:count], targets=np.array(rows[:count], np.float32))


def scaled(real: Sample) -> Sample:
    """Real measures in the units of the articulatory targets."""
    opening = (real.targets[:, 0] - REAL_SHUT) / REAL_RANGE
    wide = (real.targets[:, 1] - np.median(real.targets[:, 1])) / REAL_WIDE_RANGE
    return Sample(features=real.features, targets=np.stack([opening, wide], axis=1).astype(np.float32))


def fit(samples: Sequence[Sample]) -> MouthDriver:
    """Ridge regression on all samples."""
    features = np.concatenate([sample.features for sample in samples])
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    x = np.concatenate([with_context((sample.features - mean) / scale) for sample in samples])
    y = np.concatenate([sample.targets for sample in samples])
    bias = y.mean(axis=0)
    weights = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1], dtype=np.float32), x.T @ (y - bias))
    return MouthDriver(
        mean=mean.astype(np.float32),
        scale=scale.astype(np.float32),
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
    )


def measured(driver: MouthDriver, held_out: Sequence[Sample]) -> tuple[float, float]:
    """Correlation of the opening with the real one, and with the next clip's real one."""
    heard = [driver.curves(sample.features)[:, 0] for sample in held_out]
    real = [sample.targets[:, 0] for sample in held_out]
    wrong = heard[1:] + heard[:1]
    pairs = [(a[: len(b)], b[: len(a)]) for a, b in zip(wrong, real, strict=True)]
    right = float(np.corrcoef(np.concatenate(heard), np.concatenate(real))[0, 1])
    floor = float(np.corrcoef(np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs]))[0, 1])
    return right, floor


def main() -> None:
    """Train, or only measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("--weights", type=Path, required=True, help="the weights folder (SAYSO_HOME/weights)")
    parser.add_argument("--footage", type=Path, required=True, help="folder of GRID clips with sound")
    parser.add_argument("--sentences", type=Path, default=Path(__file__).with_name("driver_sentences.toml"))
    parser.add_argument("--out", type=Path, default=DRIVER_PATH)
    parser.add_argument("--only-measure", action="store_true", help="measure the driver that ships")
    options = parser.parse_args()
    weights = Folder(options.weights)
    folder = has_whisper(weights)
    assert folder is not None
    encoder, finder = WhisperEncoder(folder, threads=2), FaceFinder(weights, threads=2)
    clips = [footage(path, encoder, finder) for path in sorted(options.footage.glob("*.mpg"))]
    real = [clip for clip in clips if clip is not None]
    train, held_out = real[:-HELD_OUT], real[-HELD_OUT:]
    if not options.only_measure:
        voices = [articulatory(speech, encoder) for speech in spoken(weights, options.sentences)]
        store_driver(fit([*voices, *map(scaled, train)]), options.out)
    right, floor = measured(load_driver(options.out), held_out)
    print(
        f"opening against {len(held_out)} held-out clips: r = {right:.3f}; with another clip's sound: r = {floor:.3f}"
    )


if __name__ == "__main__":
    main()
