"""Puts the exporter together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consent.decide import Granted, authorize, explain
from consent.grant import Grant, Reason, TakeRequest
from pipelines.disclosure.fonts import load_fonts
from pipelines.errors import ReleaseError
from pipelines.media import AudioClip
from pipelines.release.door import ReleaseDoor
from studio.consents.actbook import ActBook
from studio.exports.exporter import Exporter
from studio.exports.thumbnails import Thumbnailer
from studio.wiring.cards import cards_of_kind

if TYPE_CHECKING:
    from studio.wiring.root import Wiring


class _Mute:
    """Stands where a door wants a voice. A still is never spoken to, so nothing is loaded for it."""

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:  # noqa: ARG002 - the protocol's shape
        raise ReleaseError("this door lets stills out only; produce sounds with sayso produce")


def open_exporter(wiring: Wiring) -> Exporter:
    """Return the exporter of a studio."""
    settings = wiring.settings

    def decide(request: TakeRequest) -> tuple[Reason, ...]:
        envelope, ledger = wiring.records.to_decide(request.record_id)
        decision = explain(request, envelope=envelope, ledger=ledger, rulebook=wiring.rulebook, at=wiring.clock())
        return () if isinstance(decision, Granted) else decision.reasons

    def grant(request: TakeRequest) -> Grant:
        envelope, ledger = wiring.records.to_decide(request.record_id)
        return authorize(request, envelope=envelope, ledger=ledger, rulebook=wiring.rulebook, at=wiring.clock())

    def door() -> ReleaseDoor:
        return ReleaseDoor(
            gate=wiring.gate,
            identity=wiring.identity,
            fonts=load_fonts(wiring.weights),
            notice_speaker=_Mute(),
            clock=wiring.clock,
            library=settings.library_dir,
            quarantine=settings.work_dir,
        )

    return Exporter(
        campaigns=wiring.campaigns,
        records=wiring.records,
        gate=wiring.gate,
        book=ActBook(records=wiring.records, clock=wiring.clock),
        decide=decide,
        verify=wiring.verify,
        thumbnailer=Thumbnailer(authorize=grant, door=door, still_cards=cards_of_kind("still")),
        library_dir=settings.library_dir,
        locks_dir=settings.locks_dir,
        public_url=settings.public_url,
        clock=wiring.clock,
    )
