"""The action behind ``sayso export``: a released take becomes the package that a marketer uploads.

1. The take is released, and for the channel, market and locale that are asked.
2. Consent is asked again, as at a gate: what is withdrawn, restricted, suspended or over is not handed out.
3. The file in the library is the one on record and verifies as authentic.
4. It fits what the channel accepts, by measurement; it is never changed to fit, because that strips its proof.
5. The thumbnail leaves through the one door as a take of its own.
6. The package is written beside its place; the act is put down; then the package appears.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from consent.errors import ConsentRefusedError, RecordInvalidError
from consent.grant import Reason, ReasonCode, RecordId, TakeId, TakeRequest
from consent.record import ConsentRecord
from pipelines.disclosure.channel import ChannelProfile, load_channel
from pipelines.release.cover import cover_scene
from pipelines.release.delivery import Check, check_delivery, failures
from pipelines.release.gate import ReleaseEntry
from pipelines.release.measuring import measure
from pipelines.release.verdict import Verdict
from studio.consents.actbook import ActBook
from studio.errors import NotFoundError, StoreError, UsageError
from studio.exports.asked import Exported, Wanted
from studio.exports.contents import package_json, sheet_facts
from studio.exports.package import Draft, require_free, sha256
from studio.exports.refusals import require_fit, require_same
from studio.exports.sheet import sheet_html, sheet_text, sheet_words
from studio.exports.thumbnails import Thumbnailer, ThumbnailLeftOut
from studio.exports.uploading import upload_texts
from studio.jobs.plan import TakePlan
from studio.store.campaigns import CampaignStore, TakeStatus
from studio.store.filelock import locked
from studio.store.gate import StoreGate
from studio.store.records import RecordStore

ACTION: Final = "exported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """Exports the takes of one home. ``decide`` returns every reason of consent against a request, now."""

    campaigns: CampaignStore
    records: RecordStore
    gate: StoreGate
    book: ActBook
    decide: Callable[[TakeRequest], tuple[Reason, ...]]
    verify: Callable[[Path], Verdict]
    thumbnailer: Thumbnailer
    library_dir: Path
    locks_dir: Path
    public_url: str
    clock: Callable[[], datetime]

    def export(self, wanted: Wanted) -> Exported:
        """Write the package.

        Raises:
            NotFoundError: there is no such take in this home.
            UsageError: it is not released, not for this channel, or does not fit it; says what to change.
            ConsentRefusedError: consent says no now.
            StoreError: the library does not hold what is on record.
        """
        plan, entry = self._released(wanted.take_id)
        require_same(plan, channel=wanted.channel, market=wanted.market, locale=wanted.locale)
        words = sheet_words(wanted.language)
        profile = load_channel(plan.channel)
        target = require_free(wanted.out, _name(plan), zipped=wanted.zipped)
        self._require_consent(plan)
        media = self._media(entry)
        found = measure(media)
        texts = upload_texts(plan, entry, profile)
        checks = (*check_delivery(found, profile), *texts.checks)
        require_fit(plan, failures(checks), channel=profile.name)
        record = self._record(plan)
        with Draft(target, zipped=wanted.zipped) as draft:
            name = _name(plan)
            draft.copy(media, name + media.suffix)
            for suffix in self._captions(media, profile):
                draft.copy(media.with_suffix(suffix), name + suffix)
            thumbnail, thumb_checks = self._thumbnail(plan, media, profile, draft, name)
            facts = sheet_facts(plan, entry, profile, record.record, wording=texts.wording, public_url=self.public_url)
            draft.write("disclosure.html", sheet_html(facts, words))
            draft.write("disclosure.txt", sheet_text(facts, words))
            draft.write("upload.json", _json(texts.to_json(profile)))
            every = (*checks, *thumb_checks)
            draft.write(
                "package.json",
                _json(
                    package_json(
                        plan,
                        entry,
                        found,
                        checks=every,
                        files=draft.sums(),
                        thumbnail=thumbnail,
                        at=self.clock(),
                    )
                ),
            )
            files = dict(draft.sums())
            self._require_consent(plan)  # rendering a thumbnail takes seconds, in which a person may withdraw
            self.book.note(record.id_, action=ACTION, actor=wanted.by, reason=f"take {plan.take_id} for {plan.channel}")
            path = draft.finish()
        return Exported(
            path=path, take_id=plan.take_id, channel=plan.channel, files=files, checks=every, thumbnail=thumbnail
        )

    def _released(self, take_id: str) -> tuple[TakePlan, ReleaseEntry]:
        row = self.campaigns.take(take_id)
        receipt = self.gate.released(TakeId(take_id))
        if receipt is None or row.status is not TakeStatus.RELEASED:
            why = "; ".join(fault.message for fault in row.reasons)
            raise UsageError(
                f"take {take_id} is {row.status.value}, not released{f' ({why})' if why else ''}; "
                "produce its brief to the end first"
            )
        return TakePlan.model_validate_json(row.plan), receipt.entry

    def _require_consent(self, plan: TakePlan) -> None:
        # The quota counts takes, and this one is made: handing it out again uses none.
        reasons = tuple(r for r in self.decide(plan.request) if r.code is not ReasonCode.QUOTA_EXHAUSTED)
        if reasons:
            raise ConsentRefusedError(reasons)

    def _media(self, entry: ReleaseEntry) -> Path:
        path = self.library_dir / entry.take_id / entry.file_name
        if not path.is_file() or path.resolve().parent != (self.library_dir / entry.take_id).resolve():
            raise StoreError(f"the file of take {entry.take_id} is not in the library; make a new take")
        if sha256(path) != entry.file_sha256:
            raise StoreError(f"the file of take {entry.take_id} is not the one on record; make a new take")
        self._require_authentic(path)
        return path

    def _require_authentic(self, path: Path) -> None:
        verdict = self.verify(path)
        if verdict.verdict != "authentic":
            raise StoreError(f"{path.name} is {verdict.verdict.value}, not authentic: {verdict.summary}")

    @staticmethod
    def _captions(media: Path, profile: ChannelProfile) -> tuple[str, ...]:
        formats = ("srt", "vtt") if profile.captions is None else profile.captions
        return tuple(f".{one}" for one in formats if media.with_suffix(f".{one}").is_file())

    def _thumbnail(
        self, plan: TakePlan, media: Path, profile: ChannelProfile, draft: Draft, name: str
    ) -> tuple[str, tuple[Check, ...]]:
        rules = profile.thumbnail
        if rules is None or plan.kind != "video":
            return ("none: the channel's profile asks for none" if plan.kind == "video" else "none: no film"), ()
        with locked(self.locks_dir / "thumbnail.lock"):
            made = self.thumbnailer(plan, rules.format, lambda: cover_scene(media, locale=plan.locale))
        if isinstance(made, ThumbnailLeftOut):
            return f"none: {made.why}", ()
        self._require_authentic(made)
        checks = tuple(self.thumbnailer.checks(made, rules))
        if broken := failures(checks):
            return "none: " + "; ".join(f"its {c.what} is {c.found}, needed is {c.needed}" for c in broken), checks
        file_name = f"{name}_thumbnail{made.suffix}"
        draft.copy(made, file_name)
        return file_name, checks

    def _record(self, plan: TakePlan) -> _Record:
        envelope = self.records.find_or_error(self.records.resolve(plan.record_id))
        if envelope is None:
            raise NotFoundError(f"the consent record of take {plan.take_id} is not in this home")
        if isinstance(envelope, RecordInvalidError):
            raise envelope
        return _Record(id_=envelope.record_id, record=envelope.record())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    id_: RecordId
    record: ConsentRecord


def _name(plan: TakePlan) -> str:
    words = "".join(c.lower() if c.isalnum() else " " for c in plan.product).split()
    product = "-".join(words) or "take"
    return "_".join((product, plan.locale, plan.market, plan.channel, plan.frame_size, plan.take_id[-2:]))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
