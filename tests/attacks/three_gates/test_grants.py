"""An engine or the door that is called without a grant, with another take's, or with a stale one, does nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from consent.decide import authorize
from consent.errors import ConsentRefusedError
from consent.grant import Grant, ReasonCode, TakeRequest
from pipelines.avatar.engine import PhotoAvatar
from pipelines.media import AudioClip, MotionTrack, Portrait, Speech, Stage
from pipelines.release.take import TakeProvenance
from pipelines.voice.kokoro.engine import KokoroVoice
from studio.jobs.plan import TakePlan
from tests.fakes.gates import CARD, TEXT, Gates
from tests.fakes.scenes import film

R = ReasonCode


class NoWeights:
    """A folder of weights that nobody may open: consent comes first."""

    def path(self, card_id: str, file: str) -> Path:
        pytest.fail(f"{card_id}/{file} was opened without a grant")

    def state(self, card_id: str) -> str:
        pytest.fail(f"{card_id} was looked for without a grant")


@pytest.fixture
def gates(tmp_path: Path) -> Gates:
    return Gates(tmp_path / "house", tmp_path / "no-weights")


@pytest.fixture
def request_(gates: Gates) -> TakeRequest:
    return TakePlan.model_validate_json(gates.wiring.campaigns.take(gates.enqueue()).plan).request


def grant_for(gates: Gates, request: TakeRequest) -> Grant:
    wiring = gates.wiring
    envelope = wiring.records.find(request.record_id)
    return authorize(
        request, envelope=envelope, ledger=wiring.ledger.view(), rulebook=wiring.rulebook, at=gates.clock()
    )


def none(_gates: Gates, _request: TakeRequest) -> Grant | None:
    return None


def of_another_take(gates: Gates, request: TakeRequest) -> Grant:
    """Granted as it should be, for another script in another language with another picture."""
    real = grant_for(gates, replace(request, script="Encore un café."))
    return replace(real, request=replace(real.request, assets=frozenset()))


def stale(gates: Gates, request: TakeRequest) -> Grant:
    grant = grant_for(gates, request)
    gates.clock.move(hours=2, seconds=1)
    return grant


def of_tomorrow(gates: Gates, request: TakeRequest) -> Grant:
    gates.clock.move(hours=1)
    grant = grant_for(gates, request)
    gates.clock.move(hours=-1)
    return grant


Make = Callable[[Gates, TakeRequest], Grant | None]
GRANTS: dict[str, tuple[Make, ReasonCode]] = {
    "none": (none, R.GRANT_MISSING),
    "another take's": (of_another_take, R.GRANT_MISMATCH),
    "stale": (stale, R.GRANT_STALE),
    "of tomorrow": (of_tomorrow, R.GRANT_STALE),
}


def portrait_of(request: TakeRequest) -> Portrait:
    (sha256,) = request.assets
    return Portrait(rgb=np.zeros((64, 64, 3), np.uint8), sha256=sha256, path=Path("portrait.png"))


def speech_of(request: TakeRequest) -> Speech:
    audio = AudioClip(waveform=np.zeros(24_000, np.float32), sample_rate=24_000)
    return Speech(audio=audio, text=TEXT, locale=request.locale, voice="none", words=(), phonemes=(), cards=())


def motion() -> MotionTrack:
    still = np.zeros(1, np.float32)
    names = set(MotionTrack.__slots__) - {"fps"}
    return MotionTrack(fps=25, **dict.fromkeys(names, still))


def speak(gates: Gates, request: TakeRequest, grant: Grant | None) -> object:
    voice = KokoroVoice(NoWeights(), gates.clock)
    return voice.speak(TEXT, locale=request.locale, grant=grant, seed=1)


def move(gates: Gates, request: TakeRequest, grant: Grant | None) -> object:
    avatar = PhotoAvatar(NoWeights(), gates.clock)
    return avatar.motion(speech_of(request), portrait=portrait_of(request), grant=grant, seed=1)  # type: ignore[arg-type] # none, on purpose


def perform(gates: Gates, request: TakeRequest, grant: Grant | None) -> object:
    avatar = PhotoAvatar(NoWeights(), gates.clock)
    stage = Stage(background=np.zeros((64, 64, 3), np.uint8), eye_line=0.4, eye_distance=0.2, centre_x=0.5)
    return avatar.perform(portrait_of(request), motion(), stage, grant=grant)  # type: ignore[arg-type] # none, on purpose


def release(gates: Gates, request: TakeRequest, grant: Grant | None) -> object:
    provenance = TakeProvenance(request=request, model_cards=(CARD,))
    return gates.engines.door.release(film(locale=request.locale), grant=grant, provenance=provenance)


Call = Callable[[Gates, TakeRequest, Grant | None], object]
CALLS: dict[str, Call] = {"speak": speak, "motion": move, "perform": perform, "release": release}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", GRANTS)
@pytest.mark.weights
def test_nothing_happens_without_the_right_grant(
    gates: Gates, request_: TakeRequest, weights_home: Path, call: str, kind: str
) -> None:
    gates.weights = weights_home  # fonts of the door; the engines get none
    make, code = GRANTS[kind]
    grant = make(gates, request_)
    with pytest.raises(ConsentRefusedError) as refusal:
        CALLS[call](gates, request_, grant)
    assert code in {reason.code for reason in refusal.value.reasons}
    assert gates.files_outside(request_.take_id) == []
    assert gates.media_in_quarantine(request_.take_id) == []
    assert gates.release_entries(request_.take_id) == []
