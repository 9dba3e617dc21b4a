"""A voice from a person's recordings to a released sound and back to nothing, as a user does it.

    python -m bench.likeness [--json] --media FOLDER

Everything runs through the command line, in a home of its own, from a signed consent that binds the recordings
(LJSpeech, of ``FOLDER/speech/ljspeech``): enrolment with the real gate and the real fit, a preview, legal's release, a
withdrawal. A second folder holds two people's recordings, which enrolment has to refuse. How good the voice is, is for
``bench.voices``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile

from studio.settings import load_settings

SPEECH_S = 60.0
FIT_BAR_CPU_S = 150.0  # two minutes of fitting, and the listening before it
TEXT = "Good mornings start quietly."
_SAYSO = (sys.executable, "-c", "from studio.cli import main; main()")

CONSENT = """
class = "synthetic_performer"
[subject]
name = "A Reader"
birth_year = 1980
contact = "reader@example.org"
language = "en"
[controller]
name = "Example GmbH"
contact = "privacy@example.com"
[scope]
description = "A bench of the studio"
modalities = ["voice"]
languages = ["en"]
territories = ["US"]
channels = ["web"]
brands = ["Example"]
products = ["Coffee One"]
valid_from = 2026-01-01
valid_until = 2035-01-01
max_takes = {number}
assets = {assets}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command said, and what it cost with everything it started."""

    code: int
    out: str
    err: str
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """One home."""

    folder: Path
    weights: Path

    def sayso(self, *words: str) -> Answer:
        """Run a command."""
        home = self.folder / "home"
        environ = {**os.environ, "SAYSO_HOME": str(home), "SAYSO_WEIGHTS": str(self.weights)}
        started, before = time.monotonic(), _children_cpu_s()
        done = subprocess.run(
            [*_SAYSO, *words], env=environ, cwd=self.folder, capture_output=True, text=True, check=False
        )
        return Answer(
            code=done.returncode,
            out=done.stdout,
            err=done.stderr,
            wall_s=time.monotonic() - started,
            cpu_s=_children_cpu_s() - before,
        )

    def consent(self, folder: str, *, number: int) -> str:
        """Sign and approve a consent that binds every recording of a folder."""
        names = sorted(f"{folder}/{one.name}" for one in (self.folder / folder).glob("*.wav"))
        terms = self.folder / f"{folder}.toml"
        terms.write_text(CONSENT.format(number=number, assets=json.dumps(names)), encoding="utf-8")
        (self.folder / "contract.pdf").write_bytes(b"%PDF-1.4 a contract")
        key = f"{folder}.key"
        _must(self.sayso("keys", "new", "--out", key))
        record = str(json.loads(_must(self.sayso("consent", "new", "--from", terms.name, "--json")))["id"])
        _must(self.sayso("consent", "sign", record, "--key", key))
        for who in ("legal@example.com", "head@example.com"):
            _must(self.sayso("consent", "approve", record, "--as", who, "--evidence", "contract.pdf"))
        return record

    @property
    def sealed(self) -> int:
        """How many files the vault holds."""
        return len(list((self.folder / "home" / "vault").iterdir()))


def measure(media: Path, weights: Path) -> list[dict[str, object]]:
    """Go the whole way once; returns the bars."""
    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
        studio = Studio(folder=Path(folder), weights=weights)
        speech = media / "speech"
        spoken_s = _copied(sorted((speech / "ljspeech").glob("*.wav")), studio.folder / "one", speech_s=SPEECH_S)
        pair = [*sorted((speech / "ljspeech").glob("*.wav"))[:6], *sorted((speech / "librispeech").glob("*.flac"))[:6]]
        _copied(pair, studio.folder / "two", speech_s=SPEECH_S)
        record, stranger = studio.consent("one", number=5), studio.consent("two", number=6)
        before = studio.sealed
        refused = studio.sayso("likeness", "enrol", "--consent", stranger, "--voice", "two", "--json")
        left_after_refusal = studio.sealed - before
        enrolled = studio.sayso("likeness", "enrol", "--consent", record, "--voice", "one", "--json")
        name = str(json.loads(_must(enrolled))["id"])
        heard = studio.sayso("likeness", "preview", name, "--text", TEXT, "--locale", "en-US", "--json")
        _must(studio.sayso("likeness", "release", name, "--as", "legal@example.com"))
        withdrawn = studio.sayso("consent", "revoke", record, "--reason", "the bench ends", "--json")
        _must(withdrawn)
        said = f"recordings of {spoken_s:.0f} s"
        return [
            _bar(f"CPU seconds to enrol a voice, {said}", enrolled.cpu_s, FIT_BAR_CPU_S),
            _bar("exit code of a preview before legal's release", heard.code, 0),
            _bar("exit code of two people's recordings (1: refused)", refused.code, 1, is_exact=True),
            _bar("files that the vault keeps of them", left_after_refusal, 0),
            _bar("files that the vault keeps after the withdrawal, but for contracts", studio.sealed - before, 0),
        ]


def _copied(files: Iterable[Path], folder: Path, *, speech_s: float) -> float:
    folder.mkdir()
    found = 0.0
    for file in files:
        target = folder / f"{file.stem}.wav"
        if file.suffix == ".wav":
            shutil.copyfile(file, target)
        else:
            waveform, sample_rate = soundfile.read(file)
            soundfile.write(target, waveform, sample_rate)
        found += soundfile.info(target).duration
        if found >= speech_s:
            break
    return found


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _must(answer: Answer) -> str:
    if answer.code != 0:
        raise RuntimeError(f"the bench's own set-up failed: {answer.err}")
    return answer.out


def _bar(what: str, value: float, bar: float, *, is_exact: bool = False) -> dict[str, object]:
    holds = value == bar if is_exact else value <= bar
    return {"what": what, "value": round(value, 2), "bar": bar, "holds": holds}


def _shown(bars: Sequence[dict[str, object]]) -> str:
    return "\n".join(
        f"{bar['what']}: {bar['value']} (bar {bar['bar']}) {'ok' if bar['holds'] else 'NO'}" for bar in bars
    )


def main() -> None:
    """Print the bars, or with ``--json`` the same for machines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=None)
    parser.add_argument("--media", type=Path, default=Path(__file__).parents[2] / "shared" / "media")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    weights = asked.weights or load_settings(None, environ=os.environ).weights_dir
    bars = measure(asked.media, weights)
    print(json.dumps({"name": "likeness", "bars": bars}) if asked.json else _shown(bars))


if __name__ == "__main__":
    main()
