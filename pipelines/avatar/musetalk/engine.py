"""The MuseTalk engine: a net paints a speaking mouth into pictures of a person.

Steps of ``perform``: 1 the grant, 2 the input, 3 the weights, 4 the work. Nothing of the person is touched before the
grant, which must name the portrait or the footage. There are no dice: same pictures, same speech, same frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

import cv2
import numpy as np

from consent.grant import Grant, Modality, Sha256Hex, Use, require_grant
from pipelines.avatar.musetalk.crop import Box, box_of, jaw_mask, paste, taken
from pipelines.avatar.musetalk.folder import CARD_ID, CardedWeights, open_folder
from pipelines.avatar.musetalk.grounds import Ground
from pipelines.avatar.musetalk.hearing import Heard, hear
from pipelines.avatar.musetalk.inpainting import Inpainter
from pipelines.avatar.musetalk.loading import Nets, device_of, open_nets
from pipelines.errors import FootageRefusedError, InputInvalidError
from pipelines.faces.landmarks import FaceFinder
from pipelines.media import (
    ByteArray,
    CancelCheck,
    Float32Array,
    Progress,
    Speech,
    never_cancel,
    no_progress,
)

Clock = Callable[[], datetime]

FPS_MIN, FPS_MAX = 10, 50
_BATCH: Final = {"cuda": 16, "cpu": 2}  # frames; a processor gains nothing from more
_LOST_MAX: Final = 5  # frames without a face that the last landmarks serve for: a hand, a blur


class MuseTalkAvatar:
    """Speaks with MuseTalk 1.5. Not for sharing between threads; loads its nets at first use.

    ``device`` is "cpu", "cuda" or "cuda:1"; None takes CUDA where there is one.
    """

    id: Final = "musetalk"
    cards: Final = (*FaceFinder.cards, CARD_ID)

    def __init__(
        self, weights: CardedWeights, clock: Clock, threads: int = 1, *, device: str | None = None, batch: int = 0
    ) -> None:
        self._weights, self._clock, self._threads = weights, clock, threads
        self._device, self._batch = device, batch
        self._nets: Nets | None = None
        self._finder: FaceFinder | None = None

    def perform(
        self,
        speech: Speech,
        ground: Ground,
        *,
        grant: Grant,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> MuseTalkPerformance:
        """The frames, at the ground's own size and rate, as long as the speech; none is painted before it is asked for.

        Args:
            speech: what is said.
            ground: what the mouth is laid on.
            grant: for this portrait or footage, language and script.
            progress: called with the share of the frames that are made, while they are made.
            cancel: raises to stop; asked before each batch of frames too.

        Raises:
            ConsentRefusedError: the grant does not cover this face, language or script now.
            InputInvalidError: the speech is empty, or the frames come too slowly or too fast.
            WeightsError: the weights are missing, damaged or of another model.
        """
        use = Use(modality=Modality.FACE, locale=speech.locale, script=speech.script, asset=Sha256Hex(ground.sha256))
        require_grant(grant, use, at=self._clock())
        fps = ground.frames.fps
        if not FPS_MIN <= fps <= FPS_MAX:
            raise InputInvalidError(f"the pictures come {fps} times a second; give {FPS_MIN} to {FPS_MAX}")
        if len(speech.audio.waveform) == 0:
            raise InputInvalidError("the speech is empty; speak the script first")
        cancel()
        nets = self._open()
        cv2.setNumThreads(self._threads)
        self._finder = self._finder or FaceFinder(self._weights, threads=self._threads)
        progress(0.0)
        return MuseTalkPerformance(
            ground,
            hear(nets.hearer, speech.audio, fps=fps, cancel=cancel),
            Inpainter(nets),
            self._finder,
            batch=self._batch or _BATCH.get(nets.device.type, 2),
            progress=progress,
            cancel=cancel,
        )

    def _open(self) -> Nets:
        if self._nets is None:
            device = device_of(self._device)
            if device.type == "cpu":
                import torch  # noqa: PLC0415 -- only to hold it to our threads

                torch.set_num_threads(self._threads)
            self._nets = open_nets(open_folder(self._weights), device=device)
        return self._nets


class MuseTalkPerformance:
    """The frames of one take (a ``FrameSource``). One batch of pictures is in memory at a time."""

    def __init__(
        self,
        ground: Ground,
        heard: Heard,
        inpainter: Inpainter,
        finder: FaceFinder,
        *,
        batch: int,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> None:
        self._ground, self._heard, self._inpainter, self._finder = ground, heard, inpainter, finder
        self._batch, self._progress, self._cancel = batch, progress, cancel
        self.width, self.height, self.fps = ground.frames.width, ground.frames.height, ground.frames.fps
        self.frame_count = heard.frame_count

    def frames(self) -> Iterator[ByteArray]:
        """Yield every frame, (height, width, 3) uint8; the caller owns each one.

        Raises:
            FootageRefusedError: there is no face for longer than five frames.
        """
        pictures = self._ground.again_and_again()
        points, lost = None, 0
        still: tuple[Float32Array, Box, Float32Array] | None = None
        for first in range(0, self.frame_count, self._batch):
            self._cancel()
            last = min(first + self._batch, self.frame_count)
            held: list[tuple[ByteArray, Box, Float32Array]] = []
            for at in range(first, last):
                picture, given = next(pictures)
                points, lost = self._points(picture, given, previous=points, lost=lost, at=at)
                if still is None or not np.array_equal(still[0], points):
                    box = box_of(points)
                    still = (points, box, jaw_mask(points, box))
                held.append((picture, still[1], still[2]))
            crops = np.stack([taken(picture, box) for picture, box, _ in held])
            faces = self._inpainter.faces(crops, self._heard.windows(first, last))
            for at, ((picture, box, mask), face) in enumerate(zip(held, faces, strict=True), start=first + 1):
                paste(picture, face, box, mask)
                self._progress(at / self.frame_count)
                yield picture

    def _points(
        self, picture: ByteArray, given: Float32Array | None, *, previous: Float32Array | None, lost: int, at: int
    ) -> tuple[Float32Array, int]:
        """The face in a picture, and for how many pictures it has been out of sight."""
        if given is not None:
            return given, 0
        # A single picture is looked at once; the tracker would wander on it.
        if previous is not None and self._ground.frames.frame_count == 1:
            return previous, 0
        found = self._finder.landmarks(picture, previous=previous)
        if found is not None:
            return found, 0
        if previous is None or lost >= _LOST_MAX:
            raise FootageRefusedError(
                f"no face is seen at {at / self.fps:.1f} s; choose pictures that show the face all the time"
            )
        return previous, lost + 1
