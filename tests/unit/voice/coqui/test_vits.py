"""VITS through coqui-tts: what it refuses before weights load, and what a tiny net of random numbers says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from consent.errors import ConsentRefusedError
from consent.grant import Grant
from pipelines.errors import CancelledError, InputInvalidError, ScriptRefusedError, WeightsError
from pipelines.voice.coqui.models import VITS_MODELS
from pipelines.voice.coqui.vits import CoquiVits
from pipelines.voice.loudness import integrated_lufs, true_peak_dbtp
from tests.unit.voice.coqui.conftest import Folder, clock, save_vits

GERMAN = VITS_MODELS[0]
TEXT = "Hallo Welt, 12 Euro kostet das! Und weiter geht es."
Grants = Callable[..., Grant]


@pytest.fixture
def no_weights() -> CoquiVits:
    """An engine whose weights may not be touched."""
    return CoquiVits(GERMAN, Folder(None), clock)


@pytest.fixture(scope="module")
def engine(tiny: Path) -> CoquiVits:
    return CoquiVits(GERMAN, Folder(tiny), clock)


def test_no_grant_no_voice(no_weights: CoquiVits) -> None:
    with pytest.raises(ConsentRefusedError, match="grant_missing"):
        no_weights.speak(TEXT, locale="de-DE", grant=None, seed=1)


def test_another_language_is_refused_before_weights_load(no_weights: CoquiVits, grant_for: Grants) -> None:
    with pytest.raises(ScriptRefusedError, match="speaks de"):
        no_weights.speak("Hallo.", locale="nl-NL", grant=grant_for("Hallo.", "nl-NL"), seed=1)


@pytest.mark.parametrize(("asked", "why"), [({"voice": "af_heart"}, "has no voice"), ({"speed": 3.0}, "outside 0.5")])
def test_a_voice_or_speed_that_is_not_there_is_refused(
    no_weights: CoquiVits, grant_for: Grants, asked: dict[str, Any], why: str
) -> None:
    with pytest.raises(InputInvalidError, match=why):
        no_weights.speak(TEXT, locale="de-DE", grant=grant_for(TEXT, "de-DE"), seed=1, **asked)


def test_a_script_is_spoken_with_a_time_for_every_word(engine: CoquiVits, grant_for: Grants) -> None:
    heard: list[float] = []
    speech = engine.speak(TEXT, locale="de-DE", grant=grant_for(TEXT, "de-DE"), seed=1, progress=heard.append)
    assert (speech.voice, speech.cards) == ("coqui-vits-de:de", ("coqui-vits-de",))
    assert speech.audio.sample_rate == 24_000
    assert integrated_lufs(speech.audio.waveform, 24_000) > -24.0  # random spikes leave the limiter no more
    assert true_peak_dbtp(speech.audio.waveform) < -1.4
    assert [word.text for word in speech.words] == TEXT.split()
    times = [at for word in speech.words for at in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0.1 < times[0] < times[-1] < speech.audio.duration_s
    assert "".join(sound.text for sound in speech.phonemes).startswith("hallowelt")
    assert (heard[0], heard[-1]) == (0.0, 1.0)


def test_the_pause_between_two_sentences_has_no_sound(engine: CoquiVits, grant_for: Grants) -> None:
    speech = engine.speak(TEXT, locale="de-DE", grant=grant_for(TEXT, "de-DE"), seed=1)
    ends, begins = speech.words[5].end_s, speech.words[6].start_s
    between = speech.audio.waveform[round((begins - 0.25) * 24_000) : round((begins - 0.05) * 24_000)]
    assert begins - ends > 0.25
    assert float(np.abs(between).max()) < 1e-3


def test_the_same_seed_gives_the_same_samples_and_another_gives_others(engine: CoquiVits, grant_for: Grants) -> None:
    grant = grant_for(TEXT, "de-DE")
    state = torch.random.get_rng_state()
    first, same, other = (
        engine.speak(TEXT, locale="de-DE", grant=grant, seed=seed).audio.waveform for seed in (1, 1, 2)
    )
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)
    assert torch.equal(state, torch.random.get_rng_state())  # nobody else's chance was touched


def test_slower_is_longer(engine: CoquiVits, grant_for: Grants) -> None:
    grant = grant_for(TEXT, "de-DE")
    slow = engine.speak(TEXT, locale="de-DE", grant=grant, seed=1, speed=0.5).audio.duration_s
    assert slow > 1.2 * engine.speak(TEXT, locale="de-DE", grant=grant, seed=1).audio.duration_s


def test_a_letter_that_the_model_has_not_is_refused_by_name(engine: CoquiVits, grant_for: Grants) -> None:
    text = "Ein señor kommt."
    with pytest.raises(ScriptRefusedError, match="no sound for ñ"):
        engine.speak(text, locale="de-DE", grant=grant_for(text, "de-DE"), seed=1)


def test_it_stops_when_it_is_told_to(engine: CoquiVits, grant_for: Grants) -> None:
    asked = 0

    def second_time() -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        engine.speak(TEXT, locale="de-DE", grant=grant_for(TEXT, "de-DE"), seed=1, cancel=second_time)
    assert asked == 2


def test_a_notice_needs_no_grant_and_says_nothing_else(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text('spoken = "Mit KI gemacht."', encoding="utf-8")
    engine = CoquiVits(GERMAN, Folder(tiny), clock, labels=tmp_path)
    assert engine.speak_notice("Mit KI gemacht.", locale="de-DE").duration_s > 0.5
    with pytest.raises(ScriptRefusedError, match="needs a grant"):
        engine.speak_notice("Kaufen Sie jetzt.", locale="de-DE")


def test_a_model_of_several_speakers_speaks_as_its_first(tmp_path: Path, grant_for: Grants) -> None:
    save_vits(tmp_path / "coqui-vits-de", speakers=True)
    engine = CoquiVits(GERMAN, Folder(tmp_path), clock)
    speech = engine.speak("Hallo.", locale="de-DE", grant=grant_for("Hallo.", "de-DE"), seed=1)
    assert speech.audio.duration_s > 0.3
    (tmp_path / "coqui-vits-de" / "speakers.json").unlink()  # the config still names one
    with pytest.raises(WeightsError, match=r"speakers\.json of coqui-vits-de is not installed"):
        CoquiVits(GERMAN, Folder(tmp_path), clock).speak(
            "Hallo.", locale="de-DE", grant=grant_for("Hallo.", "de-DE"), seed=1
        )


def test_a_card_that_is_not_installed_says_how_to_get_it(tmp_path: Path, grant_for: Grants) -> None:
    with pytest.raises(WeightsError, match="sayso models pull coqui-vits-de"):
        CoquiVits(GERMAN, Folder(tmp_path), clock).speak(TEXT, locale="de-DE", grant=grant_for(TEXT, "de-DE"), seed=1)


class Payload:
    """What a pickle may hide: a call that is made when it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


SPOILT: dict[str, Callable[[Path, Path], object]] = {
    "code in the checkpoint": lambda card, mark: torch.save({"model": Payload(mark)}, card / "model.pth"),
    "a checkpoint of something else": lambda card, _: torch.save({"model": {"a": torch.ones(1)}}, card / "model.pth"),
    "half a file": lambda card, _: (card / "model.pth").write_bytes((card / "model.pth").read_bytes()[:5000]),
    "a class of the system in the config": lambda card, _: (card / "config.json").write_text(
        json.dumps({"model": "vits", "characters": {"characters_class": "os.system"}}), encoding="utf-8"
    ),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_card_is_refused_and_nothing_in_it_runs(
    tiny: Path, tmp_path: Path, grant_for: Grants, spoil: Callable[[Path, Path], object]
) -> None:
    card, mark = tmp_path / "coqui-vits-de", tmp_path / "code-ran"
    shutil.copytree(tiny / "coqui-vits-de", card)
    spoil(card, mark)
    with pytest.raises(WeightsError):
        CoquiVits(GERMAN, Folder(tmp_path), clock).speak(TEXT, locale="de-DE", grant=grant_for(TEXT, "de-DE"), seed=1)
    assert not mark.exists()
