"""How much memory and time signing and reading take, by format and size. Each step runs in a process of its own.

    python -m bench.signing [--megabytes 1000] [--weights DIR] [--json]

The film is made by ffmpeg from noise, repeated without encoding again, so it is a real MP4 of that size. The peak is
the whole process with Python and the library (VmHWM, Linux).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import imageio_ffmpeg

from pipelines.provenance.claims import ConsentClaim, DisclosureClaim
from pipelines.provenance.fingerprint import ISCC, Fingerprint
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.manifest import IPTC, Ingredient, ManifestSpec
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.signing import sign_file

MEMORY_MB_MAX = 64.0  # the bar, for 1 GB
_GENERATED = IPTC + "trainedAlgorithmicMedia"
_NOISE = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=4,noise=alls=100:allf=t", "-f", "lavfi", "-i", "sine=d=4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One measured step."""

    what: str
    file_mb: float
    peak_mb: float
    seconds: float
    state: str


def spec_of(media_type: str) -> ManifestSpec:
    """A manifest about nobody."""
    return ManifestSpec(
        media_type=media_type,
        created_at=datetime.now(UTC),
        digital_source_type=_GENERATED,
        ingredients=(Ingredient(key="voice", title="reference voice", media_type="audio/wav"),),
        actions=(),
        consent=ConsentClaim(
            take_id="bench", public_hash="ab" * 32, checkpoint="none", subject_class="none", assurance="none"
        ),
        disclosure=DisclosureClaim(market="none", channel="none", label_text=None, label_box=None, notice_text=None),
        fingerprint=Fingerprint(kind="video", algorithm=ISCC, value="ISCC:KACYPXW445FTYNJ3"),
    )


def measure(what: str, path: Path, media_type: str, keys: Path) -> Step:
    """Run one step here and now: "idle", "sign" (to ``path``.signed) or "read" (what was signed)."""
    identity = SigningIdentity.open_or_create(keys, clock=lambda: datetime.now(UTC))
    signed = path.with_name(path.name + ".signed")
    state, begun = "", time.monotonic()
    if what == "sign":
        sign_file(path, signed, spec_of(media_type), identity)
    elif what == "read":
        state = read_manifest(signed, trust_anchors_pem=identity.trust_anchors_pem, media_type=media_type).state
    seconds = time.monotonic() - begun
    return Step(what=what, file_mb=path.stat().st_size / 1e6, peak_mb=_peak_mb(), seconds=seconds, state=state)


def _peak_mb() -> float:
    # Not getrusage: its peak is inherited from the parent across fork and exec.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


def apart(what: str, path: Path, media_type: str, keys: Path) -> Step:
    """Run one step in a process of its own."""
    command = [sys.executable, "-m", "bench.signing", "--step", what, str(path), media_type, str(keys)]
    return Step(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def make_film(folder: Path, *, megabytes: int) -> Path:
    """Make an MP4 of about that size."""
    short, film = folder / "short.mp4", folder / "film.mp4"
    run = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", "-threads", "1"]
    encode = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "1", "-c:a", "aac")
    subprocess.run([*run, *_NOISE, *encode, short], check=True)
    times = max(int(megabytes * 1e6 / short.stat().st_size), 0)
    subprocess.run(
        [*run, "-stream_loop", str(times), "-i", short, "-c", "copy", "-movflags", "+faststart", film], check=True
    )
    short.unlink()
    return film


def make_sound(folder: Path, *, megabytes: int) -> Path:
    """Make a WAV of about that size."""
    sound = folder / "sound.wav"
    run = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", "-threads", "1", "-f", "lavfi"]
    seconds = megabytes * 1e6 / (44100 * 4)
    subprocess.run([*run, "-i", f"sine=d={seconds:.0f}", "-ac", "2", "-ar", "44100", sound], check=True)
    return sound


def main() -> None:
    """Print the table, or with ``--json`` the bars."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=1000, help="of the film; the sound has a fifth of it")
    parser.add_argument("--weights", type=Path, help="not needed; every bench takes it")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--step", nargs=4, metavar=("WHAT", "FILE", "TYPE", "KEYS"), help="one step, for the bench itself"
    )
    asked = parser.parse_args()
    if asked.step:
        what, path, media_type, keys = asked.step
        print(json.dumps(asdict(measure(what, Path(path), media_type, Path(keys)))))
        return
    steps = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, file in (
            ("video/mp4", make_film(folder, megabytes=asked.megabytes)),
            ("audio/wav", make_sound(folder, megabytes=asked.megabytes // 5)),
        ):
            steps += [apart(what, file, kind, folder / "keys") for what in ("idle", "sign", "read")]
            file.unlink()
            file.with_name(file.name + ".signed").unlink()
    film = steps[:3]
    bars = [
        {
            "what": f"an MP4 of {film[1].file_mb:.0f} MB is {'signed' if step.what == 'sign' else 'read'}, peak in MB",
            "value": round(step.peak_mb, 1),
            "bar": MEMORY_MB_MAX,
            "holds": step.peak_mb <= MEMORY_MB_MAX,
        }
        for step in film[1:]
    ]
    bars.append(
        {"what": "it is trusted", "value": film[2].state, "bar": "trusted", "holds": film[2].state == "trusted"}
    )
    if asked.json:
        print(json.dumps({"name": "signing", "bars": bars}))
        return
    for step in steps:
        print(
            f"{step.what:<5} {step.file_mb:8.0f} MB  peak {step.peak_mb:7.1f} MB  {step.seconds:6.1f} s  {step.state}"
        )
    for bar in bars:
        print(f"{'ok  ' if bar['holds'] else 'FAIL'} {bar['what']}: {bar['value']} ({bar['bar']})")


if __name__ == "__main__":
    main()
