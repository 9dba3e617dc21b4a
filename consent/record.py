"""Consent record v1: what a person agrees to, in one immutable document.

The record's bytes are its JSON in the canonical form of RFC 8785; its id is their SHA-256. Optional fields that are
not set are left out of the bytes, so that fields may be added to v1 without changing any record that exists.
The id is a hash of personal data without salt, so it stays inside: outside (ledger, manifest) goes ``public_hash``.
Field by field: docs/consent-spec.md, clause 2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from consent.canonical import canonical
from consent.errors import RecordInvalidError
from consent.grant import Modality, RecordId, Sha256Hex
from consent.territory import is_language, is_territory

Depiction: TypeAlias = Literal["photograph", "illustration", "audio", "unknown"]
SubjectClass: TypeAlias = Literal["replica", "synthetic_performer"]
Deal: TypeAlias = Literal[
    "employee_spokesperson", "paid_talent", "celebrity_endorsement", "customer_testimonial", "synthetic_performer"
]

SALT_BYTES = 32
TERM_YEARS_MAX = 10  # NO FAKES S.4591 for adults; the strictest number found, so it is everybody's
TEMPLATE_DAYS_MAX = 1095  # BIPA 15(a): destroyed at the latest three years after the last contact
_PUBLIC_HASH_DOMAIN = b"sayso/v1/public-hash\0"


def _one_line(text: str) -> str:
    if text != text.strip() or not text.isprintable():
        raise ValueError("write it on one line, without spaces around it")
    return text


def _language(tag: str) -> str:
    if not is_language(tag):
        raise ValueError('needed is a language tag such as "fr", "pt-BR" or "zh-Hant"')
    return tag


def _territory(code: str) -> str:
    if not is_territory(code):
        hint = '; the United Kingdom is "GB"' if code == "UK" else ""
        raise ValueError(f'needed is a place such as "FR", "US", "US-NY", "EU" or "WORLD"{hint}')
    return code


def as_set(values: tuple[str, ...]) -> tuple[str, ...]:
    """Sort a list that is a set: its order says nothing, so it must not change the record's id."""
    folded = [value.casefold() for value in values]
    twice = sorted({value for value in values if folded.count(value.casefold()) > 1})
    if twice:
        raise ValueError(f"named twice: {', '.join(twice)}; name each once")
    return tuple(sorted(values))


Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_one_line)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"\S")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Language = Annotated[str, AfterValidator(_language)]
Territory = Annotated[str, AfterValidator(_territory)]
Days = Annotated[int, Field(ge=0, le=36500)]
Modalities = Annotated[tuple[Modality, ...], Field(min_length=1), AfterValidator(as_set)]
Languages = Annotated[tuple[Language, ...], Field(min_length=1), AfterValidator(as_set)]
Territories = Annotated[tuple[Territory, ...], Field(min_length=1), AfterValidator(as_set)]
Names = Annotated[tuple[Line, ...], Field(min_length=1), AfterValidator(as_set)]
NamesOrNone = Annotated[tuple[Line, ...], AfterValidator(as_set)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Subject(_Part):
    """The person who is asked."""

    name: Line
    spoken_name: Line | None = None  # as said in the spoken statement, where spelling and sound differ
    birth_year: Annotated[int, Field(ge=1900, le=2200)]
    birth_date: date | None = None  # only where the year alone leaves open whether the person was of age
    contact: Line
    language: Language  # in which the consent is shown and the notice is read
    residence: Territory | None = None

    @field_validator("birth_date")
    @classmethod
    def _in_birth_year(cls, day: date | None, info: ValidationInfo) -> date | None:
        year = info.data.get("birth_year")  # absent if it was wrong itself
        if day is not None and year is not None and day.year != year:
            raise ValueError(f"birth_year is {year}; correct one of them")
        return day


class Guardian(_Part):
    """Who agrees beside a minor, and signs with a key of their own. Without that a minor is refused (clause 4.8)."""

    name: Line
    contact: Line


class Representation(_Part):
    """Who advised the subject: New York GOB 5-302 and California AB 2602 ask for counsel or a union."""

    counsel: Line | None = None
    union: Line | None = None
    agreement: Line | None = None


class Controller(_Part):
    """The company that the consent names."""

    name: Line
    contact: Line
    data_protection_officer: Line | None = None
    territory: Territory | None = None


class Recipient(_Part):
    """Somebody else who gets the material."""

    name: Line
    role: Literal["processor", "agency", "platform", "other"]
    territory: Territory | None = None


class BoundAsset(_Part):
    """A picture, footage or recording of the subject, bound by its bytes."""

    name: Line  # the file's name without folder, for people
    sha256: Sha256
    media_type: Line
    depiction: Depiction


class Alterations(_Part):
    """What may be changed about the person. Code changes none of these; people keep to it."""

    age: bool = False
    clothing: bool = False
    body: bool = False
    emotion: bool = False


class ScopeTerms(_Part):
    """What the person's face and voice may be used for. An empty list would allow nothing, so it is an error."""

    description: Text  # the "reasonably specific description" of New York and California law
    modalities: Modalities
    languages: Languages
    territories: Territories
    channels: Names
    brands: Names
    products: Names
    valid_from: date
    valid_until: date  # the last day, to its end in UTC
    max_takes: Annotated[int, Field(ge=1, le=1_000_000)]
    script_approval: Literal["none", "per_script"] = "none"
    script_approver: Literal["subject", "controller"] = "subject"
    prohibited_topics: NamesOrNone = ()
    prohibited_words: NamesOrNone = ()  # words and phrases of the subject's own choice
    alterations: Alterations = Alterations()
    paid_media: bool = True
    real_time: Literal[False] = False  # v1 has no live use
    model_training: Literal[False] = False  # v1 has no use of the material for other models

    @field_validator("valid_until")
    @classmethod
    def _term_is_bounded(cls, until: date, info: ValidationInfo) -> date:
        start = info.data.get("valid_from")  # absent if it was wrong itself
        if start is None:
            return until
        last = years_later(start, TERM_YEARS_MAX)
        if not start < until <= last:
            raise ValueError(
                f"valid_from is {start}; needed is a later day, {TERM_YEARS_MAX} years on at most ({last})"
            )
        return until


class Scope(ScopeTerms):
    """The scope with the files it is bound to."""

    assets: tuple[BoundAsset, ...] = ()

    @model_validator(mode="after")
    def _assets_are_a_set(self) -> Scope:
        hashes = [asset.sha256 for asset in self.assets]
        if hashes != sorted(set(hashes)):
            raise ValueError("assets are named once each, in the order of their sha256")
        return self


class Retention(_Part):
    """How long material is kept after the consent ended; then it is destroyed."""

    footage_days: Days = 0
    template_days: Annotated[int, Field(ge=0, le=TEMPLATE_DAYS_MAX)] = 0  # voice profile, face template, twin
    evidence_days: Days = TEMPLATE_DAYS_MAX
    method: Line = "crypto-erasure"


class Withdrawal(_Part):
    """How the subject takes the consent back; as easy as giving it."""

    channel: Line
    published: Literal["take_down", "keep"] = "take_down"
    take_down_days: Days = 7


class Notice(_Part):
    """The text that the subject was shown, bound by its bytes."""

    uri: Line
    version: Line
    sha256: Sha256
    language: Language
    given_on: date


class Money(_Part):
    """What the subject is paid; optional, and nothing in the code reads it."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    fee_minor_units: Annotated[int, Field(ge=0, le=10**15)]
    terms: Text | None = None


class RecordTerms(_Part):
    """Everything of a record but scope and withdrawal, which a draft fills in (consent.draft)."""

    subject_class: SubjectClass = Field(alias="class")
    subject: Subject
    controller: Controller
    guardian: Guardian | None = None
    representation: Representation | None = None
    recipients: tuple[Recipient, ...] = ()
    legal_basis: Literal["explicit_consent"] = "explicit_consent"  # GDPR 6(1)(a) with 9(2)(a)
    retention: Retention = Retention()
    notice: Notice | None = None
    money: Money | None = None
    reference: Line | None = None  # the controller's own number; a new one makes the same terms a new record
    supersedes: Sha256 | None = None  # id of the record that this one replaces
    deal: Deal | None = None  # what kind of request it is; a record with one needs legal's assessment
    statement: Literal["live", "upload_allowed"] | None = None  # how the spoken statement may be given
    biometric_checks: Literal["agreed"] | None = None  # face and voice may be compared, to check the statement


class ConsentRecord(RecordTerms):
    """A consent record, version 1."""

    spec_version: Literal[1] = 1
    scope: Scope
    withdrawal: Withdrawal
    disclosure: Literal["always"] = "always"  # label and provenance are promised; no consent removes them


def years_later(day: date, years: int) -> date:
    """Return the same day some years on; the day before for 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def canonical_bytes(record: ConsentRecord) -> bytes:
    """Return the record's one form as bytes (RFC 8785): what is hashed, signed and stored."""
    return canonical(record.model_dump(mode="json", by_alias=True, exclude_none=True))


def parse_record(record_bytes: bytes) -> ConsentRecord:
    """Read canonical bytes.

    Raises:
        RecordInvalidError: no record of a known version, or not in canonical form.
    """
    try:
        record = ConsentRecord.model_validate_json(record_bytes, strict=True)
    except ValidationError as e:
        raise RecordInvalidError(f"these bytes are no consent record of version 1: {_first_error(e)}") from e
    if canonical_bytes(record) != record_bytes:
        # The same terms in other bytes would have another id: two records for one act of will.
        raise RecordInvalidError("the record is not in its canonical form (RFC 8785); use the bytes that were signed")
    return record


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]  # without input: it is personal data
    return f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"


def record_id(record_bytes: bytes) -> RecordId:
    """Return the id of a record: the SHA-256 of its canonical bytes."""
    return RecordId(hashlib.sha256(record_bytes).hexdigest())


def public_hash(identity: RecordId, salt: bytes) -> Sha256Hex:
    """Return the hash that stands for the record outside; without the salt nobody can link the two.

    Raises:
        ValueError: the salt has not 32 bytes.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, this one has {len(salt)}; use secrets.token_bytes")
    return Sha256Hex(hashlib.sha256(_PUBLIC_HASH_DOMAIN + salt + bytes.fromhex(identity)).hexdigest())


def bound_assets(assets: Iterable[BoundAsset]) -> tuple[BoundAsset, ...]:
    """Return the assets in the order in which a record holds them."""
    return tuple(sorted(assets, key=lambda asset: asset.sha256))
