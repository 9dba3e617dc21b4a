"""The spoken statement: a fresh code and two head movements, and what comes of the recording.

The recording is taken in and checked by ``pipelines.evidence`` (passed in), sealed in the vault, and reported on under
the controller's key. A check that fails gives the person some more tries; then people of the controller judge, two of
them, because a machine that says "failed" must not be the last word on a person, nor one person the only one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from consent.evidence import CODE_LIFE_MINUTES, Capture, CheckReport, not_passed
from consent.grant import Sha256Hex
from pipelines.errors import EvidenceRefusedError
from pipelines.evidence.result import MOVEMENTS, Movement
from studio.requests.desk import ActRefusedError, CheckLine, Movements
from studio.requests.notice import Wordings
from studio.requests.reporting import Findings, Reporting, told
from studio.requests.visiting import Visit, Visiting
from studio.store.requests import State
from studio.store.shelf import AssetShelf
from studio.store.statements import AttemptRow, StatementRow, StatementStore
from studio.vault.vault import Vault

CODE_DIGITS: Final = 6
CODE_LIFE: Final = timedelta(minutes=CODE_LIFE_MINUTES)
ATTEMPTS_MAX: Final = 8
TRIES_BEFORE_PEOPLE: Final = 3  # after so many failed readings the person may go on, and people judge
SECONDS_MAX, BYTES_MAX = 90, 200_000_000  # as pipelines.evidence takes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a recording is held against."""

    text: str
    name: str
    company: str
    code: str
    language: str
    portraits: tuple[Path, ...]
    voices: tuple[Path, ...]
    movements: tuple[Movement, ...]
    code_issued_at: datetime
    received_at: datetime


Check = Callable[[Path, Expected], Findings]  # raises EvidenceRefusedError for a file that cannot be taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """Asks for statements and takes them in. ``random_below`` draws from 0 to one less than its argument."""

    visiting: Visiting
    statements: StatementStore
    reporting: Reporting
    wordings: Wordings
    vault: Vault
    shelf: AssetShelf
    check: Check
    clock: Callable[[], datetime]
    random_below: Callable[[int], int]

    def ask(self, visit: Visit) -> Movements:
        """Ask with a fresh code and two different movements."""
        first = self.random_below(len(MOVEMENTS))
        second = (first + 1 + self.random_below(len(MOVEMENTS) - 1)) % len(MOVEMENTS)
        code = _new_code(self.random_below)
        movements = (MOVEMENTS[first], MOVEMENTS[second])
        self.statements.ask(visit.record_id, code=code, movements=movements, at=self.clock())
        return self.waiting(visit)

    def waiting(self, visit: Visit) -> Movements:
        """The statement that is waited for; a fresh code if the old one has run out or was used."""
        row = self.statements.find(visit.record_id)
        if row is None or not row.code or self.clock() >= row.issued_at + CODE_LIFE:
            return self.ask(visit)
        said = self.wordings.statement_text(visit.record, language=visit.record.subject.language, code=row.code)
        return Movements(
            text=said.text,
            code=row.code,
            movements=row.movements,
            expires_at=row.issued_at + CODE_LIFE,
            upload_allowed=visit.record.statement == "upload_allowed",
            max_seconds=SECONDS_MAX,
            max_bytes=BYTES_MAX,
        )

    def last_checks(self, visit: Visit) -> tuple[CheckLine, ...]:
        """How the latest statement came out, as far as it helps the person."""
        row = self.statements.find(visit.record_id)
        return () if row is None else tuple(told(one) for one in row.checks)

    def accepted(self, visit: Visit) -> Sha256Hex | None:
        """The recording that will be signed with."""
        row = self.statements.find(visit.record_id)
        return None if row is None or row.accepted_sha256 is None else Sha256Hex(row.accepted_sha256)

    def recording(self, visit: Visit, start: int, end: int | None) -> tuple[Iterator[bytes], int, str]:
        """A range of the accepted recording: chunks, whole size, media type."""
        sha256 = self.accepted(visit)
        attempt = None if sha256 is None else self.statements.attempt_of(visit.record_id, sha256)
        item = None if attempt is None or attempt.item_id is None else self.vault.find(attempt.item_id)
        if item is None or item.erased_at is not None:
            raise ActRefusedError("not_now")
        return self.vault.read(item.id, start, end), item.size_bytes, item.media_type

    def receive(self, visit: Visit, path: Path, *, is_upload: bool) -> tuple[CheckLine, ...]:
        """Check a recording and keep it; raises ``ActRefusedError`` if it cannot be taken."""
        visit.require("statement", "sign")
        if is_upload and visit.record.statement != "upload_allowed":
            raise ActRefusedError("upload_not_allowed")
        row = self.statements.find(visit.record_id)
        if row is None or not row.code:
            raise ActRefusedError("code_used")
        received_at = self.clock()
        self.visiting.move(visit, "checking")
        to: State = "statement" if visit.stage == "statement" else "sign"
        try:
            if not self.statements.count_attempt(visit.record_id, most=ATTEMPTS_MAX):
                raise ActRefusedError("no_attempts_left", contact=visit.record.controller.contact)
            capture: Capture = "upload" if is_upload else "live"
            found = self._found(visit, row, path, capture=capture, received_at=received_at)
            report, lines = self.reporting.keep(visit, row, path, found, capture=capture, received_at=received_at)
            to = self._next(visit, report)
        finally:
            at_check = self.visiting.requests.get(visit.request.id)
            if at_check.state == "checking" and at_check.current == visit.request.current:
                self.visiting.requests.move(at_check, to, at=self.clock())
        return lines

    def _found(
        self, visit: Visit, row: StatementRow, path: Path, *, capture: Capture, received_at: datetime
    ) -> Findings:
        said = self.wordings.statement_text(visit.record, language=visit.record.subject.language, code=row.code)
        with ExitStack() as copies:
            portraits, voices = self._references(visit, copies)
            expected = Expected(
                text=said.text,
                name=said.name,
                company=said.company,
                code=row.code,
                language=visit.shown_in,
                portraits=portraits,
                voices=voices,
                movements=tuple(one for asked in row.movements for one in MOVEMENTS if one == asked),
                code_issued_at=row.issued_at,
                received_at=received_at,
            )
            try:
                return self.check(path, expected)
            except EvidenceRefusedError as e:
                self.statements.add_attempt(
                    AttemptRow(record_id=visit.record_id, capture=capture, received_at=received_at, refusal=str(e))
                )
                raise ActRefusedError("file_refused", reason=str(e)) from e

    def _references(self, visit: Visit, copies: ExitStack) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """The pictures and voices that the record binds, readable while the checks run."""
        assets = visit.record.scope.assets
        pictures = (self.shelf.find(one.sha256) for one in assets if one.media_type.startswith("image/"))
        sealed = (
            self.vault.by_sha256(visit.record_id, one.sha256) for one in assets if one.media_type.startswith("audio/")
        )
        voices = tuple(copies.enter_context(self.vault.plain_copy(item.id)) for item in sealed if item is not None)
        return tuple(one for one in pictures if one is not None), voices

    def _next(self, visit: Visit, report: CheckReport) -> State:
        failed = [name for name in not_passed(report, visit.record) if report.outcome(name) == "failed"]
        row = self.statements.find(visit.record_id)
        tries = 0 if row is None else row.attempts
        return "statement" if failed and tries < TRIES_BEFORE_PEOPLE else "sign"


def _new_code(random_below: Callable[[int], int]) -> str:
    """Six digits, no two neighbours alike: speech recognition swallows doubled digits. 590,490 codes remain."""
    digits = [random_below(10)]
    while len(digits) < CODE_DIGITS:
        digits.append((digits[-1] + 1 + random_below(9)) % 10)
    return "".join(map(str, digits))
