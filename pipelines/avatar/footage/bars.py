"""What footage is held against: for each check what is good enough, what is refused, and what to film again.

The numbers are measured on real footage and on versions of it that were spoiled (docs/filming.md, bench/footage.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Severity: TypeAlias = Literal["refuse", "advise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One check. Beyond ``advise`` it is mentioned, beyond ``refuse`` the footage is not used; None: never.

    ``found`` and ``needed`` are sentences' ends with the number in them; ``weight`` is its share in the score.
    """

    check: str
    high_is_good: bool
    advise: float | None
    refuse: float | None
    found: str
    needed: str
    advice: str
    weight: float = 1.0

    def severity(self, value: float) -> Severity | None:
        """What a measurement comes to; no number at all is refused."""
        if self._is_beyond(value, self.refuse):
            return "refuse"
        return "advise" if self._is_beyond(value, self.advise) else None

    def mark(self, value: float) -> float:
        """1 where nothing is to be said, 0 where it is refused, in between along a line; only advice is a half."""
        if self.severity(value) is None:
            return 1.0
        if self.refuse is None:
            return 0.5
        if self.advise is None or self.advise == self.refuse:
            return 0.0
        return min(1.0, max(0.0, (value - self.refuse) / (self.advise - self.refuse)))

    def _is_beyond(self, value: float, bar: float | None) -> bool:
        if bar is None:
            return False
        return not (value >= bar if self.high_is_good else value <= bar)


def _least(
    check: str, advise: float | None, refuse: float | None, words: tuple[str, str, str], weight: float = 1
) -> Bar:
    found, needed, advice = words
    return Bar(
        check=check,
        high_is_good=True,
        advise=advise,
        refuse=refuse,
        found=found,
        needed=needed,
        advice=advice,
        weight=weight,
    )


def _most(
    check: str, advise: float | None, refuse: float | None, words: tuple[str, str, str], weight: float = 1
) -> Bar:
    found, needed, advice = words
    return Bar(
        check=check,
        high_is_good=False,
        advise=advise,
        refuse=refuse,
        found=found,
        needed=needed,
        advice=advice,
        weight=weight,
    )


BARS: Final[tuple[Bar, ...]] = (
    # 12 s gave mouths that follow speech with .78 (correlation), 168 s gave .91.
    _least("length", 60, 20, ("the footage lasts {:.0f} s", "60 to 180 s", "film longer")),
    _least(
        "speech",
        40,
        15,
        ("{:.0f} s of speech are heard", "40 s, better 60 to 120 s", "speak on: tell something, or read a text aloud"),
    ),
    _least(
        "speech_share",
        0.35,
        None,
        ("speech is {:.0%} of the footage", "35 %", "cut the pauses off, or speak without long ones"),
    ),
    # 45 px is what a portrait needs, too; a mouth is .55 of it. 80 px is half of a head and shoulders at 1080p.
    _least(
        "face_size",
        80,
        45,
        ("the outer corners of the eyes are {:.0f} pixels apart", "80", "come nearer, or film at 1080p or 4K"),
        2,
    ),
    _least(
        "picture_size",
        720,
        None,
        ("the picture's shorter side has {:.0f} pixels: the resolution is small", "720", "film at 1080p"),
        0.5,
    ),
    _least(
        "frame_rate",
        23.5,
        20,
        ("the camera gave {:.1f} pictures a second", "24 or more", "film at 25 or 30 a second, with more light"),
    ),
    _most(
        "freezes",
        0.25,
        1.0,
        (
            "the picture stands still for {:.2f} s",
            "a new picture every .25 s at least",
            "use another camera or app, and close all else",
        ),
    ),
    _least(
        "face",
        0.97,
        0.8,
        ("a face is seen in {:.0%} of the pictures", "97 %", "stay in the picture, head and shoulders"),
        2,
    ),
    _most(
        "one_face",
        0.02,
        0.1,
        (
            "{:.0%} of the pictures show more than one face",
            "one person alone, no posters or screens with faces",
            "film alone before a plain background",
        ),
        2,
    ),
    _most(
        "one_person",
        None,
        0.1,
        (
            "{:.0%} of the faces are another person's",
            "the same person all the time",
            "film one person from the beginning to the end",
        ),
        2,
    ),
    _most(
        "facing",
        15,
        30,
        (
            "the face is turned {:.0f} degrees to the side most of the time",
            "15 at most",
            "put the camera straight before the face",
        ),
    ),
    _most(
        "turned_away",
        0.05,
        0.3,
        ("the head is turned far away in {:.0%} of the pictures", "5 % at most", "look into the camera while speaking"),
    ),
    _least(
        "sharpness",
        0.12,
        0.08,
        ("the sharpness of the eyes is {:.3f}", "0.12", "clean the lens, tap on the face to focus, and hold still"),
        2,
    ),
    _most(
        "grain",
        4.0,
        8.0,
        ("the skin is grainy by {:.1f} grey levels", "4 at most", "film with more light; do not zoom digitally"),
    ),
    _least(
        "light",
        55,
        30,
        (
            "the face has a brightness of {:.0f} of 255",
            "55",
            "turn towards a window, or put on a lamp behind the camera",
        ),
    ),
    _most(
        "highlights",
        0.1,
        0.4,
        ("{:.0%} of the face are burnt out", "10 % at most", "turn away from the lamp, or lower the exposure"),
    ),
    _most(
        "shadows",
        0.1,
        0.4,
        ("{:.0%} of the face are drowned in black", "10 % at most", "put light on the dark side of the face"),
    ),
    _most(
        "flicker",
        0.015,
        0.04,
        (
            "the light flickers by {:.1%}",
            "1.5 % at most",
            "film by daylight, or set the camera to 50 Hz (60 Hz in the Americas)",
        ),
    ),
    _most(
        "mouth_covered",
        0.04,
        0.2,
        (
            "the mouth is covered in {:.0%} of the pictures",
            "4 % at most",
            "keep hands, cup and microphone away from the mouth",
        ),
        2,
    ),
    _most(
        "eyes_covered",
        0.1,
        0.4,
        ("the eyes are covered or dark in {:.0%} of the pictures", "10 % at most", "take sunglasses off"),
        2,
    ),
    _most(
        "camera",
        0.02,
        0.08,
        ("the camera wanders by {:.1%} of the picture's width", "2 % at most", "put the camera on a stand or a shelf"),
    ),
    _most(
        "cuts",
        0,
        None,
        (
            "the footage has {:.0f} cuts or jumps",
            "none is best; several takes are fine",
            "nothing, if the takes were glued on purpose",
        ),
        0,
    ),
    _least(
        "noise",
        18,
        10,
        ("speech is {:.0f} dB above the noise", "18 dB", "find a quiet room, and come nearer to the microphone"),
    ),
    _least(
        "level", -40, -52, ("speech has a level of {:.0f} dB", "-40 dB", "come nearer to the microphone, or turn it up")
    ),
    _most(
        "clipping",
        0.05,
        0.25,
        ("{:.1%} of the loud samples are cut off", "5 % at most", "turn the microphone down, or go further away"),
    ),
    _least(
        "band",
        -30,
        None,
        (
            "sound above 4 kHz is {:.0f} dB below the rest, as on a telephone",
            "-30 dB",
            "use the camera's own microphone or one on a cable",
        ),
        0.5,
    ),
    _most(
        "sync",
        0.1,
        0.22,
        ("sound and lips are {:.2f} s apart", "0.1 s at most", "film and record with one device, or align the sound"),
    ),
    _most(
        "sound_missing",
        0.5,
        5,
        (
            "the sound is {:.1f} s shorter than the pictures",
            "as long as they are",
            "export the film again with all of its sound",
        ),
    ),
    _most("nudity", None, 0.2, ("a network takes a picture for nudity with {:.2f}", "0.2 at most", "film dressed"), 2),
)
BY_CHECK: Final = {bar.check: bar for bar in BARS}
