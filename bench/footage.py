"""How often the intake of footage catches what is wrong with it, and how often it complains of what is right.

    SAYSO_WEIGHTS=~/.sayso/weights python -m bench.footage [--films 4] [--sync] [--json FILE]

Films of 9 s are glued from three clips each of the GRID corpus (../shared/media/footage/grid_s1; one speaker, 360x288),
scaled up to 900x720 and spoiled by ffmpeg: filters, or a drawing laid over the place where the first picture has its
mouth or eyes. "Caught" is by the fault's own check. Length, speech and cuts are left out of the false alarms: glued
films of 9 s fail them rightly.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from PIL import Image, ImageDraw
from skimage import data

from pipelines.assets import ASSETS
from pipelines.avatar.footage.bars import BY_CHECK
from pipelines.avatar.footage.looking import Stretch
from pipelines.avatar.footage.reading import open_footage
from pipelines.avatar.footage.report import FootageReport, inspect_footage
from pipelines.avatar.footage.sound_marks import offset
from pipelines.errors import FootageRefusedError
from pipelines.faces import mesh
from pipelines.faces.landmarks import FaceFinder, eye_distance, mouth_opening
from pipelines.media import AudioClip, Float32Array
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

SIZE = (900, 720)
BY_NATURE = {"length", "speech", "speech_share", "cuts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoil:
    """One fault: filters for picture and sound, a drawing laid over, and the check that has to find it."""

    check: str
    picture: str = "null"
    sound: str = "anull"
    drawing: str = ""
    when: str = "1"
    options: tuple[str, ...] = field(default=())


SPOILS: dict[str, Spoil] = {
    "as it is": Spoil(check=""),
    "360x288, as GRID was filmed": Spoil(check="picture_size", picture="scale=360:288"),
    "eyes 41 pixels apart": Spoil(check="face_size", picture="scale=224:180"),
    "out of focus a little (sigma 2.5)": Spoil(check="sharpness", picture="gblur=2.5"),
    "out of focus (sigma 5)": Spoil(check="sharpness", picture="gblur=5"),
    "noise in the picture": Spoil(check="grain", picture="noise=alls=22:allf=t"),
    "noise in the picture, strong": Spoil(check="grain", picture="noise=alls=45:allf=t"),
    "dark": Spoil(check="light", picture="lutyuv=y=16+(val-16)*0.25"),
    "overexposed": Spoil(check="highlights", picture="lutyuv=y='clip(16+(val-16)*1.75,16,235)'"),
    "half of the face in the dark": Spoil(check="shadows", drawing="shadow"),
    "light flickers, 10 Hz by 4 %": Spoil(check="flicker", picture="eq=brightness='0.025*sin(20*PI*t)':eval=frame"),
    "light flickers, 10 Hz by 12 %": Spoil(check="flicker", picture="eq=brightness='0.075*sin(20*PI*t)':eval=frame"),
    "hand before the mouth": Spoil(check="mouth_covered", drawing="hand"),
    "hand before the mouth, a third": Spoil(check="mouth_covered", drawing="hand", when="lt(mod(t,3),1)"),
    "microphone before the mouth": Spoil(check="mouth_covered", drawing="microphone"),
    "microphone, a third": Spoil(check="mouth_covered", drawing="microphone", when="lt(mod(t,3),1)"),
    "mask over the mouth": Spoil(check="mouth_covered", drawing="mask"),
    "sunglasses": Spoil(check="eyes_covered", drawing="sunglasses"),
    "two people side by side": Spoil(
        check="one_face", picture="split[a][b];[b]hflip[c];[a][c]hstack,scale=1440:576,setsar=1"
    ),
    "another person for a third": Spoil(check="one_person", drawing="stranger", when="gt(t,6)"),
    "nobody there for a third": Spoil(check="face", drawing="nobody", when="gt(t,6)"),
    "camera in a hand": Spoil(
        check="camera", picture="crop=iw-120:ih-120:60+40*sin(2*t)+15*sin(7*t):60+30*sin(3*t),scale=900:720"
    ),
    "picture stands still for 1.5 s": Spoil(
        check="freezes", picture="select='not(between(t,4,5.5))'", options=("-fps_mode", "vfr")
    ),
    "5 pictures a second": Spoil(check="frame_rate", picture="fps=5"),
    "15 pictures a second": Spoil(check="frame_rate", picture="fps=15"),
    "20 pictures a second": Spoil(check="frame_rate", picture="fps=20.2"),
    "noise in the sound": Spoil(check="noise", sound="anoise0.04"),
    "noise in the sound, strong": Spoil(check="noise", sound="anoise0.2"),
    "telephone": Spoil(check="band", sound="highpass=300,lowpass=3400,lowpass=3400,lowpass=3400"),
    "sound cut off at the top": Spoil(check="clipping", sound="volume=16dB,aformat=s16"),
    "far from the microphone (-40 dB)": Spoil(check="level", sound="volume=-40dB"),
    "microphone off": Spoil(check="speech", sound="volume=0"),
}


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg on one thread."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", "-threads", "1"]
    subprocess.run([*command, *map(str, arguments)], check=True)


def films(clips: Path, folder: Path, count: int) -> list[Path]:
    """Every three clips as one film; ``count`` of them, 0 for all."""
    names, made = sorted(clips.glob("*.mpg")), []
    for at in range(0, min(3 * count, len(names)) - 2 if count else len(names) - 2, 3):
        listed = folder / "list.txt"
        listed.write_text("".join(f"file '{one.resolve()}'\n" for one in names[at : at + 3]))
        made.append(folder / f"good{at // 3:02}.mp4")
        scaled = f"scale={SIZE[0]}:{SIZE[1]}:flags=lanczos,fps=25"
        coded = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-pix_fmt", "yuv420p")
        ffmpeg(
            "-f",
            "concat",
            "-safe",
            "0",
            "-i",
            listed,
            "-vf",
            scaled,
            *coded,
            "-c:a",
            "pcm_s16le",
            "-f",
            "mov",
            made[-1],
        )
    return made


def drawing(kind: str, points: Float32Array, path: Path) -> Path:
    """A picture with transparency, the size of the film."""
    if kind == "stranger":
        other = Image.fromarray(data.astronaut()).crop((60, 0, 400, 272)).resize(SIZE)
        other.convert("RGBA").save(path)
        return path
    unit = eye_distance(points)
    canvas = Image.new("RGBA", SIZE, (70, 90, 120, 255) if kind == "nobody" else (0, 0, 0, 0))
    draw = ImageDraw.Draw(canvas)
    mouth = points[[mesh.MOUTH_RIGHT, mesh.MOUTH_LEFT], :2].mean(axis=0)

    def oval(x: float, y: float, wide: float, high: float, colour: tuple[int, int, int, int]) -> None:
        centre, half = mouth + np.array([x, y]) * unit, np.array([wide, high]) * unit / 2
        draw.ellipse([*(centre - half), *(centre + half)], fill=colour)

    if kind == "hand":
        for finger in range(4):
            oval(0.1, -0.3 + 0.2 * finger, 1.1, 0.22, (205 - 8 * finger, 150 - 6 * finger, 125, 255))
        oval(0.75, 0.25, 0.9, 0.95, (200, 148, 124, 255))
    elif kind == "microphone":
        oval(0, 0.12, 0.62, 0.62, (35, 35, 38, 255))
        draw.rectangle(
            [*(mouth + np.array([-0.1, 0.3]) * unit), *(mouth + np.array([0.1, 3]) * unit)], fill=(60, 60, 60, 255)
        )
    elif kind == "mask":
        oval(0, 0, 1.5, 1.1, (190, 205, 215, 255))
    elif kind == "shadow":
        middle = float(points[mesh.NOSE_TIP, 0])
        draw.rectangle([0, 0, middle, SIZE[1]], fill=(0, 0, 0, 235))
    elif kind == "sunglasses":
        for outer, inner in ((mesh.RIGHT_EYE_OUTER, mesh.RIGHT_EYE_INNER), (mesh.LEFT_EYE_OUTER, mesh.LEFT_EYE_INNER)):
            x, y = (points[[outer, inner], :2].mean(axis=0) - mouth) / unit
            oval(float(x), float(y) + 0.03, 0.55, 0.4, (22, 20, 24, 255))
    canvas.save(path)
    return path


def spoiled(film: Path, spoil: Spoil, points: Float32Array, folder: Path) -> Path:
    """A film with one fault."""
    out = folder / "spoiled.mov"
    given: list[str | Path] = ["-i", film]
    picture = f"[0:v]{spoil.picture}[v]"
    if spoil.drawing:
        given += ["-i", drawing(spoil.drawing, points, folder / "drawing.png")]
        picture = f"[0:v]{spoil.picture}[x];[x][1:v]overlay=enable='{spoil.when}'[v]"
    sound = f"[0:a]{spoil.sound}[s]"
    if spoil.sound.startswith("anoise"):
        loud = spoil.sound.removeprefix("anoise")
        sound = f"anoisesrc=c=pink:a={loud}:r=44100[n];[0:a][n]amix=duration=first:normalize=0[s]"
    coded = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le")
    ffmpeg(*given, "-filter_complex", f"{picture};{sound}", "-map", "[v]", "-map", "[s]", *spoil.options, *coded, out)
    return out


def _reports(name: str, good: list[Path], weights: WeightsStore, folder: Path) -> Iterator[FootageReport | str]:
    finder = FaceFinder(weights)
    for film in good:
        footage = open_footage(film)
        points = next(one for one in map(finder.landmarks, footage.frames()) if one is not None)
        try:
            path = spoiled(film, SPOILS[name], points, folder) if SPOILS[name].check else film
            yield inspect_footage(open_footage(path), weights=weights)
        except FootageRefusedError as e:
            yield str(e)


def row(name: str, reports: list[FootageReport | str]) -> dict[str, object]:
    """What came of one fault."""
    check = SPOILS[name].check
    found = [
        "refuse" if isinstance(one, str) else next((f.severity for f in one.findings if f.check == check), "")
        for one in reports
    ]
    read = [one for one in reports if not isinstance(one, str)]
    values = [value for one in read for at, value, _ in one.values if at == check]
    others = sorted({f.check for one in read for f in one.findings} - BY_NATURE - {check})
    return {
        "fault": name,
        "check": check,
        "films": len(reports),
        "refused": sum(one == "refuse" for one in found),
        "advised": sum(one == "advise" for one in found),
        "values": [round(one, 4) for one in values],
        "others": others,
        "score": round(float(np.mean([one.score for one in read])), 3) if read else None,
        "all": {at: [] for one in read[:1] for at, _, _ in one.values} if not check else {},
    }


def lips_and_sound(good: list[Path], weights: WeightsStore) -> Iterator[dict[str, object]]:
    """Three films at a time, with their own sound moved, or with that of three others."""
    finder, seen = FaceFinder(weights), []
    for film in good:
        footage, found = open_footage(film), None
        lips = []
        for rgb in footage.frames():
            found = finder.landmarks(rgb, previous=found)
            lips.append(mouth_opening(found) if found is not None else np.nan)
        seen.append((np.array(lips, np.float32), footage.audio.waveform))
    count = min(len(lips) for lips, _ in seen)
    for moved_s, others in ((0.0, 0), (0.16, 0), (-0.16, 0), (0.3, 0), (-0.3, 0), (0.0, 3)):
        told = []
        for three in itertools.combinations(range(len(seen)), 3):
            heard = [seen[(at + others) % len(seen)][1][: count * 640] for at in three]
            moved = np.concatenate([np.roll(one, round(moved_s * 16_000)) for one in heard])
            stretches = [Stretch(start=at * count, opening=seen[one][0][:count]) for at, one in enumerate(three)]
            told.append(offset(AudioClip(waveform=moved, sample_rate=16_000), stretches)[0])
        known = [one for one in told if one is not None]
        yield {
            "moved_s": moved_s,
            "strange": bool(others),
            "of": len(told),
            "told": len(known),
            "advised": sum(abs(one) > float(BY_CHECK["sync"].advise or 0) for one in known),
            "refused": sum(abs(one) > float(BY_CHECK["sync"].refuse or 0) for one in known),
            "right": sum(abs(one - moved_s) <= 0.06 for one in known),  # noqa: PLR2004 -- one and a half pictures
        }


def main() -> None:
    """Print one row for each fault."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--films", type=int, default=4)
    asked.add_argument("--only", default="", help="part of a fault's name")
    asked.add_argument("--skip", type=int, default=0, help="leave the first faults out")
    asked.add_argument("--sync", action="store_true", help="only sound against lips, on 8 films")
    asked.add_argument("--json", type=Path)
    asked.add_argument("--clips", type=Path, default=Path("../shared/media/footage/grid_s1"))
    wish = asked.parse_args()
    weights = WeightsStore(Path(os.environ["SAYSO_WEIGHTS"]), load_cards(ASSETS / "weights.toml"))
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if wish.sync:
            for told in lips_and_sound(films(wish.clips, folder, 8), weights):
                print(json.dumps(told), flush=True)
            return
        good = films(wish.clips, folder, wish.films if wish.skip or wish.only else 0)
        for fault, spoil in list(SPOILS.items())[wish.skip :]:
            if wish.only not in fault:
                continue
            reports = list(
                _reports(
                    fault, good if not spoil.check else good[:: len(good) // wish.films][: wish.films], weights, folder
                )
            )
            one = row(fault, reports)
            if not spoil.check:
                read = [report for report in reports if not isinstance(report, str)]
                one["all"] = {
                    check: [round(value, 4) for report in read for at, value, _ in report.values if at == check]
                    for check, _, _ in read[0].values
                }
            rows.append(one)
            print(json.dumps(one), flush=True)
    if wish.json:
        wish.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
