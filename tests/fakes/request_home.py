"""Requests over real stores, a real ledger and a real vault; only wording, evidence checks and receipts are made up."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from consent.assessment import Answer, Answers
from consent.decide import RecordStatus, record_status
from consent.envelope import Envelope
from consent.evidence import REQUIRED
from consent.grant import RecordId
from consent.keys import SigningKey
from consent.policy import Rulebook
from consent.record import ConsentRecord
from consent.restriction import Restriction
from pipelines.assets import ASSETS
from pipelines.evidence.result import CheckResult
from studio.consents.acts import ConsentActs
from studio.requests.letter import LinkMail
from studio.requests.site import DEFAULT_URL, Site
from studio.requests.speaking import Expected
from studio.requests.voicing import HeardVoice, VoiceFault
from studio.store.campaigns import CampaignStore
from studio.store.engine import open_engine
from studio.store.ledger import LedgerStore
from studio.store.migrate import migrate
from studio.store.outbox import Outbox
from studio.store.records import RecordStore
from studio.store.shelf import AssetShelf
from studio.vault.vault import Vault
from studio.wiring.requesting import RequestParts, RequestRoom, open_request_room
from tests.fakes.device import Device
from tests.fakes.studio_home import PIXEL

CONSENT = """
class = "{subject_class}"
[subject]
name = "Camille Martin"
birth_year = {birth_year}
contact = "camille@example.org"
language = "fr"
[controller]
name = "Example GmbH"
contact = "privacy@example.com"
{more}
[scope]
description = "Coffee One launch ads"
modalities = ["face", "voice"]
languages = ["en", "fr"]
territories = ["EU", "US"]
channels = ["web", "youtube"]
brands = ["Example"]
products = ["Coffee One"]
valid_from = 2026-01-01
valid_until = 2030-01-01
max_takes = 20
assets = [{assets}]
"""


class Clock:
    """Moves a little at each look, and by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def move(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass(frozen=True)
class Sentence:
    key: str
    heading: str
    text: str


@dataclass(frozen=True)
class Shown:
    language: str
    version: str
    sentences: tuple[Sentence, ...]
    sha256: str


@dataclass(frozen=True)
class Statement:
    text: str
    name: str
    company: str
    code: str


class PlainWordings:
    """Shows a record as its JSON without the notice."""

    def show(self, record: ConsentRecord, *, language: str) -> Shown:
        content = record.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"notice", "supersedes"})
        text = json.dumps([language, content], sort_keys=True, ensure_ascii=False)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        return Shown(language, "1", (Sentence("all", "", text),), sha256)

    def statement_text(self, record: ConsentRecord, *, language: str, code: str) -> Statement:
        name, company = record.subject.name, record.controller.name
        return Statement(f"Je suis {name}. {company}. {code}.", name, company, code)


@dataclass(frozen=True)
class Found:
    results: tuple[CheckResult, ...]
    transcript: str
    duration_s: float
    still: bytes


@dataclass
class FakeChecks:
    """Says what a test wants it to say; what was asked of it is in ``asked``."""

    outcomes: dict[str, str] = field(default_factory=dict)
    refusal: Exception | None = None
    asked: list[Expected] = field(default_factory=list)
    during: object = None  # called while the checks run

    def __call__(self, path: Path, expected: Expected) -> Found:
        self.asked.append(expected)
        if callable(self.during):
            self.during()
        if self.refusal is not None:
            raise self.refusal
        outcomes = dict.fromkeys(REQUIRED, "passed") | {"speaker_match": "not_applicable"} | self.outcomes
        results = tuple(
            CheckResult(
                name=name, outcome=outcome, score=0.9, threshold=0.5, source="a test", reason=f"{name} {outcome}"
            )  # type: ignore[arg-type] # a test's own word
            for name, outcome in outcomes.items()
        )
        return Found(results, f"heard {expected.code}", 12.5, b"\xff\xd8 a still")


PROMPTS = {"fr": ("Le café est chaud.", "Il pleut ce matin.", "Merci beaucoup."), "en": ("The coffee is hot.",)}


@dataclass
class FakeEar:
    """Hears in a sentence what a test wants; what it was given is in ``asked``."""

    faults: tuple[VoiceFault, ...] = ()
    refusal: Exception | None = None
    asked: list[tuple[str, str, bytes | None]] = field(default_factory=list)
    during: object = None  # called while it listens

    def __call__(self, path: Path, prompt: str, language: str, statement: Path | None) -> HeardVoice:
        self.asked.append((prompt, language, None if statement is None else statement.read_bytes()))
        if callable(self.during):
            self.during()
        if self.refusal is not None:
            raise self.refusal
        return HeardVoice(faults=self.faults, wave=b"RIFF " + path.read_bytes())


class PlainReceipts:
    def pdf(self, envelope: Envelope, shown: Shown) -> bytes:
        return f"%PDF {envelope.record_id} {shown.language}".encode()

    def jsonld(self, envelope: Envelope) -> bytes:
        return json.dumps({"record": envelope.record_id}).encode()


def answers() -> Answers:
    return Answers(**{name: Answer(level="none", text="looked at") for name in Answers.model_fields})


class RequestHome:
    """One studio with requests, for one test."""

    def __init__(self, folder: Path, *, tell: Callable[[str, str], None] | None = None) -> None:
        self.folder, self.clock = folder, Clock()
        for name in ("home", "library", "vault", "work", "assets", "evidence"):
            (folder / name).mkdir()
        self.engine = open_engine(f"sqlite:///{folder / 'home' / 'db.sqlite'}")
        migrate(self.engine, lock_path=folder / "lock")
        self.controller = SigningKey.generate()
        self.ledger = LedgerStore(self.engine, key=SigningKey.generate(), witness_path=folder / "witness")
        self.records = RecordStore(self.engine, self.ledger)
        self.campaigns = CampaignStore(self.engine)
        self.shelf = AssetShelf(folder / "assets")
        vault_key = secrets.token_bytes(32)
        self.vault = Vault(
            self.engine,
            folder=folder / "vault",
            scratch=folder / "work",
            key=lambda: vault_key,
            random_bytes=secrets.token_bytes,
        )
        self.withdrawn: list[RecordId] = []
        self.restricted: list[tuple[RecordId, Restriction]] = []
        self.changed: list[str] = []
        self.checks = FakeChecks()
        self.ear = FakeEar()
        self.outbox = Outbox(self.engine)
        self.rulebook = Rulebook(controller_keys=frozenset({self.controller.public_key}), topics={})
        self.acts = ConsentActs(
            records=self.records,
            ledger=self.ledger,
            evidence_dir=folder / "evidence",
            shelf=self.shelf,
            clock=self.clock,
            random_bytes=secrets.token_bytes,
            controller_key=lambda: self.controller,
            depiction=lambda _path: "photograph",
            withdrawn=self.withdrawn.append,
            approved=self.settle,
            keeper=self.vault,
        )
        mail = LinkMail(folder=ASSETS / "requests" / "letters", outbox=self.outbox, clock=self.clock)
        self.room: RequestRoom = open_request_room(
            RequestParts(
                engine=self.engine,
                records=self.records,
                ledger=self.ledger,
                campaigns=self.campaigns,
                shelf=self.shelf,
                vault=self.vault,
                consents=self.acts,
                status=self.status,
                wordings=PlainWordings(),  # type: ignore[arg-type] # the same attributes, without the languages
                languages=("en", "fr"),
                check=self.checks,
                hear=self.ear,
                prompts=lambda language: PROMPTS[language],
                receipts=PlainReceipts(),  # type: ignore[arg-type] # as above
                frame=lambda path: b"frame of " + path.name.encode(),
                site=Site.of(DEFAULT_URL),
                templates_dir=ASSETS / "requests",
                home=folder,
                library_dir=folder / "library",
                deliver=mail.deliver,
                changed=tell or (lambda what, _request: self.changed.append(what)),
                restricted=lambda record_id, part: self.restricted.append((record_id, part)),
                controller_key=lambda: self.controller,
                clock=self.clock,
                random_bytes=secrets.token_bytes,
                random_below=secrets.randbelow,
            )
        )
        self.desk = self.room.desk
        assert self.room.voice is not None
        self.voice = self.room.voice

    def settle(self, record_id: RecordId) -> None:
        self.room.filing.settle(record_id)

    def close(self) -> None:
        self.engine.dispose()

    def status(self, record_id: RecordId) -> RecordStatus:
        return record_status(
            record_id,
            envelope=self.records.find(record_id),
            ledger=self.ledger.view(),
            rulebook=self.rulebook,
            at=self.clock(),
        )

    def terms(self, *, more: str = "", changes: Mapping[str, str] | None = None, **values: str) -> Path:
        standard = {"subject_class": "replica", "birth_year": "1990", "assets": '"portrait.png"'}
        (self.folder / "portrait.png").write_bytes(PIXEL)
        text = CONSENT.format(**{**standard, **values}, more=more)
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        path = self.folder / "consent.toml"
        path.write_text(text)
        return path

    def sent(self, *, deal: str = "paid_talent", **values: str) -> Page:
        request = self.room.requests.draft(self.terms(**values), deal=deal, by="marketer@example.com")
        link = self.room.requests.send(request.id, by="marketer@example.com")
        return self.opened(request.id, link.path)

    def opened(self, request_id: str, path: str) -> Page:
        token = path.removeprefix("/s/")
        return Page(self, request_id, token, self.desk.claim(token, client="a browser"))

    def approve(self, record_id: RecordId, *approvers: str) -> None:
        self.acts.assess(record_id, answers=answers(), by="legal@example.com")
        for approver in approvers or ("legal@example.com",):
            self.acts.approve(record_id, approver=approver)


@dataclass
class Page:
    """A browser with a claimed link, and the phone beside it."""

    home: RequestHome
    request_id: str
    token: str
    secret: str
    device: Device = field(default_factory=Device)

    @property
    def keys(self) -> tuple[str, str]:
        return self.token, self.secret

    @property
    def record_id(self) -> RecordId:
        row = self.home.room.requests.requests.get(self.request_id)
        versions = {one.version: one.record_id for one in self.home.room.requests.requests.versions(row.id)}
        return versions[row.current]

    @property
    def stage(self) -> str:
        return self.home.desk.view(*self.keys).stage

    def recording(self, content: bytes = b"\x1aE\xdf\xa3 a recording") -> Path:
        path = self.home.folder / "take.webm"
        path.write_bytes(content)
        return path

    def speak(self, content: bytes = b"\x1aE\xdf\xa3 a recording", *, is_upload: bool = False) -> None:
        self.home.desk.receive_statement(*self.keys, self.recording(content), is_upload=is_upload)

    def enrol(self) -> None:
        self.home.desk.passkey_created(*self.keys, self.device.create(self.home.desk.passkey_creation(*self.keys)))

    def sign(self) -> None:
        self.enrol()
        self.home.desk.sign(*self.keys, self.device.get(self.home.desk.signing_options(*self.keys)))

    def go_through(self) -> None:
        """From reading to the signature."""
        if self.home.desk.agree_to_checks(*self.keys).text:
            self.speak()
        self.sign()
