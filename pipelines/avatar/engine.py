"""The photo engine: one portrait talks. And the protocol and registry of avatar engines.

Steps of ``motion`` and ``perform``: 1 the grant, 2 the input, 3 the weights, 4 the work. Nothing of the person is
touched before the grant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

import cv2
import numpy as np

from consent.grant import Grant, Modality, Sha256Hex, Use, require_grant
from pipelines.avatar import driver as mouth
from pipelines.avatar import matte, speech_features
from pipelines.avatar.cartoon import drawn
from pipelines.avatar.intake import PortraitReport, report_on, the_face
from pipelines.avatar.keying import keyed, screen_of
from pipelines.avatar.look import Look
from pipelines.avatar.manner import manner_of
from pipelines.avatar.matte import Matting, bleed_colours, clean_colours
from pipelines.avatar.motion import plan_motion
from pipelines.avatar.performance import Performance
from pipelines.avatar.rig import CutOut, build_rig
from pipelines.avatar.scene_light import lit
from pipelines.avatar.speech_features import WhisperEncoder, has_whisper, loudness
from pipelines.avatar.surroundings import without_person
from pipelines.avatar.sync import in_step
from pipelines.errors import InputInvalidError
from pipelines.faces.landmarks import FaceFinder
from pipelines.faces.nets import WeightsFolder
from pipelines.media import (
    ByteArray,
    CancelCheck,
    Float32Array,
    FrameSource,
    MotionTrack,
    Portrait,
    Progress,
    Speech,
    Stage,
    never_cancel,
    no_progress,
)

Clock = Callable[[], datetime]

_FPS_MIN, _FPS_MAX = 10, 60


class AvatarEngine(Protocol):
    """What makes a presenter move."""

    @property
    def id(self) -> str:
        """The engine's row in the registry."""
        ...

    @property
    def cards(self) -> tuple[str, ...]:
        """Ids of the model cards it uses."""
        ...

    def inspect(self, portrait: Portrait) -> PortraitReport:
        """Measure a portrait, or raise ``PortraitRefusedError``."""
        ...

    def motion(
        self,
        speech: Speech,
        *,
        portrait: Portrait,
        grant: Grant,
        seed: int,
        fps: int = 25,
        tone: str = "neutral",
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> MotionTrack:
        """How the face moves to a speech."""
        ...

    def perform(
        self, portrait: Portrait, motion: MotionTrack, stage: Stage, *, grant: Grant, look: Look = "photo"
    ) -> FrameSource:
        """The frames, made when asked for."""
        ...


class PhotoAvatar:
    """Animates one picture of one person. Not for sharing between threads; loads each network at first use."""

    id: Final = "photo"
    cards: Final = (*FaceFinder.cards, matte.CARD_ID, speech_features.CARD_ID, mouth.CARD_ID)

    def __init__(self, weights: WeightsFolder, clock: Clock, threads: int = 1) -> None:
        self._weights = weights
        self._clock = clock
        self._threads = threads
        self._finder: FaceFinder | None = None
        self._matting: Matting | None = None
        self._encoder: WhisperEncoder | None = None
        self._cut: tuple[str, CutOut] | None = None  # the last portrait, which most takes share

    def inspect(self, portrait: Portrait) -> PortraitReport:
        """Measure a portrait.

        Raises:
            PortraitRefusedError: it cannot be animated well; says which fault and what picture to take instead.
        """
        cut = self._cut_out(portrait)
        return report_on(portrait, cut.landmarks, cut.alpha)

    def surroundings(self, portrait: Portrait) -> ByteArray:
        """The room behind the person, without the person, small and smooth: for a background out of focus.

        Raises:
            InputInvalidError: the portrait shows no room.
        """
        if portrait.alpha is not None:
            raise InputInvalidError(
                f"{portrait.path.name} is cut out and has no background of its own to blur; take another background"
            )
        if screen_of(portrait.rgb) is not None:
            raise InputInvalidError(
                f"{portrait.path.name} was taken before a screen, and a blurred screen is no room; "
                "take another background"
            )
        return without_person(portrait.rgb, self._cut_out(portrait).alpha, name=portrait.path.name)

    def motion(
        self,
        speech: Speech,
        *,
        portrait: Portrait,
        grant: Grant,
        seed: int,
        fps: int = 25,
        tone: str = "neutral",
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> MotionTrack:
        """How the face of ``portrait`` moves to a speech in a tone; same seed, same motion.

        Raises:
            ConsentRefusedError: the grant does not cover this face, language or script now.
            SyncError: lips and sound are not together, and moving them did not help.
        """
        self._require(grant, portrait, locale=speech.locale, script=speech.script)
        if not _FPS_MIN <= fps <= _FPS_MAX:
            raise InputInvalidError(f"{fps} frames a second were asked for; give {_FPS_MIN} to {_FPS_MAX}")
        if len(speech.audio.waveform) == 0:
            raise InputInvalidError("the speech is empty; speak the script first")
        progress(0.0)
        heard, wide = self._hear(speech, fps=fps, cancel=cancel)
        cancel()
        track = plan_motion(speech, heard, seed=seed, fps=fps, wide_heard=wide, manner=manner_of(tone))
        together, _ = in_step(track, speech.audio)
        progress(1.0)
        return together

    def perform(
        self, portrait: Portrait, motion: MotionTrack, stage: Stage, *, grant: Grant, look: Look = "photo"
    ) -> Performance:
        """The portrait on a stage, as it is or as a drawing; no frame is drawn before it is asked for.

        Raises:
            ConsentRefusedError: the grant does not cover this face now.
            PortraitRefusedError: the portrait cannot be animated.
        """
        self._require(grant, portrait)
        # OpenCV's own pool is process-wide; frames are small, and takes that render side by side would fight over it.
        cv2.setNumThreads(self._threads)
        rig = build_rig(self._cut_out(portrait), stage)
        return Performance(lit(drawn(rig) if look == "cartoon" else rig, stage), motion, stage)

    def _require(
        self, grant: Grant, portrait: Portrait, *, locale: str | None = None, script: str | None = None
    ) -> None:
        use = Use(modality=Modality.FACE, locale=locale, script=script, asset=Sha256Hex(portrait.sha256))
        require_grant(grant, use, at=self._clock())

    def _cut_out(self, portrait: Portrait) -> CutOut:
        if self._cut is not None and self._cut[0] == portrait.sha256:
            return self._cut[1]
        self._finder = self._finder or FaceFinder(self._weights, threads=self._threads)
        landmarks = the_face(portrait, self._finder)
        if portrait.alpha is not None:
            alpha = np.asarray(portrait.alpha.astype(np.float32) / 255, dtype=np.float32)
            colours = bleed_colours(portrait.rgb, alpha)
        elif (cut_out := keyed(portrait.rgb)) is not None:
            alpha, colours = cut_out.alpha, cut_out.colours
        else:
            self._matting = self._matting or Matting(self._weights, threads=self._threads)
            alpha = self._matting.alpha(portrait.rgb)
            colours = clean_colours(portrait.rgb, alpha)
        report_on(portrait, landmarks, alpha)  # the matte shows one fault more: hair that the edge cuts
        lids_are_exact = any(index == "159" for index, _, _ in portrait.anchors)
        cut = CutOut(colours=colours, alpha=alpha, landmarks=landmarks, lids_are_exact=lids_are_exact)
        self._cut = (portrait.sha256, cut)
        return cut

    def _hear(self, speech: Speech, *, fps: int, cancel: CancelCheck) -> tuple[Float32Array, Float32Array | None]:
        """The driver's opening and width; loudness alone where Whisper is not installed."""
        folder = has_whisper(self._weights)
        if folder is None:
            return mouth.opening_from_loudness(loudness(speech.audio, fps=fps)), None
        self._encoder = self._encoder or WhisperEncoder(folder, threads=self._threads)
        features = self._encoder.features(speech.audio, fps=mouth.FPS, cancel=cancel)
        curves = mouth.load_driver().curves(features)
        if fps != mouth.FPS:
            frames = speech_features.frame_count_of(speech.audio, fps=fps)
            at = (np.arange(frames) + 0.5) / fps * mouth.FPS - 0.5
            curves = np.stack([np.interp(at, np.arange(len(curves)), curve) for curve in curves.T], axis=1)
        return np.asarray(curves[:, 0], dtype=np.float32), np.asarray(curves[:, 1], dtype=np.float32)


ENGINES: Mapping[str, Callable[[WeightsFolder, Clock, int], AvatarEngine]] = MappingProxyType({"photo": PhotoAvatar})


def open_avatar(engine_id: str, weights: WeightsFolder, *, clock: Clock, threads: int = 1) -> AvatarEngine:
    """Open an engine by its id.

    Raises:
        InputInvalidError: there is no such engine.
    """
    try:
        build = ENGINES[engine_id]
    except KeyError as e:
        raise InputInvalidError(f"no avatar engine is called {engine_id}; there are: {', '.join(ENGINES)}") from e
    return build(weights, clock, threads)
