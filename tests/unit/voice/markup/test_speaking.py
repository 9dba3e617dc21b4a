"""SSML spoken: subtitles are plain, the times are those of the words, and what is marked is heard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from consent.errors import ConsentRefusedError
from pipelines.media import Speech
from pipelines.voice.kokoro.engine import KokoroVoice
from tests.unit.voice.kokoro.test_kokoro import NOW, Folder, grant_for

SOURCE = "<speak>Buy <prosody rate='60%' volume='-9dB'>good</prosody> <sub alias='tea'>T</sub>.</speak>"
SHOWN, HEARD = "Buy good T.", "Buy good tea."


@pytest.fixture(scope="module")
def engine(weights_home: Path) -> KokoroVoice:
    return KokoroVoice(Folder(weights_home), lambda: NOW)


@pytest.fixture(scope="module")
def marked(engine: KokoroVoice) -> Speech:
    return engine.speak(SOURCE, locale="en-US", grant=grant_for(f"{SHOWN}\n{HEARD}", "en-US"), seed=1)


@pytest.mark.weights
def test_subtitles_show_what_is_written(marked: Speech) -> None:
    assert marked.text == SHOWN
    assert [word.text for word in marked.words] == SHOWN.split()
    assert marked.script == f"{SHOWN}\n{HEARD}"


@pytest.mark.weights
def test_a_slow_word_is_longer_and_every_word_keeps_its_time(marked: Speech, engine: KokoroVoice) -> None:
    plain = engine.speak(HEARD, locale="en-US", grant=grant_for(HEARD, "en-US"), seed=1)
    lengths, plain_lengths = ([word.end_s - word.start_s for word in speech.words] for speech in (marked, plain))
    assert lengths[1] > plain_lengths[1] * 1.4
    assert lengths[0] == pytest.approx(plain_lengths[0], abs=0.03)
    assert lengths[2] == pytest.approx(plain_lengths[2], abs=0.06)
    assert marked.audio.duration_s > plain.audio.duration_s


def test_a_grant_for_what_is_shown_alone_is_none_for_what_is_heard() -> None:
    grant = grant_for(SHOWN, "en-US")
    with pytest.raises(ConsentRefusedError, match="script"):
        KokoroVoice(Folder(None), lambda: NOW).speak(SOURCE, locale="en-US", grant=grant, seed=1)
    of_source = replace(grant, request=replace(grant.request, script=SOURCE))
    with pytest.raises(ConsentRefusedError, match="script"):
        KokoroVoice(Folder(None), lambda: NOW).speak(SOURCE, locale="en-US", grant=of_source, seed=1)
