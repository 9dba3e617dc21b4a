"""The four tones: how a voice speaks when it is warm, excited or serious, as changes of what the net is given.

The directions follow what listeners were found to go by; the sizes are ours, kept where whisper-base still hears every
word (docs/text-and-tone.md has the measurements, `python -m bench.tones` makes them):

- warm: tenderness in Juslin & Laukka 2003 (Psychological Bulletin 129, table 7): slow, soft, little energy in the high
  frequencies, pitch low and moving little.
- excited: joy and elation, ibid. and Scherer 2003 (Speech Communication 40, table 2): fast, pitch high and moving
  widely, loud, more energy in the high frequencies; few pauses.
- serious: a low, level pitch is heard as competent and trustworthy (Klofstad, Anderson & Peters 2012, Proc. R. Soc. B
  279; Apple, Streeter & Krauss 1979, JPSP 37, for pitch and rate); slower, with longer pauses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Literal

from pipelines.errors import InputInvalidError
from pipelines.voice.delivery import NEUTRAL, Delivery

Tone = Literal["neutral", "warm", "excited", "serious"]

PITCH_ST_MIN: Final = -6.0  # beyond these the net's voices stop being one person
PITCH_ST_MAX: Final = 6.0

TONES: Final[Mapping[str, Delivery]] = MappingProxyType(
    {
        "neutral": NEUTRAL,
        "warm": Delivery(
            rate=0.92, f0_scale=0.96, f0_range=0.85, energy=0.8, energy_range=0.8, pause_scale=1.15, tilt_db=-0.8
        ),
        "excited": Delivery(
            rate=1.06, f0_scale=1.12, f0_range=1.25, energy=1.3, energy_range=1.2, pause_scale=0.75, tilt_db=0.8
        ),
        "serious": Delivery(rate=0.94, f0_scale=0.91, f0_range=0.7, pause_scale=1.35),
    }
)


def delivery_of(tone: str = "neutral", *, pitch_st: float = 0.0) -> Delivery:
    """Return a tone's delivery, moved by ``pitch_st`` semitones.

    Raises:
        InputInvalidError: There is no such tone, or the pitch is out of reach.
    """
    if tone not in TONES:
        raise InputInvalidError(f"there is no tone {tone!r}; choose one of: {', '.join(TONES)}")
    if not PITCH_ST_MIN <= pitch_st <= PITCH_ST_MAX:
        raise InputInvalidError(
            f"a pitch of {pitch_st} semitones is outside {PITCH_ST_MIN:+.0f} to {PITCH_ST_MAX:+.0f}; "
            "0 is the voice's own"
        )
    own = TONES[tone]
    return replace(own, f0_scale=own.f0_scale * 2 ** (pitch_st / 12)) if pitch_st else own
