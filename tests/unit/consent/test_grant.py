"""What an engine and the door check on a grant; and the errors that carry reasons."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consent.errors import ConsentRefusedError, FileInvalidError
from consent.grant import Grant, Modality, ReasonCode, Use, require_grant

World = Any


@pytest.fixture
def grant(world: World) -> Grant:
    return world.decide().grant


def test_grant_covers_its_own_use(grant: Grant) -> None:
    use = Use(
        modality=Modality.FACE,
        locale="fr-FR",
        script=grant.request.script,
        asset=next(iter(grant.request.assets)),
    )
    assert require_grant(grant, use, at=grant.granted_at) is grant
    assert require_grant(grant, Use(modality=Modality.VOICE), at=grant.granted_at) is grant


@pytest.mark.parametrize("nothing", [None, "grant", object()], ids=["none", "text", "object"])
def test_use_without_a_grant_is_refused(nothing: Any, grant: Grant) -> None:
    with pytest.raises(ConsentRefusedError) as refusal:
        require_grant(nothing, Use(modality=Modality.FACE), at=grant.granted_at)
    assert [reason.code for reason in refusal.value.reasons] == [ReasonCode.GRANT_MISSING]


@pytest.mark.parametrize("late", [timedelta(hours=2), timedelta(days=1), -timedelta(seconds=1)], ids=str)
def test_grant_holds_for_its_time_only(late: timedelta, grant: Grant) -> None:
    with pytest.raises(ConsentRefusedError) as refusal:
        require_grant(grant, Use(modality=Modality.FACE), at=grant.granted_at + late)
    assert [reason.code for reason in refusal.value.reasons] == [ReasonCode.GRANT_STALE]


MISUSES = {
    "modality": Use(modality=Modality.BODY),
    "locale": Use(modality=Modality.FACE, locale="en-US"),
    "script": Use(modality=Modality.VOICE, script="other words"),
    "asset": Use(modality=Modality.FACE, asset="00" * 32),
}


@pytest.mark.parametrize("use", MISUSES.values(), ids=MISUSES.keys())
def test_grant_for_another_use_is_refused(use: Use, grant: Grant) -> None:
    with pytest.raises(ConsentRefusedError) as refusal:
        require_grant(grant, use, at=grant.granted_at)
    assert [reason.code for reason in refusal.value.reasons] == [ReasonCode.GRANT_MISMATCH]


def test_refusal_has_reasons() -> None:
    with pytest.raises(ValueError, match="at least one reason"):
        ConsentRefusedError(())


def test_invalid_file_has_problems() -> None:
    with pytest.raises(ValueError, match="without a problem"):
        FileInvalidError(Path("x.toml"), ())
