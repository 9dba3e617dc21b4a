"""The real way from words to a picture, through diffusers' own from_pretrained, with nets of random numbers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipelines.compose.painting.models import PAINT_MODELS, PaintModel, paint_model
from pipelines.compose.painting.painter import Painter, painted_size
from pipelines.compose.painting.trust import INDEX, check_folder
from pipelines.errors import CancelledError, InputInvalidError, WeightsError
from pipelines.media import ByteArray
from tests.unit.compose.painting.conftest import OneFolder, names

WORDS = "a sunlit kitchen, shallow depth of field"


class Anything:
    """Lets every picture pass, and keeps it."""

    def __init__(self) -> None:
        self.seen: list[ByteArray] = []

    def require_nobody(self, rgb: ByteArray) -> None:
        self.seen.append(rgb)


class Nothing:
    """Sees a face in everything."""

    def require_nobody(self, rgb: ByteArray) -> None:
        raise InputInvalidError("1 faces were painted into the background")


@pytest.fixture(scope="module")
def painter(tiny_model: PaintModel, tiny_folder: Path) -> Painter:
    return Painter(tiny_model, OneFolder(tiny_folder), Anything())


def test_same_words_and_seed_paint_the_same_picture(painter: Painter) -> None:
    first, again, other = (painter.paint(WORDS, width=96, height=64, seed=seed) for seed in (3, 3, 4))
    assert first.shape == (64, 96, 3)
    assert first.dtype == np.uint8
    assert float(first.std()) > 1
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_words_decide_what_is_painted(painter: Painter) -> None:
    kitchen, beach = (painter.paint(words, width=64, height=64, seed=1) for words in (WORDS, "a beach at dusk, waves"))
    assert not np.array_equal(kitchen, beach)


def test_picture_is_looked_at_whole_before_it_is_handed_on(tiny_model: PaintModel, tiny_folder: Path) -> None:
    judge = Anything()
    made = Painter(tiny_model, OneFolder(tiny_folder), judge).paint(WORDS, width=180, height=100, seed=1)
    (seen,) = judge.seen
    assert made.shape == (100, 180, 3)
    assert seen.shape == (32, 96, 3)  # as it was painted: a face that the cut leaves out was painted all the same
    with pytest.raises(InputInvalidError, match="faces were painted"):
        Painter(tiny_model, OneFolder(tiny_folder), Nothing()).paint(WORDS, width=64, height=64, seed=1)


def test_painting_tells_how_far_it_is_and_can_be_stopped(painter: Painter) -> None:
    shares: list[float] = []
    painter.paint(WORDS, width=64, height=64, seed=1, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) == 3

    def stop() -> None:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        painter.paint(WORDS, width=64, height=64, seed=1, cancel=stop)


def test_words_are_checked_before_weights_are_opened(tiny_model: PaintModel, tmp_path: Path) -> None:
    painter = Painter(tiny_model, OneFolder(tmp_path / "absent"), Anything())
    with pytest.raises(InputInvalidError, match="shows no people"):
        painter.paint("a woman in a kitchen", width=64, height=64, seed=1)
    with pytest.raises(InputInvalidError, match="10x64"):
        painter.paint(WORDS, width=10, height=64, seed=1)
    with pytest.raises(WeightsError, match="sayso models pull z-image-turbo"):
        painter.paint(WORDS, width=64, height=64, seed=1)


def _index(folder: Path, **changes: object) -> None:
    index = json.loads((folder / INDEX).read_text())
    (folder / INDEX).write_text(json.dumps({**index, **changes}))


def _auto_map(folder: Path) -> None:
    path = folder / "transformer" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "auto_map": {"AutoModel": "evil.Model"}}))


def _link(folder: Path) -> None:
    (folder / "vae" / "more.json").symlink_to("/etc/hostname")


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a pickle": (lambda f: (f / "vae" / "diffusion_pytorch_model.bin").write_bytes(b"x"), "not safetensors"),
    "code beside the weights": (lambda f: (f / "pipeline.py").write_text("import os"), "not safetensors"),
    "another pipeline": (lambda f: _index(f, _class_name="FluxPipeline"), "ZImagePipeline was needed"),
    "a pipeline of its own": (lambda f: _index(f, _class_name=["pipeline", "Mine"]), "ZImagePipeline was needed"),
    "a class of another package": (lambda f: _index(f, vae=["os", "system"]), "builds .* for vae"),
    "a component more": (lambda f: _index(f, unet=["diffusers", "UNet2DModel"]), "builds .* for unet"),
    "a component less": (lambda f: _index(f, vae=[None, None]), "builds None for vae"),
    "code named in a config": (_auto_map, "code of its own"),
    "code named in the index": (lambda f: _index(f, custom_pipelines={"a": "b"}), "code of its own"),
    "a link": (_link, "is a link"),
    "no index": (lambda f: (f / INDEX).unlink(), "no readable"),
    "an index that is no JSON": (lambda f: (f / INDEX).write_text("{"), "no JSON"),
    "an index that is a list": (lambda f: (f / INDEX).write_text("[]"), "no JSON object"),
}


@pytest.mark.parametrize(("harm", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_folder_that_is_more_than_numbers_is_refused(
    tiny_model: PaintModel, tiny_folder: Path, tmp_path: Path, harm: Callable[[Path], object], message: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(tiny_folder, folder)
    check_folder(folder, tiny_model, pinned=names(folder))
    harm(folder)
    with pytest.raises(WeightsError, match=message):
        Painter(tiny_model, OneFolder(folder), Anything()).paint(WORDS, width=64, height=64, seed=1)


def test_damaged_numbers_are_refused(tiny_model: PaintModel, tiny_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(tiny_folder, folder)
    (folder / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"0" * 400)
    with pytest.raises(WeightsError, match="sayso models verify"):
        Painter(tiny_model, OneFolder(folder), Anything()).paint(WORDS, width=64, height=64, seed=1)


@pytest.mark.parametrize("model", PAINT_MODELS, ids=lambda model: model.card_id)
def test_every_model_is_one_that_diffusers_has(model: PaintModel, tiny_folder: Path) -> None:
    import diffusers
    import transformers

    packages = {"diffusers": diffusers, "transformers": transformers}
    assert hasattr(diffusers, model.pipeline)
    assert all(hasattr(packages[package], name) for _, (package, name) in model.components)
    assert model.licence == "Apache-2.0"
    assert paint_model(model.card_id) is model


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (1080, 1080), (3840, 256)])
def test_model_paints_in_the_shape_of_the_frame(width: int, height: int) -> None:
    model = replace(PAINT_MODELS[0])
    wide, high = painted_size(width, height, model=model)
    assert wide % 32 == high % 32 == 0
    assert wide * high == pytest.approx(1 << 20, rel=0.1)
    assert wide / high == pytest.approx(width / height, rel=0.1)


def test_unknown_model_is_refused() -> None:
    with pytest.raises(InputInvalidError, match="z-image-turbo, qwen-image, flux1-schnell"):
        paint_model("dall-e")
