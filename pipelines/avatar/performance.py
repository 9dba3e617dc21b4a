"""A portrait that talks, as frames that are made when asked for."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from pipelines.avatar.eyes import Eyelids
from pipelines.avatar.head import HeadField, HeadPose
from pipelines.avatar.interior import Interior
from pipelines.avatar.lips import Lips, MouthPose
from pipelines.avatar.rig import Rig
from pipelines.media import ByteArray, MotionTrack, Stage


class Performance:
    """The frames of one take (a ``FrameSource``). Nothing is drawn before ``frames`` is iterated."""

    def __init__(self, rig: Rig, motion: MotionTrack, stage: Stage) -> None:
        self._rig = rig
        self._motion = motion
        self._stage = stage
        height, width = stage.background.shape[:2]
        self.width, self.height = width, height
        self.fps = motion.fps
        self.frame_count = motion.frame_count
        self._lips = Lips(rig)
        self._interior = Interior(self._lips, self._lips.source)
        self._eyes = tuple(Eyelids(rig, side, exact=rig.lids_are_exact) for side in ("right", "left"))
        self._head = HeadField(rig, (width, height))

    def frames(self) -> Iterator[ByteArray]:
        """Yield every frame, (height, width, 3) uint8; the caller owns each one."""
        face = self._rig.rgba.copy()
        film = None if self._stage.film is None else self._stage.film()
        for index in range(self.frame_count):
            behind = self._stage.background.copy() if film is None else next(film)
            yield self._draw(face, index, behind)

    def _draw(self, face: ByteArray, index: int, frame: ByteArray) -> ByteArray:
        motion = self._motion
        for eye in self._eyes:
            eye.draw(face, float(motion.blink[index]))
        mouth, aperture = self._lips.pose(
            MouthPose(
                opening=float(motion.jaw[index]),
                wide=float(motion.wide[index]),
                upper_lip=float(motion.upper_lip[index]),
            )
        )
        self._interior.paint(mouth, aperture)
        left, top, right, bottom = self._lips.box
        face[top:bottom, left:right] = mouth
        pose = HeadPose(
            dx=float(motion.dx[index]),
            dy=float(motion.dy[index]),
            yaw=float(motion.yaw[index]),
            pitch=float(motion.pitch[index]),
            roll=float(motion.roll[index]),
            brow=float(motion.brow[index]),
            breath=float(motion.breath[index]),
        )
        return self._on_stage(face, pose, frame)

    def _on_stage(self, face: ByteArray, pose: HeadPose, frame: ByteArray) -> ByteArray:
        box = self._head.box
        map_x, map_y = self._head.maps(pose)
        moved = cv2.remap(face, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        share = cv2.extractChannel(moved, 3).astype(np.float32)
        rows, columns = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
        colours = cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB)
        frame[rows, columns] = cv2.blendLinear(colours, frame[rows, columns], share, 255 - share)
        return frame
