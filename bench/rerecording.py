"""What happens to a voice on its way: a browser's codec, a narrow line, a noisy room, a loudspeaker."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import av
import numpy as np
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

from pipelines.media import Float32Array

RATE = 16_000
Change = Callable[[Float32Array, np.random.Generator], Float32Array]


def opus(waveform: Float32Array, _rng: np.random.Generator) -> Float32Array:
    """Through Opus at 24 kbit/s, as MediaRecorder writes it."""
    packed = io.BytesIO()
    high = resample_poly(waveform, 3, 1).astype(np.float32)
    high = np.pad(high, (0, -len(high) % 960))
    with av.open(packed, "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 24_000
        for start in range(0, len(high), 960):
            frame = av.AudioFrame.from_ndarray(high[None, start : start + 960], format="flt", layout="mono")
            frame.sample_rate, frame.pts = 48_000, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    packed.seek(0)
    blocks = []
    with av.open(packed) as back:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
        for frame in back.decode(audio=0):
            blocks += [block.to_ndarray()[0] for block in resampler.resample(frame)]
    return np.concatenate(blocks).astype(np.float32)


def narrow(waveform: Float32Array, _rng: np.random.Generator) -> Float32Array:
    """A telephone's band, up to 3.6 kHz."""
    return _filtered(waveform, butter(6, 3600, "low", fs=RATE, output="sos"))


def noisy(waveform: Float32Array, rng: np.random.Generator, snr_db: float = 20.0) -> Float32Array:
    """With a room's noise, 20 dB below the voice."""
    noise = _filtered(rng.normal(size=len(waveform)), butter(1, 2000, "low", fs=RATE, output="sos"))
    level = np.sqrt(np.mean(waveform**2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)
    return np.asarray(waveform + noise * level, dtype=np.float32)


def in_room(waveform: Float32Array, rng: np.random.Generator) -> Float32Array:
    """In a living room: a reverberation of a quarter of a second."""
    times = np.arange(RATE // 4) / RATE
    response = rng.normal(size=len(times)) * np.exp(-times * 6.9 / 0.25)
    response[0] = 8  # the direct sound
    response /= np.sqrt(np.sum(response**2))
    return np.asarray(fftconvolve(waveform, response)[: len(waveform)], dtype=np.float32)


def replayed(waveform: Float32Array, rng: np.random.Generator) -> Float32Array:
    """By a small loudspeaker (band, overdrive), through a room with noise, into a browser."""
    band = _filtered(waveform, butter(4, [180, 6800], "band", fs=RATE, output="sos"))
    driven = np.tanh(3 * band / (np.abs(band).max() + 1e-9)).astype(np.float32) * 0.3
    return opus(noisy(in_room(driven, rng), rng, 25.0), rng)


def _filtered(waveform: Float32Array, sections: np.ndarray) -> Float32Array:
    return np.asarray(sosfilt(sections, waveform), dtype=np.float32)


CHANGES: Mapping[str, Change] = {
    "as it is": lambda waveform, _: waveform,
    "12 dB louder": lambda waveform, _: waveform * 10 ** (12 / 20),
    "12 dB quieter": lambda waveform, _: waveform * 10 ** (-12 / 20),
    "opus 24k": opus,
    "3.6 kHz": narrow,
    "noise 20 dB": noisy,
    "room": in_room,
    "played back": replayed,
}
