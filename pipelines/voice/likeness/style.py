"""What the net is told about who speaks: a stock voice's rows, or those rows with a person's profile on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from pipelines.errors import InputInvalidError
from pipelines.media import Float32Array
from pipelines.voice.kokoro.melody import Melody
from pipelines.voice.likeness.profile import TIMBRE_SIZE, LanguageOverride, VoiceProfile

MIDDLE = 64  # the row for a sentence of ordinary length; a profile's vectors stand against this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A voice ready to speak.

    ``rows`` is (510, 256) float32, by number of symbols: timbre, then prosody. ``shifts`` is what the decoder's norms
    get added. ``melody`` is where the pitch goes; None leaves it to the net.
    """

    name: str
    rows: Float32Array = field(repr=False)
    shifts: Float32Array | None = field(default=None, repr=False)
    melody: Melody | None = field(default=None, repr=False)
    rate: float = 1.0
    pause_scale: float = 1.0

    def row(self, symbols: int) -> Float32Array:
        """The row for a pass of so many symbols, (256,) float32."""
        return np.asarray(self.rows[min(max(symbols, 1), len(self.rows)) - 1], dtype=np.float32)


def fitted_style(
    profile: VoiceProfile,
    own: LanguageOverride,
    *,
    timbres: Float32Array,
    prosodies: Float32Array,
    shifts_of: Callable[[Float32Array], Float32Array],
) -> Style:
    """Make the style of a person in one language.

    Args:
        profile: The person's.
        own: From ``profile.in_language``.
        timbres: The rows of the profile's stock voice.
        prosodies: The rows of the stock voice in whose way the person speaks this language.
        shifts_of: ``KokoroNetwork.shifts_of``.
    """
    if own.alpha is None or own.rate is None:
        raise InputInvalidError("the language's part is not filled in; take it from in_language")
    rows = np.concatenate([timbres[:, :TIMBRE_SIZE], prosodies[:, TIMBRE_SIZE:]], axis=1)
    if own.prosody_voice == profile.base_voice:  # a fitted prosody stands against the stock voice it was fitted on
        rows[:, TIMBRE_SIZE:] += profile.prosody - prosodies[MIDDLE, TIMBRE_SIZE:]
    # The whole way from the stock timbre goes by the shifts: the net's own input for it has only 8 bits.
    layers = own.alpha * (profile.timbre - timbres[MIDDLE, :TIMBRE_SIZE] + profile.layers)
    return Style(
        name=f"likeness:{profile.digest}",
        rows=rows,
        shifts=shifts_of(layers.astype(np.float32)),
        melody=Melody(median_hz=profile.f0_median_hz, range_st=profile.f0_range),
        rate=own.rate,
        pause_scale=profile.pause_scale,
    )
