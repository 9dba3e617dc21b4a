"""What stands in a leaf of the ledger: canonical JSON, version 1, free of personal data.

A record appears by its salted public hash only. Signatures and approvals appear by hashes that hold an unguessable
signature; reasons in people's words appear by a hash with the record's salt. Erasing the salt unlinks all of it.
Canonical form: keys sorted, no spaces, values strings and one number, which is what RFC 8785 gives for such objects
(a test holds the two together); the C encoder of ``json`` is much faster than a general one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, TypeAlias, get_args

from consent.errors import LedgerUnreadableError
from consent.grant import Sha256Hex, TakeId
from consent.instant import instant, parse_instant

VERSION = 1
_REASON_DOMAIN = b"sayso/v1/reason\0"
_ACTOR_DOMAIN = b"sayso/v1/actor\0"
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
# Machine words only: no spaces, no letters beyond ASCII, so that nobody writes a name or a sentence into the ledger.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    kind: ClassVar[str]

    public_hash: Sha256Hex
    at: datetime
    actor_hash: Sha256Hex | None = None  # who did it, with the record's salt

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError(f"{self.kind}.at: {self.at.isoformat()} has no time zone; pass a timezone-aware time")
        for name, fits, is_optional in _TEXTS[self.kind]:
            value = getattr(self, name)
            if not (isinstance(value, str) and fits(value)) and not (is_optional and value is None):
                raise ValueError(f"{self.kind}.{name}: {value!r} must not stand in the ledger; see consent-spec 8.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCreated(_Entry):
    """A draft was filed."""

    kind: ClassVar[str] = "record_created"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(_Entry):
    """The subject signed."""

    kind: ClassVar[str] = "signed"
    signature_sha256: Sha256Hex


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianSigned(_Entry):
    """A minor's guardian signed beside the subject."""

    kind: ClassVar[str] = "guardian_signed"
    signature_sha256: Sha256Hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(_Entry):
    """A spoken statement was checked."""

    kind: ClassVar[str] = "checked"
    report_sha256: Sha256Hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(_Entry):
    """Legal answered the impact assessment."""

    kind: ClassVar[str] = "assessed"
    assessment_sha256: Sha256Hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(_Entry):
    """One person of the controller approved."""

    kind: ClassVar[str] = "approved"
    approval_sha256: Sha256Hex


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptApproved(_Entry):
    """One script was approved."""

    kind: ClassVar[str] = "script_approved"
    approval_sha256: Sha256Hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended(_Entry):
    """No use until it is resumed."""

    kind: ClassVar[str] = "suspended"
    reason_hash: Sha256Hex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(_Entry):
    """Use may go on."""

    kind: ClassVar[str] = "resumed"
    reason_hash: Sha256Hex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted(_Entry):
    """The subject took a part back, for ever."""

    kind: ClassVar[str] = "restricted"
    restriction_hash: Sha256Hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(_Entry):
    """The subject said no; this version can never be used."""

    kind: ClassVar[str] = "declined"
    reason_hash: Sha256Hex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded(_Entry):
    """A newer version took this one's place."""

    kind: ClassVar[str] = "superseded"
    successor_hash: Sha256Hex  # the newer version's public hash


FORGOTTEN: Final = "forgotten"  # the last act: after it nothing ties the record's entries to anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted(_Entry):
    """Something else was done with the record that changes no decision: sent, opened, asked, shown, destroyed."""

    kind: ClassVar[str] = "acted"
    action: str
    reason_hash: Sha256Hex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked(_Entry):
    """The consent was withdrawn as a whole, for ever."""

    kind: ClassVar[str] = "revoked"
    reason_hash: Sha256Hex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(_Entry):
    """One take left the house."""

    kind: ClassVar[str] = "released"
    take_id: TakeId
    file_sha256: Sha256Hex
    script_sha256: Sha256Hex
    locale: str
    market: str
    channel: str
    format: str


Entry: TypeAlias = (
    RecordCreated
    | Signed
    | GuardianSigned
    | Checked
    | Assessed
    | Approved
    | ScriptApproved
    | Suspended
    | Resumed
    | Restricted
    | Declined
    | Superseded
    | Acted
    | Revoked
    | Released
)

_KINDS: dict[str, type[Entry]] = {one.kind: one for one in get_args(Entry)}


def _texts_of(kind: type[Entry]) -> Iterator[tuple[str, Callable[[str], object], bool]]:
    """Give the fields of a kind that hold text: name, what fits, whether it may be missing."""
    for one in dataclasses.fields(kind):
        if one.name != "at":
            pattern = _SHA256 if one.name.endswith(("_hash", "_sha256")) else _WORD
            yield one.name, pattern.fullmatch, one.default is None


_TEXTS = {name: tuple(_texts_of(kind)) for name, kind in _KINDS.items()}  # once: a ledger has 100,000 entries
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _canonical(content: dict[str, str | int]) -> bytes:
    return _ENCODER.encode(content).encode()


def entry_bytes(entry: Entry) -> bytes:
    """Return the leaf's bytes."""
    content: dict[str, str | int] = {"kind": entry.kind, "version": VERSION, "at": instant(entry.at)}
    for name, _, _ in _TEXTS[entry.kind]:
        value = getattr(entry, name)
        if value is not None:
            content[name] = value
    return _canonical(content)


def parse_entry(leaf: bytes) -> Entry:
    """Read a leaf.

    Raises:
        LedgerUnreadableError: no entry of a known version and kind, or not in canonical form.
    """
    try:
        return _read(leaf)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as e:
        raise LedgerUnreadableError(f"an entry of the ledger cannot be read ({type(e).__name__}: {e})") from e


def _read(leaf: bytes) -> Entry:
    content = json.loads(leaf)
    if _canonical(content) != leaf:
        raise ValueError("not in canonical form")
    if content.pop("version") != VERSION:
        raise ValueError("an unknown version")
    entry_type = _KINDS[content.pop("kind")]
    return entry_type(**{**content, "at": parse_instant(content["at"])})


def actor_hash(actor: str, salt: bytes) -> Sha256Hex:
    """Return what the ledger keeps of who did something: an address, or "subject"."""
    return Sha256Hex(hashlib.sha256(_ACTOR_DOMAIN + salt + actor.strip().casefold().encode()).hexdigest())


def reason_hash(reason: str, salt: bytes) -> Sha256Hex:
    """Return what the ledger keeps of a reason in people's words."""
    return Sha256Hex(hashlib.sha256(_REASON_DOMAIN + salt + reason.encode()).hexdigest())
