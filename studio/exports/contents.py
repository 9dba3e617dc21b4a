"""What the sheet and ``package.json`` of an export say, from plan, release and record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from consent.record import ConsentRecord
from pipelines.disclosure.channel import ChannelProfile
from pipelines.release.delivery import Check
from pipelines.release.gate import ReleaseEntry
from pipelines.release.measuring import Measured
from studio.exports.sheet import SheetFacts
from studio.jobs.plan import TakePlan

SPEC_VERSION: Final = 1


def sheet_facts(
    plan: TakePlan,
    entry: ReleaseEntry,
    profile: ChannelProfile,
    record: ConsentRecord,
    *,
    wording: str,
    public_url: str,
) -> SheetFacts:
    """Return what stands on the sheet; of the subject nothing."""
    scope, controller = record.scope, record.controller
    return SheetFacts(
        profile=profile,
        take_id=plan.take_id,
        market=plan.market,
        locale=plan.locale,
        territories=scope.territories,
        until=scope.valid_until,
        label_text=entry.label_text,
        notice_text=entry.notice_text,
        wording=wording,
        verify_url=f"{public_url}/verify",
        standing_url=f"{public_url}/verify/releases/{plan.take_id}",
        controller=controller.name,
        contact=controller.contact,
    )


def package_json(
    plan: TakePlan,
    entry: ReleaseEntry,
    found: Measured,
    *,
    checks: Sequence[Check],
    files: Mapping[str, str],
    thumbnail: str,
    at: datetime,
) -> dict[str, object]:
    """Return ``package.json``: what was measured, against which rules, and the SHA-256 of every other file."""
    return {
        "spec_version": SPEC_VERSION,
        "take": plan.take_id,
        "channel": plan.channel,
        "market": plan.market,
        "locale": plan.locale,
        "format": plan.format,
        "exported_at": at.isoformat(),
        "released_at": entry.released_at.isoformat(),
        "file_sha256": entry.file_sha256,
        "label": entry.label_text,
        "notice": entry.notice_text,
        "measured": {name: getattr(found, name) for name in Measured.__slots__},
        "checks": [check.to_json() for check in checks],
        "thumbnail": thumbnail,
        "files": dict(files),
    }
