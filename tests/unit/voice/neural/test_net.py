"""The net in torch against the published session: durations, samples, batches, gradients and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from torch import Tensor, nn

from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import Float32Array
from pipelines.voice.kokoro.network import FRAME_SAMPLES, VOICED_HZ, KokoroNetwork, Plan
from pipelines.voice.neural.building import swift_precision
from pipelines.voice.neural.lowrank import LowRank
from pipelines.voice.neural.net import TorchKokoro
from tests.unit.voice.neural.mel import mel_error_db

pytestmark = pytest.mark.weights

Sentences = dict[str, tuple[list[int], Float32Array]]

# The session rounds every activation to 8 bits; with a plan of its own the net differs by that and by the sign of a
# phase of pi in the source. `python -m bench.neural` prints the distribution over all voices and languages.
MEL_TOLERANCE_DB = 1.6


@pytest.mark.parametrize("name", ["en", "ja", "male"])
def test_a_plan_of_the_session_sounds_the_same(
    name: str, net: TorchKokoro, session: KokoroNetwork, sentences: Sentences
) -> None:
    ids, style = sentences[name]
    plan = session.plan(ids, style, speed=1.0)
    expected = session.speak(plan, style[:128])
    spoken = net.speak(plan, style[:128])
    assert spoken.waveform.shape == expected.waveform.shape
    assert np.array_equal(spoken.ends, expected.ends)
    assert mel_error_db(spoken.waveform, expected.waveform) < MEL_TOLERANCE_DB


def test_the_own_plan_is_the_sessions_but_for_rounding(
    net: TorchKokoro, session: KokoroNetwork, sentences: Sentences
) -> None:
    differences = []
    for ids, style in sentences.values():
        expected, own = session.plan(ids, style, speed=1.0), net.plan(ids, style, speed=1.0)
        differences.append(np.abs(np.diff(own.ends) - np.diff(expected.ends)) // FRAME_SAMPLES)
        medians = [float(np.median(plan.f0[plan.f0 > VOICED_HZ])) for plan in (expected, own)]
        assert medians[0] == pytest.approx(medians[1], rel=0.03)
    frames = np.concatenate(differences)
    assert frames.max() <= 1  # a duration near a half may round the other way
    assert frames.mean() < 0.15


def test_only_the_sessions_8_bits_stand_between_the_two(model: Path, sentences: Sentences) -> None:
    """Proof of structure and parameters: rounded as the session rounds, layer after layer is the session's."""
    ids, style = sentences["ja"]
    wanted = (
        "/encoder/bert/encoder/albert_layer_groups.0/albert_layers.0/attention/LayerNorm/LayerNormalization_output_0",
        "/decoder/decoder/encode/Div_3_output_0",
        "/decoder/decoder/decode.0/Div_3_output_0",
    )
    meaning, encoded, decoded = _inside_the_session(model, ids, style, wanted)
    plan = KokoroNetwork(model, threads=1).plan(ids, style, speed=1.0)
    rounded = TorchKokoro(model)
    modules = rounded.modules
    exact = _blocks(rounded, plan, style)
    for module in modules.modules():
        if isinstance(module, nn.Conv1d | nn.Linear):
            module.register_forward_pre_hook(_to_8_bits)
    first, second = _blocks(rounded, plan, style)
    with torch.no_grad():
        bert = modules.bert
        attended = bert.layer.attention(bert.widen(bert.embeddings(torch.tensor([[0, *ids, 0]]))), None)
    assert _relative(attended, meaning) < 1e-3
    # A value on the edge may still round the other way; without the rounding both are five to ten times as far off.
    assert _relative(first, encoded) < 0.01
    assert _relative(second, decoded) < 0.02
    assert min(_relative(exact[0], encoded), _relative(exact[1], decoded)) > 0.03


def _inside_the_session(
    model: Path, ids: list[int], style: Float32Array, wanted: tuple[str, ...]
) -> tuple[Float32Array, ...]:
    graph = onnx.load(str(model))
    for name in wanted:
        graph.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
    inputs = {"tokens": np.array([[0, *ids, 0]]), "style": style[None], "speed": np.ones(1, dtype=np.float32)}
    return tuple(np.asarray(each) for each in session.run(list(wanted), inputs))


@torch.no_grad()
def _blocks(net: TorchKokoro, plan: Plan, style: Float32Array) -> tuple[Tensor, Tensor]:
    """What leaves the first two blocks of the decoder."""
    decoder, timbre = net.modules.decoder, torch.from_numpy(style[None, :128])
    text, f0, energy = (torch.from_numpy(each)[None] for each in (plan.text, plan.f0[None], plan.energy[None]))
    beside = [decoder.F0_conv(f0), decoder.N_conv(energy)]
    first = decoder.encode(torch.cat([text, *beside], dim=1), timbre, None)
    return first, decoder.decode[0](torch.cat([first, decoder.asr_res(text), *beside], dim=1), timbre, None)


def _to_8_bits(_module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
    """Round as the operator DynamicQuantizeLinear does."""
    (x,) = inputs
    low, high = min(0.0, float(x.min())), max(0.0, float(x.max()))
    scale = (high - low) / 255 or 1.0
    zero = round(-low / scale)
    return ((torch.clamp(torch.round(x / scale) + zero, 0, 255) - zero) * scale,)


def _relative(found: Tensor, expected: Float32Array) -> float:
    reference = torch.from_numpy(expected)
    return float((found - reference).norm() / reference.norm())


def test_a_batch_says_what_each_sentence_says_alone(net: TorchKokoro, sentences: Sentences) -> None:
    ids = [sentences[name][0] for name in ("en", "ja")]
    styles = [sentences[name][1] for name in ("en", "ja")]
    together = net.say_batch(ids, styles)
    for one_ids, style, spoken in zip(ids, styles, together, strict=True):
        alone = net.say(one_ids, style, speed=1.0)
        assert np.array_equal(alone.ends, spoken.ends)
        assert mel_error_db(alone.waveform, spoken.waveform) < 0.3


def test_the_same_input_gives_the_same_samples(net: TorchKokoro, sentences: Sentences) -> None:
    ids, style = sentences["ja"]
    assert np.array_equal(net.say(ids, style, speed=1.0).waveform, net.say(ids, style, speed=1.0).waveform)


def test_light_products_change_almost_nothing(model: Path, net: TorchKokoro, sentences: Sentences) -> None:
    ids, style = sentences["ja"]
    light = TorchKokoro(model, precision="bfloat16").say(ids, style, speed=1.0)
    assert mel_error_db(light.waveform, net.say(ids, style, speed=1.0).waveform) < 0.3
    assert swift_precision() in {"float32", "bfloat16"}


def test_pitch_and_speed_do_what_they_say(net: TorchKokoro, sentences: Sentences) -> None:
    ids, style = sentences["en"]
    plain = net.features(ids, style)
    higher = net.features(ids, style, f0_scale=1.5, f0_range=0.0)
    slower = net.features(ids, style, speed=0.5)
    voiced = plain.f0 > VOICED_HZ
    assert torch.allclose(higher.f0[voiced], plain.f0[voiced].median() * 1.5)
    assert slower.frames > 1.7 * plain.frames
    moved = net.repitched(plain, plain.f0 * 2)
    assert not torch.equal(moved.excitation, plain.excitation)
    with pytest.raises(InputInvalidError, match="values and needs"):
        net.repitched(plain, plain.f0[:-1])


def test_timbre_layers_and_weights_have_gradients(net: TorchKokoro, sentences: Sentences) -> None:
    ids, style = sentences["ja"]
    features = net.features(ids, style)
    timbre = torch.from_numpy(style[:128].copy()).requires_grad_()
    layers = torch.zeros(len(net.layer_names), 128, requires_grad=True)
    change = LowRank(net.modules.decoder, rank=1, generator=torch.Generator().manual_seed(1))
    net.decode(features, timbre, layers=layers, weights=change.weights()).square().mean().backward()
    for each in (timbre, layers, change.parameters()[-1]):
        assert each.grad is not None
        assert bool(torch.isfinite(each.grad).all())
        assert float(each.grad.abs().max()) > 0
    assert not any(each.requires_grad for each in net.modules.parameters())


def test_shifts_are_what_layers_add_and_the_session_agrees(
    net: TorchKokoro, session: KokoroNetwork, sentences: Sentences
) -> None:
    layers = np.random.default_rng(2).normal(0, 0.05, (58, 128)).astype(np.float32)
    assert net.layer_names == session.layer_names
    assert net.shifts_of(layers) == pytest.approx(session.shifts_of(layers), abs=1e-5)
    ids, style = sentences["ja"]
    features, timbre = net.features(ids, style), torch.from_numpy(style[:128])
    with torch.no_grad():
        by_layers = net.decode(features, timbre, layers=torch.from_numpy(layers))
        by_shifts = net.decode(features, timbre, shifts=torch.from_numpy(net.shifts_of(layers)))
    assert torch.allclose(by_layers, by_shifts, atol=2e-2)
    assert mel_error_db(by_layers[0].numpy(), by_shifts[0].numpy()) < 0.1


REFUSED = {
    "no symbols": ([[]], [(256,)], 1.0, "1 to 510"),
    "too many symbols": ([[1] * 511], [(256,)], 1.0, "1 to 510"),
    "an unknown symbol": ([[178]], [(256,)], 1.0, "outside 0 to 177"),
    "half a style": ([[1]], [(128,)], 1.0, r"needs \(256,\)"),
    "a style too few": ([[1], [2]], [(256,)], 1.0, "one style for each"),
    "no speed": ([[1]], [(256,)], 0.0, "not above 0"),
}


@pytest.mark.parametrize(("ids", "shapes", "speed", "said"), REFUSED.values(), ids=REFUSED)
def test_what_the_net_cannot_say_is_refused(
    net: TorchKokoro, ids: list[list[int]], shapes: list[tuple[int]], speed: float, said: str
) -> None:
    with pytest.raises(InputInvalidError, match=said):
        net.say_batch(ids, [np.zeros(shape, dtype=np.float32) for shape in shapes], speed=speed)


def test_sentences_and_timbres_that_do_not_pair_are_refused(net: TorchKokoro, sentences: Sentences) -> None:
    ids, style = sentences["ja"]
    features = net.features(ids, style)
    with pytest.raises(InputInvalidError, match="do not pair"):
        net.decode([features] * 2, torch.zeros(3, 128))
    with pytest.raises(InputInvalidError, match="the norms take"):
        net.decode(features, torch.zeros(128), shifts=torch.zeros(5))


def test_another_net_is_refused(tmp_path: Path) -> None:
    import onnx

    path = tmp_path / "model.onnx"
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([], "empty", [], [])), str(path))
    with pytest.raises(WeightsError, match="lacks"):
        TorchKokoro(path).say([1], np.zeros(256, dtype=np.float32), speed=1.0)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_a_missing_gpu_is_named(model: Path) -> None:
    with pytest.raises(InputInvalidError, match="no CUDA device"):
        TorchKokoro(model, device="cuda").say([1], np.zeros(256, dtype=np.float32), speed=1.0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_the_gpu_says_the_same(model: Path, net: TorchKokoro, sentences: Sentences) -> None:
    ids, style = sentences["en"]
    on_gpu = TorchKokoro(model, device="cuda").say(ids, style, speed=1.0)
    on_cpu = net.say(ids, style, speed=1.0)
    assert np.array_equal(on_gpu.ends, on_cpu.ends)
    assert mel_error_db(on_gpu.waveform, on_cpu.waveform) < 0.5
