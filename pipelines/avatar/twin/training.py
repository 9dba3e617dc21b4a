"""Training a twin: minutes on one processor, in stages that a killed training need not do again.

1. Every picture is looked at once: landmarks, and a small grey thumbnail. The loop is chosen.
2. The mouth's region is cut out of every picture, and the loop is encoded, in a second pass.
3. Whisper hears the sound.
4. Components, the fits, the bank of mouths.

Stages 1 to 3 are kept in a folder. What lies there shows the person: the caller keeps it closed and deletes it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np

from pipelines.avatar import speech_features
from pipelines.avatar.speech_features import WhisperEncoder, has_whisper
from pipelines.avatar.twin import appearance as looks
from pipelines.avatar.twin.ahead import fetched_ahead
from pipelines.avatar.twin.hearing import learn_hearing
from pipelines.avatar.twin.looping import FADE, choose_loop, encoded, faded
from pipelines.avatar.twin.model import FPS, Bank, Loop, Twin
from pipelines.avatar.twin.outline import sides_of
from pipelines.avatar.twin.region import Region, opening_of, placed, placements, region_of, taken
from pipelines.avatar.twin.surroundings import learn_surroundings
from pipelines.errors import InputInvalidError, WeightsError
from pipelines.faces.landmarks import FaceFinder
from pipelines.faces.nets import WeightsFolder
from pipelines.media import (
    AudioClip,
    ByteArray,
    CancelCheck,
    Float32Array,
    Progress,
    never_cancel,
    no_progress,
)

CARDS: Final = (*FaceFinder.cards, speech_features.CARD_ID)
SECONDS_MIN: Final = 12.0  # what the study found just usable; footage intake asks for more
_FACES_MIN: Final = 0.8  # of the pictures
_THUMBNAIL: Final = (48, 27)
_JPEG: Final = (cv2.IMWRITE_JPEG_QUALITY, 94)
_SHORT, _SHORT_OVERLAP = 65, 15  # frames
_SHUT_SHARE: Final = 5.0  # percent of the pictures, the most shut
_LOOKED, _CUT, _HEARD, _LEARNT = 0.55, 0.75, 0.82, 0.95  # shares of the progress


class Filmed(Protocol):
    """Footage of a person; ``pipelines.avatar.footage.reading.Footage`` is one."""

    @property
    def width(self) -> int:
        """Pixels, upright."""
        ...

    @property
    def height(self) -> int:
        """Pixels, upright."""
        ...

    @property
    def fps(self) -> int:
        """Always 25."""
        ...

    @property
    def frame_count(self) -> int:
        """Pictures."""
        ...

    @property
    def sha256(self) -> str:
        """Of the file's bytes."""
        ...

    @property
    def audio(self) -> AudioClip:
        """16 kHz mono, as long as the pictures."""
        ...

    def frames(self) -> Iterator[ByteArray]:
        """Every picture in order, (height, width, 3); may be asked for again."""
        ...


def train_twin(
    footage: Filmed,
    *,
    weights: WeightsFolder,
    folder: Path,
    progress: Progress = no_progress,
    cancel: CancelCheck = never_cancel,
) -> Twin:
    """Train a twin; the same footage gives the same twin.

    Args:
        footage: one person who speaks, 60 to 180 s are good.
        weights: where the cards ``CARDS`` are installed.
        folder: for the stages; a killed training goes on from there. It shows the person.
        progress: called with the share done.
        cancel: raises to stop; finished stages stay.

    Raises:
        InputInvalidError: too short, too few pictures with a face, no stretch for a loop; says what to film.
        WeightsError: a card is not installed.
        CancelledError: ``cancel`` said so.
    """
    seconds = footage.frame_count / footage.fps
    if seconds < SECONDS_MIN:
        raise InputInvalidError(
            f"the footage lasts {seconds:.1f} s, and {SECONDS_MIN:.0f} are the least; film 60 to 180 s"
        )
    whisper = has_whisper(weights)
    if whisper is None:
        raise WeightsError(
            f"{speech_features.CARD_ID} is not installed; run: sayso models pull {speech_features.CARD_ID}"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stages = _Stages(folder, footage.sha256)
    finder = FaceFinder(weights)
    seen = stages.kept("seen", lambda: _look(footage, finder, _part(progress, 0, _LOOKED), cancel))
    landmarks, usable = _whole(seen["landmarks"], seen["found"])
    region = region_of(landmarks[usable])
    cuts = [int(at) for at in seen["cuts"]]
    ways = placements(landmarks, region, cuts=cuts)
    first, end = choose_loop(landmarks, seen["thumbnails"], usable & ~_at_cuts(len(usable), cuts), fps=FPS)
    cut = stages.kept(
        "cut", lambda: _cut_out(footage, ways, region, (first, end), _part(progress, _LOOKED, _CUT), cancel)
    )
    crops = cut["crops"]
    heard = stages.kept("heard", lambda: _hear(footage.audio, WhisperEncoder(whisper, threads=1), cancel))
    hearings = [heard["long"], heard["short"]]
    progress(_HEARD)
    cancel()
    count = min(len(crops), *(len(one) for one in hearings))
    light = looks.light_of(crops, region)
    learnt = looks.learn(crops[usable], light[usable], region)
    coefficients = looks.in_chunks(crops, light, region, learnt)
    points = placed(landmarks, ways)
    around = learn_surroundings(crops[usable], light[usable], points[usable], region)
    context = around.context(crops, light, points, region, cuts=cuts)
    opening = opening_of(landmarks)
    cancel()
    fit = np.flatnonzero(usable[:count])
    hearing = learn_hearing([one[fit] for one in hearings], context[fit], coefficients[fit], opening[fit])
    progress(_LEARNT)
    cancel()
    bank = np.flatnonzero(usable)
    shut = opening[bank] <= np.percentile(opening[bank], _SHUT_SHARE)
    progress(1.0)
    return Twin(
        footage_sha256=footage.sha256,
        width=footage.width // 2 * 2,
        height=footage.height // 2 * 2,
        region=region,
        appearance=learnt,
        surroundings=around,
        hearing=hearing,
        bank=Bank(
            coefficients=coefficients[bank],
            light=light[bank],
            pictures=tuple(cv2.imencode(".jpg", crops[at][:, :, ::-1], _JPEG)[1].tobytes() for at in bank),
        ),
        loop=Loop(
            film=cut["film"].tobytes(),
            placements=_closed(ways, first, end),
            context=context[first:end],
            sides=_closed(sides_of(points, cuts=cuts), first, end),
        ),
        shut=coefficients[bank][shut].mean(axis=0),
        opening_p5=float(np.percentile(opening[bank], 5)),
        opening_p95=float(np.percentile(opening[bank], 95)),
    )


class _Stages:
    """Arrays of finished stages; those of other footage count as none."""

    def __init__(self, folder: Path, sha256: str) -> None:
        self._folder, self._sha256 = folder, sha256

    def kept(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        path = self._folder / f"{name}.npz"
        try:
            with path.open("rb") as kept, np.load(kept, allow_pickle=False) as stored:
                if str(stored["footage"]) == self._sha256:
                    return {key: stored[key] for key in stored.files}
        except (OSError, ValueError, KeyError, EOFError):
            pass  # not there yet, or torn by a crash: made anew
        made = make()
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, footage=np.array(self._sha256), **made)
        part.replace(path)
        return made


def _look(footage: Filmed, finder: FaceFinder, progress: Progress, cancel: CancelCheck) -> dict[str, Any]:
    landmarks = np.zeros((footage.frame_count, 468, 3), np.float32)
    found = np.zeros(footage.frame_count, bool)
    small = np.zeros((footage.frame_count, _THUMBNAIL[0] * _THUMBNAIL[1]), np.float32)
    points: Float32Array | None = None
    for at, picture in enumerate(fetched_ahead(footage.frames())):
        cancel()
        points = finder.landmarks(picture, previous=points)
        if points is not None:
            landmarks[at], found[at] = points, True
        tiny = cv2.resize(picture, _THUMBNAIL, interpolation=cv2.INTER_AREA)
        small[at] = np.asarray(cv2.cvtColor(tiny, cv2.COLOR_RGB2GRAY), dtype=np.float32).ravel()
        progress((at + 1) / footage.frame_count)
    if found.mean() < _FACES_MIN:
        raise InputInvalidError(
            f"a face is seen in {found.mean():.0%} of the pictures, and {_FACES_MIN:.0%} are the least; film one "
            "person who looks into the camera all the time"
        )
    change = np.abs(np.diff(small, axis=0)).mean(axis=1)
    cuts = np.flatnonzero(change > max(6.0, 8 * float(np.median(change)))) + 1
    return {"landmarks": landmarks, "found": found, "thumbnails": small, "cuts": cuts}


def _whole(landmarks: Float32Array, found: Any) -> tuple[Float32Array, Any]:  # noqa: ANN401 -- a boolean array
    """Landmarks with holes filled from beside them."""
    known = np.flatnonzero(found)
    nearest = (
        known[np.abs(np.arange(len(found))[:, None] - known[None]).argmin(axis=1)] if len(known) < len(found) else known
    )
    return landmarks[nearest], np.asarray(found, dtype=bool)


def _cut_out(
    footage: Filmed,
    ways: Float32Array,
    region: Region,
    loop: tuple[int, int],
    progress: Progress,
    cancel: CancelCheck,
) -> dict[str, Any]:
    """The mouth's region of every picture, and the loop as a film, in one pass: decoding costs more than both."""
    crops = np.zeros((len(ways), region.size, region.size, 3), np.uint8)
    first, end = loop

    def of_the_loop() -> Iterator[ByteArray]:
        for at, picture in enumerate(fetched_ahead(footage.frames())):
            cancel()
            crops[at] = taken(picture, ways[at], region)
            progress((at + 1) / len(ways))
            if first - FADE <= at < end:
                yield picture

    pictures = of_the_loop()
    before = list(itertools.islice(pictures, FADE))
    film = encoded(faded(before, pictures, end - first), width=footage.width, height=footage.height, fps=FPS)
    return {"crops": crops, "film": np.frombuffer(film, np.uint8)}


def _hear(audio: AudioClip, encoder: WhisperEncoder, cancel: CancelCheck) -> dict[str, Any]:
    """Whisper's features with half a minute around them, and with a few seconds: speeches are short and long."""
    whole = encoder.features(audio, fps=FPS, cancel=cancel)
    rate, parts = audio.sample_rate, []
    for first in range(0, len(whole), _SHORT):
        low = max(0, first - _SHORT_OVERLAP)
        part = audio.waveform[low * rate // FPS : (first + _SHORT + _SHORT_OVERLAP) * rate // FPS]
        rows = encoder.features(AudioClip(waveform=part, sample_rate=rate), fps=FPS, cancel=cancel)
        parts.append(rows[first - low : first - low + _SHORT])
    return {"long": whole, "short": np.concatenate(parts)}


def _at_cuts(count: int, cuts: list[int]) -> Any:  # noqa: ANN401 -- a boolean array
    at = np.zeros(count, bool)
    at[cuts] = True
    return at


def _closed(values: Float32Array, first: int, end: int) -> Float32Array:
    """What a loop shows of these, (frame, a, b), blended at its end as its pictures are."""
    own = values[first:end].copy()
    share = ((np.arange(FADE) + 1) / (FADE + 1))[:, None, None]
    own[-FADE:] = own[-FADE:] * (1 - share) + values[first - FADE : first] * share
    return own.astype(np.float32)


def _part(progress: Progress, low: float, high: float) -> Progress:
    return lambda share: progress(low + (high - low) * share)
