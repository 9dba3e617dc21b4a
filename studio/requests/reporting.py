"""What is kept of a statement: the recording, its transcript and a still in the vault, the report in the envelope."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from consent.errors import ConsentStateError
from consent.evidence import Capture, CheckOutcome, CheckReport, Evidence, make_report
from consent.grant import Sha256Hex
from consent.keys import SigningKey
from pipelines.evidence.result import CheckResult
from studio.consents.subject_acts import SubjectActs
from studio.requests.desk import ActRefusedError, CheckLine
from studio.requests.visiting import Visit
from studio.store.statements import AttemptRow, CheckRow, StatementRow, StatementStore
from studio.vault.item import VaultItem
from studio.vault.vault import Vault

_TEXT_MAX, _LINE_MAX = 4000, 300  # of a report's reason and source
# What helps to do it again. How near a voice or a face came is for legal: it would also help to forge one.
_TOLD: Final = frozenset(
    {
        "statement_text",
        "statement_name",
        "statement_company",
        "statement_code",
        "statement_language",
        "code_fresh",
        "one_face",
        "head_movements",
    }
)


class Findings(Protocol):
    """What the checks found; ``pipelines.evidence.checks.EvidenceOutcome`` is one."""

    @property
    def results(self) -> tuple[CheckResult, ...]: ...  # noqa: D102 - as the class says
    @property
    def transcript(self) -> str: ...  # noqa: D102 - as the class says
    @property
    def duration_s(self) -> float: ...  # noqa: D102 - as the class says
    @property
    def still(self) -> bytes: ...  # noqa: D102 - as the class says


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Seals what was sent and reports what the checks said."""

    statements: StatementStore
    acts: SubjectActs
    vault: Vault
    controller_key: Callable[[], SigningKey]
    clock: Callable[[], datetime]

    def keep(
        self,
        visit: Visit,
        row: StatementRow,
        path: Path,
        found: Findings,
        *,
        capture: Capture,
        received_at: datetime,
    ) -> tuple[CheckReport, tuple[CheckLine, ...]]:
        """Keep a checked recording; from now on it is the one that is signed with."""
        at = self.clock()
        item, transcript, still = self._seal(visit, path, found, at=at)
        report = make_report(
            record=visit.record_id,
            public_hash=visit.name,
            statement_sha256=Sha256Hex(item.sha256),
            capture=capture,
            code_issued_at=row.issued_at,
            checked_at=at,
            checks=[_outcome(one) for one in found.results],
            key=self.controller_key(),
        )
        evidence = Evidence(
            kind="statement",
            name=item.name,
            sha256=item.sha256,
            media_type=item.media_type,
            attached_at=at,
            capture=capture,
        )
        try:
            self.acts.report(visit.record_id, report=report, statement=evidence)
        except ConsentStateError as e:  # withdrawn, or a newer version, while the checks ran
            raise ActRefusedError("moved_on") from e
        checks = tuple(CheckRow(name=one.name, outcome=one.outcome, reason=one.reason) for one in found.results)
        self.statements.accept(
            AttemptRow(
                record_id=visit.record_id,
                capture=capture,
                received_at=received_at,
                item_id=item.id,
                transcript_item_id=transcript.id,
                still_item_id=still.id,
                sha256=item.sha256,
                media_type=item.media_type,
                duration_s=found.duration_s,
                report_sha256=report.sha256,
            ),
            checks=checks,
        )
        return report, tuple(told(one) for one in checks)

    def _seal(self, visit: Visit, path: Path, found: Findings, *, at: datetime) -> tuple[VaultItem, ...]:
        with path.open("rb") as file:
            is_webm = file.read(4) == b"\x1aE\xdf\xa3"  # by its bytes: a name proves nothing
        suffix, media_type = (".webm", "video/webm") if is_webm else (".mp4", "video/mp4")
        record_id = visit.record_id
        return (
            self.vault.keep(
                path, record_id=record_id, kind="statement", name=f"statement{suffix}", media_type=media_type, at=at
            ),
            self.vault.keep(
                found.transcript.encode(),
                record_id=record_id,
                kind="transcript",
                name="transcript.txt",
                media_type="text/plain; charset=utf-8",
                at=at,
            ),
            self.vault.keep(
                found.still, record_id=record_id, kind="statement", name="still.jpg", media_type="image/jpeg", at=at
            ),
        )


def told(check: CheckRow) -> CheckLine:
    """What of a check helps to do it again."""
    return CheckLine(name=check.name, outcome=check.outcome, reason=check.reason if check.name in _TOLD else "")


def _outcome(result: CheckResult) -> CheckOutcome:
    return CheckOutcome(
        name=result.name,
        outcome=result.outcome,
        score=_number(result.score),
        threshold=_number(result.threshold),
        source=_one_line(result.source)[:_LINE_MAX].strip() or "not stated",
        reason=result.reason[:_TEXT_MAX].strip() or "no reason was given",
    )


def _number(value: float | None) -> float | None:
    """What JSON can say; a score that is no number says nothing."""
    return None if value is None or not math.isfinite(value) else float(value)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
