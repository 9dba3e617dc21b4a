"""How well the checks by eye tell right from wrong: whose face, one face, head movements, nudity.

    python -m bench.evidence_eye --weights ~/.sayso/weights [--media ../shared/media] [--json]

Footage comes from ``--media`` (GRID, one speaker); the other person is scikit-image's astronaut. Both are measured in
memory and never copied. Turning heads are made from single pictures (``bench.turning_head``), because no footage of
turning heads may be used. docs/evidence.md explains the tables.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import skimage.data

from bench.turning_head import film, there_and_back, tilted_print, turned
from pipelines.assets import ASSETS
from pipelines.evidence.faces import DISTANCE_MAX, FaceMatcher
from pipelines.evidence.movements import find_movements
from pipelines.evidence.nudity import NudityCheck
from pipelines.evidence.result import MOVEMENTS, Movement
from pipelines.faces.landmarks import FaceFinder
from pipelines.faces.pose import pose_of
from pipelines.media import ByteArray, Float32Array
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

ANGLES_DEG = (8, 12, 16, 20, 24)
PRINT_ANGLES_DEG = (20, 30, 40, 50)
PAIRS = tuple(itertools.permutations(MOVEMENTS, 2))
CLIPS = 50
_REST = 8
_STATEMENT_CLIPS = 5  # 15 s of speech


def _jpeg(rgb: ByteArray) -> ByteArray:
    _, packed = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 20])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)


def _small(rgb: ByteArray) -> ByteArray:
    return np.asarray(cv2.resize(rgb, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA), dtype=np.uint8)


CHANGES: Mapping[str, Callable[[ByteArray], ByteArray]] = {
    "as it is": lambda rgb: rgb,
    "JPEG at 20": _jpeg,
    "a third of the light": lambda rgb: (rgb * 0.33).astype(np.uint8),
    "blurred (2 px)": lambda rgb: np.asarray(cv2.GaussianBlur(rgb, (0, 0), 2), dtype=np.uint8),
    "face of 40 px": _small,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceRow:
    """Distances from statements to one picture."""

    statement: str
    count: int
    nearest: float
    median: float
    farthest: float
    taken: int  # for the person in the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """One kind of film: how many of those asked for were seen, how many others were."""

    made: str
    asked: int
    seen: int
    others: int
    others_seen: int


def clips_of(media: Path) -> list[list[ByteArray]]:
    """Every fifth frame of each clip."""
    paths = sorted((media / "footage" / "grid_s1").glob("*.mpg"))[:CLIPS]
    return [list(_frames(path)) for path in paths]


def _frames(path: Path) -> Iterator[ByteArray]:
    with av.open(str(path)) as opened:
        for number, frame in enumerate(opened.decode(video=0)):
            if number % 5 == 0:
                yield np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)


def face_rows(faces: FaceMatcher, clips: Sequence[Sequence[ByteArray]], other: ByteArray) -> list[FaceRow]:
    """The speaker against a frame of the first clip; then against somebody else; then films of two people."""
    known, statements = clips[0][0], [clip[::3] for clip in clips[1:21]]
    rows = [
        _face_row(faces, f"same person, {name}", [[change(one) for one in clip] for clip in statements], known)
        for name, change in CHANGES.items()
    ]
    rows.append(_face_row(faces, "another person", statements, other))
    for share in (0.2, 0.5):
        mixed = [_partly(clip, other, share) for clip in clips[1:11]]
        rows.append(_face_row(faces, f"another person in {share:.0%} of it", mixed, known))
    return rows


def _partly(clip: Sequence[ByteArray], other: ByteArray, share: float) -> list[ByteArray]:
    count = round(len(clip) * share)
    return [*clip[: len(clip) - count], *[other] * count]


def _face_row(faces: FaceMatcher, name: str, statements: Sequence[Sequence[ByteArray]], known: ByteArray) -> FaceRow:
    results = [faces.match(one, [known]) for one in statements]
    found = np.array([one.score for one in results], np.float64)
    return FaceRow(
        statement=name,
        count=len(found),
        nearest=float(found.min()),
        median=float(np.median(found)),
        farthest=float(found.max()),
        taken=sum(one.outcome == "passed" for one in results),
    )


def move_rows(finder: FaceFinder, clips: Sequence[Sequence[ByteArray]], heads: Sequence[ByteArray]) -> list[MoveRow]:
    """Turning heads at each angle, prints of them, and somebody who only speaks."""
    rows = [_head_row(finder, heads, degrees) for degrees in ANGLES_DEG]
    rows += [_print_row(finder, heads, degrees) for degrees in PRINT_ANGLES_DEG]
    tracks = [_track(finder, [frame for clip in some for frame in clip]) for some in _batches(clips)]
    seen = sum(_passes(track, pair) for track in tracks for pair in PAIRS)
    spoken = MoveRow(made="speaking only, 15 s", asked=0, seen=0, others=len(tracks) * len(PAIRS), others_seen=seen)
    return [*rows, spoken]


def _batches(clips: Sequence[Sequence[ByteArray]]) -> Iterator[Sequence[Sequence[ByteArray]]]:
    for start in range(0, len(clips) - _STATEMENT_CLIPS + 1, _STATEMENT_CLIPS):
        yield clips[start : start + _STATEMENT_CLIPS]


def _head_row(finder: FaceFinder, heads: Sequence[ByteArray], degrees: int) -> MoveRow:
    def made(head: ByteArray, movement: Movement) -> list[ByteArray]:
        landmarks = finder.landmarks(head)
        assert landmarks is not None, "the head is chosen for its face"
        return film(head, landmarks, there_and_back(movement, degrees=degrees))

    return _movement_row(finder, heads, f"a head, {degrees} degrees", made)


def _print_row(finder: FaceFinder, heads: Sequence[ByteArray], degrees: int) -> MoveRow:
    def made(head: ByteArray, movement: Movement) -> list[ByteArray]:
        return [tilted_print(head, yaw=y, pitch=p) for y, p in there_and_back(movement, degrees=degrees)]

    return _movement_row(finder, heads, f"a print of it, {degrees} degrees", made)


def _movement_row(
    finder: FaceFinder,
    heads: Sequence[ByteArray],
    name: str,
    made: Callable[[ByteArray, Movement], list[ByteArray]],
) -> MoveRow:
    """Each movement is measured once; statements are put together from the measurements."""
    seen = others_seen = 0
    for head in heads:
        rest = np.repeat(_track(finder, [head]), _REST, axis=0)
        tracks = {movement: _track(finder, made(head, movement)) for movement in MOVEMENTS}
        for first, second in PAIRS:
            whole = np.concatenate([rest, tracks[first], rest, tracks[second], rest])
            seen += _passes(whole, (first, second))
            others_seen += sum(_passes(whole, pair) for pair in PAIRS if pair != (first, second))
    count = len(heads) * len(PAIRS)
    return MoveRow(made=name, asked=count, seen=seen, others=count * (len(PAIRS) - 1), others_seen=others_seen)


def _track(finder: FaceFinder, frames: Sequence[ByteArray]) -> Float32Array:
    """Yaw and pitch of each frame in which there is a face."""
    found: list[tuple[float, float]] = []
    previous: Float32Array | None = None
    for frame in frames:
        previous = finder.landmarks(frame, previous=previous)
        if previous is not None:
            pose = pose_of(previous)
            found.append((pose.yaw, pose.pitch))
    return np.array(found, np.float32).reshape(-1, 2)


def _passes(track: Float32Array, pair: Sequence[Movement]) -> bool:
    found = find_movements(track, np.arange(len(track), dtype=np.float32) / np.float32(5), pair)
    return all(at is not None for _, at in found)


def angle_rows(finder: FaceFinder, heads: Sequence[ByteArray]) -> list[tuple[int, float, float]]:
    """For each true angle: how much yaw and pitch change, as the landmarks see it; means over heads and both sides."""
    rows = []
    for degrees in ANGLES_DEG:
        seen: dict[str, list[float]] = {"yaw": [], "pitch": []}
        for head in heads:
            landmarks = finder.landmarks(head)
            assert landmarks is not None, "the head is chosen for its face"
            for sign in (-1, 1):
                side = _track(finder, [head, turned(head, landmarks, yaw=sign * degrees, pitch=0)])
                tilt = _track(finder, [head, turned(head, landmarks, yaw=0, pitch=sign * degrees)])
                seen["yaw"].append(abs(float(side[1, 0] - side[0, 0])))
                seen["pitch"].append(abs(float(tilt[1, 1] - tilt[0, 1])))
        rows.append((degrees, float(np.mean(seen["yaw"])), float(np.mean(seen["pitch"]))))
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument(
        "--media", type=Path, default=Path(__file__).resolve().parent.parent.parent / "shared" / "media"
    )
    parser.add_argument("--json", action="store_true")
    wish = parser.parse_args()
    if not wish.media.is_dir():
        raise SystemExit(f"the footage is not at {wish.media}; give its folder with --media")
    weights = WeightsStore(wish.weights, load_cards(ASSETS / "weights.toml"))
    astronaut = np.asarray(skimage.data.astronaut(), dtype=np.uint8)  # type: ignore[no-untyped-call] # it has none
    clips = clips_of(wish.media)
    finder, heads = FaceFinder(weights), (astronaut, clips[0][1])
    faces = face_rows(FaceMatcher(weights), clips, astronaut)
    moves = move_rows(finder, clips, heads)
    nudity = NudityCheck(weights)
    safe = [nudity.score(one) for one in (astronaut, *(clip[0] for clip in clips[:20]))]
    if wish.json:
        print(json.dumps({"name": "evidence_eye", "bars": _bars(faces, moves)}))
        return
    _print(faces, moves, angle_rows(finder, heads))
    print(f"\nnudity: {len(safe)} pictures of dressed people score {min(safe):.3f} to {max(safe):.3f}")
    for bar in _bars(faces, moves):
        print(f"{'holds' if bar['holds'] else 'MISSED'}: {bar['what']}: {bar['value']} (bar {bar['bar']})")


def _print(faces: list[FaceRow], moves: list[MoveRow], angles: list[tuple[int, float, float]]) -> None:
    print(f"\n| statement | n | nearest | median | farthest | taken for the person (up to {DISTANCE_MAX}) |")
    for face in faces:
        print(
            f"| {face.statement} | {face.count} | {face.nearest:.2f} | {face.median:.2f} | {face.farthest:.2f} | "
            f"{face.taken} |"
        )
    print("\n| turned by | yaw as seen | pitch as seen |")
    for degrees, yaw, pitch in angles:
        print(f"| {degrees} | {yaw:.1f} | {pitch:.1f} |")
    print("\n| made | asked for | seen | not asked for | seen |")
    for move in moves:
        print(f"| {move.made} | {move.asked} | {move.seen} | {move.others} | {move.others_seen} |")


def _bars(faces: list[FaceRow], moves: list[MoveRow]) -> list[dict[str, object]]:
    same = [row for row in faces if row.statement.startswith("same")]
    other = [row for row in faces if row.statement.startswith("another")]
    prints = sum(row.seen for row in moves if row.made.startswith("a print") and not row.made.endswith("50 degrees"))
    wrong = sum(row.others_seen for row in moves if not row.made.startswith("a print"))
    turns = next(row for row in moves if row.made == f"a head, {ANGLES_DEG[-1]} degrees")
    return [
        _bar("faces: the same person rejected", sum(row.count - row.taken for row in same), 0),
        _bar("faces: another person accepted, also for a part", sum(row.taken for row in other), 0),
        _bar("movements: not seen at 24 degrees", turns.asked - turns.seen, 0),
        _bar("movements: seen and not asked for", wrong, 0),
        _bar("movements: seen in a print that is turned by 40 degrees or less", prints, 0),
    ]


def _bar(what: str, value: int, most: int) -> dict[str, object]:
    return {"what": what, "value": value, "bar": most, "holds": value <= most}


if __name__ == "__main__":
    main()
