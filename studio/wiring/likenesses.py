"""Likenesses, wired: the studio's own vault, records and ledger; the engines that listen and fit load late."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consent.grant import Modality, ReasonCode, RecordId, Sha256Hex
from studio.consents.actbook import ActBook
from studio.jobs.plan import TakePlan
from studio.likenesses.desk import LikenessDesk
from studio.likenesses.enrolling import Enrolling
from studio.likenesses.filming import Filming, TwinMaker
from studio.likenesses.gate import LikenessGate, public_name
from studio.likenesses.gathering import Gathering
from studio.likenesses.listening import Fitter, Listener
from studio.likenesses.right import LikenessRight
from studio.store.campaigns import Fault, TakeStatus
from studio.store.likenesses import LikenessRow, LikenessStore
from studio.store.statements import StatementStore
from studio.wiring.filming import StudioTwinMaker
from studio.wiring.prompted import prompts_of
from studio.wiring.voices import StudioFitter, StudioListener

if TYPE_CHECKING:
    from pipelines.avatar.twin.model import Twin
    from pipelines.voice.likeness.profile import VoiceProfile
    from studio.wiring.root import Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessRoom:
    """Enrol, look, let, erase; and what the gates ask. ``enrolling`` is of voices, ``filming`` of twins."""

    gate: LikenessGate
    desk: LikenessDesk
    enrolling: Enrolling
    filming: Filming


def open_likenesses(
    wiring: Wiring,
    *,
    listener: Listener | None = None,
    fitter: Fitter | None = None,
    maker: TwinMaker | None = None,
) -> LikenessRoom:
    """The likenesses of this studio; a test may bring its own ears, eyes and hands."""
    store, gate = LikenessStore(wiring.engine), wiring.likenesses
    right = {
        modality: LikenessRight(records=wiring.records, status=wiring.dossiers.status, modality=modality)
        for modality in (Modality.VOICE, Modality.FACE)
    }
    lock_path = wiring.settings.locks_dir / "likeness.lock"
    book = ActBook(records=wiring.records, clock=wiring.clock)

    def note(record_id: RecordId, action: str, actor: str, reason: str) -> object:
        return book.note(record_id, action=action, actor=actor, reason=reason)

    def stop(row: LikenessRow, take_ids: tuple[str, ...]) -> None:
        fault = Fault(
            code=ReasonCode.REVOKED.value,
            message=f"the likeness {row.id} was erased while this take was in the making; it was destroyed",
        )
        wiring.stop_takes(take_ids, fault=fault, status=TakeStatus.REFUSED)

    desk = LikenessDesk(
        right=right,
        gate=gate,
        store=store,
        campaigns=wiring.campaigns,
        vault=wiring.vault,
        note=note,
        stop=stop,
        clock=wiring.clock,
    )
    enrolling = Enrolling(
        right=right[Modality.VOICE],
        gathering=Gathering(vault=wiring.vault, prompts=prompts_of),
        store=store,
        statements=StatementStore(wiring.engine),
        vault=wiring.vault,
        listener=listener or StudioListener(wiring.weights),
        fitter=fitter or StudioFitter(wiring.weights),
        note=note,
        clock=wiring.clock,
        lock_path=lock_path,
        new_id=_new_id,
    )
    filming = Filming(
        right=right[Modality.FACE],
        store=store,
        statements=StatementStore(wiring.engine),
        shelf=wiring.shelf,
        vault=wiring.vault,
        maker=maker or StudioTwinMaker(wiring.weights),
        note=note,
        clock=wiring.clock,
        lock_path=lock_path,
        training_dir=wiring.settings.training_dir,
        new_id=_new_id,
    )
    return LikenessRoom(gate=gate, desk=desk, enrolling=enrolling, filming=filming)


def _new_id() -> str:
    return f"l{secrets.token_hex(5)}"


def profile_of(wiring: Wiring, plan: TakePlan) -> VoiceProfile | None:
    """The fitted voice that a take is spoken in, opened in memory; None for a stock voice.

    Raises:
        ConsentRefusedError: it may not be used, or not any more.
        InputInvalidError: it is no profile of a version that this studio speaks.
    """
    if Modality.VOICE not in plan.likenesses:
        return None
    from pipelines.voice.likeness.profile import VoiceProfile  # noqa: PLC0415 - needs the engines extra

    return VoiceProfile.from_bytes(wiring.likenesses.profile(plan, Modality.VOICE))


def twin_of(wiring: Wiring, plan: TakePlan) -> Twin | None:
    """The twin that a take shows, opened in memory; None for a portrait. Raises as ``profile_of`` does."""
    if Modality.FACE not in plan.likenesses:
        return None
    from pipelines.avatar.twin.model import read_twin  # noqa: PLC0415 - needs the engines extra

    return read_twin(wiring.likenesses.profile(plan, Modality.FACE), name="the twin")


def manifest_name(wiring: Wiring, plan: TakePlan, modality: Modality) -> Sha256Hex | None:
    """What a take's manifest says of voice or twin: the profile's salted hash; None for what is nobody's."""
    planned = plan.likenesses.get(modality)
    if planned is None:
        return None
    envelope = wiring.records.find(RecordId(plan.record_id))
    salt = None if envelope is None else envelope.salt
    return None if salt is None else public_name(planned.profile_sha256, salt)
