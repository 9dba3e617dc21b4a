"""What the mark in the sound outlives, where it is found by mistake, and what it does to how speech sounds.

    python -m bench.watermark --media ../shared/media [--weights ~/.sayso/weights] [--json]

Marked: the demo's stock voices, as people hear the studio. Unmarked: real recordings (``--media``) and
the same voices before marking, each of them through every attack as well. Quality: DNSMOS P.835 before and after.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import soundfile
from scipy.signal import resample_poly

from bench.consenting import grant_for
from bench.voices import SENTENCES
from pipelines.disclosure.watermark.perth import FOUND_MIN, SAMPLE_RATE, PerthWatermark
from pipelines.media import AudioClip
from pipelines.release.listening import decode_sound
from pipelines.speech.opinion import SAMPLE_RATE as OPINION_RATE
from pipelines.speech.opinion import OpinionJudge
from pipelines.voice.kokoro.engine import KokoroVoice

VOICES = {"en-US": ("af_heart", "am_michael"), "es": ("ef_dora", "em_alex"), "it": ("if_sara", "im_nicola")}
# What happens to files on their way: name, ffmpeg's options, and the ending of what is written.
ATTACKS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "none": ((), "wav"),
    "AAC 64 kbit/s": (("-c:a", "aac", "-b:a", "64k"), "m4a"),
    "MP3 64 kbit/s": (("-b:a", "64k"), "mp3"),
    "MP3 32 kbit/s": (("-b:a", "32k"), "mp3"),
    "telephone, 8 kHz": (("-ar", "8000"), "wav"),
    "speed +5 %": (("-filter:a", "atempo=1.05"), "wav"),
    "speed -5 %": (("-filter:a", "atempo=0.95"), "wav"),
    "pitch and speed +5 %": (("-filter:a", "asetrate=25200,aresample=24000"), "wav"),
    "quieter by 12 dB": (("-filter:a", "volume=-12dB"), "wav"),
    "compressed and limited": (("-filter:a", "acompressor=threshold=-20dB:ratio=6,alimiter=limit=0.7"), "wav"),
    "equaliser, bass -6 dB": (("-filter:a", "bass=g=-6:f=300"), "wav"),
    "three seconds of it": (("-ss", "2", "-t", "3"), "wav"),
    "room echo": (("-filter:a", "aecho=0.8:0.7:40|70:0.4|0.25"), "wav"),
    "below 300 Hz and above 3.4 kHz cut": (("-filter:a", "highpass=f=300,lowpass=f=3400"), "wav"),
}
NOISE = "noise 20 dB below"
SHORTEST_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One attack: how many marked clips are still found, the least sure of them, and the surest unmarked one."""

    attack: str
    found: int
    marked: int
    least_sure: float
    false_alarms: int
    unmarked: int
    surest_unmarked: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What marking does to speech: mean DNSMOS before and after, level in decibels, and the mark's own level."""

    overall_before: float
    overall_after: float
    signal_before: float
    signal_after: float
    louder_db: float
    mark_below_speech_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Weights by card."""

    root: Path

    def path(self, card_id: str, file: str) -> Path:
        """The file."""
        return self.root / card_id / file


def spoken(weights: Path) -> Iterator[AudioClip]:
    """Each voice says the bench's sentences, two at a time."""
    voice = KokoroVoice(Folder(root=weights), lambda: datetime.now(UTC))
    for locale, names in VOICES.items():
        sentences = SENTENCES[locale.split("-", maxsplit=1)[0]]
        for name in names:
            for at in range(0, len(sentences) - 1, 2):
                text = " ".join(sentences[at : at + 2])
                yield voice.speak(text, locale=locale, voice=name, grant=grant_for(text, locale), seed=1).audio


def recorded(media: Path) -> Iterator[AudioClip]:
    """Real people, who are never published."""
    for path in sorted((media / "speech").rglob("*.flac")):
        clip = decode_sound(path, sample_rate=24_000)
        if clip is not None and clip.duration_s >= SHORTEST_S:
            yield clip


def attacked(clip: AudioClip, attack: str, folder: Path) -> AudioClip:
    """The clip after an attack, as a stranger would decode it."""
    if attack == NOISE:
        level = float(clip.waveform.std()) * 10 ** (-20 / 20)
        noise = np.random.default_rng(1).normal(0, level, len(clip.waveform))
        return AudioClip(waveform=(clip.waveform + noise).astype(np.float32), sample_rate=clip.sample_rate)
    options, ending = ATTACKS[attack]
    source, made = folder / "source.wav", folder / f"made.{ending}"
    soundfile.write(source, clip.waveform, clip.sample_rate)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-i", str(source), *options, str(made)]
    subprocess.run(command, check=True)
    heard = decode_sound(made, sample_rate=SAMPLE_RATE)
    assert heard is not None, attack
    return heard


def rows(engine: PerthWatermark, *, marked: list[AudioClip], unmarked: list[AudioClip]) -> Iterator[Row]:
    """Every attack on every clip."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for attack in (*ATTACKS, NOISE):
            hits = [engine.read(attacked(clip, attack, folder)).confidence for clip in marked]
            misses = [engine.read(attacked(clip, attack, folder)).confidence for clip in unmarked]
            yield Row(
                attack=attack,
                found=sum(one >= FOUND_MIN for one in hits),
                marked=len(hits),
                least_sure=min(hits),
                false_alarms=sum(one >= FOUND_MIN for one in misses),
                unmarked=len(misses),
                surest_unmarked=max(misses),
            )


def quality(judge: OpinionJudge, *, before: list[AudioClip], after: list[AudioClip]) -> Quality:
    """What marking does to speech."""
    first, second = [judge.judge(_at_16_khz(one)) for one in before], [judge.judge(_at_16_khz(one)) for one in after]
    pairs = list(zip(before, after, strict=True))
    louder = [20 * np.log10(b.waveform.std() / a.waveform.std()) for a, b in pairs]
    below = [10 * np.log10(np.sum(a.waveform**2) / np.sum((a.waveform - b.waveform) ** 2)) for a, b in pairs]
    return Quality(
        overall_before=float(np.mean([one.overall for one in first])),
        overall_after=float(np.mean([one.overall for one in second])),
        signal_before=float(np.mean([one.signal for one in first])),
        signal_after=float(np.mean([one.signal for one in second])),
        louder_db=float(np.mean(louder)),
        mark_below_speech_db=float(np.mean(below)),
    )


def _at_16_khz(clip: AudioClip) -> AudioClip:
    waveform = resample_poly(clip.waveform, 2, 3)  # both kinds of clip come at 24 kHz
    return AudioClip(waveform=waveform.astype(np.float32), sample_rate=OPINION_RATE)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, required=True, help="folder with real speech")
    parser.add_argument("--weights", type=Path, default=Path("~/.sayso/weights").expanduser())
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    engine = PerthWatermark(Folder(root=asked.weights))
    voices, people = list(spoken(asked.weights)), list(recorded(asked.media))
    marked = [engine.mark(one) for one in voices]
    marked_people = [engine.mark(one) for one in people[::4]]
    sound = quality(OpinionJudge(Folder(root=asked.weights)), before=voices, after=marked)
    table = list(rows(engine, marked=marked + marked_people, unmarked=voices + people))
    if asked.json:
        print(json.dumps({"quality": asdict(sound), "rows": [asdict(row) for row in table]}, indent=1))
        return
    for name, value in asdict(sound).items():
        print(f"{name.replace('_', ' '):24} {value:6.2f}")
    print(
        "| what was done to the sound | mark found | least sure | false alarms | surest unmarked |",
        "|---|---|---|---|---|",
        sep="\n",
    )
    for row in table:
        print(
            f"| {row.attack} | {row.found}/{row.marked} | {row.least_sure:.2f} "
            f"| {row.false_alarms}/{row.unmarked} | {row.surest_unmarked:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
