"""A stored voice: what goes in comes out, and nothing else is believed."""

from __future__ import annotations

import dataclasses
import json
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import InputInvalidError
from pipelines.voice.likeness.profile import FitScores, LanguageOverride, VoiceProfile

SCORES = FitScores(
    similarity_base=0.5,
    similarity_fitted=0.8,
    similarity_real=0.9,
    spectrum_db_base=4.0,
    spectrum_db_fitted=1.5,
    speech_s=60.0,
    cpu_s=110.0,
    steps=40,
)


def a_profile() -> VoiceProfile:
    rng = np.random.default_rng(0)
    embedding = rng.standard_normal(256).astype(np.float32)
    return VoiceProfile(
        base_voice="af_heart",
        language="fr",
        timbre=rng.standard_normal(128).astype(np.float32),
        layers=rng.standard_normal((58, 128)).astype(np.float32),
        prosody=rng.standard_normal(128).astype(np.float32),
        embedding=embedding / np.linalg.norm(embedding),
        f0_median_hz=210.0,
        f0_range=3.5,
        rate=0.9,
        alpha=0.75,
        languages=MappingProxyType({"de": LanguageOverride(alpha=0.5)}),
        scores=SCORES,
    )


def test_a_stored_voice_comes_back_as_it_was() -> None:
    profile = a_profile()
    back = VoiceProfile.from_bytes(profile.to_bytes())
    assert back.digest == profile.digest
    np.testing.assert_array_equal(back.layers, profile.layers)
    assert (back.alpha, back.languages["de"].alpha, back.scores) == (0.75, 0.5, SCORES)


def test_a_language_has_its_own_settings_where_it_has_some() -> None:
    profile = a_profile()
    assert profile.in_language("de-AT") == LanguageOverride(alpha=0.5, rate=0.9, prosody_voice="af_heart")
    assert profile.in_language("es") == LanguageOverride(alpha=0.75, rate=0.9, prosody_voice="af_heart")


def test_nothing_of_the_voice_shows_in_logs() -> None:
    shown = repr(a_profile())
    assert "array" not in shown
    assert "timbre" not in shown


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("version", 1, "version"),
        ("engine", "other", "engine"),
        ("base_voice", "../../etc/passwd", "base_voice"),
        ("timbre", "AAAA", "timbre has 3 bytes and not 512"),
        ("layers", "not base64!", "layers is not base64"),
        ("f0_median_hz", 1e9, "f0_median_hz"),
        ("rate", 0, "rate"),
        ("alpha", 1.5, "alpha"),
        ("more", 1, "more"),
    ],
)
def test_a_voice_that_is_none_is_refused_by_what_is_wrong(key: str, value: object, said: str) -> None:
    stored = json.loads(a_profile().to_bytes())
    stored[key] = value
    with pytest.raises(InputInvalidError, match=said):
        VoiceProfile.from_bytes(json.dumps(stored).encode())


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(InputInvalidError, match="timbre"):
        dataclasses.replace(a_profile(), timbre=np.full(128, np.nan, np.float32))


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_voice_or_refused(stored: bytes) -> None:
    with pytest.raises(InputInvalidError):
        VoiceProfile.from_bytes(stored)
