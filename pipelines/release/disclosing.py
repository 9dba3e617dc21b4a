"""What people will see and hear of a take's origin, settled before anything is encoded: steps 2 and 3 of the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from consent.grant import Grant
from pipelines.compose.timeline import with_notice
from pipelines.disclosure.channel import load_channel
from pipelines.disclosure.fonts import FontSet
from pipelines.disclosure.label import LabelPlate, draw_label, label_for
from pipelines.disclosure.market import MarketProfile, load_market, notice_text
from pipelines.disclosure.metadata import metadata_for
from pipelines.errors import ReleaseError
from pipelines.media import AudioClip, Scene, Timed
from pipelines.release.formats import TakeFormat
from pipelines.release.take import TakeProvenance

NOTICE_GAP_S: Final = 0.6


class NoticeSpeaker(Protocol):
    """A neutral voice that belongs to nobody. It speaks the notices of ``assets/labels`` and nothing else."""

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        """Return the spoken notice."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """A take with its disclosure. Pictures have a ``plate``, sound has a ``notice`` at its start; never neither."""

    market: MarketProfile
    plate: LabelPlate | None
    notice: AudioClip | None
    notice_text: str | None
    audio: AudioClip | None
    captions: tuple[Timed, ...]
    tags: Mapping[str, str]
    watermark: str | None = None  # the engine whose mark is in ``audio``

    @property
    def label_box(self) -> tuple[int, int, int, int] | None:
        """Left, top, width, height of the label in pixels."""
        if self.plate is None:
            return None
        box = self.plate.box
        return box.x, box.y, box.width, box.height


def disclose(
    scene: Scene,
    *,
    grant: Grant,
    provenance: TakeProvenance,
    wanted: TakeFormat,
    fonts: FontSet,
    speaker: NoticeSpeaker,
) -> Disclosed:
    """Settle label, notice and machine-readable tags by the market and channel of the grant.

    Raises:
        DisclosureError, ProfileInvalidError, ReleaseError: the take cannot be disclosed as its market asks.
    """
    request = grant.request
    market, channel = load_market(request.market), load_channel(request.channel)
    tags = metadata_for(
        market, producer=provenance.producer, take_id=request.take_id, subject_class=grant.subject_class
    )
    if scene.frames is not None:
        spec = label_for(
            market,
            channel,
            locale=request.locale,
            subject_class=grant.subject_class,
            width=wanted.width,
            height=wanted.height,
        )
        plate = draw_label(spec, fonts, reserved=scene.reserved)
        return Disclosed(
            market=market,
            plate=plate,
            notice=None,
            notice_text=None,
            audio=scene.audio,
            captions=scene.captions,
            tags=tags,
        )
    if scene.audio is None:
        raise ReleaseError("a take without picture and without sound has nothing to release")
    text = notice_text(market, request.locale)
    notice = speaker.speak_notice(text, locale=request.locale)
    if notice.duration_s == 0 or not notice.waveform.any():
        raise ReleaseError(f"the spoken notice {text!r} came out silent; check the voice weights")
    audio = with_notice(notice, scene.audio, gap_s=NOTICE_GAP_S, repeat_every_s=market.notice.repeat_every_s)
    return Disclosed(
        market=market,
        plate=None,
        notice=notice,
        notice_text=text,
        audio=audio,
        captions=_after_notice(scene, notice, text, audio),
        tags=tags,
    )


def _after_notice(scene: Scene, notice: AudioClip, text: str, audio: AudioClip) -> tuple[Timed, ...]:
    """Return the captions moved behind the notice; none when repeats cut the programme, for then times are unknown."""
    if scene.audio is None:
        raise ReleaseError("a take of sound came without sound; speak the script first")
    shift = notice.duration_s + NOTICE_GAP_S
    was_repeated = audio.duration_s > scene.audio.duration_s + shift + 0.1
    if not scene.captions or was_repeated:
        return ()
    moved = (replace(line, start_s=line.start_s + shift, end_s=line.end_s + shift) for line in scene.captions)
    return (Timed(text=text, start_s=0.0, end_s=notice.duration_s), *moved)
