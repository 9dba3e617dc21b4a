"""The one door. A take leaves here or not at all, and no argument, setting or role turns a step off.

 1. consent   the grant is for exactly this take and still runs, and consent says yes again, from record and ledger
 2. label     the visible label is drawn by the market's and channel's rules (pictures)
 3. notice    the spoken notice is put at the start (sound only)
 4. watermark an imperceptible mark in the sound, where its engine is installed; the manifest claims what was applied
 5. encode    frames pass through the label into ffmpeg, into quarantine
 6. xmp       machine-readable origin in the container
 7. mark      fingerprints of what was encoded
 8. sign      the C2PA manifest, last
 9. read back as a stranger would: manifest trusted, label seen, notice heard, streams right, fingerprint fits
10. record    one transaction: consent says yes for the last time, and the ledger gets the release entry
11. move      out of quarantine, at once and durably

Up to step 10 any failure destroys the take in quarantine. After it the take is on record; if the move fails, the next
call finishes it, unless the consent was withdrawn meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from consent.errors import ConsentRefusedError
from consent.grant import Grant, ReasonCode, Sha256Hex, TakeId, TakeRequest
from pipelines.compose.captions import write_captions
from pipelines.compose.encoder import encode_audio, encode_video, write_still
from pipelines.disclosure.fonts import FontSet
from pipelines.errors import CancelledError, PipelineError, ReleaseError
from pipelines.media import CancelCheck, Progress, Scene, never_cancel, no_progress
from pipelines.provenance.signer import ClaimSigner, ending
from pipelines.provenance.signing import sign_file
from pipelines.provenance.xmp.files import write_xmp
from pipelines.release.disclosing import Disclosed, NoticeSpeaker, disclose
from pipelines.release.fitting import refuse_other_request, require_fitting_scene, require_grant_for, require_take_id
from pipelines.release.formats import TakeFormat, parse_take_format
from pipelines.release.gate import Gate, ReleaseEntry, ReleaseReceipt
from pipelines.release.labelled import labelled_frames
from pipelines.release.marks import marks_of
from pipelines.release.quarantine import Quarantine, sha256_of
from pipelines.release.readback import Expected, read_back
from pipelines.release.statement import manifest_spec, xmp_properties
from pipelines.release.take import Release, StepReport, TakeProvenance
from pipelines.release.watermarking import WatermarkSource, no_watermark, watermarked

_ENCODE_FROM, _ENCODE_TO = 0.05, 0.85  # shares of the whole that encoding takes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDoor:
    """The door of one studio. ``fonts`` are not for sharing between threads: make a door for each worker.

    Takes lie in ``<quarantine>/<take id>/out`` until they leave for ``<library>/<take id>``.
    """

    gate: Gate
    identity: ClaimSigner
    fonts: FontSet
    notice_speaker: NoticeSpeaker
    clock: Callable[[], datetime]
    library: Path
    quarantine: Path
    threads: int = 1
    watermark: WatermarkSource = no_watermark  # asked for each take, so that a pull needs no restart

    def release(
        self,
        scene: Scene,
        *,
        grant: Grant | None,
        provenance: TakeProvenance,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> Release:
        """Let a take out.

        Called again for a take that is already on record it finishes the move, or answers with what is in the library.

        Raises:
            ConsentRefusedError: consent says no, at the first look or at the last.
            ReleaseError: anything else; the message says at which step and what to do.
            CancelledError: ``cancel`` asked to stop.
        """
        request = provenance.request
        if done := self.finish(request):
            return done
        place = self._place(request)
        steps = _Steps(cancel=cancel)
        try:
            entry = self._prepare(scene, grant, provenance, place, steps, progress)
            receipt = self._record(request, entry, steps)
        except BaseException as e:
            if steps.current != "record" or not self._is_on_record(request.take_id):
                place.destroy()
            if isinstance(e, PipelineError | OSError) and not isinstance(e, ReleaseError | CancelledError):
                raise ReleaseError(
                    f"take {request.take_id} stays inside, it failed at step {steps.current!r}: {e}"
                ) from e
            raise
        with steps.step("move"):
            _require_recorded(place.out / entry.file_name, receipt)
            place.let_out()
        progress(1.0)
        return self._released(receipt, place, steps=tuple(steps.reports), resumed=False)

    def finish(self, request: TakeRequest) -> Release | None:
        """End the move of a take that is on record; None when it is not on record.

        Raises:
            ConsentRefusedError: consent was withdrawn or suspended before the take had left; it is destroyed.
            ReleaseError: the file is gone or not the recorded one.
        """
        require_take_id(request.take_id)
        receipt = self.gate.released(request.take_id)
        if receipt is None:
            return None
        place = self._place(request)
        if place.shelf.is_dir():
            _require_recorded(place.shelf / receipt.entry.file_name, receipt)
            return self._released(receipt, place, steps=(), resumed=True)
        self._refuse_withdrawn(request, place)
        _require_recorded(place.out / receipt.entry.file_name, receipt)
        place.let_out()
        return self._released(receipt, place, steps=(), resumed=True)

    def _prepare(
        self,
        scene: Scene,
        grant: Grant | None,
        provenance: TakeProvenance,
        place: Quarantine,
        steps: _Steps,
        progress: Progress,
    ) -> ReleaseEntry:
        """Steps 1 to 9: make the file in quarantine and read it back."""
        request = provenance.request
        with steps.step("consent") as say:
            require_grant_for(grant, request, at=self.clock())
            fresh = self._authorize(request)
            wanted = parse_take_format(request.format)
            require_fitting_scene(scene, provenance, wanted)
            say(f"{fresh.subject_class}, {fresh.assurance}")
        with steps.step("disclose") as say:
            disclosed = disclose(
                scene,
                grant=fresh,
                provenance=provenance,
                wanted=wanted,
                fonts=self.fonts,
                speaker=self.notice_speaker,
            )
            say(disclosed.plate.text if disclosed.plate else disclosed.notice_text or "")
        with steps.step("watermark") as say:
            disclosed, told = watermarked(disclosed, self.watermark())
            say(told)
        progress(_ENCODE_FROM)
        with steps.step("encode"):
            place.open()
            unsigned = place.unsigned / f"{request.take_id}{wanted.suffix}"
            self._encode(scene, disclosed, wanted, unsigned, steps.cancel, progress)
        with steps.step("xmp"):
            write_xmp(unsigned, xmp_properties(disclosed.tags), media_type=wanted.media_type)
        with steps.step("mark") as say:
            marks = marks_of(unsigned, media_type=wanted.media_type)
            say(marks.main.algorithm)
        with steps.step("sign") as say:
            signed = place.out / unsigned.name
            spec = manifest_spec(
                grant=fresh,
                provenance=provenance,
                disclosed=disclosed,
                wanted=wanted,
                fingerprint=marks.main,
                at=self.clock(),
            )
            sign_file(unsigned, signed, spec, self.identity)
            say(ending(self.identity.expires_at, at=spec.created_at))
            unsigned.unlink()
        progress(0.9)
        with steps.step("read back") as say:
            frames = scene.frames
            expected = Expected(
                wanted=wanted,
                spec=spec,
                disclosed=disclosed,
                marks=marks,
                watermark=self.watermark(),
                trust_anchors_pem=self.identity.trust_anchors_pem,
                frame_count=frames.frame_count if frames else 0,
                fps=frames.fps if frames else 0,
            )
            file_sha256 = Sha256Hex(sha256_of(signed))  # first, so that what is read back is what is recorded
            say(read_back(signed, expected))
            if disclosed.captions:
                write_captions(
                    disclosed.captions, srt_path=signed.with_suffix(".srt"), vtt_path=signed.with_suffix(".vtt")
                )
        progress(0.97)
        return ReleaseEntry(
            take_id=request.take_id,
            record_id=request.record_id,
            public_hash=fresh.public_hash,
            file_sha256=file_sha256,
            file_name=signed.name,
            media_type=wanted.media_type,
            fingerprint=marks.main,
            sound=marks.sound,
            locale=request.locale,
            market=request.market,
            channel=request.channel,
            format=request.format,
            script_sha256=request.script_sha256,
            subject_class=fresh.subject_class,
            assurance=fresh.assurance,
            label_text=disclosed.plate.text if disclosed.plate else None,
            label_box=disclosed.label_box,
            notice_text=disclosed.notice_text,
            released_at=self.clock(),
        )

    def _encode(
        self,
        scene: Scene,
        disclosed: Disclosed,
        wanted: TakeFormat,
        path: Path,
        cancel: CancelCheck,
        progress: Progress,
    ) -> None:
        """Step 5. The only frames that reach an encoder come out of ``labelled_frames``."""
        if disclosed.plate is None or scene.frames is None:
            if wanted.kind != "audio" or disclosed.audio is None:  # never an unlabelled picture, whatever disclose did
                raise ReleaseError(f"take format {wanted.suffix} came without a label or without sound; report this")
            encode_audio(disclosed.audio, path, tags=disclosed.tags)
            return
        frames = labelled_frames(scene.frames, disclosed.plate, cancel=cancel)
        if wanted.kind == "still":
            pictures = list(frames)
            write_still(pictures[0], path)
            return
        encode_video(
            frames,
            width=wanted.width,
            height=wanted.height,
            fps=scene.frames.fps,
            frame_count=scene.frames.frame_count,
            audio=disclosed.audio,
            path=path,
            tags=disclosed.tags,
            threads=self.threads,
            progress=lambda share: progress(_ENCODE_FROM + share * (_ENCODE_TO - _ENCODE_FROM)),
            cancel=cancel,
        )

    def _authorize(self, request: TakeRequest) -> Grant:
        with self.gate.transaction() as transaction:
            fresh = transaction.authorize(request, at=self.clock())
        refuse_other_request(fresh, request)
        return fresh

    def _record(self, request: TakeRequest, entry: ReleaseEntry, steps: _Steps) -> ReleaseReceipt:
        """Step 10: the last decision and the ledger's entry, together or not at all."""
        with steps.step("record") as say:
            with self.gate.transaction() as transaction:
                at = self.clock()
                final = transaction.authorize(request, at=at)
                refuse_other_request(final, request)
                if final.public_hash != entry.public_hash:
                    raise ReleaseError(f"the record of take {request.take_id} changed while it was made; make it again")
                receipt = transaction.append_release(entry, at=at)
            say(f"ledger entry {receipt.index}")
        return receipt

    def _refuse_withdrawn(self, request: TakeRequest, place: Quarantine) -> None:
        """Destroy a recorded take that has not left when its consent no longer stands.

        Other reasons (the term ended, the quota is used up, by this very take perhaps) came after a release that is on
        record and lawful; only a person's or legal's stop counts here.
        """
        try:
            with self.gate.transaction() as transaction:
                transaction.authorize(request, at=self.clock())
        except ConsentRefusedError as e:
            if _STOPS & {reason.code for reason in e.reasons}:
                place.destroy()
                raise

    def _is_on_record(self, take_id: TakeId) -> bool:
        try:
            return self.gate.released(take_id) is not None
        except Exception:  # noqa: BLE001 - whatever broke, the answer is unknown, and then nothing may be destroyed
            return True

    def _place(self, request: TakeRequest) -> Quarantine:
        return Quarantine.of(request.take_id, quarantine=self.quarantine, library=self.library)

    def _released(
        self, receipt: ReleaseReceipt, place: Quarantine, *, steps: tuple[StepReport, ...], resumed: bool
    ) -> Release:
        entry = receipt.entry
        path = place.shelf / entry.file_name
        return Release(
            take_id=entry.take_id,
            path=path,
            captions=tuple(p for p in (path.with_suffix(".srt"), path.with_suffix(".vtt")) if p.exists()),
            file_sha256=entry.file_sha256,
            bytes=path.stat().st_size,
            media_type=entry.media_type,
            fingerprint=entry.fingerprint,
            receipt=receipt,
            label_text=entry.label_text,
            notice_text=entry.notice_text,
            steps=steps,
            resumed=resumed,
        )


# What stops a take that is on record but has not left. An unreadable ledger or a damaged record is "unknown", so no.
_STOPS: Final = frozenset(
    {
        ReasonCode.REVOKED,
        ReasonCode.SUSPENDED,
        ReasonCode.RECORD_TAMPERED,
        ReasonCode.RECORD_UNKNOWN,
        ReasonCode.LEDGER_UNREADABLE,
    }
)


def _require_recorded(path: Path, receipt: ReleaseReceipt) -> None:
    if not path.is_file():
        raise ReleaseError(f"take {receipt.entry.take_id} is on record, but {path} is gone; make a new take")
    found = sha256_of(path)
    if found != receipt.entry.file_sha256:
        raise ReleaseError(
            f"{path} is not the file on record for take {receipt.entry.take_id} (SHA-256 {found[:12]}…, "
            f"on record {receipt.entry.file_sha256[:12]}…); remove it and make a new take"
        )


@dataclass(slots=True, kw_only=True)
class _Steps:
    """Times the steps and asks before each whether to go on."""

    cancel: CancelCheck
    current: str = ""
    reports: list[StepReport] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        if name != "move":  # on record: from here on it is finished, not cancelled
            self.cancel()
        self.current = name
        said: list[str] = []
        began = time.monotonic()
        yield said.append
        self.reports.append(StepReport(name=name, seconds=time.monotonic() - began, detail=" ".join(said)))
