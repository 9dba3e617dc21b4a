"""Does a released file fit what its channel accepts? Measured on the file itself, which is never changed for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.disclosure.channel import ChannelProfile
from pipelines.disclosure.delivery import PictureRules, VideoRules
from pipelines.release.measuring import Measured

_EXACT: Final = 100_000  # %g writes larger numbers with an exponent


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule against one measurement. ``required`` is false where the platform only advises."""

    what: str
    found: str
    needed: str
    holds: bool
    required: bool
    sources: tuple[str, ...]
    placement: str = ""

    def to_json(self) -> dict[str, object]:
        """Return plain JSON."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "sources"} | {
            "sources": list(self.sources)
        }


def check_delivery(found: Measured, profile: ChannelProfile) -> tuple[Check, ...]:
    """Return every rule of the channel against the file, the kind of media first.

    Of several placements those that the file does not suit are reported as not required, as long as one suits.
    """
    accepted = {"video": bool(profile.video), "still": profile.still is not None, "audio": profile.sound is not None}
    kinds = ", ".join(kind for kind, yes in accepted.items() if yes)
    rules = {"video": profile.video, "still": (profile.still,), "audio": (profile.sound,)}[found.kind]
    checks = [
        Check(
            what="media",
            found=found.kind,
            needed=kinds,
            holds=accepted[found.kind],
            required=True,
            sources=tuple(dict.fromkeys(source for one in rules if one is not None for source in one.sources)),
        )
    ]
    if found.kind == "video":
        checks += _of_placements([(one.placement, list(_video(found, one))) for one in profile.video])
    elif found.kind == "still" and profile.still is not None:
        checks += _picture(found, profile.still)
        checks += _one_of("picture format", found.codec, profile.still.formats, profile.still.sources)
    elif found.kind == "audio" and profile.sound is not None:
        limits = profile.sound
        checks += _range("length in s", found.seconds, limits.seconds_min, limits.seconds_max, limits.sources)
        checks += _range("file size in bytes", found.bytes, None, limits.bytes_max, limits.sources)
        checks += _range("sound bit rate in kbit/s", found.kbps, limits.kbps_min, limits.kbps_max, limits.sources)
        checks += _one_of("sound codec", found.sound_codec, limits.codecs, limits.sources)
        checks += _one_of("sound channels", found.sound_channels, limits.channels, limits.sources)
    return (*checks, *_loudness(found, profile))


def failures(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return the required rules that the file breaks."""
    return tuple(check for check in checks if check.required and not check.holds)


def _of_placements(placements: list[tuple[str, list[Check]]]) -> list[Check]:
    suits = any(all(check.holds for check in checks if check.required) for _, checks in placements)
    found: list[Check] = []
    for name, checks in placements:
        this_suits = all(check.holds for check in checks if check.required)
        for check in checks:
            required = check.required and (this_suits or not suits)
            found.append(
                Check(
                    what=check.what,
                    found=check.found,
                    needed=check.needed,
                    holds=check.holds,
                    required=required,
                    sources=check.sources,
                    placement=name,
                )
            )
    return found


def _picture(found: Measured, rules: PictureRules) -> Iterator[Check]:
    aspect = round(found.width / found.height, 4)
    yield from _range("aspect", aspect, rules.aspect_min, rules.aspect_max, rules.sources)
    yield from _range("width in px", found.width, rules.width_min, rules.width_max, rules.sources)
    yield from _range("height in px", found.height, rules.height_min, rules.height_max, rules.sources)
    yield from _range("file size in bytes", found.bytes, None, rules.bytes_max, rules.sources)
    if rules.sizes:
        size = f"{found.width}x{found.height}"
        yield Check(
            what="advised frame size",
            found=size,
            needed=", ".join(rules.sizes),
            holds=size in rules.sizes,
            required=False,
            sources=rules.sources,
        )


def _video(found: Measured, rules: VideoRules) -> Iterator[Check]:
    yield from _picture(found, rules)
    yield from _range("length in s", found.seconds, rules.seconds_min, rules.seconds_max, rules.sources)
    yield from _range("frames per second", found.fps, rules.fps_min, rules.fps_max, rules.sources)
    yield from _range("bit rate in kbit/s", found.kbps, None, rules.kbps_max, rules.sources)
    yield from _one_of("video codec", found.codec, rules.codecs, rules.sources)
    if found.sound_codec:
        yield from _one_of("sound codec", found.sound_codec, rules.sound_codecs, rules.sources)
        yield from _one_of("sound channels", found.sound_channels, rules.sound_channels, rules.sources)
        yield from _range("sound rate in Hz", found.sound_rate, None, rules.sound_rate_max, rules.sources)


def _loudness(found: Measured, profile: ChannelProfile) -> Iterator[Check]:
    rules = profile.loudness
    if rules is None or found.lufs is None or found.peak_dbtp is None:
        return
    yield Check(
        what="loudness in LUFS",
        found=f"{found.lufs:.1f}",
        needed=f"{rules.lufs:.1f} ± {rules.tolerance_lu:.1f}",
        holds=abs(found.lufs - rules.lufs) <= rules.tolerance_lu,
        required=rules.required,
        sources=rules.sources,
    )
    yield Check(
        what="true peak in dBTP",
        found=f"{found.peak_dbtp:.1f}",
        needed=f"at most {rules.peak_dbtp_max:.1f}",
        holds=found.peak_dbtp <= rules.peak_dbtp_max,
        required=rules.required,
        sources=rules.sources,
    )


def _range(
    what: str, value: float, least: float | None, most: float | None, sources: tuple[str, ...]
) -> Iterator[Check]:
    if least is None and most is None:
        return
    needed = " and ".join(
        part
        for part in (
            "" if least is None else f"at least {least:g}" if least < _EXACT else f"at least {least:.0f}",
            "" if most is None else f"at most {most:g}" if most < _EXACT else f"at most {most:.0f}",
        )
        if part
    )
    holds = (least is None or value >= least) and (most is None or value <= most)
    shown = f"{value:.0f}" if value >= _EXACT else f"{value:g}"
    yield Check(what=what, found=shown, needed=needed, holds=holds, required=True, sources=sources)


def _one_of(what: str, value: str | int, allowed: Sequence[str | int], sources: tuple[str, ...]) -> Iterator[Check]:
    if allowed:
        yield Check(
            what=what,
            found=str(value),
            needed=" or ".join(map(str, allowed)),
            holds=value in allowed or (isinstance(value, str) and any(value.startswith(str(a)) for a in allowed)),
            required=True,
            sources=sources,
        )
