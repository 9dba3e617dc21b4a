"""The plan of one take: everything that decides what it looks and sounds like, as stored JSON (version 1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from consent.grant import Modality, RecordId, Sha256Hex, TakeId, TakeRequest
from consent.policy import modalities_of
from pipelines.avatar.look import Framing, LipSync, Look
from pipelines.compose.spec import BackdropName
from pipelines.voice.markup.agreed import agreed_text
from pipelines.voice.tone import Tone
from studio.jobs.likeness import PlannedLikeness

Kind = Literal["video", "still", "audio"]

THUMBNAIL = ".thumbnail"  # behind the id of a film: the id under which its thumbnail was released

_STILL = re.compile(r"\d+x\d+\.(png|jpg)")


class PlannedLine(BaseModel):
    """One line of a dub: what is said, and where the original said it, in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start_s: float
    end_s: float
    text: str


class TakePlan(BaseModel):
    """One take as planned. Paths are relative to the campaign's input folder; ``None`` means the default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec_version: Literal[1] = 1
    take_id: str
    campaign_id: str
    record_id: str
    brand: str
    product: str
    commercial: bool
    locale: str
    market: str
    channel: str
    format: str
    text: str
    portrait: str | None
    portrait_sha256: str | None
    look: Look = "photo"
    lip_sync: LipSync = "own"
    voice: str | None = None
    likeness: PlannedLikeness | None = None  # speaks in place of ``voice``
    twin: PlannedLikeness | None = None  # is shown in place of ``portrait``
    framing: Framing = "bust"  # how much of the person is shown
    voice_gender: Literal["female", "male"] | None = None
    speed: float = 1.0
    tone: Tone = "neutral"
    pitch: float = 0.0  # semitones above the voice's own
    pronunciations: dict[str, str] = {}
    title: str = ""
    call_to_action: str = ""
    web_address: str = ""
    colours: tuple[str, ...] = ()
    background: str | None = None
    backdrop: BackdropName = "wall"  # where no ``background`` is brought
    painted: str | None = None  # words of a background that is painted, and
    painter: str | None = None  # the model card of what paints it
    logo: str | None = None
    subtitles: bool = True
    seed: int = 0
    translated_from: str | None = None
    lines: tuple[PlannedLine, ...] = ()  # of a dub; their texts are ``text``, one line each
    programme_s: float = 0.0  # how long the dubbed original is
    stem: str | None = None  # music and effects of the dubbed original
    producer: str = ""
    weights: tuple[str, ...] = ()
    weights_not_commercial: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What the format makes: a talking video, a still picture or sound alone."""
        if self.format in ("wav", "mp3"):
            return "audio"
        return "still" if _STILL.fullmatch(self.format) else "video"

    @property
    def file_suffix(self) -> str:
        """The suffix of the released file, with its dot."""
        if self.kind == "audio":
            return f".{self.format}"
        return ".mp4" if self.kind == "video" else "." + self.format.rsplit(".", 1)[-1]

    @property
    def frame_size(self) -> str:
        """``1080x1920`` of a video's or a still's format."""
        return self.format.split(".", 1)[0]

    @property
    def likenesses(self) -> Mapping[Modality, PlannedLikeness]:
        """The likenesses that this kind of take is made in."""
        modalities = modalities_of(self.format)
        named = {Modality.VOICE: self.likeness, Modality.FACE: self.twin}
        return {modality: one for modality, one in named.items() if one is not None and modality in modalities}

    @property
    def request(self) -> TakeRequest:
        """What consent is asked, at each of the three gates."""
        modalities = modalities_of(self.format)
        pictures = (self.portrait_sha256,) if Modality.FACE in modalities and self.portrait_sha256 else ()
        recordings = (sha256 for one in self.likenesses.values() for sha256 in one.recordings)
        return TakeRequest(
            take_id=TakeId(self.take_id),
            record_id=RecordId(self.record_id),
            brand=self.brand,
            product=self.product,
            commercial=self.commercial,
            modalities=modalities,
            locale=self.locale,
            market=self.market,
            channel=self.channel,
            format=self.format,
            script=agreed_text(self.text, self.pronunciations),
            assets=frozenset(map(Sha256Hex, (*pictures, *recordings))),
            weights=frozenset(self.weights),
            weights_not_commercial=frozenset(self.weights_not_commercial),
        )
