"""Reading a signed file back as a stranger would, before it may leave. Nothing is believed because we just wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from pipelines.compose.decoder import MediaInfo, decode_frames, probe
from pipelines.disclosure.presence import label_is_present
from pipelines.disclosure.watermark.sound import SoundWatermark
from pipelines.errors import ReleaseError
from pipelines.media import AudioClip, Float32Array
from pipelines.provenance.claims import CONSENT_LABEL, DISCLOSURE_LABEL
from pipelines.provenance.fingerprint import is_match
from pipelines.provenance.manifest import ManifestSpec
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.sniff import media_type_of
from pipelines.provenance.xmp.files import read_xmp
from pipelines.release.disclosing import Disclosed
from pipelines.release.formats import TakeFormat
from pipelines.release.listening import decode_sound
from pipelines.release.marks import Marks, marks_of
from pipelines.release.watermarking import heard_in

# First, middle and last frame, and four between them.
LABEL_SHARES: Final = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
DURATION_TOLERANCE_S: Final = 0.15  # AAC and MP3 add up to a frame of padding on either side
NOTICE_CORRELATION_MIN: Final = 0.5  # measured: .9 and more after MP3; another sentence stays under .1
_NOTICE_RATE: Final = 8000
_NOTICE_SLACK: Final = 800  # samples, 0.1 s of codec delay
_CODECS: Final = {"audio/wav": "pcm_s16le", "audio/mpeg": "mp3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the file must turn out to be. ``frame_count`` is 0 and ``fps`` 0 for sound."""

    wanted: TakeFormat
    spec: ManifestSpec
    disclosed: Disclosed
    marks: Marks
    trust_anchors_pem: str
    frame_count: int
    fps: int
    watermark: SoundWatermark | None = None


def read_back(path: Path, expected: Expected) -> str:
    """Return what was found in a sentence; raise ``ReleaseError`` with every fault."""
    faults = [
        *_manifest_faults(path, expected),
        *_xmp_faults(path, expected),
        *_stream_faults(path, expected),
        *_label_faults(path, expected),
        *_notice_faults(path, expected),
        *_watermark_faults(path, expected),
        *_mark_faults(path, expected),
    ]
    if faults:
        raise ReleaseError(f"the finished file does not hold up when read back: {'; '.join(faults)}")
    return f"manifest trusted, {_disclosure_seen(expected)}, fingerprint fits"


def _manifest_faults(path: Path, expected: Expected) -> list[str]:
    found = media_type_of(path)
    if found != expected.wanted.media_type:
        return [f"it is {found}, not {expected.wanted.media_type}"]
    reading = read_manifest(path, trust_anchors_pem=expected.trust_anchors_pem)
    if reading.state != "trusted" or reading.failures:
        return [f"its manifest is {reading.state}: {', '.join(reading.failures) or reading.detail}"]
    needed = {CONSENT_LABEL, DISCLOSURE_LABEL, "c2pa.actions.v2", "cawg.training-mining", "cawg.metadata"}
    faults = [f"its manifest lacks {label}" for label in sorted(needed - set(reading.assertions))]
    if (reading.consent, reading.disclosure) != (expected.spec.consent, expected.spec.disclosure):
        faults.append("its manifest speaks of another take")
    if reading.actions != ("c2pa.created", *(action.name for action in expected.spec.actions)):
        faults.append(f"its manifest lists the actions {', '.join(reading.actions)}")
    return faults


def _xmp_faults(path: Path, expected: Expected) -> list[str]:
    packet = read_xmp(path, media_type=expected.wanted.media_type) or ""
    return [] if expected.spec.digital_source_type in packet else ["its XMP does not name the digital source type"]


def _stream_faults(path: Path, expected: Expected) -> list[str]:
    info = probe(path)
    if info.kind != expected.wanted.kind:
        return [f"it holds {info.kind}, not {expected.wanted.kind}"]
    return [*_picture_faults(info, expected), *_sound_faults(info, expected)]


def _picture_faults(info: MediaInfo, expected: Expected) -> list[str]:
    wanted, video = expected.wanted, info.video
    if wanted.kind == "audio":
        return []
    if video is None or (video.width, video.height) != (wanted.width, wanted.height):
        return [f"its picture is not {wanted.width}x{wanted.height}"]
    if wanted.kind == "still":
        return []
    faults = []
    if (video.codec, video.pixel_format) != ("h264", "yuv420p"):
        faults.append(f"its picture is {video.codec} in {video.pixel_format}, not h264 in yuv420p")
    if video.frame_count != expected.frame_count:
        faults.append(f"it has {video.frame_count} frames of {expected.frame_count}")
    if abs(info.duration_s - expected.frame_count / expected.fps) > DURATION_TOLERANCE_S:
        faults.append(f"it lasts {info.duration_s:.2f} s, not {expected.frame_count / expected.fps:.2f} s")
    return faults


def _sound_faults(info: MediaInfo, expected: Expected) -> list[str]:
    wanted, audio = expected.wanted, expected.disclosed.audio
    if audio is None:
        return [] if info.audio is None else ["it has sound that nobody gave it"]
    if info.audio is None:
        return ["it has no sound"]
    faults = []
    codec = _CODECS.get(wanted.media_type, "aac")
    if not info.audio.codec.startswith(codec):
        faults.append(f"its sound is {info.audio.codec}, not {codec}")
    if wanted.kind == "audio" and abs(info.duration_s - audio.duration_s) > DURATION_TOLERANCE_S:
        faults.append(f"it lasts {info.duration_s:.2f} s, not {audio.duration_s:.2f} s")
    return faults


def _label_faults(path: Path, expected: Expected) -> list[str]:
    plate = expected.disclosed.plate
    if plate is None:
        return []
    shares = (0.0,) if expected.wanted.kind == "still" else LABEL_SHARES
    frames = decode_frames(path, shares)
    findings = [(share, label_is_present(frame, plate)) for share, frame in zip(shares, frames, strict=True)]
    return [f"at {share:.0%} of its length {found.reason}" for share, found in findings if not found.present]


def _notice_faults(path: Path, expected: Expected) -> list[str]:
    notice = expected.disclosed.notice
    if notice is None:
        return []
    heard = decode_sound(path, sample_rate=_NOTICE_RATE)
    if heard is None:
        return ["it has no sound"]
    correlation = notice_correlation(heard, notice)
    if correlation < NOTICE_CORRELATION_MIN:
        return [f"it does not begin with the spoken notice (correlation {correlation:.2f})"]
    return []


def _watermark_faults(path: Path, expected: Expected) -> list[str]:
    if expected.disclosed.watermark is None:
        return []
    heard = None if expected.watermark is None else heard_in(path, expected.watermark)
    if heard is None or not heard.is_found:
        return [f"the mark that {expected.disclosed.watermark} put into its sound is not heard any more"]
    return []


def notice_correlation(heard: AudioClip, notice: AudioClip) -> float:
    """Return how well the beginning of a file (at 8 kHz) agrees with the notice, -1 to 1, over small delays."""
    spoken = _at_8_khz(notice)
    beginning = heard.waveform[: len(spoken) + _NOTICE_SLACK]
    if len(beginning) < len(spoken):
        return 0.0
    products = np.correlate(beginning, spoken, mode="valid")
    energy = np.convolve(beginning**2, np.ones(len(spoken), dtype=np.float32), mode="valid")
    return float(np.max(products / np.maximum(np.sqrt(energy * np.sum(spoken**2)), 1e-9)))


def _at_8_khz(clip: AudioClip) -> Float32Array:
    """Resample coarsely: a box filter and straight lines are enough to compare by."""
    width = max(1, round(clip.sample_rate / _NOTICE_RATE))
    smooth = np.convolve(clip.waveform, np.full(width, 1 / width, dtype=np.float32), mode="same")
    count = int(clip.duration_s * _NOTICE_RATE)
    at = np.arange(count) * clip.sample_rate / _NOTICE_RATE
    return np.interp(at, np.arange(len(smooth)), smooth).astype(np.float32)


def _mark_faults(path: Path, expected: Expected) -> list[str]:
    found = marks_of(path, media_type=expected.wanted.media_type)
    return [] if is_match(found.main, expected.marks.main) else ["its fingerprint changed in signing"]


def _disclosure_seen(expected: Expected) -> str:
    if expected.disclosed.plate is None:
        return "spoken notice heard"
    return f"label seen in {1 if expected.wanted.kind == 'still' else len(LABEL_SHARES)} frames"
