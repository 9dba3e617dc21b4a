"""The twin engine: footage of a person, shown again and again, with a mouth that says something else.

Steps of ``motion`` and ``perform``: 1 the grant, 2 the input, 3 the work. Nothing of the person is touched before the
grant, which must name the footage.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import cv2
import numpy as np

from consent.grant import Grant, Modality, Sha256Hex, Use, require_grant
from pipelines.avatar import driver as mouth
from pipelines.avatar import speech_features
from pipelines.avatar.speech_features import WhisperEncoder, has_whisper
from pipelines.avatar.twin.drawing import Pen
from pipelines.avatar.twin.looping import again_and_again
from pipelines.avatar.twin.model import FPS, Twin
from pipelines.avatar.twin.outline import share_of
from pipelines.avatar.twin.region import Paster, taken
from pipelines.avatar.twin.speaking import TwinMotion, plan_mouth
from pipelines.errors import InputInvalidError, WeightsError
from pipelines.faces import mesh
from pipelines.faces.nets import WeightsFolder
from pipelines.media import ByteArray, CancelCheck, Speech, never_cancel

Clock = Callable[[], datetime]


class TwinAvatar:
    """Speaks with twins. Not for sharing between threads."""

    id: Final = "twin"
    cards: Final = (speech_features.CARD_ID, mouth.CARD_ID)

    def __init__(self, weights: WeightsFolder, clock: Clock, threads: int = 1) -> None:
        self._weights, self._clock, self._threads = weights, clock, threads
        self._encoder: WhisperEncoder | None = None

    def motion(
        self, speech: Speech, *, twin: Twin, grant: Grant, own_voice: bool = False, cancel: CancelCheck = never_cancel
    ) -> TwinMotion:
        """What the mouth does to a speech; same twin, same speech, same motion.

        Args:
            speech: what is said.
            twin: whose mouth it is.
            grant: for this footage, language and script.
            own_voice: the speech is a recording of the same person in the same room as the footage.
            cancel: raises to stop.

        Raises:
            ConsentRefusedError: the grant does not cover this face, language or script now.
            WeightsError: Whisper is not installed.
        """
        self._require(grant, twin, locale=speech.locale, script=speech.script)
        if len(speech.audio.waveform) == 0:
            raise InputInvalidError("the speech is empty; speak the script first")
        features = self._hearer().features(speech.audio, fps=FPS, cancel=cancel)
        return plan_mouth(twin, speech, features, own_voice=own_voice)

    def perform(self, twin: Twin, motion: TwinMotion, *, grant: Grant) -> TwinPerformance:
        """The frames, at the footage's own size; none is drawn before it is asked for.

        Raises:
            ConsentRefusedError: the grant does not cover this face now.
        """
        self._require(grant, twin)
        cv2.setNumThreads(self._threads)
        return TwinPerformance(twin, motion)

    def loop(self, twin: Twin, *, grant: Grant) -> TwinLoop:
        """The loop as it was filmed, for a mouth that another engine paints.

        Raises:
            ConsentRefusedError: the grant does not cover this face now.
        """
        self._require(grant, twin)
        return TwinLoop(twin)

    def at_rest(self, twin: Twin, *, grant: Grant) -> TwinMotion:
        """One picture with the mouth shut, for a still.

        Raises:
            ConsentRefusedError: the grant does not cover this face now.
        """
        self._require(grant, twin)
        coefficients = np.asarray(twin.shut[None], dtype=np.float32)
        nearest = np.linalg.norm(twin.bank.coefficients - twin.shut, axis=1).argmin()
        return TwinMotion(
            coefficients=coefficients,
            pictures=np.array([nearest], dtype=np.int64),
            opening=np.array([twin.opening_p5], dtype=np.float32),
        )

    def _require(self, grant: Grant, twin: Twin, *, locale: str | None = None, script: str | None = None) -> None:
        use = Use(modality=Modality.FACE, locale=locale, script=script, asset=Sha256Hex(twin.footage_sha256))
        require_grant(grant, use, at=self._clock())

    def _hearer(self) -> WhisperEncoder:
        folder = has_whisper(self._weights)
        if folder is None:
            card = speech_features.CARD_ID
            raise WeightsError(f"{card} is not installed; run: sayso models pull {card}")
        self._encoder = self._encoder or WhisperEncoder(folder, threads=self._threads)
        return self._encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmedFace:
    """Where the face is in a twin's pictures, on average, in pixels; ``picture`` is the first, (height, width, 3)."""

    picture: ByteArray
    eyes: tuple[float, float]
    eye_distance: float


def face_of(twin: Twin) -> FilmedFace:
    """Where a twin's face is, for who cuts its pictures."""
    corners = twin.region.points[[mesh.RIGHT_EYE_OUTER, mesh.LEFT_EYE_OUTER]]
    back = np.stack([cv2.invertAffineTransform(one) for one in twin.loop.placements])
    right, left = (back[:, :, :2] @ corner + back[:, :, 2] for corner in corners)
    middle = np.mean((right + left) / 2, axis=0)
    return FilmedFace(
        picture=next(again_and_again(twin.loop.film)),
        eyes=(float(middle[0]), float(middle[1])),
        eye_distance=float(np.mean(np.linalg.norm(left - right, axis=1))),
    )


class TwinLoop:
    """The pictures of a twin's loop, once (a ``FrameSource``)."""

    fps: Final = FPS

    def __init__(self, twin: Twin) -> None:
        self._film = twin.loop.film
        self.width, self.height, self.frame_count = twin.width, twin.height, twin.loop.frame_count

    def frames(self) -> Iterator[ByteArray]:
        """Yield every picture, (height, width, 3) uint8; the caller owns each one."""
        yield from itertools.islice(again_and_again(self._film), self.frame_count)


class TwinPerformance:
    """The frames of one take (a ``FrameSource``)."""

    fps: Final = FPS

    def __init__(self, twin: Twin, motion: TwinMotion) -> None:
        self._twin, self._motion = twin, motion
        self.width, self.height = twin.width, twin.height
        self.frame_count = motion.frame_count

    def frames(self) -> Iterator[ByteArray]:
        """Yield every frame, (height, width, 3) uint8; the caller owns each one."""
        twin = self._twin
        paster, pen = Paster(twin.region), Pen(twin.region)
        loop = again_and_again(twin.loop.film)
        for at in range(self.frame_count):
            picture = next(loop)
            place = at % twin.loop.frame_count
            way = twin.loop.placements[place]
            mouth = pen.mouth(
                twin.appearance,
                twin.bank,
                taken(picture, way, twin.region),
                self._motion.coefficients[at],
                int(self._motion.pictures[at]),
            )
            paster.paste(picture, mouth, way, share_of(twin.region, twin.loop.sides[place]))
            yield picture
