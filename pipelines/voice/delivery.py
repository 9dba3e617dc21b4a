"""How a script is delivered: what tone, speed and pitch come down to at the net's inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Factors on the voice's own way of speaking; 1.0 leaves each as it is.

    ``f0_scale`` raises the pitch, ``f0_range`` widens its movement about the median (in semitones), ``energy`` scales
    the net's energy curve and ``energy_range`` widens its movement about its mean, ``pause_scale`` the pauses between
    sentences. ``tilt_db`` turns the finished sound's spectrum about 1 kHz, in dB per octave; 0.0 leaves it.
    """

    rate: float = 1.0
    f0_scale: float = 1.0
    f0_range: float = 1.0
    energy: float = 1.0
    energy_range: float = 1.0
    pause_scale: float = 1.0
    tilt_db: float = 0.0


NEUTRAL: Final = Delivery()
