from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from bench.pin_musetalk import card_text
from pipelines.avatar.musetalk.conversion import COPY, NOTE, converted
from pipelines.avatar.musetalk.folder import CARD_ID, FILES, open_folder
from pipelines.avatar.musetalk.importing import libraries
from pipelines.avatar.musetalk.loading import device_of, dtype_of, open_nets
from pipelines.errors import InputInvalidError, WeightsError
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from tests.unit.avatar.musetalk.conftest import UNET, store_of, write_unet, write_vae, write_whisper

CPU = torch.device("cpu")


def test_a_pinned_folder_opens_with_the_authors_own_numbers(root: Path) -> None:
    nets = open_nets(open_folder(store_of(root)), device=CPU)
    source = torch.load(root / CARD_ID / "unet.pth", weights_only=True)
    assert all(torch.equal(source[name], tensor) for name, tensor in nets.unet.state_dict().items())
    assert nets.dtype == torch.float32
    assert not any(p.requires_grad for net in (nets.unet, nets.vae, nets.hearer) for p in net.parameters())
    assert not nets.unet.training


def test_halves_are_halves(root: Path) -> None:
    nets = open_nets(open_folder(store_of(root)), device=CPU, dtype=torch.bfloat16)
    assert {p.dtype for net in (nets.unet, nets.vae) for p in net.parameters()} == {torch.bfloat16}
    assert next(nets.hearer.parameters()).dtype == torch.float32


def test_without_a_card_the_way_to_make_one_is_said(root: Path) -> None:
    listed = root / "weights.toml"
    listed.write_text("version = 1\n\n" + card_text(root / CARD_ID).replace(CARD_ID, "something-else"))
    with pytest.raises(WeightsError, match=r"bench\.pin_musetalk FOLDER"):
        open_folder(WeightsStore(root, load_cards(listed)))


@pytest.mark.parametrize("name", FILES)
def test_an_absent_file_is_named(name: str, root: Path) -> None:
    store = store_of(root)
    (root / CARD_ID / name).unlink()
    with pytest.raises(WeightsError, match=rf"{name}.*is not installed; run: sayso models pull {CARD_ID}"):
        open_folder(store)


@pytest.mark.parametrize("name", FILES)
def test_other_bytes_are_refused(name: str, root: Path) -> None:
    store = store_of(root)
    content = bytearray((root / CARD_ID / name).read_bytes())
    content[-1] ^= 1
    (root / CARD_ID / name).write_bytes(content)
    with pytest.raises(WeightsError, match=rf"{name}.*is damaged"):
        open_folder(store)


def test_the_copy_is_made_once_and_again_for_another_source(root: Path) -> None:
    folder = open_folder(store_of(root))
    first = converted(folder)
    assert first.name == COPY
    stamp = first.stat().st_mtime_ns
    assert converted(folder).stat().st_mtime_ns == stamp
    write_unet(root / CARD_ID, seed=9)
    other = converted(open_folder(store_of(root)))
    source = torch.load(root / CARD_ID / "unet.pth", weights_only=True)
    assert torch.equal(load_file(other)["conv_in.weight"], source["conv_in.weight"])


@pytest.mark.parametrize("spoilt", ["copy", "note", "version"])
def test_a_spoilt_copy_is_made_again(spoilt: str, root: Path) -> None:
    folder = open_folder(store_of(root))
    copy = converted(folder)
    truth = copy.read_bytes()
    if spoilt == "copy":
        save_file({name: torch.zeros_like(one) for name, one in load_file(copy).items()}, copy)
    elif spoilt == "note":
        copy.with_name(NOTE).write_text("{}")
    else:
        said = json.loads(copy.with_name(NOTE).read_text())
        copy.with_name(NOTE).write_text(json.dumps({**said, "version": 2}))
        copy.write_bytes(b"")
    assert converted(folder).read_bytes() == truth
    assert [path.name for path in (root / CARD_ID).iterdir() if path.name.startswith(".")] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_said(root: Path) -> None:
    folder = open_folder(store_of(root))
    folder.unet.parent.chmod(0o500)
    try:
        with pytest.raises(WeightsError, match="right to write"):
            converted(folder)
    finally:
        folder.unet.parent.chmod(0o700)


def test_a_copy_that_finds_no_room_leaves_nothing_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    folder = open_folder(store_of(root))
    monkeypatch.setattr("pipelines.avatar.musetalk.conversion.save_file", full)
    with pytest.raises(WeightsError, match="No space left on device"):
        converted(folder)
    assert sorted(path.name for path in (root / CARD_ID).iterdir()) == ["musetalk.json", "unet.pth", "vae", "whisper"]


class _Call:
    """What an attacker hides in a pickle."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (os.mkdir, (str(self.target),))


def test_a_call_hidden_in_the_checkpoint_does_not_run(root: Path, tmp_path: Path) -> None:
    torch.save({"conv_in.weight": _Call(tmp_path / "ran")}, root / CARD_ID / "unet.pth")
    with pytest.raises(WeightsError, match="does not hold plain tensors"):
        open_nets(open_folder(store_of(root)), device=CPU)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [[1, 2], {}, {"state_dict": {"a": 1}}], ids=str)
def test_a_checkpoint_of_something_else_is_refused(content: object, root: Path) -> None:
    torch.save(content, root / CARD_ID / "unet.pth")
    with pytest.raises(WeightsError, match="no table of tensors"):
        open_nets(open_folder(store_of(root)), device=CPU)


@pytest.mark.parametrize(
    ("key", "value"), [("in_channels", 4), ("out_channels", 8), ("cross_attention_dim", 768), ("in_channels", None)]
)
def test_a_unet_of_another_kind_is_refused_by_what_differs(key: str, value: int | None, root: Path) -> None:
    (root / CARD_ID / "musetalk.json").write_text(json.dumps({**UNET, key: value}))
    with pytest.raises(WeightsError, match=f"musetalk.json says {key} = {value} and MuseTalk 1.5 has"):
        open_nets(open_folder(store_of(root)), device=CPU)


@pytest.mark.parametrize(
    "change", [{"down_block_types": ["Nothing", "DownBlock2D"]}, {"unknown": 1}, {"block_out_channels": [8]}], ids=str
)
def test_a_config_that_describes_no_unet_is_refused(change: dict[str, object], root: Path) -> None:
    (root / CARD_ID / "musetalk.json").write_text(json.dumps({**UNET, **change}))
    with pytest.raises(WeightsError, match="does not describe a UNet"):
        open_nets(open_folder(store_of(root)), device=CPU)


@pytest.mark.parametrize(("content", "said"), [("{", "is no JSON"), ("[]", "no JSON object"), (" " * 200_000, "bytes")])
def test_a_config_that_is_none_is_refused(content: str, said: str, root: Path) -> None:
    (root / CARD_ID / "musetalk.json").write_text(content)
    with pytest.raises(WeightsError, match=said):
        open_nets(open_folder(store_of(root)), device=CPU)


def test_weights_of_another_shape_are_refused(root: Path) -> None:
    wider = {**UNET, "block_out_channels": [16, 16]}
    torch.save(libraries().unet(**wider).state_dict(), root / CARD_ID / "unet.pth")
    with pytest.raises(WeightsError, match=r"unet.pth: .* is \(.*\) and musetalk.json asks for"):
        open_nets(open_folder(store_of(root)), device=CPU)


@pytest.mark.parametrize(("layers", "said"), [(2, "asks for"), (1, "does not ask for")])
def test_a_tensor_too_few_or_too_many_is_refused(layers: int, said: str, root: Path) -> None:
    saved = {**UNET, "layers_per_block": 3 - layers}
    write_unet(root / CARD_ID, saved)
    (root / CARD_ID / "musetalk.json").write_text(json.dumps({**UNET, "layers_per_block": layers}))
    with pytest.raises(WeightsError, match=said):
        open_nets(open_folder(store_of(root)), device=CPU)


@pytest.mark.parametrize(("blocks", "latents", "said"), [(3, 4, "shrinks"), (4, 8, "latent_channels")])
def test_another_vae_is_refused(blocks: int, latents: int, said: str, root: Path) -> None:
    write_vae(root / CARD_ID, blocks=blocks, latents=latents)
    with pytest.raises(WeightsError, match=said):
        open_nets(open_folder(store_of(root)), device=CPU)


def test_the_old_names_in_the_published_vae_are_understood(root: Path) -> None:
    """sd-vae-ft-mse was saved by diffusers 0.4, which called its attention's parts otherwise."""
    file = root / CARD_ID / "vae" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    old = {}
    for name, tensor in tensors.items():
        renamed = name
        if "mid_block.attentions" in name:
            for new, before in (("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")):
                renamed = renamed.replace(new, before)
        old[renamed] = tensor
    assert set(old) != set(tensors)
    save_file(old, file, metadata={"format": "pt"})
    vae = open_nets(open_folder(store_of(root)), device=CPU).vae
    assert all(torch.equal(vae.state_dict()[name], tensor) for name, tensor in tensors.items())


def test_another_whisper_is_refused(root: Path) -> None:
    write_whisper(root / CARD_ID, layers=6)
    with pytest.raises(WeightsError, match=r"encoder_layers = 6 and MuseTalk 1.5 has 4"):
        open_nets(open_folder(store_of(root)), device=CPU)


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("vae/diffusion_pytorch_model.safetensors", "decoder.conv_in.weight"),
        ("whisper/model.safetensors", "model.encoder.conv1.weight"),
    ],
)
def test_weights_with_a_hole_are_not_filled_at_random(file: str, key: str, root: Path) -> None:
    tensors = load_file(root / CARD_ID / file)
    del tensors[key]
    save_file(tensors, root / CARD_ID / file, metadata={"format": "pt"})
    with pytest.raises(WeightsError, match=key.removeprefix("model.")):
        open_nets(open_folder(store_of(root)), device=CPU)


@pytest.mark.parametrize("file", ["vae/diffusion_pytorch_model.safetensors", "whisper/model.safetensors"])
def test_a_file_that_is_no_safetensors_is_refused(file: str, root: Path) -> None:
    (root / CARD_ID / file).write_bytes(b"nothing at all")
    with pytest.raises(WeightsError, match="can be loaded"):
        open_nets(open_folder(store_of(root)), device=CPU)


def test_devices_are_named() -> None:
    assert device_of("cpu") == CPU
    assert dtype_of(CPU) == torch.float32
    assert dtype_of(torch.device("cuda")) == torch.float16
    assert device_of(None).type in {"cpu", "cuda"}
    with pytest.raises(InputInvalidError, match="no device 'abacus'"):
        device_of("abacus")
    with pytest.raises(InputInvalidError, match="CUDA devices"):
        device_of("cuda:63")


def test_the_card_says_licences_and_every_byte(made: Path) -> None:
    text = card_text(made)
    assert text.count("sha256") == len(FILES)
    assert 'licence = "MIT"' in text


@pytest.mark.parametrize(
    ("absent", "said"),
    [("unet.pth", "resolve/main/musetalkV15/unet.pth"), ("whisper/config.json", "openai/whisper-tiny")],
)
def test_pinning_names_what_is_absent_and_where_it_is(absent: str, said: str, root: Path) -> None:
    (root / CARD_ID / absent).unlink()
    with pytest.raises(InputInvalidError, match=f"has no {absent}.*{said}"):
        card_text(root / CARD_ID)


def test_pinning_refuses_the_pickle_of_the_vae(root: Path) -> None:
    file = root / CARD_ID / "vae" / "diffusion_pytorch_model.safetensors"
    file.rename(file.with_suffix(".bin"))
    with pytest.raises(InputInvalidError, match="which is a pickle"):
        card_text(root / CARD_ID)
