"""The desk behind one private link, in memory: it keeps the joint's promises, and can be put at any stage.

It refuses what the real desk refuses, in the same order: the link first, then the stage, then what was sent. Checks,
passkeys and receipts are made up; ``acts`` lists what was done.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from consent.errors import ConsentStateError
from consent.narrowing import narrow, widened
from consent.record import ConsentRecord, Scope
from studio.requests.desk import (
    ActRefusedError,
    Change,
    CheckLine,
    Counter,
    LinkProblem,
    LinkRefusedError,
    Movements,
    Party,
    ScriptToApprove,
    Stage,
    SubjectView,
    Use,
)
from studio.wordings.record_text import RecordWordings
from studio.wordings.texts import languages

TOKEN = "a-private-link-with-enough-letters-in-it"
CLAIM = "the-browser-that-opened-it"
CODES = ("314159", "271828", "161803", "141421")
PIXEL = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
SCOPE_LISTS = ("modalities", "languages", "territories", "channels", "brands", "products")
SIGNED: frozenset[Stage] = frozenset({"active", "suspended", "expired", "withdrawn", "superseded"})
MESSAGE_MAX = 4000
CODE_LIFE = timedelta(minutes=15)


@dataclass
class FakeSubjectDesk:
    """Everything about one link; tests set what they need and read ``acts``."""

    record: ConsentRecord
    stage: Stage = "asked"
    party: Party = "subject"
    problem: LinkProblem | None = None
    is_unreadable: bool = False
    is_claimed: bool = False
    is_signed: bool = False
    passkey: str | None = None  # its credential id
    version: int = 1
    known_version: int | None = None
    changes: tuple[Change, ...] = ()
    now: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)
    upload_allowed: bool = False
    max_bytes: int = 200_000_000
    outcomes: Mapping[str, str] = field(default_factory=dict)  # of the next statement's checks
    refusal: ActRefusedError | None = None  # of the next act
    message_from_legal: str | None = None
    my_message: str | None = None
    last_checks: tuple[CheckLine, ...] = ()
    scripts: tuple[ScriptToApprove, ...] = ()
    uses: tuple[Use, ...] = ()
    restricted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    recording: bytes = b""
    codes_given: int = 0
    code_until: datetime | None = None
    acts: list[str] = field(default_factory=list)

    # -- the link ------------------------------------------------------------------------------------------------------

    def peek(self, token: str, *, client: str) -> str:
        self._require_link(token)
        return self.record.subject.language

    def send_new_link(self, token: str, *, client: str) -> None:
        self.acts.append("send_new_link")

    def claim(self, token: str, *, client: str) -> str:
        self._require_link(token)
        if self.is_claimed:
            raise LinkRefusedError("used_elsewhere")
        self.is_claimed = True
        return CLAIM

    def view(self, token: str, claim: str, *, language: str | None = None) -> SubjectView:
        self._open(token, claim)
        chosen = language if language in languages() else self.record.subject.language
        return SubjectView(
            party=self.party,
            stage=self.stage,
            version=self.version,
            known_version=self.known_version,
            changes=self.changes,
            is_signed=self.is_signed or self.stage in SIGNED,
            record=self.record,
            shown=RecordWordings().show(self.record, language=chosen),
            languages=languages(),
            message_from_legal=self.message_from_legal,
            my_message=self.my_message,
            last_checks=self.last_checks,
            scripts=self.scripts,
            uses=self.uses,
            restricted=self.restricted,
            controller=self.record.controller.name,
            expires_at=self.now + timedelta(days=14),
        )

    # -- answers -------------------------------------------------------------------------------------------------------

    def narrow(self, token: str, claim: str, counter: Counter) -> None:
        self._open(token, claim, "asked")
        scope = self.record.scope
        asked = {name: sorted(values) for name in SCOPE_LISTS if (values := getattr(counter, name)) is not None}
        asked |= {name: value for name in ("valid_until", "max_takes") if (value := getattr(counter, name)) is not None}
        now = scope.model_dump(mode="json", exclude_none=True)
        changes = {name: value for name, value in asked.items() if value != now[name]}
        if not changes:
            raise ActRefusedError("narrow_nothing")
        try:
            wanted = Scope.model_validate_json(json.dumps({**now, **changes}), strict=True)
        except ValueError as e:
            raise ActRefusedError("narrow_invalid", fields=", ".join(changes)) from e
        wider = widened(wanted, scope)
        if wider:
            raise ActRefusedError("narrow_wider", fields=", ".join(wider))
        try:
            self.record = narrow(self.record, changes, supersedes=self.record.supersedes or _SOME_ID)
        except ConsentStateError as e:
            raise ActRefusedError("narrow_invalid", fields=", ".join(changes)) from e
        self.version += 1
        self.stage = "with_legal"
        self.acts.append("narrow")

    def ask_for_changes(self, token: str, claim: str, message: str) -> None:
        self._open(token, claim)
        if not message.strip():
            raise ActRefusedError("message_empty")
        if len(message) > MESSAGE_MAX:
            raise ActRefusedError("message_long", most=str(MESSAGE_MAX))
        self.my_message = message.strip()
        self.stage = "with_legal"
        self.acts.append("ask")

    def decline(self, token: str, claim: str, reason: str) -> None:
        self._open(token, claim, "asked", "statement", "sign", "with_legal")
        if self.is_signed:
            raise ActRefusedError("not_now")
        self.stage = "declined"
        self.acts.append(f"decline: {reason}")

    # -- the statement -------------------------------------------------------------------------------------------------

    def agree_to_checks(self, token: str, claim: str) -> Movements:
        self._open(token, claim, "asked", "sign")
        speaks = self.party == "subject" and self.record.biometric_checks is not None
        self.stage = "statement" if speaks else "sign"
        self.acts.append("agree")
        self.code_until = None
        return self._task() if speaks else replace(self._task(), text="", code="")

    def statement(self, token: str, claim: str) -> Movements:
        self._open(token, claim, "statement")
        return self._task()

    def receive_statement(self, token: str, claim: str, path: Path, *, is_upload: bool) -> tuple[CheckLine, ...]:
        self._open(token, claim, "statement", "sign")
        if is_upload and not self.upload_allowed:
            raise ActRefusedError("upload_not_allowed")
        self.recording = path.read_bytes()
        names = ("statement_text", "statement_code", "face_match", "speaker_match", "head_movements")
        outcomes = {**dict.fromkeys(names, "passed"), **self.outcomes}
        self.last_checks = tuple(CheckLine(name=name, outcome=one, reason="") for name, one in outcomes.items())
        self.code_until = None
        self.stage = "statement" if "failed" in outcomes.values() else "sign"
        self.acts.append("upload" if is_upload else "statement")
        return self.last_checks

    def my_statement(self, token: str, claim: str, start: int, end: int | None) -> tuple[Iterator[bytes], int, str]:
        self._open(token, claim)
        if not self.recording:
            raise ActRefusedError("not_now")
        return iter((self.recording[start:end],)), len(self.recording), "video/webm"

    def _task(self) -> Movements:
        if self.code_until is None or self.now >= self.code_until:
            self.codes_given += 1
            self.code_until = self.now + CODE_LIFE
        code = CODES[(self.codes_given - 1) % len(CODES)]
        said = RecordWordings().statement_text(self.record, language=self.record.subject.language, code=code)
        return Movements(
            text=said.text,
            code=code,
            movements=("turn_left", "look_up") if self.codes_given % 2 else ("look_down", "turn_right"),
            expires_at=self.code_until,
            upload_allowed=self.upload_allowed,
            max_seconds=90,
            max_bytes=self.max_bytes,
        )

    # -- passkeys ------------------------------------------------------------------------------------------------------

    def passkey_creation(self, token: str, claim: str) -> Mapping[str, object]:
        self._open(token, claim, "sign")
        return {
            "challenge": "Y3JlYXRl",
            "rp": {"id": "localhost", "name": self.record.controller.name},
            "user": {"id": "c29tZWJvZHk", "name": "subject", "displayName": "subject"},
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
            "authenticatorSelection": {"userVerification": "required"},
        }

    def passkey_created(self, token: str, claim: str, credential: Mapping[str, object]) -> None:
        self._open(token, claim, "sign")
        if credential.get("type") != "public-key":
            raise ActRefusedError("passkey_refused")
        self.passkey = str(credential["id"])
        self.acts.append("passkey")

    def signing_options(self, token: str, claim: str) -> Mapping[str, object]:
        self._open(token, claim, "sign")
        return self._signing()

    def sign(self, token: str, claim: str, credential: Mapping[str, object]) -> None:
        self._open(token, claim, "sign")
        self._require_signature(credential)
        self.is_signed = True
        self.stage = "with_legal"
        self.acts.append("sign")

    def script_options(self, token: str, claim: str, script_sha256: str) -> Mapping[str, object]:
        self._open(token, claim)
        self._script(script_sha256)
        return self._signing()

    def approve_script(self, token: str, claim: str, script_sha256: str, credential: Mapping[str, object]) -> None:
        self._open(token, claim)
        script = self._script(script_sha256)
        self._require_signature(credential)
        done = replace(script, is_approved=True)
        self.scripts = tuple(done if one is script else one for one in self.scripts)
        self.acts.append(f"script {script_sha256}")

    def _signing(self) -> Mapping[str, object]:
        if self.passkey is None:
            raise ActRefusedError("passkey_missing")
        allowed = [{"type": "public-key", "id": self.passkey}]
        return {"challenge": "c2lnbg", "rpId": "localhost", "userVerification": "required", "allowCredentials": allowed}

    def _require_signature(self, credential: Mapping[str, object]) -> None:
        response = credential.get("response")
        if not (isinstance(response, Mapping) and response.get("signature")):
            raise ActRefusedError("passkey_refused")

    def _script(self, sha256: str) -> ScriptToApprove:
        found = next((one for one in self.scripts if one.sha256 == sha256), None)
        if found is None:
            raise ActRefusedError("script_unknown")
        return found

    # -- afterwards ----------------------------------------------------------------------------------------------------

    def withdraw(self, token: str, claim: str, *, part: Mapping[str, tuple[str, ...]] | None) -> None:
        self._open(token, claim)
        if self.stage in ("declined", "withdrawn", "superseded"):
            raise ActRefusedError("not_now")
        if part is None:
            self.stage = "withdrawn"
            self.acts.append("withdraw")
            return
        listed = self.record.scope.model_dump(mode="json")
        wrong = [name for name, values in part.items() if not set(values) <= set(listed[name])]
        if wrong or not any(part.values()):
            raise ActRefusedError("part_invalid", fields=", ".join(wrong) or "nothing")
        for name, values in part.items():
            self.restricted[name] = (*self.restricted.get(name, ()), *values)
        self.acts.append("withdraw part")

    def receipt(self, token: str, claim: str, kind: Literal["pdf", "jsonld"]) -> tuple[bytes, str]:
        self._open(token, claim)
        if not (self.is_signed or self.stage in SIGNED):
            raise ActRefusedError("not_now")
        return (b"%PDF-1.7 made up", "consent.pdf") if kind == "pdf" else (b"{}", "consent.jsonld")

    def picture(self, token: str, claim: str, take_id: str) -> bytes:
        self._open(token, claim)
        if take_id not in {one.take_id for one in self.uses}:
            raise ActRefusedError("not_now")
        return PIXEL

    # -- doors ---------------------------------------------------------------------------------------------------------

    def _require_link(self, token: str) -> None:
        if not hmac.compare_digest(token.encode(), TOKEN.encode()):
            raise LinkRefusedError("unknown")
        if self.problem is not None:
            raise LinkRefusedError(self.problem)

    def _open(self, token: str, claim: str, *stages: Stage) -> None:
        self._require_link(token)
        if not (self.is_claimed and hmac.compare_digest(claim.encode(), CLAIM.encode())):
            raise LinkRefusedError("used_elsewhere" if self.is_claimed else "unknown")
        if self.is_unreadable:
            raise ActRefusedError("records_unreadable")
        if stages and self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal
        if stages and self.stage not in stages:
            raise ActRefusedError("not_now")


_SOME_ID = "0" * 64
