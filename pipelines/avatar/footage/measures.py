"""From what was seen and heard to one number for each check, with the pictures that show it best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.avatar.footage.face_marks import FaceMarks
from pipelines.avatar.footage.looking import Look, Looks
from pipelines.avatar.footage.reading import FPS, Footage
from pipelines.avatar.footage.sound_marks import SoundMarks
from pipelines.avatar.footage.stillness import Stillness

YAW_FAR: Final = 30.0  # degrees: beyond, one corner of the mouth is hidden
PITCH_FAR: Final = 25.0
SURE_MIN: Final = 14.0  # of the mesh network's logit; free faces give 17 and more, a hand or a mask less than 12
MOUTH_LIKE_MIN: Final = 0.55  # a free mouth against the person's own usual one gives .75 and more
LIP_RED_MIN: Final = -6.0  # against the cheeks: pale lips give -2, a microphone or mask -13 and less
LIP_RED_SHARE_MIN: Final = 0.45  # of the person's own usual; a hand gives a quarter
LIP_RED_KNOWN: Final = 6.0  # paler lips say nothing by their colour
EYE_LIGHT_MIN: Final = 0.4  # of the cheeks' light; free eyes give .7

_EXAMPLES: Final = 3
_RED_RANGE: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One number in the unit of its bar; ``examples`` are picture numbers, the clearest first."""

    check: str
    value: float
    examples: tuple[int, ...] = ()


def of_picture(footage: Footage, looks: Looks, still: Stillness) -> Iterator[Measured]:
    """All that is seen, but for who it is."""
    yield Measured(check="length", value=footage.duration_s)
    yield Measured(check="picture_size", value=min(footage.width, footage.height), examples=(0,))
    yield Measured(check="frame_rate", value=footage.source_fps)
    yield Measured(check="freezes", value=footage.gap_s, examples=(round(footage.gap_at_s * FPS),))
    absent = [one.index for one in looks.seen if not one.faces]
    several = [one.index for one in looks.seen if one.faces > 1]
    yield Measured(check="face", value=1 - len(absent) / len(looks.seen), examples=tuple(absent[:_EXAMPLES]))
    yield Measured(check="one_face", value=len(several) / len(looks.seen), examples=tuple(several[:_EXAMPLES]))
    yield Measured(check="cuts", value=len(still.cuts), examples=still.cuts[:_EXAMPLES])
    yield Measured(check="flicker", value=still.flicker, examples=(still.flicker_at,))
    if still.shift is not None:
        yield Measured(check="camera", value=still.shift, examples=(still.shift_at,))
    marked = looks.marked()
    if marked:
        yield from _of_face(marked)


def _of_face(marked: Sequence[tuple[Look, FaceMarks]]) -> Iterator[Measured]:
    index = np.array([look.index for look, _ in marked])
    marks = [one for _, one in marked]

    def worst(check: str, values: Sequence[float], *, low: bool) -> Measured:
        order = np.argsort(values) if low else np.argsort(values)[::-1]
        examples = tuple(int(at) for at in index[order[:_EXAMPLES]])
        return Measured(check=check, value=float(np.median(values)), examples=examples)

    def share(check: str, is_bad: NDArray[np.bool_], badness: NDArray[np.float64]) -> Measured:
        order = np.argsort(badness)[::-1][: min(_EXAMPLES, int(is_bad.sum()))]
        return Measured(check=check, value=float(is_bad.mean()), examples=tuple(int(at) for at in index[order]))

    yaw, pitch = (np.array([getattr(one, name) for one in marks]) for name in ("yaw", "pitch"))
    far = np.maximum(np.abs(yaw) / YAW_FAR, np.abs(pitch) / PITCH_FAR)
    eye_light = np.array([one.eye_light for one in marks])
    covered = mouth_badness(marks)
    yield worst("face_size", [one.eye_distance_px for one in marks], low=True)
    yield worst("sharpness", [one.sharpness for one in marks], low=True)
    yield worst("grain", [one.grain for one in marks], low=False)
    yield worst("light", [one.light for one in marks], low=True)
    yield worst("highlights", [one.bright_share for one in marks], low=False)
    yield worst("shadows", [one.dark_share for one in marks], low=False)
    yield Measured(check="facing", value=abs(float(np.median(yaw))), examples=(int(index[np.argmax(np.abs(yaw))]),))
    yield share("turned_away", far > 1, far)
    yield share("mouth_covered", covered > 1, covered)
    yield share("eyes_covered", eye_light < EYE_LIGHT_MIN, -eye_light)


def mouth_badness(marks: Sequence[FaceMarks]) -> NDArray[np.float64]:
    """How covered each mouth looks; above 1 it is.

    1. The network doubts the face, or 2. what is there is greener than any lips: both see a mask or a microphone that
    is there all the time. 3. The mouth is unlike the usual one, or 4. has lost its red: both see what comes and goes.
    """
    mouths = np.stack([one.mouth for one in marks])
    usual = np.median(mouths, axis=0)
    usual = usual / max(1e-6, float(usual.std()))
    likeness = np.mean(mouths * usual, axis=(1, 2))
    doubt = SURE_MIN / np.maximum(1e-3, [one.sureness for one in marks])
    red = np.array([one.mouth_chroma for one in marks])
    usual_red = float(np.percentile(red, 75))
    least = max(LIP_RED_MIN, LIP_RED_SHARE_MIN * usual_red) if usual_red >= LIP_RED_KNOWN else LIP_RED_MIN
    return np.asarray(
        np.max([doubt, 1 + MOUTH_LIKE_MIN - likeness, 1 + (least - red) / _RED_RANGE], axis=0), dtype=np.float64
    )


def of_sound(footage: Footage, sound: SoundMarks) -> Iterator[Measured]:
    """All that is heard."""
    yield Measured(check="speech", value=sound.speech_s)
    yield Measured(check="speech_share", value=sound.speech_share)
    yield Measured(check="sound_missing", value=footage.duration_s - footage.sound_s)
    yield Measured(check="clipping", value=sound.clipped_share, examples=(int(sound.clipped_at_s * FPS),))
    if not sound.speech_s:
        return
    at = (int(sound.first_speech_s * FPS),)
    yield Measured(check="noise", value=sound.above_noise_db, examples=at)
    yield Measured(check="level", value=sound.speech_db, examples=at)
    yield Measured(check="band", value=sound.high_band_db, examples=at)
    if sound.offset_s is not None:
        yield Measured(check="sync", value=abs(sound.offset_s), examples=at)
