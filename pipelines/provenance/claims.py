"""Our own assertions in a manifest: which consent a take ran under, and how it says that it is made by AI.

Nothing here is personal: the record's hash is salted, and no name, contact, script or picture is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipelines.errors import ProvenanceError

CONSENT_LABEL: Final = "org.sayso.consent"
DISCLOSURE_LABEL: Final = "org.sayso.disclosure"
VERSION: Final = 1
_BOX_KEYS: Final = ("x", "y", "width", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentClaim:
    """The consent a take ran under. ``public_hash`` is salted; ``checkpoint`` is the signed note of the decision.

    ``voice_profile`` is the salted hash of the fitted voice that speaks, None for a voice that is nobody's;
    ``face_profile`` that of the twin that is shown, None for a picture that moves.
    """

    take_id: str
    public_hash: str
    checkpoint: str
    subject_class: str
    assurance: str
    voice_profile: str | None = None
    face_profile: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the assertion's data."""
        return {
            "version": VERSION,
            "take": self.take_id,
            "record": _salted(self.public_hash),
            "ledgerCheckpoint": self.checkpoint,
            "subjectClass": self.subject_class,
            "assurance": self.assurance,
            **({} if self.voice_profile is None else {"voiceProfile": _salted(self.voice_profile)}),
            **({} if self.face_profile is None else {"faceProfile": _salted(self.face_profile)}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> ConsentClaim:
        """Read an assertion's data; raises ``ProvenanceError`` on anything but what ``to_json`` writes."""
        return cls(
            take_id=_text(data.get("take")),
            public_hash=_hash(data.get("record")),
            checkpoint=_text(data.get("ledgerCheckpoint")),
            subject_class=_text(data.get("subjectClass")),
            assurance=_text(data.get("assurance")),
            voice_profile=_hash(data["voiceProfile"]) if "voiceProfile" in data else None,
            face_profile=_hash(data["faceProfile"]) if "faceProfile" in data else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureClaim:
    """What people see and hear.

    ``label_box`` is left, top, width and height in pixels; ``watermark`` names the method, empty when none was applied.
    """

    market: str
    channel: str
    label_text: str | None
    label_box: tuple[int, int, int, int] | None
    notice_text: str | None
    watermark: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the assertion's data."""
        return {
            "version": VERSION,
            "market": self.market,
            "channel": self.channel,
            "label": self.label_text,
            "labelBox": _box_to_json(self.label_box),
            "notice": self.notice_text,
            "watermark": self.watermark,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> DisclosureClaim:
        """Read an assertion's data; raises ``ProvenanceError`` on anything but what ``to_json`` writes."""
        label, notice = data.get("label"), data.get("notice")
        return cls(
            market=_text(data.get("market")),
            channel=_text(data.get("channel")),
            label_text=None if label is None else _text(label),
            label_box=_box(data.get("labelBox")),
            notice_text=None if notice is None else _text(notice),
            watermark=_text(data.get("watermark")),
        )


def _salted(sha256: str) -> dict[str, object]:
    return {"alg": "sha256", "salted": True, "hash": sha256}


def _hash(value: object) -> str:
    return _text(value.get("hash") if isinstance(value, Mapping) else None)


def _box_to_json(box: tuple[int, int, int, int] | None) -> dict[str, int] | None:
    # By name, not as a list: the C2PA library takes a list of small integers for bytes.
    return None if box is None else dict(zip(_BOX_KEYS, box, strict=True))


def _box(value: object) -> tuple[int, int, int, int] | None:
    match value:
        case None:
            return None
        case {"x": int() as x, "y": int() as y, "width": int() as width, "height": int() as height}:
            return x, y, width, height
        case _:
            raise ProvenanceError(f"an assertion of ours holds {value!r:.60} where x, y, width, height were needed")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ProvenanceError(f"an assertion of ours holds {value!r:.60} where text was needed")
    return value
