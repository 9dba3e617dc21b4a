"""What is this file? Anyone may ask; nothing the file says is believed before it is proven.

1. It is a file, not empty, not too large; its kind is read from its first bytes, never from its name.
2. Its manifest is read with our anchors alone and without any network.
3. Trusted: the take it names must be on record under the same consent, and the ledger must prove it.
4. Present but not fitting: altered, if it was signed here, names a take of ours, or looks like one.
5. Whole but signed by somebody else: unknown, whatever it claims, unless the ledger holds exactly these bytes
   (our certificate ended, or our authority was replaced).
6. None: looked up by fingerprint; ours means stripped.
7. The consent's status is that of now, and a withdrawn one is said first.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from consent.errors import LedgerError
from consent.keys import PublicKey
from consent.ledger import Released, leaf_hash, parse_entry, verify_checkpoint, verify_inclusion
from pipelines.errors import InputInvalidError
from pipelines.provenance.reading import ManifestReading, read_manifest
from pipelines.provenance.sniff import media_type_of
from pipelines.release.lookup import Examiner, Lookup, look_up
from pipelines.release.quarantine import sha256_of
from pipelines.release.records import PublicRecords, PublicRelease
from pipelines.release.verdict import Verdict, VerdictKind

BYTES_MAX: Final = 4 << 30
WITHDRAWN: Final = frozenset({"withdrawn", "revoked"})
_STATUS_SENTENCES: Final = {
    "withdrawn": "The person has withdrawn their consent: do not use this file any more.",
    "revoked": "The person has withdrawn their consent: do not use this file any more.",
    "suspended": "The consent is suspended at the moment: do not use this file until that is settled.",
    "expired": "The consent has ended since: new uses need a new one.",
    "unknown": "Whether the consent still stands is not known here.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedLedger:
    """The ledger to believe: its origin and its public key."""

    origin: str
    public_key: PublicKey


def verify_file(
    path: Path,
    *,
    trust_anchors_pem: str,
    ledger: TrustedLedger,
    records: PublicRecords,
    at: datetime,
    examiner: Examiner | None,
) -> Verdict:
    """Say what a file is.

    Args:
        path: the file.
        trust_anchors_pem: the authorities whose signers count as this studio.
        ledger: the ledger to believe.
        records: what this studio has on record.
        at: now.
        examiner: decodes files for the fingerprint; None where engines are not installed.

    Raises:
        InputInvalidError: no regular file, empty, or larger than 4 GiB.
        ProvenanceError: the trust anchors are unusable.
    """
    _require_file(path)  # 1
    media_type = media_type_of(path)
    if media_type is None:
        return Verdict(
            verdict=VerdictKind.UNKNOWN,
            summary="This is no picture, video or sound that can be checked here.",
            media_type=None,
            manifest={"state": "none"},
            label={"text": None, "seen": None},
            fingerprint={"checked": False, "reason": "its kind is not known"},
            consent={"status": "unknown"},
            ledger={"included": False},
        )
    reading = read_manifest(path, trust_anchors_pem=trust_anchors_pem, media_type=media_type)  # 2
    try:
        return _judge(path, media_type, reading, ledger=ledger, records=records, at=at, examiner=examiner)
    except LedgerError as e:  # unreadable means no
        return Verdict(
            verdict=VerdictKind.UNKNOWN,
            summary="The ledger of this studio cannot be relied on now, so nothing can be said of this file.",
            media_type=media_type,
            manifest=reading.to_json(),
            label={"text": None, "seen": None},
            fingerprint={"checked": False, "reason": "the ledger cannot be read"},
            consent={"status": "unknown"},
            ledger={"included": False, "reason": str(e)},
        )


def _judge(
    path: Path,
    media_type: str,
    reading: ManifestReading,
    *,
    ledger: TrustedLedger,
    records: PublicRecords,
    at: datetime,
    examiner: Examiner | None,
) -> Verdict:
    looked = look_up(path, media_type=media_type, examiner=examiner, records=records)
    release = _find_release(path, reading, looked, records)
    proof = prove_inclusion(release, ledger) if release else dict[str, object](included=False)
    kind, sentence = _decide(reading, looked, release, included=bool(proof["included"]))  # 3 to 6
    if kind is VerdictKind.UNKNOWN:
        release = None  # nothing of ours is said of a file that is not proven to be ours
    status = records.consent_status(release.entry.public_hash, at=at) if release else "unknown"  # 7
    if kind is VerdictKind.AUTHENTIC and status in WITHDRAWN:
        kind = VerdictKind.REVOKED
    sentences = [_STATUS_SENTENCES.get(status, "") if release else "", sentence]
    mark = examiner.watermark(path, media_type=media_type) if examiner else None
    if kind is VerdictKind.UNKNOWN and mark is not None and mark.is_found:
        sentences.append(_MARKED)
    exact = release is not None and sha256_of(path) == release.entry.file_sha256
    if kind in {VerdictKind.AUTHENTIC, VerdictKind.REVOKED} and not exact:
        sentences.append("Bytes outside of picture and sound were added since; the content itself is unchanged.")
    return Verdict(
        verdict=kind,
        summary=" ".join(filter(None, sentences)),
        media_type=media_type,
        take_id=release.entry.take_id if release else None,
        manifest=reading.to_json(),
        label=_label(path, media_type, release, looked, examiner),
        fingerprint=looked.to_json(),
        watermark={"checked": mark is not None, **(mark.to_json() if mark else {})},
        consent=_consent(status, release),
        ledger=proof if release else {"included": False},
    )


def prove_inclusion(release: PublicRelease, ledger: TrustedLedger) -> dict[str, object]:
    """Check that the ledger holds this release, from its bytes, its proof and the signed checkpoint alone."""
    entry = release.entry
    try:
        checkpoint = verify_checkpoint(release.checkpoint, ledger.public_key, origin=ledger.origin)
        verify_inclusion(
            leaf_hash(release.leaf),
            index=release.index,
            size=checkpoint.size,
            proof=release.proof,
            root=checkpoint.root,
        )
        leaf = parse_entry(release.leaf)
    except LedgerError as e:
        return {"included": False, "reason": str(e)}
    fits = isinstance(leaf, Released) and (leaf.take_id, leaf.file_sha256, leaf.public_hash) == (
        entry.take_id,
        entry.file_sha256,
        entry.public_hash,
    )
    if not fits:
        return {"included": False, "reason": "the ledger's entry speaks of another file"}
    return {"included": True, "index": release.index, "size": checkpoint.size, "checkpoint": release.checkpoint}


def _require_file(path: Path) -> None:
    try:
        found = path.stat()
    except OSError as e:
        raise InputInvalidError(f"{path} cannot be opened: {e.strerror}; give the path of a file") from e
    if not stat.S_ISREG(found.st_mode):
        raise InputInvalidError(f"{path} is no file; give the path of a file")
    if found.st_size == 0:
        raise InputInvalidError(f"{path} is empty")
    if found.st_size > BYTES_MAX:
        raise InputInvalidError(f"{path} has {found.st_size} bytes; at most {BYTES_MAX} can be checked")


def _find_release(path: Path, reading: ManifestReading, looked: Lookup, records: PublicRecords) -> PublicRelease | None:
    """Return the release that the file may be: by the take it names, by its hash, by how it looks."""
    if reading.state == "none":
        return records.release_of_take(looked.match.take_id) if looked.match else None
    named = records.release_of_take(reading.consent.take_id) if reading.consent else None
    if reading.state == "trusted" or (named and reading.state == "invalid"):
        return named
    if exact := records.release_of_file(sha256_of(path)):
        return exact
    if reading.state == "untrusted":
        return None
    return records.release_of_take(looked.match.take_id) if looked.match else None


def _decide(
    reading: ManifestReading, looked: Lookup, release: PublicRelease | None, *, included: bool
) -> tuple[VerdictKind, str]:
    match reading.state:
        case "trusted":
            return _decide_trusted(reading, release, included=included)
        case "untrusted":
            return _decide_untrusted(looked, release, included=included)
        case "invalid":
            return _decide_invalid(reading, release)
        case "none":
            return _decide_without_manifest(looked, release)


def _decide_untrusted(looked: Lookup, release: PublicRelease | None, *, included: bool) -> tuple[VerdictKind, str]:
    if release and included:  # found by its exact hash
        return VerdictKind.AUTHENTIC, _SIGNER_ENDED
    likeness = f" It looks like take {looked.match.take_id} of this studio." if looked.match else ""
    return VerdictKind.UNKNOWN, _UNKNOWN_SIGNER + likeness


def _decide_invalid(reading: ManifestReading, release: PublicRelease | None) -> tuple[VerdictKind, str]:
    has_our_signer = not any(failure.startswith("signingCredential") for failure in reading.failures)
    if release or (reading.consent is not None and has_our_signer):
        return VerdictKind.ALTERED, _CHANGED
    return VerdictKind.UNKNOWN, "This file carries a damaged manifest, and nothing connects it with this studio."


def _decide_without_manifest(looked: Lookup, release: PublicRelease | None) -> tuple[VerdictKind, str]:
    if release is None or looked.match is None:
        found = "and it looks like nothing released here" if looked.kind else "and it could not be looked up here"
        return VerdictKind.UNKNOWN, f"This file carries no manifest, {found}."
    take = looked.match.take_id
    summary = f"This looks like take {take} of this studio, but its manifest was removed; it may have been changed."
    if looked.match.sound_fits is False:
        summary += " Its sound is not that of the release."
    return VerdictKind.STRIPPED, summary


def _decide_trusted(
    reading: ManifestReading, release: PublicRelease | None, *, included: bool
) -> tuple[VerdictKind, str]:
    if reading.consent is None:
        return VerdictKind.UNKNOWN, "This file was signed here, but names no take; it is no release."
    if release is None or release.entry.public_hash != reading.consent.public_hash:
        return VerdictKind.UNKNOWN, "This file was signed here, but no such release is on record; do not rely on it."
    if not included:
        return (
            VerdictKind.UNKNOWN,
            "This file was signed here, but the ledger does not prove its release; do not rely on it.",
        )
    return VerdictKind.AUTHENTIC, "This file was released by this studio and is unchanged. It was made with AI."


_CHANGED: Final = "This file was changed after it was released; do not rely on what it shows or says."
_SIGNER_ENDED: Final = (
    "This file was released by this studio and is unchanged: the ledger holds exactly these bytes. It was made with "
    "AI. Whoever checks its signature alone will not trust it, for the signer's certificate has ended or was replaced."
)
_MARKED: Final = (
    "Its sound carries a mark that tools for synthetic speech put there (Perth): it was probably made with AI, by whom "
    "the mark does not say."
)
_UNKNOWN_SIGNER: Final = (
    "This file carries a whole manifest of somebody else, whom this studio does not know; nothing here vouches for it."
)


def _label(
    path: Path, media_type: str, release: PublicRelease | None, looked: Lookup, examiner: Examiner | None
) -> dict[str, object]:
    answer: dict[str, object] = {"text": None, "notice": None, "seen": None}
    if release is not None:
        answer |= {"text": release.entry.label_text, "notice": release.entry.notice_text}
    if examiner is None or looked.kind is None:
        return answer | {"checked": False, "reason": looked.reason}
    if release is not None:
        answer["seen"] = examiner.label_seen(path, media_type=media_type, release=release)
    return answer


def _consent(status: str, release: PublicRelease | None) -> dict[str, object]:
    if release is None:
        return {"status": status}
    entry = release.entry
    return {
        "status": status,
        "assurance": entry.assurance,
        "subject_class": entry.subject_class,
        "record": entry.public_hash,
    }
