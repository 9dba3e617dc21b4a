"""Does the take in hand belong to the grant in hand? Checked before anything of it is encoded."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Modality, Reason, ReasonCode, TakeRequest, Use, require_grant
from pipelines.errors import ReleaseError
from pipelines.media import Scene
from pipelines.release.formats import TakeFormat
from pipelines.release.take import TakeProvenance

# A take's id names its folder: nothing in it may climb out of one.
_TAKE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)


def require_grant_for(grant: Grant | None, request: TakeRequest, *, at: datetime) -> Grant:
    """Return the grant if it is for exactly this take and still runs; raise ``ConsentRefusedError`` if not."""
    modality = min(request.modalities, default=Modality.FACE)
    held = require_grant(grant, Use(modality=modality, locale=request.locale, script=request.script), at=at)
    refuse_other_request(held, request)
    return held


def refuse_other_request(grant: Grant, request: TakeRequest) -> None:
    """Raise ``ConsentRefusedError`` when a grant was given for anything but this request."""
    if grant.request == request:
        return
    differing = [name for name in TakeRequest.__slots__ if getattr(grant.request, name) != getattr(request, name)]
    reason = Reason(
        code=ReasonCode.GRANT_MISMATCH,
        message=(
            f"the grant is for take {grant.request.take_id} and differs from take {request.take_id} in "
            f"{', '.join(differing)}; ask for a grant for this take"
        ),
        needed=f"a grant for take {request.take_id}",
        found=f"a grant for take {grant.request.take_id}",
    )
    raise ConsentRefusedError((reason,))


def require_take_id(take_id: str) -> None:
    """Raise ``ReleaseError`` when a take's id cannot safely name its folder."""
    if not _TAKE_ID.fullmatch(take_id):
        raise ReleaseError(f"the take id {take_id!r} cannot name a folder; use letters, digits, '.', '_' and '-'")


def require_fitting_scene(scene: Scene, provenance: TakeProvenance, wanted: TakeFormat) -> None:
    """Raise ``ReleaseError`` when scene and request speak of different takes."""
    request = provenance.request
    require_take_id(request.take_id)
    faults = [
        fault
        for holds, fault in (
            (scene.locale == request.locale, f"the scene is in {scene.locale}, the request in {request.locale}"),
            (
                set(provenance.model_cards) <= request.weights,
                f"weights that consent was not asked about: {sorted(set(provenance.model_cards) - request.weights)}",
            ),
            (
                (scene.frames is not None) == (wanted.kind != "audio"),
                f"the format {request.format} and {'no ' if scene.frames is None else ''}frames",
            ),
            (
                (scene.audio is not None) == (wanted.kind != "still"),
                f"the format {request.format} and {'no ' if scene.audio is None else ''}sound",
            ),
            (
                scene.frames is None or (scene.frames.width, scene.frames.height) == (wanted.width, wanted.height),
                f"frames of another size than {request.format}",
            ),
            (
                scene.frames is None or scene.frames.frame_count >= 1,
                "no frame at all",
            ),
            (
                scene.frames is None or wanted.kind != "still" or scene.frames.frame_count == 1,
                "several frames in a still",
            ),
            (scene.audio is None or len(scene.audio.waveform) > 0, "a sound of no length"),
        )
        if not holds
    ]
    if faults:
        raise ReleaseError(f"take {request.take_id} does not fit its request: {'; '.join(faults)}")
