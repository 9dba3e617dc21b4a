"""Screens made around the drawn presenters, whose true matte is known: uneven light, noise, spill, JPEG."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipelines.assets import ASSETS
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.keying import Keyed, keyed, screen_of
from pipelines.avatar.matte import Matting
from pipelines.avatar.portrait import load_portrait
from pipelines.errors import InputInvalidError
from pipelines.faces.nets import WeightsFolder
from pipelines.media import ByteArray, Float32Array, Portrait

PRESENTERS = ASSETS / "demo" / "presenters"
GREEN, BLUE = (40, 190, 70), (35, 70, 200)
HEIGHT, WIDTH = 750, 600


def presenter(name: str) -> tuple[ByteArray, Float32Array]:
    portrait = load_portrait(PRESENTERS / f"{name}.png")
    assert portrait.alpha is not None
    rgba = cv2.resize(np.dstack([portrait.rgb, portrait.alpha]), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return rgba[:, :, :3], rgba[:, :, 3].astype(np.float32) / 255


def before_screen(rgb: ByteArray, alpha: Float32Array, colour: tuple[int, int, int]) -> ByteArray:
    """A photograph of the presenter before a screen lit from one side."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    light = (
        0.72 + 0.3 * np.exp(-(((x / WIDTH - 0.35) / 0.6) ** 2 + ((y / HEIGHT - 0.3) / 0.7) ** 2)) - 0.15 * y / HEIGHT
    )
    screen = np.float32(colour) * light[..., None]
    spill = 0.12 * cv2.GaussianBlur(1 - alpha, (0, 0), 0.02 * WIDTH)[..., None] * np.float32(colour)
    picture = (rgb + spill) * alpha[..., None] + screen * (1 - alpha[..., None])
    picture += np.random.default_rng(0).normal(0, 4, picture.shape)
    _, jpeg = cv2.imencode(".jpg", np.clip(picture, 0, 255).astype(np.uint8)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    return np.ascontiguousarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR)[..., ::-1])


def edge_of(alpha: Float32Array) -> np.ndarray:
    return cv2.dilate(((alpha > 0.02) & (alpha < 0.98)).astype(np.uint8), np.ones((5, 5))) > 0


def key_of(picture: ByteArray) -> Keyed:
    found = keyed(picture)
    assert found is not None
    return found


@pytest.mark.weights
def test_key_beats_the_matte_that_knows_no_screen(weights: WeightsFolder) -> None:
    """Hair is where it wins; Leo's plain outline, drawn to the pixel, the other matte finds as well."""
    matting = Matting(weights, threads=1)
    keys, others = [], []
    for name, colour in (("amara", GREEN), ("leo", GREEN), ("mei", BLUE), ("sofia", GREEN), ("ravi", BLUE)):
        rgb, alpha = presenter(name)
        picture, edge = before_screen(rgb, alpha, colour), edge_of(alpha)
        own = key_of(picture).alpha
        assert own[:40, :40].max() == 0  # noise on the screen is no person
        assert np.abs(own - alpha).mean() < 0.004
        keys.append(float(np.abs(own - alpha)[edge].mean()))
        others.append(float(np.abs(matting.alpha(picture) - alpha)[edge].mean()))
    assert np.mean(keys) < 0.65 * np.mean(others), (keys, others)
    assert all(key < 1.1 * other for key, other in zip(keys, others, strict=True))


@pytest.mark.parametrize(("name", "colour"), [("amara", GREEN), ("amara", BLUE), ("ravi", GREEN)])
def test_no_screen_light_is_left_at_the_edge(name: str, colour: tuple[int, int, int]) -> None:
    rgb, alpha = presenter(name)
    picture = before_screen(rgb, alpha, colour)
    found = key_of(picture)
    key = int(np.argmax(colour))
    others = [channel for channel in range(3) if channel != key]
    seen = edge_of(alpha) & (found.alpha > 0.1)

    def excess(colours: ByteArray) -> Float32Array:
        return np.maximum(0, colours[..., key].astype(np.float32) - colours[..., others].max(axis=2))[seen]

    assert excess(picture).mean() > 10
    assert excess(found.colours).mean() < 1.5


def test_clothes_of_the_hue_of_the_screen_stay() -> None:
    rgb, alpha = presenter("sofia")  # a teal blouse before green
    found = key_of(before_screen(rgb, alpha, GREEN))
    inside = cv2.erode((alpha > 0.99).astype(np.uint8), np.ones((9, 9))) > 0
    assert float((found.alpha[inside] < 0.9).mean()) < 0.002
    assert np.abs(found.colours.astype(int) - rgb)[inside].mean() < 8


def test_screen_between_arm_and_body_is_cut_out() -> None:
    rgb, alpha = presenter("amara")
    alpha = alpha.copy()
    cv2.ellipse(alpha, (300, 690), (14, 30), 0, 0, 360, 0.0, -1)
    assert key_of(before_screen(rgb, alpha, GREEN)).alpha[680:700, 295:305].max() < 0.05


def leaves() -> ByteArray:
    rng = np.random.default_rng(1)
    picture = np.full((HEIGHT, WIDTH, 3), (60, 110, 40), np.uint8)
    for _ in range(900):
        centre = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))
        shade = rng.uniform(0.3, 1.5)
        cv2.circle(picture, centre, int(rng.integers(8, 30)), tuple(float(v * shade) for v in (90, 150, 50)), -1)
    return picture


NO_SCREENS = {
    "grey wall": np.full((HEIGHT, WIDTH, 3), (150, 152, 149), np.uint8),
    "beige wall": np.full((HEIGHT, WIDTH, 3), (214, 196, 170), np.uint8),
    "pale sky": np.full((HEIGHT, WIDTH, 3), (170, 205, 235), np.uint8),
    "dark": np.full((HEIGHT, WIDTH, 3), (4, 12, 5), np.uint8),
    "leaves": leaves(),
    "half a screen": np.hstack(
        [np.full((HEIGHT, WIDTH // 2, 3), GREEN, np.uint8), np.full((HEIGHT, WIDTH // 2, 3), (150, 60, 60), np.uint8)]
    ),
}


@pytest.mark.parametrize("picture", NO_SCREENS.values(), ids=NO_SCREENS.keys())
def test_what_is_no_screen_is_not_keyed(picture: ByteArray) -> None:
    rgb, alpha = presenter("leo")
    share = alpha[..., None]
    assert screen_of((rgb * share + picture * (1 - share)).astype(np.uint8)) is None
    assert keyed(picture) is None


@pytest.mark.weights
def test_portrait_before_a_screen_is_keyed_by_the_engine(avatar: PhotoAvatar, tmp_path: Path) -> None:
    rgb, alpha = presenter("amara")
    path = tmp_path / "green.png"
    cv2.imwrite(str(path), before_screen(rgb, alpha, GREEN)[..., ::-1])
    portrait: Portrait = load_portrait(path)
    assert not avatar.inspect(portrait).has_own_matte
    cut = avatar._cut_out(portrait)
    assert np.abs(cut.alpha - alpha).mean() < 0.004
    with pytest.raises(InputInvalidError, match="no room"):
        avatar.surroundings(replace(portrait))
