"""What a take costs: seconds of work per second of ad per step, and the whole against a plain encode of its frames.

    python -m bench.render [--json]

One take per format is made as a user makes it: ``sayso produce`` in a home of its own, from a signed consent, with the
fictional presenter. The plain encode gives ffmpeg the released frames from memory, with the same settings and threads.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from consent.keys import SigningKey
from pipelines.assets import ASSETS
from pipelines.compose.encoder import encode_video
from pipelines.media import ByteArray
from studio.settings import load_settings
from studio.store.campaigns import CampaignStore, TakeStatus
from studio.store.engine import open_engine
from studio.wiring.root import Wiring

FORMATS = ("1920x1080", "1080x1920", "1080x1080")
STEPS = ("speech", "animate", "compose", "release")
START_BAR_S = 15.0
TEXT = (
    "Good mornings start quietly. Coffee One is one slow roast from small farms, ground the moment you brew it. "
    "Try your first bag this week for $14.90."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One take. ``steps`` and ``plain`` are seconds of work per second of ad."""

    format: str
    ad_s: float
    steps: dict[str, float]
    plain: float

    @property
    def whole(self) -> float:
        """All steps together."""
        return sum(self.steps.values())

    @property
    def ratio(self) -> float:
        """The whole against the plain encode."""
        return self.whole / self.plain


def measure(weights: Path) -> tuple[list[Row], float]:
    """Render and encode; returns the rows and the seconds from command to the first running step."""
    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
        home = Path(folder) / "home"
        environ = {**os.environ, "SAYSO_HOME": str(home), "SAYSO_WEIGHTS": str(weights), "SAYSO_HOSTS": "1"}
        brief = _brief(Path(folder), environ, home)
        started = time.monotonic()
        command = [sys.executable, "-c", "from studio.cli import main; main()", "produce", str(brief), "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
            start_s = _first_step(home, process, started)
            printed, _ = process.communicate()
        if process.returncode != 0:
            raise SystemExit(f"sayso produce ended with {process.returncode}: {printed}")
        return [_row(take) for take in json.loads(printed)["takes"]], start_s


def _brief(folder: Path, environ: dict[str, str], home: Path) -> Path:
    presenters = ASSETS / "demo" / "presenters"
    for file in presenters.glob("amara.*"):
        (folder / file.name).write_bytes(file.read_bytes())
    consent = (
        (ASSETS / "demo" / "consent.toml").read_text(encoding="utf-8").replace("presenters/amara.png", "amara.png")
    )
    (folder / "consent.toml").write_text(consent, encoding="utf-8")
    wiring = Wiring(load_settings(home, environ=environ), environ=environ)
    record_id = wiring.acts.new(folder / "consent.toml").record_id
    wiring.acts.sign(record_id, key=SigningKey.generate())
    wiring.acts.approve(record_id, approver="legal@example.com")
    formats = ", ".join(f'"{one}"' for one in FORMATS)
    brief = folder / "brief.toml"
    brief.write_text(
        f'consent = "{record_id}"\nbrand = "Northlight"\nproduct = "Coffee One"\ncommercial = true\n'
        f'portrait = "amara.png"\n[[takes]]\nlocale = "en-US"\nmarket = "US-NY"\nchannel = "youtube"\n'
        f"formats = [{formats}]\ntext = {json.dumps(TEXT)}\n",
        encoding="utf-8",
    )
    return brief


def _first_step(home: Path, process: subprocess.Popen[str], started: float) -> float:
    store = CampaignStore(open_engine(f"sqlite:///{home / 'sayso.sqlite'}"))
    while process.poll() is None:
        rows = [row for campaign in store.recent(1) for row in store.takes_of(campaign.id)]
        if any(row.status is not TakeStatus.QUEUED for row in rows):
            return time.monotonic() - started
        time.sleep(0.1)
    return time.monotonic() - started


def _row(take: dict[str, object]) -> Row:
    frames, fps = _frames(Path(str(take["path"])))
    ad_s = len(frames) / fps
    seconds = dict(take["seconds"]) if isinstance(take["seconds"], dict) else {}
    return Row(
        format=str(take["format"]),
        ad_s=ad_s,
        steps={step: float(seconds.get(step, 0.0)) / ad_s for step in STEPS},
        plain=_plain_encode_s(frames, fps) / ad_s,
    )


def _frames(path: Path) -> tuple[list[ByteArray], int]:
    with av.open(str(path)) as container:
        fps = round(float(container.streams.video[0].average_rate))
        pictures = [np.ascontiguousarray(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    return pictures, fps


def _plain_encode_s(frames: list[ByteArray], fps: int) -> float:
    height, width = frames[0].shape[:2]

    def again() -> Iterator[ByteArray]:
        yield from frames

    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
        started = time.monotonic()
        encode_video(
            again(),
            width=width,
            height=height,
            fps=fps,
            frame_count=len(frames),
            audio=None,
            path=Path(folder) / "plain.mp4",
            threads=1,
        )
        return time.monotonic() - started


def bars(start_s: float) -> list[dict[str, object]]:
    """The bars that this bench holds."""
    what = "seconds from the command to the first running step, weights and environment in place"
    return [{"what": what, "value": round(start_s, 1), "bar": START_BAR_S, "holds": start_s <= START_BAR_S}]


def main() -> None:
    """Print the table, or with ``--json`` the bars and rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=None)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    weights = asked.weights or load_settings(None, environ=os.environ).weights_dir
    rows, start_s = measure(weights)
    if asked.json:
        table = [{"format": r.format, "ad_s": r.ad_s, **r.steps, "whole": r.whole, "ratio": r.ratio} for r in rows]
        print(json.dumps({"name": "render", "bars": bars(start_s), "rows": table}))
        return
    print("seconds of work per second of ad, one core")
    print("format     " + "".join(f"{step:>9}" for step in (*STEPS, "whole", "plain", "ratio")))
    for row in rows:
        figures = (*(row.steps[step] for step in STEPS), row.whole, row.plain, row.ratio)
        print(f"{row.format:11}" + "".join(f"{figure:9.2f}" for figure in figures))
    print(f"first step after {start_s:.1f} s (bar {START_BAR_S:.0f} s)")


if __name__ == "__main__":
    main()
