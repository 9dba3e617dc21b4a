from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.compose.spec import Brand, SceneSpec, parse_format
from pipelines.errors import InputInvalidError


def spec(**changes: object) -> SceneSpec:
    values: dict[str, object] = {
        "width": 640,
        "height": 360,
        "locale": "en-US",
        "channel": "web",
        "brand": Brand(name="B"),
    }
    return SceneSpec(**{**values, **changes})  # type: ignore[arg-type]  # cases below give wrong values on purpose


@given(
    name=st.text(min_size=1, max_size=20).filter(lambda t: t.strip()),
    title=st.text(max_size=40),
    logo=st.sampled_from([None, Path("logo.png")]),
    seed=st.integers(0, 2**31),
    end_card=st.booleans(),
)
def test_json_brings_back_the_same_spec(*, name: str, title: str, logo: Path | None, seed: int, end_card: bool) -> None:
    before = spec(brand=Brand(name=name, logo=logo), title=title, seed=seed, end_card=end_card, background=logo)
    assert SceneSpec.from_json(before.to_json()) == before


@pytest.mark.parametrize(
    ("case", "change", "message"),
    [
        ("odd side", {"width": 641}, "even"),
        ("tiny", {"height": 100}, "even"),
        ("huge", {"height": 5000}, "even"),
        ("odd rate", {"fps": 17}, "fps"),
        ("nameless", {"brand": Brand(name=" ")}, "no name"),
        ("colour by name", {"brand": Brand(name="B", colours=("red",))}, "#1F3A5F"),
        ("no colours", {"brand": Brand(name="B", colours=())}, "colours"),
    ],
)
def test_scene_that_cannot_be_made_is_refused(case: str, change: dict[str, object], message: str) -> None:
    with pytest.raises(InputInvalidError, match=message):
        spec(**change)


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("another version", {"spec_version": 2}),
        ("no label, please", {"label": False}),
        ("unknown key in the brand", {"brand": {"name": "B", "hide_label": True}}),
        ("text for a number", {"width": "wide"}),
    ],
)
def test_scene_file_with_anything_unknown_is_refused(case: str, change: dict[str, object]) -> None:
    fields = {**json.loads(spec().to_json()), **change}
    with pytest.raises(InputInvalidError, match="scene file"):
        SceneSpec.from_json(json.dumps(fields))


def test_scene_file_that_is_not_json_is_refused() -> None:
    with pytest.raises(InputInvalidError, match="not JSON"):
        SceneSpec.from_json("{")


def test_format_is_read() -> None:
    assert parse_format("1080x1920") == (1080, 1920)


@pytest.mark.parametrize("text", ["", "1080", "1080x", "1080X1920", "1081x1920", "99x99", "9999x1080", "1080x1920 "])
def test_format_that_cannot_be_encoded_is_refused(text: str) -> None:
    with pytest.raises(InputInvalidError):
        parse_format(text)
