"""Verifying a file with whatever this machine has: without the engines' packages there is no look into the frames."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from consent.errors import LedgerError
from pipelines.errors import WeightsError
from pipelines.release.records import PublicRecords
from pipelines.release.verify import TrustedLedger, prove_inclusion, verify_file
from studio.web.public.standing import Standing

if TYPE_CHECKING:
    from pipelines.release.examine import MediaExaminer
    from pipelines.weights.store import WeightsStore

__all__ = ["TrustedLedger", "open_examiner", "standing_of", "verify_file"]


def open_examiner(weights: WeightsStore) -> MediaExaminer | None:
    """Make the part that looks at frames and listens; None on a base install."""
    try:
        from pipelines.disclosure.fonts import load_fonts  # noqa: PLC0415 - needs the engines extra
        from pipelines.release.examine import MediaExaminer  # noqa: PLC0415 - as above
        from studio.wiring.watermark import installed_watermark  # noqa: PLC0415 - as above
    except ImportError:
        return None
    engine = installed_watermark(weights)
    try:
        fonts = load_fonts(weights)
    except WeightsError:
        return MediaExaminer(fonts=None, engine=engine)
    return MediaExaminer(fonts=fonts, engine=engine)


def standing_of(take_id: str, *, records: PublicRecords, ledger: TrustedLedger, at: datetime) -> Standing | None:
    """How a release stands at a time; None if there is none of that name, or the ledger does not prove it."""
    try:
        release = records.release_of_take(take_id)
        proof = {} if release is None else prove_inclusion(release, ledger)
        if release is None or not proof["included"]:
            return None
        status = records.consent_status(release.entry.public_hash, at=at)
    except LedgerError:  # unreadable means no
        return None
    entry = release.entry
    return Standing(
        take_id=entry.take_id,
        released_at=entry.released_at,
        locale=entry.locale,
        market=entry.market,
        channel=entry.channel,
        format=entry.format,
        file_sha256=entry.file_sha256,
        consent=status,
        ledger_index=release.index,
        ledger_size=int(str(proof["size"])),
        checkpoint=release.checkpoint,
    )
