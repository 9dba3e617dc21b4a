"""The real net, twice: as the session that is the reference, and in torch."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.media import Float32Array
from pipelines.voice.kokoro.network import KokoroNetwork, load_style
from pipelines.voice.neural.net import TorchKokoro
from pipelines.voice.phonemes.symbols import token_ids

# One short sentence each, as our own front ends write them.
SENTENCES = {
    "en": ("af_heart", "ɡˈʊd mˈɔːɹnɪŋz stˈɑːɹt kwˈaɪətli."),
    "ja": ("jf_alpha", "kˈonniʨiwa."),
    "male": ("am_michael", "wˈʌn slˈoʊ ɹˈoʊst."),
}


@pytest.fixture(scope="session")
def model(weights_home: Path) -> Path:
    """The published file."""
    return weights_home / "kokoro-82m" / "model.onnx"


@pytest.fixture(scope="session")
def session(model: Path) -> KokoroNetwork:
    """The reference."""
    return KokoroNetwork(model, threads=1)


@pytest.fixture(scope="session")
def net(model: Path) -> TorchKokoro:
    """The net in torch, float32."""
    return TorchKokoro(model)


@pytest.fixture(scope="session")
def sentences(weights_home: Path) -> dict[str, tuple[list[int], Float32Array]]:
    """Symbols and style by name."""
    made = {}
    for name, (voice, symbols) in SENTENCES.items():
        ids = token_ids(symbols)
        made[name] = (ids, load_style(weights_home / "kokoro-voices" / "voices" / f"{voice}.bin")[len(ids) - 1])
    return made
